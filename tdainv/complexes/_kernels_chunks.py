"""Cancelling pairs of cells of equal grade: the chunk algorithm of Fugacci and Kerber (arXiv:1904.00254)."""

import numpy as np

from tdainv._numba import kernel
from tdainv.complexes._kernels_bits import doubled, highest, new_tree, toggle


@kernel
def match_cells(indptr, indices, row_grades, column_grades, skipped):
    """Pair columns with rows of equal grade by a reduction inside each grade.

    Rows and columns are in linear extensions of their grades. Columns in `skipped` are positive (paired from above)
    and are left alone. Returns ``partner``, the column of each row (-1: none), ``matched``, whether a column has a
    row, and the columns that were changed on the way: column j is ``pool[start[j] : start[j] + length[j]]`` where
    start[j] >= 0, and its original self elsewhere.
    """
    n_rows, n_columns = row_grades.shape[0], column_grades.shape[0]
    partner = np.full(n_rows, -1, np.int64)
    matched = np.zeros(n_columns, np.bool_)
    start = np.full(n_columns, -1, np.int64)
    length = np.zeros(n_columns, np.int64)
    pool = np.empty(1024, np.int32)
    size = 0
    leaves, nodes, roots = new_tree(n_rows)
    scratch = np.empty(n_rows, np.int32)
    for j in range(n_columns):
        if skipped[j] or indptr[j] == indptr[j + 1]:
            continue
        pivot = indices[indptr[j + 1] - 1]
        equal = True
        for k in range(row_grades.shape[1]):
            equal &= row_grades[pivot, k] == column_grades[j, k]
        if not equal:
            continue
        owner = partner[pivot]
        if owner < 0:
            partner[pivot] = j
            matched[j] = True
            continue
        for i in range(indptr[j], indptr[j + 1]):
            toggle(indices[i], leaves, nodes, roots)
        while equal and owner >= 0:
            if start[owner] >= 0:
                for i in range(start[owner], start[owner] + length[owner]):
                    toggle(pool[i], leaves, nodes, roots)
            else:
                for i in range(indptr[owner], indptr[owner + 1]):
                    toggle(indices[i], leaves, nodes, roots)
            pivot = highest(leaves, nodes, roots)
            if pivot < 0:
                equal = False
            else:
                for k in range(row_grades.shape[1]):
                    equal &= row_grades[pivot, k] == column_grades[j, k]
                owner = partner[pivot]
        if equal:
            partner[pivot] = j
            matched[j] = True
        count = 0
        row = pivot
        while row >= 0:
            scratch[count] = row
            count += 1
            toggle(row, leaves, nodes, roots)
            row = highest(leaves, nodes, roots)
        while size + count > pool.size:
            pool = doubled(pool)
        start[j] = size
        length[j] = count
        for i in range(count):
            pool[size + i] = scratch[i]
        size += count
    return partner, matched, start, length, pool


@kernel
def eliminate_matched(indptr, indices, columns, partner, dropped, start, length, pool):
    """Rewrite columns in terms of rows that are not in any pair, and drop the rows in `dropped`.

    A row with a partner is replaced by the rest of its partner's column, from the highest row down, so that each is
    met once. Returns the CSC arrays of the new columns, rows decreasing.
    """
    n_rows = partner.size
    leaves, nodes, roots = new_tree(n_rows)
    new_indptr = np.zeros(columns.size + 1, np.int64)
    entries = np.empty(indices.size + 64, np.int32)
    size = 0
    for c in range(columns.size):
        j = columns[c]
        if start[j] >= 0:
            for i in range(start[j], start[j] + length[j]):
                if not dropped[pool[i]]:
                    toggle(pool[i], leaves, nodes, roots)
        else:
            for i in range(indptr[j], indptr[j + 1]):
                if not dropped[indices[i]]:
                    toggle(indices[i], leaves, nodes, roots)
        row = highest(leaves, nodes, roots)
        while row >= 0:
            toggle(row, leaves, nodes, roots)
            owner = partner[row]
            if owner < 0:
                if size == entries.size:
                    entries = doubled(entries)
                entries[size] = row
                size += 1
            elif start[owner] >= 0:
                for i in range(start[owner], start[owner] + length[owner]):
                    if pool[i] != row and not dropped[pool[i]]:
                        toggle(pool[i], leaves, nodes, roots)
            else:
                for i in range(indptr[owner], indptr[owner + 1]):
                    if indices[i] != row and not dropped[indices[i]]:
                        toggle(indices[i], leaves, nodes, roots)
            row = highest(leaves, nodes, roots)
        new_indptr[c + 1] = size
    return new_indptr, entries[:size]
