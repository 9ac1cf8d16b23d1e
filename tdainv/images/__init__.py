"""Filters of binary images: grey images whose sublevel sets filter the foreground, its surroundings or both."""

from __future__ import annotations

from tdainv._lazy import lazy_names

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

__getattr__, __dir__ = lazy_names(globals(), _HOMES)
