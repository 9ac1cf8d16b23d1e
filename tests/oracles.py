"""Slow, plain computations that nothing in tdainv was written from."""

from itertools import combinations, product

import numpy as np


def rank_mod_2(rows):
    """Rank over Z/2 of a matrix whose rows are Python integers (bit masks)."""
    basis = {}
    rank = 0
    for row in rows:
        while row:
            top = row.bit_length()
            if top not in basis:
                basis[top] = row
                rank += 1
                break
            row ^= basis[top]
    return rank


def betti_numbers(vertices, edges, triangles):
    """b0 and b1 of the complex with these simplices (b1 without 3-simplices is exact: they do not change it)."""
    vertex_of = {v: i for i, (v,) in enumerate(vertices)}
    edge_of = {e: i for i, e in enumerate(edges)}
    rank_1 = rank_mod_2([(1 << vertex_of[a]) | (1 << vertex_of[b]) for a, b in edges])
    rank_2 = rank_mod_2([sum(1 << edge_of[face] for face in combinations(t, 2)) for t in triangles])
    return len(vertices) - rank_1, len(edges) - rank_1 - rank_2


def flag_cells(distances, births, grades):
    """All simplices of dimension at most 2 with their grades."""
    n = len(distances)
    cells = {0: {}, 1: {}, 2: {}}
    for size in (1, 2, 3):
        for simplex in combinations(range(n), size):
            diameter = births[simplex[0]] if size == 1 else max(distances[a, b] for a, b in combinations(simplex, 2))
            if np.isfinite(diameter):
                cells[size - 1][simplex] = np.array([diameter, *grades[list(simplex)].max(axis=0)])
    return cells


def hilbert_functions(distances, births, grades, max_edge=np.inf):
    """Grades of a grid that has every value that occurs, shape (m, p), and b0 and b1 of the flag complex there."""
    distances = np.where(distances <= max_edge, distances, np.inf)
    cells = flag_cells(distances, births, grades)
    occurring = np.array([g for level in cells.values() for g in level.values()])
    axes = [np.unique(column) for column in occurring.T]
    nodes = np.array(list(product(*axes)))
    values = []
    for node in nodes:
        present = [[s for s, g in cells[k].items() if (g <= node).all()] for k in range(3)]
        values.append(betti_numbers(*present))
    return nodes, np.array(values)


def betti_numbers_of_cells(complex_, present):
    """Betti numbers of the cells of a FilteredComplex that are present, from ranks."""
    ranks, counts = [0], []
    for k in range(complex_.dimension + 1):
        cells = np.flatnonzero(present & (complex_.dimensions == k))
        facets = [complex_.indices[complex_.indptr[c] : complex_.indptr[c + 1]] for c in cells]
        ranks += [rank_mod_2([sum(1 << int(f) for f in each) for each in facets])] if k else []
        counts.append(len(cells))
    return [n - low - high for n, low, high in zip(counts, ranks, [*ranks[1:], 0], strict=True)]
