"""What the commands write to the terminal: tables on stdout, progress and one line an error on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["OneLineErrors", "console", "progress"]


def console(*, stderr: bool = False) -> Console:
    """Console on the standard output or error of the moment."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


@contextmanager
def progress(total: int, label: str) -> Iterator[Any]:
    """Give a function that advances a progress bar by one step; the bar is shown on a terminal only."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    # A bar that wraps is no bar: this console, other than that of the messages, cuts at the width of the terminal.
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=total)
        yield lambda: bar.advance(task)


class OneLineErrors(TyperGroup):
    """A group of commands whose errors are one red line on stderr: exit code 2 for wrong usage, 1 for bad data."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command."""
        standalone = kwargs.pop("standalone_mode", True)
        kwargs["standalone_mode"] = False
        if not standalone:
            return super().main(*args, **kwargs)
        try:
            code = super().main(*args, **kwargs)
        except (ValueError, TypeError, OSError, MemoryError) as error:
            code = _say(str(error) or type(error).__name__, 1)
        except Exception as error:
            # Errors of usage come from click, which some versions of typer contain and others depend on.
            if not hasattr(error, "format_message"):
                raise
            code = _say(error.format_message(), getattr(error, "exit_code", 2))
        sys.exit(code if isinstance(code, int) else 0)


def _say(message: str, code: int) -> int:
    console(stderr=True).print("Error: " + " ".join(message.split()), style="red", markup=False)
    return code
