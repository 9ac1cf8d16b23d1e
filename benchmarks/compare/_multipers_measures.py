"""Convolutions and sliced Wasserstein distances by multipers, in the form the workers call.

Imported only by the interpreter that holds multipers. What we found of its conventions, by running 2.6.1:

- Convolutions are divided by the number of atoms and by the integral of the kernel.
- Weights are repeated atoms. Directions are independent and uniform, drawn with a seed; distances are means over them.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

os.environ.setdefault("KEOPS_VERBOSE", "0")
_held: dict[str, Any] = {}


def prepare() -> None:
    """Load what its first calls load."""
    pair = [(np.eye(2), np.array([1, -1]))] * 2
    for backend in ("auto", "pykeops", "jax", "sklearn"):
        try:
            hold_for_convolution(backend, pair)
            convolution_of(backend, pair, [np.arange(3.0)] * 2, 1.0, "gaussian")
        except Exception:  # a backend that is not there: the race says so
            continue
    hold_for_sliced(1, pair)
    sliced_of(1, pair, 2)


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy")}


def hold_for_convolution(_backend: str, measures: list[Any], *_: Any) -> None:
    _held["measures"] = [[(np.ascontiguousarray(points), weights)] for points, weights in measures]


def convolution_of(backend: str, measures: list[Any], axes: list[Any], bandwidth: float, kernel: str) -> Any:
    from multipers.ml.signed_measures import SignedMeasure2Convolution

    transformer = SignedMeasure2Convolution(filtration_grid=axes, bandwidth=bandwidth, kernel=kernel, backend=backend)
    images = transformer.fit(_held["measures"]).transform(_held["measures"])
    return np.asarray(images).reshape(len(measures), *map(len, axes))


def hold_for_sliced(_n_jobs: int, measures: list[Any], *_: Any) -> None:
    hold_for_convolution("", measures)


def sliced_of(n_jobs: int, measures: list[Any], n_directions: int) -> Any:
    from multipers.ml.signed_measures import SignedMeasure2SlicedWassersteinDistance

    transformer = SignedMeasure2SlicedWassersteinDistance(num_directions=n_directions, n_jobs=n_jobs)
    return np.asarray(transformer.fit(_held["measures"]).transform(_held["measures"])[0])
