"""Fibered barcodes: the barcodes of a multi-parameter module along lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.geometry._kernels_order import hilbert_keys
from tdainv.persistence.barcode import Barcode, Filtration
from tdainv.persistence.lines import Lines
from tdainv.persistence.presentation import module_complex
from tdainv.persistence.vineyard import Vineyard

_BLOCK = 4_000_000  # values held at a time
_MOST_PARAMETERS = 16  # of lines that are put in order: their places have twice as many coordinates


@dataclass(frozen=True, eq=False, repr=False)
class FiberedBarcode:
    """Barcodes of the restrictions of a module to lines.

    Bar j of line i, offsets[i] ≤ j < offsets[i + 1], is the half-open interval [births[j], deaths[j]) of times t of
    the points ``lines.bases[i] + t * lines.directions[i]``. Bars of a line are sorted by (birth, death).

    Parameters
    ----------
    births, deaths : ndarray of shape (k,)
        ``inf`` for the deaths of essential bars.
    offsets : int ndarray of shape (m + 1,)
    lines : Lines
    degree : int
    """

    births: Float
    deaths: Float
    offsets: Int
    lines: Lines
    degree: int

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> Barcode:
        """Barcode along line i."""
        i = range(len(self))[i]
        bars = slice(self.offsets[i], self.offsets[i + 1])
        return Barcode(self.births[bars], self.deaths[bars], self.degree)

    def __iter__(self) -> Iterator[Barcode]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        sizes = counted(len(self), "line"), counted(len(self.births), "bar")
        return f"FiberedBarcode(degree {self.degree}, {', '.join(sizes)}, {self.lines.n_parameters} parameters)"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FiberedBarcode):
            return NotImplemented
        return self.degree == other.degree and all(
            np.array_equal(a, b)
            for a, b in (
                (self.births, other.births),
                (self.deaths, other.deaths),
                (self.offsets, other.offsets),
                (self.lines.bases, other.lines.bases),
                (self.lines.directions, other.lines.directions),
            )
        )

    __hash__ = None  # type: ignore[assignment]


def fibered_barcode(
    filtration: Filtration | ChainComplex, degree: int, lines: Lines | tuple[ArrayLike, ArrayLike]
) -> FiberedBarcode:
    """Barcodes of H_degree along lines of non-negative direction, exact.

    The barcode along a line L is that of the one-parameter filtration in which a cell of grade g appears at the first
    time at which L is at or above g: t_L(g) = max over i of (g_i - base_i) / direction_i.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    lines : Lines, or pair of bases of shape (m, p) and directions of shape (p,) or (m, p)
        Directions are at least 0 in every coordinate and positive in one. Along a line that stands still in a
        coordinate, cells that it never gets above do not appear.

    Returns
    -------
    FiberedBarcode

    Raises
    ------
    ValueError
        For directions with negative entries or all zero, or lines in a space of another dimension.
    MemoryLimitError
        If the bars of all lines do not fit into memory, judged by those of the first.

    Notes
    -----
    With at most two parameters the lines run over the minimal presentation, which is far smaller than the filtration.
    Lines that are near each other share work: they are put in the order of a Hilbert curve through the space of lines,
    and the reduced matrix of a line is updated to that of the next along a vineyard [1]_, at a cost that grows with
    what changes its order.

    References
    ----------
    .. [1] Cohen-Steiner, Edelsbrunner, Morozov: Vines and vineyards by updating persistence in linear time, SoCG 2006.
    .. [2] Cerri, Di Fabio, Ferri, Frosini, Landi: Betti numbers in multidimensional persistent homology are stable
       functions, Math. Methods Appl. Sci. 36 (2013).
    .. [3] Lesnick, Wright: Interactive visualization of 2-D persistence modules, arXiv:1512.00180.

    Examples
    --------
    Two points at distance 3, the second of which arrives at 1 in the second parameter. Along the diagonal through the
    origin they are born at 0 and 1, and joined at 3; along the horizontal line through (0, 0) there is only one:

    >>> import tdainv
    >>> filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> fibered = tdainv.fibered_barcode(filtration, 0, ([[0, 0], [0, 0]], [[1, 1], [1, 0]]))
    >>> fibered[0].diagram
    array([[ 0., inf],
           [ 1.,  3.]])
    >>> fibered[1].diagram
    array([[ 0., inf]])
    """
    complex_ = module_complex(filtration, degree)
    lines = as_lines(lines, complex_.n_parameters)
    vineyard = Vineyard(complex_)
    near = _near_order(lines, complex_.upper.row_grades)
    bars: list[tuple[Int, Float, Float]] = []
    block = max(1, _BLOCK // max(1, sum(complex_.upper.shape)))
    for first in range(0, len(near), block):
        some = near[first : first + block]
        line, born, died = _bars(vineyard, complex_, lines[some])
        bars.append((some[line], born, died))
        if first == 0:
            needed = 64 * len(born) // len(some) * len(lines)
            require_memory(needed, f"Bars along {len(lines)} lines", "Pass fewer lines at a time.")
    line, born, died = (np.concatenate(parts) for parts in zip(*bars, strict=True))
    order = np.argsort(line, kind="stable")
    offsets = np.concatenate([[0], np.cumsum(np.bincount(line, minlength=len(lines)))])
    return FiberedBarcode(born[order], died[order], offsets, lines, complex_.degree)


def as_lines(lines: Lines | tuple[ArrayLike, ArrayLike], n_parameters: int) -> Lines:
    """Check lines in R^p, or make them of a pair of bases and directions."""
    if not isinstance(lines, Lines):
        if not isinstance(lines, tuple | list) or len(lines) != 2:
            raise ValueError(f"lines must be Lines or a pair (bases, directions), got {type(lines).__name__}.")
        lines = Lines(*lines)  # type: ignore[arg-type]
    if lines.n_parameters != n_parameters:
        raise ValueError(f"lines must lie in R^{n_parameters}, the grades of the filtration, got {lines}.")
    return lines


def _near_order(lines: Lines, grades: Float) -> Int:
    """Lines along a Hilbert curve through their directions and the points where they meet a plane across.

    All in units in which the grades of the module are a cube.
    """
    as_they_are = np.arange(len(lines))
    if not 1 < lines.n_parameters <= _MOST_PARAMETERS or len(grades) == 0:
        return as_they_are
    with np.errstate(over="ignore", invalid="ignore"):
        extents = np.ptp(grades, axis=0)
        extents[extents == 0] = 1.0
        directions, bases = lines.directions / extents, lines.bases / extents
        directions = directions / directions.sum(axis=1, keepdims=True)
        feet = bases - bases.sum(axis=1, keepdims=True) * directions
        places = np.column_stack([directions[:, 1:], feet[:, 1:]])
        low, widths = places.min(axis=0), np.ptp(places, axis=0)
    if not np.isfinite(widths).all():
        return as_they_are
    widths[widths == 0] = 1.0
    bits = min(20, 62 // places.shape[1])
    return np.argsort(hilbert_keys((places - low) / widths, np.zeros(len(low)), 2.0**bits - 1, bits), kind="stable")


def _bars(vineyard: Vineyard, complex_: ChainComplex, lines: Lines) -> tuple[Int, Float, Float]:
    """Line, birth and death of each bar that is not empty, sorted."""
    cells, cofaces = lines.push(complex_.upper.row_grades), lines.push(complex_.upper.column_grades)
    vines = vineyard.follow(cells, cofaces, lines.push(complex_.lower.row_grades))
    line, vine = np.nonzero(vines.born < vines.died)
    born, died = vines.born[line, vine], vines.died[line, vine]
    order = np.lexsort((died, born, line))
    return line[order], born[order], died[order]
