"""Rips bifiltrations by codensity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from tdainv import _validation as check
from tdainv._base import apply_to_item
from tdainv._typing import ArrayLike, Float
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.codensity import Codensity, checked_codensity
from tdainv.filtrations.distances import Metric, checked_cloud, distances_of_all

_AT_ONCE = 1 << 16  # distances that are in use together: they stay in the cache


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
    codensity = checked_codensity(bandwidth, bandwidth_unit, mass, n_neighbors)
    cut = check.max_edge(max_edge)
    return codensity_rips_of_cloud(checked_cloud(points, metric), codensity, metric, cut)


def codensity_rips_of_cloud(cloud: Float, codensity: Codensity, metric: Metric, max_edge: float) -> FlagFiltration:
    """Rips bifiltration of a checked cloud."""
    return _of_one_shape([cloud], codensity, metric, max_edge)[0]


def codensity_rips_of_block(
    clouds: Sequence[Float], start: int, codensity: Codensity, metric: Metric, max_edge: float
) -> list[FlagFiltration]:
    """Rips bifiltrations of checked clouds, small ones of one shape together; errors name X[start + k]."""
    numbers: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for k, cloud in enumerate(clouds):
        numbers[cloud.shape].append(k)
    found: dict[int, FlagFiltration] = {}
    for shape, ks in numbers.items():
        size = max(1, _AT_ONCE // shape[0] ** 2)
        for i in range(0, len(ks), size):
            part = ks[i : i + size]
            try:
                filtrations = _of_one_shape([clouds[k] for k in part], codensity, metric, max_edge)
            except (TypeError, ValueError, MemoryError):
                alone = partial(codensity_rips_of_cloud, codensity=codensity, metric=metric, max_edge=max_edge)
                filtrations = [apply_to_item(alone, clouds[k], start + k) for k in part]
            found.update(zip(part, filtrations, strict=True))
    return [found[k] for k in range(len(clouds))]


def _of_one_shape(
    clouds: Sequence[Float], codensity: Codensity, metric: Metric, max_edge: float
) -> list[FlagFiltration]:
    matrices = distances_of_all(clouds, metric)
    values = codensity.of_distances(matrices)
    return [
        FlagFiltration.of_checked(matrix, vertex_grades=function, max_edge=max_edge)
        for matrix, function in zip(matrices, values, strict=True)
    ]
