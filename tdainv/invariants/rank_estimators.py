"""Rank invariants of many filtrations on a grid that is learned: the list versions of the functions, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import FittedCollectionTransformer, map_items
from tdainv._typing import Float
from tdainv.filtrations.grids import check_grid
from tdainv.invariants.estimators import _filtration
from tdainv.invariants.rank import rank_signed_barcode
from tdainv.invariants.signed_barcode import KINDS, SignedBarcode
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import complexes_of
from tdainv.persistence.presentation import module_complex


class _RankInvariant(FittedCollectionTransformer):
    """A transformer of filtrations into tuples of invariants, one a degree, on one learned grid a degree."""

    _item = "filtration"

    def __init__(
        self,
        *,
        degrees: Sequence[int] = (0, 1),
        resolution: int | Sequence[int] = 20,
        coverage: float = 0.99,
        kind: str = "rectangle",
        n_jobs: int | None = None,
    ) -> None:
        self.degrees = degrees
        self.resolution = resolution
        self.coverage = coverage
        self.kind = kind
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        return _filtration(item, i)

    def _learn(self, items: list[Any]) -> None:
        degrees = self._check_params()
        counts = [item.n_parameters for item in items]
        for i, count in enumerate(counts):
            if count != counts[0]:
                raise ValueError(
                    f"All filtrations must have the same number of parameters: X[0] has {counts[0]}, X[{i}] has "
                    f"{count}."
                )
        sizes = check_grid(self.resolution, "regular", counts[0])
        grades = map_items(partial(_grades, degrees=degrees), items, self.n_jobs)
        self.axes_ = [
            [_axis(column, size, self.coverage) for column, size in zip(np.concatenate(each).T, sizes, strict=True)]
            for each in zip(*grades, strict=True)
        ]

    def _check_params(self) -> tuple[int, ...]:
        check.fraction(self.coverage, "coverage")
        check.option(self.kind, KINDS, "kind")
        check_grid(self.resolution, "regular")
        return check.degrees(self.degrees)


class RankSignedBarcode(_RankInvariant):
    """Signed barcodes of the rank invariants of each filtration. See :func:`tdainv.rank_signed_barcode`.

    Grades are moved up to a grid that is learned, one for each degree: those below its first point to this point.
    What appears beyond its last point never does, in training filtrations and new ones.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology. A result is a tuple with one :class:`tdainv.SignedBarcode` a degree, in this order.
    resolution : int or sequence of ints, default 20
        Number of points along each axis of the grids. An axis with no more distinct values than that has these values.
    coverage : float in (0, 1], default 0.99
        Along each axis the grid of a degree starts at the smallest coordinate of the generators and relations of the
        homology of the training filtrations, and ends at this quantile of them, so that a few outliers do not stretch
        it.
    kind : {"rectangle", "hook"}, default "rectangle"
        Kind of the bars.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    axes_ : list of lists of ndarrays
        Axes of the grid of each degree.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CodensityRips, RankSignedBarcode
    >>> filtrations = CodensityRips().fit_transform([np.eye(3)])
    >>> RankSignedBarcode(degrees=(0,)).fit_transform(filtrations)
    [(SignedBarcode(degree 0, 2 positive and 0 negative rectangles, 2 parameters),)]
    """

    def _item_function(self) -> Callable[[Any], tuple[SignedBarcode, ...]]:
        return partial(_barcodes, degrees=self._check_params(), grids=self.axes_, kind=self.kind)


class RankSignedMeasure(_RankInvariant):
    """Signed barcodes of each filtration as signed measures on R^{2p}, for vectorizers and distances.

    An atom is a bar of :class:`tdainv.RankSignedBarcode`: its birth, then its death. Infinite coordinates of deaths
    are put one step past the end of the learned grid.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology. A result is a tuple with one :class:`tdainv.SignedMeasure` a degree, in this order.
    resolution : int or sequence of ints, default 20
        Number of points along each axis of the learned grids.
    coverage : float in (0, 1], default 0.99
        Share of the grades of homology, along each axis, that the grids cover; see :class:`tdainv.RankSignedBarcode`.
    kind : {"rectangle", "hook"}, default "rectangle"
        Kind of the bars.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    axes_ : list of lists of ndarrays
        Axes of the grid of each degree.

    Notes
    -----
    A grid on R^{2p} has many points: give :class:`tdainv.MeasureConvolution` a resolution of 5 or so.

    Examples
    --------
    >>> import numpy as np
    >>> from tdainv import CodensityRips, RankSignedMeasure
    >>> filtrations = CodensityRips().fit_transform([np.eye(3)])
    >>> RankSignedMeasure(degrees=(0,)).fit_transform(filtrations)
    [(SignedMeasure(2 atoms in R^4, mass 3),)]
    """

    def _item_function(self) -> Callable[[Any], tuple[SignedMeasure, ...]]:
        return partial(_measures, degrees=self._check_params(), grids=self.axes_, kind=self.kind)


def _grades(filtration: Any, degrees: Sequence[int]) -> list[Float]:
    """Grades of the generators and relations of the homology of each degree."""
    complexes = [module_complex(complex_, complex_.degree) for complex_ in complexes_of(filtration, degrees)]
    return [np.concatenate([each.upper.row_grades, each.upper.column_grades]) for each in complexes]


def _axis(values: Float, size: int, coverage: float) -> Float:
    """At most `size` points from the smallest value to a quantile of the values."""
    if len(values) == 0:
        return np.zeros(1)
    end = np.quantile(values, coverage)
    distinct = np.unique(values[values <= end])
    if len(distinct) <= size:
        return distinct
    return np.linspace(distinct[0], end, size) if size > 1 else np.array([end])


def _barcodes(
    filtration: Any, degrees: Sequence[int], grids: list[list[Float]], kind: str
) -> tuple[SignedBarcode, ...]:
    p = len(grids[0])
    if filtration.n_parameters != p:
        raise ValueError(f"the filtration must have {p} parameters, as in fit, got {filtration.n_parameters}.")
    bars = [rank_signed_barcode(filtration, degree, axes) for degree, axes in zip(degrees, grids, strict=True)]
    return tuple(each.to_hooks() if kind == "hook" else each for each in bars)


def _measures(
    filtration: Any, degrees: Sequence[int], grids: list[list[Float]], kind: str
) -> tuple[SignedMeasure, ...]:
    ends = [[axis[-1] + (axis[-1] - axis[-2] if len(axis) > 1 else 1.0) for axis in axes] for axes in grids]
    bars = _barcodes(filtration, degrees, grids, kind)
    return tuple(each.to_measure(essential=end) for each, end in zip(bars, ends, strict=True))
