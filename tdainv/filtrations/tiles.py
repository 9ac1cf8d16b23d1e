"""Points of a cloud in compact tiles, so that whole tiles can be skipped or counted at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.filtrations._kernels_tiles import TILE
from tdainv.filtrations.distances import PLAIN_METRICS, Metric, require_squares

# Metrics that grow with every difference of coordinates, so that boxes bound them.
SCIPY_NAMES = {name: known for name, known in PLAIN_METRICS.items() if known != "sqeuclidean"}
_CODES = {"euclidean": 0, "cityblock": 1, "chebyshev": 2}  # of the kernels


class Tiles(NamedTuple):
    """A cloud cut into tiles of points that lie near each other.

    The kernels measure *spans*: squared distances for the Euclidean metric, distances for the others.
    """

    points: Float
    """Shape (n_tiles, dim, TILE): coordinates, ``inf`` where the last tile has no point."""
    members: Int
    """Shape (n_tiles, TILE): number of each point in the cloud, -1 where there is none."""
    sizes: Int
    """Shape (n_tiles,): number of points of each tile."""
    low: Float
    """Shape (n_tiles, dim): lower corners of the bounding boxes."""
    high: Float
    """Shape (n_tiles, dim): upper corners."""
    metric: int
    """0 Euclidean, 1 sum, 2 maximum of the differences of coordinates."""

    def distances(self, spans: Float) -> Float:
        """Distances of spans."""
        return np.sqrt(spans) if self.metric == 0 else spans

    def by_point(self, values: Float) -> Float:
        """Values (n_tiles, TILE) in the order of the cloud."""
        result = np.empty(int(self.sizes.sum()))
        present = self.members >= 0
        result[self.members[present]] = values[present]
        return result


def has_tiles(metric: Metric) -> bool:
    """Whether tiles work for a metric."""
    return isinstance(metric, str) and metric in SCIPY_NAMES


def tiles_of(cloud: Float, metric: str) -> Tiles:
    """Cut a checked cloud into tiles: halves along the longest side, again and again.

    Parameters
    ----------
    cloud : ndarray of shape (n, dim)
    metric : str
        Euclidean, l1 or chebyshev.

    Returns
    -------
    Tiles

    Raises
    ------
    ValueError
        If distances between points of the bounding box over- or underflow.

    Notes
    -----
    O(n dim log n). Cuts are made at multiples of the size of a tile, so that only the last tile has gaps.

    Examples
    --------
    >>> tiles = tiles_of(np.array([[0.0, 1.0], [2.0, 3.0]]), "l1")
    >>> tiles.sizes, tiles.low, tiles.high
    (array([2]), array([[0., 1.]]), array([[2., 3.]]))
    """
    n, dim = cloud.shape
    require_finite_spans(cloud, metric)
    n_tiles = -(-n // TILE)
    require_memory(8 * n_tiles * TILE * (dim + 2), f"The tiles of {n} points", "Subsample the points.")
    members = np.full((n_tiles, TILE), -1)
    members.ravel()[:n] = _compact_order(cloud)
    points = np.full((n_tiles, dim, TILE), np.inf)
    low, high = np.empty((n_tiles, dim)), np.empty((n_tiles, dim))
    sizes = np.full(n_tiles, TILE)
    sizes[-1] = n - TILE * (n_tiles - 1)
    for t, size in enumerate(sizes):
        part = cloud[members[t, :size]]
        points[t, :, :size] = part.T
        low[t], high[t] = part.min(axis=0), part.max(axis=0)
    return Tiles(points, members, sizes, low, high, _CODES[SCIPY_NAMES[metric]])


def require_finite_spans(cloud: Float, metric: str) -> None:
    """Raise ValueError if the diameter of the bounding box over- or underflows, squared for the Euclidean metric."""
    with np.errstate(over="ignore"):
        sides = cloud.max(axis=0) - cloud.min(axis=0)
        finite = np.isfinite(np.square(sides).sum() if SCIPY_NAMES[metric] == "euclidean" else sides.sum())
    if not finite:
        raise ValueError(f"points must have finite distances, got inf for metric={metric!r}: rescale the coordinates.")
    if SCIPY_NAMES[metric] == "euclidean":
        require_squares(cloud)


def _compact_order(cloud: Float) -> Int:
    """Order of the points in which every run of TILE points, from the first, lies in a small box."""
    order = np.arange(len(cloud))
    parts = [(0, len(cloud))]
    while parts:
        start, stop = parts.pop()
        if stop - start > TILE:
            members = order[start:stop]
            axis = np.argmax(cloud[members].max(axis=0) - cloud[members].min(axis=0))
            middle = -(-(stop - start) // (2 * TILE)) * TILE
            order[start:stop] = members[np.argpartition(cloud[members, axis], middle - 1)]
            parts += [(start, start + middle), (start + middle, stop)]
    return order
