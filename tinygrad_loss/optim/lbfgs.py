"""L-BFGS: steps along a direction that takes the curvature into account, as the last gradients tell it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._creation import from_numpy
from .._tensor import Tensor
from ..autograd.clock import touch
from ..autograd.modes import enable_grad, no_grad
from ._line_search import strong_wolfe
from .optimizer import Array, Optimizer, Params, check_options, number


class LBFGS(Optimizer):
    """``step(closure)`` takes up to ``max_iter`` steps of length ``lr`` along -H g, where H, an estimate of the inverse of the
    second derivatives, is made of the last ``history_size`` changes of the parameters and of the gradient.

    ``closure`` sets the gradients to zero, computes the loss, calls backward and returns the loss; it is called up to ``max_eval``
    times. With ``line_search_fn="strong_wolfe"`` the length of each step is searched for. It ends early where no gradient is
    larger than ``tolerance_grad``, and where neither the parameters nor the loss change by more than ``tolerance_change``.

    Source: J. Nocedal and S. Wright, Numerical Optimization, 2nd ed. (2006), algorithms 7.4 and 3.5

    >>> import tinygrad_loss as torch
    >>> w = torch.tensor([1.0, -8.0], requires_grad=True)
    >>> optimizer = torch.optim.LBFGS([w], line_search_fn="strong_wolfe")
    >>> def closure():
    ...     optimizer.zero_grad()
    ...     loss = ((w - 3) ** 2).sum()
    ...     loss.backward()
    ...     return loss
    >>> optimizer.step(closure), w
    (tensor(125., grad_fn=<SumBackward0>), tensor([3.0000, 3.0000], requires_grad=True))
    """

    def __init__(
        self,
        params: Params,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_options(lr=lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups): give one list of parameters")

    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Take up to ``max_iter`` steps, and return the loss that ``closure`` gave first."""
        with no_grad():
            return self._step(enable_grad()(closure))

    def _step(self, closure: Callable[[], Any]) -> Any:
        group = self.param_groups[0]
        lr, search, most_calls = number(group["lr"]), group["line_search_fn"], group["max_eval"]
        if search not in (None, "strong_wolfe"):
            raise RuntimeError(f"only 'strong_wolfe' is supported, not line_search_fn={search!r}")
        state = self.state[group["params"][0]]
        first = closure()
        loss, g, calls = number(first), self._gradient(), 1
        state["func_evals"] = state.get("func_evals", 0) + 1
        state.setdefault("n_iter", 0)
        if _largest(g) <= group["tolerance_grad"]:
            return first
        d, t = _array(state.get("d")), number(state.get("t", 0.0))
        past_g, past_loss = _array(state.get("prev_flat_grad")), state.get("prev_loss")
        ys, ss = (list(map(_array, state.get(name, ()))) for name in ("old_dirs", "old_stps"))
        ros, scale = list(map(number, state.get("ro", ()))), number(state.get("H_diag", 1))
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            if state["n_iter"] == 1:
                d, t = -g, min(1.0, 1.0 / float(np.abs(g).sum())) * lr
            else:
                y, s = g - past_g, d * t
                curvature = float(y @ s)
                if curvature > 1e-10:
                    if len(ys) == group["history_size"]:
                        del ys[0], ss[0], ros[0]
                    ys.append(y)
                    ss.append(s)
                    ros.append(1.0 / curvature)
                    scale = curvature / float(y @ y)
                d, t = _direction(g, ys, ss, ros, scale), lr
            past_g, past_loss = g, loss
            slope = float(g @ d)
            if slope > -group["tolerance_change"]:
                break
            more_calls = 0
            if search:
                start = [p._data.copy() for p in group["params"]]
                evaluate = self._evaluation(closure, start, d)
                loss, g, t, more_calls = strong_wolfe(evaluate, t, d, (loss, g, slope), most_calls - calls)
            self._move(d, t)
            if not search and iteration < group["max_iter"]:
                loss, g, more_calls = number(closure()), self._gradient(), 1
            calls += more_calls
            state["func_evals"] += more_calls
            small = _largest(g) <= group["tolerance_grad"] or _largest(d * t) <= group["tolerance_change"]
            if calls >= most_calls or small or abs(loss - past_loss) < group["tolerance_change"]:
                break
        state.update(d=from_numpy(d), t=t, old_dirs=list(map(from_numpy, ys)), old_stps=list(map(from_numpy, ss)), ro=ros)
        state.update(H_diag=scale, prev_flat_grad=from_numpy(past_g), prev_loss=past_loss)
        return first

    def _gradient(self) -> Array:
        """All gradients in one flat array; zeros where there is none."""
        return np.concatenate(
            [
                np.zeros(p._data.size, p._data.dtype) if p.grad is None else p.grad._data.reshape(-1)
                for p in self.param_groups[0]["params"]
            ]
        )

    def _move(self, d: Array, t: float) -> None:
        start = 0
        for p in self.param_groups[0]["params"]:
            data = p._data
            data += t * d[start : start + data.size].reshape(data.shape)
            touch(data)
            start += data.size

    def _evaluation(self, closure: Callable[[], Any], start: list[Array], d: Array) -> Callable[[float], tuple[float, Array]]:
        def evaluate(t: float) -> tuple[float, Array]:
            """The loss and the gradient at start + t d. The parameters go back to the start."""
            self._move(d, t)
            found = number(closure()), self._gradient()
            for p, values in zip(self.param_groups[0]["params"], start, strict=True):
                p._data[...] = values
                touch(p._data)
            return found

        return evaluate


def _direction(g: Array, ys: Sequence[Array], ss: Sequence[Array], ros: Sequence[float], scale: float) -> Array:
    """-H g by two loops over the changes kept, the newest first and then last."""
    q = -g
    alphas = []
    for y, s, ro in zip(reversed(ys), reversed(ss), reversed(ros), strict=True):
        alpha = float(s @ q) * ro
        q -= alpha * y
        alphas.append(alpha)
    q *= scale
    for y, s, ro, alpha in zip(ys, ss, ros, reversed(alphas), strict=True):
        q += (alpha - float(y @ q) * ro) * s
    return q


def _largest(values: Array) -> float:
    return float(np.abs(values).max())


def _array(value: Any) -> Array:
    return value._data if isinstance(value, Tensor) else np.empty(0)
