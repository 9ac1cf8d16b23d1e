"""Hilbert measures of many small filtrations at once: those of their disjoint union.

Along each axis a coordinate is replaced by its rank, where all coordinates of a filtration come before those of the
next one. Coordinates of different filtrations are never joined, so an atom tells which filtration it is of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.invariants.hilbert import hilbert_signed_measures, measures_of_complexes
from tdainv.invariants.signed_measure import SignedMeasure

_SMALL = {FilteredComplex: 2_000, FlagFiltration: 200}  # cells, vertices: up to here Python costs more than kernels
_BATCH = 20_000  # cells that are taken together
_CELLS_OF_VERTEX = 5  # of a reduced flag complex, roughly


def small_batches(items: Sequence[Any], degrees: Sequence[int]) -> list[list[int]]:
    """Numbers of the items that are small, in batches of one kind with one or two parameters."""
    batches: dict[Any, list[list[int]]] = defaultdict(lambda: [[]])
    n_cells: dict[Any, int] = defaultdict(int)
    for i, item in enumerate(items):
        size = _size(item, degrees)
        if size:
            kind = type(item), item.n_parameters
            if n_cells[kind] + size > _BATCH:
                batches[kind].append([])
                n_cells[kind] = 0
            batches[kind][-1].append(i)
            n_cells[kind] += size
    return [batch for batches_of_kind in batches.values() for batch in batches_of_kind if len(batch) > 1]


def _size(item: Any, degrees: Sequence[int]) -> int:
    """Number of cells of an item that is small; 0 for others."""
    if isinstance(item, FilteredComplex) and item.n_parameters <= 2 and len(item) <= _SMALL[FilteredComplex]:
        return len(item)
    if isinstance(item, FlagFiltration) and item.n_parameters <= 2 and max(degrees) <= 1:
        return _CELLS_OF_VERTEX * item.n_vertices if item.n_vertices <= _SMALL[FlagFiltration] else 0
    return 0


def measures_of_union(filtrations: Sequence[Any], degrees: tuple[int, ...]) -> list[tuple[SignedMeasure, ...]]:
    """Hilbert measures of a batch of small filtrations, each as :func:`hilbert_signed_measures` has it."""
    union = _union_of_flags if isinstance(filtrations[0], FlagFiltration) else _union_of_complexes
    measures, ranked = union(filtrations, degrees)
    found = [[SignedMeasure.of_checked(*part) for part in _parts(measure, ranked)] for measure in measures]
    return list(zip(*found, strict=True))


_Ranked = tuple[Float, Float, Int]  # ranks of coordinates, the coordinates by rank, the first rank of each filtration


def _union_of_complexes(
    complexes: Sequence[FilteredComplex], degrees: tuple[int, ...]
) -> tuple[list[SignedMeasure], list[_Ranked]]:
    """Measures of the union of explicit complexes, in ranks: one reduction in chunks for all."""
    owners = np.repeat(np.arange(len(complexes)), [len(complex_) for complex_ in complexes])
    ranked = [_ranked(owners, column) for column in np.concatenate([complex_.grades for complex_ in complexes]).T]
    entries = np.cumsum([0, *(len(complex_.indices) for complex_ in complexes)])
    cells = np.cumsum([0, *map(len, complexes)])
    union = FilteredComplex.of_checked(
        np.concatenate([complex_.dimensions for complex_ in complexes]),
        np.concatenate([[0], *(c.indptr[1:] + start for c, start in zip(complexes, entries, strict=False))]),
        np.concatenate([c.indices + start for c, start in zip(complexes, cells, strict=False)]).astype(np.int32),
        np.column_stack([ranks for ranks, _, _ in ranked]),
    )
    return hilbert_signed_measures(union, degrees), ranked


def _union_of_flags(
    filtrations: Sequence[FlagFiltration], degrees: tuple[int, ...]
) -> tuple[list[SignedMeasure], list[_Ranked]]:
    """Measures of the union of flag filtrations, in ranks; their reduced complexes are made one by one."""
    items = [filtration.chain_complexes(degrees) for filtration in filtrations]
    # Complexes of neighbouring degrees share a matrix, and so must their unions: their measures share its kernel.
    columns = {}
    for k, complex_ in enumerate(items[0]):
        columns[id(complex_.lower)] = [complexes[k].lower for complexes in items]
        columns[id(complex_.upper)] = [complexes[k].upper for complexes in items]
    grades = [each.row_grades for column in columns.values() for each in column]
    grades += [each.column_grades for column in columns.values() for each in column]
    owners = np.repeat(np.tile(np.arange(len(items)), len(grades) // len(items)), [len(each) for each in grades])
    ranked = [_ranked(owners, column) for column in np.concatenate(grades).T]
    ranks = np.column_stack([each for each, _, _ in ranked])
    sizes = [sum(map(len, grades[i : i + len(items)])) for i in range(0, len(grades), len(items))]
    parts = np.split(ranks, np.cumsum(sizes)[:-1])
    n = len(columns)
    unions = {
        key: _union_of_matrices(column, parts[i], parts[n + i]) for i, (key, column) in enumerate(columns.items())
    }
    of_degrees = [ChainComplex(each.degree, unions[id(each.upper)], unions[id(each.lower)]) for each in items[0]]
    return measures_of_complexes(of_degrees), ranked


def _union_of_matrices(matrices: Sequence[GradedMatrix], row_grades: Float, column_grades: Float) -> GradedMatrix:
    """Block diagonal of matrices, with other grades."""
    entries = np.cumsum([0, *(len(matrix.indices) for matrix in matrices)])
    rows = np.cumsum([0, *(matrix.shape[0] for matrix in matrices)])
    return GradedMatrix.of_checked(
        np.concatenate([[0], *(m.indptr[1:] + start for m, start in zip(matrices, entries, strict=False))]),
        np.concatenate([m.indices + start for m, start in zip(matrices, rows, strict=False)]).astype(np.int32),
        row_grades,
        column_grades,
    )


def _ranked(owners: Int, column: Float) -> _Ranked:
    """Ranks of coordinates, where those of each filtration come before those of the next one."""
    order = np.lexsort((column, owners))
    sorted_owners, values = owners[order], column[order]
    first = np.ones(len(order), bool)
    first[1:] = (sorted_owners[1:] != sorted_owners[:-1]) | (values[1:] != values[:-1])
    ranks = np.empty(len(order))
    ranks[order] = np.cumsum(first) - 1.0
    ranks[np.isinf(column)] = np.inf  # never
    starts = np.searchsorted(sorted_owners[first], np.arange(sorted_owners[-1] + 2))
    return ranks, values[first] + 0.0, starts


def _parts(measure: SignedMeasure, ranked: list[_Ranked]) -> list[tuple[Float, Int]]:
    """Points, in coordinates, and weights of the measure of each filtration."""
    places = measure.points.astype(np.int64)
    points = np.column_stack([values[places[:, k]] for k, (_, values, _) in enumerate(ranked)])
    ends = np.searchsorted(measure.points[:, 0], ranked[0][2])
    return [(points[begin:end].copy(), measure.weights[begin:end].copy()) for begin, end in pairwise(ends)]
