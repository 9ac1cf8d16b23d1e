"""Sparse Rips filtrations: of linear size, with barcodes that are those of Rips filtrations up to a factor.

Let p_0, p_1, ... be a *greedy permutation* of a finite metric space: p_i is a point farthest from those before it, at
distance l_i from them, its insertion radius (l_0 = inf). So {p_i : l_i > m} covers all points within m, for all m > 0.
Write c = 1 + epsilon, f_i = c l_i / epsilon, and let the ball around p_i have the radius r_i(s) = min(s, f_i) at the
times s <= c f_i; afterwards there is none. A simplex enters at the first time at which its balls meet in pairs,
d(p_i, p_j) <= r_i(s) + r_j(s), if all of them are there at that time; if not, it never does. S(t) are the simplices
that have entered by the time t.

**Theorem** (after Cavanna, Jahanseir and Sheehy). Let R(t) be the Rips complex of the edges of length at most 2 t.
There are maps H(S(t)) -> H(R(t)) -> H(S(c t)) that commute with those of the filtrations: S and R are interleaved, and
each bar [b, d) of R with d > c b is matched with one [b', d') of S with b <= b' <= c b and d <= d' <= c d.

*Proof.* Embed the points in R^n with the maximum norm, isometrically. There, balls are boxes, and meet if they do so
in pairs: R(t) is the nerve of the balls of radius t, whose union is P(t). Let U(t) be the union of the balls b_i(t) of
radii r_i(t) that are there at time t.

(1) U(s) lies in U(t) for s <= t. Let x lie in b_j(s). If p_j is there at time t, its ball has not shrunk. Otherwise
t > c f_j, and some p_i with l_i > epsilon t / c lies within epsilon t / c of p_j. It is there at time t, with r_i(t) =
t, and d(x, p_i) <= f_j + epsilon t / c < t / c + epsilon t / c = t.

(2) U(t) lies in P(t), and P(t) in U(c t). The first is clear. If x lies within t of p_j, some p_i with l_i > epsilon t
lies within epsilon t of p_j, is there at time c t, with r_i(c t) = c t, and d(x, p_i) <= t + epsilon t.

(3) The sets V_i(t) = {(x, s) : s <= t, p_i is there at time s, x in b_i(s)} are convex, since r_i is concave, and
their nerve is S(t). By the nerve theorem, H(S(t)) is that of their union, and (x, s) -> (x, t) deforms this onto U(t)
because of (1). All of it commutes with inclusions. Now (2) interleaves U and P, and P has the homology of R. The bars
of S, divided by c^(1/2), and those of R are interleaved by c^(1/2) both ways, hence matched within log(c) / 2 on the
logarithmic scale: this is the second claim. QED

A point has O((1 / epsilon)^d) edges to points before it where the doubling dimension is d. Copies of a point (l_i = 0)
are joined to the first of them by one edge at time 0, which changes no homology: nothing is built on them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.complexes.expansion import assemble, flag_complex
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations._kernels_sparse_rips import earlier_within, greedy_order
from tdainv.filtrations._kernels_tiles import TILE
from tdainv.filtrations.distances import Metric, distances_of
from tdainv.filtrations.tiles import Tiles, has_tiles, tiles_of

_LARGE = 1024  # more points do without a distance matrix, where the metric allows it
_ROOM = 48  # pairs for each point to make room for at first
_REMEDY = "Give a larger epsilon, a max_edge or a smaller max_dimension, or subsample the points."


class _Pairs(NamedTuple):
    """Pairs of points that are near enough to be an edge, in places of the greedy permutation."""

    order: Int
    """Shape (n,): the permutation."""
    radii: Float
    """Shape (n,): insertion radii, in this order."""
    later: Int
    earlier: Int
    distances: Float


def sparse_rips(
    points: ArrayLike,
    *,
    epsilon: float,
    max_dimension: int = 2,
    metric: Metric = "euclidean",
    max_edge: float | None = None,
) -> FilteredComplex:
    """Sparse Rips filtration: its barcodes are those of :func:`rips` up to a factor of 1 + epsilon.

    Parameters
    ----------
    points : array-like of shape (n_points, dim), or (n_points, n_points) with ``metric="precomputed"``
    epsilon : float
        Positive. The greater, the fewer simplices: 0.5 to 2 are common.
    max_dimension : int, default 2
        Of simplices; homology in degree k needs dimension k + 1.
    metric : str or callable, default "euclidean"
        The guarantee needs the triangle inequality.
    max_edge : float, optional
        Value at which to cut the filtration off.

    Returns
    -------
    FilteredComplex
        With one parameter; vertices are numbered as the points, and enter at 0. Grades are in the unit of diameters,
        as those of :func:`rips`, and not smaller.

    Raises
    ------
    ValueError
        For bad data, or an epsilon that is not positive.
    MemoryLimitError
        Before edges or simplices that would not fit are listed.

    Notes
    -----
    Each bar [b, d) of :func:`rips` with d > (1 + epsilon) b is matched with one [b', d') of this filtration with
    b <= b' <= (1 + epsilon) b and d <= d' <= (1 + epsilon) d, and the bars that are left over on both sides are
    shorter than that; the proof is in the docstring of tdainv/filtrations/sparse_rips.py. With a `max_edge`, this
    holds for what happens before it.

    The permutation starts at the first point; among equally far points the first comes next. Above 1024 points, and
    for the metrics "euclidean", "l1" and "chebyshev", no distance matrix is made, and in low dimension time and
    memory are about linear in the number of edges, next to O(n² / 128) tests of boxes and n² bits; otherwise O(n²).

    References
    ----------
    Sheehy: Linear-size approximations to the Vietoris-Rips filtration, Discrete Comput. Geom. 49 (2013).
    Cavanna, Jahanseir, Sheehy: A geometric perspective on sparse filtrations, CCCG 2015.

    Examples
    --------
    The permutation is 0, 10, 1, and l is 1 for the last point. With epsilon = 1, the ball around it stops to grow at
    time 2, and goes at time 4: the edge to 10, of length 9, never enters.

    >>> sparse_rips([[0.0], [1.0], [10.0]], epsilon=1.0).grades.ravel()
    array([ 0.,  0.,  0.,  1., 10.])
    """
    epsilon = check.positive(epsilon, "epsilon")
    dimension = check.positive_integer(max_dimension, "max_dimension")
    cut = check.max_edge(max_edge)
    pairs = _near_pairs(points, epsilon, metric, cut)
    frozen = _times_frozen(pairs.radii, epsilon)
    removed = np.empty(len(frozen))
    removed[pairs.order] = 2 * (1 + epsilon) * frozen
    edges, values = _edges(pairs, frozen, epsilon, cut)
    n = len(frozen)
    require_memory(n * n // 8, f"The sets of neighbours of {n} points", _REMEDY)
    return _without_blocked(flag_complex(edges, values, np.zeros(n), np.zeros((n, 0)), dimension), removed)


def _times_frozen(radii: Float, epsilon: float) -> Float:
    """When balls stop to grow: the f_i."""
    with np.errstate(over="ignore"):
        return radii * ((1 + epsilon) / epsilon)


def _near_pairs(points: ArrayLike, epsilon: float, metric: Metric, cut: float) -> _Pairs:
    """Pairs with d(p_i, p_j) <= min((2 + epsilon) f_i, cut), at least, for j before i."""
    if has_tiles(metric):
        cloud = check.points(points)
        if len(cloud) > _LARGE:
            return _pairs_of_tiles(tiles_of(cloud, str(metric)), epsilon, cut)
    return _pairs_of_matrix(distances_of(points, metric), epsilon, cut)


def _pairs_of_matrix(matrix: Float, epsilon: float, cut: float) -> _Pairs:
    n = len(matrix)
    require_memory(26 * n * n, f"The sparse Rips filtration of a {n} x {n} distance matrix", _REMEDY)
    order, radii = np.empty(n, np.int64), np.empty(n)
    nearest = np.full(n, np.inf)
    following = 0
    for step in range(n):
        order[step], radii[step] = following, nearest[following]
        nearest = np.minimum(nearest, matrix[following])
        nearest[following] = -1.0  # taken
        following = int(np.argmax(nearest))
    reach = np.minimum((2 + epsilon) * _times_frozen(radii, epsilon) * (1 + 1e-9), cut)
    permuted = matrix[order[:, np.newaxis], order]
    n_places = np.count_nonzero(radii > 0)
    near = np.tril(permuted <= reach[:, np.newaxis], -1) & np.isfinite(permuted)
    near[n_places:, n_places:] = False
    later, earlier = np.nonzero(near)
    return _Pairs(order, radii, later, earlier, permuted[later, earlier])


def _pairs_of_tiles(tiles: Tiles, epsilon: float, cut: float) -> _Pairs:
    arrays = (tiles.points, tiles.sizes, tiles.low, tiles.high, tiles.metric)
    first = int(np.flatnonzero(tiles.members == 0)[0])
    numbers, spans = greedy_order(*arrays, tiles.members, *divmod(first, TILE))
    radii = tiles.distances(spans)
    ranks = np.zeros(tiles.members.size, np.int64)
    ranks[numbers] = np.minimum(np.arange(len(radii)), np.count_nonzero(radii > 0))  # copies of points: all last
    distance = np.minimum((2 + epsilon) * _times_frozen(radii, epsilon) * (1 + 1e-9), cut)
    reach = np.full(tiles.members.size, -1.0)
    with np.errstate(over="ignore"):
        reach[numbers] = np.square(distance) * (1 + 1e-15) if tiles.metric == 0 else distance
    reach[first] = -1.0
    shape = tiles.members.shape
    search = (*arrays, ranks.reshape(shape), np.minimum(reach, np.finfo(float).max).reshape(shape))
    ends, lengths = _listed(search, _ROOM * len(radii))
    places = np.empty(tiles.members.size, np.int64)
    places[numbers] = np.arange(len(numbers))
    order = tiles.members.ravel()[numbers]
    return _Pairs(order, radii, places[ends[:, 0]], places[ends[:, 1]], tiles.distances(lengths))


def _listed(search: tuple[Any, ...], room: int) -> tuple[Int, Float]:
    """Pairs of earlier_within, and their spans: if there is not room enough at once, then in a second search."""
    require_memory(24 * room, "The edges of a sparse Rips filtration", _REMEDY)
    ends, lengths = np.empty((room, 2), np.int64), np.empty(room)
    count = earlier_within(*search, ends, lengths)
    require_memory(100 * count, f"A sparse Rips filtration with {count} edges", _REMEDY)
    if count <= room:
        return ends[:count], lengths[:count]
    return _listed(search, count)


def _edges(pairs: _Pairs, frozen: Float, epsilon: float, cut: float) -> tuple[Int, Float]:
    """Edges of the filtration and their values, in lexicographic order."""
    length = pairs.distances
    first, second = frozen[pairs.later], frozen[pairs.earlier]  # in the order in which balls stop to grow
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.where(length <= 2 * first, length, 2 * (length - first))
        meet = (length <= 2 * first) | (length - first <= np.minimum((1 + epsilon) * first, second))
    kept = meet & (values <= cut)
    ends = np.sort(pairs.order[np.column_stack([pairs.later[kept], pairs.earlier[kept]])], axis=1).astype(np.int32)
    order = np.lexsort(ends.T[::-1])
    return np.ascontiguousarray(ends[order]), values[kept][order]


def _without_blocked(flag: FilteredComplex, removed: Float) -> FilteredComplex:
    """Leave out simplices that enter after one of their balls has gone; so do then their cofaces."""
    starts = np.searchsorted(flag.dimensions, np.arange(flag.dimension + 2))
    limits, kept, tables = removed, [np.ones(len(removed), bool)], [np.zeros((len(removed), 0), np.int32)]
    for k in range(1, flag.dimension + 1):
        begin, end = starts[k], starts[k + 1]
        facets = flag.indices[flag.indptr[begin] : flag.indptr[end]].reshape(-1, k + 1) - starts[k - 1].astype(np.int32)
        limits = np.minimum(limits[facets[:, 0]], limits[facets[:, 1]])  # two facets have all vertices
        numbers = np.cumsum(kept[-1], dtype=np.int32) - np.int32(1)
        kept.append(flag.grades[begin:end, 0] <= limits)
        tables.append(numbers[facets[kept[-1]]])
    if all(level.all() for level in kept):
        return flag
    return assemble(tables, flag.grades[np.concatenate(kept)])
