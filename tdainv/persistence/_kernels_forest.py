"""Pairing of cells by union-find, where a boundary matrix is that of a graph or of the dual of one."""

import numpy as np

from tdainv._numba import block_kernel, kernel


@block_kernel
def find_root(parent, node):
    """Root of the tree of a node, halving the path to it."""
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


@kernel
def pair_components(indptr, indices, n_rows):
    """Row that each column of a graph's boundary matrix pairs with (-1: none), by the elder rule.

    Columns are edges in increasing order, with two rows each or none; rows are vertices in increasing order.
    """
    parent = np.arange(n_rows)
    pivots = np.full(indptr.size - 1, -1, np.int64)
    for j in range(indptr.size - 1):
        if indptr[j] == indptr[j + 1]:
            continue
        a = find_root(parent, indices[indptr[j]])
        b = find_root(parent, indices[indptr[j] + 1])
        if a != b:
            elder, younger = min(a, b), max(a, b)
            parent[younger] = elder
            pivots[j] = younger
    return pivots


@kernel
def pair_cocomponents(indptr, indices, n_rows):
    """Row that each column pairs with (-1: none), for a matrix with at most two entries in each row.

    Rows are then edges of the dual graph, whose vertices are the columns and one outer vertex for the rows with one
    entry. Rows are met in decreasing order; the component whose highest column is lower ends.
    """
    n_columns = indptr.size - 1
    first = np.full(n_rows, -1, np.int64)
    second = np.full(n_rows, n_columns, np.int64)
    for j in range(n_columns):
        for i in range(indptr[j], indptr[j + 1]):
            if first[indices[i]] < 0:
                first[indices[i]] = j
            else:
                second[indices[i]] = j
    parent = np.arange(n_columns + 1)
    pivots = np.full(n_columns, -1, np.int64)
    for row in range(n_rows - 1, -1, -1):
        if first[row] >= 0:
            a = find_root(parent, first[row])
            b = find_root(parent, second[row])
            if a != b:
                parent[min(a, b)] = max(a, b)
                pivots[min(a, b)] = row
    return pivots
