"""Progress of long work, on the standard error stream, and only where it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def progress(iterable: Iterable[T], total: int, label: str, verbose: bool) -> Iterator[T]:
    """Iterate, with a progress bar if `verbose`."""
    if not verbose:
        yield from iterable
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(iterable, description=label, total=total, console=Console(stderr=True))
