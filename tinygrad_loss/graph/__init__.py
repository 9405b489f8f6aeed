"""The picture model of a backward graph, its reader (for this package's graphs and PyTorch's), and its printed forms."""

from .definitions import definition_text
from .formulas import Formula
from .model import Edge, Graph, Group, Node, Saved, Values, with_reference
from .modules import record_modules
from .reader import read_graph
from .record import from_json, to_json

__all__ = ["Edge", "Formula", "Graph", "Group", "Node", "Saved", "Values", "definition_text", "from_json", "read_graph",
           "record_modules", "to_json", "with_reference"]
