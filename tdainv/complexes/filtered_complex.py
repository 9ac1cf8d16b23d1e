"""Filtered cell complexes, listed cell by cell: simplicial, cubical or any other, over Z/2."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes import _kernels_cells as cells
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.chunks import reduced_chain_complexes
from tdainv.complexes.grids import finite_values, move_up
from tdainv.complexes.simplices import (
    Facets,
    as_tuple,
    assemble_cells,
    by_dimension,
    close_simplices,
    find_facets,
    number_simplices,
    require_different_vertices,
    vertex_ranks,
)


@dataclass(frozen=True, eq=False, repr=False)
class FilteredComplex:
    """A finite cell complex over Z/2 whose cells appear at grades in R^p.

    Cell i has dimension ``dimensions[i]``, appears at ``grades[i]``, and its boundary is the sum of its facets, the
    cells ``indices[indptr[i]:indptr[i + 1]]``. Cells may be listed in any order. Nothing but this is used of them, so
    simplices, cubes, other regular cells and generators of free chain complexes will all do.

    Parameters
    ----------
    dimensions : array-like of shape (m,), int
    indptr : array-like of shape (m + 1,), int
    indices : array-like of shape (n_entries,), int
        Facets, in any order within a cell.
    grades : array-like of shape (m, p) or (m,)
        ``inf`` in a coordinate: the cell never appears.
    vertex_labels : array-like of shape (n_vertices,), int, optional
        Names of the 0-cells, in the order in which they are listed. Default: 0, 1, 2, ...

    Raises
    ------
    ValueError
        For wrong shapes, grades that are NaN or -inf, a facet that is out of range, repeated, or not of one dimension
        less, a cell that comes before one of its facets, and a boundary whose boundary is not zero; the error names
        the cell.

    Examples
    --------
    A triangle whose inside comes at grade (1, 1):

    >>> triangle = FilteredComplex.from_simplices(
    ...     [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]], [[0, 0]] * 6 + [[1, 1]]
    ... )
    >>> triangle
    FilteredComplex(3 + 3 + 1 cells, 2 parameters)
    >>> triangle.indices[triangle.indptr[6] : triangle.indptr[7]]
    array([3, 4, 5], dtype=int32)
    """

    dimensions: Int
    indptr: Int
    indices: Number
    grades: Float
    vertex_labels: Int | None = None

    def __post_init__(self) -> None:
        arrays = check.cells(self.dimensions, self.indptr, self.indices, self.grades)
        for name, array in zip(("dimensions", "indptr", "indices", "grades"), arrays, strict=True):
            object.__setattr__(self, name, array)
        if self.vertex_labels is not None:
            labels = check.integers(self.vertex_labels, "vertex_labels", (self.n_vertices,))
            object.__setattr__(self, "vertex_labels", labels)
        self._require_rules()

    def _require_rules(self) -> None:
        rule, cell, other = cells.first_violation(self.dimensions, self.indptr, self.indices, self.grades)
        if rule == cells.FINE:
            return
        if rule == cells.WRONG_DIMENSION:
            raise ValueError(
                f"Facets must have one dimension less than their cell, got cell {cell} of dimension "
                f"{self.dimensions[cell]} with the facet {other} of dimension {self.dimensions[other]}."
            )
        if rule == cells.REPEATED:
            raise ValueError(f"The facets of a cell must be different, got facet {other} twice in cell {cell}.")
        if rule == cells.NOT_MONOTONE:
            raise ValueError(
                f"Grades must not decrease from facets to cells, got cell {cell} at grade {self.grades[cell]} and its "
                f"facet {other} at grade {self.grades[other]}."
            )
        raise ValueError(
            f"The boundary of a boundary must be zero mod 2, but cell {other} is a facet of an odd number of the "
            f"facets of cell {cell}."
        )

    @classmethod
    def of_checked(
        cls, dimensions: Int, indptr: Int, indices: Number, grades: Float, vertex_labels: Int | None = None
    ) -> FilteredComplex:
        """Return the complex of arrays that are right by construction, without checking them."""
        complex_ = cls.__new__(cls)
        fields = {"dimensions": dimensions, "indptr": indptr, "indices": indices, "grades": grades}
        for name, array in {**fields, "vertex_labels": vertex_labels}.items():
            object.__setattr__(complex_, name, array)
        return complex_

    @classmethod
    def from_simplices(cls, simplices: Sequence[Any], grades: ArrayLike) -> FilteredComplex:
        """Complex of simplices with grades.

        Parameters
        ----------
        simplices : sequence
            Of simplices, each a sequence of different integers, its vertices; or of integer arrays of shape
            (n_k, k + 1), any number of them, each with the simplices of one dimension as rows. Cells are numbered in
            the order given. Every face must be listed.
        grades : array-like of shape (m, p) or (m,)
            One row a simplex.

        Raises
        ------
        ValueError
            For a simplex that is listed twice or repeats a vertex, a missing face, and grades that decrease.

        Examples
        --------
        >>> edge = FilteredComplex.from_simplices([[4], [9], [4, 9]], [0.0, 1.0, 2.0])
        >>> edge.simplices(1)
        array([[4, 9]])
        """
        rows, numbers = by_dimension(simplices)
        n_cells = sum(map(len, numbers))
        labels = np.unique(rows[0]) if rows else np.zeros(0, np.int64)
        ranks = [vertex_ranks(level, labels, numbers[k]) for k, level in enumerate(rows)]
        values = check.grades(grades, n_cells)
        found = find_facets(ranks, len(labels)) if rows else Facets([], [])
        for level, cells_, table, repeated in zip(rows, numbers, *found, strict=True):
            _require_listed(level, cells_, table, repeated)
        facets = [table if k == 0 else numbers[k - 1][table] for k, table in enumerate(found.tables)]
        vertex_labels = rows[0][np.argsort(numbers[0]), 0] if rows else labels
        complex_ = cls.of_checked(*assemble_cells(facets, numbers), values, vertex_labels)
        complex_._require_rules()
        return complex_

    @classmethod
    def lower_star(cls, simplices: Sequence[Any], vertex_grades: ArrayLike) -> FilteredComplex:
        """Lower star filtration: a simplex appears at the coordinatewise largest grade of its vertices.

        Parameters
        ----------
        simplices : sequence
            As for :meth:`from_simplices`; faces that are not listed are added. The triangles of a mesh will do.
        vertex_grades : array-like of shape (n, p) or (n,)
            Grades of the vertices 0, ..., n - 1, all of which are in the complex.

        Examples
        --------
        A path of three vertices, highest in the middle:

        >>> path = FilteredComplex.lower_star([[0, 1], [1, 2]], [0.0, 5.0, 1.0])
        >>> path.grades.ravel()
        array([0., 5., 1., 5., 5.])
        """
        rows, numbers = by_dimension(simplices)
        n = len(vertex_grades) if isinstance(vertex_grades, Sized) else 0
        values = check.grades(vertex_grades, n, "vertex_grades")
        for k, level in enumerate(rows):
            if level.size and (level.min() < 0 or level.max() >= n):
                i = int(np.flatnonzero((level < 0).any(axis=1) | (level >= n).any(axis=1))[0])
                raise ValueError(
                    f"Vertices must lie in 0..{n - 1}, one for each of the {n} rows of vertex_grades, got simplex "
                    f"{numbers[k][i]}, {as_tuple(level[i])}."
                )
            require_different_vertices(np.sort(level, axis=1), numbers[k])
        closed = close_simplices([np.sort(level, axis=1) for level in rows] or [np.zeros((0, 1), np.int64)], n)
        grades = np.concatenate([values[level].max(axis=1) for level in closed.levels])
        return cls.of_checked(*number_simplices(closed.facets), grades)

    def with_function(self, vertex_grades: ArrayLike) -> FilteredComplex:
        """Complex with further parameters: the lower star filtration of functions on its vertices.

        Parameters
        ----------
        vertex_grades : array-like of shape (n_vertices,) or (n_vertices, q)
            In the order in which the 0-cells are listed.

        Returns
        -------
        FilteredComplex
            With p + q parameters.

        Raises
        ------
        ValueError
            For wrong shapes, values that are NaN or -inf, and if a cell has no vertices.

        Examples
        --------
        >>> edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 1.0, 2.0])
        >>> edge.with_function([7.0, 3.0]).grades
        array([[0., 7.],
               [1., 3.],
               [2., 7.]])
        """
        values = check.grades(vertex_grades, self.n_vertices, "vertex_grades")
        return self.of_checked(
            self.dimensions,
            self.indptr,
            self.indices,
            np.hstack([self.grades, self._lower_star(values)]),
            self.vertex_labels,
        )

    def on_grid(self, axes: Sequence[ArrayLike]) -> FilteredComplex:
        """Complex with every grade moved up to the next point of a product grid.

        Homology at the points of the grid stays the same. Cells beyond the grid never appear.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing

        Returns
        -------
        FilteredComplex

        Examples
        --------
        >>> edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.2, 1.0, 7.0])
        >>> edge.on_grid([[0, 1, 2, 3]]).grades.ravel()
        array([ 1.,  1., inf])
        """
        lines = check.axes(axes, self.n_parameters)
        moved = [move_up(self.grades[:, k], line) for k, line in enumerate(lines)]
        return self.of_checked(self.dimensions, self.indptr, self.indices, np.column_stack(moved), self.vertex_labels)

    def axis_values(self, axis: int) -> Float:
        """Distinct finite values of the grades along an axis, increasing."""
        return finite_values(self.grades[:, axis])

    def _lower_star(self, vertex_values: Float) -> Float:
        """Coordinatewise largest value over the vertices of each cell."""
        values = np.full((len(self.dimensions), vertex_values.shape[1]), -np.inf)
        values[self.dimensions == 0] = vertex_values
        counts = np.diff(self.indptr)
        for k in np.unique(self.dimensions):
            members = np.flatnonzero((self.dimensions == k) & (counts > 0))
            facets, starts = _gather(self.indptr, self.indices, members)
            if len(members):
                values[members] = np.maximum.reduceat(values[facets], starts)
        without = np.isneginf(values).any(axis=1)
        if without.any():
            cell = int(np.flatnonzero(without)[0])
            raise ValueError(
                f"A function on vertices needs cells with vertices, got cell {cell} of dimension "
                f"{self.dimensions[cell]} without any."
            )
        return values

    @property
    def n_parameters(self) -> int:
        """Number of parameters p."""
        return self.grades.shape[1]

    @property
    def dimension(self) -> int:
        """Largest dimension of a cell, -1 if there are no cells."""
        return int(self.dimensions.max()) if len(self.dimensions) else -1

    @property
    def n_vertices(self) -> int:
        """Number of 0-cells."""
        return int((self.dimensions == 0).sum())

    @property
    def appears(self) -> Number:
        """Whether each cell appears at some grade, shape (m,), bool."""
        return np.asarray(np.isfinite(self.grades).all(axis=1))

    def __len__(self) -> int:
        return len(self.dimensions)

    def __repr__(self) -> str:
        sizes = "0"
        if len(self):
            few = self.dimension < 16
            sizes = " + ".join(map(str, np.bincount(self.dimensions))) if few else f"{len(self)}"
        return f"FilteredComplex({sizes} cells, {self.n_parameters} parameter{'s' if self.n_parameters > 1 else ''})"

    def __eq__(self, other: object) -> bool:
        """Whether cells, boundaries and grades agree, in the same order; labels are not compared."""
        if not isinstance(other, FilteredComplex):
            return NotImplemented
        return all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("dimensions", "indptr", "indices", "grades")
        )

    __hash__ = None  # type: ignore[assignment]

    def cells_of(self, dimension: int) -> Int:
        """Numbers of the cells of one dimension."""
        return np.flatnonzero(self.dimensions == check.dimension(dimension))

    def simplices(self, dimension: int) -> Int:
        """Vertices of the cells of one dimension of a simplicial complex, as their labels.

        Returns
        -------
        int ndarray of shape (n_k, dimension + 1)
            Increasing along rows, in the order of :meth:`cells_of`.

        Raises
        ------
        ValueError
            If a cell of this dimension does not have the vertices and facets of a simplex.
        """
        members = self.cells_of(dimension)
        if len(members) == 0:
            return np.zeros((0, dimension + 1), np.int64)
        if dimension == 0:
            labels = np.arange(len(members)) if self.vertex_labels is None else self.vertex_labels
            return labels[:, np.newaxis]
        lower = self.simplices(dimension - 1)
        number = np.full(len(self), -1)
        number[self.cells_of(dimension - 1)] = np.arange(len(lower))
        facets, starts = _gather(self.indptr, self.indices, members)
        counts = np.diff(np.append(starts, len(facets)))
        if (counts != dimension + 1).any():
            self._not_simplicial(members[np.flatnonzero(counts != dimension + 1)[0]])
        corners = np.sort(lower[number[facets]].reshape(len(members), -1), axis=1)  # each vertex `dimension` times
        vertices = corners[:, ::dimension]
        wrong = (corners != np.repeat(vertices, dimension, axis=1)).any(axis=1)
        wrong |= (vertices[:, 1:] == vertices[:, :-1]).any(axis=1)
        if wrong.any():
            self._not_simplicial(members[np.flatnonzero(wrong)[0]])
        return vertices

    def _not_simplicial(self, cell: int) -> None:
        raise ValueError(f"Cell {cell} of dimension {self.dimensions[cell]} is not a simplex.")

    def boundary_matrix(self, dimension: int) -> GradedMatrix:
        """Boundary of the cells of one dimension that appear at some grade, all grades kept.

        Returns
        -------
        GradedMatrix
            Rows are the cells of one dimension less, columns those of this dimension, both without the cells that
            never appear, in the order in which they are listed.
        """
        dimension = check.dimension(dimension)
        rows = np.flatnonzero((self.dimensions == dimension - 1) & self.appears)
        columns = np.flatnonzero((self.dimensions == dimension) & self.appears)
        number = np.full(len(self), -1)
        number[rows] = np.arange(len(rows))
        facets, starts = _gather(self.indptr, self.indices, columns)
        entries = number[facets]
        cell_of = np.repeat(np.arange(len(columns)), np.diff(np.append(starts, len(facets))))
        entries = entries[np.lexsort((entries, cell_of))]
        return GradedMatrix(np.append(starts, len(facets)), entries, self.grades[rows], self.grades[columns])

    def chain_complex(self, degree: int) -> ChainComplex:
        """Return a small chain complex with the homology of the filtration in `degree`, at every grade.

        Pairs of a cell and a facet of equal grade are cancelled (chunk reduction, for any number of parameters).

        Parameters
        ----------
        degree : int
            At least 0; the homology is zero above the dimension of the complex.

        Returns
        -------
        ChainComplex
        """
        return self.chain_complexes((degree,))[0]

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""
        degrees = check.degrees(degrees)
        return reduced_chain_complexes(self.dimensions, self.indptr, self.indices, self.grades, degrees)


def _require_listed(rows: Int, numbers: Int, facets: Int, repeated: tuple[int, int] | None) -> None:
    """Raise ValueError if a simplex is listed twice, or lacks a facet."""
    if repeated is not None:
        first, second = repeated
        raise ValueError(
            f"A simplex must be listed once, got simplices {numbers[first]} and {numbers[second]} with the vertices "
            f"{as_tuple(np.sort(rows[first]))}."
        )
    if (facets < 0).any():
        i, left_out = (int(j) for j in np.argwhere(facets < 0)[0])
        simplex = np.sort(rows[i])
        raise ValueError(
            f"Every face must be listed: simplex {numbers[i]}, {as_tuple(rows[i])}, lacks its face "
            f"{as_tuple(np.delete(simplex, left_out))}."
        )


def _gather(indptr: Int, indices: Number, members: Int) -> tuple[Int, Int]:
    """Facets of some cells, one after the other, and where those of each cell start."""
    counts = indptr[members + 1] - indptr[members]
    starts = np.cumsum(counts) - counts
    return indices[np.repeat(indptr[members] - starts, counts) + np.arange(counts.sum())], starts
