"""Programs with one mistake each, and the rule that must find it. Each runs on this package and on PyTorch.

A program gets a `Setting` (the library and a few tensors) and returns the loss, or (loss, {"model": ..., "optimizer": ...}), or
what `lint.watch()` found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tinygrad_loss import lint


@dataclass
class Setting:
    """Ten rows of four numbers, three classes."""

    torch: Any

    def __post_init__(self) -> None:
        torch = self.torch
        torch.manual_seed(0)
        self.F, self.nn = torch.nn.functional, torch.nn
        self.x = torch.randn(10, 4)
        self.y = torch.tensor([0, 2, 1, 1, 0, 2, 2, 0, 1, 0])
        self.t = torch.tensor([0.0, 1, 1, 0, 1, 0, 0, 1, 1, 0])
        self.rows = torch.arange(10)
        self.model = self.nn.Linear(4, 3)
        self.score = self.nn.Linear(4, 1)
        self.z = self.model(self.x)
        self.s = self.score(self.x).squeeze(1)
        self.hot = self.F.one_hot(self.y, 3)

    def mlp(self, *activations: Any, width: int = 16) -> Any:
        nn = self.nn
        layers: list[Any] = [nn.Linear(4, width)]
        for activation in activations:
            layers += [activation, nn.Linear(width, width)]
        return nn.Sequential(*layers[:-1], nn.Linear(width, 3)) if activations else nn.Linear(4, 3)


Program = Callable[[Setting], Any]
WRONG: dict[str, tuple[str, Program]] = {}


def wrong(slug: str) -> Callable[[Program], Program]:
    def enter(program: Program) -> Program:
        WRONG[program.__name__] = (slug, program)
        return program
    return enter


def train(s: Setting, net: Any, loss_of: Callable[[int], Any], optimizer: Any = None, steps: int = 6, clear: bool = True,
          **watch: Any) -> Any:
    """A loop of training under lint.watch()."""
    optimizer = optimizer or s.torch.optim.SGD(net.parameters(), lr=0.1)
    with lint.watch(show=False, **watch) as findings:
        for step in range(steps):
            if clear:
                optimizer.zero_grad()
            loss_of(step).backward()
            optimizer.step()
    return findings


# -- softmax and cross-entropy

for name, program in {
    "softmax_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1), s.y),
    "softmax_module_then_criterion": lambda s: s.nn.CrossEntropyLoss()(s.nn.Softmax(dim=-1)(s.z), s.y),
    "softmax_viewed_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.softmax(s.z.reshape(2, 5, 3), -1).reshape(-1, 3), s.y),
    "softmax_cast_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1).double(), s.y),
    "softmax_transposed_then_cross_entropy": lambda s: s.F.cross_entropy(
        s.torch.softmax(s.z.reshape(2, 5, 3), -1).transpose(1, 2), s.y.reshape(2, 5)),
    "softmax_by_hand_then_cross_entropy": lambda s: s.F.cross_entropy(s.z.exp() / s.z.exp().sum(1, keepdim=True), s.y),
    "stable_softmax_by_hand_then_cross_entropy": lambda s: (lambda e: s.F.cross_entropy(e / e.sum(1)[:, None], s.y))(
        (s.z - s.z.max(1, keepdim=True).values).exp()),
    "softmax_then_log_softmax_and_nll": lambda s: s.F.nll_loss(s.F.log_softmax(s.F.softmax(s.z, 1), 1), s.y),
    "softmax_then_cross_entropy_by_hand": lambda s: (lambda p: (p.logsumexp(1) - p[s.rows, s.y]).mean())(s.torch.softmax(s.z, 1)),
    "exp_log_softmax_then_cross_entropy": lambda s: s.F.cross_entropy(s.F.log_softmax(s.z, 1).exp(), s.y),
    "softmax_then_smoothed_cross_entropy": lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1), s.y, label_smoothing=0.1),
    "softmax_then_cross_entropy_of_probabilities": lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1), s.hot.float()),
    "mean_of_softmaxes_then_cross_entropy": lambda s: s.F.cross_entropy(
        (s.torch.softmax(s.z, 1) + s.torch.softmax(s.nn.Linear(4, 3)(s.x), 1)) / 2, s.y),
    "softmax_twice_by_hand": lambda s: -s.torch.softmax(s.torch.softmax(s.z, 1), 1).log()[s.rows, s.y].mean(),
    "softmax_then_weighted_sum_of_losses": lambda s: 0.5 * s.F.cross_entropy(s.torch.softmax(s.z, 1), s.y, reduction="none").sum() / 10
        + 0.01 * s.model.weight.pow(2).sum(),
}.items():
    program.__name__ = name
    wrong("softmax-before-cross-entropy")(program)

for name, program in {
    "log_softmax_then_cross_entropy": lambda s: s.F.cross_entropy(s.F.log_softmax(s.z, 1), s.y),
    "log_softmax_by_hand_then_cross_entropy": lambda s: s.F.cross_entropy(s.z - s.z.logsumexp(1, keepdim=True), s.y),
    "log_softmax_twice_then_nll": lambda s: s.F.nll_loss(s.F.log_softmax(s.F.log_softmax(s.z, -1), -1), s.y),
}.items():
    program.__name__ = name
    wrong("log-softmax-before-cross-entropy")(program)

for name, program in {
    "raw_scores_to_nll": lambda s: s.F.nll_loss(s.z, s.y),
    "raw_scores_to_nll_module": lambda s: s.nn.NLLLoss()(s.z.view(10, 3), s.y),
    "softmax_to_nll": lambda s: s.F.nll_loss(s.torch.softmax(s.z, 1), s.y),
    "softmax_by_hand_to_nll": lambda s: s.F.nll_loss(s.z.exp() / s.z.exp().sum(1, keepdim=True), s.y),
    "sigmoid_to_nll": lambda s: s.F.nll_loss(s.torch.sigmoid(s.z), s.y),
    "raw_scores_of_an_image_to_nll": lambda s: s.F.nll_loss(s.z.reshape(2, 5, 3).transpose(1, 2), s.y.reshape(2, 5)),
    "raw_scores_picked_by_hand": lambda s: -s.z[s.rows, s.y].mean(),
    "probabilities_picked_by_hand": lambda s: -s.torch.softmax(s.z, 1).gather(1, s.y.unsqueeze(1)).mean(),
}.items():
    program.__name__ = name
    wrong("nll-without-log-softmax")(program)

for name, program in {
    "log_of_softmax_to_nll": lambda s: s.F.nll_loss(s.torch.log(s.torch.softmax(s.z, 1)), s.y),
    "log_of_softmax_picked": lambda s: -s.torch.log(s.torch.softmax(s.z, 1)[s.rows, s.y]).mean(),
    "log_of_softmax_gathered": lambda s: -s.torch.softmax(s.z, 1).gather(1, s.y[:, None]).log().mean(),
    "log_of_softmax_times_one_hot": lambda s: -(s.hot * s.torch.softmax(s.z, 1).log()).sum(1).mean(),
    "log_of_one_hot_choice": lambda s: -(s.hot * s.torch.softmax(s.z, 1)).sum(1).log().mean(),
    "log_of_softmax_by_hand": lambda s: s.F.nll_loss((s.z.exp() / s.z.exp().sum(1, keepdim=True)).log(), s.y),
    "log_of_softmax_that_underflows": lambda s: s.F.nll_loss(s.torch.softmax(200 * s.z, 1).log(), s.y),
}.items():
    program.__name__ = name
    wrong("log-of-softmax")(program)

for name, program in {
    "logsumexp_by_hand": lambda s: (s.z.exp().sum(1).log() - s.z[s.rows, s.y]).mean(),
    "logsumexp_by_hand_gathered": lambda s: (s.z.exp().sum(1, keepdim=True).log() - s.z.gather(1, s.y[:, None])).mean(),
    "log_softmax_by_hand_unstable": lambda s: s.F.nll_loss(s.z - s.z.exp().sum(1, keepdim=True).log(), s.y),
    "logsumexp_that_overflows": lambda s: ((400 * s.z).exp().sum(1).log() - (400 * s.z)[s.rows, s.y]).mean(),
    "softplus_by_hand": lambda s: (s.torch.log(1 + s.s.exp()) - s.s * s.t).mean(),
}.items():
    program.__name__ = name
    wrong("unstable-logsumexp")(program)

for name, program in {
    "log_softmax_over_the_batch": lambda s: s.F.nll_loss(s.F.log_softmax(s.z, 0), s.y),
    "softmax_over_the_batch_by_hand": lambda s: s.F.nll_loss((s.z.exp() / s.z.exp().sum(0, keepdim=True)).log(), s.y),
    "log_softmax_over_places": lambda s: s.F.nll_loss(s.F.log_softmax(s.nn.Linear(4, 3)(s.torch.randn(2, 5, 4)).transpose(1, 2), 2),
                                                      s.y.reshape(2, 5)),
    "log_softmax_over_the_batch_picked": lambda s: -s.F.log_softmax(s.z, 0)[s.rows, s.y].mean(),
    "log_softmax_over_the_batch_soft": lambda s: -(s.hot.float() * s.F.log_softmax(s.z, 0)).sum(1).mean(),
    "softmax_over_everything": lambda s: s.F.nll_loss((s.z.exp() / s.z.exp().sum()).log(), s.y),
    "softmax_over_the_batch_against_one_hot": lambda s: s.F.binary_cross_entropy(s.torch.softmax(s.z, 0), s.hot.float()),
}.items():
    program.__name__ = name
    wrong("softmax-wrong-dim")(program)

for name, program in {
    "cross_entropy_of_one_column": lambda s: s.F.cross_entropy(s.score(s.x), s.torch.zeros(10, dtype=s.torch.long)),
    "log_softmax_of_one_column_by_hand": lambda s: -(lambda o: o - o.logsumexp(1, keepdim=True))(s.score(s.x)).mean(),
    "softmax_of_one_column_to_bce": lambda s: s.F.binary_cross_entropy(s.torch.softmax(s.score(s.x), 1), s.t[:, None]),
}.items():
    program.__name__ = name
    wrong("single-class")(program)

for name, program in {
    "kl_div_of_a_softmax": lambda s: s.F.kl_div(s.torch.softmax(s.z, 1), s.torch.softmax(s.torch.randn(10, 3), 1), reduction="batchmean"),
    "kl_div_module_of_a_softmax": lambda s: s.nn.KLDivLoss(reduction="sum")(s.torch.softmax(s.z, 1), s.torch.softmax(s.torch.randn(10, 3), 1)),
}.items():
    program.__name__ = name
    wrong("kl-div-of-probabilities")(program)

for slug, name, program in [
    ("softmax-before-cross-entropy", "softmax_of_one_example", lambda s: s.F.cross_entropy(s.torch.softmax(s.z[0], 0), s.torch.tensor(2))),
    ("softmax-before-cross-entropy", "softmax_dropped_out", lambda s: s.F.cross_entropy(s.F.dropout(s.torch.softmax(s.z, 1), 0.5), s.y)),
    ("softmax-before-cross-entropy", "softmaxes_stacked", lambda s: s.F.cross_entropy(
        s.torch.stack([s.torch.softmax(row, 0) for row in s.z]), s.y)),
    ("softmax-before-cross-entropy", "softmax_of_chosen_rows", lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1)[s.y > 0], s.y[s.y > 0])),
    ("softmax-before-cross-entropy", "softmax_in_a_focal_loss", lambda s: (lambda ce: ((1 - s.torch.exp(-ce)) ** 2 * ce).mean())(
        s.F.cross_entropy(s.torch.softmax(s.z, 1), s.y, reduction="none"))),
    ("softmax-before-cross-entropy", "softmax_beside_another_loss", lambda s: s.F.cross_entropy(s.torch.softmax(s.z, 1), s.y)
        + s.F.mse_loss(s.s, s.torch.randn(10))),
    ("log-of-softmax", "log_of_softmax_of_one_example", lambda s: -s.torch.log(s.torch.softmax(s.z[0], 0)[2])),
    ("log-of-softmax", "exponentials_chosen_then_divided", lambda s: (lambda e: -s.torch.log(e[s.rows, s.y] / e.sum(1)).mean())(s.z.exp())),
    ("log-of-softmax", "log_of_softmax_row_by_row", lambda s: -sum(s.torch.log(s.torch.softmax(s.z, 1))[i, int(s.y[i])] for i in range(10)) / 10),
    ("log-of-softmax", "log_of_softmax_in_kl_div", lambda s: s.F.kl_div(
        s.torch.softmax(s.z, 1).log(), s.torch.softmax(s.torch.randn(10, 3), 1), reduction="batchmean")),
    ("unstable-logsumexp", "logsumexp_by_hand_with_one_hot", lambda s: (-(s.hot * s.z).sum(1) + s.z.exp().sum(-1).log()).mean()),
    ("nll-without-log-softmax", "tanh_to_nll", lambda s: s.F.nll_loss(s.torch.tanh(s.z), s.y)),
    ("softmax-wrong-dim", "kl_div_over_the_batch", lambda s: s.F.kl_div(
        s.F.log_softmax(s.z, 0), s.torch.softmax(s.torch.randn(10, 3), 1), reduction="batchmean")),
    ("softmax-wrong-dim", "log_of_softmax_over_the_batch", lambda s: -s.torch.log(s.torch.softmax(s.z, 0)[s.rows, s.y]).mean()),
    ("sigmoid-then-bce", "log_of_a_chosen_sigmoid", lambda s: (lambda p: -s.torch.where(s.t > 0, p, 1 - p).log().mean())(s.torch.sigmoid(s.s))),
    ("activation-before-loss", "relu_by_maximum", lambda s: s.F.cross_entropy(s.torch.maximum(s.z, s.torch.zeros(10, 3)), s.y)),
    ("activation-before-loss", "relu_and_dropout", lambda s: s.F.cross_entropy(s.F.dropout(s.torch.relu(s.z), 0.5), s.y)),
    ("broadcast-target", "hinge_of_a_column", lambda s: s.torch.relu(1 - (2 * s.t - 1) * s.score(s.x)).mean()),
    ("broadcast-target", "logistic_loss_of_a_column", lambda s: s.F.softplus(-(2 * s.t - 1) * s.score(s.x)).mean()),
    ("broadcast-target", "root_of_a_column_against_row", lambda s: s.F.mse_loss(s.score(s.x), s.torch.randn(10)).sqrt()),
    ("all-ignored", "no_rows", lambda s: s.F.cross_entropy(s.z[s.y > 5], s.y[s.y > 5])),
    ("non-finite", "division_by_zero", lambda s: (s.s / s.torch.zeros(10)).sum()),
    ("non-finite", "exponential_overflows", lambda s: (s.s.abs() + 100).exp().mean()),
]:
    program.__name__ = name
    wrong(slug)(program)

# -- sigmoid and binary cross-entropy

for name, program in {
    "sigmoid_then_bce_with_logits": lambda s: s.F.binary_cross_entropy_with_logits(s.torch.sigmoid(s.s), s.t),
    "sigmoid_module_then_bce_with_logits": lambda s: s.nn.BCEWithLogitsLoss()(s.nn.Sigmoid()(s.score(s.x)), s.t[:, None]),
    "sigmoid_by_hand_then_bce_with_logits": lambda s: s.F.binary_cross_entropy_with_logits(1 / (1 + (-s.s).exp()), s.t),
    "sigmoid_twice_then_bce": lambda s: s.F.binary_cross_entropy(s.torch.sigmoid(s.torch.sigmoid(s.s)), s.t),
    "softmax_then_bce_with_logits": lambda s: s.F.binary_cross_entropy_with_logits(s.torch.softmax(s.z, 1), s.hot.float()),
    "sigmoid_then_logsigmoid_by_hand": lambda s: (lambda p: -(s.t * s.F.logsigmoid(p) + (1 - s.t) * s.F.logsigmoid(-p)).mean())(
        s.torch.sigmoid(s.s)),
}.items():
    program.__name__ = name
    wrong("sigmoid-before-bce-with-logits")(program)


@wrong("bce-without-sigmoid")
def scores_to_bce(s: Setting) -> Any:
    w = s.torch.tensor([[0.5], [-0.1], [0.1], [0.2]], requires_grad=True)
    return s.F.binary_cross_entropy((s.torch.ones(10, 4) @ w).squeeze(1), s.t)


@wrong("bce-without-sigmoid")
def scores_to_bce_by_hand(s: Setting) -> Any:
    w = s.torch.tensor([[0.5], [-0.1], [0.1], [0.2]], requires_grad=True)
    p = (s.torch.ones(10, 4) @ w).squeeze(1)
    return -(s.t * p.log() + (1 - s.t) * (1 - p).log()).mean()


@wrong("bce-without-sigmoid")
def tanh_to_bce(s: Setting) -> Any:
    w = s.torch.tensor([[0.5], [-0.1], [0.1], [0.2]], requires_grad=True)
    return s.F.binary_cross_entropy(s.torch.tanh(s.torch.ones(10, 4) @ w).squeeze(1), s.t)


for name, program in {
    "sigmoid_then_bce": lambda s: s.F.binary_cross_entropy(s.torch.sigmoid(s.s), s.t),
    "sigmoid_then_bce_by_hand": lambda s: (lambda p: -(s.t * p.log() + (1 - s.t) * (1 - p).log()).mean())(s.torch.sigmoid(s.s)),
    "sigmoid_by_hand_then_bce": lambda s: s.F.binary_cross_entropy(1 / (1 + s.torch.exp(-s.s)), s.t),
    "log_of_sigmoid_alone": lambda s: -s.torch.log(s.torch.sigmoid(s.s)).mean(),
}.items():
    program.__name__ = name
    wrong("sigmoid-then-bce")(program)


@wrong("saturated")
def saturated_bce(s: Setting) -> Any:
    w = s.torch.tensor([40.0, 0, 0, 0], requires_grad=True)
    return s.F.binary_cross_entropy(s.torch.sigmoid(s.torch.ones(10, 4) @ w), s.t)


@wrong("saturated")
def saturated_far_below(s: Setting) -> Any:
    w = s.torch.tensor([-200.0, 0, 0, 0], requires_grad=True)
    return s.F.binary_cross_entropy(s.torch.sigmoid(s.torch.ones(10, 4) @ w), s.torch.ones(10))


@wrong("saturated")
def clamped_logarithm(s: Setting) -> Any:
    p = s.torch.softmax(60 * s.z, 1)
    return -p.clamp(min=1e-7).log()[s.rows, s.y].mean()


@wrong("saturated")
def clamped_logarithm_of_a_sigmoid(s: Setting) -> Any:
    p = s.torch.sigmoid(90 * s.s).clamp(1e-7, 1 - 1e-7)
    return -(s.t * s.torch.log(p) + (1 - s.t) * s.torch.log(1 - p)).mean()


for name, program in {
    "relu_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.relu(s.z), s.y),
    "relu_by_clamp_then_cross_entropy": lambda s: s.F.cross_entropy(s.z.clamp(min=0), s.y),
    "relu_then_cross_entropy_by_hand": lambda s: (lambda r: (r.logsumexp(1) - r[s.rows, s.y]).mean())(s.torch.relu(s.z)),
    "relu_then_bce_with_logits": lambda s: s.F.binary_cross_entropy_with_logits(s.torch.relu(s.s), s.t),
    "sigmoid_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.sigmoid(s.z), s.y),
    "tanh_then_cross_entropy": lambda s: s.F.cross_entropy(s.torch.tanh(s.z), s.y),
}.items():
    program.__name__ = name
    wrong("activation-before-loss")(program)

for name, program in {
    "mse_of_a_softmax": lambda s: s.F.mse_loss(s.torch.softmax(s.z, 1), s.hot.float()),
    "mse_of_a_sigmoid": lambda s: s.F.mse_loss(s.torch.sigmoid(s.s), s.t),
    "mse_of_a_sigmoid_by_hand": lambda s: ((s.torch.sigmoid(s.s) - s.t) ** 2).mean(),
    "mse_of_a_softmax_by_hand": lambda s: (lambda d: (d * d).sum(1).mean())(s.torch.softmax(s.z, 1) - s.hot),
}.items():
    program.__name__ = name
    wrong("mse-on-probabilities")(program)

for name, program in {
    "bce_with_logits_of_minus_one": lambda s: s.F.binary_cross_entropy_with_logits(s.s, 2 * s.t - 1),
    "bce_with_logits_of_two": lambda s: s.F.binary_cross_entropy_with_logits(s.s, s.t + 1),
}.items():
    program.__name__ = name
    wrong("target-outside-range")(program)


@wrong("swapped-arguments")
def bce_swapped(s: Setting) -> Any:
    return s.F.binary_cross_entropy(s.t, s.torch.sigmoid(s.s))


# -- targets

for name, program in {
    "column_against_row_mse": lambda s: s.F.mse_loss(s.score(s.x), s.torch.randn(10)),
    "column_against_row_by_hand": lambda s: ((s.score(s.x) - s.torch.randn(10)) ** 2).mean(),
    "column_against_row_squared_by_product": lambda s: (lambda d: (d * d).mean())(s.score(s.x) - s.t),
    "column_against_row_absolute": lambda s: (s.torch.randn(10) - s.score(s.x)).abs().mean(),
    "column_against_row_l1": lambda s: s.F.l1_loss(s.score(s.x), s.torch.randn(10)),
    "column_against_row_smooth_l1": lambda s: s.F.smooth_l1_loss(s.score(s.x), s.torch.randn(10)),
    "row_against_column_mse": lambda s: s.F.mse_loss(s.s, s.torch.randn(10, 1)),
    "row_against_column_by_hand": lambda s: ((s.s - s.torch.randn(10, 1)) ** 2).mean(),
    "column_against_row_bce_by_hand": lambda s: (lambda o: -(s.t * s.F.logsigmoid(o) + (1 - s.t) * s.F.logsigmoid(-o)).mean())(
        s.score(s.x)),
}.items():
    program.__name__ = name
    wrong("broadcast-target")(program)

for name, program in {
    "all_targets_ignored": lambda s: s.F.cross_entropy(s.z, s.torch.full((10,), -100)),
    "all_targets_are_padding": lambda s: s.F.nll_loss(s.F.log_softmax(s.z, 1), s.torch.zeros(10, dtype=s.torch.long), ignore_index=0),
    "weights_of_nothing": lambda s: s.F.cross_entropy(s.z, s.torch.zeros(10, dtype=s.torch.long), weight=s.torch.tensor([0.0, 1, 1])),
    "mask_of_nothing": lambda s: (lambda m: (s.F.cross_entropy(s.z, s.y, reduction="none") * m).sum() / m.sum())(s.torch.zeros(10)),
    "choice_of_nothing": lambda s: s.F.cross_entropy(s.z, s.y, reduction="none")[s.y > 5].mean(),
}.items():
    program.__name__ = name
    wrong("all-ignored")(program)


@wrong("labels-start-at-one")
def labels_from_one_with_a_column_more(s: Setting) -> Any:
    return s.F.cross_entropy(s.nn.Linear(4, 4)(s.torch.randn(60, 4)), 1 + s.torch.arange(60) % 3)


@wrong("labels-start-at-one")
def labels_from_one_raise(s: Setting) -> Any:
    findings: Any = None
    try:
        with lint.watch(show=False) as findings:
            s.F.cross_entropy(s.z, s.y + 1)
    except IndexError:
        pass
    return findings


@wrong("one-hot-as-indices")
def one_hot_gathered(s: Setting) -> Any:
    return -s.F.log_softmax(s.z, 1).gather(1, s.hot).mean()


@wrong("one-hot-as-indices")
def one_hot_indexed(s: Setting) -> Any:
    return -s.F.log_softmax(s.nn.Linear(4, 3)(s.x), 1)[s.hot].mean()


@wrong("one-hot-as-indices")
def one_hot_raises(s: Setting) -> Any:
    findings: Any = None
    try:
        with lint.watch(show=False) as findings:
            s.F.cross_entropy(s.z, s.hot)
    except (RuntimeError, ValueError):
        pass
    return findings


@wrong("class-dim-last")
def classes_last_of_equal_size(s: Setting) -> Any:
    return s.F.cross_entropy(s.model(s.torch.randn(3, 3, 4)), s.y[:9].reshape(3, 3))


@wrong("class-dim-last")
def classes_last_in_nll(s: Setting) -> Any:
    return s.F.nll_loss(s.F.log_softmax(s.model(s.torch.randn(3, 3, 4)), -1), s.y[:9].reshape(3, 3))


@wrong("class-dim-last")
def classes_last_raise(s: Setting) -> Any:
    findings: Any = None
    try:
        with lint.watch(show=False) as findings:
            s.F.cross_entropy(s.model(s.torch.randn(2, 5, 4)), s.y.reshape(2, 5))
    except (RuntimeError, ValueError):
        pass
    return findings


IMBALANCED = [0] * 24 + [1] * 6 + [2] * 2


@wrong("class-imbalance-weight")
def weights_are_counts(s: Setting) -> Any:
    y = s.torch.tensor(IMBALANCED)
    return s.F.cross_entropy(s.model(s.torch.randn(32, 4)), y, weight=s.torch.tensor([24.0, 6.0, 2.0]) / 32)


@wrong("class-imbalance-weight")
def pos_weight_upside_down(s: Setting) -> Any:
    t = (s.torch.arange(40) % 10 == 0).float()
    return s.F.binary_cross_entropy_with_logits(s.score(s.torch.randn(40, 4)).squeeze(1), t, pos_weight=s.torch.tensor(4 / 36))


# -- numbers

for name, program in {
    "nan_in_the_data": lambda s: s.F.cross_entropy(s.model(s.x * float("nan")), s.y),
    "log_of_zero": lambda s: s.torch.log(s.torch.relu(s.z) * 0 + s.torch.relu(-s.z.abs())).mean(),
    "infinite_weights": lambda s: s.F.mse_loss(s.x @ s.torch.full((4, 1), float("inf"), requires_grad=True), s.t[:, None]),
}.items():
    program.__name__ = name
    wrong("non-finite")(program)


@wrong("non-finite")
def nan_behind_a_where(s: Setting) -> Any:
    x = s.torch.zeros(3, requires_grad=True)
    return s.torch.where(x > 0, x.sqrt(), s.torch.zeros(3)).sum()


@wrong("non-finite")
def nan_behind_a_mask(s: Setting) -> Any:
    x = s.torch.tensor([1.0, 0.0], requires_grad=True)
    return (x.sqrt() * s.torch.tensor([1.0, 0.0])).sum()


@wrong("dead-relu")
def relu_layer_is_dead(s: Setting) -> Any:
    h = s.torch.relu(s.nn.Linear(4, 16)(s.x) - 100)
    return s.F.cross_entropy(s.nn.Linear(16, 3)(h), s.y)


@wrong("dead-relu")
def relu_by_clamp_is_dead(s: Setting) -> Any:
    h = (s.nn.Linear(4, 16)(s.x) - 100).clamp(min=0)
    return s.F.cross_entropy(s.nn.Linear(16, 3)(h), s.y)


@wrong("vanishing-gradient")
def deep_sigmoids(s: Setting) -> Any:
    return s.F.cross_entropy(s.mlp(*[s.nn.Sigmoid()] * 10)(s.x), s.y)


@wrong("vanishing-gradient")
def deep_tiny_weights_by_hand(s: Setting) -> Any:
    h = s.x
    for _ in range(6):
        w = (0.02 * s.torch.randn(4, 4)).requires_grad_()
        h = s.torch.tanh(h @ w)
    out = h @ (0.1 * s.torch.randn(4, 3)).requires_grad_()
    return (out.logsumexp(1) - out[s.rows, s.y]).mean()


@wrong("exploding-gradient")
def deep_large_weights(s: Setting) -> Any:
    h = s.x
    for _ in range(8):
        h = h @ (4 * s.torch.randn(4, 4)).requires_grad_()
    return s.F.mse_loss(h @ s.torch.randn(4, 1).requires_grad_(), s.t[:, None])


# -- the graph and the loop


@wrong("detached")
def loss_made_again(s: Setting) -> Any:
    return s.torch.tensor(s.F.cross_entropy(s.z, s.y).item(), requires_grad=True)


@wrong("detached")
def output_detached(s: Setting) -> Any:
    return s.F.cross_entropy(s.z.detach().requires_grad_(), s.y), {"model": s.model}


@wrong("detached")
def loss_of_argmax(s: Setting) -> Any:
    return s.F.l1_loss(s.z.argmax(1).float(), s.y.float()), {"model": s.model}


@wrong("unused-parameter")
def layer_not_called(s: Setting) -> Any:
    model = s.nn.Sequential(s.nn.Linear(4, 8), s.nn.ReLU(), s.nn.Linear(8, 3), s.nn.Linear(3, 3))
    return s.F.cross_entropy(model[:3](s.x), s.y), {"model": model}


@wrong("optimizer-misses-parameter")
def head_after_optimizer(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.1)
    s.model.head = s.nn.Linear(3, 3)
    return s.F.cross_entropy(s.model.head(s.z), s.y), {"model": s.model, "optimizer": optimizer}


@wrong("optimizer-misses-parameter")
def optimizer_of_another_model(s: Setting) -> Any:
    return s.F.cross_entropy(s.z, s.y), {"optimizer": s.torch.optim.Adam(s.nn.Linear(4, 3).parameters())}


@wrong("optimizer-misses-parameter")
def layer_never_moves(s: Setting) -> Any:
    head = s.nn.Linear(3, 3)
    return train(s, s.model, lambda _: s.F.cross_entropy(head(s.model(s.x)), s.y), steps=8)


@wrong("stale-gradient")
def no_zero_grad(s: Setting) -> Any:
    return train(s, s.model, lambda _: s.F.cross_entropy(s.model(s.x), s.y), clear=False)


@wrong("stale-gradient")
def no_zero_grad_by_hand(s: Setting) -> Any:
    w = s.torch.zeros(4, 3, requires_grad=True)
    with lint.watch(show=False) as findings:
        for _ in range(4):
            out = s.x @ w
            (out.logsumexp(1) - out[s.rows, s.y]).mean().backward()
            with s.torch.no_grad():
                w -= 0.1 * w.grad
    return findings


@wrong("graph-grows")
def total_with_its_graph(s: Setting) -> Any:
    total = s.torch.zeros(())

    def loss_of(_: int) -> Any:
        nonlocal total
        loss = s.F.cross_entropy(s.model(s.x), s.y)
        total = total + loss
        return loss

    return train(s, s.model, loss_of)


@wrong("graph-grows")
def list_of_losses(s: Setting) -> Any:
    kept = []

    def loss_of(_: int) -> Any:
        kept.append(s.F.cross_entropy(s.model(s.x), s.y))
        return kept[-1]

    return train(s, s.model, loss_of)


@wrong("graph-grows")
def total_linted_after_the_loop(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.1)
    total = 0
    for _ in range(4):
        optimizer.zero_grad()
        loss = s.F.cross_entropy(s.model(s.x), s.y)
        loss.backward()
        optimizer.step()
        total = total + loss
    return total


@wrong("sum-reduction-learning-rate")
def sum_with_a_large_rate(s: Setting) -> Any:
    x, y = 5 * s.torch.randn(64, 4), s.torch.arange(64) % 3
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=1.0)
    return train(s, s.model, lambda _: s.F.cross_entropy(s.model(x), y, reduction="sum"), optimizer)


@wrong("sum-reduction-learning-rate")
def sum_by_hand_with_a_large_rate(s: Setting) -> Any:
    x, y = 5 * s.torch.randn(64, 4), s.torch.arange(64) % 3
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=1.0)
    return train(s, s.model, lambda _: -s.F.log_softmax(s.model(x), 1)[s.torch.arange(64), y].sum(), optimizer)


@wrong("sum-reduction-learning-rate")
def sum_and_sgd(s: Setting) -> Any:
    loss = s.F.cross_entropy(s.model(s.torch.randn(64, 4)), s.torch.arange(64) % 3, reduction="sum")
    return loss, {"model": s.model, "optimizer": s.torch.optim.SGD(s.model.parameters(), lr=0.1)}


@wrong("unequal-batch-mean")
def mean_of_unequal_means(s: Setting) -> Any:
    parts = [s.F.cross_entropy(s.model(s.x[a:b]), s.y[a:b]) for a, b in ((0, 4), (4, 8), (8, 10))]
    return sum(parts) / 3


@wrong("unequal-batch-mean")
def mean_of_stacked_means(s: Setting) -> Any:
    parts = [s.F.cross_entropy(s.model(s.x[a:b]), s.y[a:b]) for a, b in ((0, 4), (4, 8), (8, 10))]
    return s.torch.stack(parts).mean()


@wrong("unequal-batch-mean")
def mean_of_means_by_hand(s: Setting) -> Any:
    def mean(a: int, b: int) -> Any:
        out = s.model(s.x[a:b])
        return (out.logsumexp(1) - out.gather(1, s.y[a:b, None]).squeeze(1)).mean()
    return (mean(0, 7) + mean(7, 10)) / 2


@wrong("unequal-batch-mean")
def unequal_micro_batches(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.1)
    with lint.watch(show=False) as findings:
        for _ in range(3):
            optimizer.zero_grad()
            for a, b in ((0, 4), (4, 8), (8, 10)):
                (s.F.cross_entropy(s.model(s.x[a:b]), s.y[a:b]) / 3).backward()
            optimizer.step()
    return findings
