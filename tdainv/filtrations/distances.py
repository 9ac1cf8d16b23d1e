"""Dissimilarity matrices of point clouds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from scipy.spatial.distance import cdist

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float
from tdainv.filtrations._kernels_distances import euclidean_distances

Metric: TypeAlias = str | Callable[[Float, Float], float]

_BLOCK_ROWS = 256
_SMALL = 1024  # points: scipy has the faster loop for more
_LEAST_SPAN = 1e-150  # squares of much less are rounded to 0

# Names that scipy computes without rounding tricks; others go to scikit-learn.
PLAIN_METRICS = {
    "euclidean": "euclidean",
    "l2": "euclidean",
    "manhattan": "cityblock",
    "l1": "cityblock",
    "cityblock": "cityblock",
    "chebyshev": "chebyshev",
    "sqeuclidean": "sqeuclidean",
}

# Further names that scikit-learn passes on to scipy.
_MORE_NAMES = (
    "braycurtis",
    "canberra",
    "correlation",
    "dice",
    "hamming",
    "jaccard",
    "mahalanobis",
    "minkowski",
    "rogerstanimoto",
    "russellrao",
    "seuclidean",
    "sokalsneath",
    "yule",
)


def distances_of(points: ArrayLike, metric: Metric = "euclidean", name: str = "points") -> Float:
    """Dissimilarity matrix (n, n) of a cloud (n, dim), or the matrix itself with ``metric="precomputed"``.

    Parameters
    ----------
    points : array-like of shape (n, dim), or (n, n) with ``metric="precomputed"``
    metric : str or callable
        "precomputed", or a name that :func:`sklearn.metrics.pairwise_distances` knows, or a symmetric function of
        two points.
    name : str
        What to call the data in errors.

    Returns
    -------
    ndarray of shape (n, n)
        Symmetric, zero diagonal.

    Raises
    ------
    ValueError
        For an unknown metric or bad data.
    MemoryLimitError
        If the matrix would not fit, before it is allocated.
    """
    return dissimilarities(checked_cloud(points, metric, name), metric, name)


def checked_cloud(points: ArrayLike, metric: Metric, name: str = "points") -> Float:
    """Check a cloud, or a dissimilarity matrix with ``metric="precomputed"``, and the metric."""
    if isinstance(metric, str) and metric == "precomputed":
        return check.distance_matrix(points, name)
    check_metric(metric)
    return check.points(points, name)


def dissimilarities(cloud: Float, metric: Metric, name: str = "points") -> Float:
    """Do :func:`distances_of` for a checked cloud."""
    if isinstance(metric, str) and metric == "precomputed":
        return cloud
    n = len(cloud)
    require_memory(
        8 * n * n,
        f"The distance matrix of {n} points",
        "Subsample the points, for example with a random choice.",
    )
    if isinstance(metric, str) and metric in PLAIN_METRICS:
        if PLAIN_METRICS[metric] == "euclidean":
            require_squares(cloud, name)
        matrix = cdist(cloud, cloud, PLAIN_METRICS[metric])
    else:
        from sklearn.metrics import pairwise_distances

        matrix = pairwise_distances(cloud, metric=metric)
        # Formulas that subtract large numbers leave rounding noise on the diagonal and below zero.
        noise = 1e-7 * np.abs(matrix).max()
        matrix[(matrix < 0) & (matrix > -noise)] = 0.0
        if (np.abs(matrix.diagonal()) <= noise).all():
            np.fill_diagonal(matrix, 0.0)
    if isinstance(metric, str) and np.isinf(matrix).any():
        raise ValueError(f"{name} must have finite distances, got inf for metric={metric!r}: rescale the coordinates.")
    if isinstance(metric, str) and metric in PLAIN_METRICS:
        return matrix  # symmetric and not negative by its formula
    label = repr(metric) if isinstance(metric, str) else getattr(metric, "__name__", "callable")
    return check.distance_matrix(matrix, f"The {label} distances of {name}")


def distances_of_all(clouds: Sequence[Float], metric: Metric) -> Float:
    """Dissimilarity matrices, shape (k, n, n), of checked clouds of one shape.

    For small clouds what Python does between the steps takes longer than the steps: they are taken together.
    """
    if len(clouds[0]) <= _SMALL and isinstance(metric, str) and PLAIN_METRICS.get(metric) == "euclidean":
        matrices = euclidean_distances(np.stack([cloud.T for cloud in clouds]))
        largest = matrices.max(axis=(1, 2))
        if np.isfinite(largest).all() and (largest > _LEAST_SPAN).all():
            return matrices
    found = [dissimilarities(cloud, metric) for cloud in clouds]  # they have the errors
    return found[0][np.newaxis] if len(found) == 1 else np.stack(found)


def require_squares(cloud: Float, name: str = "points") -> None:
    """Raise ValueError if the squares of all differences of coordinates are about 0, but the points are not equal."""
    with np.errstate(over="ignore"):
        span = float((cloud.max(axis=0) - cloud.min(axis=0)).max())
    if 0 < span < _LEAST_SPAN:
        raise ValueError(
            f"{name} must have distances whose squares are not rounded to 0, got coordinates that differ by at most "
            f"{span:g}: rescale the coordinates."
        )


def mean_distances(cloud: Float) -> Float:
    """Mean Euclidean distance of each point of a checked cloud to all points, without keeping n² distances."""
    means = np.empty(len(cloud))
    for i in range(0, len(cloud), _BLOCK_ROWS):
        means[i : i + _BLOCK_ROWS] = cdist(cloud[i : i + _BLOCK_ROWS], cloud).mean(axis=1)
    return means


def check_metric(metric: Metric) -> None:
    """Raise ValueError unless the metric is a callable or a known name."""
    if callable(metric) or (isinstance(metric, str) and metric in {*PLAIN_METRICS, "precomputed"}):
        return
    from sklearn.metrics.pairwise import distance_metrics

    known = sorted({*distance_metrics(), *PLAIN_METRICS, *_MORE_NAMES, "precomputed"} - {"nan_euclidean"})
    if not isinstance(metric, str) or metric not in known:
        raise ValueError(f"metric must be a callable or one of {', '.join(known)}, got metric={metric!r}.")
