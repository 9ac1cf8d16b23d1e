"""Kernels of the path resolution of multicritical complexes.

The copies of cell c are numbered ``starts[c], ..., starts[c + 1] - 1``. The relation between copies a and a + 1 of a
cell is known by the number a. A choice is a copy of a facet: ``choices[first_choice[a] + i]`` is that of facet i, in
the order of the facets, for copy a.
"""

import numpy as np

from tdainv._numba import block_kernel, kernel


@kernel
def staircases(cells, grades):
    """Which of the grades (n, 2) are minimal for their cell, given in lexicographic order of (cell, grade).

    Along a staircase the second coordinate falls: a grade is minimal if it is below all before.
    """
    minimal = np.empty(cells.size, np.bool_)
    lowest = np.inf
    for i in range(cells.size):
        if i == 0 or cells[i] != cells[i - 1]:
            lowest = np.inf
        minimal[i] = grades[i, 1] < lowest
        if minimal[i]:
            lowest = grades[i, 1]
    return minimal


@kernel
def choose_copies(indptr, indices, starts, grades, first_choice, choices):
    """Write the last copy at or below each copy of a cell, for each facet: (-1, -1, -1), or what has none.

    Along a staircase the first coordinate rises and the second falls: of the copies of the facet whose first
    coordinate is low enough, the last has the lowest second one, and if it is too high then all are. What has none is
    a triple (cell, facet, copy).
    """
    for cell in range(starts.size - 1):
        for a in range(starts[cell], starts[cell + 1]):
            for i in range(indptr[cell], indptr[cell + 1]):
                facet = indices[i]
                low, high = starts[facet] - 1, starts[facet + 1] - 1
                while low < high:
                    middle = (low + high + 1) // 2
                    if grades[middle, 0] <= grades[a, 0]:
                        low = middle
                    else:
                        high = middle - 1
                fits = low >= starts[facet]
                for k in range(1, grades.shape[1]):
                    fits = fits and grades[low, k] <= grades[a, k]
                if not fits:
                    return cell, facet, a
                choices[first_choice[a] + i - indptr[cell]] = low
    return -1, -1, -1


@block_kernel
def _toggle_path(first, second, entries, size, odd):
    """Add the relations between two copies of a cell to a sum mod 2; `entries` lists all that was ever added."""
    for relation in range(min(first, second), max(first, second)):
        entries[size] = relation
        size += 1
        odd[relation] = not odd[relation]
    return size


@kernel
def count_entries(indptr, indices, starts, first_choice, choices, open_copy):
    """Numbers of relations in the boundaries of all copies, as an upper bound, and in those of all relations.

    The bound is exact where no path runs over another, as in simplicial and cubical complexes. ``open_copy`` has -1
    for each cell, and again at the end.
    """
    of_copies = of_relations = 0
    for cell in range(starts.size - 1):
        for a in range(starts[cell], starts[cell + 1]):
            for i in range(indptr[cell + 1] - indptr[cell]):
                facet, b = indices[indptr[cell] + i], choices[first_choice[a] + i]
                if a + 1 < starts[cell + 1]:
                    of_relations += choices[first_choice[a + 1] + i] - b
                for j in range(indptr[facet + 1] - indptr[facet]):
                    ridge, c = indices[indptr[facet] + j], choices[first_choice[b] + j]
                    if open_copy[ridge] < 0:
                        open_copy[ridge] = c
                    else:
                        of_copies += abs(open_copy[ridge] - c)
                        open_copy[ridge] = -1
    return of_copies, of_relations


@kernel
def fill_copies(indptr, indices, starts, first_choice, choices, open_copy, odd, entries, ends):
    """Relations in the boundary of each copy: the paths between the two copies of each facet of its facets.

    The facets of the chosen facets of a copy are copies of cells of two dimensions less, an even number of each; they
    are joined in pairs. ``ends[a]`` is where the list of copy a ends. ``odd`` has False for each copy, and at the end.
    """
    size = 0
    for cell in range(starts.size - 1):
        for a in range(starts[cell], starts[cell + 1]):
            begin = size
            for i in range(indptr[cell + 1] - indptr[cell]):
                facet, b = indices[indptr[cell] + i], choices[first_choice[a] + i]
                for j in range(indptr[facet + 1] - indptr[facet]):
                    ridge, c = indices[indptr[facet] + j], choices[first_choice[b] + j]
                    if open_copy[ridge] < 0:
                        open_copy[ridge] = c
                    else:
                        size = _toggle_path(open_copy[ridge], c, entries, size, odd)
                        open_copy[ridge] = -1
            end, size = size, begin
            for i in range(begin, end):  # each relation that is left of the sum, once
                if odd[entries[i]]:
                    odd[entries[i]] = False
                    entries[size] = entries[i]
                    size += 1
            ends[a] = size


@kernel
def fill_relations(indptr, starts, first_choice, choices, entries, ends):
    """Relations in the boundary of each relation: the paths between the facets chosen for its two copies.

    The choices rise along a staircase, as the staircase does. ``ends[a]`` is where the list of the relation after
    copy a ends; it is empty for the last copy of a cell.
    """
    size = 0
    for cell in range(starts.size - 1):
        n_facets = indptr[cell + 1] - indptr[cell]
        for a in range(starts[cell], starts[cell + 1]):
            if a + 1 < starts[cell + 1]:
                for i in range(n_facets):
                    for relation in range(choices[first_choice[a] + i], choices[first_choice[a + 1] + i]):
                        entries[size] = relation
                        size += 1
            ends[a] = size
