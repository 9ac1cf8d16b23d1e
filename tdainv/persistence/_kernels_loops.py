"""H1 of small flag filtrations with one parameter, from distances to pairs of edges, in two calls.

The steps are those of ``reduce_filtration`` and of the reduction of its complex (tdainv/complexes/reduced_flag.py);
for a hundred points the calls between them would take as long as the steps.
"""

import numpy as np

from tdainv._numba import kernel
from tdainv.complexes._kernels_expansion import expand_triangles
from tdainv.complexes._kernels_flag import cone_radii, list_edges, reduce_flag, resolve_rounding
from tdainv.persistence._kernels_reduction import reduce_columns


@kernel
def central_keys(distances, max_edge):
    """Vertices in the order of their eccentricities, distances in that order, and keys of the edges, not sorted.

    Edges above `max_edge`, infinite ones, and those above the radius from which the complex is a cone are left out.
    """
    n = distances.shape[0]
    eccentricities = np.zeros(n)
    longest = 0.0
    for u in range(n):
        for v in range(n):
            if distances[u, v] < np.inf:
                eccentricities[u] = max(eccentricities[u], distances[u, v])
        longest = max(longest, eccentricities[u])
    order = np.argsort(eccentricities, kind="mergesort")
    working = np.empty((n, n))
    for u in range(n):
        for v in range(n):
            working[u, v] = distances[order[u], order[v]]
    radii = cone_radii(working, np.zeros((n, 0), np.int64))
    for v in range(n):
        radii[v] = min(radii[v], max_edge)
    longest = min(longest, radii[0])  # without functions all radii are equal
    values, codes = list_edges(working, radii, 1.0 / longest if longest > 0 else 1.0)
    keys = np.empty(codes.size, np.uint64)
    rounded = values.view(np.uint32)
    for i in range(codes.size):
        keys[i] = (np.uint64(rounded[i]) << np.uint64(32)) | np.uint64(codes[i])
    return order, working, keys


@kernel
def loop_pairs(order, working, keys):
    """Edges that give birth to loops, and the longest edges of the triangles that fill them: (k, 2) each.

    The second is (-1, -1) where no triangle does. Keys are those of ``central_keys``, sorted. Returns no rows and
    False if their rounded values do not sort them, see ``resolve_rounding``.
    """
    n = order.size
    sorted_keys = resolve_rounding(working, keys)
    edges = np.empty((0, 2), np.int64)
    if sorted_keys.size < keys.size:
        return edges, edges, False
    ranks = np.zeros((n, 0), np.int64)
    prefix = np.full(n, n)
    codes, triangles = reduce_flag(sorted_keys, ranks, prefix)
    rows = np.argsort(codes)
    by_code = np.empty(codes.size, np.int64)
    for i in range(codes.size):
        by_code[i] = codes[rows[i]]
    indptr, indices = expand_triangles(working, ranks, prefix, by_code, rows, triangles)

    # Edges that join two components are no loops: union-find, with halving of paths.
    parent = np.arange(n)
    number = np.full(codes.size, -1, np.int32)
    positive = np.empty(codes.size, np.int64)
    n_positive = 0
    for e in range(codes.size):
        u = np.int64(codes[e] & np.uint32(0xFFFF))
        v = np.int64(codes[e] >> np.uint32(16))
        while parent[u] != u:
            parent[u] = parent[parent[u]]
            u = parent[u]
        while parent[v] != v:
            parent[v] = parent[parent[v]]
            v = parent[v]
        if u != v:
            parent[u] = v
        else:
            number[e] = n_positive
            positive[n_positive] = e
            n_positive += 1

    # A cycle is known by its positive edges: the others need no rows.
    starts = np.zeros(indptr.size, np.int64)
    entries = np.empty(indices.size, np.int32)
    size = 0
    for t in range(triangles.shape[0]):
        for i in range(indptr[t], indptr[t + 1]):
            if number[indices[i]] >= 0:
                entries[size] = number[indices[i]]
                size += 1
        starts[t + 1] = size
    levels = np.zeros(triangles.shape[0], np.int64)
    pivots, _, _, _, _ = reduce_columns(starts, entries[:size], n_positive, levels, 1, 0)

    killers = np.full((n_positive, 2), -1)
    edges = np.empty((n_positive, 2), np.int64)
    for k in range(n_positive):
        edges[k, 0] = order[codes[positive[k]] & np.uint32(0xFFFF)]
        edges[k, 1] = order[codes[positive[k]] >> np.uint32(16)]
    for t in range(triangles.shape[0]):
        if pivots[t] >= 0:
            killers[pivots[t], 0] = order[triangles[t, 0]]
            killers[pivots[t], 1] = order[triangles[t, 1]]
    return edges, killers, True
