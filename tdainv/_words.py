"""Words of messages and representations."""

from __future__ import annotations


def counted(number: int, singular: str, plural: str | None = None) -> str:
    """A number with its noun: 1 row, 2 rows."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"
