"""Flag (Vietoris--Rips) filtrations, given by dissimilarities and vertex grades; expanded as little as possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes._kernels_cliques import edges_within
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.edge_collapse import collapse_edges, cone_values
from tdainv.complexes.expansion import flag_complex
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.grids import finite_values, move_up
from tdainv.complexes.reduced_flag import ReducedFlag, connecting_edges, dense_ranks, reduce_filtration


@dataclass(frozen=True, eq=False, repr=False, init=False)
class FlagFiltration:
    """A flag filtration in p parameters.

    A vertex v has grade (``vertex_births[v]``, ``vertex_grades[v]``). A simplex with at least two vertices has grade
    (largest ``distances[u, v]`` over its edges, coordinatewise largest ``vertex_grades[v]`` over its vertices). The
    dissimilarity may be any symmetric one; the triangle inequality is not needed.

    Parameters
    ----------
    distances : array-like of shape (n, n)
        Values of the edges: symmetric, at least 0 and at least the births of both ends; ``inf`` where two vertices
        are never joined. The diagonal must be zero.
    vertex_births : array-like of shape (n,), default: zeros
        First coordinate of the grades of the vertices.
    vertex_grades : array-like of shape (n, p - 1) or (n,), default: no column
        Further coordinates of the grades of the vertices.
    max_edge : float, default inf
        Edges of greater value are left out. Use it only to cut the filtration off: bars that would die later become
        infinite. Speed does not need it, since values from which the complex is a cone are skipped anyway.

    Raises
    ------
    ValueError
        For wrong shapes, NaN, negative or non-symmetric distances, edges before their vertices.

    Examples
    --------
    Three points on a line; the middle one arrives last in the second parameter:

    >>> FlagFiltration([[0, 1, 3], [1, 0, 2], [3, 2, 0]], vertex_grades=[0, 5, 0])
    FlagFiltration(3 vertices, 2 parameters)
    """

    distances: Float
    vertex_births: Float
    vertex_grades: Float
    max_edge: float

    def __init__(
        self,
        distances: ArrayLike,
        vertex_births: ArrayLike | None = None,
        vertex_grades: ArrayLike | None = None,
        max_edge: float | None = None,
    ) -> None:
        matrix = check.distance_matrix(distances)
        n = len(matrix)
        births = np.zeros(n) if vertex_births is None else check.vertex_values(vertex_births, n, "vertex_births")
        if births.ndim != 1:
            raise ValueError(f"vertex_births must have shape ({n},), got {births.shape}.")
        grades = (
            np.zeros((n, 0))
            if vertex_grades is None
            else check.vertex_values(vertex_grades, n, "vertex_grades", least=0).reshape(n, -1)
        )
        if vertex_births is not None:
            _check_births(matrix, births)
        self._set(matrix, births, grades, check.max_edge(max_edge))

    def _set(self, distances: Float, vertex_births: Float, vertex_grades: Float, max_edge: float) -> None:
        object.__setattr__(self, "distances", distances)
        object.__setattr__(self, "vertex_births", vertex_births)
        object.__setattr__(self, "vertex_grades", vertex_grades)
        object.__setattr__(self, "max_edge", max_edge)

    @classmethod
    def of_checked(
        cls,
        distances: Float,
        *,
        vertex_births: Float | None = None,
        vertex_grades: Float | None = None,
        max_edge: float,
    ) -> FlagFiltration:
        """Return the filtration of arrays that builders have checked already: checking n² distances costs time."""
        n = len(distances)
        filtration = cls.__new__(cls)
        births = np.zeros(n) if vertex_births is None else vertex_births
        grades = np.zeros((n, 0)) if vertex_grades is None else vertex_grades.reshape(n, -1)
        filtration._set(distances, births, grades, max_edge)
        return filtration

    def with_function(self, vertex_grades: ArrayLike) -> FlagFiltration:
        """Filtration with further parameters: functions on the vertices.

        Parameters
        ----------
        vertex_grades : array-like of shape (n,) or (n, q)
            Finite.

        Returns
        -------
        FlagFiltration
            With p + q parameters.

        Examples
        --------
        >>> FlagFiltration([[0, 3], [3, 0]]).with_function([0.0, 1.0])
        FlagFiltration(2 vertices, 2 parameters)
        """
        values = check.vertex_values(vertex_grades, self.n_vertices, "vertex_grades").reshape(self.n_vertices, -1)
        return self.of_checked(
            self.distances,
            vertex_births=self.vertex_births,
            vertex_grades=np.hstack([self.vertex_grades, values]),
            max_edge=self.max_edge,
        )

    def on_grid(self, axes: Sequence[ArrayLike]) -> FlagFiltration:
        """Filtration with every grade moved up to the next point of a product grid.

        Homology at the points of the grid stays the same. Edges beyond the grid never appear; vertices beyond it are
        left out.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing

        Returns
        -------
        FlagFiltration

        Raises
        ------
        ValueError
            If all vertices are beyond the grid.

        Examples
        --------
        >>> FlagFiltration([[0, 1.5], [1.5, 0]]).on_grid([[0, 1, 2]]).distances
        array([[0., 2.],
               [2., 0.]])
        """
        lines = check.axes(axes, self.n_parameters)
        births = move_up(self.vertex_births, lines[0])
        columns = [move_up(self.vertex_grades[:, k], line) for k, line in enumerate(lines[1:])]
        grades = np.column_stack(columns) if columns else self.vertex_grades
        there = np.isfinite(births) & np.isfinite(grades).all(axis=1)
        if not there.any():
            raise ValueError("The grid must have a point at or above the grade of some vertex, got none.")
        matrix = self.distances[np.ix_(there, there)]
        matrix = move_up(np.where(matrix <= self.max_edge, matrix, np.inf), lines[0])
        np.fill_diagonal(matrix, 0.0)
        return self.of_checked(matrix, vertex_births=births[there], vertex_grades=grades[there], max_edge=np.inf)

    def axis_values(self, axis: int) -> Float:
        """Distinct finite values of the grades along an axis, increasing; up to the cone value on the first one."""
        if axis > 0:
            return np.unique(self.vertex_grades[:, axis - 1])
        edges = self.distances[np.triu_indices(self.n_vertices, 1)]
        edges = edges[edges <= min(self.max_edge, self.cone_value)]
        return finite_values(np.concatenate([self.vertex_births, edges]))

    @property
    def cone_value(self) -> float:
        """Value of the first parameter from which on every sublevel complex is a cone; inf if there is none.

        With up to one function, the largest enclosing radius min_u max_v d(u, v) over its sublevel sets. Nothing
        happens above: the smallest exact ``max_edge``.
        """
        return float(cone_values(self.distances, dense_ranks(self.vertex_grades)).max())

    def truncated(self) -> FlagFiltration:
        """Filtration cut off at its cone value: fewer simplices to list, and the same homology at every grade.

        Examples
        --------
        >>> import tdainv
        >>> line = tdainv.rips([[0.0], [1.0], [2.0], [3.0], [4.0]])
        >>> line.truncated()
        FlagFiltration(5 vertices, 1 parameter, max_edge=2)
        >>> line.expand(2), line.truncated().expand(2)
        (FilteredComplex(5 + 10 + 10 cells, 1 parameter), FilteredComplex(5 + 7 + 3 cells, 1 parameter))
        """
        return self.of_checked(
            self.distances,
            vertex_births=self.vertex_births,
            vertex_grades=self.vertex_grades,
            max_edge=min(self.max_edge, self.cone_value),
        )

    @property
    def n_vertices(self) -> int:
        """Number of vertices n."""
        return len(self.distances)

    @property
    def n_parameters(self) -> int:
        """Number of parameters p."""
        return 1 + self.vertex_grades.shape[1]

    def __repr__(self) -> str:
        parameters = f"{self.n_parameters} parameter{'s' if self.n_parameters > 1 else ''}"
        cut = "" if np.isinf(self.max_edge) else f", max_edge={self.max_edge:g}"
        return (
            f"FlagFiltration({self.n_vertices} {'vertex' if self.n_vertices == 1 else 'vertices'}, {parameters}{cut})"
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlagFiltration):
            return NotImplemented
        return self.max_edge == other.max_edge and all(
            np.array_equal(getattr(self, name), getattr(other, name))
            for name in ("distances", "vertex_births", "vertex_grades")
        )

    __hash__ = None  # type: ignore[assignment]

    def chain_complex(self, degree: int) -> ChainComplex:
        """Return a small chain complex with the homology of the filtration in `degree`, at every grade.

        Degree 0 with at most one vertex function takes the edges of minimum spanning forests, in O(n^2). Otherwise
        degrees 0 and 1 take the reduced flag complex: O(n^3 / 64) word operations in the worst case, n^2 distances
        sorted. Higher degrees k take :meth:`collapsed_complex`, whose number of cells decides.

        Parameters
        ----------
        degree : int
            At least 0.

        Returns
        -------
        ChainComplex

        Raises
        ------
        MemoryLimitError
            If it would not fit in memory.
        """
        return self.chain_complexes((degree,))[0]

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""
        degrees = check.degrees(degrees)
        low = [degree for degree in degrees if degree <= 1]
        high = [degree for degree in degrees if degree > 1]
        found = dict(zip(low, self._low_degrees(low), strict=True)) if low else {}
        if high:
            complexes = self.collapsed_complex(max(high)).chain_complexes(high)
            # Numbers of cells of a complex that only lives here say nothing.
            found |= {degree: replace(complex_, cells=None) for degree, complex_ in zip(high, complexes, strict=True)}
        return [found[degree] for degree in degrees]

    def collapsed_complex(self, degree: int) -> FilteredComplex:
        """Complex with the same homology in all degrees up to `degree`, at every grade; much smaller, as a rule.

        Edges are collapsed (see tdainv/complexes/edge_collapse.py), and simplices of dimension degree + 1 are left out
        where others span their boundaries. The values of edges that stay may be larger than their distances.

        Parameters
        ----------
        degree : int

        Returns
        -------
        FilteredComplex
            With cells up to dimension degree + 1, on the vertices 0, ..., n - 1.

        Raises
        ------
        MemoryLimitError
            If it would not fit in memory.

        References
        ----------
        Glisse, Pritam: Swap, shift and trim to edge collapse a filtration, SoCG 2022.
        Alonso, Kerber, Pritam: Filtration-domination in bifiltered graphs, ALENEX 2023.

        Examples
        --------
        The corners of an octahedron span a sphere; the diagonals, which have equal lengths, fill it:

        >>> import numpy as np, tdainv
        >>> octahedron = tdainv.rips(np.vstack([np.eye(3), -np.eye(3)]))
        >>> octahedron.expand(3)
        FilteredComplex(6 + 15 + 20 + 15 cells, 1 parameter)
        >>> octahedron.collapsed_complex(2)
        FilteredComplex(6 + 13 + 12 + 4 cells, 1 parameter)
        >>> tdainv.barcode(octahedron, degree=2).diagram
        array([[1.41421356, 2.        ]])
        """
        check.degree(degree)
        edges, values = collapse_edges(self.distances, self.vertex_grades, self.max_edge)
        return flag_complex(edges, values, self.vertex_births, self.vertex_grades, degree + 1, homology_only=True)

    def expand(self, max_dimension: int) -> FilteredComplex:
        """List all simplices up to a dimension.

        Parameters
        ----------
        max_dimension : int
            At least 1. Homology in degree k needs dimension k + 1; :meth:`chain_complex` has no need of the list.

        Returns
        -------
        FilteredComplex
            With p parameters, on the vertices 0, ..., n - 1; edges above ``max_edge`` and their cofaces left out.
            Cells are listed by dimension, then lexicographically by vertices.

        Raises
        ------
        MemoryLimitError
            Before the simplices of a dimension that would not fit are listed.

        Examples
        --------
        >>> triangle = FlagFiltration([[0, 1, 3], [1, 0, 2], [3, 2, 0]]).expand(2)
        >>> triangle
        FilteredComplex(3 + 3 + 1 cells, 1 parameter)
        >>> triangle.grades.ravel()
        array([0., 0., 0., 1., 3., 2., 3.])
        """
        dimension = check.positive_integer(max_dimension, "max_dimension")
        edges = edges_within(self.distances, np.full(self.n_vertices, min(self.max_edge, np.finfo(float).max)))
        values = self.distances[edges[:, 0], edges[:, 1]]
        return flag_complex(edges, values, self.vertex_births, self.vertex_grades, dimension)

    def _low_degrees(self, degrees: Sequence[int]) -> list[ChainComplex]:
        if 1 not in degrees and self.n_parameters <= 2:
            edges = connecting_edges(self.distances, self.vertex_grades, self.max_edge)
            return [self._components(edges, self._edge_boundary(edges)) for _ in degrees]
        reduced = reduce_filtration(self.distances, self.vertex_grades, self.max_edge)
        boundary = self._edge_boundary(reduced.edges)
        return [
            self._cycles(reduced, boundary) if degree == 1 else self._components(reduced.edges, boundary)
            for degree in degrees
        ]

    def _edge_boundary(self, edges: Int) -> GradedMatrix:
        values = self.distances[edges[:, 0], edges[:, 1]]
        joins = self.vertex_grades[edges].max(axis=1)
        return GradedMatrix.of_checked(
            2 * np.arange(len(edges) + 1),
            edges.ravel().astype(np.int32),
            np.column_stack([self.vertex_births, self.vertex_grades]),
            np.column_stack([values, joins]),
        )

    def _components(self, edges: Int, boundary: GradedMatrix) -> ChainComplex:
        vertices = np.arange(self.n_vertices)[:, np.newaxis]
        return ChainComplex(0, boundary, GradedMatrix.to_zero(boundary.row_grades), (vertices, edges))

    def _cycles(self, reduced: ReducedFlag, boundary: GradedMatrix) -> ChainComplex:
        longest = reduced.triangles[:, :2]
        values = self.distances[longest[:, 0], longest[:, 1]]
        joins = self.vertex_grades[reduced.triangles].max(axis=1)
        grades = np.column_stack([values, joins])
        upper = GradedMatrix.of_checked(reduced.indptr, reduced.indices, boundary.column_grades, grades)
        return ChainComplex(1, upper, boundary, (reduced.edges, reduced.triangles))


def _check_births(distances: Float, births: Float) -> None:
    n = len(births)
    early = distances < np.maximum(births[:, np.newaxis], births)
    early[np.arange(n), np.arange(n)] = False
    if early.any():
        u, v = (int(i) for i in np.argwhere(early)[0])
        raise ValueError(
            f"distances[{u}, {v}] = {distances[u, v]:g} lies below the birth {max(births[u], births[v]):g} of one of "
            "its vertices: an edge cannot come before its vertices."
        )
