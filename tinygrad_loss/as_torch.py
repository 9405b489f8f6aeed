"""``import tinygrad_loss.as_torch``: from here on ``import torch`` means this package, and code for PyTorch runs on it.

It says so once on stderr. Import it first: PyTorch must not be imported yet. ``tinygrad_loss.as_torch.undo()`` takes it back.
For a script there is ``tinygrad-loss run SCRIPT.py``.
"""

from ._stand_in import install, undo

__all__ = ["undo"]

install()
