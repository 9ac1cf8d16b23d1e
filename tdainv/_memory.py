"""Estimate before allocating: refuse what cannot fit, with the estimate and a remedy."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tdainv.exceptions import MemoryLimitError

_LIMIT_VARIABLE = "TDAINV_MEMORY_LIMIT"
_ALWAYS_FINE = 1 << 26  # not worth asking the system, which takes longer than a small cloud


def available_memory() -> int | None:
    """Bytes this process may still take, or None where the system does not tell.

    The environment variable ``TDAINV_MEMORY_LIMIT`` (bytes) overrides what the system says.
    """
    if limit := os.environ.get(_LIMIT_VARIABLE):
        try:
            return int(min(float(limit), sys.maxsize))
        except ValueError:
            raise ValueError(
                f"The environment variable {_LIMIT_VARIABLE} must be a number of bytes, got {limit!r}."
            ) from None
    try:
        meminfo = Path("/proc/meminfo").read_text()
    except OSError:
        return _physical_memory()
    fields = dict(line.split(":", 1) for line in meminfo.splitlines() if ":" in line)
    if "MemAvailable" not in fields:
        return _physical_memory()
    return int(fields["MemAvailable"].split()[0]) * 1024


def _physical_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def require_memory(n_bytes: int, what: str, remedy: str) -> None:
    """Raise MemoryLimitError if `n_bytes` for `what` exceed the memory available."""
    if n_bytes < _ALWAYS_FINE and _LIMIT_VARIABLE not in os.environ:
        return
    available = available_memory()
    if available is not None and n_bytes > available:
        raise MemoryLimitError(
            f"{what} needs about {n_bytes / 1e9:.3g} GB but {available / 1e9:.3g} GB are available. {remedy}"
        )
