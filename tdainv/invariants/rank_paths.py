"""Möbius inversion of rank invariants on grids, from the barcodes along paths through the grid."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Int
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.exceptions import MemoryLimitError, TdainvWarning
from tdainv.invariants._kernels_rank import COUNTS_NOT, changes_of_bars, times_along_paths
from tdainv.persistence.barcode import pair_generators
from tdainv.persistence.vineyard import Vineyard

BLOCK = 2_000_000  # entries of the arrays of a block of paths
_MANY_ATOMS = 4_000_000
_MUCH_WORK = 2_000_000_000  # generators times paths: about ten seconds


class Rectangles(NamedTuple):
    """Signed rectangles {x : firsts ≤ x ≤ lasts} of grid indices."""

    firsts: Int  # (k, p)
    lasts: Int  # (k, p)
    weights: Int  # (k,)


def signed_rectangles(complex_: ChainComplex, shape: tuple[int, ...]) -> Rectangles:
    """Möbius inversion of the rank invariant of a complex whose grades are indices of a grid of this shape."""
    p = len(shape)
    if complex_.upper.shape[0] == 0:
        return Rectangles(np.zeros((0, p), np.int64), np.zeros((0, p), np.int64), np.zeros(0, np.int64))
    if p == 1:
        return _bars(complex_, shape[0])
    # Paths from end to end of the first and last axis take as many as these are long; others, about the square.
    by_length = np.argsort(shape, kind="stable")
    order = np.concatenate([by_length[-2:-1], by_length[:-2], by_length[-1:]])
    sizes = np.array(shape)[order]
    paths = _Paths(sizes)
    _check_work(len(paths), size_of(complex_), shape)
    codes, weights = _atoms(complex_, order, paths)
    corners = np.array(np.unravel_index(codes, np.tile(sizes, 2)), np.int64).reshape(2, p, -1)
    corners = corners[:, np.argsort(order)]
    return Rectangles(corners[0].T, corners[1].T, weights)


def size_of(complex_: ChainComplex) -> int:
    """Number of generators, at least 1."""
    return max(sum(complex_.upper.shape) + complex_.lower.shape[0], 1)


def _bars(complex_: ChainComplex, size: int) -> Rectangles:
    births, deaths = pair_generators(complex_)
    firsts = complex_.upper.row_grades[births, 0].astype(np.int64)
    lasts = np.append(complex_.upper.column_grades[:, 0], size).astype(np.int64)[deaths] - 1  # number -1: never
    kept = firsts <= lasts
    return Rectangles(firsts[kept, np.newaxis], lasts[kept, np.newaxis], np.ones(kept.sum(), np.int64))


class _Paths:
    """The paths of a grid, in an order in which successive ones differ little.

    A path has corners a = (0, a_1, ..., a_{p-1}) and b = (b_0, ..., b_{p-2}, end), with a_k ≤ b_k. First a_{p-1} moves
    up and down again, then b_0, then the pairs (a_k, b_k) of the axes between.
    """

    def __init__(self, sizes: Int) -> None:
        self.sizes = sizes
        self.between = [np.triu_indices(size) for size in sizes[1:-1]]

    def __len__(self) -> int:
        return math.prod([int(self.sizes[0]), int(self.sizes[-1]), *(len(low) for low, _ in self.between)])

    def corners(self, begin: int, end: int) -> tuple[Int, Int]:
        """Corners of some of the paths, each of shape (end - begin, p)."""
        number = np.arange(begin, end)
        low = np.zeros((len(number), len(self.sizes)), np.int64)
        high = np.tile(self.sizes - 1, (len(number), 1))
        number, low[:, -1] = _to_and_fro(number, self.sizes[-1])
        number, high[:, 0] = _to_and_fro(number, self.sizes[0])
        for k, (lows, highs) in enumerate(self.between, 1):
            number, pair = np.divmod(number, len(lows))
            low[:, k], high[:, k] = lows[pair], highs[pair]
        return low, high


def _to_and_fro(number: Int, size: int) -> tuple[Int, Int]:
    """Rounds and positions after some steps, of what goes 0, 1, ..., size - 1, size - 1, ..., 1, 0, 0, 1, ..."""
    rounds, position = np.divmod(number, size)
    return rounds, np.where(rounds % 2 == 0, position, size - 1 - position)


def _atoms(complex_: ChainComplex, order: Int, paths: _Paths) -> tuple[Int, Int]:
    """Rectangles, each pair of corners as its number in a grid of shape (sizes, sizes), and their weights.

    Coordinates of the complex are taken in the given order.
    """
    vineyard = Vineyard(complex_)
    upper, lower = complex_.upper, complex_.lower
    cells, cofaces, faces = (
        np.ascontiguousarray(grades.T[order]) for grades in (upper.row_grades, upper.column_grades, lower.row_grades)
    )
    collected = _Sum()
    bars, previous = None, 0
    block = max(1, BLOCK // size_of(complex_))
    for begin in range(0, len(paths), block):
        low, high = paths.corners(begin, min(begin + block, len(paths)))
        times = times_along_paths(cells, low, high), times_along_paths(cofaces, low, high)
        vines = vineyard.follow(*times, times_along_paths(faces, low, high) if faces.shape[1] else None)
        if bars is None:
            bars = np.full(vines.born.shape[1], COUNTS_NOT)
        changes, bars = changes_of_bars(vines.born, vines.died, low, high, bars, previous)
        previous = int(low[-1, -1])
        for codes, weights in _rectangles(changes, low, high, paths.sizes):
            collected.add(codes, weights)
    return collected.result()


def _rectangles(changes: Int, low: Int, high: Int, sizes: Int) -> Iterator[tuple[Int, Int]]:
    """Numbers and weights of the rectangles that bars along paths give.

    With R_ab(s, t) the number of bars (s, t) of the path with corners a and b, the weight of the rectangle from index
    s to index t is the alternating sum of R_ab(s_0, t_{p-1}) over a_k in {s_k, s_k - 1} for k > 0 and b_k in
    {t_k, t_k + 1} for k < p - 1. In the last coordinate of a, `changes` are the differences.
    """
    p = len(sizes)
    path, first, last, at, sign = changes.T
    for steps in product((0, 1), repeat=2 * p - 3):
        up, down = steps[: p - 2], steps[p - 2 :]
        firsts = np.stack([first, *(low[path, k] + up[k - 1] for k in range(1, p - 1)), at])
        lasts = np.stack([*(high[path, k] - down[k] for k in range(p - 1)), last])
        inside = (firsts <= lasts).all(axis=0)
        corners = np.concatenate([firsts, lasts])[:, inside]
        yield np.ravel_multi_index(tuple(corners), tuple(sizes) * 2), sign[inside] * (-1) ** sum(steps)


class _Sum:
    """A sum of weighted numbers that is collected now and then, so that what cancels takes no memory."""

    def __init__(self) -> None:
        self.parts: list[tuple[Int, Int]] = []
        self.pending, self.limit = 0, _MANY_ATOMS

    def add(self, codes: Int, weights: Int) -> None:
        self.parts.append((codes, weights))
        self.pending += len(codes)
        if self.pending > self.limit:
            self.parts = [self.result()]
            self.pending = len(self.parts[0][0])
            self.limit = max(_MANY_ATOMS, 2 * self.pending)
            require_memory(64 * self.limit, "The signed barcode of the rank invariant", "Give coarser axes.")

    def result(self) -> tuple[Int, Int]:
        """Distinct numbers, increasing, and their weights, none of them zero."""
        codes, weights = (np.concatenate(each) for each in zip(*self.parts, strict=True))
        if len(codes) == 0:
            return codes, weights
        order = np.argsort(codes)
        codes = codes[order]
        first = np.flatnonzero(np.diff(codes, prepend=-1))
        weights = np.add.reduceat(weights[order], first)
        kept = weights != 0
        return codes[first[kept]], weights[kept]


def _check_work(n_paths: int, n_generators: int, shape: tuple[int, ...]) -> None:
    grid = " x ".join(map(str, shape))
    if math.prod(shape) ** 2 >= 2**63:
        raise MemoryLimitError(f"A grid of {grid} points is too large for rank invariants. Give coarser axes.")
    if n_paths * n_generators > _MUCH_WORK:
        warnings.warn(
            f"Rank invariants on a grid of {grid} points take the barcodes of {n_generators} generators along "
            f"{n_paths} paths here. Give coarser axes if that is too much.",
            TdainvWarning,
            stacklevel=5,
        )
