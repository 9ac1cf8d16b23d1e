"""Sorting grades and sparse matrices."""

import numpy as np

from tdainv._numba import kernel

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


@kernel
def rearrange_columns(indptr, indices, new_row, n_rows, columns):
    """CSC arrays of some columns with rows renumbered (-1: dropped), increasing within each column.

    Two passes of counting, by rows and then by columns: linear time, however long the columns are.
    """
    row_start = np.zeros(n_rows + 1, np.int64)
    new_indptr = np.zeros(columns.size + 1, np.int64)
    for c in range(columns.size):
        kept = 0
        for i in range(indptr[columns[c]], indptr[columns[c] + 1]):
            row = new_row[indices[i]]
            if row >= 0:
                row_start[row + 1] += 1
                kept += 1
        new_indptr[c + 1] = new_indptr[c] + kept
    for row in range(n_rows):
        row_start[row + 1] += row_start[row]
    by_row = np.empty(new_indptr[columns.size], np.int32)
    for c in range(columns.size):
        for i in range(indptr[columns[c]], indptr[columns[c] + 1]):
            row = new_row[indices[i]]
            if row >= 0:
                by_row[row_start[row]] = c
                row_start[row] += 1
    entries = np.empty(by_row.size, np.int32)
    fill = np.empty(columns.size, np.int64)
    for c in range(columns.size):
        fill[c] = new_indptr[c]
    i = 0
    for row in range(n_rows):
        while i < row_start[row]:
            entries[fill[by_row[i]]] = row
            fill[by_row[i]] += 1
            i += 1
    return new_indptr, entries
