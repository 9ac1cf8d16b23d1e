"""Rips bifiltrations by codensity."""

from __future__ import annotations

from tdainv import _validation as check
from tdainv._typing import ArrayLike
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.bandwidth import checked_bandwidth
from tdainv.filtrations.codensity import check_codensity, dtm_of_distances, kde_of_distances, knn_of_distances
from tdainv.filtrations.distances import Metric, distances_of


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
        values = knn_of_distances(matrix, n_neighbors)
    else:
        values = kde_of_distances(matrix, checked_bandwidth(bandwidth, bandwidth_unit))
    return FlagFiltration.of_checked(matrix, vertex_grades=values, max_edge=cut)
