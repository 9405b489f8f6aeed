"""Tells a graph step by step: the records of an explanation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from .._formulas import FORMULAS, Facts, Formula, Unknown
from ..graph.model import Edge, Graph, Node, Values
from .reading import facts_of, receivers
from .records import Quantity, Sent, Step
from .rounding import close


def tell(graph: Graph, order: list[tuple[str, Any]]) -> tuple[tuple[Step, ...], dict[str, Facts]]:
    """The steps of a graph, for the nodes of `order` ((id, node) pairs), and the facts at each."""
    nodes = {node.id: node for node in graph.nodes}
    out, into = graph.by_source(), receivers(graph)
    numbers = {id: number for number, (id, _) in enumerate(order, 1)}
    facts = {id: facts_of(nodes[id], own, out[id], nodes) for id, own in order if nodes[id].kind != "leaf"}
    steps = tuple(_step(nodes[id], numbers, facts.get(id), out[id], into[id], nodes) for id, _ in order)
    return steps, facts


def called(node: Node) -> str:
    """What a node is called where a gradient is sent to it: the variable's name, or the node's."""
    return node.name if node.kind == "leaf" and node.name else node.type


def _step(node: Node, numbers: Mapping[str, int], facts: Facts | None, out: Iterable[Edge], into: Iterable[Edge],
          nodes: Mapping[str, Node]) -> Step:
    formula = _formula(node, facts)
    sends = tuple(_sent(node, edge, facts, nodes) for edge in out) if facts is not None else ()
    arrivals = tuple((numbers.get(edge.source, 0), edge.gradient) for edge in into)
    return Step(numbers[node.id], node.id, node.kind, node.type, node.words, node.name, formula.forward if formula else "",
                formula.forward_latex if formula else "", node.value, node.gradients, arrivals, sends,
                formula is not None or node.kind == "leaf", _reduction(facts))


def _formula(node: Node, facts: Facts | None) -> Formula | None:
    found = FORMULAS.get(node.type)
    return None if found is None else found.at(facts)


def _reduction(facts: Facts | None) -> str:
    reduction = None if facts is None else facts.saved.get("reduction")
    notes = {0: "reduction='none': one loss for each, nothing is divided by N.", 1: "reduction='mean': the sum is divided by N.",
             2: "reduction='sum': nothing is divided by N."}
    return notes.get(reduction, "") if isinstance(reduction, int) else ""


def _dtypes(node: Node) -> list[str]:
    """The dtypes of a node's results and of what comes to it: one may be coarser than the gradient that it sends."""
    return [values.dtype for values in (*node.outputs, *node.gradients) if values is not None]


def _size(node: Node) -> float:
    """The largest number in the gradients that come to a node: sums of them round in proportion to it."""
    arrays = [g.array for g in node.gradients if g is not None and g.array is not None and g.array.size]
    return max((float(np.abs(a[np.isfinite(a)]).max(initial=0.0)) for a in arrays), default=0.0)


def _sent(node: Node, edge: Edge, facts: Facts, nodes: Mapping[str, Node]) -> Sent:
    target = called(nodes[edge.target])
    formula = _formula(node, facts)
    if formula is None:
        return Sent(edge.input, edge.target, target, "", "", (), edge.gradient, why=f"the table has no formula for {node.type}")
    rule = formula.rule(edge.input)
    terms: tuple[Quantity, ...] = ()
    result, why = None, ""
    if any("complex" in dtype for dtype in _dtypes(node)):
        return Sent(edge.input, edge.target, target, rule.rule, rule.rule_latex, (), edge.gradient, why="the formulas are those of real numbers")
    with np.errstate(all="ignore"):
        try:
            terms = tuple(Quantity(name, Values.of(numbers)) for name, numbers in rule.terms(facts, edge.input).items())
            worked_out = rule.gradient(facts, edge.input)
            result = None if worked_out is None else Values.of(worked_out)
            why = "" if worked_out is not None else "this formula stands for a program and is not worked out here"
        except Unknown as missing:
            why = f"the graph does not keep {missing}"
        except (ValueError, TypeError, IndexError, KeyError, ArithmeticError) as error:
            why = f"the formula cannot be filled in: {error}"
    agrees = None if result is None or edge.gradient is None else close(result, edge.gradient, _size(node), _dtypes(node))
    if result is not None and agrees is None:
        why = "the numbers are too many to be kept"
    return Sent(edge.input, edge.target, target, rule.rule, rule.rule_latex, terms, edge.gradient, result, agrees, why)
