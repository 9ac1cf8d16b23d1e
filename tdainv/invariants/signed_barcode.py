"""Signed barcodes: rank invariants as signed sums of rectangles or of hooks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv._words import counted
from tdainv.complexes.order import lexicographic_order
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.lines import Lines

KINDS = ("rectangle", "hook")


@dataclass(frozen=True, eq=False, repr=False)
class SignedBarcode:
    """A signed sum Σ weights[i] · bar i of simple modules over R^p, which has the rank invariant of a module.

    A rectangle (b, d) is the module on {x : b ≤ x, and x < d in every coordinate}. A hook (b, d) is the module on
    {x : b ≤ x, and not d ≤ x}. In one parameter both are the interval [b, d), and the weights of the rank invariant
    are the multiplicities of the barcode.

    Bars are different, in lexicographic order of (birth, death), and no weight is zero: equal bars are added up on
    construction, so equal signed barcodes have equal arrays.

    Parameters
    ----------
    births : array-like of shape (k, p)
        Finite.
    deaths : array-like of shape (k, p)
        ``inf`` in a coordinate: no bound there. A hook whose death has an infinite coordinate never dies; all its
        coordinates are made infinite.
    weights : array-like of shape (k,), int
    degree : int
        Degree of homology.
    kind : {"rectangle", "hook"}, default "rectangle"

    Raises
    ------
    ValueError
        For wrong shapes or values, and for empty bars: rectangles need births < deaths in every coordinate, hooks
        births ≤ deaths in every coordinate and births ≠ deaths.

    References
    ----------
    .. [1] Botnan, Oppermann, Oudot: Signed barcodes for multi-parameter persistence via rank decompositions and
       rank-exact resolutions, Found. Comput. Math. 25 (2025).

    Examples
    --------
    The hook from 0 to (2, 3) is the sum of a wide and a tall rectangle, without their intersection:

    >>> hook = SignedBarcode([[0, 0]], [[2, 3]], [1], degree=0, kind="hook")
    >>> bars = hook.to_rectangles()
    >>> bars
    SignedBarcode(degree 0, 2 positive and 1 negative rectangles, 2 parameters)
    >>> bars.deaths
    array([[ 2.,  3.],
           [ 2., inf],
           [inf,  3.]])
    >>> bars.weights
    array([-1,  1,  1])
    >>> bars.rank([[0, 0], [0, 0]], [[1, 5], [2, 3]])
    array([1, 0])
    """

    births: Float
    deaths: Float
    weights: Int
    degree: int
    kind: str = "rectangle"

    def __post_init__(self) -> None:
        check.degree(self.degree)
        check.option(self.kind, KINDS, "kind")
        births = check.float_array(self.births, "births", "must have shape (k, p)")
        deaths = check.float_array(self.deaths, "deaths", "must have shape (k, p)")
        if births.ndim != 2 or births.shape[1] == 0 or births.shape != deaths.shape:
            raise ValueError(
                f"births and deaths must have the same shape (k, p) with p >= 1, got {births.shape} and {deaths.shape}."
            )
        weights = check.integers(self.weights, "weights", (len(births),))
        if self.kind == "hook":
            deaths = np.where(np.isposinf(deaths).any(axis=1, keepdims=True), np.inf, deaths)
        _require_bars(births, deaths, self.kind)
        arrays = _collect(births + 0.0, deaths + 0.0, weights)
        for name, array in zip(("births", "deaths", "weights"), arrays, strict=True):
            object.__setattr__(self, name, array)

    @property
    def n_parameters(self) -> int:
        """Number p of parameters."""
        return self.births.shape[1]

    def __len__(self) -> int:
        return len(self.weights)

    def __repr__(self) -> str:
        signs = f"{(self.weights > 0).sum()} positive and {(self.weights < 0).sum()} negative {self.kind}s"
        return f"SignedBarcode(degree {self.degree}, {signs}, {counted(self.n_parameters, 'parameter')})"

    def __eq__(self, other: object) -> bool:
        """Whether degree, kind, bars and weights agree. Use `to_rectangles` to compare sums of different kinds."""
        if not isinstance(other, SignedBarcode):
            return NotImplemented
        return (self.degree, self.kind) == (other.degree, other.kind) and all(
            np.array_equal(getattr(self, name), getattr(other, name)) for name in ("births", "deaths", "weights")
        )

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: SignedBarcode) -> SignedBarcode:
        if not isinstance(other, SignedBarcode):
            return NotImplemented
        for name in ("n_parameters", "kind", "degree"):
            mine, others = getattr(self, name), getattr(other, name)
            if mine != others:
                raise ValueError(f"Signed barcodes to be added must have the same {name}, got {mine!r} and {others!r}.")
        mine_and_others = zip(
            (self.births, self.deaths, self.weights), (other.births, other.deaths, other.weights), strict=True
        )
        births, deaths, weights = (np.concatenate(pair) for pair in mine_and_others)
        return SignedBarcode(births, deaths, weights, self.degree, self.kind)

    def __neg__(self) -> SignedBarcode:
        return SignedBarcode(self.births, self.deaths, -self.weights, self.degree, self.kind)

    def __sub__(self, other: SignedBarcode) -> SignedBarcode:
        if not isinstance(other, SignedBarcode):
            return NotImplemented
        return self + (-other)

    def rescale(self, factors: ArrayLike) -> SignedBarcode:
        """Return the signed barcode with the coordinates of its bars multiplied by `factors`.

        Parameters
        ----------
        factors : float or array-like of shape (p,)
            Positive. One number scales all axes.

        Returns
        -------
        SignedBarcode
        """
        scale = check.factors(factors, self.n_parameters)
        return SignedBarcode(self.births * scale, self.deaths * scale, self.weights, self.degree, self.kind)

    def to_hooks(self) -> SignedBarcode:
        """The same rank invariant as a signed sum of hooks, which is unique.

        Returns
        -------
        SignedBarcode

        Notes
        -----
        For x ≥ b, being below d in every coordinate is Σ (-1)^(|S|+1) [x is below d in some coordinate of S] over the
        non-empty sets S of coordinates; the latter is the hook from b to the point that is d on S and b off S. So a
        rectangle takes at most 2^p - 1 hooks.
        """
        if self.kind == "hook":
            return self
        parts = [
            (self.births, np.where(inside, self.deaths, self.births), sign * self.weights)
            for inside, sign in _subsets(self.n_parameters)
        ]
        return self._sum(parts, "hook")

    def to_rectangles(self) -> SignedBarcode:
        """The same rank invariant as a signed sum of rectangles, which is unique: the inverse of :meth:`to_hooks`.

        Returns
        -------
        SignedBarcode

        Notes
        -----
        Being below d in some coordinate is Σ (-1)^(|S|+1) [x is below d in every coordinate of S].
        """
        if self.kind == "rectangle":
            return self
        parts = []
        for inside, sign in _subsets(self.n_parameters):
            deaths = np.where(inside, self.deaths, np.inf)
            kept = (self.births < deaths).all(axis=1)
            parts.append((self.births[kept], deaths[kept], sign * self.weights[kept]))
        return self._sum(parts, "rectangle")

    def _sum(self, parts: list[tuple[Float, Float, Int]], kind: str) -> SignedBarcode:
        births, deaths, weights = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
        return SignedBarcode(births, deaths, weights, self.degree, kind)

    def rank(self, starts: ArrayLike, ends: ArrayLike) -> Int:
        """Rank from each of some grades to another one: the signed number of bars that contain both.

        Parameters
        ----------
        starts, ends : array-like of shape (m, p)
            Finite, with starts ≤ ends in every coordinate.

        Returns
        -------
        int ndarray of shape (m,)

        Notes
        -----
        O(m k p) time, in blocks that keep memory linear.
        """
        low, high = check.ordered_pairs(starts, ends, self.n_parameters)
        block = max(1, 4_000_000 // max(len(self), 1))
        result = np.empty(len(low), np.int64)
        for i in range(0, len(low), block):
            alive = np.ones((len(low[i : i + block]), len(self)), bool)
            dead = np.full(alive.shape, self.kind == "hook")
            for axis in range(self.n_parameters):
                alive &= self.births[:, axis] <= low[i : i + block, axis, np.newaxis]
                beyond = self.deaths[:, axis] <= high[i : i + block, axis, np.newaxis]
                dead = dead & beyond if self.kind == "hook" else dead | beyond
            result[i : i + block] = (alive & ~dead) @ self.weights
        return result

    def dimension(self, grades: ArrayLike) -> Int:
        """Dimension of the module at each of some grades: the rank from a grade to itself.

        Parameters
        ----------
        grades : array-like of shape (m, p)

        Returns
        -------
        int ndarray of shape (m,)
        """
        at = check.points(grades, "grades")
        if at.shape[1] != self.n_parameters:
            raise ValueError(f"grades must have shape (m, {self.n_parameters}), got {at.shape}.")
        return self.rank(at, at)

    def hilbert_measure(self) -> SignedMeasure:
        """Möbius inversion of the dimension: the Hilbert signed measure.

        Returns
        -------
        SignedMeasure
            A hook gives δ(b) - δ(d), a rectangle Σ (-1)^|S| δ(the corner that is d on S and b off S) over all sets S
            of coordinates, both without atoms at infinity.
        """
        points, weights = [self.births], [self.weights]
        all_of_them = (np.ones(self.n_parameters, bool), 1)
        for inside, sign in [all_of_them] if self.kind == "hook" else _subsets(self.n_parameters):
            corner = np.where(inside, self.deaths, self.births)
            kept = np.isfinite(corner).all(axis=1)
            points.append(corner[kept])
            weights.append(-sign * self.weights[kept])
        return SignedMeasure(np.concatenate(points), np.concatenate(weights))

    def on_line(self, base: ArrayLike, direction: ArrayLike) -> Barcode:
        """Barcode along the line {base + t direction}: signed bars restricted to it cancel to a barcode.

        Parameters
        ----------
        base : array-like of shape (p,)
        direction : array-like of shape (p,)
            At least 0 everywhere, not 0 altogether.

        Returns
        -------
        Barcode
            In the time t of the line.

        Raises
        ------
        ValueError
            If bars of negative multiplicity are left: then the sum is not the rank invariant of a module.
        """
        point = check.float_array(base, "base", f"must have shape ({self.n_parameters},)")
        if point.shape != (self.n_parameters,):
            raise ValueError(f"base must have shape ({self.n_parameters},), got shape {point.shape}.")
        line = Lines(point[np.newaxis], np.asarray(direction, np.float64))
        births = line.push(self.births)[0]
        deaths = line.push(self.deaths)[0] if self.kind == "hook" else _leave(line, self.deaths)
        kept = births < deaths
        bars, weights = _add_up(np.column_stack([births, deaths])[kept], self.weights[kept])
        if (weights < 0).any():
            birth, death = bars[np.flatnonzero(weights < 0)[0]]
            raise ValueError(
                f"The signed bars along the line must add up to a barcode, got bar [{birth:g}, {death:g}) a negative "
                "number of times: this is not the rank invariant of a module."
            )
        bars = np.repeat(bars, weights, axis=0)
        return Barcode(bars[:, 0], bars[:, 1], self.degree)

    def to_measure(self, *, essential: str | ArrayLike = "error") -> SignedMeasure:
        """Signed measure on R^{2p} with an atom at (birth, death) for each bar, for vectorizers and distances.

        Parameters
        ----------
        essential : {"error", "drop"}, float or array-like of shape (p,), default "error"
            What happens to infinite coordinates of deaths: an error, the bar is dropped, or they take this value (one
            for all axes, or one an axis), which must lie above the births of the bars concerned.

        Returns
        -------
        SignedMeasure

        Examples
        --------
        >>> bars = SignedBarcode([[0, 0]], [[2, np.inf]], [1], degree=0)
        >>> bars.to_measure(essential=5).points
        array([[0., 0., 2., 5.]])
        """
        infinite = np.isinf(self.deaths)
        births, deaths, weights = self.births, self.deaths, self.weights
        if isinstance(essential, str):
            check.option(essential, ("error", "drop"), "essential")
            kept = np.asarray(~infinite.any(axis=1))
            if essential == "error" and not kept.all():
                raise ValueError(
                    f"Deaths must be finite with essential='error', got {(~kept).sum()} of {len(self)} bars with "
                    "infinite ones. Pass essential='drop' or the value they take."
                )
            births, deaths, weights = births[kept], deaths[kept], weights[kept]
        else:
            ends = np.broadcast_to(_checked_ends(essential, self.n_parameters), deaths.shape)
            wrong = infinite & (ends <= births)
            if wrong.any():
                i, axis = (int(index) for index in np.argwhere(wrong)[0])
                raise ValueError(
                    "essential must lie above the births of bars with infinite deaths, got "
                    f"{ends[i, axis]:g} and births[{i}, {axis}] = {births[i, axis]:g}."
                )
            deaths = np.where(infinite, ends, deaths)
        return SignedMeasure(np.column_stack([births, deaths]), weights)


def _require_bars(births: Float, deaths: Float, kind: str) -> None:
    if not np.isfinite(births).all() or np.isnan(deaths).any() or np.isneginf(deaths).any():
        raise ValueError("births must be finite, and deaths numbers or inf.")
    wrong = births > deaths if kind == "hook" else births >= deaths
    empty = wrong.any(axis=1)
    rule = "below its death in every coordinate"
    if kind == "hook":
        empty |= (births == deaths).all(axis=1)
        rule = "at or below its death in every coordinate, and different from it"
    if empty.any():
        i = int(np.flatnonzero(empty)[0])
        raise ValueError(
            f"The birth of a {kind} must be {rule}, got births[{i}] = {births[i].tolist()} and "
            f"deaths[{i}] = {deaths[i].tolist()}."
        )


def _checked_ends(essential: ArrayLike, p: int) -> Float:
    ends = check.float_array(essential, "essential", f"must be 'error', 'drop', a number or {p}, one an axis")
    if ends.shape not in ((), (p,)) or not np.isfinite(ends).all():
        raise ValueError(f"essential must be 'error', 'drop', a finite number or {p}, one an axis, got {essential!r}.")
    return ends


def _subsets(p: int) -> Iterator[tuple[Number, int]]:
    """Non-empty sets of p coordinates as masks, with the signs -(-1)^|S|."""
    for inside in product((False, True), repeat=p):
        if any(inside):
            yield np.array(inside), -((-1) ** sum(inside))


def _leave(line: Lines, deaths: Float) -> Float:
    """Last times before which a line is below some grades in every coordinate; -inf if it never is."""
    times = np.full(len(deaths), np.inf)
    for axis in range(line.n_parameters):
        ahead, speed = deaths[:, axis] - line.bases[0, axis], line.directions[0, axis]
        if speed > 0:
            times = np.minimum(times, ahead / speed)
        else:
            times[ahead <= 0] = -np.inf
    return times


def _collect(births: Float, deaths: Float, weights: Int) -> tuple[Float, Float, Int]:
    bars, weights = _add_up(np.column_stack([births, deaths]), weights)
    p = births.shape[1]
    return np.ascontiguousarray(bars[:, :p]), np.ascontiguousarray(bars[:, p:]), weights


def _add_up(rows: Float, weights: Int) -> tuple[Float, Int]:
    """Sort rows lexicographically, add the weights of equal ones, and drop those of weight zero."""
    if len(rows) == 0:
        return rows, weights
    order = lexicographic_order(rows)
    rows, weights = rows[order], weights[order]
    first = np.ones(len(rows), bool)
    first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    weights = np.add.reduceat(weights, np.flatnonzero(first))
    rows = rows[first]
    return rows[weights != 0], weights[weights != 0]
