"""Flips of edges of intrinsic triangulations.

A triangle f has corners 0, 1, 2 and, opposite to them, the sides 3 f, 3 f + 1, 3 f + 2; each side runs from the next
corner to the one after it. The twin of a side is the same edge in the other triangle, in the other direction, or -1.
"""

from __future__ import annotations

import numpy as np

from tdainv._numba import inline_kernel, kernel

# Flips a side, on average, before giving up: rounding must not make a loop without an end.
_MOST_FLIPS = 100
# Stands for zero in denominators: lengths are about 1.
_TINY = 1e-150


@inline_kernel
def _area(a, b, c):
    """Heron's formula; the lengths come in any order."""
    if a < b:
        a, b = b, a
    if b < c:
        b, c = c, b
    if a < b:
        a, b = b, a
    return np.sqrt(max((a + (b + c)) * (c - (a - b)) * (c + (a - b)) * (a + (b - c)), 0.0)) / 4.0


@inline_kernel
def _cotangent(opposite, b, c):
    """Cotangent of the angle between sides b and c."""
    return (b * b + c * c - opposite * opposite) / (4.0 * max(_area(opposite, b, c), _TINY))


@kernel
def flip_to_delaunay(corners, lengths, twins, tolerance):
    """Flip edges until the cotangents of the two angles opposite to each add up to at least -tolerance.

    corners (3 m,): vertices; lengths (3 m,), about 1, and twins (3 m,): of the sides. Returns new corners and lengths.
    That flips come to an end is Proposition 12 of Bobenko and Springborn, A discrete Laplace--Beltrami operator for
    simplicial surfaces, 2007. The stack always holds a side of each edge that may have to be flipped.
    """
    n = len(corners)
    vertex, length, twin = corners.copy(), lengths.copy(), twins.copy()
    stack = np.empty(n, np.int64)
    waiting = np.zeros(n, np.bool_)
    size = 0
    for side in range(n):
        if twin[side] > side:
            stack[size] = side
            waiting[side] = True
            size += 1
    old, new = np.empty(4, np.int64), np.empty(4, np.int64)
    other, ends, sizes = np.empty(4, np.int64), np.empty(4, np.int64), np.empty(4)
    left = _MOST_FLIPS * n
    while size > 0 and left > 0:
        size -= 1
        h = stack[size]
        waiting[h] = False
        t = twin[h]
        f, g = h // 3, t // 3
        if t < 0 or f == g:
            continue
        # Triangle f is (p, u, v) and g is (q, v, u), from the corner opposite to the edge.
        vp, pu = 3 * f + (h + 1) % 3, 3 * f + (h + 2) % 3
        uq, qv = 3 * g + (t + 1) % 3, 3 * g + (t + 2) % 3
        edge = max(length[h], _TINY)
        if _cotangent(edge, length[vp], length[pu]) + _cotangent(edge, length[uq], length[qv]) >= -tolerance:
            continue
        left -= 1
        # The plane, with the edge on the x axis, u at the origin, p above and q below.
        height = 2.0 * (_area(edge, length[vp], length[pu]) + _area(edge, length[uq], length[qv])) / edge
        across = (length[pu] ** 2 - length[vp] ** 2 - length[uq] ** 2 + length[qv] ** 2) / (2.0 * edge)
        # The new triangles are f = (p, u, q) and g = (q, v, p).
        old[0], old[1], old[2], old[3] = uq, pu, vp, qv
        new[0], new[1], new[2], new[3] = 3 * f, 3 * f + 2, 3 * g, 3 * g + 2
        ends[0], ends[1], ends[2], ends[3] = vertex[h], vertex[vp], vertex[t], vertex[pu]  # p, u, q, v
        for i in range(4):
            sizes[i] = length[old[i]]
            other[i] = twin[old[i]]
            for j in range(4):
                if twin[old[i]] == old[j]:
                    other[i] = new[j]
        for i in range(4):
            length[new[i]] = sizes[i]
            twin[new[i]] = other[i]
            if other[i] >= 0:
                twin[other[i]] = new[i]
        vertex[3 * f], vertex[3 * f + 1], vertex[3 * f + 2] = ends[0], ends[1], ends[2]
        vertex[3 * g], vertex[3 * g + 1], vertex[3 * g + 2] = ends[2], ends[3], ends[0]
        length[3 * f + 1] = np.hypot(across, height)
        length[3 * g + 1] = length[3 * f + 1]
        twin[3 * f + 1], twin[3 * g + 1] = 3 * g + 1, 3 * f + 1
        for side in new:
            if not waiting[side]:
                stack[size] = side
                waiting[side] = True
                size += 1
    return vertex, length
