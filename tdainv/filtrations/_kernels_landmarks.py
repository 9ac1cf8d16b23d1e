"""Choosing landmarks one after the other, far from those before: only leaves that a landmark can change are read."""

from __future__ import annotations

import numpy as np

from tdainv._numba import block_kernel, kernel


@block_kernel
def _squared_gap(boxes, node, points, position, dim):  # type: ignore[no-untyped-def]
    """Squared distance from a point to a box."""
    total = 0.0
    for axis in range(dim):
        x = points[position, axis]
        gap = max(boxes[node, axis] - x, x - boxes[node, dim + axis], 0.0)
        total += gap * gap
    return total


@block_kernel
def _squared_distance(points, u, v, dim):  # type: ignore[no-untyped-def]
    total = 0.0
    for axis in range(dim):
        gap = points[u, axis] - points[v, axis]
        total += gap * gap
    return total


@kernel
def farthest_points(points, order, starts, boxes, first, n_landmarks):  # type: ignore[no-untyped-def]
    """Positions of the landmarks, each farthest from those before, ties by row; fewer once all points are taken."""
    n, dim = points.shape
    n_leaves = len(starts) - 1
    squares = np.full(n, np.inf)
    reach = np.full(n_leaves, np.inf)  # of a leaf: its largest square, and where it is
    where = np.zeros(n_leaves, np.int64)
    chosen = np.empty(n_landmarks, np.int64)
    landmark = first
    count = 0
    while count < n_landmarks:
        chosen[count] = landmark
        count += 1
        best = 0.0
        following = -1
        for leaf in range(n_leaves):
            if _squared_gap(boxes, n_leaves + leaf, points, landmark, dim) < reach[leaf]:
                largest = -1.0
                at = -1
                for v in range(starts[leaf], starts[leaf + 1]):
                    square = min(squares[v], _squared_distance(points, v, landmark, dim))
                    squares[v] = square
                    if square > largest or (square == largest and order[v] < order[at]):
                        largest = square
                        at = v
                reach[leaf] = largest
                where[leaf] = at
            if reach[leaf] > best or (following >= 0 and reach[leaf] == best and order[where[leaf]] < order[following]):
                best = reach[leaf]
                following = where[leaf]
        if following < 0:
            break
        landmark = following
    return chosen[:count]


@kernel
def seed_points(points, starts, boxes, first, uniforms):  # type: ignore[no-untyped-def]
    """Positions of the landmarks, each drawn with weight its squared distance to those before; see above."""
    n, dim = points.shape
    n_leaves = len(starts) - 1
    squares = np.full(n, np.inf)
    reach = np.full(n_leaves, np.inf)
    weight = np.zeros(n_leaves)
    chosen = np.empty(len(uniforms) + 1, np.int64)
    chosen[0] = first
    count = 1
    for uniform in uniforms:
        landmark = chosen[count - 1]
        total = 0.0
        for leaf in range(n_leaves):
            if _squared_gap(boxes, n_leaves + leaf, points, landmark, dim) < reach[leaf]:
                largest = 0.0
                mass = 0.0
                for v in range(starts[leaf], starts[leaf + 1]):
                    square = min(squares[v], _squared_distance(points, v, landmark, dim))
                    squares[v] = square
                    mass += square
                    largest = max(largest, square)
                reach[leaf] = largest
                weight[leaf] = mass
            total += weight[leaf]
        if total == 0.0:
            break
        remaining = uniform * total
        found = -1
        for leaf in range(n_leaves):
            if weight[leaf] == 0.0:
                continue
            found = leaf  # the last of positive weight where rounding passes the end
            if remaining < weight[leaf]:
                break
            remaining -= weight[leaf]
        at = -1
        for v in range(starts[found], starts[found + 1]):
            if squares[v] == 0.0:
                continue
            at = v
            if remaining < squares[v]:
                break
            remaining -= squares[v]
        chosen[count] = at
        count += 1
    return chosen[:count]
