"""``save`` and ``load``: tensors, and dictionaries and lists of them, in PyTorch's own files and in safetensors files.

A file ``.pt`` or ``.pth`` that is written here is read by ``torch.load`` with its defaults, and the other way round.
Loading never runs code: see ``_pt_reader``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from ._creation import from_numpy
from ._device import check_device
from ._dtypes import from_numpy_dtype
from ._pt_reader import Archive
from ._pt_writer import write_archive
from ._tensor import Tensor
from .errors import MissingExtra, type_name

__all__ = ["load", "save"]


def save(
    obj: Any,
    f: Any,
    pickle_module: Any = None,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Save tensors, and dictionaries, lists, tuples, numbers and strings around them, to a path or an open binary file.

    Tensors that share memory share it after loading too. A path that ends in ``.safetensors`` gets that format, which holds one
    dictionary of named tensors. A file is put in place when it is whole: an interrupted ``save`` leaves the old one.

    Raises:
        RuntimeError: the folder does not exist.
        AttributeError: ``f`` is neither a path nor a file.

    >>> import io, tinygrad_loss as torch
    >>> file = io.BytesIO()
    >>> torch.save({"weight": torch.tensor([1.0, 2.0]), "epoch": 3}, file)
    >>> torch.load(file)
    {'weight': tensor([1., 2.]), 'epoch': 3}
    """
    if isinstance(f, (str, os.PathLike)):
        path = Path(f)
        if path.suffix == ".safetensors":
            content = _safetensors_bytes(obj)
            _put_in_place(path, lambda file: file.write(content))
        else:
            _put_in_place(path, lambda file: write_archive(obj, file))
    elif hasattr(f, "write"):
        write_archive(obj, f)
    else:
        raise AttributeError(
            f"save(): expected 'f' to be string, path, or a file-like object with a 'write' attribute, not {type_name(f)}"
        )


def load(
    f: Any,
    map_location: Any = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Read what ``save`` wrote, here or in PyTorch, from a path or an open binary file.

    ``map_location`` may be the CPU; files of tensors that lived elsewhere need it. ``weights_only`` is accepted, and
    always True: a file that names code, such as a whole pickled model, is refused, and the name is said.

    Raises:
        FileNotFoundError: there is no such file.
        EOFError: the file is empty.
        RuntimeError: the file is cut short or damaged, or has numbers of a dtype that is unknown here.
        pickle.UnpicklingError: the file names code, or is no file of this format.
    """
    if not isinstance(f, (str, os.PathLike)):
        if not hasattr(f, "seek") or not hasattr(f, "read"):
            raise AttributeError(
                f"load(): '{type_name(f)}' object has no attribute 'seek'. You can only torch.load from a "
                f"file that is seekable. Please "
                "pre-load the data into a buffer like io.BytesIO and try to load from it instead."
            )
        return Archive(f, map_location).load()
    if Path(f).suffix == ".safetensors":
        return _load_safetensors(Path(f), map_location)
    with open(f, "rb") as file:
        return Archive(file, map_location).load()


def _put_in_place(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file beside its place and move it there when it is whole."""
    place = Path(os.path.realpath(path))
    if not place.parent.is_dir():
        raise RuntimeError(
            f"save(): Parent directory {path.parent} does not exist. Make it first: os.makedirs({str(path.parent)!r})"
        )
    if place.is_dir():
        raise RuntimeError(f"save(): open file failed with strerror: Is a directory: {path}. Give the name of a file in it")
    if place.exists() and not place.is_file():  # a device or a pipe cannot be replaced
        with open(place, "wb") as file:
            write(file)
        return
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    try:
        with open(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~_umask())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ModuleNotFoundError:
        raise MissingExtra("a file that ends in .safetensors", "safetensors", "safetensors") from None
    return safetensors.numpy


def _safetensors_bytes(obj: Any) -> bytes:
    if not isinstance(obj, dict) or not all(isinstance(key, str) and isinstance(value, Tensor) for key, value in obj.items()):
        raise TypeError(
            "save(): a .safetensors file holds one dictionary of named tensors, such as a state_dict(). Save anything else as .pt"
        )
    arrays = {key: np.ascontiguousarray(value._data) for key, value in obj.items()}
    content: bytes = _safetensors().save(arrays, metadata={"format": "pt"})
    return content


def _load_safetensors(path: Path, map_location: Any) -> dict[str, Tensor]:
    library = _safetensors()
    if not callable(map_location) and not isinstance(map_location, dict):
        check_device(map_location, "load")
    with open(path, "rb") as file:
        content = file.read()
    try:
        arrays = library.load(content)
    except Exception as error:  # the library raises an exception of its own making
        raise RuntimeError(f"load(): {path} is no whole safetensors file: {error}") from None
    for name, array in arrays.items():
        try:
            from_numpy_dtype(array.dtype)
        except TypeError:
            raise RuntimeError(f"load(): tensor {name!r} of {path} has the dtype {array.dtype}, which is unknown here") from None
    return {name: from_numpy(np.array(array)) for name, array in arrays.items()}
