"""Signed measures: finitely many point masses, the form of Hilbert, Euler and rank functions that can be averaged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Number
from tdainv.complexes.order import lexicographic_order


@dataclass(frozen=True, eq=False, repr=False)
class SignedMeasure:
    """A finite signed measure Σ weights[i] δ(points[i]) on R^p.

    Points are different, in lexicographic order, and no weight is zero: atoms at equal points are added up on
    construction, so equal measures have equal arrays.

    Parameters
    ----------
    points : array-like of shape (k, p)
    weights : array-like of shape (k,)
        Integers stay integers.

    Raises
    ------
    ValueError
        For wrong shapes or values that are not finite.

    Examples
    --------
    >>> mu = SignedMeasure([[0.0, 1.0], [2.0, 0.0], [0.0, 1.0]], [1, -1, 1])
    >>> mu
    SignedMeasure(2 atoms in R^2, mass 1)
    >>> mu.weights
    array([ 2, -1])
    >>> (mu - mu).mass
    0
    >>> mu.cumulative([[0.0, 1.0], [2.0, 1.0]])
    array([2, 1])
    """

    points: Float
    weights: Number

    def __post_init__(self) -> None:
        points = np.asarray(self.points, np.float64)
        weights = np.asarray(self.weights)
        if points.ndim != 2 or weights.shape != points.shape[:1]:
            raise ValueError(
                f"points must have shape (k, p) and weights shape (k,), got shapes {points.shape} and {weights.shape}."
            )
        if weights.dtype.kind not in "iuf":
            raise ValueError(f"weights must be integers or floats, got dtype {weights.dtype}.")
        weights = weights.astype(np.float64 if weights.dtype.kind == "f" else np.int64)
        if not np.isfinite(points).all() or not np.isfinite(weights).all():
            raise ValueError("points and weights must be finite.")
        points, weights = _collect(points + 0.0, weights)
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "weights", weights)

    @classmethod
    def of_checked(cls, points: Float, weights: Number) -> SignedMeasure:
        """Return the measure of arrays that are in order by construction, without checking them."""
        measure = cls.__new__(cls)
        object.__setattr__(measure, "points", points)
        object.__setattr__(measure, "weights", weights)
        return measure

    @property
    def n_parameters(self) -> int:
        """Dimension p of the space the measure lives on."""
        return self.points.shape[1]

    @property
    def mass(self) -> int | float:
        """Sum of the weights."""
        return self.weights.sum().item()

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        atoms = f"{len(self)} atom{'' if len(self) == 1 else 's'}"
        return f"SignedMeasure({atoms} in R^{self.n_parameters}, mass {self.mass:g})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SignedMeasure):
            return NotImplemented
        return np.array_equal(self.points, other.points) and np.array_equal(self.weights, other.weights)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: SignedMeasure) -> SignedMeasure:
        if not isinstance(other, SignedMeasure):
            return NotImplemented
        if self.n_parameters != other.n_parameters:
            raise ValueError(f"Measures on R^{self.n_parameters} and on R^{other.n_parameters} cannot be added.")
        return SignedMeasure(np.concatenate([self.points, other.points]), np.concatenate([self.weights, other.weights]))

    def __neg__(self) -> SignedMeasure:
        return SignedMeasure(self.points, -self.weights)

    def __sub__(self, other: SignedMeasure) -> SignedMeasure:
        if not isinstance(other, SignedMeasure):
            return NotImplemented
        return self + (-other)

    def __mul__(self, factor: float) -> SignedMeasure:
        """Scale the weights."""
        if not np.isscalar(factor):
            return NotImplemented
        return SignedMeasure(self.points, self.weights * factor)

    __rmul__ = __mul__

    def rescale(self, factors: ArrayLike) -> SignedMeasure:
        """Return the measure with the coordinates of its points multiplied by `factors`.

        Parameters
        ----------
        factors : float or array-like of shape (p,)
            Positive. One number scales all axes.

        Returns
        -------
        SignedMeasure
        """
        scale = check.factors(factors, self.n_parameters)
        return SignedMeasure(self.points * scale, self.weights)

    def cumulative(self, grades: ArrayLike) -> Number:
        """Mass of the atoms at or below each of some grades (the Hilbert function of a Hilbert measure).

        Parameters
        ----------
        grades : array-like of shape (m, p)

        Returns
        -------
        ndarray of shape (m,)

        Notes
        -----
        O(m k) time, in blocks that keep memory linear.
        """
        at = check.points(grades, "grades")
        if at.shape[1] != self.n_parameters:
            raise ValueError(f"grades must have shape (m, {self.n_parameters}), got {at.shape}.")
        block = max(1, 4_000_000 // max(len(self), 1))
        result = np.empty(len(at), self.weights.dtype)
        for i in range(0, len(at), block):
            below = np.ones((len(at[i : i + block]), len(self)), bool)
            for axis in range(self.n_parameters):
                below &= self.points[:, axis] <= at[i : i + block, axis, np.newaxis]
            result[i : i + block] = below @ self.weights
        return result

    def cumulative_on_grid(self, axes: Sequence[ArrayLike]) -> Number:
        """Mass of the atoms at or below each point of a product grid.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing
            Coordinates of the grid along each axis.

        Returns
        -------
        ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

        Notes
        -----
        O(k + size of the grid): atoms are dropped into cells and summed up along each axis.
        """
        lines = check.axes(axes, self.n_parameters)
        shape = tuple(len(line) for line in lines)
        cells = [np.searchsorted(line, self.points[:, k]) for k, line in enumerate(lines)]
        inside = np.logical_and.reduce([cell < size for cell, size in zip(cells, shape, strict=True)])
        grid = np.zeros(shape, self.weights.dtype)
        np.add.at(grid, tuple(cell[inside] for cell in cells), self.weights[inside])
        for axis in range(len(shape)):
            np.cumsum(grid, axis=axis, out=grid)
        return grid


def _collect(points: Float, weights: Number) -> tuple[Float, Number]:
    """Sort the atoms lexicographically, add those at equal points and drop zero weights."""
    if len(points) == 0:
        return points, weights
    order = lexicographic_order(points)
    points, weights = points[order], weights[order]
    first = np.ones(len(points), bool)
    first[1:] = (points[1:] != points[:-1]).any(axis=1)
    weights = np.add.reduceat(weights, np.flatnonzero(first))
    points = points[first]
    kept = weights != 0
    return points[kept], weights[kept]
