"""Invariants of many filtrations: the list versions of the functions, for pipelines."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tdainv import _validation as check
from tdainv._base import BlockFunction, CollectionTransformer, apply_to_item
from tdainv.complexes.cubical_filtration import CubicalFiltration
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.invariants.euler import euler_signed_measure
from tdainv.invariants.hilbert import hilbert_signed_measures
from tdainv.invariants.hilbert_batches import measures_of_union, size_if_small, small_batches
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import barcodes

_SECONDS_OF_CELL = 1e-6


class _Invariant(CollectionTransformer):
    """A transformer of filtrations into tuples of invariants, one a degree."""

    _item = "filtration"
    _function: Callable[..., list[Any]]  # of a filtration and degrees: one invariant a degree

    def __init__(self, *, degrees: Sequence[int] = (0, 1), n_jobs: int | None = None) -> None:
        self.degrees = degrees
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], Any]:
        return partial(_invariants, function=self._function, degrees=check.degrees(self.degrees))

    def _check_item(self, item: Any, i: int) -> Any:
        return _filtration(item, i)


class HilbertSignedMeasure(_Invariant):
    """Hilbert signed measures of each filtration. See :func:`tdainv.hilbert_signed_measure`.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology. A result is a tuple with one :class:`tdainv.SignedMeasure` a degree, in this order.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CodensityRips, HilbertSignedMeasure
    >>> filtrations = CodensityRips().fit_transform([np.eye(3)])
    >>> HilbertSignedMeasure(degrees=(0,)).fit_transform(filtrations)
    [(SignedMeasure(2 atoms in R^2, mass 1),)]
    """

    _function = staticmethod(hilbert_signed_measures)

    def _block_function(self) -> BlockFunction:
        return partial(_hilbert_measures_of_block, degrees=check.degrees(self.degrees))

    def _seconds(self, items: Sequence[Any]) -> float:
        degrees = check.degrees(self.degrees)
        sizes = [size_if_small(item, degrees) for item in items]
        return _SECONDS_OF_CELL * sum(sizes) if all(sizes) else math.inf


class EulerSignedMeasure(CollectionTransformer):
    """Euler signed measure of each filtration. See :func:`tdainv.euler_signed_measure`.

    A result is one :class:`tdainv.SignedMeasure`.

    Parameters
    ----------
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import Cubical, EulerSignedMeasure
    >>> EulerSignedMeasure().fit_transform(Cubical().fit_transform([np.eye(3)]))
    [SignedMeasure(2 atoms in R^1, mass 1)]
    """

    _item = "filtration"

    def __init__(self, *, n_jobs: int | None = None) -> None:
        self.n_jobs = n_jobs

    def _item_function(self) -> Callable[[Any], SignedMeasure]:
        return euler_signed_measure

    def _check_item(self, item: Any, i: int) -> Any:
        if not isinstance(_filtration(item, i), FilteredComplex | CubicalFiltration):
            raise TypeError(f"X[{i}] must be a FilteredComplex or a CubicalFiltration, got {type(item).__name__}.")
        return item


class PersistenceBarcode(_Invariant):
    """Barcodes of each one-parameter filtration. See :func:`tdainv.barcode`.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology. A result is a tuple with one :class:`tdainv.Barcode` a degree, in this order.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import PersistenceBarcode, Rips
    >>> PersistenceBarcode(degrees=(0,)).fit_transform(Rips().fit_transform([np.eye(3)]))
    [(Barcode(degree 0, 3 bars, 1 essential),)]
    """

    _function = staticmethod(barcodes)


def _filtration(item: Any, i: int) -> Any:
    if not hasattr(item, "n_parameters"):
        raise TypeError(
            f"X[{i}] must be a filtration, got {type(item).__name__}. Put a filtration step such as Rips() or "
            "CodensityRips() before this one."
        )
    return item


def _hilbert_measures_of_block(items: Sequence[Any], start: int, degrees: tuple[int, ...]) -> list[Any]:
    """Hilbert measures of some filtrations, the small ones together; errors name X[start + k]."""
    results: dict[int, Any] = {}
    for batch in small_batches(items, degrees):
        results.update(zip(batch, measures_of_union([items[k] for k in batch], degrees), strict=True))
    function = partial(_invariants, function=hilbert_signed_measures, degrees=degrees)
    return [results[k] if k in results else apply_to_item(function, item, start + k) for k, item in enumerate(items)]


def _invariants(filtration: Any, function: Callable[..., list[Any]], degrees: tuple[int, ...]) -> tuple[Any, ...]:
    return tuple(function(filtration, degrees))
