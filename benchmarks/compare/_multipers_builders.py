"""Filtrations and Hilbert measures by multipers, in the form the workers call.

Imported only by the interpreter that holds multipers.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

os.environ.setdefault("KEOPS_VERBOSE", "0")
_held: dict[str, Any] = {}


def prepare() -> None:
    """Load what its first calls load."""
    rng = np.random.default_rng(0)
    function_delaunay(rng.random((20, 2)), rng.random(20))
    images("GudhiCohomology", rng.random((1, 8, 8, 2)))


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy")}


def function_delaunay(points: Any, function: Any) -> None:
    from multipers.filtrations import DelaunayLowerstar

    _held["tree"] = DelaunayLowerstar(points, function)


def cells() -> dict[str, Any]:
    """Number of simplices by dimension, and their sorted grades."""
    import multipers

    slicer = multipers.Slicer(_held["tree"])
    grades = np.ascontiguousarray(slicer.get_filtrations(), np.float64)
    return {"sizes": np.bincount(slicer.get_dimensions()), "grades": grades[np.lexsort(grades.T)]}


def codensity_measures(points: Any, bandwidth: float) -> list[Any]:
    """Gaussian codensity, function-Delaunay complex, a minimal resolution of each degree, whose measure is read off."""
    import multipers
    from multipers.filtrations import DelaunayLowerstar
    from multipers.filtrations.density import KDE
    from multipers.ops import minimal_presentation

    codensity = -np.asarray(KDE(bandwidth=bandwidth, return_log=True).fit(points).score_samples(points), np.float64)
    slicer = multipers.Slicer(DelaunayLowerstar(points, codensity))
    found = []
    for degree in (0, 1):
        resolution = minimal_presentation(slicer, degree=degree, backend="mpfree", full_resolution=True)
        dimensions = np.asarray(resolution.get_dimensions())
        grades = np.asarray(resolution.get_filtrations(), np.float64).reshape(-1, 2)
        found.append((grades, np.where((dimensions - degree) % 2 == 0, 1, -1)))
    return found


def degree_rips(points: Any, numbers: Any) -> list[Any]:
    """As documented: the complex, expanded to triangles, and its signed measure."""
    import multipers
    from multipers.filtrations import DegreeRips

    tree = DegreeRips(points=points, ks=list(numbers))
    tree.expansion(2)
    return _plain(multipers.signed_measure(tree, degrees=[0, 1], invariant="hilbert"))


def images(backend: str, stack: Any) -> list[Any]:
    import multipers
    from multipers.filtrations import Cubical

    found = []
    for image in stack:
        slicer = multipers.Slicer(Cubical(image), backend=backend)
        found.append(_plain(multipers.signed_measure(slicer, degrees=[0, 1], n_jobs=1)))
    return found


def _plain(measures: Any) -> list[Any]:
    return [(np.asarray(points, np.float64).reshape(-1, 2), np.asarray(weights)) for points, weights in measures]
