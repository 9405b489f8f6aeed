"""The interactive page: a backward graph as one HTML file to step through, with no network."""

from .document import to_html

__all__ = ["to_html"]
