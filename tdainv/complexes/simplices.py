"""Simplices as rows of vertex numbers: finding them, their facets and their faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Int, Number
from tdainv.complexes import _kernels_simplices as kernels


class Facets(NamedTuple):
    """Facets of the simplices of each dimension, and simplices that are listed twice.

    ``tables[k]``, of shape (n_k, k + 1), has the numbers of the facets among the (k - 1)-simplices, -1 for one that is
    not listed; column i leaves out vertex i. ``repeated[k]`` has the numbers of two equal k-simplices, or is None.
    """

    tables: list[Int]
    repeated: list[tuple[int, int] | None]


def find_facets(levels: list[Int], n_vertices: int) -> Facets:
    """Find the facets of simplices by binary search.

    A simplex is known by the number of its face without the last vertex, and by that vertex: one integer each, for any
    number of vertices. The facet that leaves out vertex i is a face of the first kind too, with the last vertex.

    Parameters
    ----------
    levels : list of int arrays, the k-th of shape (n_k, k + 1)
        Vertex numbers from 0 to n_vertices - 1, increasing along rows.
    n_vertices : int

    Returns
    -------
    Facets
    """
    number = np.full(n_vertices, -1)  # of the vertices, as simplices
    number[levels[0][:, 0]] = np.arange(len(levels[0]))
    tables = [np.zeros((len(levels[0]), 0), np.int64)]
    vertices = _Children(np.zeros(len(levels[0]), np.int64), levels[0][:, 0], n_vertices)  # of the empty simplex
    repeated = [vertices.repeated()]
    children: list[_Children] = []  # by dimension, from 1 on
    for k, rows in enumerate(levels[1:], start=1):
        parents = number[rows[:, 0]]
        for j in range(1, k):
            parents = children[j - 1].find(parents, rows[:, j])
        if k == 1:
            table = np.column_stack([number[rows[:, 1]], parents])
        else:
            known = np.vstack([tables[-1], np.full(k, -1)])[parents]  # the last row is for parent -1
            others = [children[-1].find(known[:, i], rows[:, k]) for i in range(k)]
            table = np.column_stack([*others, parents])
        tables.append(table)
        children.append(_Children(parents, rows[:, k], n_vertices))
        repeated.append(children[-1].repeated())
    return Facets(tables, repeated)


class _Children:
    """Simplices by parent, the number of the face without the last vertex, and last vertex."""

    def __init__(self, parents: Int, last: Int, n_vertices: int) -> None:
        self._n_vertices = n_vertices
        keys = self._key(parents, last)
        self._order = np.argsort(keys, kind="stable")
        self._keys = keys[self._order]

    def _key(self, parents: Int, last: Int) -> Int:
        return np.where(parents < 0, -1, parents * self._n_vertices + last)

    def find(self, parents: Int, last: Int) -> Int:
        """Number of each child, -1 where it or the parent is unknown."""
        wanted = self._key(parents, last)
        if len(self._keys) == 0:
            return np.full(len(wanted), -1)
        place = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
        return np.where((self._keys[place] == wanted) & (wanted >= 0), self._order[place], -1)

    def repeated(self) -> tuple[int, int] | None:
        """Numbers of two equal children, if there are any."""
        same = np.flatnonzero((self._keys[1:] == self._keys[:-1]) & (self._keys[1:] >= 0))
        return (int(self._order[same[0]]), int(self._order[same[0] + 1])) if len(same) else None


class SimplicialComplex(NamedTuple):
    """Simplices closed under faces, each once, with their facets.

    ``levels[k]``, int32 of shape (n_k, k + 1), has the k-simplices as increasing rows in lexicographic order;
    ``levels[0]`` is 0, ..., n - 1. ``facets[k]``, of the same shape (no columns for vertices), has the numbers of their
    facets among the (k - 1)-simplices; column i leaves out vertex i, so rows decrease.
    """

    levels: list[Number]
    facets: list[Number]


def close_simplices(levels: list[Number], n_vertices: int) -> SimplicialComplex:
    """Complex of simplices and all their faces, on the vertices 0, ..., n_vertices - 1, all of which it has.

    Parameters
    ----------
    levels : list of int arrays, the k-th of shape (n_k, k + 1)
        Vertex numbers, increasing along rows; rows in any order, repeated or not. ``levels[0]`` is not looked at.
    n_vertices : int

    Returns
    -------
    SimplicialComplex
        Without empty levels at the end.
    """
    rows = [np.ascontiguousarray(level, np.int32) for level in levels[1:]]
    while rows and len(rows[-1]) == 0:
        rows.pop()
    facets = [np.zeros((n_vertices, 0), np.int32)] * (len(rows) + 1)
    upper = np.zeros((0, len(rows) + 2), np.int32)
    for k in range(len(rows), 0, -1):
        own = len(rows[k - 1])
        rows[k - 1], numbers = kernels.distinct_rows(kernels.rows_and_facets(rows[k - 1], upper), n_vertices)
        if k < len(rows):
            facets[k + 1] = numbers[own:].reshape(upper.shape)
        upper = rows[k - 1]
    if rows:
        facets[1] = np.ascontiguousarray(rows[0][:, ::-1])
    return SimplicialComplex([np.arange(n_vertices, dtype=np.int32)[:, np.newaxis], *rows], facets)


def number_simplices(facets: list[Number]) -> tuple[Int, Int, Number]:
    """Dimensions, indptr and indices of the cells of a :class:`SimplicialComplex`, numbered dimension by dimension."""
    sizes = [len(table) for table in facets]
    widths = [table.shape[1] for table in facets]
    indptr = np.zeros(sum(sizes) + 1, np.int64)
    np.cumsum(np.repeat(widths, sizes), out=indptr[1:])
    starts = np.cumsum([0, *sizes])
    shifted = [(table[:, ::-1] + np.int32(starts[max(k - 1, 0)])).ravel() for k, table in enumerate(facets)]
    return np.repeat(np.arange(len(facets)), sizes), indptr, np.concatenate(shifted).astype(np.int32, copy=False)


def by_dimension(simplices: Sequence[Any]) -> tuple[list[Int], list[Int]]:
    """Rows of vertices of each dimension, and the numbers of these simplices in the order given."""
    if not isinstance(simplices, Sequence | np.ndarray) or isinstance(simplices, str):
        raise TypeError(f"simplices must be a sequence of simplices, got {type(simplices).__name__}.")
    levels = _levels_of_arrays if len(simplices) and isinstance(simplices[0], np.ndarray) else _levels_of_rows
    groups, numbers = levels(simplices)
    if -1 in groups:
        raise ValueError(f"A simplex must have at least one vertex, got simplex {numbers[-1][0][0]} without one.")
    top = max(groups, default=-1)
    empty = np.zeros(0, np.int64)
    return (
        [np.concatenate(groups[k]) if k in groups else np.zeros((0, k + 1), np.int64) for k in range(top + 1)],
        [np.concatenate(numbers[k]) if k in numbers else empty for k in range(top + 1)],
    )


_LARGEST = np.iinfo(np.int64).max
_Levels = tuple[dict[int, list[Int]], dict[int, list[Int]]]


def _levels_of_arrays(simplices: Sequence[Any]) -> _Levels:
    """Arrays of rows, each of one dimension; an array of one axis is one simplex."""
    groups: dict[int, list[Int]] = {}
    numbers: dict[int, list[Int]] = {}
    position = 0
    for i, array in enumerate(simplices):
        level = check.integers(np.atleast_2d(np.asarray(array)), f"simplices[{i}]", (None, None))
        if level.shape[1] == 0:
            raise ValueError(f"simplices[{i}] must have a column for each vertex, got shape {level.shape}.")
        groups.setdefault(level.shape[1] - 1, []).append(level)
        numbers.setdefault(level.shape[1] - 1, []).append(np.arange(position, position + len(level)))
        position += len(level)
    return groups, numbers


def _levels_of_rows(simplices: Sequence[Any]) -> _Levels:
    members: dict[int, list[int]] = {}
    for i, simplex in enumerate(simplices):
        if not hasattr(simplex, "__len__") or isinstance(simplex, str):
            raise TypeError(f"simplices[{i}] must be a sequence of vertices, got {simplex!r}.")
        members.setdefault(len(simplex) - 1, []).append(i)
    groups = {}
    for k, chosen in members.items():
        vertices = [vertex for i in chosen for vertex in simplices[i]]
        if not {type(vertex) for vertex in vertices} <= {int} or max(map(abs, vertices), default=0) > _LARGEST:
            for n, vertex in enumerate(vertices):
                if isinstance(vertex, bool) or not isinstance(vertex, int | np.integer) or abs(int(vertex)) > _LARGEST:
                    i = chosen[n // (k + 1)]
                    raise ValueError(
                        f"Vertices of simplices must be integers, got simplices[{i}] = {simplices[i]!r}; "
                        f"integers may have at most 63 bits."
                    )
        rows = np.array(vertices, np.int64)
        groups[k] = [rows.reshape(len(chosen), k + 1)]
    return groups, {k: [np.array(chosen)] for k, chosen in members.items()}


def vertex_ranks(rows: Int, labels: Int, numbers: Int) -> Int:
    """Vertices as numbers among the labels, increasing along rows."""
    rows = np.sort(rows, axis=1)
    require_different_vertices(rows, numbers)
    ranks = np.minimum(np.searchsorted(labels, rows), max(len(labels) - 1, 0))
    unknown = labels[ranks] != rows if len(labels) else np.ones(rows.shape, bool)
    if unknown.any():
        i, j = (int(index) for index in np.argwhere(unknown)[0])
        raise ValueError(
            f"Every face must be listed: simplex {numbers[i]}, {as_tuple(rows[i])}, lacks its vertex ({rows[i, j]},)."
        )
    return ranks


def require_different_vertices(rows: Int, numbers: Int) -> None:
    """Raise ValueError if a row, sorted, has a vertex twice."""
    repeated = (rows[:, 1:] == rows[:, :-1]).any(axis=1)
    if repeated.any():
        i = int(np.flatnonzero(repeated)[0])
        raise ValueError(f"The vertices of a simplex must be different, got simplex {numbers[i]}, {as_tuple(rows[i])}.")


def as_tuple(simplex: Int) -> tuple[int, ...]:
    """Vertices of a simplex, for messages."""
    return tuple(int(v) for v in simplex)


def assemble_cells(facets: list[Int], numbers: list[Int]) -> tuple[Int, Int, Number]:
    """Dimensions, indptr and indices of cells given dimension by dimension, with their numbers."""
    n_cells = sum(map(len, numbers))
    dimensions = np.empty(n_cells, np.int64)
    for k, cells_ in enumerate(numbers):
        dimensions[cells_] = k
    widths = np.array([level.shape[1] for level in facets], np.int64)
    indptr = np.zeros(n_cells + 1, np.int64)
    np.cumsum(widths[dimensions] if n_cells else [], out=indptr[1:])
    indices = np.empty(indptr[-1], np.int32)
    for level, cells_ in zip(facets, numbers, strict=True):
        indices[indptr[cells_][:, np.newaxis] + np.arange(level.shape[1])] = np.sort(level, axis=1)
    return dimensions, indptr, indices
