"""Cumulative functions of signed measures on a grid: Hilbert and Euler functions, rank invariants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv._base import Vectorizer
from tdainv._typing import Float, Number
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.vectorizers.grid import GaussianGrid, check_grid, check_places, fit_grid, given_lines
from tdainv.vectorizers.measure_convolution import common_dimension, require_dimension


class CumulativeSurface(Vectorizer):
    """Cumulative functions of signed measures at the points of a product grid.

    The feature at a grid point g is the mass of the atoms at or below g in every coordinate: the dimension of the
    homology at g for a Hilbert measure, the Euler characteristic for an Euler measure (a Betti curve or surface, an
    Euler characteristic curve, surface or profile).

    Parameters
    ----------
    resolution : int or sequence of int, default 50
        Number of grid points along each axis.
    coverage : float in (0, 1], default 0.99
        Along each axis the grid starts at the smallest coordinate of the atoms of the training measures and ends at
        this quantile of them.
    axes : sequence of arrays, or sequence of such sequences, optional
        Coordinates of a given grid along each axis, or one such grid for each place in the tuple of invariants. Then
        `resolution` and `coverage` do not matter, and nothing is learned.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        The grid of each degree, with ``plans_[k].grid.axes``.

    Notes
    -----
    O(k + size of the grid) for k atoms. Single features are not stable: they are whole numbers. Their integral over a
    box with sides r_1, ..., r_p is: if two measures have the same mass, ∫ |F_μ - F_ν| over the box is at most
    max_k (Π_j r_j) / r_k times the :func:`tdainv.kantorovich_rubinstein_distance` for the norm "l1", since moving a
    unit of mass by t along axis k changes F by 1 on a slab of thickness t at most.

    Examples
    --------
    Two components, of which one appears at 1, are joined at 2:

    >>> from tdainv import CumulativeSurface, SignedMeasure
    >>> mu = SignedMeasure([[0.0], [1.0], [2.0]], [1, 1, -1])
    >>> CumulativeSurface(axes=[[-1, 0, 1, 2]]).fit_transform([mu])
    array([[0., 1., 2., 1.]])
    """

    _kind = SignedMeasure

    def __init__(
        self,
        *,
        resolution: int | Sequence[int] = 50,
        coverage: float = 0.99,
        axes: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.coverage = coverage
        self.axes = axes
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check_grid(self.resolution, 1.0, "range", self.coverage)

    def _check_places(self, n_places: int) -> None:
        check_places(self.axes, n_places)

    @staticmethod
    def _label(invariant: SignedMeasure, place: int) -> str:
        return f"surface{place}"

    def _make_plan(self, invariants: list[SignedMeasure], place: int) -> _Surface:
        p = common_dimension(invariants, place)
        if self.axes is not None:
            return _Surface(GaussianGrid(given_lines(self.axes, place, p), np.ones(p)))
        points = np.concatenate([measure.points for measure in invariants])
        return _Surface(fit_grid(points, self.resolution, 1.0, "range", self.coverage))


@dataclass(frozen=True)
class _Surface:
    grid: GaussianGrid

    def row(self, measure: SignedMeasure) -> Float:
        require_dimension(measure, len(self.grid.axes))
        return measure.cumulative_on_grid(self.grid.axes).ravel().astype(np.float64)

    def names(self, label: str) -> Number:
        return self.grid.names(label)
