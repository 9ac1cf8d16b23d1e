"""Weighted points smoothed by a kernel and read off on a product grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int, Number
from tdainv._words import counted
from tdainv.vectorizers._kernels_smoothing import add_products, drop_negligible, gaussian_exponents

Kernel: TypeAlias = str | Callable[[Float], Float]

KERNELS = ("gaussian", "exponential", "linear")
_BLOCK = 1 << 15  # entries of a table: it stays in the cache


def check_kernel(kernel: Kernel) -> Kernel:
    """Check a smoothing kernel: a name or a callable."""
    return kernel if callable(kernel) else check.option(kernel, KERNELS, "kernel")


def smooth(points: Float, weights: Number, axes: Sequence[Float], bandwidths: Float, kernel: Kernel) -> Float:
    """Σ weights[i] K((g - points[i]) / h) at each point g of a product grid, as a grid."""
    shape = tuple(len(axis) for axis in axes)
    if callable(kernel):
        _require_grids(1, shape)
        return _direct_sum(points, np.asarray(weights, np.float64), axes, bandwidths, kernel).reshape(shape)
    return smooth_all([(points, weights)], axes, bandwidths, kernel).reshape(shape)


def smooth_all(
    measures: Sequence[tuple[Float, Number]], axes: Sequence[Float], bandwidths: Float, kernel: str
) -> Float:
    """Do :func:`smooth` for several (points, weights), with a named kernel: one row a measure, in the order of a grid.

    The named kernels are products over the axes, so they take one table an axis and one sum of products. Tables of
    several small measures are made at once; a row does not depend on what other measures there are.
    """
    shape = tuple(len(axis) for axis in axes)
    if not shape:
        raise ValueError("points must have at least one coordinate to be smoothed on a grid, got shape (k, 0).")
    _require_grids(len(measures), shape)
    result = np.zeros((len(measures), math.prod(shape[:-1]), shape[-1]))
    starts = np.cumsum([0, *(len(points) for points, _ in measures)])
    points = np.concatenate([points for points, _ in measures])
    masses = np.concatenate([np.asarray(weights, np.float64) for _, weights in measures])
    for i, j, first, last in _blocks(starts, max(4, _BLOCK // max(result.shape[1:]))):
        left = masses[i:j, np.newaxis]
        tables = [_table(points[i:j, k], axis, bandwidths[k], kernel) for k, axis in enumerate(axes)]
        for table in tables[:-1]:
            left = (left[:, :, np.newaxis] * table[:, np.newaxis, :]).reshape(j - i, -1)
        add_products(left, tables[-1], np.clip(starts[first : last + 1] - i, 0, j - i), result[first:last])
    return result.reshape(len(measures), -1)


def _require_grids(n: int, shape: tuple[int, ...]) -> None:
    require_memory(
        8 * n * math.prod(shape),
        f"Smoothing {counted(n, 'measure')} on a grid of {math.prod(shape)} points",
        "Take a coarser grid.",
    )


def _blocks(starts: Int, size: int) -> Iterator[tuple[int, int, int, int]]:
    """Blocks of atoms, first and end, with the measures that have them: whole measures, or parts of a larger one."""
    first, n = 0, len(starts) - 1
    while first < n:
        last = max(first + 1, int(np.searchsorted(starts, starts[first] + size, side="right")) - 1)
        for i in range(starts[first], starts[last], size):
            yield i, min(i + size, int(starts[last])), first, last
        first = last


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
