"""Representations of interval modules: functions on a grid, put together from the summands of a decomposition."""

from __future__ import annotations

import math
import numbers
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.invariants._kernels_intervals import longest_diagonals, volumes
from tdainv.invariants.interval_module import IntervalModule
from tdainv.vectorizers import _kernels_module as kernels

Weight = str | Callable[[IntervalModule], ArrayLike]
Local = str | Callable[[Float, Float, Float], ArrayLike]
Operation = str | int | Callable[[Float], ArrayLike]


class _Shape(NamedTuple):
    """How a named local function is made from boxes: see the kernels."""

    disjoint: bool
    profile: int
    reduction: int


LOCALS = {
    "interleaving": _Shape(False, kernels.OVERLAP, kernels.LARGEST_OF_SMALLEST),
    "volume": _Shape(True, kernels.OVERLAP, kernels.SUM_OF_PRODUCTS),
    "rectangle": _Shape(False, kernels.OVERLAP, kernels.LARGEST_PRODUCT),
    "gaussian": _Shape(False, kernels.GAUSSIAN, kernels.LARGEST_OF_SMALLEST),
    "exponential": _Shape(False, kernels.EXPONENTIAL, kernels.LARGEST_OF_SMALLEST),
    "linear": _Shape(False, kernels.LINEAR, kernels.LARGEST_OF_SMALLEST),
    "landscape": _Shape(False, kernels.DEPTH, kernels.LARGEST_OF_SMALLEST),
}
WEIGHTS = ("interleaving", "volume", "uniform")
OPERATIONS = ("mean", "sum", "max")


class Corners(NamedTuple):
    """The arrays of an interval module, and the box in which its summands are weighed."""

    births: Float
    birth_offsets: Int
    deaths: Float
    death_offsets: Int
    box: Float

    def boxes(self, *, disjoint: bool) -> tuple[Float, Float, Int]:
        """Supports as unions of boxes: their lower corners, their upper ones, and where each summand starts."""
        corners = self[:4]
        p = self.box.shape[1]
        n_pairs = int(np.dot(np.diff(self.birth_offsets), np.diff(self.death_offsets)))
        n_boxes = int(kernels.disjoint_boxes(*corners, 0)[2][-1]) if disjoint else n_pairs
        require_memory(16 * p * n_boxes, f"A module of {n_boxes} boxes", "Drop corners or small summands.")
        return kernels.disjoint_boxes(*corners, n_boxes) if disjoint else kernels.pair_boxes(*corners)


@dataclass(frozen=True)
class ModuleRepresentation:
    """A representation of interval modules by functions on R^p: the framework T-CDR of decompositions [1]_.

    V(M)(x) = op { w(M_i)^power · φ(M_i)(x) : i } over the summands M_i of a module M. By default this is the stable
    S-CDR, the mean Σ w(M_i) φ_δ(M_i)(x) / Σ w(M_i) with weights and local functions from the interleaving distance.

    Parameters
    ----------
    bandwidth : float or sequence of p floats, optional
        δ > 0, for all axes or for each: half the side of the cube [x - δ, x + δ], or the scale of distances. Named
        local functions need it, but for ``"landscape"``.
    local : str or callable, default "interleaving"
        φ. Shares of the cube about x that the support S of a summand takes, between 0 and 1:

        - ``"interleaving"``: d_I(S in the cube, 0) / δ, that is, the longest diagonal b + t (δ_1, ..., δ_p) in both,
          divided by that of the cube;
        - ``"volume"``: vol(S ∩ cube) / vol(cube);
        - ``"rectangle"``: the same for the largest rectangle in S ∩ cube.

        Functions of the distance ``r = min_{y in S} max_k |x_k - y_k| / δ_k`` to the closed support:

        - ``"gaussian"``: exp(-r² / 2), 0 where that is below 2^-60;
        - ``"exponential"``: exp(-r);
        - ``"linear"``: max(1 - r, 0).

        And ``"landscape"``: sup {ε ≥ 0 : x ± ε (1, ..., 1) in S}, 0 if x is not in S. A callable gets the birth
        corners (n_births, p), the death corners (n_deaths, p) and points (m, p), and returns m numbers.
    weight : {"interleaving", "volume", "uniform"} or callable, default "interleaving"
        w, at least 0: the interleaving distance of the summand in the box of the module to the zero module, half its
        longest diagonal; the volume there; 1; or a function of the module that returns one number a summand.
    op : {"mean", "sum", "max"}, int or callable, default "mean"
        How terms are put together: ``"mean"`` divides the sum by Σ w^power; an integer k ≥ 1 gives the k-th largest
        (0 if there are fewer summands); a callable gets the terms as an array (n_summands, m) and returns m numbers.
        Modules without summands of positive weight become 0.
    power : float, default 1.0
        At least 0, or ``inf``, which goes with ``op="mean"`` and is the supremum of φ. Summands of weight 0 do not
        count, for ``power=0`` neither.

    Raises
    ------
    ValueError
        For names that are not known, a bandwidth that is missing or not positive, or a negative power.

    Notes
    -----
    Stability [1]_ (Theorem 1). Let modules M and M' have n summands each, some of them zero, and let M_i and M'_i be
    at interleaving distance at most ε for all i. With the local function ``"interleaving"`` and one δ for all axes

    - power = inf: ``|V(M) - V(M')| ≤ min(ε, δ) / δ``,
    - power = 0: the same if no summand is zero,
    - power = 1: ``|V(M) - V(M')| ≤ min(ε, δ) / δ + ε / C`` with C the larger mean weight,

    at every point: a diagonal of length s > 2 ε in a support leaves one of length s - 2 ε in the other, so φ changes by
    at most ε / δ and w by ε. Sums, which grow with the number of summands, have no such bound.

    Supports are unions of boxes [b, d], b < d, for pairs of a birth and a death corner, or for volumes of disjoint
    boxes. Each is a minimum or a product of one function an axis: O(boxes x points of the grid that they reach). Of a
    summand with c corners there are at most c² / 4 pairs, and c disjoint boxes if p = 2, c^(p-1) in general.

    References
    ----------
    .. [1] Loiseaux, Carrière, Blumberg: A framework for fast and stable representations of multiparameter persistent
       homology decompositions, NeurIPS 2023.
    .. [2] Carrière, Blumberg: Multiparameter persistence images for topological machine learning, NeurIPS 2020.
    .. [3] Vipond: Multiparameter persistence landscapes, JMLR 21 (2020).

    Examples
    --------
    The rectangle [0, 2) x [0, 4). The square of side 2 about (2, 2) has half of its area and half of its diagonal in
    it; that about (1, 1) has all:

    >>> import tdainv
    >>> module = tdainv.IntervalModule([[0, 0]], [0, 1], [[2, 4]], [0, 1], degree=1, box=[[0, 0], [4, 4]])
    >>> tdainv.ModuleRepresentation(bandwidth=1.0)(module, [[1.0, 2.0], [1.0, 2.0]])
    array([[1. , 1. ],
           [0.5, 0.5]])
    """

    bandwidth: float | Sequence[float] | None = None
    local: Local = "interleaving"
    weight: Weight = "interleaving"
    op: Operation = "mean"
    power: float = 1.0

    def __post_init__(self) -> None:
        if not callable(self.local):
            check.option(self.local, tuple(LOCALS), "local")
        if not callable(self.weight):
            check.option(self.weight, WEIGHTS, "weight")
        if isinstance(self.op, str):
            check.option(self.op, OPERATIONS, "op")
        elif not callable(self.op):
            check.positive_integer(self.op, "op")
        if isinstance(self.power, bool) or not isinstance(self.power, numbers.Real) or not self.power >= 0:
            raise ValueError(f"power must be a number of at least 0, or inf, got power={self.power!r}.")
        if self.power == np.inf and self.op != "mean":
            raise ValueError(f'power=inf is the supremum of local functions, with op="mean", got op={self.op!r}.')
        needed = not callable(self.local) and self.local != "landscape"
        if self.bandwidth is not None or needed:
            for value in self.bandwidth if isinstance(self.bandwidth, Sequence | np.ndarray) else (self.bandwidth,):
                check.positive(value, "bandwidth")

    @classmethod
    def persistence_image(
        cls, bandwidth: float, *, weight: Weight = "interleaving", power: float = 1.0
    ) -> ModuleRepresentation:
        """Multiparameter persistence image: Σ w(S)^power exp(-dist(x, S)² / bandwidth²) over the summands S.

        That of Carrière and Blumberg [2]_,
        with the L∞ distance to the supports in place of the Euclidean distance to bars on a set of lines.
        """
        return cls(check.positive(bandwidth, "bandwidth") / np.sqrt(2), "gaussian", weight, "sum", power)

    @classmethod
    def landscape(cls, k: int = 1) -> ModuleRepresentation:
        """The k-th multiparameter landscape (Vipond 2020) of the module: sup {ε ≥ 0 : rank M(x - ε, x + ε) ≥ k}."""
        return cls(None, "landscape", "uniform", k)

    def __call__(self, module: IntervalModule, axes: Sequence[ArrayLike]) -> Float:
        """Values at the points of a product grid, shape (len(axes[0]), ..., len(axes[p - 1])).

        Parameters
        ----------
        module : IntervalModule
        axes : sequence of p array-likes, each increasing
            Finite coordinates of the grid along each axis.

        Returns
        -------
        ndarray
        """
        require_module(module)
        return self.on_grid(module, corners_of(module), check.finite_axes(axes, module.n_parameters))

    def weights(self, module: IntervalModule) -> Float:
        """Weights w of the summands, shape (n_summands,)."""
        require_module(module)
        return self._weights(module, corners_of(module))

    def local_values(self, module: IntervalModule, axes: Sequence[ArrayLike]) -> Float:
        """Local functions φ of the summands on a grid, shape (n_summands, len(axes[0]), ..., len(axes[p - 1]))."""
        require_module(module)
        lines = check.finite_axes(axes, module.n_parameters)
        values = self._local_values(corners_of(module), lines)
        return values.reshape(len(module), *map(len, lines))

    def on_grid(self, module: IntervalModule, corners: Corners, lines: list[Float]) -> Float:
        """Values on a grid of a module whose corners may be given in other units than its own."""
        powers = self._powers(self._weights(module, corners))
        kept = powers > 0
        shape = tuple(map(len, lines))
        if not kept.any():
            return np.zeros(shape)
        if callable(self.local) or callable(self.op):
            terms = powers[:, np.newaxis] * self._local_values(corners, lines)
            values = self._combine(terms if callable(self.op) else terms[kept])
        else:
            values = self._kernel(corners, lines, powers, self._operation(), 1 if isinstance(self.op, str) else self.op)
        if self.op == "mean" and self.power < np.inf:
            values = values / powers.sum()
        return values.reshape(-1, *shape)[-1]

    def _powers(self, weights: Float) -> Float:
        """Powers of the weights, 0 where the weight is; for means up to a factor, such that they stay finite."""
        kept = weights > 0
        if self.power == np.inf:
            return kept.astype(np.float64)
        base = weights / weights.max() if self.op == "mean" and kept.any() else weights
        with np.errstate(over="ignore"):
            powers = np.where(kept, base**self.power, 0.0)
        if not np.isfinite(powers).all():
            raise ValueError(f"weight ** power overflows: the largest weight is {weights.max():g}, power={self.power}.")
        return powers

    def _operation(self) -> int:
        if self.power == np.inf or self.op == "max":
            return kernels.MAXIMUM
        return kernels.SUM if isinstance(self.op, str) else kernels.LARGEST_FEW

    def _combine(self, terms: Float) -> Float:
        """Put together an array of terms, one row a summand."""
        if callable(self.op):
            return _numbers(self.op(terms), "op", terms.shape[1:], "grid point")
        if self._operation() == kernels.LARGEST_FEW:
            k = int(self.op)
            return np.partition(terms, -k, axis=0)[-k] if k <= len(terms) else np.zeros(terms.shape[1])
        return terms.max(axis=0) if self._operation() == kernels.MAXIMUM else terms.sum(axis=0)

    def _weights(self, module: IntervalModule, corners: Corners) -> Float:
        if callable(self.weight):
            weights = _numbers(self.weight(module), "weight", (len(module),), "summand")
            if (weights < 0).any():
                raise ValueError(f"weight must return numbers of at least 0, got {weights.min():g}.")
            return weights
        if self.weight == "uniform":
            return np.ones(len(module))
        if self.weight == "interleaving":
            return 0.5 * longest_diagonals(*corners[:4], np.ascontiguousarray(corners.box))
        births, starts, deaths, ends, box = corners
        return volumes(np.maximum(births, box[0]), starts, np.minimum(deaths, box[1]), ends)

    def _local_values(self, corners: Corners, lines: list[Float]) -> Float:
        """Array (n_summands, points of the grid)."""
        n, m = len(corners.birth_offsets) - 1, math.prod(map(len, lines))
        require_memory(24 * n * m, f"Values of {n} summands at {m} points", "Take a coarser grid or fewer summands.")
        if not callable(self.local):
            return self._kernel(corners, lines, np.ones(n), kernels.EACH, n)
        points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(m, len(lines))
        values = np.empty((n, m))
        for i in range(n):
            births = corners.births[corners.birth_offsets[i] : corners.birth_offsets[i + 1]]
            deaths = corners.deaths[corners.death_offsets[i] : corners.death_offsets[i + 1]]
            values[i] = _numbers(self.local(births, deaths, points), "local", (m,), "point")
        return values

    def _kernel(self, corners: Corners, lines: list[Float], weights: Float, operation: int, n_rows: int) -> Float:
        disjoint, profile, reduction = LOCALS[str(self.local)]
        size = math.prod(map(len, lines))
        require_memory(8 * (n_rows + 1) * size, f"A grid of {size} points", "Take a coarser grid.")
        starts = np.concatenate([[0], np.cumsum([len(line) for line in lines])])
        grid = np.concatenate(lines)
        widths = self._widths(len(lines))
        boxes = corners.boxes(disjoint=disjoint)
        return kernels.represent(
            *boxes, weights, widths, grid, starts, profile, reduction, np.int64(operation), np.int64(n_rows)
        )

    def _widths(self, p: int) -> Float:
        widths = np.ones(p) if self.bandwidth is None else np.asarray(self.bandwidth, np.float64)
        if widths.shape not in ((), (p,)):
            raise ValueError(f"bandwidth must be one number or one an axis ({p}), got bandwidth={self.bandwidth!r}.")
        return np.ascontiguousarray(np.broadcast_to(widths, (p,)))


def require_module(value: Any, name: str = "module") -> None:
    """Raise TypeError unless the value is an IntervalModule."""
    if not isinstance(value, IntervalModule):
        raise TypeError(f"{name} must be an IntervalModule, got {type(value).__name__}.")


def corners_of(module: IntervalModule) -> Corners:
    """Arrays of a module in its own units."""
    return Corners(module.births, module.birth_offsets, module.deaths, module.death_offsets, module.box)


def _numbers(values: ArrayLike, name: str, shape: tuple[int, ...], what: str) -> Float:
    """Check what a callable returned: finite numbers of this shape."""
    array = check.float_array(values, name, f"must return one number a {what}")
    if array.shape != shape or not np.isfinite(array).all():
        raise ValueError(
            f"{name} must return one finite number a {what}, shape ({', '.join(map(str, shape))},), "
            f"got shape {array.shape}."
        )
    return array
