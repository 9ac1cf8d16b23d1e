"""Weighted points smoothed by a kernel and read off on a product grid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Number
from tdainv._words import counted
from tdainv.vectorizers._kernels_smoothing import EXPONENTIAL, GAUSSIAN, LINEAR, smooth_measures

Kernel: TypeAlias = str | Callable[[Float], Float]

KERNELS = ("gaussian", "exponential", "linear")
_NUMBERS = dict(zip(KERNELS, (GAUSSIAN, EXPONENTIAL, LINEAR), strict=True))


def check_kernel(kernel: Kernel) -> Kernel:
    """Check a smoothing kernel: a name or a callable."""
    return kernel if callable(kernel) else check.option(kernel, KERNELS, "kernel")


def smooth(points: Float, weights: Number, axes: Sequence[Float], bandwidths: Float, kernel: Kernel) -> Float:
    """Σ weights[i] K((g - points[i]) / h) at each point g of a product grid, as a grid."""
    shape = tuple(len(axis) for axis in axes)
    require_grids(1, shape)
    if callable(kernel):
        return _direct_sum(points, np.asarray(weights, np.float64), axes, bandwidths, kernel).reshape(shape)
    table = np.empty((1, math.prod(shape)))
    write_smoothed([(points, weights)], axes, bandwidths, kernel, table, 0)
    return table.reshape(shape)


def write_smoothed(
    measures: Sequence[tuple[Float, Number]],
    axes: Sequence[Float],
    bandwidths: Float,
    kernel: str,
    table: Float,
    column: int,
) -> None:
    """Write :func:`smooth` of several (points, weights), with a named kernel, to the rows of a table from a column on.

    One call of a kernel, so that threads do not wait for each other. A row does not depend on what other measures
    there are.
    """
    if not axes:
        raise ValueError("points must have at least one coordinate to be smoothed on a grid, got shape (k, 0).")
    smooth_measures(
        np.concatenate([points for points, _ in measures]),
        np.concatenate([np.asarray(weights, np.float64) for _, weights in measures]),
        np.cumsum([0, *(len(points) for points, _ in measures)]),
        np.concatenate(axes),
        np.cumsum([0, *map(len, axes)]),
        bandwidths,
        _NUMBERS[kernel],
        table,
        column,
    )


def require_grids(n: int, shape: tuple[int, ...]) -> None:
    """Raise MemoryLimitError if n measures smoothed on a grid would not fit."""
    require_memory(
        8 * n * math.prod(shape),
        f"Smoothing {counted(n, 'measure')} on a grid of {math.prod(shape)} points",
        "Take a coarser grid.",
    )


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
