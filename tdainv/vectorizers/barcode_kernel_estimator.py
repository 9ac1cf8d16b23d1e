"""Matrices of kernels between barcodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._typing import Float, Int, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import check_essential, kept_bars
from tdainv.vectorizers.bar_weights import Weight, check_weight
from tdainv.vectorizers.barcode_kernels import check_bandwidth, fisher_row, scale_space_row, weighted_gaussian_row

_ROWS: dict[str, Callable[..., Float]] = {
    "scale_space": scale_space_row,
    "weighted_gaussian": weighted_gaussian_row,
    "fisher": fisher_row,
}


def _sum(rows: list[Float]) -> Float:
    return np.sum(rows, axis=0)


class BarcodeKernel(Vectorizer):
    """Kernels of barcodes with the training barcodes, for ``SVC(kernel="precomputed")``.

    Feature j of a sample is its kernel with training sample j. Kernels of several degrees add up. See
    :func:`tdainv.scale_space_kernel`, :func:`tdainv.weighted_gaussian_kernel`, :func:`tdainv.fisher_kernel`.

    Parameters
    ----------
    kernel : {"scale_space", "weighted_gaussian", "fisher"} or callable, default "scale_space"
        A function takes two barcodes and returns a number. Whether its matrices are positive semidefinite is up to it;
        those of "fisher" need not be.
    bandwidth : float, default 0.1
        Bandwidth of the kernels that have a name.
    bandwidth_unit : {"range", "absolute"}, default "range"
        Whether `bandwidth` is a share of the time from the first birth to the last death of the training bars of a
        degree, or in the unit of the filtration.
    weight : {"persistence", "one"} or callable, default "persistence"
        Weight of a bar in "weighted_gaussian": its persistence, 1, or a function of the arrays of births and of
        persistences that returns an array.
    scale : float, default 1.0
        Scale of "fisher".
    normalize : bool, default False
        Whether to divide k(x, y) by sqrt(k(x, x) k(y, y)), in each degree, so that each counts as much. A barcode with
        k(x, x) = 0, as one without bars, keeps zeros.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. A function
        gets the barcodes as they are.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The training barcodes of each degree.

    Examples
    --------
    >>> from tdainv import Barcode, BarcodeKernel
    >>> bars = [Barcode([0.0], [2.0], degree=1), Barcode([0.0], [3.0], degree=1), Barcode([], [], degree=1)]
    >>> kernel = BarcodeKernel(bandwidth=1.0, bandwidth_unit="absolute", normalize=True)
    >>> kernel.fit_transform(bars).round(3)
    array([[1.   , 0.611, 0.   ],
           [0.611, 1.   , 0.   ],
           [0.   , 0.   , 0.   ]])
    """

    _kind = Barcode
    _join = staticmethod(_sum)

    def __init__(
        self,
        *,
        kernel: str | Callable[[Barcode, Barcode], float] = "scale_space",
        bandwidth: float = 0.1,
        bandwidth_unit: str = "range",
        weight: Weight = "persistence",
        scale: float = 1.0,
        normalize: bool = False,
        essential: str | float = "drop",
        n_jobs: int | None = None,
    ) -> None:
        self.kernel = kernel
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.weight = weight
        self.scale = scale
        self.normalize = normalize
        self.essential = essential
        self.n_jobs = n_jobs

    def get_feature_names_out(self, input_features: Any = None) -> Number:
        """Names of the features: the number of the training sample.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        ndarray of str objects
        """
        check_is_fitted(self, "plans_")
        return self.plans_[0].names("kernel")

    def _check_params(self) -> None:
        if not callable(self.kernel):
            check.option(self.kernel, tuple(_ROWS), "kernel")
        check.positive(self.bandwidth, "bandwidth")
        check.option(self.bandwidth_unit, ("range", "absolute"), "bandwidth_unit")
        check_weight(self.weight)
        check.positive(self.scale, "scale")
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return "kernel"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Plan:
        if callable(self.kernel):
            plan: _Plan = _CallableRows(self.kernel, invariants)
        else:
            plan = self._rows(self.kernel, [kept_bars(barcode, self.essential) for barcode in invariants])
        return _NormalizedRows.of(plan, invariants) if self.normalize else plan

    def _rows(self, kernel: str, training: list[Float]) -> _Rows:
        bars = np.concatenate(training)
        unit = bars[:, 1].max() - bars[:, 0].min() if len(bars) and self.bandwidth_unit == "range" else 1.0
        parameters: list[Any] = [check_bandwidth(self.bandwidth * unit)]
        if kernel != "scale_space":
            parameters.append(self.weight if kernel == "weighted_gaussian" else float(self.scale))
        offsets = np.cumsum([0, *map(len, training)])
        return _Rows(_ROWS[kernel], tuple(parameters), bars, offsets, self.essential)


class _Plan(Protocol):
    """Kernels with the training barcodes of a degree."""

    def row(self, barcode: Barcode) -> Float: ...

    def norm(self, barcode: Barcode) -> float: ...

    def names(self, label: str) -> Number: ...


@dataclass(frozen=True, eq=False)
class _Rows:
    """A kernel with a name; the bars of training barcode j lie between ``offsets[j]`` and ``offsets[j + 1]``."""

    kernel: Callable[..., Float]
    parameters: tuple[Any, ...]
    bars: Float
    offsets: Int
    essential: str | float

    def row(self, barcode: Barcode) -> Float:
        return self.kernel(kept_bars(barcode, self.essential), self.bars, self.offsets, *self.parameters)

    def norm(self, barcode: Barcode) -> float:
        bars = kept_bars(barcode, self.essential)
        return float(np.sqrt(self.kernel(bars, bars, np.array([0, len(bars)]), *self.parameters)[0]))

    def names(self, label: str) -> Number:
        return _numbered(label, len(self.offsets) - 1)


@dataclass(frozen=True, eq=False)
class _CallableRows:
    """A kernel that the user gives."""

    kernel: Callable[[Barcode, Barcode], float]
    training: list[Barcode]

    def row(self, barcode: Barcode) -> Float:
        return np.array([self._value(barcode, other) for other in self.training], np.float64)

    def norm(self, barcode: Barcode) -> float:
        value = self._value(barcode, barcode)
        if value < 0:
            raise ValueError(f"kernel must be positive definite to be normalized, got kernel(x, x) = {value:g}.")
        return float(np.sqrt(value))

    def names(self, label: str) -> Number:
        return _numbered(label, len(self.training))

    def _value(self, first: Barcode, second: Barcode) -> float:
        return check.finite(self.kernel(first, second), "the value of kernel")


@dataclass(frozen=True, eq=False)
class _NormalizedRows:
    """Kernels k(x, y) divided by sqrt(k(x, x) k(y, y)), or 0 where that is 0."""

    plan: _Plan
    norms: Float

    @classmethod
    def of(cls, plan: _Plan, training: list[Barcode]) -> _NormalizedRows:
        return cls(plan, np.array([plan.norm(barcode) for barcode in training]))

    def row(self, barcode: Barcode) -> Float:
        norms = self.norm(barcode) * self.norms
        return np.divide(self.plan.row(barcode), norms, out=np.zeros(len(norms)), where=norms > 0)

    def norm(self, barcode: Barcode) -> float:
        return self.plan.norm(barcode)

    def names(self, label: str) -> Number:
        return self.plan.names(label)


def _numbered(label: str, size: int) -> Number:
    return np.array([f"{label}_{j}" for j in range(size)], dtype=object)
