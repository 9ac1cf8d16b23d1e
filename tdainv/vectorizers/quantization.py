"""A few points that stand for many."""

from __future__ import annotations

import math

import numpy as np
from sklearn.cluster import KMeans
from sklearn.utils import check_random_state

from tdainv._typing import Float

_SAME = 1e-9  # points so close, relative to the extent along each axis, are one: they differ by rounding


def representatives(points: Float, n: int, method: str, random_state: object, weights: Float | None = None) -> Float:
    """At most `n` points that stand for `points`, sorted: as many as there are different points, but at least one.

    Methods: "kmeans" takes the centres of weighted k-means, "random" draws points by their weights, "grid" spreads
    points evenly over the bounding box. Without points, the origin stands for them.
    """
    if weights is None:
        weights = np.ones(len(points))
    points, weights = points[weights > 0], weights[weights > 0]
    if len(points) == 0:
        return np.zeros((1, points.shape[1]))
    extents = np.ptp(points, axis=0)
    extents[extents == 0] = 1.0
    keys = np.round((points - points.min(axis=0)) / extents / _SAME)
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    points, masses = points[first], np.bincount(inverse.reshape(-1), weights)
    if method == "grid":
        return _grid(points, n)
    if len(points) <= n:
        return points
    if method == "random":
        generator = check_random_state(random_state)
        chosen = generator.choice(len(points), n, replace=False, p=masses / masses.sum())
        return points[np.sort(chosen)]
    means = KMeans(n, n_init=1, random_state=random_state).fit(points, sample_weight=masses)
    return np.unique(means.cluster_centers_, axis=0)


def _grid(points: Float, n: int) -> Float:
    """A grid over the bounding box, as square as n allows, with one line of points where the box is flat."""
    low, high = points.min(axis=0), points.max(axis=0)
    wide = [k for k in range(points.shape[1]) if high[k] > low[k]]
    sizes = np.ones(points.shape[1], int)
    left = n
    for place, k in enumerate(wide):
        sizes[k] = max(1, math.floor(left ** (1 / (len(wide) - place)) + 1e-9))
        left //= sizes[k]
    axes = [
        np.linspace(a, b, size) if size > 1 else [0.5 * (a + b)] for a, b, size in zip(low, high, sizes, strict=True)
    ]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, points.shape[1])
