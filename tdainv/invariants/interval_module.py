"""Interval-decomposable modules: what module approximations are, and what their representations read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, overload

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv._words import counted
from tdainv.invariants import _kernels_intervals as kernels
from tdainv.invariants.interval_corners import (
    bounding_box,
    checked_box,
    checked_corners,
    checked_error,
    checked_offsets,
    joined,
    normal_form,
    take,
)
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.lines import Lines

_BLOCK_BYTES = 1 << 26


class IntervalSummand(NamedTuple):
    """Corners of one summand of an :class:`IntervalModule`, both in lexicographic order."""

    births: Float
    deaths: Float


@dataclass(frozen=True, eq=False, repr=False)
class IntervalModule:
    """A direct sum of interval modules over R^p, each given by corners.

    Summand i has the birth corners B = ``births[birth_offsets[i]:birth_offsets[i + 1]]`` and the death corners
    D = ``deaths[death_offsets[i]:death_offsets[i + 1]]``. Its support is the set of points x with b ≤ x in every
    coordinate for some b in B and x < d in every coordinate for some d in D, so that bars along lines are half open.

    Corners that do not matter are dropped on construction: B is the set of minimal points of the support, D the set
    of maximal points of its closure. Corners of a summand are in lexicographic order, and summands in lexicographic
    order of their sequences of births and then of deaths, so equal modules have equal arrays.

    Parameters
    ----------
    births : array-like of shape (n_births, p)
        Finite.
    birth_offsets : array-like of shape (n_summands + 1,), int
    deaths : array-like of shape (n_deaths, p)
        Coordinates may be ``inf``.
    death_offsets : array-like of shape (n_summands + 1,), int
    degree : int
        Degree of homology.
    box : array-like of shape (2, p)
        Lower and upper corner of the box in which the module is meant. Supports may reach beyond it.
    error : float, default 0.0
        Bound on the bottleneck distance between the barcodes of this module and of the module it approximates, along
        any line of direction (1, ..., 1) that meets the box; ``inf`` if none is known.

    Raises
    ------
    ValueError
        For wrong shapes or numbers, or a summand whose support is empty.

    Notes
    -----
    Supports are convex: with a ≤ c ≤ b they hold c if they hold a and b. Nothing here needs them to be connected, as
    supports of indecomposable modules are; a summand that is not stands for the direct sum of its parts.

    References
    ----------
    .. [1] Loiseaux, Carrière, Blumberg: Fast, stable and efficient approximation of multi-parameter persistence
       modules with MMA, arXiv:2206.02026.

    Examples
    --------
    An L-shaped support, born at (0, 1) and at (1, 0), that ends at (2, 2):

    >>> import tdainv
    >>> module = tdainv.IntervalModule.from_summands([([[0, 1], [1, 0]], [[2, 2]])], degree=1)
    >>> module
    IntervalModule(degree 1, 1 summand, 2 parameters, error 0)
    >>> module.dimension([[0.5, 0.5], [0.5, 1.5], [1.5, 1.5], [2.0, 0.5]])
    array([0, 1, 1, 0])
    >>> module.volumes()
    array([3.])
    """

    births: Float
    birth_offsets: Int
    deaths: Float
    death_offsets: Int
    degree: int
    box: Float
    error: float = 0.0

    def __post_init__(self) -> None:
        degree, box, error = check.degree(self.degree), checked_box(self.box), checked_error(self.error)
        births = checked_corners(self.births, "births", box.shape[1])
        deaths = checked_corners(self.deaths, "deaths", box.shape[1])
        starts = checked_offsets(self.birth_offsets, "birth", len(births))
        ends = checked_offsets(self.death_offsets, "death", len(deaths))
        if len(starts) != len(ends):
            raise ValueError(
                f"birth_offsets and death_offsets must have the same length, got {len(starts)} and {len(ends)}."
            )
        self._set(*normal_form(births, starts, deaths, ends), degree, box, error)

    def _set(self, *fields: Any) -> None:
        names = ("births", "birth_offsets", "deaths", "death_offsets", "degree", "box", "error")
        for name, value in zip(names, fields, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def of_checked(
        cls, births: Float, birth_offsets: Int, deaths: Float, death_offsets: Int, degree: int, box: Float, error: float
    ) -> IntervalModule:
        """Return the module of contiguous arrays that are in normal form by construction, without checking them."""
        module = cls.__new__(cls)
        module._set(births, birth_offsets, deaths, death_offsets, degree, box, error)
        return module

    @classmethod
    def from_summands(
        cls,
        summands: Sequence[tuple[ArrayLike, ArrayLike]],
        degree: int,
        *,
        box: ArrayLike | None = None,
        error: float = 0.0,
    ) -> IntervalModule:
        """Module of a list of pairs (births, deaths), each of shape (n_corners, p).

        The box defaults to the smallest one that holds all finite corners; an empty module needs one.
        """
        for i, summand in enumerate(summands):
            if not isinstance(summand, tuple | list) or len(summand) != 2:
                raise ValueError(f"summands[{i}] must be a pair (births, deaths), got {type(summand).__name__}.")
        if len(summands) == 0:
            none = np.zeros((0, 1)) if box is None else checked_box(box)[:0]
            return cls.from_rectangles(none, none, degree, box=box, error=error)
        births, starts = joined([births for births, _ in summands], "births")
        deaths, ends = joined([deaths for _, deaths in summands], "deaths")
        box = bounding_box(births, deaths) if box is None else box
        return cls(births, starts, deaths, ends, degree, box, error)  # type: ignore[arg-type]

    @classmethod
    def from_rectangles(
        cls, births: ArrayLike, deaths: ArrayLike, degree: int, *, box: ArrayLike | None = None, error: float = 0.0
    ) -> IntervalModule:
        """Module of rectangles [births[i], deaths[i]), both of shape (n, p); in one parameter, of bars.

        The box defaults to the smallest one that holds all finite corners; an empty module needs one.
        """
        births = check.float_array(births, "births", "must have shape (n, p)")
        deaths = check.float_array(deaths, "deaths", "must have shape (n, p)")
        if births.ndim != 2 or births.shape != deaths.shape:
            raise ValueError(f"births and deaths must have the same shape (n, p), got {births.shape}, {deaths.shape}.")
        box = bounding_box(births, deaths) if box is None else box
        offsets = np.arange(len(births) + 1)
        return cls(births, offsets, deaths, offsets, degree, box, error)  # type: ignore[arg-type]

    # --- a sum of summands

    @property
    def n_parameters(self) -> int:
        """Number p of parameters."""
        return self.box.shape[1]

    @property
    def summands(self) -> list[IntervalSummand]:
        """The summands, in order."""
        return list(self)

    @property
    def _corners(self) -> tuple[Float, Int, Float, Int]:
        return self.births, self.birth_offsets, self.deaths, self.death_offsets

    def __len__(self) -> int:
        return len(self.birth_offsets) - 1

    def __iter__(self) -> Iterator[IntervalSummand]:
        return (self[i] for i in range(len(self)))

    @overload
    def __getitem__(self, which: int) -> IntervalSummand: ...

    @overload
    def __getitem__(self, which: slice | Number | list[int]) -> IntervalModule: ...

    def __getitem__(self, which: int | slice | Number | list[int]) -> IntervalSummand | IntervalModule:
        """One summand, or the sum of those that a slice, a mask or an array of numbers picks, in the same order."""
        if isinstance(which, int | np.integer):
            i = range(len(self))[which]
            births = self.births[self.birth_offsets[i] : self.birth_offsets[i + 1]]
            return IntervalSummand(births, self.deaths[self.death_offsets[i] : self.death_offsets[i + 1]])
        chosen = np.sort(np.arange(len(self))[which], axis=None)
        births, starts = take(self.births, self.birth_offsets, chosen)
        deaths, ends = take(self.deaths, self.death_offsets, chosen)
        return self.of_checked(births, starts, deaths, ends, self.degree, self.box, self.error)

    def __repr__(self) -> str:
        sizes = counted(len(self), "summand"), counted(self.n_parameters, "parameter")
        return f"IntervalModule(degree {self.degree}, {', '.join(sizes)}, error {self.error:g})"

    def __eq__(self, other: object) -> bool:
        """Whether degree, summands and box agree; the error is not compared."""
        if not isinstance(other, IntervalModule):
            return NotImplemented
        same = (np.array_equal(a, b) for a, b in zip(self._corners, other._corners, strict=True))
        return self.degree == other.degree and np.array_equal(self.box, other.box) and all(same)

    __hash__ = None  # type: ignore[assignment]

    def __add__(self, other: IntervalModule) -> IntervalModule:
        """Direct sum, in the smallest box that holds both boxes, with the larger error."""
        if not isinstance(other, IntervalModule):
            return NotImplemented
        if self.n_parameters != other.n_parameters or self.degree != other.degree:
            raise ValueError(
                f"Modules of degree {self.degree} over R^{self.n_parameters} and of degree {other.degree} over "
                f"R^{other.n_parameters} cannot be added."
            )
        return IntervalModule(
            np.concatenate([self.births, other.births]),
            np.concatenate([self.birth_offsets, self.birth_offsets[-1] + other.birth_offsets[1:]]),
            np.concatenate([self.deaths, other.deaths]),
            np.concatenate([self.death_offsets, self.death_offsets[-1] + other.death_offsets[1:]]),
            self.degree,
            np.array([np.minimum(self.box[0], other.box[0]), np.maximum(self.box[1], other.box[1])]),
            max(self.error, other.error),
        )

    def rescale(self, factors: ArrayLike) -> IntervalModule:
        """Return the module with all coordinates multiplied by `factors`.

        Parameters
        ----------
        factors : float or array-like of shape (p,)
            Positive. One number scales all axes.

        Returns
        -------
        IntervalModule
            One factor for all axes scales the error, too. Different ones turn lines of direction (1, ..., 1) into
            others, so that an error other than 0 becomes ``inf``.
        """
        scale = check.factors(factors, self.n_parameters)
        births, starts, deaths, ends = self._corners
        known = self.error == 0 or scale.min() == scale.max()
        error = self.error * float(scale.min()) if known else np.inf
        return IntervalModule(births * scale, starts, deaths * scale, ends, self.degree, self.box * scale, error)

    def restrict(self, box: ArrayLike) -> IntervalModule:
        """Return the module inside a box, half open: supports are cut, those that miss the box are left out.

        The result vanishes from the upper faces of the box on, and infinite deaths move there.
        """
        box = self._same_parameters(checked_box(box), "box", "2")
        inside = self[kernels.longest_diagonals(*self._corners, box) > 0]
        births, starts, deaths, ends = inside._corners
        births, deaths = np.maximum(births, box[0]), np.minimum(deaths, box[1])
        return IntervalModule(births, starts, deaths, ends, self.degree, box, self.error)

    def split(self) -> IntervalModule:
        """Return the same module as a sum of indecomposable summands: supports taken apart into connected parts.

        Examples
        --------
        >>> import tdainv
        >>> two = tdainv.IntervalModule.from_summands([([[0, 3], [3, 0]], [[1, 4], [4, 1]])], degree=0)
        >>> two.split().births
        array([[0., 3.],
               [3., 0.]])
        """
        births, deaths = kernels.connected_parts(*self._corners)
        n = births.max(initial=-1) + 1
        orders = [np.argsort(parts, kind="stable") for parts in (births, deaths)]
        starts, ends = (np.searchsorted(np.sort(parts), np.arange(n + 1)) for parts in (births, deaths))
        corners = self.births[orders[0]], starts, self.deaths[orders[1]], ends
        return IntervalModule(*corners, self.degree, self.box, self.error)

    def prune(self, min_weight: float) -> IntervalModule:
        """Return the sum of the summands with an interleaving weight of at least `min_weight`.

        The error grows by the largest weight that is dropped: it then bounds distances of barcodes that are cut off
        at the faces of the box.
        """
        weights = self.interleaving_weights()
        kept = weights >= check.finite(min_weight, "min_weight")
        error = self.error + float(weights[~kept].max(initial=0.0))
        return self.of_checked(*self[kept]._corners, self.degree, self.box, error)

    # --- at points

    def contains(self, points: ArrayLike) -> Number:
        """Whether points lie in supports.

        Parameters
        ----------
        points : array-like of shape (m, p)

        Returns
        -------
        bool ndarray of shape (m, n_summands)
        """
        at = self._points(points, "points")
        self._require(at.size + len(at) * len(self), counted(len(at), "point"), "Pass fewer points at a time.")
        return kernels.members(at, at, *self._corners)

    def dimension(self, grades: ArrayLike) -> Int:
        """Dimension of the module at some grades: the number of supports that hold them.

        Parameters
        ----------
        grades : array-like of shape (m, p)

        Returns
        -------
        int ndarray of shape (m,)
        """
        at = self._points(grades, "grades")
        return self._count(at, at)

    def rank(self, starts: ArrayLike, ends: ArrayLike) -> Int:
        """Ranks of the maps from some grades to others: the numbers of supports that hold both ends.

        Parameters
        ----------
        starts, ends : array-like of shape (m, p)
            With starts[k] ≤ ends[k] in every coordinate.

        Returns
        -------
        int ndarray of shape (m,)

        Notes
        -----
        Supports are convex: one that holds both ends holds all between them, and its map is the identity.
        """
        return self._count(*check.ordered_pairs(starts, ends, self.n_parameters))

    def distance_to(self, points: ArrayLike, *, signed: bool = False) -> Float:
        """L∞ distances of points to the closures of supports.

        Parameters
        ----------
        points : array-like of shape (m, p)
        signed : bool, default False
            Give minus the distance to the complement of the support inside, in place of 0.

        Returns
        -------
        ndarray of shape (m, n_summands)

        Notes
        -----
        The support is the meet of the up-set of its births and the down-set of its deaths, with the distances
        u = min_b max_i (b_i - x_i) and v = min_d max_i (x_i - d_i), negative inside. Inside both, the signed distance
        is max(u, v). Outside, max(u, v) is the distance if the nearest point of one set may be chosen inside the
        other: for rectangles, and for connected supports in two parameters. Elsewhere it can be too small, as between
        two parts of a support or, with p ≥ 3, in a hole; there the distance to the boxes [b, d] is taken, for all
        pairs of corners b < d. So the result is exact for every support, in O(corners) a point, or O(|B| |D|).

        Examples
        --------
        >>> import tdainv
        >>> square = tdainv.IntervalModule.from_rectangles([[0, 0]], [[4, 4]], degree=0)
        >>> square.distance_to([[6.0, 5.0], [3.0, 2.0]], signed=True)
        array([[ 2.],
               [-1.]])
        """
        at = self._points(points, "points")
        self._require(8 * at.size + 8 * len(at) * len(self), counted(len(at), "point"), "Pass fewer points at a time.")
        result = kernels.distances(at, *self._corners)
        return result if signed else np.maximum(result, 0.0, out=result)

    # --- on grids

    def hilbert_function(self, axes: Sequence[ArrayLike]) -> Int:
        """Dimension of the module at every point of a product grid.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing
            Coordinates of the grid along each axis, finite.

        Returns
        -------
        int ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

        Notes
        -----
        Convex supports meet rows of the grid in intervals: O(rows that meet supports × corners + size of the grid).
        """
        lines, corners = self._on_grid(axes)
        shape = tuple(len(line) for line in lines)
        self._require(8 * math.prod(shape), f"a grid of {math.prod(shape)} points", "Take a coarser grid.")
        return kernels.count_on_grid(*corners, np.array(shape, np.int64)).reshape(shape)

    def rank_invariant(self, axes: Sequence[ArrayLike]) -> Int:
        """Ranks of all maps of a product grid, 0 between points that are not in order.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing
            Coordinates of the grid along each axis, finite.

        Returns
        -------
        int ndarray of shape (g_1, ..., g_p, g_1, ..., g_p)
            With g_i = len(axes[i]): first the place of the start, then that of the end.
        """
        lines, corners = self._on_grid(axes)
        shape = tuple(len(line) for line in lines)
        size = math.prod(shape)
        self._require(8 * size**2, f"all pairs of {size} grid points", "Take a coarser grid.")
        ranks = kernels.differences_of_rank(*corners, np.array(shape, np.int64))
        np.cumsum(ranks, axis=1, out=ranks)
        np.cumsum(ranks, axis=3, out=ranks)
        start, end = np.ogrid[: shape[-1], : shape[-1]]
        ranks *= (start <= end)[:, np.newaxis, :]
        return ranks.reshape(shape + shape)

    def landscape(
        self, axes: Sequence[ArrayLike], *, n_landscapes: int = 5, direction: ArrayLike | None = None
    ) -> Float:
        """Multiparameter landscapes λ_1 ≥ λ_2 ≥ ... at every point of a product grid.

        λ_k(x) = sup {ε ≥ 0 : the map from x - εv to x + εv has rank at least k}, the k-th largest over summands of
        min(max_b min_i (x_i - b_i) / v_i, max_d min_i (d_i - x_i) / v_i), at least 0.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing
            Coordinates of the grid along each axis, finite.
        n_landscapes : int, default 5
        direction : array-like of shape (p,), optional
            Positive; v = (1, ..., 1) by default.

        Returns
        -------
        ndarray of shape (n_landscapes, len(axes[0]), ..., len(axes[p - 1]))

        References
        ----------
        .. [1] Vipond: Multiparameter persistence landscapes, Journal of Machine Learning Research 21 (2020).

        Examples
        --------
        >>> import tdainv
        >>> square = tdainv.IntervalModule.from_rectangles([[0, 0]], [[4, 4]], degree=0)
        >>> square.landscape([[1, 2, 3], [2]], n_landscapes=1)
        array([[[1.],
                [2.],
                [1.]]])
        """
        if direction is not None:
            v = check.positive_vector(direction, "direction", self.n_parameters)
            scaled = [line / speed for line, speed in zip(self._on_grid(axes)[0], v, strict=True)]
            return self.rescale(1.0 / v).landscape(scaled, n_landscapes=n_landscapes)
        n_largest = check.positive_integer(n_landscapes, "n_landscapes")
        lines, (births, _, deaths, _) = self._on_grid(axes)
        shape = tuple(len(line) for line in lines)
        size = math.prod(shape)
        self._require(8 * size * n_largest, f"{n_largest} landscapes at {size} points", "Take a coarser grid.")
        offsets = np.cumsum([0, *shape], dtype=np.int64)
        depths = kernels.largest_depths(*self._corners, births, deaths, np.concatenate(lines), offsets, n_largest)
        return np.ascontiguousarray(depths.T).reshape(n_largest, *shape)

    # --- sizes

    def interleaving_weights(self) -> Float:
        """Interleaving distances of the summands, inside the box, to zero: half their longest diagonals.

        A module with support S is ε-interleaved with 0 iff no x and x + 2ε (1, ..., 1) lie both in S: the distance is
        ½ max_{b,d} min_i (min(d_i, A_i) - max(b_i, a_i)) for the box [a, A], and 0 if that is negative.

        Returns
        -------
        ndarray of shape (n_summands,)
        """
        return 0.5 * kernels.longest_diagonals(*self._corners, self.box)

    def volumes(self) -> Float:
        """Volumes of the supports inside the box, exact up to rounding, shape (n_summands,)."""
        births, starts, deaths, ends = self._corners
        return kernels.volumes(np.maximum(births, self.box[0]), starts, np.minimum(deaths, self.box[1]), ends)

    def hilbert_measure(self) -> SignedMeasure:
        """Möbius inversion μ of the Hilbert function: dim M(x) = μ({y : y ≤ x}) for every x."""
        n_rows = int(kernels.count_rows(*self._corners).sum())
        n_atoms = n_rows << self.n_parameters
        self._require(8 * (self.n_parameters + 1) * n_atoms, f"{n_atoms} atoms", "Prune the module.")
        return SignedMeasure(*kernels.hilbert_atoms(*self._corners, n_rows))

    # --- along lines

    def on_lines(self, lines: Lines) -> Float:
        """Bars of all summands along lines, in line time.

        Along base + t · direction the summand is there for birth ≤ t < death, with
        birth = min_b max_i (b_i - base_i) / direction_i and death = max_d min_i (d_i - base_i) / direction_i.

        Parameters
        ----------
        lines : Lines

        Returns
        -------
        ndarray of shape (n_lines, n_summands, 2)
            Birth and death; both ``inf`` where the line misses the support.
        """
        if not isinstance(lines, Lines):
            raise TypeError(f"lines must be Lines, got {type(lines).__name__}.")
        if lines.n_parameters != self.n_parameters:
            raise ValueError(f"lines must lie in R^{self.n_parameters}, got lines in R^{lines.n_parameters}.")
        self._require(16 * len(lines) * len(self), counted(len(lines), "line"), "Use barcodes, or fewer lines.")
        return kernels.bars_on_lines(lines.bases, lines.directions, *self._corners)

    def barcodes(self, lines: Lines) -> list[Barcode]:
        """Barcodes of the module along lines, in line time, one for each line."""
        block = max(1, _BLOCK_BYTES // (16 * max(len(self), 1)))
        found = []
        for begin in range(0, len(lines), block):
            for bars in self.on_lines(lines[begin : begin + block]):
                bars = bars[bars[:, 0] < bars[:, 1]]
                found.append(Barcode(bars[:, 0], bars[:, 1], self.degree))
        return found

    def on_line(self, base: ArrayLike, direction: ArrayLike) -> Barcode:
        """Barcode of the module along the line base + t · direction, in the time t.

        Examples
        --------
        The diagonal meets the square with corners (0, 1) and (2, 3) between (1, 1) and (2, 2):

        >>> import tdainv
        >>> square = tdainv.IntervalModule.from_rectangles([[0, 1]], [[2, 3]], degree=1)
        >>> square.on_line([0.0, 0.0], [1.0, 1.0]).diagram
        array([[1., 2.]])
        """
        return self.barcodes(Lines(np.atleast_2d(base), direction))[0]  # type: ignore[arg-type]

    def _count(self, starts: Float, ends: Float) -> Int:
        """Numbers of summands with starts[k] above a birth and ends[k] below a death."""
        counts = np.empty(len(starts), np.int64)
        block = max(1, _BLOCK_BYTES // max(len(self), 1))
        for k in range(0, len(starts), block):
            counts[k : k + block] = kernels.members(starts[k : k + block], ends[k : k + block], *self._corners).sum(
                axis=1
            )
        return counts

    # --- checks

    def _same_parameters(self, array: Float, name: str, length: str) -> Float:
        if array.shape[1] != self.n_parameters:
            raise ValueError(f"{name} must have shape ({length}, {self.n_parameters}), got {array.shape}.")
        return array

    def _points(self, values: ArrayLike, name: str) -> Float:
        return self._same_parameters(check.points(values, name), name, "m")

    def _on_grid(self, axes: Sequence[ArrayLike]) -> tuple[list[Float], tuple[Int, Int, Int, Int]]:
        """Checked axes, and corners as places on them: of births the first at or after, of deaths the same."""
        lines = check.finite_axes(axes, self.n_parameters)
        first, second = (
            np.column_stack([np.searchsorted(line, corners[:, k]) for k, line in enumerate(lines)])
            for corners in (self.births, self.deaths)
        )
        return lines, (first, self.birth_offsets, second, self.death_offsets)

    def _require(self, n_bytes: int, what: str, remedy: str) -> None:
        require_memory(n_bytes, f"A module of {counted(len(self), 'summand')} at {what}", remedy)
