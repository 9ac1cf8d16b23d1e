"""How presentations and resolutions in two parameters are computed: kernels, coordinates, cancelling, sweeping."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes._kernels_chunks import match_cells
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.chunks import Level, columns_of_pool, without_pairs
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence._kernels_presentation import coordinates
from tdainv.persistence._kernels_reduction import reduce_columns
from tdainv.persistence.kernels import kernel_grades, second_grades, with_identity


class SweptMatrix(NamedTuple):
    """A minimal presentation and the level at which each column becomes zero in its reduction (-1: never)."""

    matrix: GradedMatrix
    zeroed: Int


class CycleBasis(NamedTuple):
    """Basis of a kernel: grades, columns of the matrix that are last in its elements, elements at those columns."""

    grades: Float
    last: Int
    start: Int
    length: Int
    pool: Number


def presentation_matrix(complex_: ChainComplex) -> SweptMatrix:
    """Minimal presentation of the homology of a complex. See :func:`tdainv.minimal_presentation` for the steps."""
    cycles = _kernel_basis(complex_.lower)
    upper = complex_.upper
    relations = lexicographic_order(upper.column_grades)
    indptr, indices = upper.rearrange(cycles.last, relations)
    indptr, indices = coordinates(indptr, indices, len(cycles.last), cycles.start, cycles.length, cycles.pool)
    semi_minimal = GradedMatrix.of_checked(indptr, indices, cycles.grades, upper.column_grades[relations])
    return _drop_redundant(_cancel(semi_minimal))


def syzygy_grades(found: SweptMatrix) -> tuple[Float, Int]:
    """Grades of a basis of the kernel of a minimal presentation, sorted, and the last column of each element."""
    grades = found.matrix.column_grades
    second, _ = second_grades(grades)
    last = np.flatnonzero(found.zeroed >= 0)
    syzygies = kernel_grades(grades[last], second[found.zeroed[last]])
    order = lexicographic_order(syzygies)
    return syzygies[order], last[order]


def syzygy_matrix(found: SweptMatrix) -> GradedMatrix:
    """Kernel of a minimal presentation."""
    matrix = found.matrix
    n_rows, n_columns = matrix.shape
    grades, last = syzygy_grades(found)
    second, levels = second_grades(matrix.column_grades)
    augmented = with_identity(matrix.indptr, matrix.indices, np.arange(n_columns))
    _, _, start, length, pool = reduce_columns(*augmented, n_columns + n_rows, levels, len(second), n_columns)
    return GradedMatrix(*columns_of_pool(start, length, pool, last), matrix.column_grades, grades)


def _kernel_basis(matrix: GradedMatrix) -> CycleBasis:
    """Free basis of the kernel of a matrix in one or two parameters."""
    n_rows = matrix.shape[0]
    columns = lexicographic_order(matrix.column_grades)
    second, levels = second_grades(matrix.column_grades[columns])
    rows = lexicographic_order(matrix.row_grades)
    indptr, indices = matrix.rearrange(rows, columns)
    _, zeroed, start, length, pool = reduce_columns(indptr, indices, n_rows, levels, len(second), 0)
    last = np.flatnonzero(zeroed >= 0)
    grades = kernel_grades(matrix.column_grades[columns[last]], second[zeroed[last]])
    if n_rows and len(second) > 1:
        augmented = with_identity(indptr, indices, last)
        _, _, start, length, pool = reduce_columns(*augmented, len(last) + n_rows, levels, len(second), len(last))
        start, length = start[last], length[last]
    else:  # with one level a column that becomes zero is never added to others: unit vectors
        start, length, pool = np.arange(len(last)), np.ones(len(last), np.int64), np.arange(len(last), dtype=np.int32)
    return CycleBasis(grades, columns[last], start, length, pool)


def _cancel(matrix: GradedMatrix) -> GradedMatrix:
    """Cancel pairs of a generator and a relation of equal grade; rows and columns in lexicographic order."""
    n_rows, n_columns = matrix.shape
    order = lexicographic_order(matrix.row_grades)
    relations = Level(np.arange(n_columns), matrix.column_grades, *matrix.rearrange(order, np.arange(n_columns)))
    row_grades = matrix.row_grades[order]
    none, no_rows = np.zeros(n_columns, bool), np.zeros(n_rows, bool)
    pairs = match_cells(relations.indptr, relations.indices, row_grades, relations.grades, none)
    partner, matched = pairs[:2]
    return without_pairs(relations, row_grades, np.flatnonzero(~matched), np.flatnonzero(partner < 0), no_rows, pairs)


def _drop_redundant(matrix: GradedMatrix) -> SweptMatrix:
    """Leave out the columns that are sums of columns at or below their grade."""
    n_rows = matrix.shape[0]
    second, levels = second_grades(matrix.column_grades)
    _, zeroed, *_ = reduce_columns(matrix.indptr, matrix.indices, n_rows, levels, len(second), 0)
    kept = np.flatnonzero(zeroed != levels)
    indptr, indices = matrix.rearrange(np.arange(n_rows), kept)
    grades = matrix.column_grades[kept]
    kept_second, _ = second_grades(grades)
    level = np.searchsorted(kept_second, second)  # a syzygy between columns that are kept ends at one of their grades
    zeroed = np.where(zeroed[kept] >= 0, level[zeroed[kept]], -1)
    return SweptMatrix(GradedMatrix.of_checked(indptr, indices, matrix.row_grades, grades), zeroed)
