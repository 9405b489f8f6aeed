"""Writes PyTorch's file format: a zip archive with a pickle of the objects and, beside it, one record of raw numbers
for each piece
of memory that their tensors share.

The pickle names the functions of PyTorch that rebuild a tensor; they are written by name alone, so PyTorch need not be there.
"""

from __future__ import annotations

import codecs
import functools
import io
import pickle
import struct
import sys
import warnings
import zipfile
from collections import Counter, OrderedDict
from types import NoneType
from typing import IO, Any, ClassVar

import numpy as np

from ._device import device, layout
from ._dtypes import dtype, from_numpy_dtype
from ._legacy import NAME_OF
from ._shapes import Size
from ._storage import storage_of
from ._tensor import Tensor
from .nn.parameter import Parameter

Array = np.ndarray[Any, Any]

_ALIGNMENT = 64
_KNOWN = (NoneType, bool, int, float, complex, str, bytes, list, tuple, dict, set, bytearray, OrderedDict, Counter, type)


class Name:
    """Something of PyTorch's that the pickle refers to by module and name."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self) -> None:
        """Pickle asks for a callable; nobody calls it."""


@functools.cache
def named(module: str, name: str) -> Name:
    """The one object that stands for this name, so that a pickle writes it once."""
    return Name(module, name)


class Memory:
    """One piece of memory that tensors share, and the number of its record."""

    def __init__(self, array: Array, key: str) -> None:
        self.array, self.key = array, key


class Writer(pickle._Pickler):
    """Pickles objects as ``torch.save`` does, and collects the memory of their tensors in ``pieces``."""

    write: Any

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, protocol=2)
        self.pieces: dict[int, Memory] = {}
        self.unreadable: set[str] = set()

    def save_name(self, name: Name) -> None:
        """Write a name as it is, without looking for what it names."""
        self.write(pickle.GLOBAL + f"{name.module}\n{name.name}\n".encode())
        self.memoize(name)  # type: ignore[attr-defined]

    def save_dtype(self, kind: dtype) -> None:
        """Write torch.float32 or its like, which is a name itself."""
        self.save_name(named("torch", kind.name))

    dispatch: ClassVar[Any] = {**pickle._Pickler.dispatch, Name: save_name, dtype: save_dtype}

    def persistent_id(self, obj: Any) -> Any:
        """Memory is named by the number of its record."""
        if not isinstance(obj, Memory):
            return None
        kind = named("torch", f"{NAME_OF[from_numpy_dtype(obj.array.dtype)]}Storage")
        return ("storage", kind, obj.key, "cpu", obj.array.size)

    def reducer_override(self, obj: Any) -> Any:
        """How the package's own types are written; NotImplemented leaves an object to pickle's ordinary ways."""
        if isinstance(obj, Parameter):
            plain = obj.detach()
            return named("torch._utils", "_rebuild_parameter"), (plain, obj.requires_grad, OrderedDict())
        if isinstance(obj, Tensor):
            owner, offset, stride = storage_of(obj._data)
            piece = self.pieces.setdefault(id(owner), Memory(owner, str(len(self.pieces))))
            arguments: tuple[Any, ...] = (piece, offset, obj._data.shape, stride, obj.requires_grad, OrderedDict())
            return named("torch._utils", "_rebuild_tensor_v2"), arguments
        if isinstance(obj, Size):
            return named("torch", "Size"), (tuple(obj),)
        if isinstance(obj, device):
            return named("torch", "device"), (str(obj),)
        if isinstance(obj, OrderedDict) and type(obj) is not OrderedDict:  # a state_dict
            return OrderedDict, (), obj.__dict__ or None, None, iter(obj.items())
        if isinstance(obj, layout):
            return named("torch.serialization", "_get_layout"), (repr(obj),)
        if isinstance(obj, bytes):
            return codecs.encode, (obj.decode("latin1"), "latin1")
        if type(obj) not in (*_KNOWN, Name, Memory, dtype) and obj is not codecs.encode:
            self.unreadable.add(f"{type(obj).__module__}.{type(obj).__qualname__}")
        return NotImplemented


def write_archive(obj: Any, file: IO[bytes]) -> None:
    """Write ``obj`` to an open file as ``torch.save`` does. The same objects make the same bytes."""
    pickled = io.BytesIO()
    writer = Writer(pickled)
    writer.dump(obj)
    if writer.unreadable:
        warnings.warn(
            f"save(): the file refers to code ({', '.join(sorted(writer.unreadable))}), and load() runs none: "
            f"it will refuse this "
            "file. Of a model save the state_dict(), of NumPy's numbers float(x) or torch.tensor(x).",
            UserWarning,
            stacklevel=4,
        )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        _record(archive, "data.pkl", pickled.getvalue())
        _record(archive, ".format_version", b"1")
        _record(archive, ".storage_alignment", str(_ALIGNMENT).encode())
        _record(archive, "byteorder", sys.byteorder.encode())
        for piece in writer.pieces.values():
            flat = piece.array.ravel(order="K")
            _record(archive, f"data/{piece.key}", flat.view(np.uint8).data if flat.size else b"")
        _record(archive, "version", b"3\n")


def _record(archive: zipfile.ZipFile, name: str, content: bytes | memoryview) -> None:
    """One file of the archive; its content starts at a multiple of 64 bytes, so that it can be mapped into memory."""
    info = zipfile.ZipInfo(f"archive/{name}")
    info.file_size = len(content)
    is_large = info.file_size * 1.05 > zipfile.ZIP64_LIMIT
    assert archive.fp is not None
    start = archive.fp.tell() + 30 + len(info.filename) + 4 + (20 if is_large else 0)
    padding = -start % _ALIGNMENT
    info.extra = struct.pack("<2sH", b"FB", padding) + b"Z" * padding
    with archive.open(info, "w", force_zip64=is_large) as record:
        record.write(content)
