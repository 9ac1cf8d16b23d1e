"""Vietoris--Rips filtrations, alone, with functions on the points, and with weights.

Edge values are lengths (diameters of simplices), not radii, and never squared.
"""

from __future__ import annotations

from tdainv import _validation as check
from tdainv._typing import ArrayLike
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.codensity import dtm_of_distances
from tdainv.filtrations.distances import Metric, distances_of
from tdainv.filtrations.weights import checked_exponent, weighted_distances


def rips(points: ArrayLike, *, metric: Metric = "euclidean", max_edge: float | None = None) -> FlagFiltration:
    """Vietoris--Rips filtration of a point cloud: a simplex enters at its diameter.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    metric : str or callable, default "euclidean"
        A name that :func:`sklearn.metrics.pairwise_distances` knows, "precomputed", or a symmetric function of two
        points. Any symmetric dissimilarity is allowed.
    max_edge : float, optional
        Length at which to cut the filtration off. The default keeps everything, at no cost: see FlagFiltration.

    Returns
    -------
    FlagFiltration
        With one parameter; grades are in the unit of the metric.

    Raises
    ------
    ValueError
        For bad data, an unknown metric or a max_edge that is not positive.
    MemoryLimitError
        If the distance matrix would not fit in memory.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.rips([[0.0, 0.0], [3.0, 4.0]])
    FlagFiltration(2 vertices, 1 parameter)
    """
    cut = check.max_edge(max_edge)
    return FlagFiltration.of_checked(distances_of(points, metric), max_edge=cut)


def function_rips(
    points: ArrayLike,
    function: ArrayLike,
    *,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> FlagFiltration:
    """Function-Rips multifiltration: a simplex enters at (its diameter, the largest function values of its points).

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    function : array-like of shape (n_points,) or (n_points, p - 1)
        One or several function values a point: p parameters with the diameter.
    metric, max_edge
        See :func:`rips`.

    Returns
    -------
    FlagFiltration
        With p parameters: the diameter first, then the functions in order.

    Raises
    ------
    ValueError
        For bad data or a function of the wrong length.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.function_rips([[0.0], [1.0], [5.0]], [0.3, 0.2, 0.9])
    FlagFiltration(3 vertices, 2 parameters)
    """
    cut = check.max_edge(max_edge)
    matrix = distances_of(points, metric)
    values = check.vertex_values(function, len(matrix), "function")
    return FlagFiltration.of_checked(matrix, vertex_grades=values, max_edge=cut)


def weighted_rips(
    points: ArrayLike,
    weights: ArrayLike,
    *,
    exponent: float = 1.0,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> FlagFiltration:
    """Weighted Rips filtration: balls start to grow late around points of great weight.

    A ball around x has radius (r^p - w(x)^p)^(1/p) at time r >= w(x). In the unit of diameters, 2r, a vertex x enters
    at 2 w(x), an edge {x, y} when its balls meet, for p = 1 at max(2 w(x), 2 w(y), d(x, y) + w(x) + w(y)), and a
    simplex with its last edge.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    weights : array-like of shape (n_points,)
        At least 0, in the unit of the metric.
    exponent : float, default 1
        The p, from 1 to inf. The greater, the sooner balls around points of great weight catch up: with inf, they
        have radius r from time w(x) on.
    metric, max_edge
        See :func:`rips`.

    Returns
    -------
    FlagFiltration
        With one parameter.

    Raises
    ------
    ValueError
        For bad data, negative weights, weights of the wrong length or an exponent below 1.

    Notes
    -----
    Grades are twice those of the paper, whose filtrations are by radius: with zero weights, this is :func:`rips`.

    References
    ----------
    Anai, Chazal, Glisse, Ike, Inakoshi, Tinarrage, Umeda: DTM-based filtrations, SoCG 2019.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.barcode(tdainv.weighted_rips([[0.0], [1.0]], [0.0, 0.25]), degree=0).diagram
    array([[0.  ,  inf],
           [0.5 , 1.25]])
    >>> tdainv.weighted_rips([[0.0], [7.0]], [4.0, 3.0], exponent=2).distances[0, 1]
    np.float64(10.0)
    """
    cut = check.max_edge(max_edge)
    p = checked_exponent(exponent)
    matrix = distances_of(points, metric)
    n = len(matrix)
    weight = check.vertex_values(weights, n, "weights")
    if weight.ndim != 1 or (weight < 0).any():
        rule = f"weights must have shape ({n},) and be at least 0"
        raise ValueError(f"{rule}, got shape {weight.shape} and smallest value {weight.min():g}.")
    edges = weighted_distances(matrix, weight, p)
    return FlagFiltration.of_checked(edges, vertex_births=2 * weight, max_edge=cut)


def dtm_rips(
    points: ArrayLike,
    *,
    mass: float = 0.1,
    exponent: float = 1.0,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> FlagFiltration:
    """Weighted Rips filtration whose weights are the distances to the empirical measure: robust to outliers.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    mass : float in (0, 1], default 0.1
        Share of the points that a neighbourhood holds; see :func:`distance_to_measure`.
    exponent : float, default 1
        The p of the radii, from 1 to inf; see :func:`weighted_rips`.
    metric, max_edge
        See :func:`rips`.

    Returns
    -------
    FlagFiltration
        With one parameter; see :func:`weighted_rips`.

    Raises
    ------
    ValueError
        For bad data, a mass outside (0, 1] or an exponent below 1.

    References
    ----------
    Anai, Chazal, Glisse, Ike, Inakoshi, Tinarrage, Umeda: DTM-based filtrations, SoCG 2019.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.dtm_rips([[0.0], [1.0], [2.0], [50.0]], mass=0.5)
    FlagFiltration(4 vertices, 1 parameter)
    """
    cut = check.max_edge(max_edge)
    mass = check.fraction(mass, "mass")
    p = checked_exponent(exponent)
    matrix = distances_of(points, metric)
    weights = dtm_of_distances(matrix, mass)
    return FlagFiltration.of_checked(weighted_distances(matrix, weights, p), vertex_births=2 * weights, max_edge=cut)
