"""``torch.version``: the package's version, and the devices that it was not built for."""

from ._version import __version__

__all__ = ["__version__", "cuda", "hip"]

cuda: str | None = None
hip: str | None = None
