"""Graded matrices and short chain complexes over Z/2: what every filtration becomes and every invariant reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv._words import counted
from tdainv.complexes._kernels_order import rearrange_columns


@dataclass(frozen=True, eq=False, repr=False)
class GradedMatrix:
    """A homomorphism of free multigraded modules over Z/2, as a sparse matrix with grades.

    Column j is a generator of grade ``column_grades[j]`` that is sent to the sum of the generators of the rows
    ``indices[indptr[j]:indptr[j + 1]]``, whose grades must be at most its own in every parameter.

    Parameters
    ----------
    indptr : ndarray of shape (n_columns + 1,), int64
    indices : ndarray of shape (n_entries,), int32
        Row numbers, strictly increasing within a column.
    row_grades : ndarray of shape (n_rows, n_parameters)
    column_grades : ndarray of shape (n_columns, n_parameters)

    Raises
    ------
    ValueError
        If shapes disagree, a row number is out of range or not increasing in its column, or an entry has a row
        grade above its column grade.

    Examples
    --------
    The boundary of an edge of value 3 between two points that are born at 0:

    >>> import numpy as np
    >>> GradedMatrix(np.array([0, 2]), np.array([0, 1]), np.zeros((2, 1)), np.array([[3.0]]))
    GradedMatrix(2 rows, 1 column, 2 entries, 1 parameter)
    """

    indptr: Int
    indices: Number
    row_grades: Float
    column_grades: Float

    def __post_init__(self) -> None:
        for name, dtype in (("indptr", np.int64), ("indices", np.int32)):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), dtype))
        for name in ("row_grades", "column_grades"):
            object.__setattr__(self, name, np.ascontiguousarray(getattr(self, name), np.float64))
        self._check()

    @classmethod
    def of_checked(cls, indptr: Int, indices: Number, row_grades: Float, column_grades: Float) -> GradedMatrix:
        """Return the matrix of arrays that are right by construction, without checking them."""
        matrix = cls.__new__(cls)
        fields = {"indptr": indptr, "indices": indices, "row_grades": row_grades, "column_grades": column_grades}
        for name, array in fields.items():
            object.__setattr__(matrix, name, array)
        return matrix

    @classmethod
    def to_zero(cls, column_grades: Float) -> GradedMatrix:
        """Return the homomorphism to the module 0."""
        n, p = column_grades.shape
        return cls.of_checked(np.zeros(n + 1, np.int64), np.zeros(0, np.int32), np.zeros((0, p)), column_grades)

    def _check(self) -> None:
        rows, columns = self.row_grades, self.column_grades
        if rows.ndim != 2 or columns.ndim != 2 or rows.shape[1] != columns.shape[1]:
            raise ValueError(
                "row_grades and column_grades must be two-dimensional with one column a parameter, "
                f"got shapes {rows.shape} and {columns.shape}."
            )
        if np.isnan(rows).any() or np.isnan(columns).any():
            raise ValueError("Grades must not be NaN.")
        if not (np.isfinite(rows).all() and np.isfinite(columns).all()):
            raise ValueError("Grades must be finite: leave out what never appears.")
        if self.indptr.shape != (len(columns) + 1,) or self.indptr[0] != 0 or (np.diff(self.indptr) < 0).any():
            raise ValueError(
                f"indptr must start at 0, not decrease, and have length n_columns + 1 = {len(columns) + 1}."
            )
        if self.indptr[-1] != len(self.indices):
            raise ValueError(f"indptr must end at the number of entries {len(self.indices)}, got {self.indptr[-1]}.")
        if len(self.indices) == 0:
            return
        if self.indices.min() < 0 or self.indices.max() >= len(rows):
            raise ValueError(f"indices must lie in 0..{len(rows) - 1}, got {self.indices.max()}.")
        column_of = np.repeat(np.arange(len(columns)), np.diff(self.indptr))
        if ((np.diff(self.indices) <= 0) & (np.diff(column_of) == 0)).any():
            raise ValueError("indices must be strictly increasing within each column.")
        wrong = (rows[self.indices] > columns[column_of]).any(axis=1)
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                f"Entry ({self.indices[i]}, {column_of[i]}) has row grade {rows[self.indices[i]]} above its column "
                f"grade {columns[column_of[i]]}."
            )

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and of columns."""
        return len(self.row_grades), len(self.column_grades)

    @property
    def n_parameters(self) -> int:
        """Number of coordinates of a grade."""
        return self.column_grades.shape[1]

    def __repr__(self) -> str:
        rows, columns = self.shape
        return (
            f"GradedMatrix({counted(rows, 'row')}, {counted(columns, 'column')}, "
            f"{counted(len(self.indices), 'entry', 'entries')}, {counted(self.n_parameters, 'parameter')})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, GradedMatrix):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("indptr", "indices", "row_grades", "column_grades")
        )

    __hash__ = None  # type: ignore[assignment]

    def to_dense(self) -> Number:
        """Return the entries as a uint8 array of shape (n_rows, n_columns)."""
        dense = np.zeros(self.shape, np.uint8)
        dense[self.indices, np.repeat(np.arange(self.shape[1]), np.diff(self.indptr))] = 1
        return dense

    def rearrange(self, rows: Int, columns: Int) -> tuple[Int, Number]:
        """CSC arrays, indptr and indices, of the matrix of the given rows and columns, in the given order.

        Entries in rows that are left out are dropped.
        """
        new_row = np.full(self.shape[0], -1, np.int32)
        new_row[rows] = np.arange(len(rows), dtype=np.int32)
        return rearrange_columns(self.indptr, self.indices, new_row, len(rows), columns)


@dataclass(frozen=True, eq=False, repr=False)
class ChainComplex:
    """A short chain complex C_{k+1} → C_k → C_{k-1} of free multigraded modules over Z/2.

    Its homology at C_k is H_k of the filtration it was made from, at every grade. This is the one form in which
    invariants see a filtration.

    Parameters
    ----------
    degree : int
        The degree k.
    upper : GradedMatrix
        Boundary C_{k+1} → C_k.
    lower : GradedMatrix
        Boundary C_k → C_{k-1}; no rows in degree 0.
    simplices : tuple of two int arrays or None
        Vertices of the cells of C_k, shape (n_k, k + 1), and of C_{k+1}, shape (n_{k+1}, k + 2), where known. The
        first two vertices span the longest edge of the simplex.
    cells : tuple of two int arrays or None
        Numbers of the cells of C_k and of C_{k+1} in the complex they come from, where there is one.

    Raises
    ------
    ValueError
        If the rows of ``upper`` are not graded as the columns of ``lower``.
    """

    degree: int
    upper: GradedMatrix
    lower: GradedMatrix
    simplices: tuple[Int, Int] | None = None
    cells: tuple[Int, Int] | None = None

    def __post_init__(self) -> None:
        if not np.array_equal(self.upper.row_grades, self.lower.column_grades):
            raise ValueError(
                "The rows of upper and the columns of lower must be the same generators with the same grades, got "
                f"{self.upper} and {self.lower}."
            )
        if self.simplices is not None and tuple(len(s) for s in self.simplices) != self.upper.shape:
            raise ValueError("simplices must list the vertices of each row and of each column of upper.")

    @property
    def n_parameters(self) -> int:
        """Number of coordinates of a grade."""
        return self.upper.n_parameters

    def __repr__(self) -> str:
        sizes = (self.upper.shape[1], self.upper.shape[0], self.lower.shape[0])
        return (
            f"ChainComplex(degree {self.degree}, {' → '.join(map(str, sizes))} generators, "
            f"{counted(self.n_parameters, 'parameter')})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ChainComplex):
            return NotImplemented
        return (self.degree, self.upper, self.lower) == (other.degree, other.upper, other.lower)

    __hash__ = None  # type: ignore[assignment]
