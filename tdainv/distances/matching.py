"""Matching distance of two-parameter persistence modules, to a given accuracy."""

from __future__ import annotations

import numbers
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.distances._kernels_matching import search_boxes
from tdainv.persistence._kernels_reduction import reduce_columns
from tdainv.persistence.barcode import Filtration, require_filtration
from tdainv.persistence.presentation import module_complex


def matching_distance(
    first: Filtration | ChainComplex,
    second: Filtration | ChainComplex,
    degree: int,
    *,
    error: float | None = None,
    relative_error: float = 0.1,
    max_lines: int = 100_000,
) -> float:
    """Matching distance of the homology of two bifiltrations: a lower bound that is at most an error away.

    The distance is ``sup w(L) d_B(M|L, N|L)`` over lines L of positive slope: the bottleneck distance of the barcodes
    along a line, where L is run through with a direction v, max(v) = 1, and w(L) = min(v). The weight makes it at most
    the interleaving distance, so that it is stable [1]_ [2]_.

    Parameters
    ----------
    first, second : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation, ChainComplex
        With two parameters. Presentations and chain complexes must be of the same degree.
    degree : int
        Degree of homology.
    error : float, optional
        Absolute error, at least 0. By default a hundredth of the largest range of a coordinate of the grades of
        generators and relations.
    relative_error : float, default 0.1
        At least 0. The larger of the two errors counts.
    max_lines : int, default 100000
        Lines along which barcodes may be computed.

    Returns
    -------
    float
        A number v with v ≤ d ≤ max(v + error, (1 + relative_error) v) for the matching distance d, up to rounding. It
        is ``inf`` if the modules have different dimensions in large grades.

    Raises
    ------
    ValueError
        If the filtrations do not have two parameters, the degree is out of range, the errors are negative or both
        zero, or a grade is so large (beyond 2^1000) that sums along lines could overflow.
    RuntimeError
        If max_lines lines are not enough: the message has the bounds that were reached.

    Notes
    -----
    Both modules are replaced by their minimal presentations. A line with direction (1, 1/u), 0 < u ≤ 1, needs no weight
    if times are those of the first coordinate, and a generator of grade (x, y) appears at f(x, y) = max(x, u y + c).
    Lines with direction (1/u, 1) are these after the coordinates are swapped. For c below min x - u max y, f is x; for
    c above max x - u min y, f is u y + c: more of c changes nothing. So lines are the points (u, τ) of two unit
    squares, with τ between the two ends. By continuity u = 0 is allowed.

    The squares are searched by branch and bound, as in [3]_, with a bound that is local: let p be the centre of a box,
    and in a quarter Q of it, of which p is a corner, let the values of the generators and relations of M change by at
    least a and at most b, relative to p, those of N by at least a' and at most b'. For fixed c and u, adding a constant
    s to all values of both modules changes no distance. By stability of barcodes, for each q in Q,
    ``d_B(q) ≤ d_B(p) + max |change in M - s| + max |change in N - s|``, and the best s makes this
    ``d_B(p) + (b - a) / 2 + (b' - a') / 2 + |(a + b) - (a' + b')| / 2``. As u y + c is bilinear in (u, τ), a and b are
    found at the corners of Q. Shifts of all values cost nothing in this bound, and only a half without s.

    A line takes O(n log n) time for sorting and at most O(n^3 / 64) for the reduction, which is close to linear in
    practice; mostly one decision whether a distance is small enough does, and no bottleneck distance. There are
    O((size / error)^2) lines at most, many where the modules are equal or nearly so.

    References
    ----------
    .. [1] Biasotti, Cerri, Frosini, Giorgi: A new algorithm for computing the 2-dimensional matching distance between
       size functions, Pattern Recognition Letters 32 (2011).
    .. [2] Landi: The rank invariant stability via interleavings, Research in Computational Topology (2018).
    .. [3] Kerber, Nigmetov: Efficient approximation of the matching distance for 2-parameter persistence, SoCG 2020.

    Examples
    --------
    Two points at distance 3 against two at distance 2, all born at 0: the bar that dies in the first parameter does so
    1 later along every line that is steep enough.

    >>> import tdainv
    >>> far = tdainv.function_rips([[0.0], [3.0]], [0.0, 0.0])
    >>> near = tdainv.function_rips([[0.0], [2.0]], [0.0, 0.0])
    >>> distance = tdainv.matching_distance(far, near, degree=0)
    >>> 0.9 <= distance <= 1.0
    True
    """
    errors = _Errors(_error(error, "error") if error is not None else None, _error(relative_error, "relative_error"))
    if errors == (0.0, 0.0):
        raise ValueError("error or relative_error must be positive, got error=0.0 and relative_error=0.0.")
    max_lines = check.positive_integer(max_lines, "max_lines")
    modules = [_Module.of(filtration, degree) for filtration in (first, second)]
    if modules[0].dimension_at_infinity != modules[1].dimension_at_infinity:
        return np.inf
    if modules[0] == modules[1]:
        return 0.0
    return _Search(modules[0], modules[1], errors, max_lines).run()


_MOST_LINES = int(np.iinfo(np.int64).max)
_LARGEST = 2.0**1000  # of a coordinate: sums and differences of a few such numbers are finite


class _Errors(NamedTuple):
    absolute: float | None
    relative: float


class _Module:
    """A presentation, its columns in the integer types of the kernel, and the rank of its matrix."""

    def __init__(self, matrix: GradedMatrix) -> None:
        self.matrix = matrix
        self.grades = np.concatenate([matrix.row_grades, matrix.column_grades])
        largest = float(np.abs(self.grades).max(initial=0.0))
        if largest > _LARGEST:
            raise ValueError(
                f"Grades must be at most {_LARGEST:g} in absolute value, got {largest:g}. Rescale the filtrations."
            )
        self.indptr: Int = matrix.indptr.astype(np.int64)
        self.indices: Int = matrix.indices.astype(np.int64)
        rows, columns = matrix.shape
        require_memory(
            8 * columns * (rows // 64 + 1),
            f"Reducing a presentation with {rows} generators and {columns} relations as bits",
            "Use fewer points.",
        )
        pivots, *_ = reduce_columns(matrix.indptr, matrix.indices, rows, np.zeros(columns, np.int64), 1, 0)
        self.rank = int((pivots >= 0).sum())

    @classmethod
    def of(cls, filtration: Filtration | ChainComplex, degree: int) -> _Module:
        require_filtration(filtration)
        if filtration.n_parameters != 2:
            raise ValueError(
                f"The matching distance needs filtrations with two parameters, got {filtration.n_parameters}. "
                "Use bottleneck_distance of barcodes for one."
            )
        return cls(module_complex(filtration, degree).upper)

    @property
    def dimension_at_infinity(self) -> int:
        return self.matrix.shape[0] - self.rank

    @property
    def arrays(self) -> tuple[Int, Int, int, int]:
        return self.indptr, self.indices, self.matrix.shape[0], self.rank

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Module) and self.matrix == other.matrix

    __hash__ = None  # type: ignore[assignment]


class _Search:
    """Search of the two squares of lines, level by level, for modules of which one is not empty."""

    def __init__(self, first: _Module, second: _Module, errors: _Errors, max_lines: int) -> None:
        self.modules = first, second
        grades = np.concatenate([first.grades, second.grades])
        self.axes = [np.ascontiguousarray(axis) for axis in grades.T]
        self.lower, self.extent = grades.min(axis=0), np.ptp(grades, axis=0)
        self.absolute = float(np.max(self.extent)) / 100 if errors.absolute is None else errors.absolute
        self.factor = 1 + errors.relative
        self.max_lines = max_lines
        self.best = 0.0
        self.n_lines = 0

    def run(self) -> float:
        """Largest distance along a line, and no more than the error below the supremum."""
        whole = np.array([[0.0, 0.0, 1.0]]), np.array([np.inf])
        open_boxes = [whole, whole]
        while open_boxes[0][1].size or open_boxes[1][1].size:
            open_boxes = [self._level(swapped, *boxes) for swapped, boxes in enumerate(open_boxes)]
            largest = max(bounds.max(initial=0.0) for _, bounds in open_boxes)
            if self.n_lines == self.max_lines and largest > max(self.best + self.absolute, self.factor * self.best):
                raise RuntimeError(
                    f"After max_lines = {self.max_lines} lines the matching distance is known to lie between "
                    f"{self.best:g} and {largest:g}, which is not as accurate as wanted. Increase error, "
                    "relative_error or max_lines."
                )
        return self.best

    def _level(self, swapped: int, boxes: Float, bounds: Float) -> tuple[Float, Float]:
        """Look at some boxes of one square, the most promising ones first; return the boxes that stay open."""
        order = np.argsort(-bounds, kind="stable")
        x, y = self.axes[swapped], self.axes[1 - swapped]
        width, height = self.extent[swapped], self.extent[1 - swapped]
        frame = np.array([self.lower[swapped], width, self.lower[1 - swapped] + height, height])
        first, second = (module.arrays for module in self.modules)
        limits = self.absolute, self.factor, min(self.max_lines - self.n_lines, _MOST_LINES)
        boxes, bounds, self.best, used = search_boxes(
            boxes[order], bounds[order], frame, x, y, *first, second, self.best, *limits
        )
        self.n_lines += used
        return boxes, bounds


def _error(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 <= float(value) < np.inf:
        raise ValueError(f"{name} must be a finite number of at least 0, got {name}={value!r}.")
    return float(value)
