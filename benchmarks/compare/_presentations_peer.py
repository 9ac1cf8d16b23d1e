"""Minimal presentations by mpfree, as bundled in multipers, in the form the workers call.

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
    from multipers.ops import minimal_presentation

    edge = _slicer([[], [], [0, 1]], [0, 0, 1], np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]))
    minimal_presentation(edge, degree=0, backend="mpfree", full_resolution=False)


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy")}


def _slicer(boundaries: list[Any], dimensions: Any, grades: Any) -> Any:
    import multipers

    kind = multipers.Slicer(None, return_type_only=True, dtype=np.float64, kcritical=False)
    return kind(boundaries, dimensions, grades)


def function_delaunay(n: int, seed: int, path: str) -> None:
    """Write the function-Delaunay complex of n uniform points in the unit square with uniform random values."""
    import multipers
    from multipers.filtrations import DelaunayLowerstar

    rng = np.random.default_rng(seed)
    slicer = multipers.Slicer(DelaunayLowerstar(rng.random((n, 2)), rng.random(n)))
    indptr, indices = slicer.get_boundaries(packed=True)
    grades = np.ascontiguousarray(slicer.get_filtrations(), np.float64)
    np.savez(path, dimensions=slicer.get_dimensions(), indptr=indptr, indices=indices, grades=grades)


def load(path: str, degree: int) -> None:
    """Hold the complex as a Slicer, with its cells as mpfree wants them: by dimension, then colexicographically."""
    if _held.get("path") == path:
        return
    with np.load(path, allow_pickle=False) as file:
        dimensions, grades = file["dimensions"].astype(np.int32), file["grades"].astype(np.float64)
        indptr, indices = file["indptr"].astype(np.int64), file["indices"].astype(np.int64)
    order = np.lexsort((grades[:, 0], grades[:, 1], dimensions))
    position = np.empty(len(order), np.uint32)
    position[order] = np.arange(len(order))
    rows = position[indices]
    boundaries = [np.sort(rows[indptr[cell] : indptr[cell + 1]]) for cell in order]
    _held["slicer"] = _slicer(boundaries, dimensions[order], np.ascontiguousarray(grades[order]))
    _held["path"] = path


def presentation(path: str, degree: int) -> None:
    _compute(degree, full_resolution=False)


def resolution(path: str, degree: int) -> None:
    """With the syzygies, which the Hilbert measure needs."""
    _compute(degree, full_resolution=True)


def _compute(degree: int, full_resolution: bool) -> None:
    from multipers.ops import minimal_presentation

    _held["degree"] = degree
    _held["found"] = minimal_presentation(
        _held["slicer"], degree=degree, backend="mpfree", full_resolution=full_resolution
    )


def betti_grades() -> dict[str, Any]:
    generators, relations, _ = _grades()
    return {"generators": generators, "relations": relations}


def betti_measure() -> dict[str, Any]:
    """The Betti grades, and the measure: generators - relations + syzygies."""
    grades = _grades()
    signs = np.repeat([1, -1, 1], [len(part) for part in grades])
    return betti_grades() | {"measure": (np.concatenate(grades), signs)}


def _grades() -> list[Any]:
    found, degree = _held["found"], _held["degree"]
    dimensions = np.asarray(found.get_dimensions())
    grades = np.asarray(found.get_filtrations(), np.float64).reshape(-1, 2)
    return [grades[dimensions == degree + k] for k in range(3)]
