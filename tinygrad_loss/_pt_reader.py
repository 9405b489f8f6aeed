"""Reads PyTorch's file format (see ``_pt_writer``) without running anything that the file names.

A pickle is a program for a small machine. Ordinarily that program may call any function of any module. This reader knows a few
names, all of which make tensors or containers, and refuses every other by name. It trusts no number in the file: nothing is
allocated before there are as many bytes in the file.
"""

from __future__ import annotations

import io
import pickle
import reprlib
import struct
import sys
import zipfile
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable
from typing import IO, Any, ClassVar

import numpy as np

from . import _dtypes
from ._device import check_device, device, strided
from ._legacy import NAME_OF
from ._shapes import Size
from ._storage import array_on
from ._tensor import Tensor
from .autograd.node import LEAF, NO_EDGE
from .autograd.wrapping import wrap
from .nn.parameter import Parameter

Array = np.ndarray[Any, Any]

_STEPS = (
    pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.POP, pickle.POP_MARK, pickle.NONE, pickle.NEWTRUE,
    pickle.NEWFALSE, pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.LONG4, pickle.BINFLOAT,
    pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINSTRING, pickle.SHORT_BINSTRING, pickle.BINBYTES,
    pickle.SHORT_BINBYTES, pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS, pickle.EMPTY_TUPLE, pickle.TUPLE, pickle.TUPLE1,
    pickle.TUPLE2, pickle.TUPLE3, pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS, pickle.EMPTY_SET, pickle.ADDITEMS,
    pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE, pickle.BINGET, pickle.LONG_BINGET, pickle.GLOBAL, pickle.STACK_GLOBAL,
    pickle.BINPERSID,
)  # fmt: skip
_PIECE = 1 << 20
_LONGEST_KEY = 1_000
_OLD_FORMAT = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."


# What Python's unpickler raises when the text of its program makes no sense.
_PICKLE_ERRORS = (
    pickle.UnpicklingError, KeyError, IndexError, EOFError, ValueError, TypeError, AttributeError, OverflowError, struct.error,
)  # fmt: skip


class Known:
    """A name that a file may use, and what it stands for here. It is no function, class or module: the file cannot change it."""

    __slots__ = ("make",)

    def __init__(self, make: Callable[..., Any]) -> None:
        self.make = make


class Reader(pickle._Unpickler):
    """Reads the pickle of an archive. What it may do is what stands here; it never imports and never calls what it was given."""

    dispatch: ClassVar[Any] = {step[0]: pickle._Unpickler.dispatch[step[0]] for step in _STEPS}

    def __init__(self, pickled: bytes, archive: Archive) -> None:
        super().__init__(io.BytesIO(pickled), encoding="utf-8")
        self.archive = archive
        self.allowance = 64 * archive.size  # bytes that objects made of others may take
        self.known: dict[tuple[str, str], Any] = {
            ("torch._utils", "_rebuild_tensor_v2"): Known(self._tensor),
            ("torch._utils", "_rebuild_parameter"): Known(_parameter),
            ("torch._utils", "_rebuild_parameter_with_state"): Known(_parameter),
            ("torch._tensor", "_rebuild_from_type_v2"): Known(_of_type),
            ("torch", "Tensor"): Known(_refuse_call),
            ("torch.nn.parameter", "Parameter"): Known(_refuse_call),
            ("torch", "Size"): Known(self._sized(Size)),
            ("torch", "device"): Known(device),
            ("torch", "strided"): strided,
            ("torch.serialization", "_get_layout"): Known(lambda name: strided),
            ("collections", "OrderedDict"): Known(self._sized(OrderedDict)),
            ("collections", "Counter"): Known(self._sized(Counter)),
            ("__builtin__", "set"): Known(self._sized(set)),
            ("builtins", "set"): Known(self._sized(set)),
            ("__builtin__", "bytes"): Known(lambda: b""),
            ("__builtin__", "bytearray"): Known(self._sized(_bytearray)),
            ("builtins", "bytearray"): Known(self._sized(_bytearray)),
            ("__builtin__", "complex"): Known(complex),
            ("builtins", "complex"): Known(complex),
            ("_codecs", "encode"): Known(self._sized(_encoded)),
            **{("torch", f"{name}Storage"): kind for kind, name in NAME_OF.items()},
            **{("torch", kind.name): kind for kind in _dtypes.ALL},
        }

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for; UnpicklingError for a name that is not in the table."""
        try:
            return self.known[module, name]
        except KeyError:
            pass
        if module == "torch" and (name.endswith("Storage") or name in _OTHER_DTYPES):
            kind = name.removesuffix("Storage")
            raise RuntimeError(
                f"load(): the file holds {kind} numbers, a dtype that is unknown here "
                f"({', '.join(kind.name for kind in _dtypes.ALL)} "
                "are known). Convert in PyTorch before saving: tensor.float()"
            )
        way = (
            "If the file is a whole pickled model, save its numbers instead: torch.save(model.state_dict(), path), and read them "
            "with model.load_state_dict(torch.load(path))."
        )
        if module.startswith("numpy"):
            way = "If it is a NumPy number, save float(x) instead; of an array, torch.from_numpy(x)."
        elif module == "torch._utils":
            way = "It makes a tensor of a kind or dtype that is unknown here. Save x.to_dense(), or x.float(), instead."
        raise pickle.UnpicklingError(
            f"Weights only load failed: Unsupported global: GLOBAL {module}.{name} was not an allowed global "
            f"by default. It names "
            f"code, and load() runs none. {way}"
        )

    def persistent_load(self, pid: Any) -> Any:
        """The memory that a storage's number stands for."""
        known = isinstance(pid, tuple) and len(pid) == 5 and type(pid[0]) is type(pid[2]) is type(pid[3]) is str
        if not known or pid[0] != "storage" or not isinstance(pid[1], _dtypes.dtype):
            raise RuntimeError(f"load(): the file describes a storage as {reprlib.repr(pid)}; it is damaged")
        _, kind, key, location, size = pid
        return self.archive.memory(key, kind.numpy, size, location)

    def load_reduce(self) -> None:
        """Call one of the known names."""
        arguments = self.stack.pop()  # type: ignore[attr-defined]
        function = self.stack[-1]  # type: ignore[attr-defined]
        if not isinstance(function, Known) or not isinstance(arguments, tuple):
            raise pickle.UnpicklingError(
                f"Weights only load failed: Trying to call reduce for unrecognized function {reprlib.repr(function)}"
            )
        self.stack[-1] = function.make(*arguments)  # type: ignore[attr-defined]

    dispatch[pickle.REDUCE[0]] = load_reduce

    def load_build(self) -> None:
        """Give a state_dict its ``_metadata``: no other object may be changed."""
        state = self.stack.pop()  # type: ignore[attr-defined]
        built = self.stack[-1]  # type: ignore[attr-defined]
        if type(built) is not OrderedDict or not isinstance(state, dict):
            raise pickle.UnpicklingError(f"Weights only load failed: Can only build OrderedDict, not {type(built).__name__}")
        built.__dict__.update(state)

    dispatch[pickle.BUILD[0]] = load_build

    def load_setitem(self) -> None:
        """Put an item into a dictionary."""
        _check_keys(self.stack[-2:-1])  # type: ignore[attr-defined]
        super().load_setitem()  # type: ignore[misc]

    def load_setitems(self) -> None:
        """Put items into a dictionary: key, value, key, value, ..."""
        _check_keys(self.stack[::2])  # type: ignore[attr-defined]
        super().load_setitems()  # type: ignore[misc]

    def load_additems(self) -> None:
        """Put items into a set."""
        _check_keys(self.stack)  # type: ignore[attr-defined]
        super().load_additems()  # type: ignore[misc]

    dispatch[pickle.SETITEM[0]] = load_setitem
    dispatch[pickle.SETITEMS[0]] = load_setitems
    dispatch[pickle.ADDITEMS[0]] = load_additems

    def _sized(self, make: Callable[..., Any]) -> Callable[..., Any]:
        """``make`` with an eye on the size of what it copies: a few bytes of pickle can ask for a copy of a large object."""

        def made(*arguments: Any) -> Any:
            for one in arguments:
                _check_keys(() if isinstance(one, (str, bytes)) else one)
                self.allowance -= len(one) * (1 if isinstance(one, (str, bytes)) else 64)
            if self.allowance < 0:
                raise RuntimeError("load(): the file asks for more memory than its size warrants; it is damaged or malicious")
            return make(*arguments)

        return made

    def _tensor(
        self, flat: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any = None, metadata: Any = None
    ) -> Tensor:
        if not isinstance(flat, np.ndarray):
            raise RuntimeError(f"load(): a tensor is made of {type(flat).__name__} instead of a storage; the file is damaged")
        try:
            array = array_on(flat, *_integers(offset, *size, *stride, parts=(len(size), len(stride))))
        except (TypeError, ValueError) as error:
            raise RuntimeError(f"load(): wrong sizes, the file is damaged: {error}") from None
        return wrap(array, LEAF if grad is True and array.dtype.kind == "f" else NO_EDGE)  # type: ignore[no-any-return]


def _check_keys(keys: Iterable[Any]) -> None:
    """A tuple of tuples of tuples is hashed item by item: a small file may hold one that takes for ever, or is too deep."""
    for key in keys:
        pending, count = [key], 0
        while pending:
            one = pending.pop()
            if isinstance(one, (tuple, list)):
                count += 1 + len(one)
                pending += one
            if count > _LONGEST_KEY:
                raise RuntimeError(f"load(): a key has more than {_LONGEST_KEY} parts; the file is damaged or malicious")


_OTHER_DTYPES = {"bfloat16", "complex32", "complex64", "complex128", "uint16", "uint32", "uint64", "float8_e4m3fn", "float8_e5m2"}


def _integers(offset: Any, *lengths: Any, parts: tuple[int, int]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    if not all(type(value) is int and value < 1 << 62 for value in (offset, *lengths)):
        raise TypeError(f"offset, size and stride must be integers, not {reprlib.repr((offset, *lengths))}")
    return offset, lengths[: parts[0]], lengths[parts[0] :]


def _parameter(data: Any, requires_grad: Any, hooks: Any = None, state: Any = None) -> Parameter:
    parameter = Parameter(data, bool(requires_grad))
    if isinstance(state, dict):
        parameter.__dict__.update(state)
    return parameter


def _of_type(function: Any, kind: Any, arguments: Any, state: Any) -> Any:
    """A tensor with attributes of its own."""
    if not isinstance(function, Known) or not isinstance(arguments, tuple):
        raise pickle.UnpicklingError(f"Weights only load failed: Trying to call reduce for unrecognized function {reprlib.repr(function)}")
    tensor = function.make(*arguments)
    if isinstance(tensor, Tensor) and isinstance(state, dict):
        tensor.__dict__.update(state)
    return tensor


def _refuse_call(*arguments: Any) -> Any:
    raise pickle.UnpicklingError("Weights only load failed: a class of tensors is not called in files that torch.save writes")


def _encoded(text: Any, encoding: Any) -> bytes:
    if encoding != "latin1" or not isinstance(text, str):
        raise RuntimeError(f"load(): bytes are written in latin1, not {reprlib.repr(encoding)}; the file is damaged")
    return text.encode("latin1")


def _bytearray(content: Any = b"") -> bytearray:
    if not isinstance(content, bytes):
        raise RuntimeError(f"load(): a bytearray is made of bytes, not {type(content).__name__}; the file is damaged")
    return bytearray(content)


class Archive:
    """An open file of this format, and the memory that was already read from it."""

    def __init__(self, file: IO[bytes], map_location: Any) -> None:
        self.map_location = map_location
        self.size = file.seek(0, io.SEEK_END)
        file.seek(0)
        start = file.read(16)
        file.seek(0)
        _check_start(start)
        try:
            self.zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise RuntimeError(
                "load(): PytorchStreamReader failed reading zip archive: failed finding central directory. "
                "The file is cut short or "
                f"damaged ({error})"
            ) from None
        records = self.zip.infolist()
        if sum(record.file_size for record in records) > self.size:
            raise RuntimeError(
                "load(): the archive's records are larger than the file; it is damaged or was not written by torch.save"
            )
        self.folder = records[0].filename.split("/")[0] if records else ""
        self.pieces: dict[str, Array] = {}
        names = set(self.zip.namelist())
        if f"{self.folder}/constants.pkl" in names:
            raise RuntimeError(
                "load(): the file is a TorchScript archive (torch.jit.save), which holds code. Save a state_dict() instead"
            )
        has_order = f"{self.folder}/byteorder" in names
        self.swapped = (self.read("byteorder") if has_order else b"little") != sys.byteorder.encode()

    def load(self) -> Any:
        """The objects that were saved."""
        try:
            return Reader(self.read("data.pkl"), self).load()
        except RuntimeError:
            raise
        except _PICKLE_ERRORS as error:
            if str(error).startswith("Weights only load failed"):
                raise
            raise pickle.UnpicklingError(
                f"Weights only load failed: the file's pickle is damaged, or uses what torch.save does not write ({error!r})"
            ) from None

    def read(self, name: str) -> bytes:
        """The bytes of a record."""
        record = self.record(name)
        content = np.empty(record.file_size, np.uint8)
        self.fill(content, record)
        return content.tobytes()

    def record(self, name: str) -> zipfile.ZipInfo:
        """Where a record lies in the file."""
        try:
            record = self.zip.getinfo(f"{self.folder}/{name}")
        except KeyError:
            raise RuntimeError(f"load(): PytorchStreamReader failed locating file {name}: file not found") from None
        if record.compress_type != zipfile.ZIP_STORED:
            raise RuntimeError(
                f"load(): record {name} is compressed, which torch.save never does; repack the archive uncompressed"
            )
        return record

    def fill(self, content: Array, record: zipfile.ZipInfo) -> None:
        """Read a record piece by piece into the array of bytes that is to hold it."""
        try:
            with self.zip.open(record) as source:
                for start in range(0, len(content), _PIECE):
                    content[start : start + _PIECE] = np.frombuffer(source.read(_PIECE), np.uint8)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
            raise RuntimeError(
                f"load(): PytorchStreamReader failed reading file {record.filename}: the file is damaged ({error})"
            ) from None

    def memory(self, key: str, kind: np.dtype[Any], size: Any, location: Any) -> Array:
        """The numbers of a record as a flat array, the same array each time."""
        self._check_location(location)
        if key not in self.pieces:
            record = self.record(f"data/{key}")
            if type(size) is not int or size * kind.itemsize != record.file_size:
                raise RuntimeError(
                    f"load(): record data/{key} has {record.file_size} bytes, and {size} numbers of {kind} "
                    f"were announced; it is damaged"
                )
            piece = np.empty(size, kind)
            self.fill(piece.view(np.uint8), record)
            self.pieces[key] = piece.byteswap(inplace=True) if self.swapped else piece
        found = self.pieces[key]
        if found.dtype != kind:
            raise RuntimeError(f"load(): record data/{key} is announced as {found.dtype} and as {kind}; the file is damaged")
        return found

    def _check_location(self, location: Any) -> None:
        mapped = self.map_location
        if callable(mapped):
            return
        target = mapped.get(location, location) if isinstance(mapped, dict) else mapped
        if target is not None and not (isinstance(mapped, dict) and target is location):
            check_device(target, "load")
        elif location != "cpu":
            raise RuntimeError(
                f"load(): Attempting to deserialize object on a {location.split(':')[0].upper()} device but "
                "torch.cuda.is_available() is False. If you are running on a CPU-only machine, please use torch.load with "
                "map_location=torch.device('cpu') to map your storages to the CPU."
            )


def _check_start(start: bytes) -> None:
    if not start:
        raise EOFError("load(): Ran out of input: the file is empty")
    if start.startswith(_OLD_FORMAT):
        raise RuntimeError("load(): the file is in the format before PyTorch 1.6. Load it in PyTorch and save it again")
    if not start.startswith(b"PK"):
        raise pickle.UnpicklingError(
            f"Weights only load failed: invalid load key, {chr(start[0])!r}. The file was not written by "
            f"torch.save: it starts with {start!r}"
        )
