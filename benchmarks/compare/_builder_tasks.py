"""What we run to build filtrations, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np

import tdainv

_held: dict[str, Any] = {}


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    rng = np.random.default_rng(0)
    for dimension in (2, 3):
        points = rng.random((40, dimension))
        complexes = [tdainv.alpha(points), tdainv.function_delaunay(points, rng.random(40))]
        for complex_ in complexes:
            tdainv.hilbert_signed_measures(complex_, (0, 1))
    tdainv.kde_codensity(rng.random((3000, 2)))
    tdainv.hilbert_signed_measures(tdainv.degree_rips(rng.random((20, 2))), (0, 1))
    tdainv.sparse_rips(rng.random((40, 2)), epsilon=0.5)
    million(rng.random((3000, 3)), rng.random(3000), 20, 4)
    images(rng.random((2, 8, 8, 2)))


def function_delaunay(points: Any, function: Any) -> None:
    _held["complex"] = tdainv.function_delaunay(points, function)


def alpha(points: Any) -> None:
    _held["complex"] = tdainv.alpha(points)


def sparse_rips(points: Any, epsilon: float) -> None:
    _held["complex"] = tdainv.sparse_rips(points, epsilon=epsilon)


def cells() -> dict[str, Any]:
    """Number of cells by dimension, and their sorted grades."""
    complex_ = _held["complex"]
    return {"sizes": np.bincount(complex_.dimensions), "grades": sorted_rows(complex_.grades)}


def sizes() -> dict[str, Any]:
    return {"sizes": np.bincount(_held["complex"].dimensions)}


def sorted_rows(grades: Any) -> Any:
    return grades[np.lexsort(grades.T)]  # functions first: radii are rounded differently


def codensity_measures(points: Any, bandwidth: float | None) -> list[Any]:
    bifiltration = tdainv.codensity_delaunay(points, bandwidth=bandwidth)
    return _plain(tdainv.hilbert_signed_measures(bifiltration, (0, 1)))


def degree_rips(points: Any, numbers: Any) -> list[Any]:
    return _plain(tdainv.hilbert_signed_measures(tdainv.degree_rips(points, n_neighbors=numbers), (0, 1)))


def million(points: Any, function: Any, n_landmarks: int, n_levels: int) -> list[Any]:
    bifiltration = tdainv.sublevel_flood(points, function, n_landmarks=n_landmarks, n_levels=n_levels)
    return _plain(tdainv.hilbert_signed_measures(bifiltration, (0, 1, 2)))


def images(stack: Any) -> list[Any]:
    found = [tdainv.hilbert_signed_measures(tdainv.cubical(image, channels=True), (0, 1)) for image in stack]
    return [_plain(measures) for measures in found]


def _plain(measures: Any) -> list[Any]:
    return [(measure.points, measure.weights) for measure in measures]
