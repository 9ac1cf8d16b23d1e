"""Delaunay triangulations in one to three dimensions, right for all inputs.

Points are inserted one by one (`_engine.py`), and all decisions are exact (`_kernels_predicates.py`): grids, cocircular
points, points in a plane and equal points are ordinary input.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.geometry._engine import Engine
from tdainv.geometry.insertion_order import hilbert_order, insertion_order, scaled_to_integers


class Triangulation(NamedTuple):
    """Delaunay triangulation of points in R^1, R^2 or R^3.

    Attributes
    ----------
    cells : int32 ndarray of shape (m, k + 1)
        Numbers of the points of each cell of full dimension, increasing within a row.
    dimension : int
        Affine dimension k of the points: 0 if all are equal.
    representative : int64 ndarray of shape (n,)
        The first point with the same coordinates, for each point. Only these are in cells.
    """

    cells: Number
    dimension: int
    representative: Int


class IncrementalDelaunay(NamedTuple):
    """What the points of a sequence meet in the Delaunay triangulations of the points before them.

    Attributes
    ----------
    simplices : list of int32 ndarrays
        ``simplices[j]`` has shape (m_j, j + 1), for j = 0, ..., dimension + 1; rows increase. The simplices are
        ``{p_0}`` and, for each new point p, ``c + {p}`` for all cells c in conflict with p and ``f + {p}`` for all
        facets f of the hull the infinite cell of which is in conflict with p. Not closed under faces.
    dimension : int
        Affine dimension of the points.
    representative : int64 ndarray of shape (n,)
        The first point with the same coordinates, for each point. The others are in no simplex.
    """

    simplices: list[Number]
    dimension: int
    representative: Int


def delaunay_triangulation(points: Float) -> Triangulation:
    """Delaunay triangulation of points in R^1, R^2 or R^3.

    Parameters
    ----------
    points : ndarray of shape (n, D)
        Finite, n >= 1, D = 1, 2, 3.

    Returns
    -------
    Triangulation
        Cells of the affine dimension of the points, whose union is the convex hull; no point lies inside of the sphere
        of a cell. If more than k + 1 points are on a sphere, one of the triangulations of their hull is taken.

    Raises
    ------
    ValueError
        If the sizes of coordinates differ by so much (about 1e44) that exact decisions would overflow.

    Notes
    -----
    Points are inserted along a Hilbert curve, in rounds of random points of increasing number (Amenta, Choi and Rote,
    Incremental constructions con BRIO, 2003): expected time O(n log n) in the plane and, for points as they come in
    practice, in space, where there may be O(n^2) cells. The order is the same in each call.

    Examples
    --------
    >>> import numpy as np
    >>> triangulation = delaunay_triangulation(np.array([[0, 0], [4, 0], [0, 4], [1, 1], [4, 0]]))
    >>> sorted(triangulation.cells.tolist())
    [[0, 1, 3], [0, 2, 3], [1, 2, 3]]
    >>> triangulation.representative
    array([0, 1, 2, 3, 1])
    """
    x = scaled_to_integers(points)
    n, dim = points.shape
    curve = hilbert_order(x[:, :dim])
    order = insertion_order(curve)
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    engine = Engine(x[order], dim, place[curve], emit=False)
    engine.run()
    same = np.empty(n, np.int64)
    same[order] = order[engine.original]
    first = np.empty(n, np.int64)
    first[same[::-1]] = np.arange(n)[::-1]  # the last one written is the first of them
    cells = first[order].astype(np.int32)[engine.finite_cells()]
    cells.sort(axis=1)
    return Triangulation(cells, engine.k, first[same])


def incremental_delaunay(points: Float) -> IncrementalDelaunay:
    """Conflicts that points inserted in the order of rows have with the Delaunay cells of those before.

    Parameters
    ----------
    points : ndarray of shape (n, D)
        Finite, n >= 1, D = 1, 2, 3.

    Returns
    -------
    IncrementalDelaunay

    Raises
    ------
    ValueError
        If the sizes of coordinates differ by so much (about 1e44) that exact decisions would overflow.

    Notes
    -----
    These simplices and their faces are the incremental Delaunay complex of Alonso, Kerber, Lam and Lesnick (Delaunay
    bifiltrations of functions on point clouds, SODA 2024), which at each point is the union of all Delaunay complexes
    so far, and of what joins each to the next one.

    A cell is in conflict with p if its sphere has p inside; that of a facet of the hull is a half-space, and if p is in
    its plane, the circle of the facet there. Ties are no conflicts. If p is not in the affine hull of the points so
    far, it is in conflict with all their cells.

    Examples
    --------
    The fourth point is in the circle of the first three, and beyond the edge {1, 2}:

    >>> import numpy as np
    >>> found = incremental_delaunay(np.array([[0, 0], [4, 0], [0, 4], [3, 3]]))
    >>> [rows.tolist() for rows in found.simplices]
    [[[0]], [[0, 1]], [[0, 1, 2], [1, 2, 3]], [[0, 1, 2, 3]]]
    """
    x = scaled_to_integers(points)
    dim = points.shape[1]
    engine = Engine(x, dim, hilbert_order(x[:, :dim]), emit=True)
    engine.run()
    simplices = [np.concatenate(parts).reshape(-1, j + 1) for j, parts in enumerate(engine.found[: engine.k + 2])]
    return IncrementalDelaunay(simplices, engine.k, engine.original)
