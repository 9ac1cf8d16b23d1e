"""Filters: functions on the points of a cloud that Mapper and Reeb graphs are made with.

Each takes points of shape (n_points, dim), or a distance matrix with ``metric="precomputed"`` where a metric may be
given, and returns an array of shape (n_points,).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.complexes._kernels_forest import minimum_spanning_forest
from tdainv.filtrations.codensity import kde_codensity
from tdainv.filtrations.distances import Metric, distances_of

Filter: TypeAlias = str | Callable[[Any], Any] | ArrayLike

_SAME = 1e-9  # third moments up to this share of their scale have no sign


def coordinate(points: ArrayLike, *, axis: int = -1) -> Float:
    """Coordinate of each point along an axis.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
    axis : int, default -1
        The last one by default, often the height.

    Returns
    -------
    ndarray of shape (n_points,)

    Raises
    ------
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> coordinate([[0.0, 5.0], [1.0, 7.0]])
    array([5., 7.])
    """
    cloud = check.points(points)
    dim = cloud.shape[1]
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer) or not -dim <= axis < dim:
        raise ValueError(f"axis must be an integer from {-dim} to {dim - 1}, got axis={axis!r}.")
    return cloud[:, axis].copy()


def principal_component(points: ArrayLike, *, number: int = 0) -> Float:
    """Coordinate of each point along a principal axis, from the mean.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
    number : int, default 0
        Of the axis, by falling variance.

    Returns
    -------
    ndarray of shape (n_points,)
        The sign is that with a positive sum of cubes, which does not depend on the order of the points nor on a
        rigid motion; where that sum is 0, the largest value of either sign is positive.

    Raises
    ------
    ValueError
        If there is no such axis.

    Examples
    --------
    >>> principal_component([[0.0, 0.0], [0.0, 1.0], [0.0, 5.0]])
    array([-2., -1.,  3.])
    """
    cloud = check.points(points)
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < cloud.shape[1]:
        raise ValueError(f"number must be an integer from 0 to {cloud.shape[1] - 1}, got number={number!r}.")
    centred = cloud - cloud.mean(axis=0)
    scale = np.abs(centred).max() or 1.0
    _, vectors = np.linalg.eigh((centred / scale).T @ (centred / scale))
    return _signed(centred @ vectors[:, ::-1][:, number])


def _signed(values: Float) -> Float:
    """Values times the sign that makes the sum of their cubes positive."""
    size = np.abs(values).max(initial=0.0)
    if size == 0:
        return values + 0.0
    unit = values / size
    third = (unit**3).sum()
    if abs(third) <= _SAME * (np.abs(unit) ** 3).sum():
        third = unit[np.abs(unit).argmax()]
    return values * np.sign(third) + 0.0


def eccentricity(
    points: ArrayLike, *, exponent: float = 1.0, n_neighbors: int | None = None, metric: Metric = "euclidean"
) -> Float:
    """Mean distance of each point from all points: (mean over y of d(x, y)^p)^(1/p).

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    exponent : float from 1 to inf, default 1
        The p; the largest distance for inf.
    n_neighbors : int, optional
        Take distances in the graph of nearest neighbours, see :func:`geodesic_distances`, in place of the metric.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        In the unit of the metric. Infinite distances, to points that no path leads to, are left out.

    Raises
    ------
    ValueError
        For an exponent below 1 or bad data.

    Examples
    --------
    >>> eccentricity([[0.0], [1.0], [5.0]], exponent=float("inf"))
    array([5., 4., 5.])
    """
    if isinstance(exponent, bool) or not isinstance(exponent, int | float | np.number) or not exponent >= 1:
        raise ValueError(f"exponent must be a number of at least 1, or inf, got exponent={exponent!r}.")
    matrix = _matrix(points, n_neighbors, metric)
    reached = np.isfinite(matrix)
    finite = np.where(reached, matrix, 0.0)
    largest = finite.max(axis=1)
    if np.isinf(exponent):
        return largest
    # Scaled by the largest, powers neither overflow nor vanish.
    unit = finite / np.where(largest > 0, largest, 1.0)[:, np.newaxis]
    return np.asarray(largest * ((unit**exponent).sum(axis=1) / reached.sum(axis=1)) ** (1.0 / exponent))


def density(points: ArrayLike, *, bandwidth: float | None = None, metric: Metric = "euclidean") -> Float:
    """Gaussian kernel density at each point: the mean over y of exp(-d(x, y)² / (2 h²)), not normalised.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    bandwidth : float, optional
        The h. Default: as in :func:`tdainv.kde_codensity`, of which this is the exponential of the opposite.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,), in (0, 1]

    Examples
    --------
    >>> density([[0.0], [0.0], [100.0]], bandwidth=1.0).round(3)
    array([0.667, 0.667, 0.333])
    """
    return np.exp(-kde_codensity(points, bandwidth=bandwidth, metric=metric))


def laplacian_eigenfunction(
    points: ArrayLike, *, number: int = 1, n_neighbors: int = 10, metric: Metric = "euclidean"
) -> Float:
    """Eigenfunction of the Laplacian of the graph of nearest neighbours.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    number : int, default 1
        By increasing eigenvalue; 0 is the constant one, 1 the Fiedler vector, which runs along the longest extent.
    n_neighbors : int, default 10
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        Of norm 1, with the sign of :func:`principal_component`. For a multiple eigenvalue one of many answers.

    Raises
    ------
    ValueError
        If there is no such eigenfunction, or distances are infinite, so that no graph connects the points.

    Notes
    -----
    The graph joins each point to its nearest neighbours, and the edges of a minimum spanning tree connect it. All
    edges weigh the same. Dense below 500 points, else by shift and inversion of a sparse matrix.

    Examples
    --------
    On a line of points the Fiedler vector is monotone:

    >>> line = laplacian_eigenfunction([[float(x)] for x in range(5)], n_neighbors=1)
    >>> bool(np.all(np.diff(line) > 0) or np.all(np.diff(line) < 0))
    True
    """
    graph = neighbour_graph(points, n_neighbors, metric)
    n = graph.shape[0]
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 0 <= number < n:
        raise ValueError(f"number must be an integer from 0 to {n - 1}, got number={number!r}.")
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components, laplacian

    n_parts = connected_components(graph, directed=False)[0]
    if n_parts > 1:
        raise ValueError(f"points must be connected by finite distances to have eigenfunctions, got {n_parts} parts.")
    ones = csr_array((np.ones(graph.nnz), graph.indices, graph.indptr), shape=graph.shape)
    return _signed(_eigenvector(laplacian(ones), int(number)))


def _eigenvector(matrix: Any, number: int) -> Float:
    n = matrix.shape[0]
    if n < 500 or number > n // 4:
        return np.asarray(np.linalg.eigh(matrix.toarray())[1][:, number])
    from scipy.sparse import eye_array
    from scipy.sparse.linalg import eigsh

    # A fixed start makes the answer repeatable; the shift lies below all eigenvalues, so that the matrix is definite.
    start = np.cos(np.arange(n) * 1.7)
    shifted = (matrix + 1e-8 * eye_array(n)).tocsc()
    values, vectors = eigsh(shifted, k=number + 1, sigma=-1e-6, v0=start)
    return np.asarray(vectors[:, np.argsort(values)[number]])


def geodesic_centrality(points: ArrayLike, *, n_neighbors: int = 10, metric: Metric = "euclidean") -> Float:
    """Mean distance of each point from all points in the graph of nearest neighbours: low in the middle.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    n_neighbors : int, default 10
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        In the unit of the metric. The same as :func:`eccentricity` with exponent 1 in that graph.

    Examples
    --------
    >>> geodesic_centrality([[0.0], [1.0], [2.0]], n_neighbors=1).round(3)
    array([1.   , 0.667, 1.   ])
    """
    return eccentricity(points, exponent=1.0, n_neighbors=n_neighbors, metric=metric)


def geodesic_distances(points: ArrayLike, *, n_neighbors: int = 10, metric: Metric = "euclidean") -> Float:
    """Lengths of shortest paths in the graph of nearest neighbours, which a minimum spanning tree connects.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    n_neighbors : int, default 10
        Neighbours of each point other than itself; all others if there are fewer.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points, n_points)
        ``inf`` only where the distances themselves leave no path.

    Examples
    --------
    >>> geodesic_distances([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]], n_neighbors=1)[0]
    array([0., 1., 2.])
    """
    from scipy.sparse.csgraph import dijkstra

    return np.asarray(dijkstra(neighbour_graph(points, n_neighbors, metric), directed=False))


def neighbour_graph(points: ArrayLike, n_neighbors: int, metric: Metric) -> Any:
    """Sparse symmetric matrix of the distances to nearest neighbours and along a minimum spanning tree."""
    from scipy.sparse import csr_array

    k = check.positive_integer(n_neighbors, "n_neighbors")
    matrix = distances_of(points, metric)
    n = len(matrix)
    k = min(k, n - 1)
    others = matrix.copy()
    np.fill_diagonal(others, np.inf)
    near = np.argpartition(others, k - 1, axis=1)[:, :k] if k else np.zeros((n, 0), np.int64)
    pairs = np.column_stack([np.repeat(np.arange(n), k), near.ravel()])
    pairs = np.concatenate([pairs, minimum_spanning_forest(np.require(matrix, requirements=("C", "W")))])
    keys = np.unique(np.sort(pairs, axis=1) @ np.array([n, 1]))
    u, v = np.divmod(keys, n)
    kept = np.isfinite(matrix[u, v])
    u, v = u[kept], v[kept]
    ends = np.concatenate([u, v]).astype(np.int32), np.concatenate([v, u]).astype(np.int32)
    return csr_array((np.tile(matrix[u, v], 2), ends), shape=(n, n))


def _matrix(points: ArrayLike, n_neighbors: int | None, metric: Metric) -> Float:
    if n_neighbors is None:
        return distances_of(points, metric)
    return geodesic_distances(points, n_neighbors=n_neighbors, metric=metric)


# Filters by name. Those of the second table need coordinates.
OF_DISTANCES: dict[str, Callable[..., Float]] = {
    "eccentricity": eccentricity,
    "density": density,
    "eigenfunction": laplacian_eigenfunction,
    "centrality": geodesic_centrality,
}
OF_POINTS: dict[str, Callable[..., Float]] = {"coordinate": coordinate, "pca": principal_component}
NAMES = (*OF_POINTS, *OF_DISTANCES)


def check_filter(filter_: Any) -> None:
    """Raise ValueError unless every filter with a name is known; arrays and callables are looked at when used."""
    for part in filter_ if isinstance(filter_, tuple) else (filter_,):
        if isinstance(part, str):
            check.option(part, NAMES, "filter")
    if isinstance(filter_, tuple) and not filter_:
        raise ValueError("filter must be at least one filter, got an empty tuple.")


def values_of_filter(points: Float, filter_: Any, metric: Metric) -> Float:
    """Filter values (n, q) of checked points, or of a checked distance matrix with ``metric="precomputed"``."""
    parts: Sequence[Any] = filter_ if isinstance(filter_, tuple) else (filter_,)
    check_filter(filter_)
    return np.hstack([_column(points, part, metric) for part in parts])


def _column(points: Float, part: Any, metric: Metric) -> Float:
    if isinstance(part, str):
        if part in OF_DISTANCES:
            part = OF_DISTANCES[part](points, metric=metric)
        elif isinstance(metric, str) and metric == "precomputed":
            raise ValueError(f"filter={part!r} needs coordinates, which a distance matrix has not.")
        else:
            part = OF_POINTS[part](points)
    elif callable(part):
        part = part(points)
    return check.vertex_values(part, len(points), "filter").reshape(len(points), -1)
