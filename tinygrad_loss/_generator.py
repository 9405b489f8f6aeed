"""Sources of random numbers: the one that everybody shares, and generators of one's own. The numbers are PyTorch's."""

from __future__ import annotations

from typing import Any

from ._device import CPU, check_device, device
from .autograd.node import NO_EDGE
from .autograd.variable import Variable
from .autograd.wrapping import wrap
from .errors import type_name
from .kernels.mersenne import DEFAULT_SEED
from .kernels.random_stream import Stream


class Generator:
    """A source of random numbers with its own state: pass it as ``generator=`` to a draw.

    The same seed gives PyTorch's numbers.

    >>> import tinygrad_loss as torch
    >>> g = torch.Generator().manual_seed(0)
    >>> torch.rand(3, generator=g)
    tensor([0.4963, 0.7682, 0.0885])
    """

    __slots__ = ("__weakref__", "stream")

    def __init__(self, device: Any = None) -> None:
        check_device(device, "Generator")
        self.stream = Stream(DEFAULT_SEED)

    @property
    def device(self) -> device:
        """The CPU."""
        return CPU

    def manual_seed(self, seed: int) -> Generator:
        """Start again from ``seed``, an integer in [-2**63, 2**64); returns the generator."""
        self.stream.manual_seed(seed)
        return self

    def seed(self) -> int:
        """Start again from a seed that the operating system gives, and return that seed."""
        return self.stream.seed()

    def initial_seed(self) -> int:
        """The seed from which the generator was last started."""
        return self.stream.initial_seed()

    def get_state(self) -> Any:
        """The whole state as a tensor of 5056 bytes, PyTorch's byte for byte."""
        return wrap(self.stream.get_state(), NO_EDGE)

    def set_state(self, new_state: Any) -> Generator:
        """Continue from a state that ``get_state`` gave, here or in PyTorch."""
        if not isinstance(new_state, Variable):
            raise TypeError(f"set_state: expected a torch.ByteTensor, but got {type_name(new_state)}; pass what get_state() gave")
        self.stream.set_state(new_state._data)
        return self

    def clone_state(self) -> Generator:
        """Another generator in the same state."""
        return Generator().set_state(self.get_state())

    def __getstate__(self) -> Any:
        return self.stream.get_state()

    def __setstate__(self, state: Any) -> None:
        self.stream = Stream()
        self.stream.set_state(state)

    def __repr__(self) -> str:
        return f"<Generator object at {id(self):#x}>"


default_generator = Generator()
default_generator.stream = Stream(None)


def stream_of(generator: Generator | None, function: str = "generator") -> Stream:
    """The stream that a draw takes its numbers from: the generator's own, or the shared one."""
    if generator is None:
        return default_generator.stream
    if isinstance(generator, Generator):
        return generator.stream
    raise TypeError(
        f"{function}() received an invalid combination of arguments: 'generator' must be a torch.Generator, "
        f"not {type_name(generator)}. Make one with torch.Generator().manual_seed(0)"
    )


def manual_seed(seed: Any) -> Generator:
    """Start the shared random numbers again from ``seed``; every draw after it is PyTorch's after the same seed.

    >>> import tinygrad_loss as torch
    >>> generator = torch.manual_seed(0)
    >>> torch.randn(2)
    tensor([ 1.5410, -0.2934])
    """
    return default_generator.manual_seed(int(seed))


def seed() -> int:
    """Start the shared random numbers again from a seed of the operating system, and return that seed."""
    return default_generator.seed()


def initial_seed() -> int:
    """The seed from which the shared random numbers were last started.

    >>> import tinygrad_loss as torch
    >>> torch.manual_seed(7).initial_seed() == torch.initial_seed() == 7
    True
    """
    return default_generator.initial_seed()


def get_rng_state() -> Any:
    """The state of the shared random numbers, a tensor of 5056 bytes.

    >>> import tinygrad_loss as torch
    >>> state = torch.get_rng_state(); first = torch.rand(3)
    >>> torch.set_rng_state(state); torch.equal(first, torch.rand(3))
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Any) -> None:
    """Continue the shared random numbers from a state that ``get_rng_state`` gave, here or in PyTorch."""
    default_generator.set_state(new_state)
