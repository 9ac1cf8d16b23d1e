"""Filters of binary images: grey images whose sublevel sets filter the foreground, its surroundings or both."""

from __future__ import annotations

from importlib import import_module
from typing import Any

# Modules are loaded when a name is first used: thresholds alone do not need scipy's image and Fourier transforms.
_HOMES = {
    "binarize": "binary",
    "codensity": "density",
    "dilation": "distance",
    "directional": "position",
    "erosion": "distance",
    "otsu_threshold": "binary",
    "radial": "position",
    "signed_distance": "distance",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'tdainv.images' has no attribute {name!r}")
    value = getattr(import_module(f"tdainv.images.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
