"""Flood complexes: Delaunay complexes of landmarks whose simplices wait for balls around all points to cover them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._progress import progress
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.delaunay_complex import delaunay_complex, spatial_points
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.complexes.simplices import SimplicialComplex, number_simplices
from tdainv.filtrations import _kernels_flood as kernels
from tdainv.filtrations.landmarks import farthest_point_landmarks, landmark_coordinates
from tdainv.filtrations.point_tree import point_tree, unit_of

DEFAULT_LANDMARKS = 1000
DEFAULT_LEVELS = 50
# Default tolerance, as a share of the median length of the edges between landmarks.
_SHARE_OF_EDGE = 1 / 50
# Distances are known up to rounding errors of coordinates: a share of the largest coordinate.
_LEAST_TOLERANCE = 1e-10
_LEAF_SIZE = 8
_BLOCK = 256


def flood(
    points: ArrayLike,
    landmarks: ArrayLike | None = None,
    *,
    n_landmarks: int = DEFAULT_LANDMARKS,
    tolerance: float | None = None,
    n_jobs: int | None = None,
    verbose: bool = False,
) -> FilteredComplex:
    """Flood filtration of a large cloud: a complex on few landmarks that sees the distances to all points.

    A simplex of the Delaunay complex of the landmarks appears at the radius at which balls around all the points of
    the cloud cover it: its value is the largest distance of its points to the cloud.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), dim = 1, 2 or 3
    landmarks : array-like of shape (n_landmarks,), int, or (n_landmarks, dim), optional
        Rows of the cloud, or coordinates. By default :func:`farthest_point_landmarks`.
    n_landmarks : int, default 1000
        How many, if `landmarks` are not given. A cloud with fewer distinct points has fewer.
    tolerance : float, optional
        Values of triangles and tetrahedra lie at most this far below the true ones, and never above. By default a
        fiftieth of the median length of the edges between landmarks.
    n_jobs : int, optional
        Number of threads.
    verbose : bool, default False
        Whether to show the progress on the standard error stream.

    Returns
    -------
    FilteredComplex
        One parameter: a radius, in the unit of the points. Vertex i is landmark i; its label is its row of the cloud
        (of `landmarks`, if these are coordinates). A landmark at the place of an earlier one is joined to it by an
        edge of the same value.

    Raises
    ------
    ValueError
        For bad points or landmarks, more than three dimensions, a tolerance that is not positive.
    MemoryLimitError
        If the complex would not fit in memory.

    Notes
    -----
    The persistent homology is that of the true values up to a bottleneck distance of `tolerance`. If all points are
    landmarks, values are at most those of :func:`delaunay` and :func:`alpha`.

    Values of vertices and edges are exact up to rounding: on an edge, the distance is largest at an end or where a
    bisector of two points cuts it. A triangle or tetrahedron is cut into parts (across the middle of longest edges)
    until each lies in one ball around a point of the cloud; the radius is that of the largest distance found so far,
    at centres of parts, plus half of the tolerance. For q on the part, d(q, cloud) <= max d(v, x) over its corners v,
    for any point x: no maximum is overlooked. That takes on the order of (length / value)^dim searches in a tree for a
    simplex, and as many again for each factor of 8 by which the tolerance is smaller than value / 64, whereas a grid
    of samples takes (length / tolerance)^dim.

    References
    ----------
    Graf, Pellizzoni, Uray, Huber, Kwitt: The flood complex: large-scale persistent homology on millions of points,
    NeurIPS 2025.

    Examples
    --------
    Landmarks at the ends of a segment; the point in between floods half of it:

    >>> flood([[0.0], [2.0], [6.0]], landmarks=[0, 2]).grades.ravel()
    array([0., 0., 2.])
    """
    options = _Options(check_tolerance(tolerance), n_jobs, verbose)
    cloud = spatial_points(points)
    places, labels = _landmarks(cloud, landmarks, n_landmarks)
    births = np.zeros(len(cloud), np.int32)
    cells, values = _flooded(cloud, places, births, 1, options)
    return FilteredComplex.of_checked(*number_simplices(cells.facets), values, labels)


def sublevel_flood(
    points: ArrayLike,
    function: ArrayLike,
    landmarks: ArrayLike | None = None,
    *,
    n_landmarks: int = DEFAULT_LANDMARKS,
    n_levels: int = DEFAULT_LEVELS,
    levels: ArrayLike | None = None,
    tolerance: float | None = None,
    n_jobs: int | None = None,
    verbose: bool = False,
) -> MulticriticalComplex:
    """Sublevel flood bifiltration: at level s only points with function <= s flood the complex on the landmarks.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), dim = 1, 2 or 3
    function : array-like of shape (n_points,)
        Values on the points, such as a codensity.
    landmarks, n_landmarks, tolerance, n_jobs, verbose
        See :func:`flood`.
    n_levels : int, default 50
        How many levels: the j-th is the quantile (j + 1) / n_levels of the function. Equal ones count once.
    levels : array-like of shape (m,), optional
        Increasing numbers, instead of quantiles. Points above the last never flood.

    Returns
    -------
    MulticriticalComplex
        Parameters: a radius, and a value of the function. Between two levels it is as at the lower one: the value of
        a point counts as rounded up to a level. Landmarks are there from the radius at which the points of a level
        reach them on. Vertices and labels as for :func:`flood`.

    Raises
    ------
    ValueError
        For bad points, landmarks, functions or levels, more than three dimensions, a tolerance that is not positive.
    MemoryLimitError
        If the values would not fit in memory.

    Notes
    -----
    Each row is a flood filtration of part of the points, up to the tolerance as there. A simplex keeps the place of
    its maximum and the bound proved with it from row to row: where new points come not near, neither changes.

    References
    ----------
    Clémot, Digne, Tierny: sublevel flood bifiltrations (2026).

    Examples
    --------
    >>> bifiltration = sublevel_flood([[0.0], [2.0], [6.0]], [0.0, 1.0, 0.0], landmarks=[0, 2])
    >>> bifiltration.levels
    array([0., 1.])
    >>> bifiltration.values
    array([[0., 0.],
           [0., 0.],
           [3., 2.]])
    """
    options = _Options(check_tolerance(tolerance), n_jobs, verbose)
    cloud = spatial_points(points)
    heights = check.vertex_values(function, len(cloud), "function")
    if heights.ndim != 1:
        raise ValueError(f"function must have one value a point, shape ({len(cloud)},), got shape {heights.shape}.")
    stairs = _quantiles(heights, n_levels) if levels is None else check_levels(levels)
    places, labels = _landmarks(cloud, landmarks, n_landmarks)
    births = np.searchsorted(stairs, heights).astype(np.int32)
    cells, values = _flooded(cloud, places, births, len(stairs), options)
    return MulticriticalComplex.of_checked(*number_simplices(cells.facets), values, stairs, labels)


def check_tolerance(tolerance: float | None) -> float | None:
    """Check the tolerance of flood values: a positive number, or None for the default."""
    return None if tolerance is None else check.positive(tolerance, "tolerance")


def check_levels(levels: ArrayLike) -> Float:
    """Check the levels of a function: finite numbers that increase strictly."""
    stairs = check.float_array(levels, "levels", "must be an array of increasing numbers")
    if stairs.ndim != 1 or len(stairs) == 0:
        raise ValueError(f"levels must have shape (m,) with m >= 1, got shape {stairs.shape}.")
    if not np.isfinite(stairs).all() or (stairs[1:] <= stairs[:-1]).any():
        raise ValueError(f"levels must be finite and increase strictly, got {stairs}.")
    return stairs + 0.0


def _quantiles(heights: Float, n_levels: int) -> Float:
    """Quantiles that are values of the function, the largest value the last."""
    n = check.positive_integer(n_levels, "n_levels")
    return np.unique(np.quantile(heights, np.arange(1, n + 1) / n, method="inverted_cdf"))


def _landmarks(cloud: Float, landmarks: ArrayLike | None, n_landmarks: int) -> tuple[Float, Int]:
    if landmarks is None:
        landmarks = farthest_point_landmarks(cloud, n_landmarks)
    return landmark_coordinates(cloud, landmarks)


class _Options(NamedTuple):
    """How values are computed."""

    tolerance: float | None
    n_jobs: int | None
    verbose: bool


def _flooded(
    cloud: Float, places: Float, births: Number, n_rows: int, options: _Options
) -> tuple[SimplicialComplex, Float]:
    """Delaunay complex of the landmarks, and the value of each simplex in each row."""
    cells = delaunay_complex(places)
    n_cells = sum(map(len, cells.levels))
    require_memory(
        20 * n_cells * n_rows,
        f"Storing values of {n_cells} simplices in {n_rows} rows",
        "Take fewer landmarks or levels.",
    )
    unit = unit_of(cloud, places)
    corners = _in_space(places / unit)
    tolerance = _median_length(corners, cells) * _SHARE_OF_EDGE
    if options.tolerance is not None:
        tolerance = options.tolerance / unit
    tree = _born_tree(_in_space(cloud / unit), births)
    values = np.empty((n_cells, n_rows))
    n_blocks = sum(len(_blocks(len(level))) for level in cells.levels[1:])
    steps = _fill(values, cells, (tree, corners, max(tolerance, _LEAST_TOLERANCE)), options.n_jobs)
    for _ in progress(steps, n_blocks, "Flooding", options.verbose):
        pass
    values *= unit
    return cells, values


def _in_space(points: Float) -> Float:
    """Points of R^3: the coordinates that are missing are 0."""
    return np.pad(points, ((0, 0), (0, 3 - points.shape[1])))


def _median_length(corners: Float, cells: SimplicialComplex) -> float:
    if len(cells.levels) == 1:
        return 0.0
    edges = cells.levels[1]
    return float(np.median(np.linalg.norm(corners[edges[:, 0]] - corners[edges[:, 1]], axis=1)))


_BornTree = tuple[Float, Number, Int, Float, Number]


def _born_tree(points: Float, births: Number) -> _BornTree:
    """Search tree for kernels: points and their rows of birth, by birth in each leaf, and the first birth in a node."""
    tree = point_tree(points, _LEAF_SIZE)
    n_leaves = len(tree.starts) - 1
    born = births[tree.order]
    order = np.lexsort((born, np.repeat(np.arange(n_leaves), np.diff(tree.starts))))
    born = born[order]
    firsts = np.zeros(2 * n_leaves, np.int32)
    firsts[n_leaves:] = born[tree.starts[:-1]]
    while n_leaves > 1:
        n_leaves //= 2
        firsts[n_leaves : 2 * n_leaves] = firsts[2 * n_leaves : 4 * n_leaves].reshape(-1, 2).min(axis=1)
    return tree.points[order], born, tree.starts, tree.boxes, firsts


def _blocks(n: int) -> list[slice]:
    """Simplices of one dimension that are one task for a thread."""
    return [slice(start, min(start + _BLOCK, n)) for start in range(0, n, _BLOCK)]


def _fill(
    values: Float, cells: SimplicialComplex, data: tuple[_BornTree, Float, float], n_jobs: int | None
) -> Iterator[None]:
    """Write the values, dimension by dimension, because a search begins at the largest value of the facets."""
    tree, corners, tolerance = data
    done = len(corners)
    lower = values[:done]
    lower[:], nearest = kernels.vertex_values(tree, corners, values.shape[1])
    for rows, facets in zip(cells.levels[1:], cells.facets[1:], strict=True):
        level = values[done : done + len(rows)]
        blocks = _blocks(len(rows))
        tasks = (delayed(_block)(tree, corners, rows[b], facets[b], lower, nearest, tolerance) for b in blocks)
        for b, result in zip(blocks, Parallel(n_jobs, prefer="threads", return_as="generator")(tasks), strict=True):
            level[b] = result
            yield
        lower = level
        done += len(rows)


def _block(
    tree: _BornTree, corners: Float, rows: Number, facets: Number, lower: Float, nearest: Int, tolerance: float
) -> Float:
    """Values of some simplices of one dimension, given those of their facets."""
    floors = lower[facets[:, 0]]
    for column in facets.T[1:]:
        np.maximum(floors, lower[column], out=floors)
    if rows.shape[1] == 2:
        return kernels.edge_values(tree, corners, rows, nearest, floors)
    return kernels.simplex_values(tree, corners[rows], floors, tolerance)
