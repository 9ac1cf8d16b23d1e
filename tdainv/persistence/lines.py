"""Lines through R^p in non-negative directions, and where along them the generators of a module appear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.persistence._kernels_lines import push_grades


@dataclass(frozen=True, eq=False, repr=False)
class Lines:
    """Lines {bases[i] + t directions[i] : t real} in R^p, along which no coordinate decreases.

    Parameters
    ----------
    bases : array-like of shape (m, p)
    directions : array-like of shape (p,) or (m, p)
        At least 0 everywhere, and not 0 altogether. One direction serves all lines.

    Raises
    ------
    ValueError
        For wrong shapes, numbers that are not finite, or a direction with a negative entry or without a positive one.

    Examples
    --------
    >>> import tdainv
    >>> lines = tdainv.Lines([[0.0, 0.0], [0.0, 1.0]], [1.0, 1.0])
    >>> lines
    Lines(2 lines in R^2)

    A generator of grade (1, 3) appears where the line enters the quadrant above it:

    >>> lines.push([[1.0, 3.0]])
    array([[3.],
           [2.]])
    """

    bases: Float
    directions: Float

    def __post_init__(self) -> None:
        bases = check.points(self.bases, "bases")
        p = bases.shape[1]
        directions = check.float_array(self.directions, "directions", f"must have shape ({p},) or (m, {p}),")
        if directions.shape not in ((p,), bases.shape):
            raise ValueError(
                f"directions must have shape ({p},) or {bases.shape}, one direction for all bases or for each, "
                f"got shape {directions.shape}."
            )
        directions = np.ascontiguousarray(np.broadcast_to(directions, bases.shape))
        wrong = ~np.isfinite(directions).all(axis=1) | (directions < 0).any(axis=1) | ~(directions > 0).any(axis=1)
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                "A direction must have finite entries of at least 0, one of them positive, got "
                f"directions[{i}] = {directions[i].tolist()}."
            )
        object.__setattr__(self, "bases", bases + 0.0)
        object.__setattr__(self, "directions", directions + 0.0)

    @property
    def n_parameters(self) -> int:
        """Dimension p of the space."""
        return self.bases.shape[1]

    def __len__(self) -> int:
        return len(self.bases)

    def __getitem__(self, which: slice | int | Int) -> Lines:
        """Some of the lines."""
        return Lines(np.atleast_2d(self.bases[which]), np.atleast_2d(self.directions[which]))

    def __repr__(self) -> str:
        return f"Lines({counted(len(self), 'line')} in R^{self.n_parameters})"

    def points(self, times: ArrayLike) -> Float:
        """Points of the lines at some times, shape (m, ..., p) for times of shape (m, ...).

        Where a direction is 0 the coordinate stays that of the base, at infinite times too.
        """
        t = np.asarray(times, np.float64)
        shape = (len(self),) + (1,) * (t.ndim - 1) + (self.n_parameters,)
        directions = np.broadcast_to(self.directions.reshape(shape), (*t.shape, self.n_parameters))
        moved = np.zeros(directions.shape)
        np.multiply(directions, t[..., np.newaxis], out=moved, where=directions > 0)
        return self.bases.reshape(shape) + moved

    def push(self, grades: ArrayLike) -> Float:
        """First times at which the lines are at or above some grades, shape (m, n) for grades of shape (n, p).

        max over i of (grade_i - base_i) / direction_i; where a direction is 0 there is no bound if the base is at or
        above the grade in this coordinate, and the line never gets there otherwise (inf).
        """
        grades = np.ascontiguousarray(grades, np.float64)
        if grades.ndim != 2 or grades.shape[1] != self.n_parameters:
            raise ValueError(f"grades must have shape (n, {self.n_parameters}), got {grades.shape}.")
        return push_grades(self.bases, self.directions, grades)
