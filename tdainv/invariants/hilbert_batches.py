"""Hilbert measures of many small complexes at once: those of their disjoint union."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.invariants.hilbert import hilbert_signed_measures
from tdainv.invariants.signed_measure import SignedMeasure

_SMALL = 2_000  # cells, up to which a complex costs more in Python than in kernels
_BATCH = 20_000  # cells of complexes that are taken together


def small_batches(items: Sequence[Any]) -> list[list[int]]:
    """Numbers of the items that are small complexes in one or two parameters, in batches of as many parameters."""
    groups: dict[int, list[list[int]]] = defaultdict(lambda: [[]])
    n_cells: dict[int, int] = defaultdict(int)
    for i, item in enumerate(items):
        if isinstance(item, FilteredComplex) and item.n_parameters <= 2 and 0 < len(item) <= _SMALL:
            p = item.n_parameters
            if n_cells[p] + len(item) > _BATCH:
                groups[p].append([])
                n_cells[p] = 0
            groups[p][-1].append(i)
            n_cells[p] += len(item)
    return [batch for batches in groups.values() for batch in batches if len(batch) > 1]


def measures_of_union(
    complexes: Sequence[FilteredComplex], degrees: tuple[int, ...]
) -> list[tuple[SignedMeasure, ...]]:
    """Hilbert measures of several complexes with one or two parameters, each as :func:`hilbert_signed_measures` has it.

    Along each axis a coordinate is replaced by its rank, where all coordinates of a complex come before those of the
    next one. Coordinates of different complexes are never joined, so an atom tells which complex it is of.
    """
    owners = np.repeat(np.arange(len(complexes)), [len(complex_) for complex_ in complexes])
    columns = np.concatenate([complex_.grades for complex_ in complexes]).T
    ranked = [_ranked(owners, column) for column in columns]
    entries = np.cumsum([0, *(len(complex_.indices) for complex_ in complexes)])
    cells = np.cumsum([0, *map(len, complexes)])
    union = FilteredComplex.of_checked(
        np.concatenate([complex_.dimensions for complex_ in complexes]),
        np.concatenate([[0], *(c.indptr[1:] + start for c, start in zip(complexes, entries, strict=False))]),
        np.concatenate([c.indices + start for c, start in zip(complexes, cells, strict=False)]).astype(np.int32),
        np.column_stack([ranks for ranks, _, _ in ranked]),
    )
    found = [
        [SignedMeasure.of_checked(*part) for part in _parts(measure, ranked)]
        for measure in hilbert_signed_measures(union, degrees)
    ]
    return list(zip(*found, strict=True))


def _ranked(owners: Int, column: Float) -> tuple[Float, Float, Int]:
    """Ranks of the coordinates of cells, the coordinates by rank, and the first rank of each complex."""
    order = np.lexsort((column, owners))
    sorted_owners, values = owners[order], column[order]
    first = np.ones(len(order), bool)
    first[1:] = (sorted_owners[1:] != sorted_owners[:-1]) | (values[1:] != values[:-1])
    ranks = np.empty(len(order))
    ranks[order] = np.cumsum(first) - 1.0
    ranks[np.isinf(column)] = np.inf  # never
    starts = np.searchsorted(sorted_owners[first], np.arange(owners[-1] + 2))
    return ranks, values[first] + 0.0, starts


def _parts(measure: SignedMeasure, ranked: list[tuple[Float, Float, Int]]) -> list[tuple[Float, Int]]:
    """Points, in coordinates, and weights of the measure of each complex."""
    places = measure.points.astype(np.int64)
    points = np.column_stack([values[places[:, k]] for k, (_, values, _) in enumerate(ranked)])
    ends = np.searchsorted(measure.points[:, 0], ranked[0][2])
    return [(points[begin:end].copy(), measure.weights[begin:end].copy()) for begin, end in pairwise(ends)]
