"""From a flag filtration to its reduced complex: the face of the kernels.

The complex has the same H0 and H1 at every grade as the flag complex with all its O(n^3) triangles; theorem and
proof are in docs/theory/reduced_flag.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int, Number
from tdainv.complexes._kernels_expansion import expand_triangles
from tdainv.complexes._kernels_flag import cone_radii, list_edges, reduce_flag, resolve_rounding
from tdainv.complexes._kernels_forest import growing_forest, minimum_spanning_forest

# Codes of edges keep a vertex in 16 bits.
MAX_VERTICES = 1 << 16
LARGEST = float(np.finfo(np.float64).max)


class ReducedFlag(NamedTuple):
    """Critical simplices, in the labels of the filtration, and the boundary of the critical triangles."""

    edges: Int  # (n_edges, 2), in increasing order of (value, code)
    triangles: Int  # (n_triangles, 3): longest edge first, then the third vertex
    indptr: Int  # CSC of the boundary: rows are edges, columns triangles
    indices: Number


class _Working(NamedTuple):
    """A filtration in working labels: vertices numbered by a linear extension of their grades."""

    order: Int  # working label -> label in the filtration
    distances: Float
    ranks: Int
    prefix: Int


def dense_ranks(vertex_grades: Float) -> Int:
    """Number of each value among the values of its column, shape (n, q)."""
    if vertex_grades.shape[1] == 0:
        return np.zeros(vertex_grades.shape, np.int64)
    return np.column_stack([np.unique(column, return_inverse=True)[1] for column in vertex_grades.T])


def _working_labels(distances: Float, vertex_grades: Float) -> _Working:
    n, q = vertex_grades.shape
    if q == 0:
        # Central points first: they cover most lunes, and covers are looked for from the first vertex on.
        order = np.argsort(np.where(np.isinf(distances), 0.0, distances).max(axis=1), kind="stable")
        ranks, prefix = np.zeros((n, 0), np.int64), np.full(n, n)
    elif q == 1:
        order = np.argsort(vertex_grades[:, 0], kind="stable")
        values = vertex_grades[order, 0]
        # Any numbers will do that compare as the values do.
        ranks, prefix = (values.searchsorted(values, side) for side in ("left", "right"))
    else:
        ranks = dense_ranks(vertex_grades)
        order = np.argsort(ranks.sum(axis=1), kind="stable")
        ranks, prefix = ranks[order], np.full(n, n)
    working = distances.take(order, axis=0).take(order, axis=1)
    return _Working(order, working, ranks.reshape(n, q), prefix)


def _sorted_keys(distances: Float, radii: Float) -> Number:
    """Keys of the edges up to the radii, in increasing order of (value, code); the code is a key's lower half."""
    longest = distances.max()
    if longest == np.inf:
        longest = np.max(distances, initial=0.0, where=np.isfinite(distances))
    longest = min(radii.max(), longest)
    # Values are rounded to float32 for the sort, scaled so that they neither overflow nor all vanish.
    values, codes = list_edges(distances, radii, 1.0 / longest if longest > 0 else 1.0)
    keys = (values.view(np.uint32).astype(np.uint64) << np.uint64(32)) | codes
    keys.sort()
    resolved = resolve_rounding(distances, keys)
    return resolved if len(resolved) == len(keys) else exactly_sorted(keys, distances)


def exactly_sorted(keys: Number, distances: Float) -> Number:
    """Sort keys by (exact value, code), however long the runs of equal rounded values are."""
    codes = keys & np.uint64(0xFFFFFFFF)
    return keys[np.lexsort((codes, distances[codes >> np.uint64(16), codes & np.uint64(0xFFFF)]))]


def reduce_filtration(distances: Float, vertex_grades: Float, max_edge: float) -> ReducedFlag:
    """Reduced complex of the flag filtration of `distances` (n, n) with vertex grades (n, p - 1).

    Edges above `max_edge`, infinite edges, and edges above the radius from which the complex is a cone are left out.
    """
    n = len(distances)
    if n > MAX_VERTICES:
        raise ValueError(f"Degree 1 of a flag filtration takes at most {MAX_VERTICES} vertices, got {n}.")
    require_memory(
        n * n * 8 + n * n // 2 * 24,
        f"Reducing the flag complex of {n} points (distances sorted)",
        "Give a smaller max_edge, subsample the points, or set TDAINV_MEMORY_LIMIT if you know better.",
    )
    working = _working_labels(distances, vertex_grades)
    radii = np.minimum(cone_radii(working.distances, working.ranks), min(max_edge, LARGEST))
    keys = _sorted_keys(working.distances, radii)
    codes, triangles = reduce_flag(keys, working.ranks, working.prefix)
    del keys
    rows = codes.argsort()
    indptr, indices = expand_triangles(
        working.distances, working.ranks, working.prefix, codes[rows].astype(np.int64), rows, triangles
    )
    corners = working.order[triangles]  # of triangles without an apex, which is -1, its column is not read
    return ReducedFlag(
        edges=_pairs(working.order[codes & np.uint32(0xFFFF)], working.order[codes >> np.uint32(16)]),
        triangles=np.hstack([_pairs(corners[:, 0], corners[:, 1]), corners[:, 3:]]),
        indptr=indptr,
        indices=indices,
    )


def _pairs(first: Int, second: Int) -> Int:
    """Pairs of numbers, the smaller one first, as rows."""
    pairs = np.empty((len(first), 2), np.int64)
    np.minimum(first, second, out=pairs[:, 0])
    np.maximum(first, second, out=pairs[:, 1])
    return pairs


def connecting_edges(distances: Float, vertex_grades: Float, max_edge: float) -> Int:
    """Edges (k, 2) that carry H0 at every grade, for at most one vertex function: O(n^2), no sort."""
    if max_edge < np.inf:
        distances = np.where(distances <= max_edge, distances, np.inf)
    if vertex_grades.shape[1] == 0:
        edges = minimum_spanning_forest(np.require(distances, requirements=("C", "W")))
        return np.sort(edges, axis=1)
    working = _working_labels(distances, vertex_grades)
    return np.sort(working.order[growing_forest(working.distances)], axis=1)
