"""Other shapes over the same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._shapes import infer_size, sizes_of
from ..autograd.node import Node
from ._record import array_of
from ._views import view_of

if TYPE_CHECKING:
    from .._tensor import Tensor


class ViewBackward0(Node):
    """The same numbers in another shape: the gradient takes the old shape."""

    __slots__ = ()
    saves = ("self_sym_sizes",)
    frees = False
    vjps = (lambda g, sizes: g.reshape(sizes),)


def reshape(input: Tensor, *shape: Any) -> Tensor:
    """The same numbers, row by row, in another shape; one length may be -1 (what is left). A view where that is possible.

    >>> import tinygrad_loss as torch
    >>> torch.arange(6).reshape(2, -1)
    tensor([[0, 1, 2],
            [3, 4, 5]])
    """
    x = array_of(input, "reshape")
    sizes = infer_size(sizes_of(shape, "reshape"), x.size, "reshape")
    return view_of(ViewBackward0, input, x.reshape(sizes), (x.shape,))  # type: ignore[no-any-return]
