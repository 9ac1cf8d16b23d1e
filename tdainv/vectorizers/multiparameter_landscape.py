"""Multiparameter persistence landscapes of filtrations, as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer, apply_to_item, map_items
from tdainv._typing import Float, Number
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.invariants.landscape import check_direction, multiparameter_landscape
from tdainv.persistence.barcode import Filtration, require_filtration
from tdainv.persistence.presentation import module_complex
from tdainv.vectorizers.grid import GaussianGrid, check_grid, fit_grid


class MultiparameterLandscape(Vectorizer):
    """Multiparameter persistence landscapes of filtrations on a learned grid.

    Each feature is a value of a landscape at a grid point. See :func:`tdainv.multiparameter_landscape`.

    Parameters
    ----------
    degrees : sequence of int, default (0, 1)
        Degrees of homology, each with a grid of its own.
    resolution : int or sequence of int, default 50
        Number of grid points along each axis.
    n_landscapes : int, default 5
        Landscapes λ_1, ..., λ_n.
    direction : sequence of p floats, optional
        Direction v of the lines, by default (1, ..., 1).
    direction_unit : {"range", "absolute"}, default "range"
        Whether the extent of the grid along an axis is the unit of length along it, or that of the parameter is. In
        the first case lines lead from grid point to grid point, so that there are fewer, and values are shares of the
        extent of the grid along v.
    coverage : float in (0, 1], default 0.99
        Along each axis the grid starts at the smallest coordinate of the grades of generators and relations of the
        training modules and ends at this quantile of them, so that a few outliers do not stretch it.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The fitted grid of each degree, with ``plans_[k].grid.axes``.

    Notes
    -----
    Filtrations are replaced by small chain complexes of their modules at once, also those that the grid is learned
    from; none is kept.

    Examples
    --------
    A point at 0 and one at 2, joined at 4, make bars [0, ∞) and [2, 4): λ_1 and λ_2 at 0, 1, ..., 4, in the unit 4.

    >>> import tdainv
    >>> path = tdainv.FilteredComplex.lower_star([[0, 1]], [[0], [2]])
    >>> edge = tdainv.FilteredComplex(path.dimensions, path.indptr, path.indices, [[0], [2], [4]])
    >>> landscapes = tdainv.MultiparameterLandscape(degrees=(0,), resolution=5, n_landscapes=2, coverage=1.0)
    >>> landscapes.fit_transform([edge])
    array([[0.  , 0.25, 0.5 , 0.75, 1.  , 0.  , 0.  , 0.  , 0.25, 0.  ]])
    """

    def __init__(
        self,
        *,
        degrees: Sequence[int] = (0, 1),
        resolution: int | Sequence[int] = 50,
        n_landscapes: int = 5,
        direction: Sequence[float] | None = None,
        direction_unit: str = "range",
        coverage: float = 0.99,
        n_jobs: int | None = None,
    ) -> None:
        self.degrees = degrees
        self.resolution = resolution
        self.n_landscapes = n_landscapes
        self.direction = direction
        self.direction_unit = direction_unit
        self.coverage = coverage
        self.n_jobs = n_jobs

    def fit_transform(self, X: Sequence[Filtration], y: Any = None) -> Float:
        """Fit, and return the rows of the training filtrations, whose chain complexes are made once.

        Parameters
        ----------
        X : sequence of filtrations
        y : ignored

        Returns
        -------
        ndarray of shape (n_samples, n_features)
        """
        self._check_params()
        samples = _Complexes(self._samples(X))
        return self.fit(samples).transform(samples)

    def _check_params(self) -> None:
        check.degrees(self.degrees)
        check_grid(self.resolution, 1.0, "range", self.coverage)
        check.positive_integer(self.n_landscapes, "n_landscapes")
        check.option(self.direction_unit, ("range", "absolute"), "direction_unit")

    @staticmethod
    def _label(invariant: ChainComplex, place: int) -> str:
        return f"landscape_h{invariant.degree}"

    def _make_plan(self, invariants: list[ChainComplex], place: int) -> _Landscapes:
        grades = [(c.upper.row_grades, c.upper.column_grades) for c in invariants]
        dimensions = {cells.shape[1] for cells, _ in grades}
        if len(dimensions) > 1:
            raise ValueError(f"All filtrations must have as many parameters, got {sorted(dimensions)}.")
        points = np.concatenate([each for pair in grades for each in pair])
        grid = fit_grid(points, self.resolution, 1.0, "range", self.coverage)  # bandwidths are its extents
        unit = grid.bandwidths if self.direction_unit == "range" else np.ones(len(grid.axes))
        return _Landscapes(grid, unit * check_direction(self.direction, len(unit)), self.n_landscapes)

    def _samples(self, X: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Check the filtrations; every one becomes a tuple of chain complexes, one a degree."""
        if isinstance(X, _Complexes):
            return X
        items = check.collection(X, "filtration")
        for i, item in enumerate(items):
            apply_to_item(require_filtration, item, i)
        return map_items(partial(_complexes, degrees=check.degrees(self.degrees)), items, self.n_jobs)


class _Complexes(list[tuple[ChainComplex, ...]]):
    """Samples that are already checked and small."""


def _complexes(filtration: Filtration, degrees: tuple[int, ...]) -> tuple[ChainComplex, ...]:
    return tuple(module_complex(filtration, degree) for degree in degrees)


@dataclass(frozen=True)
class _Landscapes:
    grid: GaussianGrid
    direction: Float
    n_landscapes: int

    def row(self, complex_: ChainComplex) -> Float:
        p = complex_.upper.n_parameters
        if p != len(self.direction):
            raise ValueError(f"the filtration has p = {p} parameters, those of fit have {len(self.direction)}.")
        return multiparameter_landscape(
            complex_, complex_.degree, self.grid.axes, n_landscapes=self.n_landscapes, direction=self.direction
        ).ravel()

    def names(self, label: str) -> Number:
        return np.concatenate([self.grid.names(f"{label}_k{k + 1}") for k in range(self.n_landscapes)])
