"""Small chain complexes of filtered cell complexes: pairs of a cell and a facet of equal grade are cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes._kernels_chunks import eliminate_matched, match_cells
from tdainv.complexes._kernels_order import rearrange_columns
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.order import lexicographic_order


class Level(NamedTuple):
    """The cells of one dimension in a linear extension of their grades, and their boundary in that of dimension - 1."""

    cells: Int
    grades: Float
    indptr: Int
    indices: Number


def needed_dimensions(degrees: Sequence[int]) -> list[int]:
    """Dimensions of the cells around the given degrees, from one below to two above, increasing."""
    return sorted({k for degree in degrees for k in range(degree - 1, degree + 3)})


def sorted_levels(
    dimensions: Int, indptr: Int, indices: Number, grades: Float, wanted: Sequence[int]
) -> dict[int, Level]:
    """Cells that appear at some grade, of the wanted dimensions, sorted lexicographically by grade in each.

    Boundaries into dimensions that are not wanted are left empty.
    """
    appears = np.isfinite(grades).all(axis=1)
    position = np.full(len(dimensions), -1, np.int32)
    levels: dict[int, Level] = {}
    for k in wanted:
        members = np.flatnonzero((dimensions == k) & appears)
        members = members[lexicographic_order(grades[members])]
        if k - 1 in levels:
            columns = rearrange_columns(indptr, indices, position, len(levels[k - 1].cells), members)
        else:
            columns = np.zeros(len(members) + 1, np.int64), np.zeros(0, np.int32)
        levels[k] = Level(members, grades[members], *columns)
        position[members] = np.arange(len(members), dtype=np.int32)
    return levels


def reduced_chain_complexes(
    dimensions: Int, indptr: Int, indices: Number, grades: Float, degrees: Sequence[int]
) -> list[ChainComplex]:
    """Chain complexes of the given degrees, made small by cancelling local pairs.

    A local pair is a cell and a facet of equal grade that cancel in the reduction of the cells of that very grade.
    The generators that are left, with boundaries rewritten, form a complex of the same homotopy type at every grade
    (Fugacci and Kerber, Chunk reduction for multi-parameter persistent homology, SoCG 2019), for any number of
    parameters. Near linear in practice.
    """
    wanted = needed_dimensions(degrees)
    levels = sorted_levels(dimensions, indptr, indices, grades, wanted)
    positive = {k: np.zeros(len(level.cells), bool) for k, level in levels.items()}
    negative = {k: np.zeros(len(level.cells), bool) for k, level in levels.items()}
    pairs = {}
    for k in reversed(wanted):
        if k - 1 not in levels:
            continue
        level, below = levels[k], levels[k - 1]
        pairs[k] = match_cells(level.indptr, level.indices, below.grades, level.grades, positive[k])
        partner, negative[k] = pairs[k][:2]
        positive[k - 1] = partner >= 0
    left = {k: np.flatnonzero(~(positive[k] | negative[k])) for k in levels}
    matrices = {
        k: without_pairs(levels[k], levels[k - 1].grades, left[k], left[k - 1], negative[k - 1], pairs[k])
        for k in {k for degree in degrees for k in (degree, degree + 1)}
    }
    cells = {k: level.cells[left[k]] for k, level in levels.items()}
    return [ChainComplex(k, matrices[k + 1], matrices[k], cells=(cells[k], cells[k + 1])) for k in degrees]


def without_pairs(
    level: Level, row_grades: Float, columns: Int, rows: Int, dropped: Number, pairs: tuple[Number, ...]
) -> GradedMatrix:
    """Boundary matrix of the columns and rows that are left when pairs are cancelled.

    ``pairs`` is what match_cells says of the level; ``dropped`` marks rows that are columns of pairs one level below.
    """
    partner, _, *changed = pairs
    start, entries = eliminate_matched(level.indptr, level.indices, columns, partner, dropped, *changed)
    number = np.full(len(row_grades), -1, np.int32)
    number[rows] = np.arange(len(rows), dtype=np.int32)
    indptr, entries = columns_of_pool(start[:-1], np.diff(start), number[entries], np.arange(len(columns)))
    return GradedMatrix.of_checked(indptr, entries, row_grades[rows], level.grades[columns])


def columns_of_pool(start: Int, length: Int, pool: Number, columns: Int) -> tuple[Int, Number]:
    """CSC arrays, rows increasing, of some columns that are stored in decreasing order.

    Column j is ``pool[start[j] : start[j] + length[j]]``.
    """
    counts = length[columns]
    indptr = np.zeros(len(columns) + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    last = start[columns] + counts - 1
    return indptr, pool[np.repeat(last + indptr[:-1], counts) - np.arange(indptr[-1])]
