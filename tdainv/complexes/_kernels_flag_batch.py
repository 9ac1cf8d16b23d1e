"""The reduced flag multifiltrations of many small clouds, in two calls.

The steps are those of ``reduce_filtration`` (tdainv/complexes/reduced_flag.py). For clouds of a hundred points the
calls between the steps would take as long as the steps, and would keep threads waiting for each other.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_expansion import expand_triangles
from tdainv.complexes._kernels_flag import BITS_OF_INF, cone_radii, list_edges, reduce_flag, resolve_rounding


@kernel
def keys_of_all(matrices, starts, order, ranks, bounds):
    """Distances in working labels, numbers of vertices up to each level, and keys of the edges, not sorted.

    Item i has the vertices starts[i], ..., starts[i + 1] - 1; working label w of the union is vertex order[w]. Its
    distance matrix, edges above bounds[i] left out, lies in `matrices` after those of the items before. Returns also
    where the keys of each item end.
    """
    n_items = bounds.size
    working = np.empty(matrices.size)
    largest = np.empty(1)
    bits = working.view(np.int64)  # numbers that are not negative compare as their bits do, and integers vectorise
    prefix = np.empty(order.size, np.int64)
    room = 0
    for i in range(n_items):
        n = starts[i + 1] - starts[i]
        room += n * (n - 1) // 2
    keys = np.empty(room, np.uint64)
    ends = np.zeros(n_items + 1, np.int64)
    at = 0
    for i in range(n_items):
        first, last = starts[i], starts[i + 1]
        n = last - first
        distances = working[at : at + n * n].reshape((n, n))
        farthest = np.int64(0)
        for u in range(n):
            row = at + (order[first + u] - first) * n
            for v in range(n):
                distances[u, v] = matrices[row + order[first + v] - first]
            for v in range(n):
                farthest = max(farthest, bits[at + u * n + v] if bits[at + u * n + v] < BITS_OF_INF else np.int64(0))
        levels = ranks[first:last]
        radii = cone_radii(distances, levels)
        reach = 0.0
        for v in range(n - 1, -1, -1):
            radii[v] = min(radii[v], bounds[i])
            reach = max(reach, radii[v])
            prefix[first + v] = n
            if levels.shape[1] == 1 and v < n - 1:
                same = levels[v, 0] == levels[v + 1, 0]
                prefix[first + v] = prefix[first + v + 1] if same else v + 1
        largest.view(np.int64)[0] = farthest
        longest = min(reach, largest[0])
        values, codes = list_edges(distances, radii, 1.0 / longest if longest > 0 else 1.0)
        rounded = values.view(np.uint32)
        for k in range(codes.size):
            keys[ends[i] + k] = (np.uint64(rounded[k]) << np.uint64(32)) | np.uint64(codes[k])
        ends[i + 1] = ends[i] + codes.size
        at += n * n
    return working, prefix, keys[: ends[n_items]], ends


@kernel
def _with_room(values, needed):
    if needed <= values.size:
        return values
    larger = np.empty(max(needed, 2 * values.size), values.dtype)
    for i in range(values.size):
        larger[i] = values[i]
    return larger


@inline_kernel
def _by_code(codes, n):
    """Rows of the edges in increasing order of their codes, which is that of (later end, other end); and the codes."""
    begins = np.zeros(n + 1, np.int64)
    for k in range(codes.size):
        begins[(np.int64(codes[k]) >> 16) + 1] += 1
    for v in range(n):
        begins[v + 1] += begins[v]
    rows = np.empty(codes.size, np.int64)
    by_code = np.empty(codes.size, np.int64)
    ends = begins.copy()
    for k in range(codes.size):
        code = np.int64(codes[k])
        later = code >> 16
        j = ends[later]
        while j > begins[later] and by_code[j - 1] > code:
            by_code[j] = by_code[j - 1]
            rows[j] = rows[j - 1]
            j -= 1
        by_code[j] = code
        rows[j] = k
        ends[later] += 1
    return rows, by_code


@kernel
def reduce_all(working, starts, ranks, prefix, keys, ends):
    """Edges, triangles with the longest edge first, their distances, and the boundary of the triangles, of the union.

    All in working labels of the union; keys are those of ``keys_of_all``, sorted item by item. Then the numbers of
    edges and of triangles of each item, and the first item whose rounded values do not sort its keys, or -1: nothing
    is there from it on (see ``resolve_rounding``).
    """
    n_items = starts.size - 1
    edges = np.empty(2 * 4 * prefix.size, np.int64)
    triangles = np.empty(3 * 4 * prefix.size, np.int64)
    edge_values = np.empty(4 * prefix.size)
    triangle_values = np.empty(4 * prefix.size)
    indptr = np.zeros(4 * prefix.size + 1, np.int64)
    indices = np.empty(16 * prefix.size, np.int64)
    n_edges = np.zeros(n_items, np.int64)
    n_triangles = np.zeros(n_items, np.int64)
    e, t, size, at = 0, 0, 0, 0
    unsorted = -1
    for i in range(n_items):
        first, last = starts[i], starts[i + 1]
        n = last - first
        distances = working[at : at + n * n].reshape((n, n))
        at += n * n
        item_keys = keys[ends[i] : ends[i + 1]]
        sorted_keys = resolve_rounding(distances, item_keys)
        if sorted_keys.size < item_keys.size:
            unsorted = i
            break
        levels, up_to = ranks[first:last], prefix[first:last]
        codes, found = reduce_flag(sorted_keys, levels, up_to)
        rows, by_code = _by_code(codes, n)
        item_indptr, item_indices = expand_triangles(distances, levels, up_to, by_code, rows, found)

        edges = _with_room(edges, 2 * (e + codes.size))
        edge_values = _with_room(edge_values, e + codes.size)
        triangles = _with_room(triangles, 3 * (t + found.shape[0]))
        triangle_values = _with_room(triangle_values, t + found.shape[0])
        indptr = _with_room(indptr, t + found.shape[0] + 1)
        indices = _with_room(indices, size + item_indices.size)
        for k in range(found.shape[0]):
            a, b = np.int64(found[k, 0]), np.int64(found[k, 1])
            triangles[3 * (t + k)] = first + a
            triangles[3 * (t + k) + 1] = first + b
            triangles[3 * (t + k) + 2] = first + found[k, 3]
            triangle_values[t + k] = distances[a, b]
            indptr[t + k + 1] = size + item_indptr[k + 1]
        for k in range(item_indices.size):
            indices[size + k] = e + item_indices[k]
        for k in range(codes.size):
            a, b = np.int64(codes[k] & np.uint32(0xFFFF)), np.int64(codes[k] >> np.uint32(16))
            edges[2 * (e + k)] = first + a
            edges[2 * (e + k) + 1] = first + b
            edge_values[e + k] = distances[a, b]
        n_edges[i] = codes.size
        n_triangles[i] = found.shape[0]
        e += codes.size
        t += found.shape[0]
        size += item_indices.size
    return (
        (edges[: 2 * e].reshape((e, 2)), edge_values[:e]),
        (triangles[: 3 * t].reshape((t, 3)), triangle_values[:t]),
        (indptr[: t + 1], indices[:size]),
        (n_edges, n_triangles),
        unsorted,
    )
