"""Insertion of points into a Delaunay triangulation (Bowyer 1981, Watson 1981), in dimension k = 1, 2, 3.

A cell has its vertices in vertices[4 c : 4 c + k + 1] and, opposite to each, its neighbour in the same place of
`neighbours`. *Ghost* cells, whose last vertex is -1, join the facets of the hull to a point at infinity; so every facet
has two cells. Cells are oriented: orient(v_0, ..., v_{k-1}; v_k) = 1, for ghosts with a point beyond the facet in the
place of the last vertex. (But for k = 1, where coordinates are compared.) First vertex -2: the cell is free.

The points of a k-dimensional triangulation may lie in a flat of R^3: the first k coordinates are coordinates of the
flat, and all three count for lengths.

Ties. A point is in conflict with a finite cell if it lies strictly inside of its sphere. This is the Delaunay
triangulation of points whose squared norms are raised by infinitesimals, each of them infinitely larger than those of
the points before (Devillers and Teillaud 2011): in case of a tie, the raise of the new point decides. Raises keep all
points on the lower hull and the triangulation proper. A point in the plane of the facet of a ghost is in conflict with
it if it is with the finite cell behind.
"""

from __future__ import annotations

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.geometry._kernels_exact import IN_CIRCLE, IN_SPHERE, ORIENT_XY, ORIENT_XYZ, ORIENT_XZ
from tdainv.geometry._kernels_predicates import sign

# Places in the array `state`.
NEXT_POINT, USED, FREE, STAMP, HIGH, LOW, REASON = 0, 1, 2, 3, 4, 5, 6
# Reasons to return.
DONE, CELLS_FULL, OUTPUT_FULL, LEAVES_HULL = 0, 1, 2, 3


@block_kernel
def _leaves_hull(x, dim, k, base, p):
    """Whether p lies outside of the flat spanned by the points base[0..k]."""
    leaves = False
    if k < dim:
        first = ORIENT_XY if k == 1 else ORIENT_XYZ
        second = ORIENT_XZ if k == 1 and dim == 3 else first
        for determinant in (first, second):
            leaves |= sign(x, determinant, base[0], base[1], base[2], p, p) != 0
    return leaves


@block_kernel
def _facet_seen(x, k, vertices, cell, i, p):
    """Whether p lies strictly beyond the facet of a finite cell opposite to its vertex i."""
    at = 4 * cell
    if k == 1:
        own, other, new = x[vertices[at + i], 0], x[vertices[at + 1 - i], 0], x[p, 0]
        seen = (own < other and other < new) or (own > other and other > new)
    else:
        last = np.int64(vertices[at + k])
        a = last if i == 0 else np.int64(vertices[at])
        b = last if i == 1 else np.int64(vertices[at + 1])
        c = last if i == 2 else np.int64(vertices[at + 2])
        side = sign(x, ORIENT_XY if k == 2 else ORIENT_XYZ, a, b, c, p, p)
        seen = side < 0 if i == k else side > 0
    return seen


@block_kernel
def _locate(x, k, vertices, neighbours, cell, p):
    """Walk to the finite cell that contains p, or to a ghost beyond the facet of which it lies.

    Steps through facets that p is beyond of never come back: Delaunay cells, also of raised points, are ordered as
    seen from p (Edelsbrunner 1990).
    """
    came_from = -1
    while vertices[4 * cell + k] >= 0:
        step = -1
        for i in range(k + 1):
            following = np.int64(neighbours[4 * cell + i])
            if following != came_from and _facet_seen(x, k, vertices, cell, i, p):
                step = following
                break
        if step < 0:
            break
        came_from = cell
        cell = step
    return cell


@block_kernel
def _in_conflict(x, k, vertices, neighbours, cell, p):
    """Whether p is in conflict with a cell (not the one that contains it, if k = 1)."""
    side = 0
    if k > 1:
        at = 4 * cell
        determinant = IN_CIRCLE if k == 2 else IN_SPHERE
        if vertices[at + k] < 0:
            determinant = ORIENT_XY if k == 2 else ORIENT_XYZ
        for _ in range(2):
            a, b, c = np.int64(vertices[at]), np.int64(vertices[at + 1]), np.int64(vertices[at + 2])
            side = sign(x, determinant, a, b, c, np.int64(vertices[at + 3]), p)
            if side != 0 or vertices[at + k] >= 0:
                break
            at = 4 * np.int64(neighbours[at + k])
            determinant = IN_CIRCLE if k == 2 else IN_SPHERE
    return side > 0


@inline_kernel
def _equal_vertex(x, k, vertices, cell, p):
    """Vertex of the cell with the coordinates of p, or -1."""
    for i in range(k + 1):
        v = vertices[4 * cell + i]
        if v >= 0 and x[v, 0] == x[p, 0] and x[v, 1] == x[p, 1] and x[v, 2] == x[p, 2]:
            return v
    return -1


@inline_kernel
def _put_sorted(out, at, vertices, cell, size, p):
    """Write the first `size` vertices of the cell increasingly, then p, which is larger."""
    for i in range(size):
        v = vertices[4 * cell + i]
        j = at + i
        while j > at and out[j - 1] > v:
            out[j] = out[j - 1]
            j -= 1
        out[j] = v
    out[at + size] = p


@inline_kernel
def _slot(array, cell, value):
    """Place of a value in the row of a cell."""
    place = 0
    while array[4 * cell + place] != value:
        place += 1
    return place


@inline_kernel
def _link(k, vertices, neighbours, cell, i, new):
    """Find the neighbours of the new cell over the facet i of a conflicting one, turning around the ridges of it.

    Facets between conflicting and other cells hold ~c, where c is the new cell over them.
    """
    for j in range(k + 1):
        if j == i or neighbours[4 * new + j] >= 0:
            continue
        current, entry, exit_ = cell, i, j
        following = np.int64(neighbours[4 * current + exit_])
        while following >= 0:
            keep = np.int64(vertices[4 * current + entry])
            entry = _slot(neighbours, following, current)
            exit_ = _slot(vertices, following, keep)
            current = following
            following = np.int64(neighbours[4 * current + exit_])
        neighbours[4 * new + j] = ~following
        neighbours[4 * ~following + entry] = new


@kernel
def insert_points(
    x, dim, k, base, near, original, vertices, neighbours, marks, free, conflict, boundary, cell_of, high, low, state
):
    """Insert the points from state[NEXT_POINT] on, until all are in, a point leaves the flat, or an array is full.

    `near` has a point of smaller number for each, where the walk starts; original[p] becomes the point that p equals.
    Conflicts are written to `high` (finite cell and p) and `low` (facet of a ghost and p), unless these are empty.
    """
    n, capacity = x.shape[0], marks.shape[0]
    emit = high.shape[0] > 0
    reason = DONE
    used, n_free, stamp, n_high, n_low = state[USED], state[FREE], state[STAMP], state[HIGH], state[LOW]
    p = state[NEXT_POINT]
    while p < n:
        if _leaves_hull(x, dim, k, base, p):
            reason = LEAVES_HULL
            break
        cell = np.int64(cell_of[original[near[p]]])
        if vertices[4 * cell + k] < 0:
            cell = np.int64(neighbours[4 * cell + k])
        cell = _locate(x, k, vertices, neighbours, cell, p)
        equal = _equal_vertex(x, k, vertices, cell, p)
        if equal >= 0:
            original[p] = equal
            p += 1
            continue

        stamp += 1
        marks[cell] = stamp
        conflict[0] = cell
        n_conflict, n_boundary, head, n_ghosts = 1, 0, 0, 0
        while head < n_conflict and n_boundary + k < capacity:
            cell = np.int64(conflict[head])
            head += 1
            if vertices[4 * cell + k] < 0:
                n_ghosts += 1
            for i in range(k + 1):
                other = np.int64(neighbours[4 * cell + i])
                if marks[other] == stamp:
                    continue
                if marks[other] != -stamp:
                    if _in_conflict(x, k, vertices, neighbours, other, p):
                        marks[other] = stamp
                        conflict[n_conflict] = other
                        n_conflict += 1
                        continue
                    marks[other] = -stamp
                boundary[n_boundary] = 4 * cell + i
                n_boundary += 1

        if head < n_conflict or used - n_free + n_boundary > capacity:
            reason = CELLS_FULL
            break
        if emit and ((n_high + n_conflict) * (k + 2) > high.shape[0] or (n_low + n_ghosts) * (k + 1) > low.shape[0]):
            reason = OUTPUT_FULL
            break
        if emit:
            for c in range(n_conflict):
                cell = np.int64(conflict[c])
                if vertices[4 * cell + k] < 0:
                    _put_sorted(low, n_low * (k + 1), vertices, cell, k, p)
                    n_low += 1
                else:
                    _put_sorted(high, n_high * (k + 2), vertices, cell, k + 1, p)
                    n_high += 1

        for f in range(n_boundary):
            if n_free > 0:
                n_free -= 1
                new = np.int64(free[n_free])
            else:
                new = used
                used += 1
            cell = boundary[f] // 4
            i = boundary[f] - 4 * cell
            for j in range(k + 1):
                v = np.int64(vertices[4 * cell + j])
                vertices[4 * new + j] = v
                neighbours[4 * new + j] = -1
                if j != i and v >= 0:
                    cell_of[v] = new
            vertices[4 * new + i] = p
            other = np.int64(neighbours[4 * cell + i])
            neighbours[4 * new + i] = other
            neighbours[4 * other + _slot(neighbours, other, cell)] = new
            neighbours[4 * cell + i] = ~new
            cell_of[p] = new
            marks[new] = 0
        for f in range(n_boundary):
            cell = boundary[f] // 4
            i = boundary[f] - 4 * cell
            _link(k, vertices, neighbours, cell, i, ~np.int64(neighbours[4 * cell + i]))
        for c in range(n_conflict):
            vertices[4 * conflict[c]] = -2
            free[n_free] = conflict[c]
            n_free += 1
        p += 1
    state[NEXT_POINT], state[USED], state[FREE], state[STAMP] = p, used, n_free, stamp
    state[HIGH], state[LOW], state[REASON] = n_high, n_low, reason
