"""Persistence pairs of the cells of one-parameter filtered complexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tdainv._typing import Int
from tdainv.complexes._kernels_order import rearrange_columns, transpose_columns
from tdainv.complexes.chunks import Level, needed_dimensions, sorted_levels
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.persistence._kernels_forest import pair_cocomponents, pair_components
from tdainv.persistence._kernels_reduction import reduce_columns


class Pairs(NamedTuple):
    """Cells that give birth to the classes of one degree, and those that end them (-1: none does)."""

    births: Int
    deaths: Int


def pair_cells(complex_: FilteredComplex, degrees: Sequence[int]) -> list[Pairs]:
    """Persistence pairs of a filtered complex with one parameter, those of equal value included.

    Cells are ordered by (value, dimension, number). A boundary matrix with two entries in each column is that of a
    graph, one with at most two entries in each row that of the dual of a graph (the top cells of a complex that is
    embedded, or a manifold): both are paired by union-find. Any other is reduced with clearing from both sides, in
    homology or in cohomology, whichever has fewer columns.
    """
    return _Pairing(complex_, degrees).pairs(degrees)


class _Pairing:
    """Matrices of a complex and what is known of their pivots; ``pivots[k]`` pairs k-cells with (k - 1)-cells."""

    def __init__(self, complex_: FilteredComplex, degrees: Sequence[int]) -> None:
        cells = complex_.dimensions, complex_.indptr, complex_.indices, complex_.grades
        self.levels = sorted_levels(*cells, needed_dimensions(degrees))
        self.pivots: dict[int, Int] = {}
        wanted = sorted({k for degree in degrees for k in (degree, degree + 1)})
        for k in {*wanted, *(degree + 2 for degree in degrees)}:  # union-find is quick, and clears columns of others
            self._pair_by_union_find(k)
        for k in wanted:
            if k not in self.pivots:
                self.pivots[k] = self._reduce(k)

    def pairs(self, degrees: Sequence[int]) -> list[Pairs]:
        found = []
        for degree in degrees:
            cells, cofaces = self.levels[degree].cells, self.levels[degree + 1].cells
            births = np.flatnonzero(self.pivots[degree] < 0)
            killer = np.full(len(cells), -1)
            pivots = self.pivots[degree + 1]
            killer[pivots[pivots >= 0]] = cofaces[pivots >= 0]
            found.append(Pairs(cells[births], killer[births]))
        return found

    def _pair_by_union_find(self, k: int) -> None:
        level, n_rows = self.levels[k], len(self.levels[k - 1].cells)
        counts = np.diff(level.indptr)
        if len(level.indices) == 0:
            self.pivots[k] = np.full(len(level.cells), -1)
        elif ((counts == 2) | (counts == 0)).all():
            self.pivots[k] = pair_components(level.indptr, level.indices, n_rows)
        elif np.bincount(level.indices).max() <= 2:
            self.pivots[k] = pair_cocomponents(level.indptr, level.indices, n_rows)

    def _reduce(self, k: int) -> Int:
        """Pivots of the k-th boundary matrix, without columns that are positive and rows that are negative."""
        level = self.levels[k]
        positive = np.zeros(len(level.cells), bool)
        if k + 1 in self.pivots:
            above = self.pivots[k + 1]
            positive[above[above >= 0]] = True
        columns = np.flatnonzero(~positive)
        rows = (
            np.flatnonzero(self.pivots[k - 1] < 0) if k - 1 in self.pivots else np.arange(len(self.levels[k - 1].cells))
        )
        reduce = _homology if len(columns) <= len(rows) else _cohomology
        row_of = reduce(level, len(self.levels[k - 1].cells), rows, columns)
        pivots = np.full(len(level.cells), -1)
        pivots[columns] = row_of
        return pivots


def _homology(level: Level, n_rows: int, rows: Int, columns: Int) -> Int:
    """Row of each column in the reduction of the boundary matrix, -1 for none."""
    number = np.full(n_rows, -1, np.int32)
    number[rows] = np.arange(len(rows), dtype=np.int32)
    indptr, indices = rearrange_columns(level.indptr, level.indices, number, len(rows), columns)
    pivots, *_ = reduce_columns(indptr, indices, len(rows), np.zeros(len(columns), np.int64), 1, 0)
    return np.append(rows, -1)[pivots]


def _cohomology(level: Level, n_rows: int, rows: Int, columns: Int) -> Int:
    """Row of each column again, from the reduction of the coboundary matrix with both orders reversed.

    The pairs are the same (de Silva, Morozov, Vejdemo-Johansson, Dualities in persistent (co)homology, 2011).
    """
    rows, columns = rows[::-1], np.ascontiguousarray(columns[::-1])
    number = np.full(n_rows, -1, np.int32)
    number[rows] = np.arange(len(rows), dtype=np.int32)
    indptr, indices = transpose_columns(level.indptr, level.indices, number, len(rows), columns)
    pivots, *_ = reduce_columns(indptr, indices, len(columns), np.zeros(len(rows), np.int64), 1, 0)
    row_of = np.full(len(columns), -1)
    paired = np.flatnonzero(pivots >= 0)
    row_of[pivots[paired]] = rows[paired]
    return row_of[::-1]
