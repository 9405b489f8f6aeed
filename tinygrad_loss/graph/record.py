"""A picture as JSON and back: for recording PyTorch's graph once and showing it where PyTorch is not installed."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any

import numpy as np

from .model import Edge, Graph, Group, Node, Saved, Values

_FORMAT = "backward graph 1"


def to_json(graph: Graph) -> str:
    """A Graph as JSON text (strict: nan and the infinities are strings). `from_json` reads it back."""
    content = {"format": _FORMAT, **{f.name: _plain(getattr(graph, f.name)) for f in fields(graph)}}
    return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str) -> Graph:
    """The Graph that `to_json` wrote; ValueError when the text is something else."""
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != _FORMAT:
        raise ValueError(f"from_json: not a recorded graph: its format should be {_FORMAT!r}")
    nodes = tuple(map(_node, content["nodes"]))
    edges = tuple(map(_edge, content["edges"]))
    groups = tuple(Group(**{**g, **({"closed": _node(g["closed"])} if g.get("closed") else {}),
                            "closed_edges": tuple(map(_edge, g.get("closed_edges", ())))}) for g in content["groups"])
    return Graph(nodes, edges, groups, tuple(content["notes"]), content["library"], content["reference"])


def _node(n: dict[str, Any]) -> Node:
    return Node(**{**n, "outputs": tuple(map(_values, n["outputs"])), "gradients": tuple(map(_values, n["gradients"])),
                   "stored": _values(n["stored"]), "saved": tuple((name, _text_or_known(v)) for name, v in n["saved"]),
                   "keeps": tuple(Saved(**{**k, "value": _text_or_known(k["value"])}) for k in n.get("keeps", ()))})


def _edge(e: dict[str, Any]) -> Edge:
    return Edge(**{**e, "gradient": _values(e["gradient"]), "reference": _values(e["reference"])})


def _text_or_known(value: Any) -> Values | str:
    return value if isinstance(value, str) else _known(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Values):
        numbers = None if value.array is None else _finite(value.array.reshape(-1).tolist())
        return {"shape": list(value.shape), "dtype": value.dtype, "numbers": numbers,
                "summary": None if value.summary is None else _finite(list(value.summary))}
    if isinstance(value, Node | Edge | Group | Saved):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _finite(numbers: list[Any]) -> list[Any]:
    return [str(v) if isinstance(v, complex) or (isinstance(v, float) and not math.isfinite(v)) else v for v in numbers]


def _values(content: dict[str, Any] | None) -> Values | None:
    return None if content is None else _known(content)


def _known(content: dict[str, Any]) -> Values:
    array = None
    if content["numbers"] is not None:
        kind = content["dtype"] if content["dtype"] != "bfloat16" else "float32"
        array = np.array(content["numbers"], dtype=kind).reshape(content["shape"])
        array.setflags(write=False)
    summary = None if content["summary"] is None else tuple(float(v) for v in content["summary"])
    return Values(tuple(content["shape"]), content["dtype"], array, summary)  # type: ignore[arg-type]
