"""Rows of vertex numbers: distinct ones in lexicographic order, and facets."""

import numpy as np

from tdainv._numba import inline_kernel, kernel


@kernel
def distinct_rows(rows, n_vertices):
    """Distinct rows in lexicographic order, and the number of each row among them.

    One pass of counting sort a column, last column first: time linear in the number of rows and of vertices.
    """
    m, width = rows.shape
    order = np.arange(m).astype(np.int32)
    other = np.empty(m, np.int32)
    for column in range(width - 1, -1, -1):
        _sort_by_column(rows, column, order, other, n_vertices)
        order, other = other, order
    number = np.empty(m, np.int32)
    count = 0
    for i in range(m):
        row = order[i]
        different = i == 0
        if not different:
            before = order[i - 1]
            for j in range(width):
                different |= rows[row, j] != rows[before, j]
        if different:
            other[count] = row
            count += 1
        number[row] = count - 1
    distinct = np.empty((count, width), np.int32)
    for i in range(count):
        for j in range(width):
            distinct[i, j] = rows[other[i], j]
    return distinct, number


@inline_kernel
def _sort_by_column(rows, column, order, result, n_vertices):
    """Stable counting sort of row numbers by one column."""
    start = np.zeros(n_vertices + 1, np.int64)
    for i in range(order.size):
        start[rows[i, column] + 1] += 1
    for v in range(n_vertices):
        start[v + 1] += start[v]
    for i in range(order.size):
        row = order[i]
        v = rows[row, column]
        result[start[v]] = row
        start[v] += 1


@kernel
def rows_and_facets(rows, upper):
    """Rows, then the facets of each row of `upper`; facet i leaves out vertex i."""
    n, width = rows.shape
    result = np.empty((n + upper.shape[0] * upper.shape[1], width), np.int32)
    for i in range(n):
        for j in range(width):
            result[i, j] = rows[i, j]
    place = n
    for i in range(upper.shape[0]):
        for left_out in range(width + 1):
            for j in range(width):
                result[place, j] = upper[i, j + (j >= left_out)]
            place += 1
    return result
