"""The short forms that a chain of steps comes to: softmax minus one-hot over N, sigmoid minus target over N."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from .._formulas import Facts, Unknown
from .._formulas.losses import MEAN, logits_gap, one_hot, row_weights, softmax_of, total_weight
from .._formulas.pointwise import logistic
from ..graph.model import Values
from .records import Quantity, Step, Together
from .rounding import close

_NLL = ("NllLossBackward0", "NllLoss2DBackward0")


def short_forms(steps: Sequence[Step], facts: Mapping[str, Facts]) -> tuple[Together, ...]:
    """The short forms of these steps."""
    by_number = {step.number: step for step in steps}
    found = []
    for step in steps:
        chain = [step]
        while len(chain[-1].arrivals) == 1 and chain[-1].arrivals[0][0] in by_number:
            chain.append(by_number[chain[-1].arrivals[0][0]])
        try:
            one = _short_form(chain, facts)
        except (Unknown, ValueError, TypeError, IndexError, KeyError):
            continue
        if one is not None:
            found.append(one)
    return tuple(found)


def _short_form(chain: Sequence[Step], facts: Mapping[str, Facts]) -> Together | None:
    """The form for the last step of a chain, which begins with the last and goes back to the loss."""
    types = [step.type for step in chain]
    own = facts.get(chain[0].id)
    if own is None or not chain[0].sends or chain[0].sends[0].gradient is None:
        return None
    if types[0] == "LogSoftmaxBackward0":
        if types[1:2] and types[1] in _NLL:
            return _classes(chain[:2], softmax_of(own), facts[chain[1].id])
        return _rows(chain[:1], softmax_of(own), own.g, own)
    if types[0] == "SoftmaxBackward0" and types[1:2] == ["LogBackward0"]:
        if types[2:3] and types[2] in _NLL:
            return _classes(chain[:3], own.y, facts[chain[2].id])
        return _rows(chain[:2], own.y, own.g * own.y, own)
    if types[0] == "BinaryCrossEntropyWithLogitsBackward0":
        return _binary(chain[:1], logistic(own.x), own)
    if types[0] == "SigmoidBackward0" and types[1:2] == ["BinaryCrossEntropyBackward0"]:
        return _binary(chain[:2], own.y, facts[chain[1].id])
    return None


def _made(chain: Sequence[Step], title: str, text: str, latex: str, terms: Mapping[str, object], result: object) -> Together:
    sent = chain[0].sends[0]
    assert sent.gradient is not None
    numbers = tuple(Quantity(name, Values.of(np.asarray(value))) for name, value in terms.items())
    given = Values.of(np.asarray(result))
    return Together(tuple(sorted(step.number for step in chain)), chain[0].id, title, text, latex, numbers, given,
                    close(given, sent.gradient, dtypes=[step.value.dtype for step in chain if step.value is not None]))


def _classes(chain: Sequence[Step], softmax: object, loss: Facts) -> Together:
    """Cross-entropy with class numbers."""
    hot, rows = one_hot(loss), row_weights(loss)
    result = rows * (softmax - hot)
    title = "Cross-entropy, from the loss to the logits"
    if loss["reduction"] == MEAN and np.all(loss.g == 1) and loss.saved.get("weight") is None and np.all(rows == rows.flat[:1]):
        return _made(chain, title, "(softmax(x) - onehot(t)) / N", r"\frac{\mathrm{softmax}(x) - \mathrm{onehot}(t)}{N}",
                     {"softmax(x)": softmax, "onehot(t)": hot, "N": total_weight(loss)}, result)
    return _made(chain, title, "c · (softmax(x) - onehot(t)), with c the gradient times the weight of each target (0: ignored), over N "
                 "for the mean", r"c \left(\mathrm{softmax}(x) - \mathrm{onehot}(t)\right)",
                 {"softmax(x)": softmax, "onehot(t)": hot, "c": rows}, result)


def _rows(chain: Sequence[Step], softmax: object, gradient: object, own: Facts) -> Together | None:
    """Any gradient that comes to a log-softmax: each row is the gradient of a cross-entropy with a distribution of its own."""
    g = np.asarray(gradient)
    total = np.asarray(g.sum(axis=own.axis(), keepdims=True)) if g.ndim else g
    if not np.all(total):
        return None
    return _made(chain, "Each row is the gradient of a cross-entropy with the target distribution q = h / sum(h), weighed by "
                 "c = -sum(h), where h is the gradient by log-softmax(x)", "c · (softmax(x) - q)",
                 r"c \left(\mathrm{softmax}(x) - q\right)", {"softmax(x)": softmax, "q": g / total, "c": -total},
                 -total * (softmax - g / total))


def _binary(chain: Sequence[Step], sigmoid: object, loss: Facts) -> Together:
    """Binary cross-entropy, of logits or of their sigmoid."""
    target = loss.into(1, "target")
    size = loss.x.size if loss["reduction"] == MEAN else 1
    weight, positive = loss.saved.get("weight"), loss.saved.get("pos_weight")
    terms: dict[str, object] = {"sigmoid(x)": sigmoid, "t": target, "N": float(size)}
    gap = np.asarray(sigmoid) - target if positive is None else logits_gap(loss)
    text, latex = "(sigmoid(x) - t) / N", r"\frac{\sigma(x) - t}{N}"
    if positive is not None:
        terms["p"] = positive
        text, latex = "(sigmoid(x) · (1 + (p - 1) · t) - p · t) / N", r"\frac{\sigma(x) (1 + (p - 1) t) - p\, t}{N}"
    if weight is not None:
        terms["w"] = weight
        text, latex = f"w · {text}", f"w {latex}"
    if not np.all(loss.g == 1):
        terms["g"] = loss.g
        text, latex = f"g · {text}", rf"g \cdot {latex}"
    result = loss.g * gap * (1.0 if weight is None else weight) / size
    return _made(chain, "Binary cross-entropy, from the loss to the logits", text, latex, terms, result)
