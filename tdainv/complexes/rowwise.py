"""Bifiltrations given row by row: a one-parameter filtration at each of finitely many levels of the second parameter.

Degree-Rips, Delaunay core and sublevel flood bifiltrations are multicritical: a simplex has one minimal grade a row.
Their Hilbert measures come from the barcodes of the rows; anything else from a free complex (multicritical.py).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv._words import counted
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.grids import finite_values, move_up
from tdainv.complexes.multicritical import resolve_staircases


class RowwiseBifiltration(ABC):
    """A bifiltration that only changes at the levels s_0 < s_1 < ... of its second parameter.

    Row j is the one-parameter filtration at s_j, and stays until s_{j+1}; below s_0 nothing is there. A cell appears
    no later in row j + 1 than in row j.
    """

    levels: Float

    @abstractmethod
    def row(self, j: int) -> FilteredComplex | FlagFiltration:
        """One-parameter filtration at level j."""

    @abstractmethod
    def on_grid(self, axes: Sequence[ArrayLike]) -> RowwiseBifiltration:
        """Bifiltration with every grade moved up to the next point of a product grid."""

    @abstractmethod
    def axis_values(self, axis: int) -> Float:
        """Finite values of the grades along an axis."""

    @abstractmethod
    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""

    def chain_complex(self, degree: int) -> ChainComplex:
        """Return a chain complex with the homology of the bifiltration in `degree`, at every grade.

        Parameters
        ----------
        degree : int
            At least 0.

        Returns
        -------
        ChainComplex
            Of the free complex: every cell has a copy for each of its minimal grades.

        Raises
        ------
        MemoryLimitError
            If it would not fit in memory.
        """
        return self.chain_complexes((degree,))[0]

    @property
    def n_parameters(self) -> int:
        """Number of parameters, 2."""
        return 2

    @property
    def n_rows(self) -> int:
        """Number of levels."""
        return len(self.levels)


@dataclass(frozen=True, eq=False, repr=False, init=False)
class MulticriticalComplex(RowwiseBifiltration):
    """A cell complex whose cells have one value in each of finitely many rows: a multicritical bifiltration.

    Cell i is there at grade (r, s) if ``values[i, j] <= r`` for the last j with ``levels[j] <= s``.

    Parameters
    ----------
    dimensions : array-like of shape (n,), int
    indptr : array-like of shape (n + 1,), int
    indices : array-like of shape (n_entries,), int
        Cells by their facets, as in :class:`~tdainv.FilteredComplex`.
    values : array-like of shape (n, m)
        Value of each cell in each row: not increasing along rows, at least those of its facets; ``inf`` where the cell
        is not there.
    levels : array-like of shape (m,)
        The second coordinates of the rows, increasing.
    vertex_labels : array-like of shape (n_vertices,), int, optional

    Raises
    ------
    ValueError
        For arrays that are no cell complex, wrong shapes, NaN, values that increase along a row, levels that do not
        increase; the error names the place.

    Examples
    --------
    An edge that comes at 2 in the first row, and together with its vertices in the second:

    >>> edge = MulticriticalComplex([0, 0, 1], [0, 0, 0, 2], [0, 1], [[0, 0], [0, 0], [2, 0]], levels=[-1.0, 0.0])
    >>> edge
    MulticriticalComplex(2 + 1 cells, 2 rows)
    >>> edge.row(0).grades.ravel()
    array([0., 0., 2.])
    >>> edge.free_complex()
    FilteredComplex(2 + 2 + 1 cells, 2 parameters)
    """

    dimensions: Int
    indptr: Int
    indices: Number
    values: Float
    levels: Float
    vertex_labels: Int | None

    def __init__(
        self,
        dimensions: ArrayLike,
        indptr: ArrayLike,
        indices: ArrayLike,
        values: ArrayLike,
        levels: ArrayLike,
        vertex_labels: ArrayLike | None = None,
    ) -> None:
        rows = check.grades(values, int(np.size(dimensions)), "values")
        heights = check.axes([levels], 1)[0]
        if not np.isfinite(heights).all() or (heights[1:] <= heights[:-1]).any():
            raise ValueError(f"levels must be finite and increase strictly, got {heights}.")
        if rows.shape[1] != len(heights):
            raise ValueError(f"values must have one column for each of the {len(heights)} levels, got {rows.shape}.")
        later = rows[:, 1:] > rows[:, :-1]
        if later.any():
            i, j = (int(k) for k in np.argwhere(later)[0])
            raise ValueError(
                f"values must not increase along rows, got values[{i}, {j}] = {rows[i, j]:g} and values[{i}, {j + 1}] "
                f"= {rows[i, j + 1]:g}."
            )
        # One parameter a row: all rules of cells, and that values do not decrease from facets to cells.
        cells = FilteredComplex(dimensions, indptr, indices, rows, vertex_labels)  # type: ignore[arg-type]
        self._set(cells.dimensions, cells.indptr, cells.indices, rows, heights, cells.vertex_labels)

    def _set(
        self, dimensions: Int, indptr: Int, indices: Number, values: Float, levels: Float, vertex_labels: Int | None
    ) -> None:
        fields = {"dimensions": dimensions, "indptr": indptr, "indices": indices, "values": values, "levels": levels}
        for name, array in {**fields, "vertex_labels": vertex_labels}.items():
            object.__setattr__(self, name, array)

    @classmethod
    def of_checked(
        cls,
        dimensions: Int,
        indptr: Int,
        indices: Number,
        values: Float,
        levels: Float,
        vertex_labels: Int | None = None,
    ) -> MulticriticalComplex:
        """Return the complex of arrays that are right by construction, without checking them."""
        complex_ = cls.__new__(cls)
        complex_._set(dimensions, indptr, indices, values, levels, vertex_labels)
        return complex_

    def row(self, j: int) -> FilteredComplex:
        """One-parameter filtration at level j; cells that are not there have grade ``inf``."""
        return self.with_grades(np.ascontiguousarray(self.values[:, j : j + 1]))

    def with_grades(self, grades: Float) -> FilteredComplex:
        """Return the one-critical filtration of the same cells by other grades, shape (n, p)."""
        return FilteredComplex.of_checked(self.dimensions, self.indptr, self.indices, grades, self.vertex_labels)

    def on_grid(self, axes: Sequence[ArrayLike]) -> MulticriticalComplex:
        """Bifiltration with every grade moved up to the next point of a product grid; see FilteredComplex.on_grid."""
        radii, heights = check.axes(axes, 2)
        moved = move_up(self.values, radii)
        return MulticriticalComplex.of_checked(
            self.dimensions, self.indptr, self.indices, *_rows_at(moved, self.levels, heights), self.vertex_labels
        )

    def axis_values(self, axis: int) -> Float:
        """Finite values of the grades along an axis."""
        return finite_values(self.values) if axis == 0 else self.levels

    def free_complex(self) -> FilteredComplex:
        """One-critical complex with the same homology at every grade: a copy of each cell for each minimal grade.

        Returns
        -------
        FilteredComplex
            With two parameters; see :func:`tdainv.multicritical_complex`.

        Raises
        ------
        MemoryLimitError
            If it would not fit in memory.
        """
        require_memory(
            10 * self.values.size, "The minimal grades of a multicritical complex", "Keep fewer rows or cells."
        )
        minimal = np.isfinite(self.values)
        minimal[:, 1:] &= self.values[:, 1:] < self.values[:, :-1]
        cells, rows = np.nonzero(minimal)
        # Along a staircase the first coordinate rises: the last row comes first.
        order = np.lexsort((-rows, cells))
        grades = np.column_stack([self.values[minimal], self.levels[rows]])[order]
        return resolve_staircases(self.with_grades(self.values[:, :0]), cells, grades)

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""
        return self.free_complex().chain_complexes(check.degrees(degrees))

    def __len__(self) -> int:
        return len(self.dimensions)

    def __repr__(self) -> str:
        sizes = " + ".join(map(str, np.bincount(self.dimensions))) if len(self) else "0"
        return f"MulticriticalComplex({sizes} cells, {counted(self.n_rows, 'row')})"

    def __eq__(self, other: object) -> bool:
        """Whether cells, boundaries, values and levels agree, in the same order; labels are not compared."""
        return _equal(self, other, ("dimensions", "indptr", "indices", "values", "levels"))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False, repr=False)
class DegreeRipsFiltration(RowwiseBifiltration):
    """A flag filtration whose vertices have one birth in each of finitely many rows; see :func:`tdainv.degree_rips`.

    Parameters
    ----------
    distances : ndarray of shape (n, n)
        A dissimilarity: symmetric, zero diagonal.
    births : ndarray of shape (n, m)
        Birth of each vertex in each row, not increasing along rows. An edge {u, v} of row j has the value
        max(distances[u, v], births[u, j], births[v, j]).
    levels : ndarray of shape (m,)
        Second coordinates of the rows, increasing.
    max_edge : float
        Edges of greater value are left out.

    Examples
    --------
    >>> import tdainv
    >>> bifiltration = tdainv.degree_rips([[0.0], [1.0], [5.0]])
    >>> bifiltration
    DegreeRipsFiltration(3 vertices, 3 rows)
    >>> bifiltration.levels
    array([-2., -1.,  0.])
    >>> bifiltration.births
    array([[5., 1., 0.],
           [4., 1., 0.],
           [5., 4., 0.]])
    """

    distances: Float
    births: Float
    levels: Float
    max_edge: float = np.inf

    def row(self, j: int) -> FlagFiltration:
        """One-parameter filtration at level j: a Rips filtration with births of vertices.

        Vertices that are not there, because they were moved beyond a grid, are left out.
        """
        births, distances = np.ascontiguousarray(self.births[:, j]), self.distances
        there = np.isfinite(births)
        if not there.all():
            births, distances = births[there], distances[np.ix_(there, there)]
        edges = np.maximum(distances, births)
        np.maximum(edges, births[:, np.newaxis], out=edges)
        np.fill_diagonal(edges, 0.0)
        return FlagFiltration.of_checked(edges, vertex_births=births, max_edge=self.max_edge)

    @property
    def n_vertices(self) -> int:
        """Number of vertices n."""
        return len(self.distances)

    @property
    def cut_distances(self) -> Float:
        """Distances, with inf for those above max_edge."""
        return (
            self.distances
            if self.max_edge == np.inf
            else np.where(self.distances <= self.max_edge, self.distances, np.inf)
        )

    def truncated(self) -> DegreeRipsFiltration:
        """Filtration cut off at the value from which every row is a cone: see FlagFiltration.truncated."""
        cut = max((self.row(j).cone_value for j in range(self.n_rows)), default=np.inf)
        return replace(self, max_edge=min(self.max_edge, cut))

    def on_grid(self, axes: Sequence[ArrayLike]) -> DegreeRipsFiltration:
        """Bifiltration with every grade moved up to the next point of a product grid; see FilteredComplex.on_grid."""
        radii, heights = check.axes(axes, 2)
        moved = move_up(self.cut_distances, radii)
        np.fill_diagonal(moved, 0.0)
        return DegreeRipsFiltration(moved, *_rows_at(move_up(self.births, radii), self.levels, heights))

    def axis_values(self, axis: int) -> Float:
        """Finite values of the grades along an axis."""
        if axis == 1:
            return self.levels
        return finite_values(np.concatenate([self.cut_distances.ravel(), self.births.ravel()]))

    def expand(self, max_dimension: int) -> MulticriticalComplex:
        """List all simplices up to a dimension, with their values in all rows.

        Parameters
        ----------
        max_dimension : int
            At least 1. Homology in degree k needs dimension k + 1.

        Returns
        -------
        MulticriticalComplex

        Raises
        ------
        MemoryLimitError
            If it would not fit in memory.

        Examples
        --------
        >>> import tdainv
        >>> tdainv.degree_rips([[0.0], [1.0], [5.0]]).expand(2)
        MulticriticalComplex(3 + 3 + 1 cells, 3 rows)
        """
        base = FlagFiltration.of_checked(self.distances, max_edge=self.max_edge).expand(max_dimension)
        require_memory(
            24 * len(base) * self.n_rows,
            f"The values of {len(base)} simplices in {counted(self.n_rows, 'row')}",
            "Set max_edge, subsample the points, or give fewer rows.",
        )
        values = np.empty((len(base), self.n_rows))
        for j in range(self.n_rows):
            cells = base.with_function(self.births[:, j]).grades
            values[:, j] = np.where(cells.max(axis=1) <= self.max_edge, cells.max(axis=1), np.inf)
            first = slice(0, base.n_vertices)
            values[first, j] = self.births[:, j]
        return MulticriticalComplex.of_checked(base.dimensions, base.indptr, base.indices, values, self.levels)

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""
        degrees = check.degrees(degrees)
        return self.truncated().expand(max(degrees) + 1).chain_complexes(degrees)

    def __repr__(self) -> str:
        vertices = counted(self.n_vertices, "vertex", "vertices")
        return f"DegreeRipsFiltration({vertices}, {counted(self.n_rows, 'row')})"

    def __eq__(self, other: object) -> bool:
        return _equal(self, other, ("distances", "births", "levels", "max_edge"))

    __hash__ = None  # type: ignore[assignment]


def _rows_at(values: Float, levels: Float, heights: Float) -> tuple[Float, Float]:
    """Values at other heights, those of the last level at or below; heights where something is there."""
    heights = np.unique(heights)
    before = np.column_stack([np.full(len(values), np.inf), values])
    rows = before[:, np.searchsorted(levels, heights, side="right")]
    some = np.isfinite(rows).any(axis=0)
    return rows[:, some], heights[some]


def _equal(first: Any, second: object, names: tuple[str, ...]) -> Any:
    if not isinstance(second, type(first)):
        return NotImplemented
    return all(np.array_equal(getattr(first, name), getattr(second, name)) for name in names)
