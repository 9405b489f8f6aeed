"""Programs that are right, and look like mistakes: no rule may find an error or a warning in them.

Where a piece of advice is due (a sigmoid followed by `binary_cross_entropy`, say), the table names it.
"""

from __future__ import annotations

from typing import Any

from lint_wrong_programs import Program, Setting, train

from tinygrad_loss import lint

RIGHT: dict[str, tuple[set[str], Program]] = {}


def right(*advice: str) -> Any:
    def enter(program: Program) -> Program:
        RIGHT[program.__name__] = (set(advice), program)
        return program
    return enter


for name, program in {
    "cross_entropy": lambda s: s.F.cross_entropy(s.z, s.y),
    "cross_entropy_with_everything": lambda s: (s.F.cross_entropy(s.z, s.y), {
        "model": s.model, "optimizer": s.torch.optim.SGD(s.model.parameters(), lr=0.1)}),
    "nll_of_log_softmax": lambda s: s.F.nll_loss(s.F.log_softmax(s.z, 1), s.y),
    "nll_of_log_softmax_reshaped": lambda s: s.F.nll_loss(s.F.log_softmax(s.z.reshape(2, 5, 3), -1).reshape(-1, 3), s.y),
    "cross_entropy_by_hand": lambda s: (s.z.logsumexp(1) - s.z[s.rows, s.y]).mean(),
    "cross_entropy_by_hand_maximum_taken_out": lambda s: (lambda c: (c.exp().sum(1).log() - c[s.rows, s.y]).mean())(
        s.z - s.z.max(1, keepdim=True).values),
    "cross_entropy_by_hand_maximum_detached": lambda s: (lambda c: (c.exp().sum(1).log() - c[s.rows, s.y]).mean())(
        s.z - s.z.detach().max(1, keepdim=True).values),
    "logsumexp_by_hand_with_maximum_added_back": lambda s: (lambda m: (
        m.squeeze(1) + (s.z - m).exp().sum(1).log() - s.z[s.rows, s.y]).mean())(s.z.detach().max(1, keepdim=True).values),
    "cross_entropy_soft_targets": lambda s: s.F.cross_entropy(s.z, s.torch.softmax(s.torch.randn(10, 3), 1)),
    "label_smoothing": lambda s: s.F.cross_entropy(s.z, s.y, label_smoothing=0.1),
    "label_smoothing_by_hand": lambda s: (lambda lp: (-(0.9 * lp.gather(1, s.y[:, None]).squeeze(1) + 0.1 * lp.mean(1))).mean())(
        s.F.log_softmax(s.z, 1)),
    "mixup": lambda s: 0.3 * s.F.cross_entropy(s.z, s.y) + 0.7 * s.F.cross_entropy(s.z, s.y.flip(0)),
    "temperature_scaling": lambda s: s.F.cross_entropy(s.z.detach() / s.torch.ones(1, requires_grad=True), s.y),
    "temperature_divides_logits": lambda s: s.F.cross_entropy(s.z / 0.07, s.y),
    "bce_with_logits": lambda s: s.F.binary_cross_entropy_with_logits(s.s, s.t),
    "bce_with_logits_multi_label": lambda s: s.F.binary_cross_entropy_with_logits(s.z, (s.torch.rand(10, 3) > 0.5).float()),
    "bce_with_logits_smoothed": lambda s: s.F.binary_cross_entropy_with_logits(s.s, 0.9 * s.t + 0.05),
    "logsigmoid_pairwise_ranking": lambda s: -s.F.logsigmoid(s.s[:5] - s.s[5:]).mean(),
    "mse_regression": lambda s: s.F.mse_loss(s.s, s.torch.randn(10)),
    "mse_regression_column": lambda s: s.F.mse_loss(s.score(s.x), s.torch.randn(10, 1)),
    "root_mean_squared_error": lambda s: s.F.mse_loss(s.s, s.torch.randn(10)).sqrt(),
    "regression_of_a_share_with_a_sigmoid": lambda s: s.F.mse_loss(s.torch.sigmoid(s.s), s.torch.rand(10)),
    "kl_distillation": lambda s: s.F.kl_div(s.F.log_softmax(s.z / 4, 1), s.torch.softmax(s.torch.randn(10, 3) / 4, 1),
                                            reduction="batchmean") * 16 + s.F.cross_entropy(s.z, s.y),
    "distillation_by_hand": lambda s: -(s.torch.softmax(s.torch.randn(10, 3), 1) * s.F.log_softmax(s.z, 1)).sum(1).mean(),
    "consistency_of_two_softmaxes": lambda s: s.F.mse_loss(s.torch.softmax(s.z, 1), s.torch.softmax(s.torch.randn(10, 3), 1)),
    "masked_mean": lambda s: (lambda m: (s.F.cross_entropy(s.z, s.y, reduction="none") * m).sum() / m.sum())((s.rows < 6).float()),
    "masked_mean_by_choice": lambda s: s.F.cross_entropy(s.z, s.y, reduction="none")[s.y > 0].mean(),
    "ignore_index": lambda s: s.F.cross_entropy(s.z, s.torch.where(s.rows < 3, s.torch.full((10,), -100), s.y)),
    "masked_language_model": lambda s: s.F.cross_entropy(s.z.reshape(2, 5, 3).transpose(1, 2), s.torch.tensor([[-100, 1, -100, 2, 0]] * 2)),
    "padding_is_class_zero": lambda s: s.F.cross_entropy(s.nn.Linear(4, 3)(s.torch.randn(40, 4)), s.torch.arange(40) % 2 + 1, ignore_index=0),
    "labels_in_a_narrow_range": lambda s: s.F.cross_entropy(s.nn.Linear(4, 10)(s.torch.randn(200, 4)), 3 + s.torch.arange(200) % 3),
    "one_class_by_chance": lambda s: s.F.cross_entropy(s.z, s.torch.full((10,), 2)),
    "weights_that_fit": lambda s: s.F.cross_entropy(s.nn.Linear(4, 2)(s.torch.randn(40, 4)), (s.torch.arange(40) % 10 == 0).long(),
                                                    weight=s.torch.tensor([0.55, 5.0])),
    "weights_in_an_even_batch": lambda s: s.F.cross_entropy(s.z, s.y, weight=s.torch.tensor([3.0, 2.0, 1.0])),
    "summed_and_divided_by_the_rows": lambda s: (s.F.cross_entropy(s.z, s.y, reduction="sum") / 10, {
        "optimizer": s.torch.optim.SGD(s.model.parameters(), lr=1.0)}),
    "sum_with_adam": lambda s: (s.F.cross_entropy(s.model(s.torch.randn(64, 4)), s.torch.arange(64) % 3, reduction="sum"), {
        "optimizer": s.torch.optim.Adam(s.model.parameters(), lr=0.1)}),
    "hinge_loss": lambda s: s.torch.relu(1 - (2 * s.t - 1) * s.s).mean(),
    "hinge_loss_with_no_violation": lambda s: s.torch.relu(s.score(s.x)[:, 0].abs() * 0 - 1).mean(),
    "triplet_loss_all_satisfied": lambda s: s.torch.relu(s.z[:5].pow(2).sum(1, keepdim=True) * 0 - 1).mean(),
    "multi_class_hinge": lambda s: (lambda z: s.torch.relu(1 + z - z.gather(1, s.y[:, None])).sum(1).mean())(s.z),
    "l2_penalty": lambda s: s.F.cross_entropy(s.z, s.y) + 1e-3 * sum(p.pow(2).sum() for p in s.model.parameters()),
    "l1_penalty": lambda s: s.F.cross_entropy(s.z, s.y) + 1e-3 * s.model.weight.abs().sum(),
    "z_loss": lambda s: s.F.cross_entropy(s.z, s.y) + 1e-4 * s.z.logsumexp(1).pow(2).mean(),
    "confidence_penalty": lambda s: s.F.cross_entropy(s.z, s.y) + 0.1 * (s.torch.softmax(s.z, 1) * s.F.log_softmax(s.z, 1)).sum(1).mean(),
    "dice_loss": lambda s: (lambda p: 1 - 2 * (p * s.t).sum() / (p.sum() + s.t.sum() + 1))(s.torch.sigmoid(s.s)),
    "poisson_regression": lambda s: (s.s.exp() - s.s * s.torch.arange(10)).mean(),
    "gaussian_likelihood": lambda s: (lambda m, v: (0.5 * v + 0.5 * (s.torch.randn(10) - m) ** 2 / v.exp()).mean())(s.z[:, 0], s.z[:, 1]),
    "log_of_a_positive_rate": lambda s: (lambda r: (r - s.t * r.log()).mean())(s.F.softplus(s.s) + 1e-3),
    "nll_of_logsigmoid": lambda s: s.F.nll_loss(s.F.logsigmoid(s.z), s.y),
    "clip_loss": lambda s: (lambda m: (s.F.cross_entropy(m, s.rows) + s.F.cross_entropy(m.t(), s.rows)) / 2)(s.z @ s.nn.Linear(4, 3)(s.x).t()),
    "clip_loss_by_log_softmax": lambda s: (lambda m: (s.F.nll_loss(s.F.log_softmax(m, 0), s.rows) + s.F.nll_loss(s.F.log_softmax(m, 1), s.rows)) / 2)(
        s.z @ s.nn.Linear(4, 3)(s.x).t()),
    "pairwise_ranking": lambda s: (lambda d: s.F.softplus(-d * s.torch.sign(s.t[:, None] - s.t[None])).mean())(s.s[:, None] - s.s[None]),
    "energy_distance": lambda s: (lambda g, r: 2 * (g[:, None] - r[None]).abs().mean() - (g[:, None] - g[None]).abs().mean())(
        s.s, s.torch.randn(10)),
    "energy_distance_of_a_column": lambda s: (lambda g, r: 2 * (g - r).abs().mean() - (g - g.t()).abs().mean())(s.score(s.x), s.torch.randn(10)),
    "kernel_mean": lambda s: (-(s.score(s.x) - s.torch.randn(10)) ** 2).exp().mean(),
    "scores_plus_a_matrix": lambda s: s.F.cross_entropy(s.score(s.x) + s.torch.randn(10, 10), s.rows),
    "margin_softmax": lambda s: s.F.cross_entropy(10 * (s.z - 0.35 * s.hot), s.y),
    "logit_adjustment": lambda s: s.F.cross_entropy(s.z + s.torch.tensor([0.5, 0.3, 0.2]).log(), s.y),
    "actions_masked_with_minus_infinity": lambda s: s.F.cross_entropy(s.z.masked_fill(s.torch.tensor([False, False, True]), float("-inf")), s.y % 2),
    "actions_masked_with_a_large_number": lambda s: s.F.cross_entropy(s.torch.where(s.torch.tensor([True, True, False]), s.z, s.torch.tensor(-1e9)), s.y % 2),
    "multi_hot_contrastive": lambda s: (lambda m: (-(m * s.F.log_softmax(s.z @ s.z.t(), 1)).sum(1) / m.sum(1)).mean())(
        (s.y[:, None] == s.y[None]).float()),
    "sort_of_two_logits": lambda s: (lambda z: -s.F.log_softmax(z, 1).gather(1, z.detach().argsort(1)).mean())(s.nn.Linear(4, 2)(s.x)),
    "boolean_one_hot_chooses": lambda s: -s.F.log_softmax(s.z, 1)[s.hot.bool()].mean(),
    "sure_and_right": lambda s: s.F.cross_entropy(1000 * s.hot.float() + 0 * s.z, s.y),
    "marginal_of_log_probabilities": lambda s: -(s.F.log_softmax(s.z, 1)[:, :2].exp().sum(1).log()).mean(),
    "exact_expected_reward": lambda s: -(s.torch.softmax(s.z, 1) * s.torch.randn(10, 3)).sum(1).mean(),
    "embedding_and_cross_entropy": lambda s: s.F.cross_entropy(s.nn.Linear(5, 3)(s.nn.Embedding(7, 5)(s.rows % 7)), s.y),
}.items():
    program.__name__ = name
    right()(program)


# -- a softmax or a sigmoid inside the net


@right()
def attention(s: Setting) -> Any:
    q, k, v = (s.nn.Linear(4, 4)(s.x.reshape(2, 5, 4)) for _ in range(3))
    h = s.torch.softmax(q @ k.transpose(1, 2) / 2, -1) @ v
    return s.F.cross_entropy(s.model(h).reshape(-1, 3), s.y)


@right()
def attention_by_hand(s: Setting) -> Any:
    q, k, v = (s.nn.Linear(4, 4)(s.x.reshape(2, 5, 4)) for _ in range(3))
    a = q @ k.transpose(1, 2) / 2
    e = (a - a.max(-1, keepdim=True).values).exp()
    return s.F.cross_entropy(s.model(e / e.sum(-1, keepdim=True) @ v).reshape(-1, 3), s.y)


@right()
def attention_over_one_place(s: Setting) -> Any:
    a = s.torch.softmax(s.nn.Linear(4, 1)(s.x), 1)
    return s.F.cross_entropy(s.model(a * s.x), s.y)


@right()
def causal_attention_with_minus_infinity(s: Setting) -> Any:
    q = s.nn.Linear(4, 4)(s.x.reshape(2, 5, 4))
    a = (q @ q.transpose(1, 2)).masked_fill(s.torch.triu(s.torch.ones(5, 5), 1).bool(), float("-inf"))
    return s.F.cross_entropy(s.model(s.torch.softmax(a, -1) @ q).reshape(-1, 3), s.y)


@right()
def attention_pooling_over_the_batch(s: Setting) -> Any:
    weights = s.torch.softmax(s.score(s.x), 0)
    return s.F.cross_entropy(s.model((weights * s.x).sum(0)), s.y[0])


@right()
def sigmoid_gate(s: Setting) -> Any:
    return s.F.cross_entropy(s.torch.sigmoid(s.nn.Linear(4, 3)(s.x)) * s.z, s.y)


@right()
def gated_bce(s: Setting) -> Any:
    return s.F.binary_cross_entropy_with_logits(s.torch.sigmoid(s.nn.Linear(4, 1)(s.x)).squeeze(1) * s.s, s.t)


@right()
def mixture_of_experts(s: Setting) -> Any:
    gates = s.torch.softmax(s.nn.Linear(4, 2)(s.x), 1)
    experts = s.torch.stack([s.nn.Linear(4, 3)(s.x), s.nn.Linear(4, 3)(s.x)], 1)
    return s.F.cross_entropy((gates.unsqueeze(2) * experts).sum(1), s.y)


@right()
def sigmoid_hidden_layer(s: Setting) -> Any:
    return s.F.cross_entropy(s.mlp(s.nn.Sigmoid())(s.x), s.y)


@right()
def relu_hidden_layers(s: Setting) -> Any:
    model = s.mlp(s.nn.ReLU(), s.nn.ReLU(), s.nn.ReLU())
    return s.F.cross_entropy(model(s.x), s.y), {"model": model}


@right()
def relu_regression(s: Setting) -> Any:
    return s.F.mse_loss(s.torch.relu(s.s), s.torch.rand(10))


@right()
def squeeze_and_excitation(s: Setting) -> Any:
    h = s.nn.Linear(4, 8)(s.x)
    return s.F.cross_entropy(s.nn.Linear(8, 3)(h * s.torch.sigmoid(s.nn.Linear(8, 8)(h))), s.y)


# -- other losses


@right()
def focal_loss(s: Setting) -> Any:
    log_p = s.F.log_softmax(s.z, 1)[s.rows, s.y]
    return -((1 - log_p.exp()) ** 2 * log_p).mean()


@right()
def focal_loss_from_cross_entropy(s: Setting) -> Any:
    ce = s.F.cross_entropy(s.z, s.y, reduction="none")
    return ((1 - s.torch.exp(-ce)) ** 2 * ce).mean()


@right()
def focal_loss_through_nll(s: Setting) -> Any:
    log_p = s.F.log_softmax(s.z, 1)
    return s.F.nll_loss((1 - log_p.exp()) ** 2 * log_p, s.y)


@right()
def binary_focal_loss(s: Setting) -> Any:
    p = s.torch.sigmoid(s.s)
    bce = s.F.binary_cross_entropy_with_logits(s.s, s.t, reduction="none")
    return ((s.t * (1 - p) + (1 - s.t) * p) ** 2 * bce).mean()


@right("sigmoid-then-bce")
def gan_discriminator(s: Setting) -> Any:
    real, fake = s.torch.sigmoid(s.score(s.x)), s.torch.sigmoid(s.score(s.torch.randn(10, 4)))
    return s.F.binary_cross_entropy(real, s.torch.ones(10, 1)) + s.F.binary_cross_entropy(fake, s.torch.zeros(10, 1))


@right()
def gan_generator_with_its_optimizer(s: Setting) -> Any:
    generator = s.nn.Linear(2, 4)
    loss = s.F.binary_cross_entropy_with_logits(s.score(generator(s.torch.randn(10, 2))), s.torch.ones(10, 1))
    return loss, {"model": generator, "optimizer": s.torch.optim.Adam(generator.parameters())}


@right()
def gan_under_watch(s: Setting) -> Any:
    generator, discriminator = s.nn.Linear(2, 4), s.nn.Linear(4, 1)
    of_g = s.torch.optim.Adam(generator.parameters(), lr=0.01)
    of_d = s.torch.optim.Adam(discriminator.parameters(), lr=0.01)
    bce = s.F.binary_cross_entropy_with_logits
    with lint.watch(show=False) as findings:
        for _ in range(5):
            fake = generator(s.torch.randn(10, 2))
            of_d.zero_grad()
            (bce(discriminator(s.x), s.torch.ones(10, 1)) + bce(discriminator(fake.detach()), s.torch.zeros(10, 1))).backward()
            of_d.step()
            of_g.zero_grad()
            bce(discriminator(fake), s.torch.ones(10, 1)).backward()
            of_g.step()
    return findings


@right()
def wasserstein_critic_with_gradient_penalty(s: Setting) -> Any:
    critic = s.nn.Sequential(s.nn.Linear(4, 8), s.nn.Tanh(), s.nn.Linear(8, 1))
    mixed = s.torch.randn(10, 4).requires_grad_()
    slope = s.torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)[0]
    return critic(s.torch.randn(10, 4)).mean() - critic(s.x).mean() + 10 * ((slope.norm(2, dim=1) - 1) ** 2).mean()


@right()
def variational_autoencoder(s: Setting) -> Any:
    mu, log_var = s.nn.Linear(4, 2)(s.x), s.nn.Linear(4, 2)(s.x)
    back = s.nn.Linear(2, 4)(mu + s.torch.randn(10, 2) * (0.5 * log_var).exp())
    rebuilt = s.F.binary_cross_entropy_with_logits(back, (s.x > 0).float(), reduction="sum")
    return (rebuilt - 0.5 * (1 + log_var - mu.pow(2) - log_var.exp()).sum()) / 10


@right("sigmoid-then-bce")
def variational_autoencoder_with_bce(s: Setting) -> Any:
    mu, log_var = s.nn.Linear(4, 2)(s.x), s.nn.Linear(4, 2)(s.x)
    back = s.torch.sigmoid(s.nn.Linear(2, 4)(mu + s.torch.randn(10, 2) * (0.5 * log_var).exp()))
    return s.F.binary_cross_entropy(back, s.torch.rand(10, 4)) - 0.05 * (1 + log_var - mu.pow(2) - log_var.exp()).mean()


@right()
def policy_gradient(s: Setting) -> Any:
    advantage = s.torch.randn(10)
    return -(s.F.log_softmax(s.z, 1).gather(1, s.y[:, None]).squeeze(1) * advantage).mean()


@right()
def clipped_policy_gradient(s: Setting) -> Any:
    advantage = s.torch.randn(10)
    log_p = s.F.log_softmax(s.z, 1)[s.rows, s.y]
    ratio = (log_p - log_p.detach()).exp()
    return -s.torch.minimum(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()


@right()
def q_learning(s: Setting) -> Any:
    return s.F.mse_loss(s.z.gather(1, s.y[:, None]).squeeze(1), s.torch.randn(10))


@right()
def ensemble_of_probabilities(s: Setting) -> Any:
    p = (s.torch.softmax(s.z, 1) + s.torch.softmax(s.nn.Linear(4, 3)(s.x), 1)) / 2
    return s.F.nll_loss(p.log(), s.y)


@right()
def mixture_by_logsumexp(s: Setting) -> Any:
    gates = s.F.log_softmax(s.nn.Linear(4, 2)(s.x), 1)
    parts = s.torch.stack([s.F.log_softmax(s.nn.Linear(4, 3)(s.x), 1) for _ in range(2)], 1)
    return s.F.nll_loss((gates.unsqueeze(2) + parts).logsumexp(1), s.y)


@right()
def contrastive_by_hand_of_cosines(s: Setting) -> Any:
    z = s.z / s.z.norm(dim=1, keepdim=True)
    other = s.nn.Linear(4, 3)(s.x)
    other = other / other.norm(dim=1, keepdim=True)
    similar = z @ other.t() / 0.5
    return -(similar.diagonal() - similar.exp().sum(1).log()).mean()


@right()
def contrastive_with_normalize(s: Setting) -> Any:
    similar = s.F.normalize(s.z, dim=1) @ s.F.normalize(s.nn.Linear(4, 3)(s.x), dim=1).t() / 0.1
    return s.F.cross_entropy(similar, s.rows)


@right()
def noisy_or_to_bce(s: Setting) -> Any:
    p = 1 - (1 - s.torch.sigmoid(s.z)).prod(1)
    return s.F.binary_cross_entropy(p, s.t)


@right()
def mixture_of_probabilities_to_bce(s: Setting) -> Any:
    gates = s.torch.softmax(s.nn.Linear(4, 3)(s.x), 1)
    return s.F.binary_cross_entropy((gates * s.torch.sigmoid(s.z)).sum(1), s.t)


@right()
def clamped_probability_by_hand(s: Setting) -> Any:
    p = s.torch.softmax(s.z, 1).clamp(min=1e-7)
    return -p.log()[s.rows, s.y].mean()


@right()
def reverse_cross_entropy(s: Setting) -> Any:
    p = s.torch.softmax(s.z, 1)
    return s.F.cross_entropy(s.z, s.y) - 0.1 * (p * s.hot.float().clamp(min=1e-4).log()).sum(1).mean()


@right()
def probabilities_that_are_parameters(s: Setting) -> Any:
    return s.F.binary_cross_entropy(s.torch.full((10,), 0.3, requires_grad=True), s.t)


@right()
def quantile_regression(s: Setting) -> Any:
    error = s.torch.randn(10) - s.s
    return s.torch.maximum(0.9 * error, -0.1 * error).mean()


@right()
def huber_of_a_column(s: Setting) -> Any:
    return s.F.huber_loss(s.score(s.x), s.torch.randn(10, 1))


@right()
def sequence_labels_transposed(s: Setting) -> Any:
    return s.F.cross_entropy(s.model(s.torch.randn(3, 3, 4)).transpose(1, 2), s.y[:9].reshape(3, 3))


@right()
def sequence_labels_flattened(s: Setting) -> Any:
    return s.F.cross_entropy(s.model(s.torch.randn(3, 3, 4)).flatten(0, 1), s.y[:9])


@right()
def sequence_log_softmax_then_transposed(s: Setting) -> Any:
    log_p = s.F.log_softmax(s.model(s.torch.randn(3, 3, 4)), -1).transpose(1, 2)
    return s.F.nll_loss(log_p, s.y[:9].reshape(3, 3))


@right()
def low_rank_adapter_at_its_start(s: Setting) -> Any:
    a, b = s.torch.randn(4, 2).requires_grad_(), s.torch.zeros(2, 3, requires_grad=True)
    h = s.torch.tanh(s.x @ s.torch.randn(4, 4).requires_grad_())
    return s.F.cross_entropy(h @ s.torch.randn(4, 3) + h @ a @ b, s.y)


@right()
def recurrent_net(s: Setting) -> Any:
    w, u, h = s.torch.randn(4, 4) / 4, s.torch.randn(4, 4) / 4, s.torch.zeros(10, 4)
    w.requires_grad_(), u.requires_grad_()
    for _ in range(40):
        h = s.torch.tanh(s.x @ u + h @ w)
    return s.F.cross_entropy(s.model(h), s.y)


@right()
def zero_at_the_start(s: Setting) -> Any:
    w = s.torch.zeros(4, 3, requires_grad=True)
    return s.F.cross_entropy(s.x @ w, s.y)


for name, program in {
    "probability_plus_a_small_number": lambda s: -s.torch.log(s.torch.softmax(s.z, 1) + 1e-8)[s.rows, s.y].mean(),
    "prototypes": lambda s: s.F.cross_entropy(-((s.z[:, None] - s.torch.randn(5, 3)[None]) ** 2).sum(-1), s.rows % 5),
    "weights_of_rows": lambda s: (s.F.cross_entropy(s.z, s.y, reduction="none") * s.torch.linspace(0, 1, 10)).mean(),
    "proportional_hazards": lambda s: -(s.s - s.s.exp().cumsum(0).log()).mean(),
    "generalised_cross_entropy": lambda s: ((1 - s.torch.softmax(s.z, 1)[s.rows, s.y] ** 0.7) / 0.7).mean(),
    "unlikelihood": lambda s: -(1 - s.torch.softmax(s.z, 1)[s.rows, s.y]).clamp(min=1e-5).log().mean(),
    "preference_optimisation": lambda s: -s.F.logsigmoid(0.1 * (s.F.log_softmax(s.z, 1)[:, 0] - s.F.log_softmax(s.z, 1)[:, 1])).mean(),
    "uncertainty_weighting": lambda s: (lambda v: s.F.cross_entropy(s.z, s.y) * s.torch.exp(-v) + v)(s.torch.zeros((), requires_grad=True)),
    "flooding": lambda s: (s.F.cross_entropy(s.z, s.y) - 0.1).abs() + 0.1,
    "margins_of_quantiles": lambda s: (lambda e: s.torch.maximum(0.1 * e, -0.9 * e).mean())(s.torch.randn(10, 1) - s.nn.Linear(4, 10)(s.x)),
    "cumulative_logits": lambda s: s.F.binary_cross_entropy_with_logits(s.score(s.x) + s.torch.arange(2.0), s.torch.rand(10, 2).round()),
}.items():
    program.__name__ = name
    right()(program)


# -- parameters and steps


@right()
def frozen_layers(s: Setting) -> Any:
    model = s.nn.Sequential(s.nn.Linear(4, 8), s.nn.ReLU(), s.nn.Linear(8, 3))
    model[0].requires_grad_(False)
    optimizer = s.torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    return s.F.cross_entropy(model(s.x), s.y), {"model": model, "optimizer": optimizer}


@right()
def weight_tying(s: Setting) -> Any:
    embedding = s.nn.Embedding(3, 4)
    out = s.nn.Linear(4, 3, bias=False)
    out.weight = embedding.weight
    model = s.nn.Sequential(embedding, out)
    return s.F.cross_entropy(model(s.y), s.y), {"model": model, "optimizer": s.torch.optim.SGD(model.parameters(), lr=0.1)}


@right()
def adversarial_input(s: Setting) -> Any:
    x = s.x.clone().requires_grad_()
    return s.F.cross_entropy(s.model(x), s.y), {"model": s.model, "optimizer": s.torch.optim.SGD(s.model.parameters(), lr=0.1)}


@right()
def saliency_of_a_frozen_model(s: Setting) -> Any:
    s.model.requires_grad_(False)
    return s.F.cross_entropy(s.model(s.x.clone().requires_grad_()), s.y), {"model": s.model}


@right()
def two_losses_added(s: Setting) -> Any:
    body, one, two = s.nn.Linear(4, 8), s.nn.Linear(8, 3), s.nn.Linear(8, 1)
    h = s.torch.relu(body(s.x))
    model = s.nn.ModuleList([body, one, two])
    return s.F.cross_entropy(one(h), s.y) + 0.5 * s.F.mse_loss(two(h).squeeze(1), s.torch.randn(10)), {"model": model}


@right()
def two_losses_with_two_backward_passes(s: Setting) -> Any:
    body, one, two = s.nn.Linear(4, 8), s.nn.Linear(8, 3), s.nn.Linear(8, 1)
    model = s.nn.ModuleList([body, one, two])
    optimizer = s.torch.optim.SGD(model.parameters(), lr=0.1)
    with lint.watch(show=False) as findings:
        for _ in range(5):
            optimizer.zero_grad()
            h = s.torch.relu(body(s.x))
            s.F.cross_entropy(one(h), s.y).backward(retain_graph=True)
            s.F.mse_loss(two(h).squeeze(1), s.torch.ones(10)).backward()
            optimizer.step()
    return findings


@right()
def multi_task_of_different_sizes(s: Setting) -> Any:
    one, two = s.nn.Linear(4, 3), s.nn.Linear(4, 3)
    return (s.F.cross_entropy(one(s.x), s.y) + s.F.cross_entropy(two(s.x[:4]), s.y[:4])) / 2


@right()
def labelled_and_pseudo_labelled(s: Setting) -> Any:
    return s.F.cross_entropy(s.model(s.x[:4]), s.y[:4]) + s.F.cross_entropy(s.model(s.x), s.y)


@right()
def mean_of_equal_means(s: Setting) -> Any:
    return (s.F.cross_entropy(s.model(s.x[:5]), s.y[:5]) + s.F.cross_entropy(s.model(s.x[5:]), s.y[5:])) / 2


@right()
def means_weighted_by_rows(s: Setting) -> Any:
    return 0.7 * s.F.cross_entropy(s.model(s.x[:7]), s.y[:7]) + 0.3 * s.F.cross_entropy(s.model(s.x[7:]), s.y[7:])


@right()
def training(s: Setting) -> Any:
    return train(s, s.model, lambda _: s.F.cross_entropy(s.model(s.x), s.y), steps=8, model=s.model)


@right()
def training_with_a_short_last_batch(s: Setting) -> Any:
    ends = [0, 4, 8, 10]
    return train(s, s.model, lambda i: s.F.cross_entropy(s.model(s.x[ends[i % 3]:ends[i % 3 + 1]]), s.y[ends[i % 3]:ends[i % 3 + 1]]), steps=9)


@right()
def totals_by_item(s: Setting) -> Any:
    total = 0.0
    optimizer = s.torch.optim.Adam(s.model.parameters(), lr=0.01)
    kept = []
    with lint.watch(show=False) as findings:
        for _ in range(6):
            optimizer.zero_grad()
            loss = s.F.cross_entropy(s.model(s.x), s.y)
            loss.backward()
            optimizer.step()
            total += loss.item()
            kept.append(loss.detach())
    return findings


@right()
def accumulation_over_micro_batches(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.1)
    with lint.watch(show=False) as findings:
        for _ in range(4):
            optimizer.zero_grad()
            for part in (slice(0, 5), slice(5, 10)):
                (s.F.cross_entropy(s.model(s.x[part]), s.y[part]) / 2).backward()
            optimizer.step()
    return findings


@right()
def accumulation_weighted_by_rows(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.1)
    with lint.watch(show=False) as findings:
        for _ in range(3):
            for part, share in ((slice(0, 4), 0.4), (slice(4, 8), 0.4), (slice(8, 10), 0.2)):
                (s.F.cross_entropy(s.model(s.x[part]), s.y[part]) * share).backward()
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
    return findings


@right()
def sum_of_micro_batches_in_one_graph(s: Setting) -> Any:
    total = 0
    for part in (slice(0, 5), slice(5, 10)):
        total = total + s.F.cross_entropy(s.model(s.x[part]), s.y[part]) / 2
    return total


@right()
def steps_by_hand(s: Setting) -> Any:
    w = s.torch.zeros(4, 3, requires_grad=True)
    with lint.watch(show=False) as findings:
        for _ in range(5):
            w.grad = None
            s.F.cross_entropy(s.x @ w, s.y).backward()
            with s.torch.no_grad():
                w -= 0.1 * w.grad
    return findings


@right()
def truncated_backward_through_time(s: Setting) -> Any:
    cell, optimizer, h = s.nn.Linear(8, 4), None, s.torch.zeros(10, 4)
    optimizer = s.torch.optim.SGD([*cell.parameters(), *s.model.parameters()], lr=0.1)
    with lint.watch(show=False) as findings:
        for _ in range(6):
            h = s.torch.tanh(cell(s.torch.cat([s.x, h], 1)))
            optimizer.zero_grad()
            s.F.cross_entropy(s.model(h), s.y).backward()
            optimizer.step()
            h = h.detach()
    return findings


@right()
def summed_loss_that_falls(s: Setting) -> Any:
    optimizer = s.torch.optim.SGD(s.model.parameters(), lr=0.01)
    return train(s, s.model, lambda _: s.F.cross_entropy(s.model(s.x), s.y, reduction="sum"), optimizer)


@right()
def input_optimised_beside_a_model(s: Setting) -> Any:
    x = s.x.clone().requires_grad_()
    return train(s, s.model, lambda _: s.F.cross_entropy(s.model(x), s.y), s.torch.optim.SGD([x], lr=0.1), steps=2)
