"""Grades of invariants in learned units, so that axes can be compared and weighed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from sklearn.utils.validation import check_is_fitted

from tdainv import _validation as check
from tdainv._base import FittedCollectionTransformer, invariant_samples, require_places
from tdainv._typing import Float
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.signed_barcode import SignedBarcode
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode

Invariant: TypeAlias = SignedMeasure | SignedBarcode | IntervalModule | Barcode

_KINDS = (SignedMeasure, SignedBarcode, IntervalModule, Barcode)


class GradeScaler(FittedCollectionTransformer):
    """Scale the coordinates of invariants axis by axis: divide by the range of the training data, multiply by weights.

    Parameters
    ----------
    weights : sequence of float, optional
        Positive, one an axis, 1 by default. A search over them weighs the parameters against each other, for distances
        and for vectorizers that have one bandwidth for all axes, in the units of the axes.
    coverage : float in (0, 1], default 0.99
        The range of an axis goes from the smallest finite coordinate of the training invariants to this quantile, or to
        the largest one where these agree.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    scales_ : list of ndarrays of shape (p,)
        For each place in the tuple of invariants, what coordinates are divided by: the range of the axis, or 1 for an
        axis on which it is 0.

    Notes
    -----
    Takes measures, signed barcodes, interval modules, barcodes, and tuples of them. Births and deaths have the same
    axes and the same scales, and infinite deaths stay so. The error bound of an interval module is kept only if all
    axes are scaled alike (see :meth:`tdainv.IntervalModule.rescale`). Nothing is shifted: neither distances nor
    vectorizers with learned grids would see it.

    Examples
    --------
    >>> from tdainv import GradeScaler, SignedMeasure
    >>> mu = SignedMeasure([[0, 100], [2, 300]], [1, -1])
    >>> GradeScaler(weights=(1, 0.5), coverage=1.0).fit_transform([mu])[0].points
    array([[0.  , 0.25],
           [1.  , 0.75]])
    """

    _item = "invariant"

    def __init__(
        self, *, weights: Sequence[float] | None = None, coverage: float = 0.99, n_jobs: int | None = None
    ) -> None:
        self.weights = weights
        self.coverage = coverage
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        for invariant in item if _is_tuple(item) else (item,):
            if not isinstance(invariant, _KINDS):
                names = ", ".join(kind.__name__ for kind in _KINDS)
                raise TypeError(f"X[{i}] must be one of {names}, or a tuple of them, got {type(invariant).__name__}.")
        return item

    def transform(self, X: Sequence[Any]) -> list[Any]:
        """Scale each invariant.

        Parameters
        ----------
        X : sequence of invariants, or of tuples of invariants
            As many a sample as in fit.

        Returns
        -------
        list of invariants, or of tuples of invariants
        """
        check_is_fitted(self)
        items = self._collect(X)
        samples = [_places(self._check_item(item, i)) for i, item in enumerate(items)]
        require_places(samples, len(self.scales_), type(self).__name__)
        return super().transform(items)

    def _learn(self, items: list[Any]) -> None:
        coverage = check.fraction(self.coverage, "coverage")
        samples = invariant_samples(items, _KINDS)
        self.scales_ = [_scales(invariants, coverage, k) for k, invariants in enumerate(zip(*samples, strict=True))]
        self._factors()

    def _factors(self) -> list[Float]:
        """Return what coordinates are multiplied by, at each place."""
        return [_checked_weights(self.weights, len(scales)) / scales for scales in self.scales_]

    def _item_function(self) -> Callable[[Any], Any]:
        return partial(_rescale, factors=self._factors())


def _is_tuple(item: Any) -> bool:
    return isinstance(item, tuple | list) or (isinstance(item, np.ndarray) and item.dtype == object)


def _places(item: Any) -> tuple[Any, ...]:
    return tuple(item) if _is_tuple(item) else (item,)


def _checked_weights(weights: Any, p: int) -> Float:
    if weights is None:
        return np.ones(p)
    values = check.float_array(weights, "weights", f"must be {p} positive numbers, one an axis")
    if values.shape != (p,) or not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"weights must be {p} positive numbers, one an axis, got weights={weights!r}.")
    return values


def _coordinates(invariant: Invariant) -> Float:
    """Coordinates of an invariant that are grades, shape (k, p)."""
    if isinstance(invariant, SignedMeasure):
        return invariant.points
    if isinstance(invariant, Barcode):
        return np.concatenate([invariant.births, invariant.deaths])[:, np.newaxis]
    return np.concatenate([invariant.births, invariant.deaths])


def _scales(invariants: Sequence[Invariant], coverage: float, place: int) -> Float:
    coordinates = [_coordinates(invariant) for invariant in invariants]
    dimensions = {array.shape[1] for array in coordinates}
    if len(dimensions) > 1:
        raise ValueError(f"All invariants must have as many parameters, got {sorted(dimensions)} at place {place}.")
    scales = []
    for column in np.concatenate(coordinates).T:
        finite = column[np.isfinite(column)]
        low, high = (finite.min(), np.quantile(finite, coverage)) if len(finite) else (0.0, 0.0)
        range_ = high - low if high > low else finite.max(initial=low) - low
        scales.append(range_ or 1.0)
    return np.array(scales, np.float64)


def _rescale(item: Any, factors: list[Float]) -> Any:
    if not _is_tuple(item):
        return _rescaled(item, factors[0])
    return tuple(_rescaled(invariant, each) for invariant, each in zip(item, factors, strict=True))


def _rescaled(invariant: Invariant, factors: Float) -> Invariant:
    p = 1 if isinstance(invariant, Barcode) else invariant.n_parameters
    if p != len(factors):
        raise ValueError(f"the invariant has {p} parameters, those of fit have {len(factors)}.")
    if not isinstance(invariant, Barcode):
        return invariant.rescale(factors)
    births, deaths = invariant.births * factors, invariant.deaths * factors
    kept = births < deaths  # rounding may close a bar
    cells = [
        None if array is None else array[kept]
        for array in (invariant.birth_simplices, invariant.death_simplices, invariant.pairing)
    ]
    return Barcode(births[kept], deaths[kept], invariant.degree, *cells)
