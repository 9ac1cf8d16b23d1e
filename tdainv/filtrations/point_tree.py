"""A balanced tree of boxes over the points of a large cloud, as plain arrays for kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.spatial import cKDTree

from tdainv._memory import require_memory
from tdainv._typing import Float, Int


class PointTree(NamedTuple):
    """Points in an order in which near ones are together, cut into leaves, and boxes of halves of halves of them.

    Leaf i holds the points ``starts[i]:starts[i + 1]``. Nodes are numbered as in a heap: the root is 1, the children
    of node v are 2 v and 2 v + 1, and leaf i is node ``n_leaves + i``. ``boxes[v]`` has the least, then the greatest
    coordinates of the points below v.
    """

    points: Float
    order: Int
    starts: Int
    boxes: Float


def point_tree(points: Float, leaf_size: int) -> PointTree:
    """Build the tree of a checked cloud in O(n log n); leaves have at most leaf_size >= 2 points, and none is empty."""
    n, dim = points.shape
    require_memory(8 * n * (5 * dim + 4), f"A search tree of {n} points", "Subsample the points.")
    order = cKDTree(points, leafsize=min(leaf_size, 16), compact_nodes=False).indices.astype(np.int64)
    ordered = points[order]
    starts = _halved(n, leaf_size)
    return PointTree(ordered, order, starts, _boxes(ordered, starts))


def unit_of(*clouds: Float) -> float:
    """Power of two that brings coordinates below 1, exactly, so that squares neither overflow nor vanish."""
    largest = max(float(np.abs(points).max()) for points in clouds)
    return float(2.0 ** min(np.frexp(largest)[1], 1023)) if largest > 0 else 1.0


def _halved(n: int, leaf_size: int) -> Int:
    """Where the leaves start, and n: the range is halved until no part is longer than the leaf size."""
    starts = np.array([0, n])
    while np.diff(starts).max() > leaf_size:
        middles = starts[:-1] + np.diff(starts) // 2
        starts = np.append(np.column_stack([starts[:-1], middles]).ravel(), n)
    return starts


def _boxes(points: Float, starts: Int) -> Float:
    n_leaves, dim = len(starts) - 1, points.shape[1]
    boxes = np.empty((2 * n_leaves, 2 * dim))
    boxes[0] = 0.0  # no node has this number
    boxes[n_leaves:, :dim] = np.minimum.reduceat(points, starts[:-1])
    boxes[n_leaves:, dim:] = np.maximum.reduceat(points, starts[:-1])
    while n_leaves > 1:
        pairs = boxes[n_leaves : 2 * n_leaves].reshape(-1, 2, 2 * dim)
        n_leaves //= 2
        boxes[n_leaves : 2 * n_leaves, :dim] = pairs[:, :, :dim].min(axis=1)
        boxes[n_leaves : 2 * n_leaves, dim:] = pairs[:, :, dim:].max(axis=1)
    return boxes
