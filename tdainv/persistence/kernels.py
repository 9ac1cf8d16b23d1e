"""Kernels of graded matrices in one and two parameters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes.chain_complex import GradedMatrix
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence._kernels_reduction import reduce_columns


class Kernel(NamedTuple):
    """Kernel of a graded matrix."""

    grades: Float  # (k, p) grades of free generators
    independent: Int  # columns that form a basis of the image, all grades taken together


def graded_kernel(matrix: GradedMatrix, rows: Int | None = None) -> Kernel:
    """Grades of free generators of the kernel of a matrix with one or two parameters.

    The kernel of a homomorphism of free bigraded modules is free (Chacholski, Scolamiero and Vaccarino 2017), so
    its grades determine its dimension everywhere.

    Parameters
    ----------
    matrix : GradedMatrix
    rows : int array, optional
        Rows to look at. Rows may be left out if no combination of columns is supported on them alone.

    Returns
    -------
    Kernel
    """
    grades = matrix.column_grades
    if len(grades) == 0 or matrix.shape[0] == 0:
        return Kernel(grades, np.zeros(0, np.int64))
    columns = lexicographic_order(grades)
    second, levels = second_grades(grades[columns])
    if rows is None:
        rows = np.arange(matrix.shape[0])
    # Late rows last: pivots are then late, and columns that share one are alike.
    rows = rows[np.argsort(matrix.row_grades[rows, 0], kind="stable")]
    indptr, indices = matrix.rearrange(rows, columns)
    _, zeroed, *_ = reduce_columns(indptr, indices, len(rows), levels, len(second), 0)
    in_kernel = zeroed >= 0
    generators = kernel_grades(grades[columns[in_kernel]], second[zeroed[in_kernel]])
    return Kernel(generators, columns[~in_kernel])


def second_grades(grades: Float) -> tuple[Float, Int]:
    """Values of the second parameter, and their numbers: the levels of a sweep. One value if there is one parameter."""
    if grades.shape[1] == 1:
        return np.zeros(1), np.zeros(len(grades), np.int64)
    return np.unique(grades[:, 1], return_inverse=True)


def kernel_grades(columns: Float, zeroed: Float) -> Float:
    """Grades of kernel elements, by the grades of their last columns and the second grades at which these vanish."""
    return np.column_stack([columns[:, 0], zeroed])[:, : columns.shape[1]]


def with_identity(indptr: Int, indices: Number, tracked: Int) -> tuple[Int, Number]:
    """Put an identity block, a row for each tracked column, on top of a matrix."""
    counts = np.diff(indptr)
    extra = np.zeros(len(counts), np.int64)
    extra[tracked] = 1
    new_indptr = np.zeros(len(indptr), np.int64)
    np.cumsum(counts + extra, out=new_indptr[1:])
    entries = np.empty(new_indptr[-1], np.int32)
    entries[new_indptr[tracked]] = np.arange(len(tracked))
    entries[np.arange(len(indices)) + np.repeat(np.cumsum(extra), counts)] = indices + len(tracked)
    return new_indptr, entries
