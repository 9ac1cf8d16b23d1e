"""Coordinates of cycles in a basis of the cycles."""

import numpy as np

from tdainv._numba import kernel
from tdainv.complexes._kernels_bits import doubled, highest, new_tree, toggle


@kernel
def coordinates(indptr, indices, n_rows, start, length, pool):
    """Solve B x = c over Z/2 for each column c, where B is unitriangular.

    Column r of B is ``pool[start[r] : start[r] + length[r]]``, in decreasing order, and its highest row is r. Returns
    the CSC arrays of the solutions, rows decreasing.
    """
    n_columns = indptr.size - 1
    leaves, nodes, roots = new_tree(n_rows)
    new_indptr = np.zeros(n_columns + 1, np.int64)
    entries = np.empty(indices.size + 64, np.int32)
    size = 0
    for j in range(n_columns):
        for i in range(indptr[j], indptr[j + 1]):
            toggle(indices[i], leaves, nodes, roots)
        row = highest(leaves, nodes, roots)
        while row >= 0:
            for i in range(start[row], start[row] + length[row]):
                toggle(pool[i], leaves, nodes, roots)
            if size == entries.size:
                entries = doubled(entries)
            entries[size] = row
            size += 1
            row = highest(leaves, nodes, roots)
        new_indptr[j + 1] = size
    return new_indptr, entries[:size]
