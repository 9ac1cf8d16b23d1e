"""Hilbert measures of many small filtrations at once: those of their disjoint union.

Along each axis a coordinate is replaced by its rank, where all coordinates of a filtration come before those of the
next one. Coordinates of different filtrations are never joined, so an atom tells which filtration it is of. Graphs need
no reduction: see _kernels_graph_measures.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.reduced_flags import FlagUnion, reduce_filtrations
from tdainv.invariants._kernels_atoms import collect_ranked, ranks_of_owners
from tdainv.invariants._kernels_graph_measures import graph_measures
from tdainv.invariants.hilbert import atoms_of_complexes
from tdainv.invariants.signed_measure import SignedMeasure

_SMALL = {FilteredComplex: 2_000, FlagFiltration: 200}  # cells, vertices: up to here Python costs more than kernels
_BATCH = 20_000  # cells that are taken together
_LEAST = {FilteredComplex: 0, FlagFiltration: 10_000}  # fewer cells are done one by one before a kernel is compiled
_CELLS_OF_VERTEX = 5  # of a reduced flag complex, roughly


def small_batches(items: Sequence[Any], degrees: Sequence[int]) -> list[list[int]]:
    """Numbers of the items that are small, in batches of one kind with one or two parameters."""
    batches: dict[Any, list[list[int]]] = defaultdict(lambda: [[]])
    n_cells: dict[Any, int] = defaultdict(int)
    n_cells_in_all: dict[Any, int] = defaultdict(int)
    for i, item in enumerate(items):
        size = size_if_small(item, degrees)
        if size:
            kind = FlagFiltration if isinstance(item, FlagFiltration) else FilteredComplex, item.n_parameters
            if n_cells[kind] + size > _BATCH:
                batches[kind].append([])
                n_cells[kind] = 0
            batches[kind][-1].append(i)
            n_cells[kind] += size
            n_cells_in_all[kind] += size
    worth = [kind for kind in batches if n_cells_in_all[kind] >= _LEAST[kind[0]]]
    return [batch for kind in worth for batch in batches[kind] if len(batch) > 1]


def size_if_small(item: Any, degrees: Sequence[int]) -> int:
    """Number of cells of an item that is small; 0 for others."""
    if isinstance(item, FilteredComplex):
        n_cells, p = item.grades.shape
        return n_cells if p <= 2 and n_cells <= _SMALL[FilteredComplex] else 0
    if isinstance(item, FlagFiltration) and item.n_parameters <= 2 and max(degrees) == 1:
        return _CELLS_OF_VERTEX * item.n_vertices if item.n_vertices <= _SMALL[FlagFiltration] else 0
    return 0


def measures_of_union(filtrations: Sequence[Any], degrees: tuple[int, ...]) -> list[tuple[SignedMeasure, ...]]:
    """Hilbert measures of a batch of small filtrations, each as :func:`hilbert_signed_measures` has it."""
    if isinstance(filtrations[0], FlagFiltration):
        found = _measures_of_flags(filtrations, degrees)
    else:
        union, starts = _union(filtrations)
        of_kind = _measures_of_graphs if _is_graph(union) else _measures_of_complexes
        found = of_kind(union, starts, degrees)
    return list(zip(*found, strict=True))


class _Ranked(NamedTuple):
    """Coordinates by their ranks, where those of each filtration come before those of the next one."""

    ranks: Float
    values: Float  # by rank
    starts: Int  # the first rank of each filtration


def _in_coordinates(complexes: Sequence[ChainComplex], ranked: list[_Ranked]) -> Iterator[list[SignedMeasure]]:
    """Measures of each filtration, from the complexes of a union with grades in ranks; one list a degree."""
    for points, weights in atoms_of_complexes(complexes):
        yield _divided(*collect_ranked(points, weights, ranked[0].values, ranked[-1].values, ranked[0].starts))


def _divided(points: Float, weights: Int, begins: Int) -> list[SignedMeasure]:
    bounds = pairwise(begins.tolist())
    return [SignedMeasure.of_checked(points[i:j].copy(), weights[i:j].copy()) for i, j in bounds]


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


def _measures_of_graphs(union: FilteredComplex, starts: Int, degrees: tuple[int, ...]) -> Iterator[list[SignedMeasure]]:
    """Measures of the graphs of a union; one list a degree."""
    ends = union.indices.astype(np.int64).reshape(-1, 2)
    found = graph_measures(starts, union.dimensions == 1, union.indptr[:-1] // 2, ends, union.grades)
    none = np.zeros((0, union.n_parameters)), np.zeros(0, np.int64), np.zeros(len(starts), np.int64)
    for degree in degrees:
        yield _divided(*(found[degree] if degree <= 1 else none))


def _measures_of_complexes(
    union: FilteredComplex, starts: Int, degrees: tuple[int, ...]
) -> Iterator[list[SignedMeasure]]:
    """Measures of the explicit complexes of a union, by one reduction in chunks; one list a degree."""
    owners = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    ranked = [_Ranked(*ranks_of_owners(owners, column, len(starts) - 1)) for column in union.grades.T.copy()]
    grades = np.column_stack([column.ranks for column in ranked])
    in_ranks = FilteredComplex.of_checked(union.dimensions, union.indptr, union.indices.astype(np.int32), grades)
    return _in_coordinates(in_ranks.chain_complexes(degrees), ranked)


def _measures_of_flags(
    filtrations: Sequence[FlagFiltration], degrees: tuple[int, ...]
) -> Iterator[list[SignedMeasure]]:
    """Measures of flag filtrations, by one reduction of their union; one list a degree."""
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
    return _in_coordinates([complexes[degree] for degree in degrees], ranked)


def _grades_of_flags(filtrations: Sequence[FlagFiltration], union: FlagUnion) -> tuple[list[_Ranked], list[Float]]:
    """Grades of the vertices, edges and triangles of a union, in ranks."""
    sizes = [each.n_vertices for each in filtrations], union.n_edges, union.n_triangles
    owners = [np.repeat(np.arange(len(filtrations)), counts) for counts in sizes]
    births = np.concatenate([each.vertex_births for each in filtrations])[union.order]
    values = np.concatenate([births, union.edge_values, union.triangle_values])
    ranked = [_Ranked(*ranks_of_owners(np.concatenate(owners), values, len(filtrations)))]
    columns = [np.split(ranked[0].ranks, _starts(owners)[1:-1])]
    for function in np.concatenate([each.vertex_grades for each in filtrations]).T:
        ranked.append(_Ranked(*ranks_of_owners(owners[0], function[union.order], len(filtrations))))
        ranks = ranked[-1].ranks
        columns.append([ranks, ranks[union.edges].max(axis=1), ranks[union.triangles].max(axis=1)])
    return ranked, [np.column_stack(parts) for parts in zip(*columns, strict=True)]


def _starts(arrays: Sequence[Any]) -> Int:
    """Where each array begins in all of them one after another, and where the last one ends."""
    return np.cumsum([0, *map(len, arrays)])


def _numbered_on(arrays: Sequence[Number], starts: Int) -> Int:
    """Numbers of all arrays, one after another, each array counted from its start."""
    return np.concatenate([array + start for array, start in zip(arrays, starts, strict=False)])
