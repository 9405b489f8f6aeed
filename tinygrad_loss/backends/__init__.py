"""``torch.backends``: switches of devices that are not there. They can be set and read, and change nothing."""

from . import cuda, cudnn, mps

__all__ = ["cuda", "cudnn", "mps"]
