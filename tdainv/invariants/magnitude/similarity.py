"""Similarity matrices of finite metric spaces, stored or computed block by block, and their approximate inverses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.filtrations.distances import PLAIN_METRICS, check_metric, distances_of, require_squares
from tdainv.invariants.magnitude import _kernels_neighbours as kernels

_BLOCK = 512  # two blocks of distances stay in the cache
_TREE_DIM = 10  # above, trees of points are no faster than looking at all points
_GROWTH = 1.3  # neighbours of a batch are looked for among it and all earlier points, which grow by this factor
_MORE = 1.5
_CODES = {"euclidean": (kernels.L2, 2.0), "cityblock": (kernels.L1, 1.0), "chebyshev": (kernels.LINF, np.inf)}


class Space(NamedTuple):
    """A checked finite metric space: points with a plain metric, or distances; one of them is None."""

    points: Float | None
    metric: str  # as scipy calls it
    distances: Float | None

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points if self.points is not None else self.distances)  # type: ignore[arg-type]

    def similarities(self, t: float) -> Float:
        """The matrix Z = exp(-t d)."""
        everything = slice(None)
        return similarities_in(self.distance_block(everything, everything, t))

    def distance_block(self, rows: slice, columns: slice, t: float) -> Float:
        """Part of the matrix of distances times t, in new memory."""
        with np.errstate(over="ignore"):
            if self.distances is not None:
                return t * self.distances[rows, columns]
            points = np.asarray(self.points)
            return t * cdist(points[rows], points[columns], self.metric)

    def bytes_of_similarities(self) -> int:
        """Memory that the matrix takes."""
        return 8 * self.n_points**2


def similarities_in(distances: Float) -> Float:
    """Similarities exp(-d), in place of the distances."""
    np.negative(distances, out=distances)
    with np.errstate(under="ignore"):
        return np.exp(distances, out=distances)


def checked_space(points: ArrayLike, metric: Any) -> Space:
    """Check points or distances: points of a plain metric stay points, so that no matrix is needed."""
    if isinstance(metric, str) and PLAIN_METRICS.get(metric) in _CODES:
        cloud = check.points(points)
        name = PLAIN_METRICS[metric]
        if name == "euclidean":
            require_squares(cloud)
        _require_finite_distances(cloud, name)
        return Space(cloud, name, None)
    check_metric(metric)
    return Space(None, "precomputed", distances_of(points, metric))


def _require_finite_distances(cloud: Float, metric: str) -> None:
    corners = np.stack([cloud.min(axis=0), cloud.max(axis=0)])
    with np.errstate(over="ignore"):
        largest = cdist(corners[:1], corners[1:], metric)[0, 0]
    if not np.isfinite(largest):
        raise ValueError(f"points must have finite distances, got coordinates from {cloud.min():g} to {cloud.max():g}.")


def require_distinct(space: Space) -> None:
    """Raise ValueError where two points have distance 0: they have equal rows of Z, which has no inverse then."""
    pair = _equal_points(space.points) if space.points is not None else _equal_rows(space.distances)
    if pair is not None:
        raise ValueError(
            f"Points must have positive distances, but points {pair[0]} and {pair[1]} have distance 0, so that Z has "
            "two equal rows: keep one of them, for example with numpy.unique(points, axis=0)."
        )


def _equal_points(cloud: Float) -> tuple[int, int] | None:
    order = np.lexsort(cloud.T)
    same = np.flatnonzero((cloud[order[1:]] == cloud[order[:-1]]).all(axis=1))
    if not len(same):
        return None
    first, second = sorted((int(order[same[0]]), int(order[same[0] + 1])))
    return first, second


def _equal_rows(distances: Float | None) -> tuple[int, int] | None:
    matrix = np.asarray(distances)
    for i in range(len(matrix) - 1):
        zeros = np.flatnonzero(matrix[i, i + 1 :] == 0.0)
        if len(zeros):
            return i, int(i + 1 + zeros[0])
    return None


class BlockProduct:
    """The map v -> Zv without the matrix: blocks of similarities are made, used on both sides and dropped."""

    def __init__(self, space: Space, t: float, mapped: Callable[..., Any]) -> None:
        self.space, self.t, self.mapped = space, t, mapped
        require_memory(64 * space.n_points, f"A vector for {space.n_points} points", "Subsample the points.")

    def __call__(self, vector: Float) -> Float:
        """Product with a vector of shape (n_points,)."""
        starts = range(0, len(vector), _BLOCK)
        n_parts = min(8, len(starts))  # the same for any number of threads: results do not depend on it
        parts = [starts[k::n_parts] for k in range(n_parts)]

        def part(rows: range) -> Float:
            out = np.zeros_like(vector)
            for row in rows:
                self._add(row, vector, out)
            return out

        return np.sum(list(self.mapped(part, parts)), axis=0)

    def _add(self, row: int, vector: Float, out: Float) -> None:
        mine = slice(row, row + _BLOCK)
        for column in range(row, len(vector), _BLOCK):
            other = slice(column, column + _BLOCK)
            block = similarities_in(self.space.distance_block(mine, other, self.t))
            out[mine] += block @ vector[other]
            if column > row:
                out[other] += vector[mine] @ block


def sums_of_similarities(space: Space, t: float, vector: Float) -> Float:
    """Product Zv, block of rows after block of rows."""
    out = np.empty(space.n_points)
    for start in range(0, space.n_points, _BLOCK):
        rows = slice(start, start + _BLOCK)
        out[rows] = similarities_in(space.distance_block(rows, slice(None), t)) @ vector
    return out


def slope_form(space: Space, t: float, vector: Float) -> float:
    """The number vᵀ(td ∘ Z)v, block of rows after block of rows: infinite distances add nothing."""
    total = 0.0
    for start in range(0, space.n_points, _BLOCK):
        rows = slice(start, start + _BLOCK)
        block = space.distance_block(rows, slice(None), t)
        finite = np.where(np.isfinite(block), block, 0.0)
        total += float(vector[rows] @ ((finite * similarities_in(block)) @ vector))
    return total


def sparse_inverse(
    space: Space, t: float, similarities: Float | None, n_neighbours: int, seed: int = 0
) -> Callable[[Float], Float]:
    """Approximate inverse of Z from each point's nearest ones among those before it, in a random order.

    A random order spreads the first points over the space, so that each later one has near ones before it.
    """
    n = space.n_points
    order = np.random.default_rng(seed).permutation(n)
    require_memory(16 * n * (n_neighbours + 2), f"The preconditioner of {n} points", "Subsample the points.")
    factor = np.zeros((n, n_neighbours + 1))
    if similarities is None:
        ordered = np.ascontiguousarray(np.asarray(space.points)[order] * t)
        code, exponent = _CODES[space.metric]
        neighbours = _neighbours_before(ordered, space.metric, None, n_neighbours)
        kernels.factor_of_points(ordered, neighbours, 0, n, 0, code, exponent, factor)
    else:
        cloud = None if space.points is None else space.points[order]
        neighbours = _neighbours_before(cloud, space.metric, similarities[np.ix_(order, order)], n_neighbours)
        kernels.factor_of_similarities(similarities, order, neighbours, 0, n, factor)

    def apply(vector: Float) -> Float:
        inner, out = np.empty(n), np.empty(n)
        kernels.apply_factor(neighbours, factor, vector[order], inner)
        out[order] = inner
        return out

    return apply


def _neighbours_before(points: Float | None, metric: str, similarities: Float | None, count: int) -> Int:
    """Numbers of the nearest points that come before each point, (n, count), -1 after the last.

    Trees are asked for some more points than needed, since those that come after do not count: rarely, one is missed.
    """
    n = len(points if points is not None else similarities)  # type: ignore[arg-type]
    out = np.full((n, count), -1, np.int64)
    start = 1
    while start < n:
        stop = min(n, max(start + 1, int(_GROWTH * start)))
        if points is not None and points.shape[1] <= _TREE_DIM:
            power = {"euclidean": 2.0, "cityblock": 1.0, "chebyshev": np.inf}[metric]
            wanted = min(stop, int(_MORE * count) + 2)
            found = cKDTree(points[:stop]).query(points[start:stop], k=wanted, p=power)[1].reshape(stop - start, -1)
        else:
            rows = similarities[start:stop, :stop] if similarities is not None else None
            if rows is None:
                rows = -cdist(points[start:stop], points[:stop], metric)  # type: ignore[index]
            found = _largest(np.tril(rows - rows.min(), start - 1), min(count, start))
        earlier = found < np.arange(start, stop)[:, np.newaxis]
        places = np.argsort(~earlier, axis=1, kind="stable")[:, :count]
        kept = np.where(np.take_along_axis(earlier, places, 1), np.take_along_axis(found, places, 1), -1)
        out[start:stop, : kept.shape[1]] = kept
        start = stop
    return out


def _largest(rows: Float, k: int) -> Int:
    """Places of the k largest entries of each row."""
    return np.argpartition(rows, rows.shape[1] - k, axis=1)[:, -k:]
