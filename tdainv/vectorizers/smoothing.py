"""Weighted points smoothed by a kernel and read off on a product grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Number
from tdainv._words import counted
from tdainv.vectorizers._kernels_smoothing import drop_negligible, gaussian_exponents

Kernel: TypeAlias = str | Callable[[Float], Float]

KERNELS = ("gaussian", "exponential", "linear")
_BLOCK = 1 << 14  # entries of a table: it stays in the cache
_LARGEST_PRODUCT = 1 << 18  # multiplications; for more BLAS would wake threads, that cost more than they bring


def check_kernel(kernel: Kernel) -> Kernel:
    """Check a smoothing kernel: a name or a callable."""
    return kernel if callable(kernel) else check.option(kernel, KERNELS, "kernel")


def smooth(points: Float, weights: Number, axes: Sequence[Float], bandwidths: Float, kernel: Kernel) -> Float:
    """Σ weights[i] K((g - points[i]) / h) at each point g of a product grid, as a grid."""
    shape = tuple(len(axis) for axis in axes)
    if callable(kernel):
        require_grids(1, shape)
        return _direct_sum(points, np.asarray(weights, np.float64), axes, bandwidths, kernel).reshape(shape)
    return smooth_all([(points, weights)], axes, bandwidths, kernel)[0].reshape(shape)


def smooth_all(
    measures: Sequence[tuple[Float, Number]],
    axes: Sequence[Float],
    bandwidths: Float,
    kernel: str,
    out: Float | None = None,
) -> Float:
    """Do :func:`smooth` for several (points, weights), with a named kernel: one row a measure, in the order of a grid.

    The named kernels are products over the axes, so they take one table an axis and one matrix product. Tables of
    several small measures are made at once; a row does not depend on what other measures there are. The rows of `out`
    may lie apart from each other.
    """
    shape = tuple(len(axis) for axis in axes)
    if not shape:
        raise ValueError("points must have at least one coordinate to be smoothed on a grid, got shape (k, 0).")
    require_grids(len(measures), shape)
    result = np.empty((len(measures), math.prod(shape))) if out is None else out
    grids = [row.reshape(-1, shape[-1]) for row in result]
    starts = np.cumsum([0, *(len(points) for points, _ in measures)])
    for empty in np.flatnonzero(starts[1:] == starts[:-1]):
        grids[empty][:] = 0.0
    points = np.concatenate([points for points, _ in measures])
    masses = np.concatenate([np.asarray(weights, np.float64) for _, weights in measures])
    part, block = _sizes(shape)
    for i, j, pieces in _blocks(starts.tolist(), block, part):
        left = masses[i:j, np.newaxis]
        tables = [_table(points[i:j, k], axis, bandwidths[k], kernel) for k, axis in enumerate(axes)]
        for table in tables[:-1]:
            left = (left[:, :, np.newaxis] * table[:, np.newaxis, :]).reshape(j - i, -1)
        for m, first, last in pieces:
            factors = left[first - i : last - i].T, tables[-1][first - i : last - i]
            if first == starts[m]:
                np.dot(*factors, out=grids[m])
            else:
                grids[m] += np.dot(*factors)
    return result


def require_grids(n: int, shape: tuple[int, ...]) -> None:
    """Raise MemoryLimitError if n measures smoothed on a grid would not fit."""
    require_memory(
        8 * n * math.prod(shape),
        f"Smoothing {counted(n, 'measure')} on a grid of {math.prod(shape)} points",
        "Take a coarser grid.",
    )


def _sizes(shape: tuple[int, ...]) -> tuple[int, int]:
    """Numbers of atoms in a product and in a table; the second is a multiple of the first."""
    part = int(np.clip(_LARGEST_PRODUCT // math.prod(shape), 16, 96))
    return part, part * max(1, _BLOCK // (part * max(math.prod(shape[:-1]), shape[-1])))


def _blocks(starts: list[int], block: int, part: int) -> Iterator[tuple[int, int, list[tuple[int, int, int]]]]:
    """Blocks of atoms, first and end, with the measures, first and end of each product that is to be taken.

    A block has whole measures, or a part of a larger one. How a measure is divided depends on its size alone.
    """
    first = 0
    pieces: list[tuple[int, int, int]] = []
    for m, (start, end) in enumerate(pairwise(starts)):
        if pieces and end - first > block:
            yield first, start, pieces
            first, pieces = start, []
        for i in range(start, end, part):
            if i - first >= block:
                yield first, i, pieces
                first, pieces = i, []
            pieces.append((m, i, min(i + part, end)))
    if pieces:
        yield first, starts[-1], pieces


def _table(coordinates: Float, axis: Float, width: float, kernel: str) -> Float:
    """Values of a kernel along one axis, shape (len(coordinates), len(axis))."""
    if kernel == "gaussian":
        table = np.empty((len(coordinates), len(axis)))
        gaussian_exponents(np.ascontiguousarray(coordinates), axis, width, table)
        np.exp(table, out=table)
        drop_negligible(table)
        return table
    table = np.abs(coordinates[:, np.newaxis] - axis)
    table /= width
    if kernel == "exponential":
        return np.exp(np.negative(table, out=table), out=table)
    return np.maximum(np.subtract(1.0, table, out=table), 0.0, out=table)


def _direct_sum(
    points: Float, weights: Float, axes: Sequence[Float], bandwidths: Float, kernel: Callable[[Float], Float]
) -> Float:
    """Sum for a kernel of which nothing is known, in blocks of grid points that keep memory bounded."""
    nodes = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
    rows = max(1, (1 << 20) // max(1, points.size))
    sums = np.empty(len(nodes))
    for i in range(0, len(nodes), rows):
        differences = (nodes[i : i + rows, np.newaxis, :] - points) / bandwidths
        values = check.float_array(kernel(differences), "kernel", "must return an array of numbers")
        if values.shape != differences.shape[:2] or not np.isfinite(values).all():
            raise ValueError(
                f"kernel must return one finite number a difference, shape {differences.shape[:2]} for differences of "
                f"shape {differences.shape}, got shape {values.shape}."
            )
        sums[i : i + rows] = values @ weights
    return sums
