"""The picture model of a backward graph, its reader (for this package's graphs and PyTorch's), and its printed forms."""

from .model import Edge, Graph, Group, Node, Values, with_reference
from .reader import read_graph
from .record import from_json, to_json

__all__ = ["Edge", "Graph", "Group", "Node", "Values", "from_json", "read_graph", "to_json", "with_reference"]
