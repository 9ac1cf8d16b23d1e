"""Minimum spanning forests: all of H0, in O(n^2) and without sorting an edge."""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_bits import doubled


@kernel
def minimum_spanning_forest(distances):
    """Edges (u, v) of a minimum spanning forest of the finite edges (Prim), shape (k, 2)."""
    n = distances.shape[0]
    nearest = np.zeros(n, np.int64)
    gap = np.full(n, np.inf)
    for u in range(1, n):
        gap[u] = distances[0, u]
    inside = np.zeros(n, np.bool_)
    inside[0] = True
    edges = np.empty(2 * n, np.int64)
    count = 0
    for _ in range(n - 1):
        v = -1
        for u in range(n):
            if not inside[u] and (v < 0 or gap[u] < gap[v]):
                v = u
        inside[v] = True
        if gap[v] < np.inf:
            edges[2 * count] = nearest[v]
            edges[2 * count + 1] = v
            count += 1
        for u in range(n):
            if not inside[u] and distances[v, u] < gap[u]:
                gap[u] = distances[v, u]
                nearest[u] = v
    return edges[: 2 * count].reshape((count, 2))


@inline_kernel
def _root_tree(tree, size, parent, parent_edge, order):
    """Breadth-first order and parents, from vertex 0, of the tree given by its edges; parent_edge indexes `tree`."""
    degree = np.zeros(size + 1, np.int64)
    for i in range(size - 1):
        degree[tree[i, 0]] += 1
        degree[tree[i, 1]] += 1
    end = np.empty(size, np.int64)
    total = 0
    for u in range(size):
        end[u] = total
        total += degree[u]
    neighbour = np.empty(total, np.int64)
    via = np.empty(total, np.int64)
    for i in range(size - 1):
        u, v = tree[i, 0], tree[i, 1]
        neighbour[end[u]] = v
        via[end[u]] = i
        end[u] += 1
        neighbour[end[v]] = u
        via[end[v]] = i
        end[v] += 1
    parent[0] = -1
    order[0] = 0
    found = 1
    for k in range(size):
        u = order[k]
        for i in range(end[u] - degree[u], end[u]):
            if neighbour[i] != parent[u]:
                parent[neighbour[i]] = u
                parent_edge[neighbour[i]] = via[i]
                order[found] = neighbour[i]
                found += 1


@kernel
def growing_forest(distances):
    """All edges that ever belong to the minimum spanning forest while vertices 0, 1, 2, ... are added in turn.

    A new vertex v brings an edge to each earlier vertex. Tree edges are visited from the leaves to the root: of a
    leaf's two connections (to its parent, to v) the shorter stays, the longer becomes a candidate connection of the
    parent to v (Spira and Pan 1975; Chin and Houck 1978). O(n) a vertex. Returns shape (k, 2), smaller label first.
    """
    n = distances.shape[0]
    parent = np.empty(n, np.int64)
    parent_edge = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    tree = np.empty((n, 2), np.int64)
    fresh = np.empty((n, 2), np.int64)
    # The best connection to v found so far of u, or of what was merged into it: an edge and its value.
    link = np.empty((n, 2), np.int64)
    value = np.empty(n)
    edges = np.empty(8 * n, np.int64)
    count = 0
    for v in range(1, n):
        _root_tree(tree, v, parent, parent_edge, order)
        for u in range(v):
            link[u, 0] = u
            link[u, 1] = v
            value[u] = distances[v, u]
        for k in range(v - 1, 0, -1):
            u = order[k]
            r = parent[u]
            i = parent_edge[u]
            length = distances[tree[i, 0], tree[i, 1]]
            short, long = (tree[i], link[u]) if length <= value[u] else (link[u], tree[i])
            fresh[k, 0] = short[0]
            fresh[k, 1] = short[1]
            longer = max(length, value[u])
            if longer < value[r]:
                value[r] = longer
                link[r, 0] = long[0]
                link[r, 1] = long[1]
        fresh[0, 0] = link[0, 0]
        fresh[0, 1] = link[0, 1]
        for i in range(v):
            tree[i, 0] = fresh[i, 0]
            tree[i, 1] = fresh[i, 1]
            # Edges to v are new. Infinite ones only hold the tree together.
            if tree[i, 1] == v and distances[tree[i, 0], v] < np.inf:
                if 2 * count == edges.size:
                    edges = doubled(edges)
                edges[2 * count] = tree[i, 0]
                edges[2 * count + 1] = v
                count += 1
    return edges[: 2 * count].reshape((count, 2))
