"""Codensities of points: functions that are low where points are dense."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.filtrations._kernels_distances import gaussian_densities
from tdainv.filtrations._kernels_tiles import gaussian_sums
from tdainv.filtrations.bandwidth import DEFAULT_QUANTILE, Bandwidth, checked_bandwidth
from tdainv.filtrations.distances import Metric, distances_of
from tdainv.filtrations.neighbours import nearest_of_cloud
from tdainv.filtrations.tiles import Tiles, has_tiles, tiles_of

_BLOCK_ROWS = 256
_LARGE = 4096  # more points do without a distance matrix, where the metric allows it
_NEGLIGIBLE = 37.0  # exp(-37) is less than the rounding of 1


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

    Notes
    -----
    Above 4096 points, and for the metrics "euclidean", "l1" and "chebyshev" (and their other names), no distance
    matrix is made: O(n) memory, and O(n² dim) time at worst, less where the bandwidth is small in comparison
    to the cloud. Values agree with those of the matrix up to rounding; a quantile is that of all distances.

    Examples
    --------
    >>> kde_codensity([[0.0], [0.1], [3.0]], bandwidth=1.0).round(3)
    array([0.402, 0.401, 1.073])
    """
    return checked_codensity(bandwidth, bandwidth_unit, None, None).of_points(points, metric)


def kde_of_distances(matrices: Float, bandwidth: Bandwidth) -> Float:
    """Gaussian codensities, shape (k, n), from checked dissimilarity matrices, shape (k, n, n)."""
    return -np.log(gaussian_densities(matrices, bandwidth.of_matrices(matrices))) + 0.0


def _kde_of_tiles(tiles: Tiles, bandwidth: Bandwidth) -> Float:
    """Kernel density without a matrix: what is left out of a sum is less than its rounding, as a sum is at least 1."""
    n = int(tiles.sizes.sum())
    width = bandwidth.of_tiles(tiles)
    with np.errstate(over="ignore", divide="ignore"):
        factor = 0.5 / math.log(2) / np.float64(width) / width  # exp(-d²/(2 h²)) = 2**(-factor d²)
        factor = max(factor, np.finfo(float).smallest_subnormal)
    reach = width * math.sqrt(2 * (_NEGLIGIBLE + math.log(n)))
    sums = gaussian_sums(
        tiles.points,
        tiles.sizes,
        tiles.low,
        tiles.high,
        tiles.metric,
        factor,
        min(reach * reach, np.finfo(float).max) if tiles.metric == 0 else reach,
    )
    return -np.log(tiles.by_point(sums) / n) + 0.0


def _large_cloud(points: ArrayLike, metric: Metric) -> Float | None:
    """The checked cloud if it is too large for a distance matrix, and the metric needs none."""
    if not has_tiles(metric):
        return None
    cloud = check.points(points)
    return cloud if len(cloud) > _LARGE else None


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

    Notes
    -----
    Above 4096 points, and for the metrics "euclidean", "l1" and "chebyshev" (and their other names), no distance
    matrix is made: O(n) memory, and in low dimension about O(n k) time.

    Examples
    --------
    >>> distance_to_measure([[0.0], [1.0], [5.0]], mass=0.6).round(3)
    array([0.707, 0.707, 2.828])
    """
    mass = check.fraction(mass, "mass")
    return Codensity(mass=mass).of_points(points, metric)


def dtm_of_distances(matrices: Float, mass: float) -> Float:
    """Distances to measure, shape (..., n), from checked dissimilarity matrices, shape (..., n, n)."""
    return np.sqrt(np.square(_nearest(matrices, _mass_points(mass, matrices.shape[-1]))).mean(axis=-1))


def _mass_points(mass: float, n: int) -> int:
    """How many of n points hold the mass; a product such as 0.07 * 100 may come out just above its integer."""
    return max(1, math.ceil(mass * n - 1e-9))


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

    Notes
    -----
    Above 4096 points, and for the metrics "euclidean", "l1" and "chebyshev" (and their other names), no distance
    matrix is made: O(n) memory, and in low dimension about O(n k) time.

    Examples
    --------
    >>> knn_codensity([[0.0], [1.0], [5.0]], n_neighbors=1)
    array([1., 1., 4.])
    """
    k = check.positive_integer(n_neighbors, "n_neighbors")
    return Codensity(n_neighbors=k).of_points(points, metric)


def knn_of_distances(matrices: Float, k: int) -> Float:
    """Distances to the k-th nearest other point, shape (..., n), from checked matrices, shape (..., n, n)."""
    _require_neighbours(k, matrices.shape[-1])
    return _nearest(matrices, k + 1).max(axis=-1)


def _require_neighbours(k: int, n: int) -> None:
    if k >= n:
        raise ValueError(f"n_neighbors must be less than the number of points {n}, got n_neighbors={k}.")


def _nearest(matrices: Float, k: int) -> Float:
    """The k smallest distances in each row, in any order; k = 1 is the point itself."""
    nearest = np.empty((*matrices.shape[:-1], k))
    for i in range(0, matrices.shape[-2], _BLOCK_ROWS):
        rows = np.s_[..., i : i + _BLOCK_ROWS, :]
        nearest[rows] = np.partition(matrices[rows], k - 1, axis=-1)[..., :k]
    return nearest


class Codensity(NamedTuple):
    """A checked codensity: by the distance to measure or to a neighbour if one is given, or else by the bandwidth."""

    bandwidth: Bandwidth = Bandwidth(quantile=DEFAULT_QUANTILE)
    mass: float | None = None
    n_neighbors: int | None = None

    def of_points(self, points: ArrayLike, metric: Metric) -> Float:
        """Values on the points, shape (n,), of a cloud that need not be checked; without a matrix if it is large."""
        cloud = _large_cloud(points, metric)
        if cloud is None:
            return self.of_distances(distances_of(points, metric)[np.newaxis])[0]
        if self.mass is not None:
            return nearest_of_cloud(cloud, _mass_points(self.mass, len(cloud)), str(metric), mean=True)
        if self.n_neighbors is not None:
            _require_neighbours(self.n_neighbors, len(cloud))
            return nearest_of_cloud(cloud, self.n_neighbors + 1, str(metric), mean=False)
        return _kde_of_tiles(tiles_of(cloud, str(metric)), self.bandwidth)

    def of_distances(self, matrices: Float) -> Float:
        """Values on the points, shape (k, n), from checked dissimilarity matrices, shape (k, n, n)."""
        if self.mass is not None:
            return dtm_of_distances(matrices, self.mass)
        if self.n_neighbors is not None:
            return knn_of_distances(matrices, self.n_neighbors)
        return kde_of_distances(matrices, self.bandwidth)


def checked_codensity(
    bandwidth: float | None, bandwidth_unit: str, mass: float | None, n_neighbors: int | None
) -> Codensity:
    """Check that at most one kind of neighbourhood is given, and in range."""
    choices = {"bandwidth": bandwidth, "mass": mass, "n_neighbors": n_neighbors}
    given = [f"{name}={value!r}" for name, value in choices.items() if value is not None]
    if len(given) > 1:
        raise ValueError(f"Give at most one of bandwidth, mass and n_neighbors, got {', '.join(given)}.")
    return Codensity(
        checked_bandwidth(bandwidth, bandwidth_unit),
        None if mass is None else check.fraction(mass, "mass"),
        None if n_neighbors is None else check.positive_integer(n_neighbors, "n_neighbors"),
    )
