"""Reduction over Z/2 of the columns of a graded matrix, all grades of a second parameter in one sweep."""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.complexes._kernels_bits import highest, new_tree, toggle

NEVER = -1


@inline_kernel
def _compact(pool, start, length, skip, needed):
    """Move all columns but `skip` to the front of a pool that also has room for `needed` more entries."""
    live = 0
    for j in range(start.size):
        if j != skip:
            live += length[j]
    fresh = np.empty(2 * (live + needed), np.int32)
    size = 0
    for j in range(start.size):
        if j != skip:
            for i in range(length[j]):
                fresh[size + i] = pool[start[j] + i]
            start[j] = size
            size += length[j]
    return fresh, size


@inline_kernel
def _sort_by_level(levels, n_levels):
    """Columns in the order of their levels, by counting, and where each level starts."""
    level_start = np.zeros(n_levels + 1, np.int64)
    for j in range(levels.size):
        level_start[levels[j] + 1] += 1
    for y in range(n_levels):
        level_start[y + 1] += level_start[y]
    by_level = np.empty(levels.size, np.int64)
    fill = np.zeros(n_levels, np.int64)
    for j in range(levels.size):
        by_level[level_start[levels[j]] + fill[levels[j]]] = j
        fill[levels[j]] += 1
    return level_start, by_level


@block_kernel
def _add_column(j, pool, start, length, leaves, nodes, roots):
    for i in range(start[j], start[j] + length[j]):
        toggle(pool[i], leaves, nodes, roots)


@block_kernel
def _empty_into(scratch, leaves, nodes, roots):
    """Move the elements of the tree to `scratch`, in decreasing order; return how many."""
    count = 0
    row = 0
    while row >= 0:
        row = highest(leaves, nodes, roots)
        if row >= 0:
            scratch[count] = row
            count += 1
            toggle(row, leaves, nodes, roots)
    return count


@kernel
def reduce_columns(indptr, indices, n_rows, levels, n_levels, n_passive):
    """Bigraded reduction (Lesnick-Wright, arXiv:1902.05708, with the queues of Kerber-Rolle, arXiv:2010.15623).

    Columns come in increasing order of their first grade; column j has second grade ``levels[j]``, rows increase
    within a column. Levels are swept upwards. On level y the columns of level <= y are reduced from left to right by
    columns to their left; only columns that are new or that lost their pivot to one on their left need work.

    The first ``n_passive`` rows are never pivots: a column whose entries all lie there counts as zero and is left
    alone. With an identity block in these rows such a column says how it was combined.

    Returns ``pivots``, the pivot row of each column at the last level (-1: zero), ``zeroed``, the level at which each
    column became zero (-1: never), and the columns at the end: column j is ``pool[start[j] : start[j] + length[j]]``,
    in decreasing order. The kernel of the matrix is free on generators of grade (first grade of j, zeroed[j]), one
    for each column that becomes zero. With one level this is ordinary persistence.
    """
    n_columns = levels.size
    start = np.empty(n_columns, np.int64)
    length = np.empty(n_columns, np.int64)
    size = indices.size
    pool = np.empty(2 * size + 64, np.int32)
    for j in range(n_columns):
        start[j] = indptr[j]
        length[j] = indptr[j + 1] - indptr[j]
        for i in range(length[j]):
            pool[indptr[j] + i] = indices[indptr[j + 1] - 1 - i]
    leaves, nodes, roots = new_tree(n_rows)
    scratch = np.empty(n_rows, np.int32)
    owners = np.full(n_rows, -1, np.int64)
    pivots = np.full(n_columns, -1, np.int64)
    zeroed = np.full(n_columns, NEVER, np.int64)
    waiting, waiting_nodes, waiting_roots = new_tree(n_columns)  # column j as n_columns - j: lowest first
    level_start, by_level = _sort_by_level(levels, n_levels)

    for y in range(n_levels):
        for i in range(level_start[y], level_start[y + 1]):
            toggle(n_columns - by_level[i], waiting, waiting_nodes, waiting_roots)
        while True:
            first = highest(waiting, waiting_nodes, waiting_roots)
            if first < 0:
                break
            toggle(first, waiting, waiting_nodes, waiting_roots)
            j = n_columns - first
            pivot = pool[start[j]] if length[j] else -1
            owner = owners[pivot] if pivot >= n_passive else -1
            if owner >= 0 and owner < j:
                source = j
                while source >= 0:
                    _add_column(source, pool, start, length, leaves, nodes, roots)
                    pivot = highest(leaves, nodes, roots)
                    owner = owners[pivot] if pivot >= n_passive else -1
                    source = owner if owner < j else -1
                count = _empty_into(scratch, leaves, nodes, roots)
                if count > length[j]:
                    if size + count > pool.size:
                        pool, size = _compact(pool, start, length, j, count)
                    start[j] = size
                    size += count
                length[j] = count
                for i in range(count):
                    pool[start[j] + i] = scratch[i]
            if pivot < n_passive:
                zeroed[j] = y
                pivots[j] = -1
            else:
                pivots[j] = pivot
                owners[pivot] = j
                if owner > j:
                    toggle(n_columns - owner, waiting, waiting_nodes, waiting_roots)
    return pivots, zeroed, start, length, pool
