"""Sorting grades and sparse matrices."""

import numpy as np

from tdainv._numba import inline_kernel, kernel

LONG_RUN = 32


@kernel
def sort_ties(order, grades):
    """Sort runs of equal first coordinate by the others and then by index; return which places are in long runs.

    ``order`` sorts the first coordinate; it is changed in place. Long runs are left alone.
    """
    n = order.size
    in_long_run = np.zeros(n, np.bool_)
    begin = 0
    while begin < n:
        end = begin + 1
        while end < n and grades[order[end], 0] == grades[order[begin], 0]:
            end += 1
        if end - begin > LONG_RUN:
            for i in range(begin, end):
                in_long_run[i] = True
        else:
            for i in range(begin + 1, end):
                moved = order[i]
                at = i
                while at > begin:
                    before = order[at - 1]
                    k = 1
                    while k < grades.shape[1] and grades[before, k] == grades[moved, k]:
                        k += 1
                    if k == grades.shape[1]:
                        if before < moved:
                            break
                    elif grades[before, k] < grades[moved, k]:
                        break
                    order[at] = before
                    at -= 1
                order[at] = moved
        begin = end
    return in_long_run


@inline_kernel
def _entries_by_row(indptr, indices, new_row, n_rows, columns):
    """Entries of some columns row by row: where rows start, and places in `columns`, increasing within each row."""
    row_start = np.zeros(n_rows + 1, np.int64)
    for c in range(columns.size):
        for i in range(indptr[columns[c]], indptr[columns[c] + 1]):
            row = new_row[indices[i]]
            if row >= 0:
                row_start[row + 1] += 1
    for row in range(n_rows):
        row_start[row + 1] += row_start[row]
    by_row = np.empty(row_start[n_rows], np.int32)
    fill = np.empty(n_rows, np.int64)
    for row in range(n_rows):
        fill[row] = row_start[row]
    for c in range(columns.size):
        for i in range(indptr[columns[c]], indptr[columns[c] + 1]):
            row = new_row[indices[i]]
            if row >= 0:
                by_row[fill[row]] = c
                fill[row] += 1
    return row_start, by_row


@kernel
def transpose_columns(indptr, indices, new_row, n_rows, columns):
    """CSC arrays of the transpose of some columns with rows renumbered (-1: dropped), increasing within each column."""
    return _entries_by_row(indptr, indices, new_row, n_rows, columns)


@kernel
def rearrange_columns(indptr, indices, new_row, n_rows, columns):
    """CSC arrays of some columns with rows renumbered (-1: dropped), increasing within each column.

    Two passes of counting, by rows and then by columns: linear time, however long the columns are.
    """
    row_start, by_row = _entries_by_row(indptr, indices, new_row, n_rows, columns)
    new_indptr = np.zeros(columns.size + 1, np.int64)
    for i in range(by_row.size):
        new_indptr[by_row[i] + 1] += 1
    fill = np.empty(columns.size, np.int64)
    for c in range(columns.size):
        fill[c] = new_indptr[c]
        new_indptr[c + 1] += new_indptr[c]
    entries = np.empty(by_row.size, np.int32)
    for row in range(n_rows):
        for i in range(row_start[row], row_start[row + 1]):
            entries[fill[by_row[i]]] = row
            fill[by_row[i]] += 1
    return new_indptr, entries
