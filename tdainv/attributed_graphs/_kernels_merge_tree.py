"""Merge trees by union-find, and heights of least common ancestors."""

import numpy as np

from tdainv._numba import inline_kernel, kernel


@inline_kernel
def _find(parent, x):
    while parent[x] != x:
        parent[x] = parent[parent[x]]
        x = parent[x]
    return x


@kernel
def join(n, edges, values):
    """Parents (-1 for roots) and heights of the inner nodes n, n + 1, ... that edges make, in the given order.

    Edges must come by increasing value; those within a component are passed over. Nodes 0, ..., n - 1 are leaves.
    """
    group = np.arange(n)
    node_of = np.arange(n)
    parents = np.full(2 * n - 1, -1, np.int64)
    heights = np.empty(n - 1 if n > 1 else 0)
    count = 0
    for i in range(edges.shape[0]):
        a, b = _find(group, edges[i, 0]), _find(group, edges[i, 1])
        if a == b:
            continue
        parents[node_of[a]] = n + count
        parents[node_of[b]] = n + count
        group[b] = a
        node_of[a] = n + count
        heights[count] = values[i]
        count += 1
    return parents[: n + count], heights[:count]


@kernel
def ancestor_heights(n, parents, heights):
    """Height of the least common ancestor of each pair of the n leaves, inf across trees; leaves' own on the diagonal.

    An inner node has two children, with smaller numbers. Leaves are put in an order in which those below a node follow
    each other; a node then gives its height to all pairs from its two sides: O(n²).
    """
    total = parents.size
    size = np.zeros(total, np.int64)
    for x in range(n):
        size[x] = 1
    for x in range(total):
        if parents[x] >= 0:
            size[parents[x]] += size[x]
    start = np.zeros(total, np.int64)
    used = np.zeros(total, np.int64)
    at = 0
    for x in range(total - 1, -1, -1):
        p = parents[x]
        if p < 0:
            start[x] = at
            at += size[x]
        else:
            start[x] = start[p] + used[p]
            used[p] += size[x]
    leaf = np.empty(n, np.int64)
    for x in range(n):
        leaf[start[x]] = x
    matrix = np.full((n, n), np.inf)
    for x in range(n):
        matrix[x, x] = heights[x]
    first = np.full(total, -1, np.int64)
    for x in range(total):
        p = parents[x]
        if p < 0:
            continue
        if first[p] < 0:
            first[p] = x
            continue
        y = first[p]
        for i in range(start[x], start[x] + size[x]):
            for j in range(start[y], start[y] + size[y]):
                matrix[leaf[i], leaf[j]] = heights[p]
                matrix[leaf[j], leaf[i]] = heights[p]
    return matrix
