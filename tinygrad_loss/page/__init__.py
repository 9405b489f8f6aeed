"""The interactive page: a backward graph as one HTML file to step through, with no network."""

from .document import Match, Side, to_html
from .forms import forms_of

__all__ = ["Match", "Side", "forms_of", "to_html"]
