"""Two-parameter Hilbert measures by multipers, in the form the workers call.

Imported only by the interpreter that holds multipers. Everything is through its public interface; a way that the
installed version does not have raises, and the comparison leaves it out.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

os.environ.setdefault("KEOPS_VERBOSE", "0")


def prepare() -> None:
    import multipers
    from multipers.filtrations import RipsLowerstar

    # Its first calls load more; they are not timed.
    points = np.random.default_rng(0).normal(size=(20, 2))
    multipers.signed_measure(_complex(RipsLowerstar, points, points[:, 0], 10.0, -1), degrees=[0, 1])


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy")}


def _complex(rips_lowerstar: Any, points: Any, function: Any, radius: float, collapses: int) -> Any:
    tree = rips_lowerstar(points=points, function=function, threshold_radius=radius)
    tree.collapse_edges(collapses)
    tree.expansion(2)
    return tree


def documented(points: Any, function: Any, radius: float) -> list[Any]:
    """Collapse edges to a fixpoint, expand to triangles, exact signed measure of the simplex tree."""
    import multipers
    from multipers.filtrations import RipsLowerstar

    tree = _complex(RipsLowerstar, points, function, radius, -1)
    return _plain(multipers.signed_measure(tree, degrees=[0, 1], grid_strategy="exact", invariant="hilbert"))


def cohomology(collapses: int, n_jobs: int, squeeze: bool, points: Any, function: Any, radius: float) -> list[Any]:
    """As documented, with the slices computed by the cohomology backend, on an integer grid or not."""
    import multipers
    from multipers.filtrations import RipsLowerstar

    tree = _complex(RipsLowerstar, points, function, radius, collapses)
    if squeeze:
        tree = tree.grid_squeeze()
    slicer = multipers.Slicer(tree, backend="GudhiCohomology")
    return _plain(multipers.signed_measure(slicer, degrees=[0, 1], n_jobs=n_jobs))


def minimal_presentations(points: Any, function: Any, radius: float) -> list[Any]:
    """Collapse, expand, a minimal presentation of each degree, whose measure is read off."""
    import multipers
    from multipers.filtrations import RipsLowerstar

    slicer = multipers.Slicer(_complex(RipsLowerstar, points, function, radius, -1))
    minimal = multipers.ops.minimal_presentation if hasattr(multipers, "ops") else None
    measures = []
    for degree in (0, 1):
        presentation = minimal(slicer, degree=degree) if minimal else slicer.minpres(degree=degree)
        measures += multipers.signed_measure(presentation, degree=degree)
    return _plain(measures)


def features(clouds: list[Any], functions: list[Any], radii: list[float], resolution: int) -> Any:
    """Measures of clouds by the cohomology backend, and a separable Gaussian convolution on one grid."""
    measures = [
        cohomology(-1, 1, False, points, function, radius)
        for points, function, radius in zip(clouds, functions, radii, strict=True)
    ]
    rows = []
    for degree in (0, 1):
        atoms = np.concatenate([sample[degree][0] for sample in measures])
        low, high = atoms.min(axis=0), np.quantile(atoms, 0.99, axis=0)
        axes = np.linspace(low, high, resolution, axis=1)
        widths = 0.05 * (high - low)
        rows.append([_convolve(*sample[degree], axes, widths) for sample in measures])
    return np.hstack([np.stack(part) for part in rows])


def _convolve(points: Any, weights: Any, axes: Any, widths: Any) -> Any:
    left, right = (np.exp(-0.5 * ((axes[k][:, np.newaxis] - points[:, k]) / widths[k]) ** 2) for k in range(2))
    return ((left * weights) @ right.T).ravel()


def _plain(measures: Any) -> list[Any]:
    """Points and weights as arrays, without atoms at infinity."""
    result = []
    for points, weights in measures:
        points, weights = np.asarray(points, np.float64), np.asarray(weights)
        finite = np.isfinite(points).all(axis=1)
        result.append((points[finite], weights[finite]))
    return result
