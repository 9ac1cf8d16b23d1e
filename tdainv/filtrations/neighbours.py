"""Distances to nearest points of a large cloud, without its distance matrix."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.filtrations._kernels_tiles import nearest_spans
from tdainv.filtrations.tiles import SCIPY_NAMES, require_finite_spans, tiles_of

_BLOCK_ENTRIES = 1 << 21
_ORDERS = {"euclidean": 2.0, "cityblock": 1.0, "chebyshev": np.inf}
# A search tree is quicker than tiles for few neighbours in low dimension; measured.
_TREE_NEIGHBOURS = 64
_TREE_DIMENSION = 10


def nearest_of_cloud(cloud: Float, k: int, metric: str, *, mean: bool) -> Float:
    """Distance to the k-th nearest point, or root mean square distance to the k nearest, of each point.

    Parameters
    ----------
    cloud : ndarray of shape (n, dim)
    k : int
        1 to n; 1 is the point itself.
    metric : str
        One for which there are tiles.
    mean : bool
        Whether the root mean square is wanted.

    Returns
    -------
    ndarray of shape (n,)

    Notes
    -----
    Few neighbours in low dimension come from a search tree of the different points, so that copies of a point are
    looked for once, about O(n (log n + k)) time. Many come from tiles: the distance to the k-th nearest point is
    1-Lipschitz, so that that of a point next to it says which tiles are too far to matter, and leaves few candidates;
    O(n² dim) time at worst. O(n) memory.

    Examples
    --------
    >>> nearest_of_cloud(np.array([[0.0], [1.0], [5.0]]), 2, "euclidean", mean=False)
    array([1., 1., 4.])
    """
    require_finite_spans(cloud, metric)
    if k <= _TREE_NEIGHBOURS and cloud.shape[1] <= _TREE_DIMENSION:
        return _by_search(cloud, k, _ORDERS[SCIPY_NAMES[metric]], mean)
    tiles = tiles_of(cloud, metric)
    spans, sums = nearest_spans(tiles.points, tiles.sizes, tiles.low, tiles.high, tiles.metric, k)
    return tiles.by_point(np.sqrt(sums / k) if mean else tiles.distances(spans))


def _by_search(cloud: Float, k: int, order: float, mean: bool) -> Float:
    n, dim = cloud.shape
    require_memory(8 * n * (3 * dim + 8), f"A search tree of {n} points", "Subsample the points.")
    places, place_of, counts = _places(cloud)
    tree = cKDTree(places)
    near = min(k, len(places))
    height = max(1, _BLOCK_ENTRIES // k)
    values = np.empty(len(places))
    for start in range(0, len(places), height):
        members = tree.indices[start : start + height]  # in the order of the tree: near ones together
        distances, found = tree.query(places[members], k=near, p=order)
        if len(places) < n:
            distances = _repeated(distances.reshape(-1, near), counts[found].reshape(-1, near), k)
        distances = distances.reshape(-1, k)
        values[members] = np.sqrt(np.square(distances).mean(axis=1)) if mean else distances[:, -1]
    return values[place_of]


def _places(cloud: Float) -> tuple[Float, Int, Int]:
    """Different points, which of them each point is, and how many points each of them is."""
    n = len(cloud)
    order = np.lexsort(cloud.T)
    ordered = cloud[order]
    starts = np.flatnonzero(np.append(True, (ordered[1:] != ordered[:-1]).any(axis=1)))
    if len(starts) == n:
        return cloud, np.arange(n), np.ones(n, np.int64)
    counts = np.diff(np.append(starts, n))
    place_of = np.empty(n, np.int64)
    place_of[order] = np.repeat(np.arange(len(starts)), counts)
    return ordered[starts], place_of, counts


def _repeated(distances: Float, counts: Int, k: int) -> Float:
    """The k smallest of distances in increasing order, each repeated so many times."""
    ends = np.minimum(np.cumsum(counts, axis=1), k)
    return np.repeat(distances.ravel(), np.diff(ends, axis=1, prepend=0).ravel()).reshape(-1, k)
