"""Checks of cell complexes given by facets."""

import numpy as np

from tdainv._numba import kernel

FINE, WRONG_DIMENSION, REPEATED, NOT_MONOTONE, NOT_CLOSED = range(5)


@kernel
def first_violation(dimensions, indptr, indices, grades):
    """First rule of a filtered complex that a cell breaks: (rule, cell, facet), or (FINE, -1, -1).

    Facets must be cells of one dimension less, different, at grades at or below that of the cell, and the boundary of
    the boundary must vanish mod 2. Time in the number of facets of facets.
    """
    n_cells = dimensions.size
    seen = np.full(n_cells, -1, np.int64)
    odd = np.zeros(n_cells, np.bool_)
    for cell in range(n_cells):
        for i in range(indptr[cell], indptr[cell + 1]):
            facet = indices[i]
            if dimensions[facet] != dimensions[cell] - 1:
                return WRONG_DIMENSION, cell, facet
            if seen[facet] == cell:
                return REPEATED, cell, facet
            seen[facet] = cell
            for k in range(grades.shape[1]):
                if grades[facet, k] > grades[cell, k]:
                    return NOT_MONOTONE, cell, facet
    for cell in range(n_cells):
        n_odd = 0
        for i in range(indptr[cell], indptr[cell + 1]):
            facet = indices[i]
            for j in range(indptr[facet], indptr[facet + 1]):
                odd[indices[j]] = not odd[indices[j]]
                n_odd += 1 if odd[indices[j]] else -1
        if n_odd:
            for i in range(indptr[cell], indptr[cell + 1]):
                facet = indices[i]
                for j in range(indptr[facet], indptr[facet + 1]):
                    if odd[indices[j]]:
                        return NOT_CLOSED, cell, indices[j]
    return FINE, -1, -1
