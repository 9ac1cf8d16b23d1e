"""Boundaries of the critical triangles, written in critical edges.

An edge with an apex z may be replaced by the two edges to z, which are earlier: done until only critical edges are
left. Any point z of the lune with f(z) <= F(e) serves (docs/theory/reduced_flag.md, lemma 3); the one whose two
edges are shortest makes the shortest chains, so it is looked up when needed and never stored.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_bits import doubled
from tdainv.complexes._kernels_flag import _below

LOW_HALF = 0xFFFF


@inline_kernel
def _code(u, v):
    return (max(u, v) << 16) | min(u, v)


@inline_kernel
def _position(sorted_codes, code):
    """Index of `code` in `sorted_codes`, or -1."""
    low = 0
    high = sorted_codes.size
    while low < high:
        middle = (low + high) >> 1
        if sorted_codes[middle] < code:
            low = middle + 1
        else:
            high = middle
    if low < sorted_codes.size and sorted_codes[low] == code:
        return low
    return -1


@inline_kernel
def _toggle(values, codes, count, value, code):
    """Add an edge to a chain over Z/2 that is sorted by (value, code); returns the new length."""
    i = count
    while i > 0 and (values[i - 1] > value or (values[i - 1] == value and codes[i - 1] > code)):
        i -= 1
    if i > 0 and codes[i - 1] == code:
        for j in range(i, count):
            values[j - 1] = values[j]
            codes[j - 1] = codes[j]
        return count - 1
    for j in range(count, i, -1):
        values[j] = values[j - 1]
        codes[j] = codes[j - 1]
    values[i] = value
    codes[i] = code
    return count + 1


@inline_kernel
def _nearest_apex(value_bits, ranks, end, a, b):
    """The point z of the lune of (a, b) with f(z) <= F(e) that minimises max(d(a, z), d(b, z)).

    ``value_bits`` holds the distances as int64: non-negative floats compare as their bits do, and integer minima
    vectorise. All candidates are below `end`.
    """
    edge_bits = value_bits[a, b]
    if ranks.shape[1] <= 1:
        best = edge_bits
        for z in range(end):
            best = min(best, max(value_bits[a, z], value_bits[b, z]))
        if best < edge_bits:
            for z in range(end):
                if max(value_bits[a, z], value_bits[b, z]) == best:
                    return z
    else:
        best = edge_bits
        apex = -1
        for z in range(end):
            longer = max(value_bits[a, z], value_bits[b, z])
            if longer < best and _below(ranks, z, a, b):
                best = longer
                apex = z
        if apex >= 0:
            return apex
    # Only points at the very distance d(a, b) are left: the order of codes decides whether they are in the lune.
    code = _code(a, b)
    for z in range(end):
        if z == a or z == b or not _below(ranks, z, a, b):
            continue
        first = value_bits[a, z] < edge_bits or (value_bits[a, z] == edge_bits and _code(a, z) < code)
        second = value_bits[b, z] < edge_bits or (value_bits[b, z] == edge_bits and _code(b, z) < code)
        if first and second:
            return z
    return -1


@kernel
def expand_triangles(distances, ranks, prefix, edge_codes, edge_rows, triangles):
    """CSC arrays of the boundary of the critical triangles; row i is critical edge i, rows ascend in a column.

    ``edge_codes`` are the codes of the critical edges in increasing order of code, ``edge_rows`` their rows.
    Takes O(n) for each non-critical edge met, which are few: chains halve in length at each replacement.
    """
    value_bits = distances.view(np.int64)
    n = prefix.size
    indptr = np.zeros(triangles.shape[0] + 1, np.int64)
    indices = np.empty(16 * triangles.shape[0] + 64, np.int32)
    size = 0
    values = np.empty(64, np.float64)
    codes = np.empty(64, np.int64)
    for t in range(triangles.shape[0]):
        a = np.int64(triangles[t, 0])
        b = np.int64(triangles[t, 1])
        apex = np.int64(triangles[t, 2])
        v = np.int64(triangles[t, 3])
        count = _toggle(values, codes, np.int64(0), distances[a, v], _code(a, v))
        count = _toggle(values, codes, count, distances[b, v], _code(b, v))
        if apex >= 0:
            count = _toggle(values, codes, count, distances[a, apex], _code(a, apex))
            count = _toggle(values, codes, count, distances[b, apex], _code(b, apex))
        else:
            count = _toggle(values, codes, count, distances[a, b], _code(a, b))
        start = size
        while count > 0:
            count -= 1
            code = codes[count]
            position = _position(edge_codes, code)
            if position >= 0:
                if size == indices.size:
                    indices = doubled(indices)
                indices[size] = edge_rows[position]
                size += 1
                continue
            later = code >> 16
            earlier = code & LOW_HALF
            end = max(prefix[later], prefix[earlier]) if ranks.shape[1] <= 1 else n
            z = _nearest_apex(value_bits, ranks, end, earlier, later)
            if count + 2 > values.size:
                values = doubled(values)
                codes = doubled(codes)
            count = _toggle(values, codes, count, distances[earlier, z], _code(earlier, z))
            count = _toggle(values, codes, count, distances[later, z], _code(later, z))
        # Edges leave the chain in decreasing order, and so do rows.
        left, right = start, size - 1
        while left < right:
            indices[left], indices[right] = indices[right], indices[left]
            left += 1
            right -= 1
        indptr[t + 1] = size
    return indptr, indices[:size]
