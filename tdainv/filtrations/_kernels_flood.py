"""Largest distance from points, edges, triangles and tetrahedra to growing sets of points, for each set.

All is in R^3, padded with zeros, in a unit in which coordinates are below 1. Sets are rows: row r has the points born
by r. A search tree is a tuple of arrays (points, births, starts, boxes, first births): see point_tree.py; the points of
a leaf are in order of birth.
"""

from __future__ import annotations

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel

_QUEUE = 64  # the queue of nodes is no longer than the tree is deep
_DEEPEST = 400  # parts of simplices have shrunk to rounding errors long before
_FIRST_STEP, _NEXT_STEP = 1 / 64, 1 / 8  # of the largest value of a facet, of the step before
_ROUNDING = 1e-13, 1e-15  # relative and absolute
_NONE = np.int64(0)  # a literal would make numba compile another version


@block_kernel
def _box_gap(boxes, v, x, y, z):  # type: ignore[no-untyped-def]
    """Squared distance from a point to the box of a node."""
    dx = max(boxes[v, 0] - x, x - boxes[v, 3], 0.0)
    dy = max(boxes[v, 1] - y, y - boxes[v, 4], 0.0)
    dz = max(boxes[v, 2] - z, z - boxes[v, 5], 0.0)
    return dx * dx + dy * dy + dz * dz


@block_kernel
def _covered(parts, at, width, px, py, pz, square):  # type: ignore[no-untyped-def]
    """Whether all corners of a part, and hence all of it, lie within the ball around p."""
    inside = True
    for i in range(width):
        dx = parts[at, i, 0] - px
        dy = parts[at, i, 1] - py
        dz = parts[at, i, 2] - pz
        inside = inside and dx * dx + dy * dy + dz * dz <= square
    return inside


@inline_kernel
def _search(tree, row, queue, gaps, parts, at, width, x, y, z, hint, square):  # type: ignore[no-untyped-def]
    """Nearest point born by `row` to (x, y, z), or the first found on the way whose ball covers the part.

    Returns its position and its squared distance, -1.0 if it covers. `hint` is a point born by then, or -1; `square`
    is the squared radius of the ball, or -1.0 for none.
    """
    points, births, starts, boxes, firsts = tree
    n_leaves = len(starts) - 1
    nearest = np.inf
    found = hint
    if hint >= 0:
        dx = points[hint, 0] - x
        dy = points[hint, 1] - y
        dz = points[hint, 2] - z
        nearest = dx * dx + dy * dy + dz * dz
    queue[0] = 1
    gaps[0] = 0.0
    length = 1
    while length > 0:
        length -= 1
        v = queue[length] if gaps[length] < nearest else -1
        while 0 <= v < n_leaves:
            left = 2 * v
            near = _box_gap(boxes, left, x, y, z) if firsts[left] <= row else np.inf
            far = _box_gap(boxes, left + 1, x, y, z) if firsts[left + 1] <= row else np.inf
            v = left
            other = left + 1
            if far < near:
                near, far = far, near
                v, other = other, v
            if far < nearest:
                queue[length] = other
                gaps[length] = far
                length += 1
            if near >= nearest:
                v = -1
        if v < 0:
            continue
        for p in range(starts[v - n_leaves], starts[v - n_leaves + 1]):
            if births[p] > row:
                break  # the points of a leaf are in order of birth
            dx = points[p, 0] - x
            dy = points[p, 1] - y
            dz = points[p, 2] - z
            d = dx * dx + dy * dy + dz * dz
            if d < nearest:
                nearest = d
                found = p
                if square >= 0.0 and _covered(parts, at, width, points[p, 0], points[p, 1], points[p, 2], square):
                    nearest = -1.0
                    length = 0
                    break
    return found, nearest


@kernel
def vertex_values(tree, corners, n_rows):  # type: ignore[no-untyped-def]
    """Distance from each point to the points born by each row, and the position of the nearest, -1 if there is none."""
    firsts = tree[4]
    values = np.empty((len(corners), n_rows))
    nearest = np.empty((len(corners), n_rows), np.int64)
    queue = np.empty(_QUEUE, np.int64)
    gaps = np.empty(_QUEUE)
    no_parts = np.empty((1, 1, 3))
    for s in range(len(corners)):
        x, y, z = corners[s, 0], corners[s, 1], corners[s, 2]
        found = np.int64(-1)
        for row in range(n_rows):
            square = np.inf
            if firsts[1] <= row:
                found, square = _search(tree, row, queue, gaps, no_parts, _NONE, _NONE, x, y, z, found, -1.0)
            values[s, row] = np.sqrt(square)
            nearest[s, row] = found
    return values, nearest


@kernel
def edge_values(tree, corners, edges, nearest, floors):  # type: ignore[no-untyped-def]
    """Largest distance from edges to the points born by each row, exact up to rounding.

    `nearest` has the point nearest to each end. A part of an edge with nearest points p, q at its ends is no farther
    from them than where their bisector cuts it: if nothing is nearer there, that is its value; else it is cut there.
    """
    points = tree[0]
    n_rows = floors.shape[1]
    values = np.empty((len(edges), n_rows))
    queue = np.empty(_QUEUE, np.int64)
    gaps = np.empty(_QUEUE)
    ends = np.empty((128, 2))  # of parts of the edge, as parameters from 0 to 1
    at_ends = np.empty((128, 2), np.int64)
    place = np.empty(3)
    no_parts = np.empty((1, 1, 3))
    for s in range(len(edges)):
        u, w = edges[s, 0], edges[s, 1]
        value = np.inf
        known = -1.0  # parameter of the last maximum, -1.0 if it is at an end
        hint = -1
        for row in range(n_rows):
            if nearest[u, row] < 0:
                values[s, row] = np.inf
                continue
            best = floors[s, row]
            ends[0, 0], ends[0, 1] = 0.0, 1.0
            at_ends[0, 0], at_ends[0, 1] = nearest[u, row], nearest[w, row]
            length = 0 if best >= value else 1
            probing = known >= 0.0
            while length > 0:
                t = known
                p = hint
                q = -1
                if not probing:
                    length -= 1
                    p, q = at_ends[length, 0], at_ends[length, 1]
                    if p == q:
                        continue  # the ball of p is convex
                    change = 0.0
                    slope = 0.0
                    for axis in range(3):
                        gap = points[q, axis] - points[p, axis]
                        middle = 0.5 * (points[q, axis] + points[p, axis])
                        change += gap * (middle - corners[u, axis])
                        slope += gap * (corners[w, axis] - corners[u, axis])
                    if slope <= 0.0:
                        continue
                    t = change / slope
                    if not ends[length, 0] < t < ends[length, 1]:
                        continue
                bound = 0.0
                for axis in range(3):
                    place[axis] = corners[u, axis] + t * (corners[w, axis] - corners[u, axis])
                    bound += (place[axis] - points[p, axis]) ** 2
                bound = np.sqrt(bound)
                if not probing and bound <= best * (1.0 + _ROUNDING[0]) + _ROUNDING[1]:
                    continue
                found, square = _search(
                    tree, row, queue, gaps, no_parts, _NONE, _NONE, place[0], place[1], place[2], p, -1.0
                )
                distance = np.sqrt(square)
                if distance > best:
                    best = distance
                    known = t
                    hint = found
                if probing:
                    probing = False
                    if best >= value:
                        break
                elif found != p and found != q and t - ends[length, 0] > 1e-16 and ends[length, 1] - t > 1e-16:
                    # The longer part waits, so that no more than the digits of a parameter are waiting.
                    start, stop, after = ends[length, 0], ends[length, 1], q
                    first = length if t - start > stop - t else length + 1
                    second = 2 * length + 1 - first
                    ends[first, 0], ends[first, 1] = start, t
                    at_ends[first, 0], at_ends[first, 1] = p, found
                    ends[second, 0], ends[second, 1] = t, stop
                    at_ends[second, 0], at_ends[second, 1] = found, after
                    length += 2
            value = min(value, best)
            values[s, row] = value
    return values


@block_kernel
def _halve(parts, at, width):  # type: ignore[no-untyped-def]
    """Cut the part across the middle of its longest edge: one half stays, the other goes after it."""
    first, second, longest = 0, 1, -1.0
    for i in range(width):
        for j in range(i + 1, width):
            dx = parts[at, i, 0] - parts[at, j, 0]
            dy = parts[at, i, 1] - parts[at, j, 1]
            dz = parts[at, i, 2] - parts[at, j, 2]
            d = dx * dx + dy * dy + dz * dz
            if d > longest:
                first, second, longest = i, j, d
    for axis in range(3):
        middle = 0.5 * (parts[at, first, axis] + parts[at, second, axis])
        for i in range(width):
            parts[at + 1, i, axis] = parts[at, i, axis]
        parts[at, first, axis] = middle
        parts[at + 1, second, axis] = middle


@kernel
def simplex_values(tree, corners, floors, tolerance):  # type: ignore[no-untyped-def]
    """Largest distance from simplices to the points born by each row, at most `tolerance` below the truth.

    `corners` are those of each simplex, `floors` the largest values of its facets in each row: values do not decrease
    from facets to simplices, nor increase along rows. A simplex is cut across its longest edge into halves until each
    part lies in one ball around a point, of the largest distance found so far plus half of a step.

    The search goes up to the maximum by about a step at a time: steps shrink to the tolerance, so that they stay few.
    The place of the last maximum is tried first: where the new points of a row do not come near it, that is all.
    """
    points = tree[0]
    firsts = tree[4]
    n, width = corners.shape[:2]
    n_rows = floors.shape[1]
    values = np.empty((n, n_rows))
    parts = np.empty((_DEEPEST + 1, 4, 3))
    hints = np.empty(_DEEPEST + 1, np.int64)
    queue = np.empty(_QUEUE, np.int64)
    gaps = np.empty(_QUEUE)
    for s in range(n):
        upper = np.inf  # the value is at most this
        value = np.inf
        hint = -1
        known = False
        wx, wy, wz = 0.0, 0.0, 0.0  # where the last maximum was found, if it is not on a facet
        for row in range(n_rows):
            if firsts[1] > row:
                values[s, row] = np.inf
                continue
            best = floors[s, row]
            step = np.inf
            length = 0
            probing = known
            while True:
                if length == 0:
                    upper = min(upper, best + 0.5 * step)
                if best >= upper - tolerance:
                    break
                if length == 0:
                    step = max(tolerance, _FIRST_STEP * best if step == np.inf else _NEXT_STEP * step)
                    for i in range(width):
                        for axis in range(3):
                            parts[0, i, axis] = corners[s, i, axis]
                    hints[0] = hint
                    length = 1
                at = length - 1
                x, y, z = wx, wy, wz
                if not probing:
                    x, y, z = 0.0, 0.0, 0.0
                    for i in range(width):
                        x += parts[at, i, 0] / width
                        y += parts[at, i, 1] / width
                        z += parts[at, i, 2] / width
                near = hints[at]
                square = -1.0
                if not probing:
                    square = (best + 0.5 * step) ** 2
                    if near >= 0 and _covered(
                        parts, at, width, points[near, 0], points[near, 1], points[near, 2], square
                    ):
                        length -= 1
                        continue
                found, nearest = _search(tree, row, queue, gaps, parts, at, width, x, y, z, near, square)
                if at == 0:
                    hint = found
                    hints[0] = found
                if nearest > best * best:
                    best = np.sqrt(nearest)
                    known = True
                    wx, wy, wz = x, y, z
                if probing:
                    probing = False
                elif nearest < 0.0 or length == _DEEPEST:
                    length -= 1
                else:
                    _halve(parts, at, width)
                    hints[at] = found
                    hints[length] = found
                    length += 1
            value = min(value, best)
            values[s, row] = value
    return values
