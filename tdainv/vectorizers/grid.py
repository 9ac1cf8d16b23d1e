"""Product grids and Gaussian smoothing of weighted points on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.vectorizers.smoothing import smooth


@dataclass(frozen=True, eq=False)
class GaussianGrid:
    """A product grid with a Gaussian bandwidth along each axis.

    Along axis k the grid is ``axes[k]`` and the bandwidth ``bandwidths[k]``.
    """

    axes: list[Float]
    bandwidths: Float

    def smooth(self, points: Float, weights: Number) -> Float:
        """Σ weights[i] exp(-Σ_k (g_k - points[i, k])² / (2 h_k²)) at each grid point g, as a grid."""
        return smooth(points, weights, self.axes, self.bandwidths, "gaussian")

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
    axes = []
    for k in range(p):
        low, high = extent(points[:, k], coverage)
        axes.append(np.linspace(low, high, int(sizes[k])) if high > low else np.array([low]))
    return GaussianGrid(axes, axis_bandwidths(axes, bandwidth, bandwidth_unit))


def extent(coordinates: Float, coverage: float) -> tuple[float, float]:
    """Smallest coordinate and `coverage` quantile, or the largest coordinate where these agree; (0, 0) if empty."""
    if len(coordinates) == 0:
        return 0.0, 0.0
    low, high = coordinates.min(), np.quantile(coordinates, coverage)
    return float(low), float(high if high > low else coordinates.max())


def axis_bandwidths(axes: Sequence[Float], bandwidth: Any, bandwidth_unit: str) -> Float:
    """Bandwidths along the axes of a grid, in the units of the axes; an axis of one point has the unit 1."""
    widths = _per_axis(bandwidth, len(axes), "bandwidth")
    ranges = [axis[-1] - axis[0] if bandwidth_unit == "range" else 0.0 for axis in axes]
    return np.array([width * (range_ or 1.0) for width, range_ in zip(widths, ranges, strict=True)], np.float64)


def has_axes_a_place(axes: Any) -> bool:
    """Whether given axes are a sequence of grids, one for each place in a tuple of invariants, and not one grid."""
    if not hasattr(axes, "__len__") or isinstance(axes, str) or len(axes) == 0:
        raise ValueError(f"axes must be a sequence of arrays, or of such sequences one a place, got axes={axes!r}.")
    first = axes[0]
    return hasattr(first, "__len__") and len(first) > 0 and np.ndim(first[0]) > 0


def check_places(axes: Any, n_places: int) -> None:
    """Check that given axes, if they are one grid a place, are as many as the invariants of a sample."""
    if axes is not None and has_axes_a_place(axes) and len(axes) != n_places:
        raise ValueError(f"axes must be one grid, or one for each of the {n_places} invariants, got {len(axes)}.")


def given_lines(axes: Any, place: int, p: int) -> list[Float]:
    """Lines of the given grid at a place."""
    return check.finite_axes(axes[place] if has_axes_a_place(axes) else axes, p)


def _per_axis(value: Any, p: int, name: str) -> list[Any]:
    values = list(value) if isinstance(value, Sequence | np.ndarray) else [value] * p
    if len(values) != p:
        raise ValueError(f"{name} must be one number or one an axis ({p}), got {name}={value!r}.")
    return values
