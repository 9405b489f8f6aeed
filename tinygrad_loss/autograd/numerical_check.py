"""gradcheck and gradgradcheck: are the gradients those that finite differences give?

For a function f and its inputs x the *numerical* Jacobian is found by moving one number of x at a time, by ``eps`` to both sides:
(f(x + eps) - f(x - eps)) / 2 eps, with an error of the order of eps^2. The *analytical* one is found by backward walks, one for
each number of the output. The check needs float64: in float32 the rounding of f alone, divided by eps, is larger than most
gradients.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .leaves import overlaps
from .node import LEAF, NO_EDGE
from .requests import grad
from .wrapping import kind, wrap

Array = np.ndarray[Any, Any]
Function = Callable[..., Any]


class GradcheckError(RuntimeError):
    """What gradcheck and gradgradcheck raise: the message shows both Jacobians and where they part."""


def gradcheck(
    func: Function,
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Whether ``func``'s gradients with respect to the tensors of ``inputs`` that require one are right, within
    ``atol + rtol * |numerical|``; if not GradcheckError, or False with ``raise_exception=False``.

    The inputs should be float64. Checked besides: that two backwards give the same (within ``nondet_tol``), that a gradient of
    zeros gives zeros, and that outputs may go unused. ``fast_mode`` compares one random combination of the Jacobian's entries.

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradcheck(lambda x: (x * x).sum(), x)
    True
    """
    if check_batched_grad or check_batched_forward_grad or check_forward_ad or not check_backward_ad:
        raise NotImplementedError(
            "gradcheck: there is no forward-mode and no batched differentiation here, so only backward gradients can be checked. "
            "Leave out check_forward_ad, check_batched_grad, check_batched_forward_grad and check_backward_ad"
        )
    try:
        _Check(func, as_tuple(inputs), eps, atol, rtol).run(nondet_tol, check_undefined_grad, fast_mode)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Function,
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Whether the second derivatives are right: gradcheck of ``func``'s gradient, as a function of the inputs and of
    ``grad_outputs`` (random numbers between -1 and 1, always the same, if left out).

    >>> import tinygrad_loss as torch
    >>> x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    >>> torch.autograd.gradgradcheck(lambda x: x ** 3, x)
    True
    """
    if check_fwd_over_rev or not check_rev_over_rev:
        raise NotImplementedError("gradgradcheck: there is no forward-mode differentiation here; leave out check_fwd_over_rev")
    given = as_tuple(inputs)
    if grad_outputs is None:
        rng = np.random.default_rng(0)
        grads = tuple(_random_like(y._data, rng, gen_non_contig_grad_outputs) for y in _differentiable(func(*given)))
    else:
        grads = as_tuple(grad_outputs)
    wanted = [place for place, x in enumerate(given) if _requires_grad(x)]

    def gradient(*args: Any) -> tuple[Any, ...]:
        xs, gs = args[: len(given)], args[len(given) :]
        found = grad(_differentiable(func(*xs)), [xs[place] for place in wanted], gs, create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    return gradcheck(
        gradient,
        (*given, *grads),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_batched_grad=check_batched_grad,
        fast_mode=fast_mode,
    )


class _Check:
    """One gradcheck: a function at a point."""

    def __init__(self, func: Function, inputs: tuple[Any, ...], eps: float, atol: float, rtol: float) -> None:
        self.func, self.inputs, self.eps, self.atol, self.rtol = func, inputs, eps, atol, rtol
        self.wanted = [x for x in inputs if _requires_grad(x)]
        if not self.wanted:
            raise ValueError(
                "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
            )
        for place, x in enumerate(inputs):
            if _requires_grad(x):
                _check_input(place, x)

    def run(self, nondet_tol: float, check_undefined_grad: bool, fast_mode: bool) -> None:
        """GradcheckError at the first thing that is wrong."""
        everything = as_tuple(self.func(*self.inputs))
        outputs = [place for place, y in enumerate(everything) if y.requires_grad]
        numerical = None if fast_mode else [self.numerical(x) for x in self.wanted]
        if not outputs:
            found = numerical or [self.numerical(x) for x in self.wanted]
            if any(np.any(jacobian) for of_input in found for jacobian in of_input):
                raise GradcheckError("Numerical gradient for function expected to be zero, since no output requires a gradient")
            return
        for number, place in enumerate(outputs):
            if numerical is None:
                self.compare_projections(everything[place], number, place)
                continue
            analytical, again = self.analytical(everything[place]), self.analytical(everything[place])
            if any(np.any(np.abs(a - b) > nondet_tol) for a, b in zip(analytical, again, strict=True)):
                raise GradcheckError(
                    "Backward is not reentrant, i.e., running backward with same input and grad_output multiple times gives "
                    f"different values. The tolerance for nondeterminism was {nondet_tol}."
                )
            for input_number, jacobian in enumerate(analytical):
                self.compare(jacobian, numerical[input_number][place], number, input_number)
        self.zeros_give_zeros([everything[place] for place in outputs], "backward not multiplied by grad_output")
        if check_undefined_grad and len(outputs) > 1:
            self.outputs_may_go_unused()

    def outputs_at(self) -> list[Array]:
        """What the function gives for the inputs as they are now."""
        return [np.array(y._data, np.float64) for y in as_tuple(self.func(*self.inputs))]

    def difference(self, data: Array, move: Array) -> list[Array]:
        """(f(x + move) - f(x - move)) / 2 eps for each output, flattened. ``x`` is put back."""
        before = data.copy()
        try:
            data[...] = before - move
            low = self.outputs_at()
            data[...] = before + move
            high = self.outputs_at()
        finally:
            data[...] = before
        return [(b - a).reshape(-1) / (2 * self.eps) for a, b in zip(low, high, strict=True)]

    def numerical(self, x: Any) -> list[Array]:
        """For each output the Jacobian by finite differences: a row for each number of ``x``, a column for each of the output."""
        rows = []
        for place in np.ndindex(x._data.shape):
            move = np.zeros(x._data.shape)
            move[place] = self.eps
            rows.append(self.difference(x._data, move))
        if not rows:
            return [np.zeros((0, y.size)) for y in self.outputs_at()]
        return [np.stack(column) for column in zip(*rows, strict=True)]

    def analytical(self, output: Any) -> list[Array]:
        """For each input that requires a gradient the Jacobian by backward, in the same layout."""
        jacobians = [np.zeros((x._data.size, output._data.size)) for x in self.wanted]
        for column, place in enumerate(np.ndindex(output._data.shape)):
            one = np.zeros_like(output._data)
            one[place] = 1
            found = grad(output, self.wanted, wrap(one, NO_EDGE), retain_graph=True, allow_unused=True)
            for jacobian, g in zip(jacobians, found, strict=True):
                if g is not None:
                    jacobian[:, column] = g._data.reshape(-1)
        return jacobians

    def compare(self, analytical: Array, numerical: Array, output: int, place: int) -> None:
        """GradcheckError where the two Jacobians of an output and an input part."""
        wrong = ~(np.abs(analytical - numerical) <= self.atol + self.rtol * np.abs(numerical))
        if not wrong.any():
            return
        row, column = np.argwhere(wrong)[0].tolist()
        shape = self.wanted[place]._data.shape
        at = [int(number) for number in np.unravel_index(row, shape)]
        raise GradcheckError(
            f"Jacobian mismatch for output {output} with respect to input {place},\n"
            f"numerical:{wrap(numerical, NO_EDGE)}\nanalytical:{wrap(analytical, NO_EDGE)}\n"
            f"They part at {int(wrong.sum())} of {wrong.size} places. First at [{row}, {column}] (element {at} of the input, "
            f"number {column} of the output): numerical {numerical[row, column]:.6g}, analytical {analytical[row, column]:.6g}."
        )

    def compare_projections(self, output: Any, number: int, place: int) -> None:
        """Fast mode: v J u in place of J, for random u and v of positive numbers."""
        rng = np.random.default_rng(0)
        v = _unit(rng, output._data.shape)
        found = grad(output, self.wanted, wrap(v.astype(output._data.dtype), NO_EDGE), retain_graph=True, allow_unused=True)
        for input_number, (x, g) in enumerate(zip(self.wanted, found, strict=True)):
            u = _unit(rng, x._data.shape)
            analytical = 0.0 if g is None else float(np.sum(g._data * u))
            numerical = float(self.difference(x._data, self.eps * u)[place] @ v.reshape(-1))
            if not abs(analytical - numerical) <= self.atol * u.sum() * v.sum() + self.rtol * abs(numerical):
                self.compare(self.analytical(output)[input_number], self.numerical(x)[place], number, input_number)
                raise GradcheckError(
                    f"Jacobian mismatch for output {number} with respect to input {input_number},\nnumerical:{numerical}\n"
                    f"analytical:{analytical}\nin fast mode only: entry by entry the Jacobians agree within the tolerance."
                )

    def zeros_give_zeros(self, outputs: Sequence[Any], problem: str) -> None:
        """GradcheckError if a gradient of zeros comes back as anything else."""
        zeros = [wrap(np.zeros_like(y._data), NO_EDGE) for y in outputs]
        found = grad(outputs, self.wanted, zeros, retain_graph=True, allow_unused=True)
        if any(g is not None and np.any(g._data) for g in found):
            raise GradcheckError(problem)

    def outputs_may_go_unused(self) -> None:
        """GradcheckError if the backward fails when one of several outputs gets no gradient."""
        for unused in range(len(_differentiable(self.func(*self.inputs)))):
            outputs = _differentiable(self.func(*self.inputs))
            try:
                self.zeros_give_zeros(outputs[:unused] + outputs[unused + 1 :], "undefined output grads are not taken for zeros")
            except (AttributeError, TypeError, ValueError) as error:
                raise GradcheckError(
                    f"Expected backward function to handle undefined output grads: without a gradient of output {unused} it "
                    f"fails with {type(error).__name__}: {error}"
                ) from error


def as_tuple(values: Any) -> tuple[Any, ...]:
    """A tuple or list as a tuple, anything else as a tuple of one."""
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _requires_grad(x: Any) -> bool:
    return isinstance(x, kind.tensor) and bool(x.requires_grad)


def _differentiable(outputs: Any) -> tuple[Any, ...]:
    return tuple(y for y in as_tuple(outputs) if y.requires_grad)


def _check_input(place: int, x: Any) -> None:
    if x._data.dtype != np.float64:
        warnings.warn(
            f"Input #{place} requires gradient and is not a double precision floating point or complex. This check will likely "
            "fail if all the inputs are not of double precision floating point or complex. ",
            stacklevel=4,
        )
    if overlaps(x._data) or not x._data.flags.writeable:
        raise RuntimeError(
            f"The {place}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be "
            "able to compute the numerical gradients correctly. You should call .contiguous on the input before passing it to "
            "gradcheck."
        )


def _random_like(array: Array, rng: np.random.Generator, apart: bool) -> Any:
    room = np.empty((*array.shape, 2 if apart else 1), array.dtype)
    room[...] = rng.uniform(-1, 1, room.shape)
    return wrap(room[..., 0], LEAF)


def _unit(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    vector = rng.uniform(0.1, 1.0, shape)
    return np.asarray(vector / np.linalg.norm(vector))
