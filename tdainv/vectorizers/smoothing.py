"""Weighted points smoothed by a kernel and read off on a product grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Number
from tdainv.vectorizers._kernels_smoothing import add_products, drop_negligible, gaussian_exponents

Kernel: TypeAlias = str | Callable[[Float], Float]

KERNELS = ("gaussian", "exponential", "linear")
_BLOCK = 1 << 15  # entries of a table: it stays in the cache


def check_kernel(kernel: Kernel) -> Kernel:
    """Check a smoothing kernel: a name or a callable."""
    return kernel if callable(kernel) else check.option(kernel, KERNELS, "kernel")


def smooth(points: Float, weights: Number, axes: Sequence[Float], bandwidths: Float, kernel: Kernel) -> Float:
    """Σ weights[i] K((g - points[i]) / h) at each point g of a product grid, as a grid.

    The named kernels are products over the axes, so they take one table an axis and one sum of products.
    """
    masses = np.asarray(weights, np.float64)
    shape = tuple(len(axis) for axis in axes)
    require_memory(8 * math.prod(shape), f"A grid of {math.prod(shape)} points", "Take a coarser grid.")
    if callable(kernel):
        return _direct_sum(points, masses, axes, bandwidths, kernel).reshape(shape)
    if len(axes) == 0:
        raise ValueError("points must have at least one coordinate to be smoothed on a grid, got shape (k, 0).")
    result = np.zeros((math.prod(shape[:-1]), shape[-1]))
    rows = max(4, _BLOCK // max(result.shape))
    for i in range(0, len(points), rows):
        block = points[i : i + rows]
        left = masses[i : i + rows, np.newaxis]
        tables = [_table(block[:, k], axis, bandwidths[k], kernel) for k, axis in enumerate(axes)]
        for table in tables[:-1]:
            left = (left[:, :, np.newaxis] * table[:, np.newaxis, :]).reshape(len(block), -1)
        add_products(left, tables[-1], result)
    return result.reshape(shape)


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
