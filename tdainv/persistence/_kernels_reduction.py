"""Reduction over Z/2 of the columns of a graded matrix, all grades of a second parameter in one sweep."""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.complexes._kernels_bits import ONE, bit, highest_bit, lowest_bit

NEVER = -1


@inline_kernel
def _compact(pool, start, length, capacity, skip, needed):
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
            capacity[j] = length[j]
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
def _reduce_column(j, pool, start, length, work, owners):
    """Write column j to `work`, a bit a row, and add earlier columns with its pivot while there are any.

    Returns the word of the pivot (-1: zero), its owner so far (-1: none) and whether the column changed.
    """
    top = -1
    for i in range(start[j], start[j] + length[j]):
        row = pool[i]
        work[row >> 6] ^= bit(row)
        top = max(top, row >> 6)
    changed = False
    owner = -1
    while top >= 0:
        if work[top] == 0:
            top -= 1
            continue
        owner = owners[top * 64 + highest_bit(work[top])]
        if owner < 0 or owner >= j:
            break
        changed = True
        for i in range(start[owner], start[owner] + length[owner]):
            row = pool[i]
            work[row >> 6] ^= bit(row)
    return top, owner, changed


@block_kernel
def _count_bits(work, top):
    count = 0
    for w in range(top + 1):
        rest = work[w]
        while rest:
            rest &= rest - ONE
            count += 1
    return count


@block_kernel
def _move_bits(work, top, pool, position):
    """Write the rows in `work` to the pool, ascending, and clear `work`."""
    for w in range(top + 1):
        rest = work[w]
        work[w] = 0
        while rest:
            pool[position] = w * 64 + lowest_bit(rest)
            position += 1
            rest &= rest - ONE


@kernel
def reduce_columns(indptr, indices, n_rows, levels, n_levels):
    """Bigraded reduction (Lesnick-Wright, arXiv:1902.05708, with the queues of Kerber-Rolle, arXiv:2010.15623).

    Columns come in increasing order of their first grade; column j has second grade ``levels[j]``. Levels are swept
    upwards. On level y the columns of level <= y are reduced from left to right by columns to their left; only
    columns that are new or that lost their pivot to one on their left need work.

    Returns ``pivots``, the pivot row of each column at the last level (-1: zero), and ``zeroed``, the level at which
    each column became zero (-1: never). The kernel of the matrix is free on generators of grade
    (first grade of j, zeroed[j]), one for each column that becomes zero. With one level this is ordinary
    persistence.
    """
    n_columns = levels.size
    start = np.empty(n_columns, np.int64)
    length = np.empty(n_columns, np.int64)
    capacity = np.empty(n_columns, np.int64)
    for j in range(n_columns):
        start[j] = indptr[j]
        length[j] = indptr[j + 1] - indptr[j]
        capacity[j] = length[j]
    size = indices.size
    pool = np.empty(2 * size + 64, np.int32)
    for i in range(size):
        pool[i] = indices[i]
    work = np.zeros((n_rows + 63) // 64, np.uint64)
    owners = np.full(n_rows, -1, np.int64)
    pivots = np.full(n_columns, -1, np.int64)
    zeroed = np.full(n_columns, NEVER, np.int64)
    pending = np.zeros((n_columns + 63) // 64, np.uint64)
    level_start, by_level = _sort_by_level(levels, n_levels)

    for y in range(n_levels):
        for i in range(level_start[y], level_start[y + 1]):
            pending[by_level[i] >> 6] |= bit(by_level[i])
        w = by_level[level_start[y]] >> 6 if level_start[y] < level_start[y + 1] else pending.size
        while w < pending.size:
            if pending[w] == 0:
                w += 1
                continue
            j = w * 64 + lowest_bit(pending[w])
            pending[w] &= pending[w] - ONE
            top, owner, changed = _reduce_column(j, pool, start, length, work, owners)
            if top < 0:
                zeroed[j] = y
                pivots[j] = -1
                length[j] = 0
                continue
            pivots[j] = top * 64 + highest_bit(work[top])
            owners[pivots[j]] = j
            if owner > j:
                pending[owner >> 6] |= bit(owner)
            if changed:
                length[j] = _count_bits(work, top)
                if length[j] > capacity[j]:
                    if size + length[j] > pool.size:
                        pool, size = _compact(pool, start, length, capacity, j, length[j])
                    start[j] = size
                    capacity[j] = length[j]
                    size += length[j]
                _move_bits(work, top, pool, start[j])
            else:
                for i in range(start[j], start[j] + length[j]):
                    work[pool[i] >> 6] = 0
    return pivots, zeroed
