"""Points along a Hilbert curve, and for each point a near one among those before it."""

from __future__ import annotations

import numpy as np

from tdainv._numba import kernel


@kernel
def hilbert_keys(points, low, scale, bits):
    """Place along a Hilbert curve of the cube of side 2^bits that contains (points - low) * scale.

    Skilling, Programming the Hilbert curve (2004): the bits of the coordinates are turned in place into the bits of
    the place, the first coordinate having the highest bit of each group.
    """
    n, dim = points.shape
    keys = np.empty(n, np.int64)
    x = np.empty(dim, np.int64)
    for p in range(n):
        for i in range(dim):
            x[i] = np.int64((points[p, i] - low[i]) * scale)
        q = 1 << (bits - 1)
        while q > 1:
            for i in range(dim):
                if x[i] & q:
                    x[0] ^= q - 1
                else:
                    swap = (x[0] ^ x[i]) & (q - 1)
                    x[0] ^= swap
                    x[i] ^= swap
            q >>= 1
        for i in range(1, dim):
            x[i] ^= x[i - 1]
        flip = 0
        q = 1 << (bits - 1)
        while q > 1:
            if x[dim - 1] & q:
                flip ^= q - 1
            q >>= 1
        key = 0
        for b in range(bits - 1, -1, -1):
            for i in range(dim):
                key = (key << 1) | (((x[i] ^ flip) >> b) & 1)
        keys[p] = key
    return keys


@kernel
def near_predecessors(points, curve):
    """For each point a near one of smaller number: the nearer of its neighbours on the curve among those (-1: none).

    Points leave the curve, which is a linked list, from the last to the first.
    """
    n, dim = points.shape
    before = np.empty(n, np.int64)
    after = np.empty(n, np.int64)
    for i in range(n):
        before[curve[i]] = curve[i - 1] if i > 0 else -1
        after[curve[i]] = curve[i + 1] if i < n - 1 else -1
    near = np.empty(n, np.int64)
    for p in range(n - 1, -1, -1):
        a, b = before[p], after[p]
        near[p] = a if a >= 0 else b
        if a >= 0:
            after[a] = b
        if b >= 0:
            before[b] = a
        if a >= 0 and b >= 0:
            gap = 0.0
            for i in range(dim):
                to_a, to_b = points[p, i] - points[a, i], points[p, i] - points[b, i]
                gap += to_b * to_b - to_a * to_a
            near[p] = b if gap < 0 else a
    return near
