"""Magnitude by magnipy, in the form the workers call. It may have an interpreter of its own."""

from __future__ import annotations

from importlib import metadata
from typing import Any


def prepare() -> None:
    import magnipy  # noqa: F401


def versions() -> dict[str, str]:
    import magnipy  # noqa: F401

    return {name: metadata.version(name) for name in ("magnipy", "scipy", "numpy")}


def cloud_weights(method: str, t: float, points: Any) -> Any:
    from magnipy.magnitude.compute import compute_magnitude

    return compute_magnitude(points, ts=[t], method=method, get_weights=True)[0][:, 0]
