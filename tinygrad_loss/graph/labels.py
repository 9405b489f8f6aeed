"""What stands in the boxes of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from .markup import NUMBER_FONT, bold, captioned, escaped, font, kind_text, label, left, line, numbers, table
from .model import Edge, Graph, Group, Node, Values
from .numbers import difference, remark, rows_of, safe_text, shape_text
from .strength import state_of
from .theme import Theme

_LONG = 20  # characters of a module's path
_BESIDE = 62  # the most characters in which value and gradient stand side by side


@dataclass(frozen=True)
class Labels:
    """The labels of a picture in its colours. `inside` puts the gradient that comes to a node into its box; arrays of more
    than `most` elements are summarised. `spare` leaves out what is not about values and gradients."""

    theme: Theme
    inside: bool = False
    most: int | None = None
    spare: bool = False

    def node(self, node: Node, arrivals: int, whole: bool = True) -> str:
        """The label of any node; `arrivals` is how many arrows lead to it, `whole` whether these are all that there are."""
        if node.kind == "output":
            return self._output(node)
        return self._leaf(node, arrivals, whole) if node.kind == "leaf" else self._operation(node, arrivals, whole)

    def _output(self, node: Node) -> str:
        ink = self.theme.loss_ink
        lines = [line(bold(node.name), 16, ink)]
        if node.value is not None:
            lines += numbers(node.value, ink, 14, self.most)
            lines.append(line(kind_text(node.value), 11, ink))
        return label(lines)

    def _operation(self, node: Node, arrivals: int, whole: bool) -> str:
        theme = self.theme
        mark = "∂ " if node.part == "backward" else ""
        lines = [line(mark + bold(node.words), 14, theme.ink)]
        if node.type:
            lines.append(line(escaped(safe_text(node.type)), 11, theme.grey, NUMBER_FONT))
        results = [value for value in node.outputs if value is not None]
        if node.name:
            lines.append(line(bold(node.name), 12, theme.ink))
        if self._pairs(node, results):
            lines.append(self._pair(results[0], node, arrivals, whole))
        else:
            for i, value in enumerate(results):
                lines += self._captioned(f"result {i}: " if len(results) > 1 else "", value)
            lines += self._arriving(node, arrivals, whole)
        keeps = "" if node.kind == "module" else "saved "
        for saved, constant in [] if self.spare and keeps else node.saved:
            lines += captioned(f"{keeps}{escaped(safe_text(saved))}: ", constant, theme.grey, theme.grey, self.most)
        return label(lines)

    def _leaf(self, node: Node, arrivals: int, whole: bool) -> str:
        theme = self.theme
        lines = [line(bold(node.name), 15, theme.ink)] if node.name else []
        lines.append(line(escaped(node.type), 11, theme.grey, NUMBER_FONT))
        if node.value is not None and self._pairs(node, [node.value]):
            lines.append(self._pair(node.value, node, arrivals, whole))
        else:
            if node.value is not None:
                lines += self._captioned("", node.value)
            lines += self._arriving(node, arrivals, whole)
        if not self.spare or node.stored is not None:
            lines += captioned(".grad: ", node.stored or "no gradient yet", theme.gradient, theme.gradient, self.most)
        return label(lines)

    def _captioned(self, caption: str, value: Values) -> list[str]:
        return captioned(caption, value, self.theme.ink, self.theme.grey, self.most)

    def _pairs(self, node: Node, results: list[Values]) -> bool:
        """Whether a node's value and gradient stand together in its box."""
        return self.inside and len(results) == 1 and node.gradient is not None and len(node.gradients) == 1

    def _pair(self, value: Values, node: Node, arrivals: int, whole: bool) -> str:
        assert node.gradient is not None
        gradient = node.gradient
        summed = "" if arrivals < 2 else f", sum of {arrivals}" if whole else ", sum of all"
        note = remark(gradient)
        alarm = state_of(gradient)[0] in ("nan", "inf")
        ink, paper = (self.theme.alarm_ink, self.theme.alarm_fill) if alarm else (self.theme.gradient, self.theme.gradient_fill)
        head = font("gradient" + summed + (f", {note}" if note else ""), 11, ink)
        ours = table([line(kind_text(value), 11, self.theme.grey), *numbers(value, self.theme.ink, most=self.most)])
        rows = [] if note == "all zero" else numbers(gradient, ink, most=self.most)
        theirs = table([f"<TR><TD>{head}</TD></TR>", *rows])
        fill = f'BGCOLOR="{paper}" STYLE="ROUNDED"'
        wide = sum(max(map(len, rows_of(v, self.most)), default=8) for v in (value, gradient)) > _BESIDE
        gap = "</TR><TR>" if wide else '<TD WIDTH="4"></TD>'
        return ('<TR><TD><TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1"><TR>'
                f'<TD CELLPADDING="4">{ours}</TD>{gap}<TD CELLPADDING="4" {fill}>{theirs}</TD></TR></TABLE></TD></TR>')

    def _arriving(self, node: Node, arrivals: int, whole: bool) -> list[str]:
        """What comes in where several arrows meet: their gradients add up."""
        theme = self.theme
        if node.gradients and node.gradient is None:
            return [line("no gradient comes here", 11, theme.gradient)]
        if (arrivals < 2 and not self.inside) or node.gradient is None or len(node.gradients) > 1:
            return []
        summed = "gradient: " if arrivals < 2 else f"sum of {arrivals} gradients: " if whole else "sum of all gradients: "
        return captioned(summed, node.gradient, theme.gradient, theme.gradient, self.most)

    def gradient(self, edge: Edge, which: str, graph: Graph) -> str:
        """The label of the box on an arrow."""
        assert edge.gradient is not None
        state, _ = state_of(edge.gradient)
        colour = self.theme.alarm_ink if state in ("nan", "inf") else self.theme.gradient
        shape = f"gradient {shape_text(edge.gradient.shape)}" if edge.gradient.shape else "gradient"
        warning = "<B>!</B> " if state in ("nan", "inf") else ""  # a shape, beside the colour
        caption = font(warning + ", ".join(filter(None, [which, shape, remark(edge.gradient)])), 11, colour)
        if edge.reference is None:
            return label([left(caption), *([] if state == "zero" else numbers(edge.gradient, colour, most=self.most))])
        ours, theirs = (
            table([left(font(escaped(safe_text(name)), 11, ink)), *numbers(values, ink)])
            for name, values, ink in ((graph.library, edge.gradient, colour), (graph.reference, edge.reference, self.theme.ink))
        )
        verdict = font("   " + difference(edge.gradient, edge.reference), 11, self.theme.grey)
        return label([f'<TR><TD ALIGN="LEFT" COLSPAN="3">{caption}{verdict}</TD></TR>',
                      f'<TR><TD ALIGN="LEFT">{ours}</TD><TD WIDTH="14"></TD><TD ALIGN="LEFT">{theirs}</TD></TR>'])

    def title(self, group: Group) -> str:
        """The title of a group."""
        theme = self.theme
        if group.kind == "definition":
            lines = [line(bold(group.type), 13, theme.ink), line(escaped(group.words), 12, theme.grey),
                     line("opened into primitives", 11, theme.grey)]
        elif group.kind == "repeat":
            lines = [line(f"<B>× {group.count:,}</B>", 24, theme.ink),  # noqa: RUF001
                     line("in a row, the first is shown", 11, theme.grey)]
        else:
            name = group.name if len(group.name) <= _LONG else f"….{group.name.rpartition('.')[2]}"
            lines = [line(bold(name), 13, theme.ink), line(escaped(safe_text(group.type)), 12, theme.grey)]
        return label(lines)
