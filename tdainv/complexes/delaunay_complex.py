"""Delaunay complexes of points of R^1, R^2 or R^3, and of all sets of points that arrive one after the other."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.simplices import SimplicialComplex, close_simplices, number_simplices
from tdainv.geometry.delaunay import delaunay_triangulation, incremental_delaunay

_BYTES_A_CELL = 130  # with two parameters, and the lists from which faces are found
_REMEDY = "Subsample the points."


def spatial_points(values: ArrayLike, name: str = "points") -> Float:
    """Check a point cloud in at most three dimensions."""
    cloud = check.points(values, name)
    if cloud.shape[1] > 3:
        raise ValueError(
            f"{name} must have shape (n_points, dim) with dim at most 3 for Delaunay complexes, got shape "
            f"{cloud.shape}. Use a Rips filtration, or project the points to three coordinates."
        )
    return cloud


def delaunay_complex(points: Float) -> SimplicialComplex:
    """Delaunay triangulation as a complex on all points: equal points are joined to the first of them by an edge.

    Parameters
    ----------
    points : ndarray of shape (n, D)
        Checked.

    Returns
    -------
    SimplicialComplex
    """
    n, dimension = points.shape
    _require_memory(n * (2, 6, 30)[dimension - 1], n)
    cells, dimension, representative = delaunay_triangulation(points)
    levels: list[Number] = [np.zeros((0, k + 1), np.int32) for k in range(max(dimension, 1) + 1)]
    if dimension:
        levels[dimension] = cells
    return _close(levels, representative, np.arange(n))


def selective_complex(points: Float, order: Int) -> SimplicialComplex:
    """Union of the Delaunay complexes of all points so far, for points that arrive in an order, and what joins them.

    A new point p removes the Delaunay cells whose spheres it is inside. They stay here, and so do their joins with p,
    which fill what lies between the triangulations before and after. See :func:`tdainv.function_delaunay`.

    Parameters
    ----------
    points : ndarray of shape (n, D)
        Checked.
    order : int ndarray of shape (n,)
        Numbers of the points, first to last.

    Returns
    -------
    SimplicialComplex
        On all points; equal points are joined to the first of them to arrive by an edge.
    """
    n, dimension = points.shape
    _require_memory(n * (4, 20, 150)[dimension - 1], n)
    simplices, _, representative = incremental_delaunay(points[order])
    numbers = order.astype(np.int32)
    levels = [np.sort(numbers[level], axis=1) for level in simplices]
    while len(levels) < 2:
        levels.append(np.zeros((0, len(levels) + 1), np.int32))
    return _close(levels, representative, numbers)


def _close(levels: list[Number], representative: Int, numbers: Number) -> SimplicialComplex:
    """Complex of simplices, of all points, and of edges from points to the equal ones that represent them."""
    n = len(representative)
    n_cells = sum((2**k // 2 + 1) * len(level) for k, level in enumerate(levels))  # most faces have two cofaces
    _require_memory(n_cells, n)
    equal = np.flatnonzero(representative != np.arange(n))
    edges = np.sort(np.column_stack([numbers[equal], numbers[representative[equal]]]), axis=1)
    levels[1] = np.concatenate([levels[1], edges.astype(np.int32)])
    return close_simplices(levels, n)


def _require_memory(n_cells: int, n: int) -> None:
    require_memory(_BYTES_A_CELL * n_cells, f"The Delaunay complex of {n} points", _REMEDY)


def filtered(complex_: SimplicialComplex, *coordinates: list[Float]) -> FilteredComplex:
    """Filtered complex whose cells are the simplices, by dimension; each coordinate of the grades has a list."""
    grades = np.column_stack([np.concatenate(values) for values in coordinates])
    return FilteredComplex.of_checked(*number_simplices(complex_.facets), grades)
