"""The picture model as DOT text, for Graphviz to lay out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import graphviz  # type: ignore[import-untyped]

from .labels import Labels
from .legend import legend
from .markup import TEXT_FONT
from .model import Edge, Graph, Group, Node
from .strength import Scale, state_of
from .theme import LIGHT, Theme
from .words import is_flagged

Direction = Literal["TB", "BT", "LR", "RL"]
DIRECTIONS = {"TB": "down", "BT": "up", "LR": "", "RL": ""}

# The light theme's colours by name, for who takes the drawing's parts apart.
INK, GREY, PAPER = LIGHT.ink, LIGHT.grey, LIGHT.paper
LOSS_FILL, LOSS_INK = LIGHT.loss_fill, LIGHT.loss_ink
OPERATION_FILL, OPERATION_LINE = LIGHT.operation_fill, LIGHT.operation_line
LEAF_FILL, LEAF_LINE = LIGHT.leaf_fill, LIGHT.leaf_line
GROUP_FILL, GROUP_LINE = LIGHT.group_fill, LIGHT.group_line
GRADIENT, GRADIENT_FILL = LIGHT.gradient, LIGHT.gradient_fill


@dataclass(frozen=True)
class Style:
    """How a graph is drawn. `strength` shows the size of the gradients as width and colour of the arrows. `inside` puts the
    gradients into the nodes' boxes rather than on the arrows, arrays of more than `most` elements are
    summarised, and `spare` leaves out what is not about values and gradients: for graphs of many nodes."""

    theme: Theme = LIGHT
    direction: Direction = "TB"
    strength: bool = False
    inside: bool = False
    most: int | None = None
    spare: bool = False


_PLAIN = Style()
_FEW, _SOME, _MANY = 7, 20, 40  # nodes


def suited(graph: Graph, theme: Theme = LIGHT, direction: Direction = "TB") -> Style:
    """The style that suits a graph's size: on the arrows of a small graph stand the gradients, in the boxes of a large one; of
    a very large one only summaries are shown."""
    count = len(graph.functions)
    most = 30 if count <= _FEW else 18 if count <= _SOME else 3
    return Style(theme, direction, True, count > _FEW and not graph.reference, most, count > _MANY)


def to_dot(graph: Graph, style: Style = _PLAIN) -> str:
    """DOT text of a picture: the loss on top, gradients flow down the arrows. The same graph gives the same text."""
    return _Drawing(graph, style).source()


class _Drawing:
    """One graph being written as DOT."""

    def __init__(self, graph: Graph, style: Style) -> None:
        self.graph, self.style, self.theme = graph, style, style.theme
        self.labels = Labels(style.theme, style.inside, style.most, style.spare)
        self.measured = any(edge.gradient is not None for edge in graph.edges)
        self.scale = Scale.of(graph) if style.strength else None
        self.out = Counter(edge.source for edge in graph.edges)
        self.into = Counter(edge.target for edge in graph.edges)
        self.several = {node.id for node in graph.nodes if len(node.gradients) > 1}
        self.whole = not any(group.kind == "repeat" for group in graph.groups)
        self.parents = {group.id: group.parent for group in graph.groups}
        groups = {node.id: node.group for node in graph.nodes}
        self.inside: dict[str | None, list[Edge]] = {}
        for edge in graph.edges:
            self.inside.setdefault(self._common(groups[edge.source], groups[edge.target]), []).append(edge)

    def source(self) -> str:
        theme = self.theme
        dot = graphviz.Digraph("backward")
        notes = legend(self.graph, theme, self.scale, self.measured, DIRECTIONS[self.style.direction])
        dot.attr("graph", rankdir=self.style.direction, ordering="out", nodesep="0.35", ranksep="0.35", bgcolor=theme.paper, pad="0.3",
                 fontname=TEXT_FONT, fontcolor=theme.ink, labelloc="b", labeljust="l", label=notes)
        dot.attr("node", fontname=TEXT_FONT, fontsize="14", fontcolor=theme.ink, margin="0.12,0.08")
        dot.attr("edge", fontname=TEXT_FONT, fontsize="11", fontcolor=theme.gradient, color=theme.gradient, penwidth="1.4",
                 arrowsize="0.8")
        self._scope(dot, None)
        return str(dot.source)

    def _common(self, one: str | None, other: str | None) -> str | None:
        """The innermost group that holds both groups."""
        holders = set()
        while one is not None:
            holders.add(one)
            one = self.parents[one]
        while other is not None and other not in holders:
            other = self.parents[other]
        return other

    def _scope(self, dot: graphviz.Digraph, scope: str | None) -> None:
        """The nodes, groups and edges that belong to one group, or to none."""
        for node in self.graph.nodes:
            if node.group == scope:
                self._node(dot, node)
        for group in self.graph.groups:
            if group.parent == scope:
                with dot.subgraph(name=f"cluster_{group.id}") as inner:
                    self._group(inner, group)
        for edge in self.inside.get(scope, ()):
            self._edge(dot, edge)

    def _group(self, dot: graphviz.Digraph, group: Group) -> None:
        style = "rounded,filled,dashed" if group.kind == "repeat" else "rounded,filled"
        first = next((node.id for node in self.graph.nodes if node.group == group.id), None)
        aside = first is not None and self.style.direction in ("TB", "BT")
        title = {"label": ""} if aside else {"label": self.labels.title(group), "labelloc": "t", "labeljust": "l"}
        dot.attr("graph", id=group.id, style=style, fillcolor=self.theme.group_fill, color=self.theme.group_line,
                 penwidth="2" if group.kind == "repeat" else "1.2", margin="14", **title)
        self._scope(dot, group.id)
        if aside:
            # The title stands beside the group's first node: an arrow can run through one that Graphviz would put on top.
            with dot.subgraph() as row:
                row.attr(rank="same")
                row.node(f"{group.id}_title", self.labels.title(group), shape="plaintext")
                row.edge(f"{group.id}_title", first, style="invis")

    def _node(self, dot: graphviz.Digraph, node: Node) -> None:
        theme = self.theme
        if node.kind == "output":
            look = {"shape": "octagon", "margin": "0", "style": "filled", "fillcolor": theme.loss_fill, "color": theme.loss_fill}
        elif node.kind == "leaf":
            look = {"shape": "box", "style": "filled", "fillcolor": theme.leaf_fill, "color": theme.leaf_line, "penwidth": "2.2"}
        elif node.kind == "module":
            look = {"shape": "box", "style": "rounded,filled", "fillcolor": theme.operation_fill, "color": theme.operation_line,
                    "penwidth": "1.6", "peripheries": "2"}
        elif node.part == "backward":
            look = {"shape": "box", "style": "rounded,filled,dashed", "fillcolor": theme.backward_fill, "color": theme.backward_line,
                    "penwidth": "1.8"}
        else:
            look = {"shape": "box", "style": "rounded,filled", "fillcolor": theme.operation_fill, "color": theme.operation_line}
        if is_flagged(node.words):
            look |= {"color": theme.strong, "penwidth": "4"}
        dot.node(node.id, self.labels.node(node, self.into[node.id], self.whole), id=node.id, **look)

    def _edge(self, dot: graphviz.Digraph, edge: Edge) -> None:
        which = f"input {edge.input}" if self.out[edge.source] > 1 else ""
        if edge.skipped:
            which = ", ".join(filter(None, [which, f"after {edge.skipped:,} more"]))
        look = self._look(edge)
        if edge.gradient is None:
            lost = "no gradient" if self.measured else ""
            text = ", ".join(filter(None, [which, lost]))
            dot.edge(edge.source, edge.target, label=text and f" {text} ", id=edge.id, **look)
            return
        if self.style.inside and self.into[edge.target] < 2 and edge.reference is None and edge.target not in self.several:
            text = f"    {which} " if which else ""
            dot.edge(edge.source, edge.target, label=text, id=edge.id, **look)
            return
        # The gradient is a box on the arrow: Graphviz lets the label of an edge stick out of a group, but not a node.
        alarm = state_of(edge.gradient)[0] in ("nan", "inf")
        dot.node(edge.id, self.labels.gradient(edge, which, self.graph), id=edge.id, shape="box", style="rounded,filled",
                 fillcolor=self.theme.alarm_fill if alarm else self.theme.gradient_fill, color=self.theme.gradient, penwidth="0.6",
                 margin="0.06,0.03")
        dot.edge(edge.source, edge.id, **{**look, "arrowhead": "none"})
        dot.edge(edge.id, edge.target, **look)

    def _look(self, edge: Edge) -> Mapping[str, str]:
        """Width, colour and head of an arrow. What is wrong with a gradient shows in the shape, not in the colour alone."""
        theme = self.theme
        state, size = state_of(edge.gradient)
        if state == "none":
            quiet = {"color": theme.grey, "fontcolor": theme.grey}
            return {**quiet, "style": "dotted", "arrowhead": "tee"} if self.measured else quiet
        if state == "zero":
            return {"color": theme.grey, "style": "dashed", "arrowhead": "onormal"}
        if state in ("nan", "inf"):
            return {"color": theme.ink, "style": "bold", "arrowhead": "diamond" if state == "nan" else "normalnormal", "penwidth": "3"}
        if self.scale is None or not size:
            return {"color": theme.gradient}
        width = self.scale.width(size)
        return {"color": self.scale.colour(size, theme), "penwidth": f"{width:.2f}", "arrowsize": f"{0.9 - 0.08 * width:.2f}"}
