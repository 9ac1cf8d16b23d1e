"""Codensities of points, low where points are dense, and the Rips bifiltration by codensity."""

from __future__ import annotations

import math

import numpy as np
from scipy.spatial.distance import squareform

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import Metric, distances_of

# Share of the pairwise distances below the bandwidth that is taken when no neighbourhood is given.
DEFAULT_QUANTILE = 0.1
_BLOCK_ROWS = 256


def kde_codensity(
    points: ArrayLike,
    *,
    bandwidth: float | None = None,
    bandwidth_unit: str = "absolute",
    metric: Metric = "euclidean",
) -> Float:
    """Minus the logarithm of a Gaussian kernel density: c(x) = -log(mean over y of exp(-d(x, y)² / (2 h²))).

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    bandwidth : float, optional
        The bandwidth h. By default the 0.1 quantile of the distances.
    bandwidth_unit : {"absolute", "quantile"}, default "absolute"
        Whether `bandwidth` is a distance, or the quantile of the distances between different points to use as one.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        Between 0 and log(n_points). The constant that makes the density integrate to one is left out, so that the
        codensity needs no dimension and is at least 0.

    Raises
    ------
    ValueError
        For bad data, a bandwidth that is not positive, or a quantile outside (0, 1].

    Examples
    --------
    >>> kde_codensity([[0.0], [0.1], [3.0]], bandwidth=1.0).round(3)
    array([0.402, 0.401, 1.073])
    """
    rule = _bandwidth_rule(bandwidth, bandwidth_unit)
    return _kde_of_distances(distances_of(points, metric), rule)


def _kde_of_distances(matrix: Float, rule: _Absolute | _Quantile) -> Float:
    width = rule(matrix)
    density = np.empty(len(matrix))
    for i in range(0, len(matrix), _BLOCK_ROWS):
        rows = matrix[i : i + _BLOCK_ROWS]
        if width > 0:
            with np.errstate(over="ignore"):  # exp(-inf) is the right limit
                density[i : i + _BLOCK_ROWS] = np.exp(-0.5 * (rows / width) ** 2).mean(axis=1)
        else:  # most points coincide: the limit of small bandwidths counts the coinciding ones
            density[i : i + _BLOCK_ROWS] = (rows == 0).mean(axis=1)
    return -np.log(density) + 0.0


class _Absolute:
    def __init__(self, width: float) -> None:
        self.width = width

    def __call__(self, matrix: Float) -> float:
        return self.width


class _Quantile:
    def __init__(self, quantile: float) -> None:
        self.quantile = quantile

    def __call__(self, matrix: Float) -> float:
        pairs = squareform(matrix, checks=False)
        if np.isinf(pairs).any():
            pairs = pairs[np.isfinite(pairs)]
        return float(np.quantile(pairs, self.quantile)) if len(pairs) else 0.0


def _bandwidth_rule(bandwidth: float | None, unit: str) -> _Absolute | _Quantile:
    """Check the bandwidth before any distance is computed."""
    check.option(unit, ("absolute", "quantile"), "bandwidth_unit")
    if bandwidth is None:
        return _Quantile(DEFAULT_QUANTILE)
    if unit == "quantile":
        return _Quantile(check.fraction(bandwidth, "bandwidth (a quantile)"))
    return _Absolute(check.positive(bandwidth, "bandwidth"))


def distance_to_measure(points: ArrayLike, *, mass: float = 0.1, metric: Metric = "euclidean") -> Float:
    """Distance to the empirical measure: root mean square distance to the nearest points that hold a given mass.

    With k = ⌈mass · n⌉, the mean is over the k nearest points, the point itself among them.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    mass : float in (0, 1], default 0.1
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        In the unit of the metric; 1-Lipschitz for a metric.

    Raises
    ------
    ValueError
        For bad data or a mass outside (0, 1].

    References
    ----------
    Chazal, Cohen-Steiner, Mérigot: Geometric inference for probability measures, Found. Comput. Math. 11 (2011).

    Examples
    --------
    >>> distance_to_measure([[0.0], [1.0], [5.0]], mass=0.6).round(3)
    array([0.707, 0.707, 2.828])
    """
    mass = check.fraction(mass, "mass")
    return dtm_of_distances(distances_of(points, metric), mass)


def dtm_of_distances(matrix: Float, mass: float) -> Float:
    """Distance to measure from a checked dissimilarity matrix."""
    # A product such as 0.07 * 100 may come out just above its integer.
    k = max(1, math.ceil(mass * len(matrix) - 1e-9))
    return np.sqrt(np.square(_nearest(matrix, k)).mean(axis=1))


def knn_codensity(points: ArrayLike, *, n_neighbors: int, metric: Metric = "euclidean") -> Float:
    """Distance to the k-th nearest other point.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    n_neighbors : int
        The k; less than the number of points.
    metric : str or callable, default "euclidean"

    Returns
    -------
    ndarray of shape (n_points,)
        In the unit of the metric.

    Raises
    ------
    ValueError
        For bad data or a number of neighbours that the cloud does not have.

    Examples
    --------
    >>> knn_codensity([[0.0], [1.0], [5.0]], n_neighbors=1)
    array([1., 1., 4.])
    """
    k = check.positive_integer(n_neighbors, "n_neighbors")
    return _knn_of_distances(distances_of(points, metric), k)


def _knn_of_distances(matrix: Float, k: int) -> Float:
    if k >= len(matrix):
        raise ValueError(f"n_neighbors must be less than the number of points {len(matrix)}, got n_neighbors={k}.")
    return _nearest(matrix, k + 1).max(axis=1)


def _nearest(matrix: Float, k: int) -> Float:
    """The k smallest distances in each row, in any order; k = 1 is the point itself."""
    nearest = np.empty((len(matrix), k))
    for i in range(0, len(matrix), _BLOCK_ROWS):
        nearest[i : i + _BLOCK_ROWS] = np.partition(matrix[i : i + _BLOCK_ROWS], k - 1, axis=1)[:, :k]
    return nearest


def check_codensity(bandwidth: float | None, bandwidth_unit: str, mass: float | None, n_neighbors: int | None) -> None:
    """Raise ValueError unless at most one kind of neighbourhood is given, and in range."""
    choices = {"bandwidth": bandwidth, "mass": mass, "n_neighbors": n_neighbors}
    given = [f"{name}={value!r}" for name, value in choices.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"Give at most one of bandwidth, mass and n_neighbors, got {', '.join(given)}.")
    _bandwidth_rule(bandwidth, bandwidth_unit)
    if mass is not None:
        check.fraction(mass, "mass")
    if n_neighbors is not None:
        check.positive_integer(n_neighbors, "n_neighbors")


def codensity_rips(
    points: ArrayLike,
    *,
    bandwidth: float | None = None,
    bandwidth_unit: str = "absolute",
    mass: float | None = None,
    n_neighbors: int | None = None,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> FlagFiltration:
    """Rips bifiltration by codensity: dense points first, so that outliers do not hide the shape.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    bandwidth, bandwidth_unit
        Gaussian kernel density, :func:`kde_codensity`; the default, with the 0.1 quantile of the distances.
    mass : float, optional
        Distance to measure instead, :func:`distance_to_measure`.
    n_neighbors : int, optional
        Distance to the k-th neighbour instead, :func:`knn_codensity`.
    metric, max_edge
        See :func:`rips`.

    Returns
    -------
    FlagFiltration
        With two parameters: the diameter, and the codensity.

    Raises
    ------
    ValueError
        If more than one of bandwidth, mass and n_neighbors is given, or one is out of range.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.codensity_rips([[0.0], [0.1], [3.0]], bandwidth=1.0)
    FlagFiltration(3 vertices, 2 parameters)
    """
    check_codensity(bandwidth, bandwidth_unit, mass, n_neighbors)
    cut = check.max_edge(max_edge)
    matrix = distances_of(points, metric)
    if mass is not None:
        values = dtm_of_distances(matrix, mass)
    elif n_neighbors is not None:
        values = _knn_of_distances(matrix, n_neighbors)
    else:
        values = _kde_of_distances(matrix, _bandwidth_rule(bandwidth, bandwidth_unit))
    return FlagFiltration.of_checked(matrix, vertex_grades=values, max_edge=cut)
