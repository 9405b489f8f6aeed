"""A progress bar for training; silent when the output is not a terminal, or tqdm is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from ..training import Epoch

__all__ = ["epoch_bar", "missing_extra"]


@contextmanager
def epoch_bar(title: str, epochs: int) -> Iterator[Callable[[Epoch], None] | None]:
    """Yield a function to call after each epoch (None without tqdm). The bar is drawn on stderr, and vanishes when it is done."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield None
        return
    with tqdm(total=epochs, desc=title, unit="epoch", leave=False, disable=None) as bar:

        def step(epoch: Epoch) -> None:
            if epoch.number:
                bar.set_postfix_str(f"loss {epoch.loss:.3f}, held out {100 * epoch.held_out_accuracy:.1f} %", refresh=False)
                bar.update()

        yield step


def missing_extra() -> str | None:
    """One sentence that says what is lost without the extra ``demo``, or None when it is installed."""
    lost = {"tqdm": "progress bars", "matplotlib": "loss.svg"}
    missing = [library for library in lost if find_spec(library) is None]
    if not missing:
        return None
    without = " and ".join(lost[library] for library in missing)
    return f"no {without}: {' and '.join(missing)} not installed; run pip install 'tinygrad_loss[demo]'"
