"""The colours of a picture. Roles differ in brightness and in shape as well as in colour, so that they are told apart without
seeing colours."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as #rrggbb. `weak` and `strong` are the ends of the scale for arrows, `alarm` is for nan and the infinities."""

    paper: str = "#ffffff"
    ink: str = "#1f2933"
    grey: str = "#5b6770"
    loss_fill: str = "#243b5a"
    loss_ink: str = "#ffffff"
    operation_fill: str = "#e6f0f9"
    operation_line: str = "#3a78b0"
    backward_fill: str = "#efe8f6"
    backward_line: str = "#6f4a9b"
    leaf_fill: str = "#fff1cf"
    leaf_line: str = "#b9821b"
    group_fill: str = "#f6f6f4"
    group_line: str = "#8a9099"
    gradient: str = "#a82a37"
    gradient_fill: str = "#fdf4f3"
    weak: str = "#d98a80"
    strong: str = "#8f1524"
    alarm_fill: str = "#1f2933"
    alarm_ink: str = "#ffd23f"


LIGHT = Theme()
DARK = Theme(
    paper="#10161d", ink="#e8eef4", grey="#a3b0bc", loss_fill="#d5e6f7", loss_ink="#10233a", operation_fill="#1b3046",
    operation_line="#6fb0e6", backward_fill="#33264a", backward_line="#b99be6", leaf_fill="#3b3013", leaf_line="#e6b84f",
    group_fill="#19222c", group_line="#6b7885", gradient="#ff9d90", gradient_fill="#351b1d", weak="#8a4b46", strong="#ffb5a8",
    alarm_fill="#ffd23f", alarm_ink="#10161d",
)  # fmt: skip
PRINT = Theme(
    ink="#000000", grey="#444444", loss_fill="#000000", operation_fill="#ffffff", operation_line="#000000", backward_fill="#e2e2e2",
    backward_line="#000000", leaf_fill="#f0f0f0", leaf_line="#000000", group_fill="#fafafa", group_line="#777777", gradient="#000000",
    gradient_fill="#ffffff", weak="#9a9a9a", strong="#000000", alarm_fill="#000000", alarm_ink="#ffffff",
)  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK, "print": PRINT}


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two.

    >>> mixed("#000000", "#ffffff", 0.5)
    '#808080'
    """
    pairs = ((int(one[i:i + 2], 16), int(other[i:i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
