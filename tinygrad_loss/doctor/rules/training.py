"""Rules about parameters and steps: what the loss reaches, and what several steps show."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..gradients import weights_of
from ..rule import Case, Mark, rule
from ..trace import Step
from ..weighing import means_of, rows_summed


@rule("detached", "error")
def detached(case: Case) -> Iterator[Mark]:
    """No path leads from the loss to a parameter of the model.

    `argmax`, `.item()`, `.detach()`, `.numpy()`, a comparison, or a new tensor made of the loss's number end the graph. A loss
    made again, `torch.tensor(loss.item(), requires_grad=True)`, goes backward without an error and teaches nothing.

    Bad::

        loss = F.cross_entropy(model(x).detach().requires_grad_(), y)
        use = dict(model=model)

    Good::

        loss = F.cross_entropy(model(x), y)
        use = dict(model=model)
    """
    learnt = [p for _, p in case.parameters() if p.requires_grad]
    reached = {id(step.node.variable) for step in case.trace.leaves()}
    if learnt and not any(id(p) in reached for p in learnt):
        yield Mark(case.trace.root, f"none of the model's {len(learnt)} parameters that ask for a gradient is in the graph of this loss, which "
                   f"ends at {len(reached)} other tensor{'s' * (len(reached) != 1)}: backward() would teach the model nothing.",
                   "loss = loss_fn(model(x), target)  # no .detach(), .item(), argmax or torch.tensor(...) in between")


@rule("unused-parameter", "warning", unless=("detached",))
def unused_parameter(case: Case) -> Iterator[Mark]:
    """A parameter of the model is not in the graph of the loss, so it gets no gradient.

    A layer was made and not called, or its result not used. Frozen parameters (requires_grad=False) are silent, and so are
    those that have a gradient already, from another loss.

    Bad::

        model.unused = nn.Linear(4, 2)
        loss = F.cross_entropy(model(x), y)
        use = dict(model=model)

    Good::

        loss = F.cross_entropy(model(x), y)
        use = dict(model=model)
    """
    reached = {id(step.node.variable) for step in case.trace.leaves()}
    unused = [name for name, p in case.parameters() if p.requires_grad and id(p) not in reached and p.grad is None
              and not _in_another_graph(p)]
    if unused:
        names = ", ".join(unused[:4]) + (f" and {len(unused) - 4} more" if len(unused) > 4 else "")
        yield Mark(None, f"{len(unused)} of the model's {len(case.parameters())} parameters get no gradient from this loss: {names}.",
                   "use the layer in forward(), or freeze it: parameter.requires_grad_(False)")


def _in_another_graph(parameter: Any) -> bool:
    accumulator = getattr(parameter, "_accumulator", None)  # this package's tensors know
    return callable(accumulator) and accumulator() is not None


@rule("optimizer-misses-parameter", "warning", unless=("detached",))
def optimizer_misses_parameter(case: Case) -> Iterator[Mark]:
    """A parameter gets a gradient, and the optimizer does not hold it.

    The optimizer was made before the layer, or of another model, or of a part of the parameters. The parameter then stays as it
    started. Without `model` this is advice: the parameters may be another optimizer's (as in a GAN); that none of the optimizer's
    tensors is in the graph is a warning all the same. Under `lint.watch()`: a parameter that had a gradient in three steps and
    did not move while others did.

    Bad::

        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        model.head = nn.Linear(3, 3)
        loss = F.cross_entropy(model.head(model(x)), y)
        use = dict(model=model, optimizer=optimizer)

    Good::

        model.head = nn.Linear(3, 3)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        loss = F.cross_entropy(model.head(model(x)), y)
        use = dict(model=model, optimizer=optimizer)
    """
    leaves = list(case.trace.leaves())
    fix = "optimizer = torch.optim.SGD(model.parameters(), lr=...)  # made after the model is whole\n# or optimizer.add_param_group(...)"
    if case.optimizer is not None:
        held = {id(p) for p in case.held()}
        names = {id(p): name for name, p in case.parameters()}
        if leaves and not any(id(step.node.variable) in held for step in leaves):
            yield Mark(None, f"none of the {len(held)} tensors that the optimizer holds is in the graph of this loss: its steps do not change "
                       "it.", fix)
            return
        missed = [step for step in leaves if id(step.node.variable) not in held
                  and (id(step.node.variable) in names if names else _is_parameter(case, step))]
        if missed:
            listed = [names.get(id(step.node.variable)) or f"shape {step.shape}" for step in missed]
            yield Mark(missed[0], f"{len(missed)} of {len(leaves)} tensors that get a gradient from this loss are not in the optimizer: "
                       f"{', '.join(listed[:4])}{' ...' if len(listed) > 4 else ''}.", fix, "" if names else "advice")
    elif case.history is not None:
        still = [(step, n) for step, n in case.history.unmoved if _is_parameter(case, step)]
        if still:
            yield Mark(still[0][0], f"{len(still)} parameter{'s' * (len(still) > 1)} (shape {still[0][0].shape} first) had a gradient in "
                       f"{still[0][1]} steps and did not move, while others did: no optimizer holds it.", fix)


def _is_parameter(case: Case, leaf: Step) -> bool:
    """Whether a leaf is a layer's weight: a Parameter, or a matrix that something is multiplied by."""
    return type(leaf.node.variable).__name__ == "Parameter" or leaf in set(weights_of(case.trace).values())


@rule("stale-gradient", "warning")
def stale_gradient(case: Case) -> Iterator[Mark]:
    """The gradients of an earlier step were not cleared, and the new ones are added to them.

    `backward()` adds to `.grad`. Without `optimizer.zero_grad()` each step goes along the sum of all gradients so far. Several
    backward passes before one step (accumulation over micro-batches) are silent.

    The proof, under `lint.watch()`: a gradient was added to one that had moved the parameter already, and the sum has moved it
    again. (It takes three backward passes. What another optimizer's pass leaves and zero_grad() takes away, as in a GAN, is
    silent.) In a single `lint(loss, optimizer=...)`, where the history is not known, a `.grad` that is not 0 is advice.

    Bad::

        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with lint.watch() as findings:
            for _ in range(3):
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()

    Good::

        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        with lint.watch() as findings:
            for _ in range(3):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
    """
    fix = "optimizer.zero_grad()  # before backward(), in each step"
    if case.history is not None:
        if case.history.stale:
            step = case.history.stale[0]
            yield Mark(step, f"{len(case.history.stale)} parameters (shape {step.shape} first) were moved along a gradient that was added to "
                       "that of an earlier step: .grad was not cleared in between, and the next one is added to both.", fix)
    elif case.optimizer is not None:
        held = {id(p): p for p in case.held()}
        full = [step for step in case.trace.leaves() if id(step.node.variable) in held and step.node.variable.grad is not None
                and bool((step.node.variable.grad != 0).any())]
        if full:
            yield Mark(full[0], f"{len(full)} parameters have a gradient in .grad before this backward pass, which will be added to. That is "
                       "right between micro-batches, wrong after a step.", fix, "advice")


@rule("graph-grows", "warning")
def graph_grows(case: Case) -> Iterator[Mark]:
    """Losses are added up, or kept, with their graphs.

    `total += loss` keeps the graph of every step alive, for a number that is only to be printed: memory grows with each step, and
    so does the time of a backward pass of `total`. Add `loss.item()`. A hidden state that is carried from step to step without
    `.detach()` does the same.

    The proof, under `lint.watch()`: the graphs of three or more earlier steps are still there when a new loss goes backward. In a
    single `lint(total)`: three terms or more of the same make whose graphs have been freed, or whose parameters have moved since. A sum of
    losses between two steps (micro-batches, several tasks) is silent.

    Bad::

        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        total = 0
        with lint.watch() as findings:
            for _ in range(6):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                total = total + loss

    Good::

        optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
        total = 0.0
        with lint.watch() as findings:
            for _ in range(6):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(x), y)
                loss.backward()
                optimizer.step()
                total += loss.item()
    """
    fix = "total += loss.item()  # the number, without its graph\n# or hidden = hidden.detach() between two steps"
    if case.history is not None and max(case.history.held, case.history.grown) >= 3:
        n = max(case.history.held, case.history.grown)
        yield Mark(case.trace.root, f"the graphs of {n} earlier steps are still kept, with all that they saved: something holds their losses "
                   "or results.", fix)
    elif len(terms := sum_of_alike(case.trace.root)) >= (2 if case.trace.changed else 3) and (case.trace.changed or case.trace.freed):
        why = ("the parameters have moved since the first of them was computed" if case.trace.changed
               else "backward() has freed the graphs of the terms")
        yield Mark(case.trace.root, f"the loss is a sum of {len(terms)} losses of the same make, and {why}: losses of several steps were added "
                   "up with their graphs.", fix)


def sum_of_alike(root: Step) -> list[Step]:
    """The terms of a chain of additions, when they are the same computation on the same leaves; [] otherwise."""
    terms, stack = [], [root]
    while stack:
        step = stack.pop()
        if step.kind == "Add" and int(np.prod(step.shape)) == 1:
            stack += step.steps()
        else:
            terms.append(step)
    makes = {_make(term) for term in terms}
    return terms if len(makes) == 1 else []


def _make(term: Step) -> tuple[Any, ...]:
    names, seen, stack = [], set(), [term]
    while stack:
        step = stack.pop()
        if step not in seen:
            seen.add(step)
            names.append((step.name, id(step.node.variable) if step.is_leaf else 0))
            stack += step.steps()
    return tuple(names)


@rule("sum-reduction-learning-rate", "warning")
def sum_reduction_learning_rate(case: Case) -> Iterator[Mark]:
    """The loss is a sum over the batch, with a learning rate made for a mean.

    With `reduction="sum"` the gradient is N times that of the mean, so plain gradient descent takes steps N times as long. (Adam
    and its like divide by the size of the gradient: for them it hardly matters.)

    The proof, under `lint.watch()`: a summed loss that has grown over three or more steps. In a single
    `lint(loss, optimizer=...)`: SGD with a learning rate of which N times is 1 or more (advice).

    Bad::

        model, rows, y = nn.Linear(4, 3), 5 * torch.randn(64, 4), torch.arange(64) % 3
        optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
        with lint.watch() as findings:
            for _ in range(6):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(rows), y, reduction="sum")
                loss.backward()
                optimizer.step()

    Good::

        model, rows, y = nn.Linear(4, 3), 5 * torch.randn(64, 4), torch.arange(64) % 3
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        with lint.watch() as findings:
            for _ in range(6):
                optimizer.zero_grad()
                loss = F.cross_entropy(model(rows), y)
                loss.backward()
                optimizer.step()
    """
    rows = rows_summed(case.losses)
    fix = 'reduction="mean"  # or divide the learning rate by the number of rows'
    if rows < 8:
        return
    if case.history is not None:
        seen = [past.loss for past in case.history.passes if past.summed >= 8]
        now = case.trace.value(case.trace.root)
        if len(seen) >= 3 and now is not None and now.size == 1:
            value = float(now.reshape(-1)[0])
            if not math.isfinite(value) or (value > 1.5 * seen[0] > 0 and value > min(seen)):
                yield Mark(case.trace.root, f"the loss is a sum over {rows} rows, and it has grown from {seen[0]:.4g} to {value:.4g} in "
                           f"{len(seen)} backward passes: the steps are too long. A mean's gradient is {rows} times smaller.", fix)
    elif case.optimizer is not None and type(case.optimizer).__name__ == "SGD":
        rate = max(float(group["lr"]) for group in case.optimizer.param_groups)
        if rate * rows >= 1:
            yield Mark(case.trace.root, f"the loss is a sum over {rows} rows and SGD's learning rate is {rate:.3g}: it is like a rate of "
                       f"{rate * rows:.3g} for a mean.", fix, "advice")


@rule("unequal-batch-mean", "warning")
def unequal_batch_mean(case: Case) -> Iterator[Mark]:
    """A mean of the means of batches that are not of the same size.

    The rows of the smaller batch (the last one, mostly) then count more than the others. Add up sums and divide by the number of
    all rows. Silent for losses of several tasks, and where each mean is weighted by its rows.

    The proof: k means of k batches, each with the factor 1/k, taken over different numbers of rows by the same layers; in one
    graph, or under `lint.watch()` in k backward passes between two steps.

    Bad::

        parts = [F.cross_entropy(model(x[:6]), y[:6]), F.cross_entropy(model(x[6:]), y[6:])]
        loss = sum(parts) / len(parts)

    Good::

        parts = [F.cross_entropy(model(x[:6]), y[:6], reduction="sum"), F.cross_entropy(model(x[6:]), y[6:], reduction="sum")]
        loss = sum(parts) / len(x)
    """
    fix = 'loss = F.cross_entropy(logits, target, reduction="sum") / rows_of_all_batches'
    means = means_of(case.losses)
    if len(means) >= 2 and len({_make(mean.step) for mean in means}) == 1:
        factors = [mean.factor for mean in means]
        rows = [mean.rows for mean in means]
        if len(set(rows)) > 1 and np.allclose(factors, 1 / len(means), rtol=1e-4):
            yield Mark(means[0].step, f"the loss is the mean of {len(means)} means, over {_words(rows)} rows: a row of the smallest batch counts "
                       f"{max(rows) / min(rows):.3g} times as much as one of the largest.", fix)
    elif case.history is not None and len(means) == 1:
        cycle = [past for past in case.history.passes if past.interval == case.history.interval and past.rows]
        factors = [past.factor for past in cycle] + [means[0].factor]
        rows = [past.rows for past in cycle] + [means[0].rows]
        if len(rows) >= 2 and len(set(rows)) > 1 and np.allclose(factors, 1 / len(rows), rtol=1e-4):
            yield Mark(means[0].step, f"the gradients of {len(rows)} means, over {_words(rows)} rows, were added with the factor 1/{len(rows)} "
                       f"each: a row of the smallest batch counts {max(rows) / min(rows):.3g} times as much as one of the largest.", fix)


def _words(rows: list[int]) -> str:
    return ", ".join(map(str, rows[:6])) + (" ..." if len(rows) > 6 else "")


