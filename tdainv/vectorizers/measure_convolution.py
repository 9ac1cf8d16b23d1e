"""Signed measures smoothed by a kernel and read off on a grid."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from sklearn.utils import gen_even_slices
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import Vectorizer, apply_to_item, require_places, worthwhile_blocks
from tdainv._typing import ArrayLike, Float, Number
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.vectorizers.grid import (
    GaussianGrid,
    axis_bandwidths,
    check_grid,
    check_places,
    fit_grid,
    given_lines,
)
from tdainv.vectorizers.smoothing import Kernel, check_kernel, require_grids, smooth, write_smoothed

_SECONDS_OF_TERM = 4e-10
_ATOMS_OF_ROW = 16  # an empty row takes as long as a row with so many atoms more


def measure_convolution(
    measure: SignedMeasure,
    axes: Sequence[ArrayLike],
    *,
    bandwidth: float | Sequence[float],
    kernel: Kernel = "gaussian",
) -> Float:
    """Convolution of a signed measure with a kernel, at the points of a product grid.

    The value at a grid point g is Σ weights[i] K((g - points[i]) / h), where the division is coordinate by coordinate.

    Parameters
    ----------
    measure : SignedMeasure
    axes : sequence of p array-likes, each increasing
        Finite coordinates of the grid along each axis.
    bandwidth : float or sequence of p floats
        Bandwidth h along each axis, in its unit.
    kernel : {"gaussian", "exponential", "linear"} or callable, default "gaussian"
        K(u) is exp(-Σ u_k² / 2), exp(-Σ |u_k|) or Π max(0, 1 - |u_k|), or a function that gets an array u of shape
        (m, k, p) and returns the values, shape (m, k).

    Returns
    -------
    ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

    Raises
    ------
    TypeError
        If the measure is not a SignedMeasure.
    ValueError
        For axes, bandwidths or a kernel that do not fit.

    Notes
    -----
    The three kernels are products of functions of one coordinate. For k atoms, resolution r and p axes the cost is
    p r k values of such functions and one product of an r^(p-1) x k and a k x r matrix. Exponentials count as zero
    where they are below 2^-60. A callable is evaluated k r^p times.

    If two measures have the same mass, their values at any point differ by at most L / min h times the
    :func:`tdainv.kantorovich_rubinstein_distance` for the norm "l1" (and so for "l2" and "linf" with a factor √p or p),
    where L is exp(-1/2) for the Gaussian kernel and 1 for the other two: no partial derivative of K(· / h) is larger.
    A callable has this property if it is Lipschitz itself [1]_.

    References
    ----------
    .. [1] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> import tdainv
    >>> mu = tdainv.SignedMeasure([[0.0, 0.0], [2.0, 1.0]], [1, -2])
    >>> tdainv.measure_convolution(mu, [[0, 1, 2], [0, 1]], bandwidth=2, kernel="linear")
    array([[ 1.  ,  0.5 ],
           [ 0.  , -0.75],
           [-1.  , -2.  ]])
    """
    if not isinstance(measure, SignedMeasure):
        raise TypeError(f"measure must be a SignedMeasure, got {type(measure).__name__}.")
    check_bandwidth(bandwidth)
    lines = check.finite_axes(axes, measure.n_parameters)
    widths = axis_bandwidths(lines, bandwidth, "absolute")
    return smooth(measure.points, measure.weights, lines, widths, check_kernel(kernel))


class MeasureConvolution(Vectorizer):
    """Convolution of signed measures with a kernel, on a product grid: stable features of Hilbert functions.

    The feature at a grid point g is Σ weights[i] K((g - points[i]) / h). See :func:`tdainv.measure_convolution`.

    Parameters
    ----------
    resolution : int or sequence of int, default 50
        Number of grid points along each axis.
    bandwidth : float or sequence of float, default 0.05
        Bandwidth h of the kernel along each axis: the standard deviation of a Gaussian.
    bandwidth_unit : {"range", "absolute"}, default "range"
        Whether `bandwidth` is a share of the extent of the grid along the axis, or in the unit of the axis.
    coverage : float in (0, 1], default 0.99
        Along each axis the grid starts at the smallest coordinate of the atoms of the training measures and ends at
        this quantile of them, so that a few outliers do not stretch it.
    kernel : {"gaussian", "exponential", "linear"} or callable, default "gaussian"
        See :func:`tdainv.measure_convolution`.
    axes : sequence of arrays, or sequence of such sequences, optional
        Coordinates of a given grid along each axis, or one such grid for each place in the tuple of invariants. Then
        `resolution` and `coverage` do not matter, and nothing is learned.
    scales : sequence of float, default (1.0,)
        Multiples of `bandwidth` to be used side by side.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The fitted grid of each degree, with ``plans_[k].grid.axes``.

    Notes
    -----
    Features are Lipschitz in the 1-Wasserstein distance of signed measures, with the constants that
    :func:`tdainv.measure_convolution` states [1]_. Atoms beyond the grid count, if they are within reach of the kernel.

    References
    ----------
    .. [1] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> from tdainv import MeasureConvolution, SignedMeasure
    >>> mu = SignedMeasure([[0.0], [1.0]], [1, -1])
    >>> MeasureConvolution(resolution=3, bandwidth=0.1, coverage=1.0).fit_transform([mu]).round(3)
    array([[ 1.,  0., -1.]])
    """

    _kind = SignedMeasure

    def __init__(
        self,
        *,
        resolution: int | Sequence[int] = 50,
        bandwidth: float | Sequence[float] = 0.05,
        bandwidth_unit: str = "range",
        coverage: float = 0.99,
        kernel: Kernel = "gaussian",
        axes: Any = None,
        scales: Sequence[float] = (1.0,),
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.coverage = coverage
        self.kernel = kernel
        self.axes = axes
        self.scales = scales
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_grid(self.resolution, self.bandwidth, self.bandwidth_unit, self.coverage)
        check_kernel(self.kernel)
        if not isinstance(self.scales, Sequence | np.ndarray) or isinstance(self.scales, str) or len(self.scales) == 0:
            raise ValueError(f"scales must be a non-empty sequence of positive numbers, got scales={self.scales!r}.")
        for scale in self.scales:
            check.positive(scale, "scales")
        if len(set(self.scales)) < len(self.scales):
            raise ValueError(f"scales must be different, got scales={self.scales!r}.")

    def _check_places(self, n_places: int) -> None:
        check_places(self.axes, n_places)

    @staticmethod
    def _label(invariant: SignedMeasure, place: int) -> str:
        return f"measure{place}"

    def transform(self, X: Sequence[Any]) -> Float:
        """Vectorize each sample; with a named kernel many at once, for speed.

        Parameters
        ----------
        X : sequence of SignedMeasure, or of tuples of SignedMeasure
            As many a sample as in fit.

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        check_is_fitted(self, "plans_")
        if any(callable(plan.kernel) for plan in self.plans_):
            return super().transform(X)
        samples = self._samples(X)
        require_places(samples, len(self.plans_), type(self).__name__)
        for i, sample in enumerate(samples):
            apply_to_item(partial(_require_dimensions, plans=self.plans_), sample, i)
        ends = np.cumsum([plan.n_features for plan in self.plans_])
        require_grids(len(samples), (int(ends[-1]),))
        table = np.empty((len(samples), ends[-1]))
        n_blocks = worthwhile_blocks(self._seconds(samples), effective_n_jobs(self.n_jobs))
        # All workers write to one table. Sent between processes, a row would take longer than it takes to compute.
        Parallel(n_jobs=self.n_jobs if n_blocks > 1 else 1, require="sharedmem")(
            delayed(_write_rows)(self.plans_, samples[part], table[part])
            for part in gen_even_slices(len(samples), min(n_blocks, len(samples)))
        )
        return table

    def _seconds(self, samples: list[tuple[SignedMeasure, ...]]) -> float:
        """Roughly how long it takes to write the rows of some samples."""
        n_atoms = [_ATOMS_OF_ROW * len(samples) + sum(map(len, column)) for column in zip(*samples, strict=True)]
        return _SECONDS_OF_TERM * sum(plan.n_features * n for plan, n in zip(self.plans_, n_atoms, strict=True))

    def _make_plan(self, invariants: list[SignedMeasure], place: int) -> _Convolution:
        p = common_dimension(invariants, place)
        if self.axes is None:
            points = np.concatenate([measure.points for measure in invariants])
            grid = fit_grid(points, self.resolution, self.bandwidth, self.bandwidth_unit, self.coverage)
        else:
            lines = given_lines(self.axes, place, p)
            grid = GaussianGrid(lines, axis_bandwidths(lines, self.bandwidth, self.bandwidth_unit))
        return _Convolution(grid, self.kernel, tuple(float(scale) for scale in self.scales))


def _require_dimensions(sample: tuple[SignedMeasure, ...], plans: list[_Convolution]) -> None:
    for measure, plan in zip(sample, plans, strict=True):
        require_dimension(measure, len(plan.grid.axes))


def _write_rows(plans: list[_Convolution], samples: list[tuple[SignedMeasure, ...]], table: Float) -> None:
    """Write the rows of some samples."""
    columns = np.cumsum([0, *(plan.n_features for plan in plans[:-1])])
    for plan, measures, column in zip(plans, zip(*samples, strict=True), columns, strict=True):
        plan.write_rows(measures, table, int(column))


def check_bandwidth(bandwidth: Any) -> None:
    """Check a bandwidth, or one an axis: positive."""
    for value in bandwidth if isinstance(bandwidth, Sequence | np.ndarray) else (bandwidth,):
        check.positive(value, "bandwidth")


def common_dimension(measures: Sequence[SignedMeasure], place: int) -> int:
    """Dimension of the space that all measures live on."""
    dimensions = {measure.n_parameters for measure in measures}
    if len(dimensions) > 1:
        raise ValueError(f"All measures must live on the same R^p, got p in {sorted(dimensions)} at place {place}.")
    return dimensions.pop()


def require_dimension(measure: SignedMeasure, p: int) -> None:
    """Raise ValueError unless a measure lives on R^p."""
    if measure.n_parameters != p:
        raise ValueError(f"the measure lives on R^{measure.n_parameters}, those of fit on R^{p}.")


@dataclass(frozen=True)
class _Convolution:
    grid: GaussianGrid
    kernel: Kernel
    scales: tuple[float, ...]

    def row(self, measure: SignedMeasure) -> Float:
        require_dimension(measure, len(self.grid.axes))
        grids = [
            smooth(measure.points, measure.weights, self.grid.axes, scale * self.grid.bandwidths, self.kernel).ravel()
            for scale in self.scales
        ]
        return grids[0] if len(grids) == 1 else np.concatenate(grids)

    def write_rows(self, measures: Sequence[SignedMeasure], table: Float, column: int) -> None:
        """Do `row` for several measures at once, where the kernel has a name; it starts at a column of the table."""
        pairs = [(measure.points, measure.weights) for measure in measures]
        size = self.n_features // len(self.scales)
        for k, scale in enumerate(self.scales):
            widths = scale * self.grid.bandwidths
            write_smoothed(pairs, self.grid.axes, widths, str(self.kernel), table, column + k * size)

    @property
    def n_features(self) -> int:
        return len(self.scales) * math.prod(len(axis) for axis in self.grid.axes)

    def names(self, label: str) -> Number:
        if len(self.scales) == 1:
            return self.grid.names(label)
        return np.concatenate([self.grid.names(f"{label}_x{scale:g}") for scale in self.scales])
