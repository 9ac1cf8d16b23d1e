"""What we run on signed measures, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np

import tdainv

_held: dict[str, Any] = {}


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    pair = [(np.eye(2), np.array([1, -1]))] * 2
    hold_for_convolution(pair)
    convolution_of(pair, [np.arange(3.0)] * 2, 1.0, "gaussian")
    sliced_of(2, pair, 2)


def hold_for_convolution(measures: list[Any], *_: Any) -> None:
    """Keep the measures as objects."""
    _held["measures"] = [tdainv.SignedMeasure(*measure) for measure in measures]


def convolution_of(_measures: list[Any], axes: list[Any], bandwidth: float, kernel: str) -> Any:
    """Images of all measures."""
    measures = _held["measures"]
    return np.stack([tdainv.measure_convolution(mu, axes, bandwidth=bandwidth, kernel=kernel) for mu in measures])


def hold_for_sliced(_n_jobs: int, measures: list[Any], *_: Any) -> None:
    hold_for_convolution(measures)


def sliced_of(n_jobs: int, _measures: list[Any], n_directions: int) -> Any:
    """All distances."""
    return tdainv.sliced_wasserstein_distances(_held["measures"], n_directions=n_directions, n_jobs=n_jobs)
