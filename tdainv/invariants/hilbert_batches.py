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

from tdainv._typing import Float, Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.reduced_flags import FlagUnion, reduce_filtrations
from tdainv.invariants._kernels_graph_measures import graph_measures
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
        size = size_if_small(item, degrees)
        if size:
            kind = type(item), item.n_parameters
            if n_cells[kind] + size > _BATCH:
                batches[kind].append([])
                n_cells[kind] = 0
            batches[kind][-1].append(i)
            n_cells[kind] += size
    return [batch for batches_of_kind in batches.values() for batch in batches_of_kind if len(batch) > 1]


def size_if_small(item: Any, degrees: Sequence[int]) -> int:
    """Number of cells of an item that is small; 0 for others."""
    if isinstance(item, FilteredComplex) and item.n_parameters <= 2 and len(item) <= _SMALL[FilteredComplex]:
        return len(item)
    if isinstance(item, FlagFiltration) and item.n_parameters <= 2 and max(degrees) == 1:
        return _CELLS_OF_VERTEX * item.n_vertices if item.n_vertices <= _SMALL[FlagFiltration] else 0
    return 0


def measures_of_union(filtrations: Sequence[Any], degrees: tuple[int, ...]) -> list[tuple[SignedMeasure, ...]]:
    """Hilbert measures of a batch of small filtrations, each as :func:`hilbert_signed_measures` has it."""
    if isinstance(filtrations[0], FlagFiltration):
        return _in_coordinates(*_union_of_flags(filtrations, degrees))
    union, starts = _union(filtrations)
    if _is_graph(union):
        return _measures_of_graphs(union, starts, degrees)
    return _in_coordinates(*_union_of_complexes(union, starts, degrees))


_Ranked = tuple[Float, Float, Int]  # ranks of coordinates, the coordinates by rank, the first rank of each filtration


def _in_coordinates(measures: Sequence[SignedMeasure], ranked: list[_Ranked]) -> list[tuple[SignedMeasure, ...]]:
    found = [[SignedMeasure.of_checked(*part) for part in _parts(measure, ranked)] for measure in measures]
    return list(zip(*found, strict=True))


def _union(complexes: Sequence[FilteredComplex]) -> tuple[FilteredComplex, Int]:
    """Union of explicit complexes, and where the cells of each begin in it."""
    cells, entries = _starts(complexes), _starts([each.indices for each in complexes])
    union = FilteredComplex.of_checked(
        np.concatenate([each.dimensions for each in complexes]),
        np.append(0, _numbered_on([each.indptr[1:] for each in complexes], entries)),
        _numbered_on([each.indices for each in complexes], cells),
        np.concatenate([each.grades for each in complexes]),
    )
    return union, cells


def _is_graph(complex_: FilteredComplex) -> bool:
    """Whether all cells are vertices, or edges with two ends."""
    return bool(complex_.dimensions.max() <= 1 and (np.diff(complex_.indptr) == 2 * complex_.dimensions).all())


def _measures_of_graphs(
    union: FilteredComplex, starts: Int, degrees: tuple[int, ...]
) -> list[tuple[SignedMeasure, ...]]:
    """Measures of the graphs of a union."""
    found: dict[int, list[SignedMeasure]] = {}
    ends = union.indices.astype(np.int64).reshape(-1, 2)
    parts = graph_measures(starts, union.dimensions == 1, union.indptr[:-1] // 2, ends, union.grades)
    for degree, (points, weights, begins) in enumerate(parts):
        bounds = pairwise(begins.tolist())
        found[degree] = [SignedMeasure.of_checked(points[i:j].copy(), weights[i:j].copy()) for i, j in bounds]
    none = [SignedMeasure.of_checked(np.zeros((0, union.n_parameters)), np.zeros(0, np.int64))] * (len(starts) - 1)
    return list(zip(*(found.get(degree, none) for degree in degrees), strict=True))


def _union_of_complexes(
    union: FilteredComplex, starts: Int, degrees: tuple[int, ...]
) -> tuple[list[SignedMeasure], list[_Ranked]]:
    """Measures of a union of explicit complexes, in ranks: one reduction in chunks for all."""
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    ranked = [_ranked(owners, column) for column in union.grades.T]
    grades = np.column_stack([ranks for ranks, _, _ in ranked])
    in_ranks = FilteredComplex.of_checked(union.dimensions, union.indptr, union.indices.astype(np.int32), grades)
    return hilbert_signed_measures(in_ranks, degrees), ranked


def _union_of_flags(
    filtrations: Sequence[FlagFiltration], degrees: tuple[int, ...]
) -> tuple[list[SignedMeasure], list[_Ranked]]:
    """Measures of the union of flag filtrations, in ranks."""
    union = reduce_filtrations(
        [each.distances for each in filtrations],
        [each.vertex_grades for each in filtrations],
        [each.max_edge for each in filtrations],
    )
    ranked, (of_vertices, of_edges, of_triangles) = _grades_of_flags(filtrations, union)
    boundary = GradedMatrix.of_checked(
        2 * np.arange(len(union.edges) + 1), union.edges.ravel().astype(np.int32), of_vertices, of_edges
    )
    upper = GradedMatrix.of_checked(union.indptr, union.indices.astype(np.int32), of_edges, of_triangles)
    complexes = {0: ChainComplex(0, boundary, GradedMatrix.to_zero(of_vertices)), 1: ChainComplex(1, upper, boundary)}
    return measures_of_complexes([complexes[degree] for degree in degrees]), ranked


def _grades_of_flags(filtrations: Sequence[FlagFiltration], union: FlagUnion) -> tuple[list[_Ranked], list[Float]]:
    """Grades of the vertices, edges and triangles of a union, in ranks."""
    sizes = [each.n_vertices for each in filtrations], union.n_edges, union.n_triangles
    owners = [np.repeat(np.arange(len(filtrations)), counts) for counts in sizes]
    births = np.concatenate([each.vertex_births for each in filtrations])[union.order]
    values = np.concatenate([births, union.edge_values, union.triangle_values])
    ranked = [_ranked(np.concatenate(owners), values)]
    columns = [np.split(ranked[0][0], _starts(owners)[1:-1])]
    for function in np.concatenate([each.vertex_grades for each in filtrations]).T:
        ranked.append(_ranked(owners[0], function[union.order]))
        ranks = ranked[-1][0]
        columns.append([ranks, ranks[union.edges].max(axis=1), ranks[union.triangles].max(axis=1)])
    return ranked, [np.column_stack(parts) for parts in zip(*columns, strict=True)]


def _starts(arrays: Sequence[Any]) -> Int:
    """Where each array begins in all of them one after another, and where the last one ends."""
    return np.cumsum([0, *map(len, arrays)])


def _numbered_on(arrays: Sequence[Number], starts: Int) -> Int:
    """Numbers of all arrays, one after another, each array counted from its start."""
    return np.concatenate([array + start for array, start in zip(arrays, starts, strict=False)])


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
