"""Product grids and Gaussian smoothing of weighted points on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.vectorizers._kernels_smoothing import sum_of_products


@dataclass(frozen=True, eq=False)
class GaussianGrid:
    """A product grid with a Gaussian bandwidth along each axis.

    Along axis k the grid is ``axes[k]`` and the bandwidth ``bandwidths[k]``.
    """

    axes: list[Float]
    bandwidths: Float

    def smooth(self, points: Float, weights: Number) -> Float:
        """Σ weights[i] exp(-Σ_k (g_k - points[i, k])² / (2 h_k²)) at each grid point g, as a grid.

        The Gaussian is separable: one table of exponentials an axis, then one sum of products.
        """
        tables = [
            np.exp(-0.5 * ((points[:, k, np.newaxis] - axis) / self.bandwidths[k]) ** 2)
            for k, axis in enumerate(self.axes)
        ]
        rows = np.asarray(weights, np.float64)[:, np.newaxis]
        for table in tables[:-1]:
            rows = (rows[:, :, np.newaxis] * table[:, np.newaxis, :]).reshape(
                len(points), rows.shape[1] * table.shape[1]
            )
        return sum_of_products(rows, tables[-1]).reshape([len(axis) for axis in self.axes])

    def names(self, label: str) -> Number:
        """Names of the grid points in the order of a flattened grid, such as ``label_3_17``."""
        names = np.array([label], dtype=object)
        for axis in self.axes:
            ends = np.array([f"_{i}" for i in range(len(axis))], dtype=object)
            names = np.add.outer(names, ends).ravel()
        return names


def check_grid(resolution: Any, bandwidth: Any, bandwidth_unit: Any, coverage: Any) -> None:
    """Check the parameters that vectorizers on a grid have in common."""
    for value in resolution if isinstance(resolution, Sequence | np.ndarray) else (resolution,):
        check.positive_integer(value, "resolution")
    for value in bandwidth if isinstance(bandwidth, Sequence | np.ndarray) else (bandwidth,):
        check.positive(value, "bandwidth")
    check.option(bandwidth_unit, ("range", "absolute"), "bandwidth_unit")
    check.fraction(coverage, "coverage")


def fit_grid(points: Float, resolution: Any, bandwidth: Any, bandwidth_unit: str, coverage: float) -> GaussianGrid:
    """Grid over the range of some points.

    An axis runs from the smallest coordinate to the `coverage` quantile of the coordinates. An axis on which all
    points agree gets one grid point.
    """
    p = points.shape[1]
    sizes = _per_axis(resolution, p, "resolution")
    widths = _per_axis(bandwidth, p, "bandwidth")
    axes, bandwidths = [], []
    for k in range(p):
        column = points[:, k] if len(points) else np.zeros(1)
        low, high = column.min(), np.quantile(column, coverage)
        if high <= low:
            high = column.max()
        extent = high - low
        axes.append(np.linspace(low, high, int(sizes[k])) if extent > 0 else np.array([low]))
        unit = extent if bandwidth_unit == "range" and extent > 0 else 1.0
        bandwidths.append(widths[k] * unit)
    return GaussianGrid(axes, np.array(bandwidths, np.float64))


def _per_axis(value: Any, p: int, name: str) -> list[Any]:
    values = list(value) if isinstance(value, Sequence | np.ndarray) else [value] * p
    if len(values) != p:
        raise ValueError(f"{name} must be one number or one an axis ({p}), got {name}={value!r}.")
    return values
