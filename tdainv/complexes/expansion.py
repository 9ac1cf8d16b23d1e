"""Listing the simplices of a flag filtration, after counting them.

For homology in degrees up to k, boundaries of the (k+1)-simplices matter only through what they span at each grade. A
(k+1)-simplex S is *redundant* if, for some vertex z, S + z is a simplex of the grade of S and S is its last facet in a
fixed order of all (k+1)-simplices: the boundary of S is then the sum of the boundaries of the other facets of S + z,
which are earlier and of grades at most that of S. By induction all redundant simplices can be left out at once, with
the same boundaries at every grade. It is the argument of lemma 1 of docs/theory/reduced_flag.md in any degree.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._memory import available_memory, require_memory
from tdainv._typing import Float, Int, Number
from tdainv.complexes import _kernels_cliques as cliques
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.reduced_flag import dense_ranks
from tdainv.exceptions import MemoryLimitError

_MAX_CELLS = np.iinfo(np.int32).max  # facets are 32-bit numbers
_REMEDY = "Set max_edge, subsample the points, or ask for lower degrees."


class _Level(NamedTuple):
    """The simplices of one dimension: see _kernels_cliques."""

    start: Int  # children of the level before
    last: Number
    facets: Number


def flag_complex(
    edges: Number,
    values: Float,
    vertex_births: Float,
    vertex_grades: Float,
    max_dimension: int,
    *,
    homology_only: bool = False,
) -> FilteredComplex:
    """Flag complex of a graph up to a dimension, with the grades of FlagFiltration.

    Parameters
    ----------
    edges : int32 ndarray of shape (m, 2)
        Ends u < v, in lexicographic order.
    values : ndarray of shape (m,)
        First coordinate of the grades of the edges.
    vertex_births : ndarray of shape (n,)
    vertex_grades : ndarray of shape (n, q)
    max_dimension : int
        At least 1.
    homology_only : bool, default False
        Leave out simplices of dimension `max_dimension` that are redundant for the homology in lower degrees.

    Returns
    -------
    FilteredComplex
        With 1 + q parameters; cells by dimension, then in lexicographic order of their vertices, those of dimension
        `max_dimension` in another order if some are left out.

    Raises
    ------
    MemoryLimitError
        Before the simplices of a dimension that would not fit are listed.

    Notes
    -----
    Time and memory are linear in the number of simplices, and in the number of pairs of simplices with all but one
    vertex, the last, in common.

    Examples
    --------
    All edges of a tetrahedron at once:

    >>> import numpy as np
    >>> edges = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]], np.int32)
    >>> flag_complex(edges, np.ones(6), np.zeros(4), np.zeros((4, 0)), 3)
    FilteredComplex(4 + 6 + 4 + 1 cells, 1 parameter)

    The triangles have equal grades, and the boundary of one of them is the sum of the others:

    >>> flag_complex(edges, np.ones(6), np.zeros(4), np.zeros((4, 0)), 2, homology_only=True)
    FilteredComplex(4 + 6 + 3 cells, 1 parameter)
    """
    n = len(vertex_births)
    adjacency = cliques.neighbourhoods(edges, n)
    levels = [
        _Level(np.array([0, n]), np.arange(n, dtype=np.int32), np.zeros((n, 0), np.int32)),
        _Level(np.searchsorted(edges[:, 0], np.arange(n + 1)), np.ascontiguousarray(edges[:, 1]), edges),
    ]
    joins = np.maximum(vertex_grades[edges[:, 0]], vertex_grades[edges[:, 1]])
    grades = [np.column_stack([vertex_births, vertex_grades]), np.column_stack([values, joins])]
    while len(levels) <= max_dimension and len(levels[-1].last):
        if homology_only and len(levels) == max_dimension and _lunes_fit(levels):
            levels.append(_needed(levels, grades, adjacency))
        else:
            levels.append(_all(levels, grades, adjacency))
        facets = levels[-1].facets
        # Three facets of a simplex have all of its edges.
        grades.append(np.maximum.reduce([grades[-1][facets[:, j]] for j in range(3)]))
    return assemble([level.facets for level in levels if len(level.facets)], np.concatenate(grades))


def _all(levels: list[_Level], grades: list[Float], adjacency: Number) -> _Level:
    """All simplices of the next dimension."""
    leaves = levels[-1]
    limit = _limit(levels, grades)
    start = cliques.count_children(leaves.start, leaves.last, adjacency, limit)
    _require(start[-1], limit, levels, grades)
    last = cliques.list_children(leaves.start, leaves.last, adjacency, start)
    return _Level(start, last, cliques.child_facets(leaves.start, leaves.last, leaves.facets, start, last))


def _lunes_fit(levels: list[_Level]) -> bool:
    """Whether bit sets of lunes would take a small part of memory; listing all simplices is right too."""
    n, n_edges = len(levels[0].last), len(levels[1].last)
    available = available_memory()
    return available is None or 4 * n * n + n_edges * (n // 8 + 24) <= available // 4


def _needed(levels: list[_Level], grades: list[Float], adjacency: Number) -> _Level:
    """Simplices of the next dimension that are not redundant; nothing can be built on them."""
    n, edges = len(levels[0].last), levels[1].facets
    edges = edges[np.lexsort(grades[1].T[::-1])]
    order = np.full((n, n), _MAX_CELLS, np.int32)
    order[edges[:, 0], edges[:, 1]] = order[edges[:, 1], edges[:, 0]] = np.arange(len(edges))
    lunes, ranks = cliques.edge_lunes(edges, order, adjacency), dense_ranks(grades[0][:, 1:])
    limit = _limit(levels, grades)
    simplices, width = edges, len(levels) + 1
    while simplices.shape[1] < width:
        missing = width - simplices.shape[1]
        if missing == 1:
            added = cliques.add_vertices(simplices, order, lunes, ranks, limit).reshape(-1, 2)
        else:
            added = cliques.add_edges(simplices, order, lunes, ranks, missing == 2, limit).reshape(-1, 3)
        _require(len(added), limit, levels, grades)
        simplices = np.hstack([simplices[added[:, 0]], added[:, 1:]])
    return _Level(np.zeros(0, np.int64), np.zeros(0, np.int32), _find_facets(levels, np.sort(simplices, axis=1)))


def _find_facets(levels: list[_Level], simplices: Number) -> Number:
    """Facets of simplices among those of the last level, in increasing order: the last vertex is left out first."""
    columns = np.ascontiguousarray(simplices.T)
    facets = np.empty(simplices.shape, np.int32)
    for i in range(len(columns)):
        vertices = np.delete(columns, len(columns) - 1 - i, axis=0)
        numbers = vertices[0]
        for level, following in zip(levels[1:], vertices[1:], strict=True):
            numbers = cliques.find_children(numbers, following, level.start, level.last)
        facets[:, i] = numbers
    return facets


def _bytes_per_simplex(levels: list[_Level], grades: list[Float]) -> int:
    """Memory for one more simplex: facets, twice, grades, twice, last vertex, dimension, starts."""
    return 8 * (len(levels) + 1) + 16 * grades[0].shape[1] + 28


def _limit(levels: list[_Level], grades: list[Float]) -> int:
    """How many simplices of the next dimension are worth counting."""
    available = available_memory()
    left = _MAX_CELLS - sum(len(level.last) for level in levels)
    return left if available is None else min(left, available // _bytes_per_simplex(levels, grades))


def _require(count: int, limit: int, levels: list[_Level], grades: list[Float]) -> None:
    """Refuse `count` simplices of the next dimension if they are more than `limit`."""
    dimension = len(levels)
    n_bytes = int(count) * _bytes_per_simplex(levels, grades)
    require_memory(n_bytes, f"Listing the {dimension}-simplices of the flag complex ({count} or more)", _REMEDY)
    if count > limit:
        raise MemoryLimitError(
            f"A complex may have at most {_MAX_CELLS} cells, but the flag complex has {count} or more simplices of "
            f"dimension {dimension}. {_REMEDY}"
        )


def assemble(facets: list[Number], grades: Float) -> FilteredComplex:
    """Complex of cells that are numbered dimension by dimension; facets are numbers within their dimension."""
    counts = np.array([len(level) for level in facets])
    first = np.cumsum(counts) - counts
    indptr = np.zeros(counts.sum() + 1, np.int64)
    np.cumsum(np.repeat([level.shape[1] for level in facets], counts), out=indptr[1:])
    indices = np.empty(indptr[-1], np.int32)
    for k, level in enumerate(facets[1:], start=1):
        begin = indptr[first[k]]
        np.add(level.ravel(), first[k - 1], out=indices[begin : begin + level.size])
    return FilteredComplex.of_checked(np.repeat(np.arange(len(facets)), counts), indptr, indices, grades)
