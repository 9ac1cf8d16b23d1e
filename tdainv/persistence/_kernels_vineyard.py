"""Vineyard updates of R = D V over Z/2, many transpositions at a time.

A decomposition is kept as columns in a pool, in increasing order of row numbers: column j of R is column j of the
pool, column j of V (with its diagonal entry) is column n + j. ``pivots[j]`` is the last row of R_j in the order of
rows, -1 if R_j is zero, and ``owners`` is its inverse. V is upper triangular in the order of columns.

An adjacent transposition changes something only in two cases (Cohen-Steiner, Edelsbrunner, Morozov, Vines and
vineyards, 2006). Of rows a < b: if b is the pivot of a column that has an entry in row a. Of columns i < j: if V has
an entry (i, j). So an element that moves down in the order need not be compared with everything it passes: the next
transposition that matters is found among the entries of one column.
"""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel


@inline_kernel
def _with_room(pool, size, start, length, needed):
    """Pool with room for `needed` more entries: the same, or a new one without what is no longer used."""
    if size + needed <= pool.size:
        return pool, size
    live = 0
    for j in range(start.size):
        live += length[j]
    fresh = np.empty(2 * (live + needed), np.int32)
    size = 0
    for j in range(start.size):
        for i in range(length[j]):
            fresh[size + i] = pool[start[j] + i]
        start[j] = size
        size += length[j]
    return fresh, size


@inline_kernel
def _append_sum(pool, size, start, length, j, k):
    """Write the sum of columns j and k to the end of the pool, which has room; return its length."""
    a, b = start[j], start[k]
    end_a, end_b = a + length[j], b + length[k]
    end = size
    while a < end_a and b < end_b:
        left, right = pool[a], pool[b]
        if left == right:
            a += 1
            b += 1
        elif left < right:
            pool[end] = left
            end += 1
            a += 1
        else:
            pool[end] = right
            end += 1
            b += 1
    while a < end_a:
        pool[end] = pool[a]
        end += 1
        a += 1
    while b < end_b:
        pool[end] = pool[b]
        end += 1
        b += 1
    return end - size


@inline_kernel
def _add(pool, size, start, length, target, source):
    """Add column `source` of R and of V to column `target`."""
    n = start.size // 2
    for offset in (0, n):
        j, k = target + offset, source + offset
        pool, size = _with_room(pool, size, start, length, length[j] + length[k])
        count = _append_sum(pool, size, start, length, j, k)
        start[j] = size
        length[j] = count
        size += count
    return pool, size


@block_kernel
def _last_above(pool, start, length, j, rank, bound):
    """Entry of column j that is last in an order, if it comes after `bound`; -1 otherwise."""
    found = -1
    for i in range(start[j], start[j] + length[j]):
        entry = pool[i]
        if rank[entry] > bound:
            bound = rank[entry]
            found = entry
    return found


@inline_kernel
def _swap_rows(a, b, pool, size, start, length, pivots, owners, column_rank, essential):
    """Rows a < b, next to each other, change places; b is a pivot, and its column has an entry in row a."""
    k, other = owners[b], owners[a]
    if other >= 0 and column_rank[other] < column_rank[k]:
        pool, size = _add(pool, size, start, length, k, other)
    else:
        pivots[k] = a
        owners[a] = k
        owners[b] = other
        if other >= 0:
            pool, size = _add(pool, size, start, length, other, k)
            pivots[other] = b
        else:
            essential[a], essential[b] = essential[b], essential[a]
    return pool, size


@inline_kernel
def _swap_columns(i, j, pool, size, start, length, pivots, owners, row_rank):
    """Columns i < j, next to each other, change places; V has an entry (i, j). Whether pivots are exchanged."""
    p, q = pivots[i], pivots[j]
    pool, size = _add(pool, size, start, length, j, i)
    switched = p >= 0 and (q < 0 or row_rank[p] > row_rank[q])
    if switched:  # R_j is R_i + R_j now; adding it to column i leaves the old column j there
        pool, size = _add(pool, size, start, length, i, j)
        pivots[i], pivots[j] = q, p
        owners[p] = j
        if q >= 0:
            owners[q] = i
    return pool, size, switched


@inline_kernel
def _sort_block(order, first, last, values):
    """Sort order[first:last] by values, equal ones staying as they are.

    Insertion sort while that is quick: filtrations that follow one another order nearly alike.
    """
    patience = 32 * (last - first)
    i = first + 1
    while i < last and patience > 0:
        element = order[i]
        value = values[element]
        at = i
        while at > first and values[order[at - 1]] > value:
            order[at] = order[at - 1]
            at -= 1
        order[at] = element
        patience -= i - at
        i += 1
    if i < last:
        by_value = np.argsort(values[order[first:last]], kind="mergesort")
        before = order[first:last].copy()
        for i in range(last - first):
            order[first + i] = before[by_value[i]]


@inline_kernel
def _reorder(order, blocks, values, rank, moved):
    """Sort each block of `order` by values; list the elements that pass others on their way down, in the old order."""
    n_moved = 0
    for block in range(blocks.size - 1):
        first, last = blocks[block], blocks[block + 1]
        before = n_moved
        highest = -np.inf
        for i in range(first, last):
            value = values[order[i]]
            if value < highest:
                moved[n_moved] = order[i]
                n_moved += 1
            else:
                highest = value
        if n_moved > before:
            _sort_block(order, first, last, values)
            for i in range(first, last):
                rank[order[i]] = i
    return n_moved


@inline_kernel
def _move_rows(moved, pool, size, start, length, pivots, owners, row_rank, column_rank, essential):
    """Rows that come earlier in their new order go there, one after the other."""
    for b in moved:
        while owners[b] >= 0:
            a = _last_above(pool, start, length, owners[b], row_rank, row_rank[b])
            if a < 0:
                break
            pool, size = _swap_rows(a, b, pool, size, start, length, pivots, owners, column_rank, essential)
    return pool, size


@inline_kernel
def _move_columns(moved, pool, size, start, length, pivots, owners, row_rank, column_rank, labels):
    """Columns that come earlier in their new order go there, one after the other. Vines follow their births."""
    n = pivots.size
    for j in moved:
        while True:
            i = _last_above(pool, start, length, n + j, column_rank, column_rank[j])
            if i < 0:
                break
            pool, size, switched = _swap_columns(i, j, pool, size, start, length, pivots, owners, row_rank)
            if switched:
                labels[i], labels[j] = labels[j], labels[i]
    return pool, size


@kernel
def split_columns(start, length, pool, row_ids, column_ids, out_start, out_length):
    """Columns of V (rows below the number of columns) and R of a reduction in sorted order, by the old numbers.

    The matrix was reduced with an identity on top. Position i stands for row ``row_ids[i]`` or column
    ``column_ids[i]``. Entries are put in increasing order.
    """
    n = start.size
    total = 0
    for j in range(n):
        total += length[j]
    out = np.empty(2 * total + 64, np.int32)
    size = 0
    for offset in (0, n):
        for at in range(n):
            j = column_ids[at] + offset
            out_start[j] = size
            for i in range(start[at], start[at] + length[at]):
                entry = pool[i]
                if offset == 0 and entry >= n:
                    out[size] = row_ids[entry - n]
                    size += 1
                elif offset == n and entry < n:
                    out[size] = column_ids[entry]
                    size += 1
            out_length[j] = size - out_start[j]
            out[out_start[j] : size].sort()
    return out, size


@kernel
def follow_vines(values, orders, blocks, ranks, lower, upper, labels, essential, births, deaths, born, died):
    """Vines of a complex C_{k+1} → C_k → C_{k-1} along a path of one-parameter filtrations.

    ``values``, ``orders``, ``blocks`` and ``ranks`` are triples for C_{k-1}, C_k and C_{k+1}. Generators of connected
    parts of the complex stand together in an order, in blocks, and only they are compared. ``lower`` and ``upper`` are
    the decompositions (pool, size, start, length, pivots, owners) of the two boundaries at the filtration before. A
    vine that ends is known by its column of ``upper`` (``labels``), one that does not by its row (``essential``).
    Writes births and deaths of the vines in every filtration of the path and their values; returns the two pools and
    their sizes.
    """
    face_order, cell_order, coface_order = orders
    face_rank, cell_rank, coface_rank = ranks
    face_values, cell_values, coface_values = values
    low_pool, low_size, low_start, low_length, low_pivots, low_owners = lower
    pool, size, start, length, pivots, owners = upper
    n_cells = cell_order.size
    moved = np.empty(max(face_order.size, n_cells, coface_order.size), np.int64)
    unused = np.empty(face_order.size, np.int64)
    for line in range(births.shape[0]):
        count = _reorder(face_order, blocks[0], face_values[line], face_rank, moved)
        low_pool, low_size = _move_rows(
            moved[:count], low_pool, low_size, low_start, low_length, low_pivots, low_owners,
            face_rank, cell_rank, unused,
        )  # fmt: skip
        # A cell is a column of the lower boundary and a row of the upper one. What happens first to it as it moves
        # is done first: vines that do not end are handed on in both.
        count = _reorder(cell_order, blocks[1], cell_values[line], cell_rank, moved)
        for b in moved[:count]:
            while True:
                i = _last_above(low_pool, low_start, low_length, n_cells + b, cell_rank, cell_rank[b])
                a = -1
                if owners[b] >= 0:
                    a = _last_above(pool, start, length, owners[b], cell_rank, cell_rank[b])
                if a < 0 and i < 0:
                    break
                if i >= 0 and (a < 0 or cell_rank[i] >= cell_rank[a]):
                    low_pool, low_size, switched = _swap_columns(
                        i, b, low_pool, low_size, low_start, low_length, low_pivots, low_owners, face_rank
                    )
                    if switched:
                        essential[i], essential[b] = essential[b], essential[i]
                else:
                    pool, size = _swap_rows(a, b, pool, size, start, length, pivots, owners, coface_rank, essential)
        count = _reorder(coface_order, blocks[2], coface_values[line], coface_rank, moved)
        pool, size = _move_columns(
            moved[:count], pool, size, start, length, pivots, owners, cell_rank, coface_rank, labels
        )
        for j in range(pivots.size):
            if pivots[j] >= 0:
                vine = labels[j]
                births[line, vine], born[line, vine] = pivots[j], cell_values[line, pivots[j]]
                deaths[line, vine], died[line, vine] = j, coface_values[line, j]
        for cell in range(n_cells):
            vine = essential[cell]
            if vine >= 0:
                births[line, vine], born[line, vine] = cell, cell_values[line, cell]
                deaths[line, vine], died[line, vine] = -1, np.inf
    return low_pool, low_size, pool, size
