"""Barcodes of one-parameter filtrations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Int
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.complexes.cubical_filtration import CubicalFiltration, with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence._kernels_reduction import reduce_columns
from tdainv.persistence.cubical import CubicalPairs, cubical_pairs
from tdainv.persistence.pairing import pair_cells


class Filtration(Protocol):
    """What an invariant needs to know of a filtration."""

    @property
    def n_parameters(self) -> int:
        """Number of parameters."""

    def chain_complex(self, degree: int) -> ChainComplex:
        """Small chain complex with the homology of the filtration in this degree."""

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Small chain complexes for several degrees."""


@dataclass(frozen=True, eq=False, repr=False)
class Barcode:
    """The barcode of H_degree of a one-parameter filtration: intervals [birth, death), sorted by (birth, death).

    Parameters
    ----------
    births : ndarray of shape (k,)
    deaths : ndarray of shape (k,)
        ``inf`` for essential bars. Bars of length zero are not part of a barcode.
    degree : int
    birth_simplices : int ndarray of shape (k, degree + 1) or None
        Vertices of the simplex that gives birth to the bar. The value of its longest edge, spanned by its first two
        vertices, is the birth (in degree 0: the birth of the vertex).
    death_simplices : int ndarray of shape (k, degree + 2) or None
        Vertices of the simplex that ends the bar: its first two vertices span its longest edge, whose value is the
        death. Rows of -1 for essential bars.
    pairing : int ndarray of shape (k, 2) or None
        Numbers of the cells that give birth and death to the bar in the FilteredComplex they are from (for an image,
        of the pixels whose values are birth and death); -1 in place of the death of essential bars.

    Examples
    --------
    >>> import tdainv
    >>> bars = tdainv.barcode(tdainv.rips([[0.0], [1.0], [3.0]]), degree=0)
    >>> bars
    Barcode(degree 0, 3 bars, 1 essential)
    >>> bars.diagram
    array([[ 0.,  1.],
           [ 0.,  2.],
           [ 0., inf]])
    >>> bars.death_simplices
    array([[ 0,  1],
           [ 1,  2],
           [-1, -1]])
    """

    births: Float
    deaths: Float
    degree: int
    birth_simplices: Int | None = None
    death_simplices: Int | None = None
    pairing: Int | None = None

    def __post_init__(self) -> None:
        check.degree(self.degree)
        births, deaths = (np.asarray(values, np.float64) for values in (self.births, self.deaths))
        if births.ndim != 1 or births.shape != deaths.shape:
            raise ValueError(f"births and deaths must have the same shape (k,), got {births.shape} and {deaths.shape}.")
        if not np.isfinite(births).all() or not (births < deaths).all():
            raise ValueError("Each bar must have a finite birth below its death.")
        order = lexicographic_order(np.column_stack([births, deaths]))
        object.__setattr__(self, "births", births[order])
        object.__setattr__(self, "deaths", deaths[order])
        for name in ("birth_simplices", "death_simplices", "pairing"):
            if getattr(self, name) is not None:
                simplices = np.asarray(getattr(self, name))
                if simplices.ndim != 2 or len(simplices) != len(order):
                    raise ValueError(
                        f"{name} must have one row for each of the {len(order)} bars, got {simplices.shape}."
                    )
                object.__setattr__(self, name, simplices[order])

    @property
    def diagram(self) -> Float:
        """The persistence diagram: births and deaths as columns, shape (k, 2)."""
        return np.column_stack([self.births, self.deaths])

    @property
    def persistence(self) -> Float:
        """Lengths of the bars, shape (k,)."""
        return self.deaths - self.births

    def __len__(self) -> int:
        return len(self.births)

    def __repr__(self) -> str:
        essential = int(np.isinf(self.deaths).sum())
        bars = f"{len(self)} bar{'' if len(self) == 1 else 's'}"
        return f"Barcode(degree {self.degree}, {bars}, {essential} essential)"

    def __eq__(self, other: object) -> bool:
        """Whether degree, births and deaths agree; the simplices are not compared, ties may pair others."""
        if not isinstance(other, Barcode):
            return NotImplemented
        return self.degree == other.degree and np.array_equal(self.diagram, other.diagram)

    __hash__ = None  # type: ignore[assignment]


def barcode(filtration: Filtration | ChainComplex, degree: int) -> Barcode:
    """Barcode of H_degree of a one-parameter filtration, exact, over Z/2.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration or ChainComplex
        With one parameter. A ChainComplex must be of the same degree.
    degree : int

    Returns
    -------
    Barcode
        With the cells that give birth and death to each bar: their numbers for a FilteredComplex, pixels for a
        CubicalFiltration, vertices for a FlagFiltration.

    Raises
    ------
    ValueError
        If the filtration has more than one parameter, or the degree is out of range.

    Notes
    -----
    The chain complex of a flag filtration is its reduced Rips complex [1]_, so that the matrix to reduce has a few
    columns a point. Cells of a filtered complex are paired by union-find where the boundary matrix is that of a graph
    or of the dual of one, and by reduction in homology or cohomology with clearing elsewhere.

    References
    ----------
    .. [1] Koyama, Memoli, Robins, Turner: Faster computation of degree-1 persistent homology using the reduced
       Vietoris--Rips filtration, arXiv:2307.16333.

    Examples
    --------
    The four corners of the unit square make a loop that is born with the sides and dies with the diagonals:

    >>> import tdainv
    >>> square = tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1]])
    >>> tdainv.barcode(square, degree=1).diagram
    array([[1.        , 1.41421356]])
    """
    return barcodes(filtration, (degree,))[0]


def barcodes(filtration: Filtration | ChainComplex, degrees: Sequence[int]) -> list[Barcode]:
    """Return :func:`barcode` for several degrees, which share the work."""
    degrees = check.degrees(degrees)
    require_one_parameter(filtration)
    if isinstance(filtration, CubicalFiltration) and len(filtration.shape) <= 3:
        bars = cubical_pairs(filtration.pixels[..., 0], filtration.cells, degrees)
        return [_barcode_of_image(found, degree) for found, degree in zip(bars, degrees, strict=True)]
    if isinstance(filtration, FlagFiltration):
        return _barcodes_of_flag(filtration, degrees)
    filtration = with_listed_cells(filtration)
    if isinstance(filtration, FilteredComplex):
        return _barcodes_of_cells(filtration, degrees)
    return [_barcode_of_complex(complex_) for complex_ in complexes_of(filtration, degrees)]


def require_filtration(value: object) -> None:
    """Raise TypeError unless the value is a filtration or a chain complex."""
    if not hasattr(value, "n_parameters") or not (hasattr(value, "chain_complexes") or isinstance(value, ChainComplex)):
        raise TypeError(f"filtration must be a filtration or a ChainComplex, got {type(value).__name__}.")


def require_one_parameter(filtration: Filtration | ChainComplex) -> None:
    """Raise TypeError or ValueError unless this is a filtration with one parameter."""
    require_filtration(filtration)
    if filtration.n_parameters != 1:
        raise ValueError(
            f"A barcode needs a filtration with one parameter, got {filtration.n_parameters}. Use "
            "hilbert_signed_measure for more."
        )


def complexes_of(filtration: Filtration | ChainComplex, degrees: Sequence[int]) -> list[ChainComplex]:
    """Chain complexes of a filtration; a chain complex stands for itself."""
    if not isinstance(filtration, ChainComplex):
        return filtration.chain_complexes(degrees)
    if tuple(degrees) != (filtration.degree,):
        raise ValueError(f"This chain complex has degree {filtration.degree}, got degrees {tuple(degrees)}.")
    return [filtration]


def _barcode_of_image(bars: CubicalPairs, degree: int) -> Barcode:
    return Barcode(bars.births, bars.deaths, degree, pairing=np.column_stack([bars.birth_pixels, bars.death_pixels]))


def _barcodes_of_flag(filtration: FlagFiltration, degrees: Sequence[int]) -> list[Barcode]:
    """Low degrees from the reduced flag complex; others from the simplices that are left after a collapse."""
    low, high = ([degree for degree in degrees if (degree > 1) == above] for above in (False, True))
    found = {}
    if low:
        found = {complex_.degree: _barcode_of_complex(complex_) for complex_ in filtration.chain_complexes(low)}
    if high:
        for bars in _barcodes_of_cells(filtration.collapsed_complex(max(high)), high):
            found[bars.degree] = Barcode(bars.births, bars.deaths, bars.degree)  # its cells are not the user's
    return [found[degree] for degree in degrees]


def _barcodes_of_cells(complex_: FilteredComplex, degrees: Sequence[int]) -> list[Barcode]:
    values = np.append(complex_.grades[:, 0], np.inf)  # number -1: never
    found = []
    for degree, (births, deaths) in zip(degrees, pair_cells(complex_, degrees), strict=True):
        bars = values[births] < values[deaths]
        pairing = np.column_stack([births[bars], deaths[bars]])
        found.append(Barcode(values[pairing[:, 0]], values[pairing[:, 1]], degree, pairing=pairing))
    return found


def _barcode_of_complex(complex_: ChainComplex) -> Barcode:
    births, deaths = complex_.upper.row_grades[:, 0], complex_.upper.column_grades[:, 0]
    positive, killer = pair_generators(complex_)
    bar_deaths = np.append(deaths, np.inf)[killer]
    bars = births[positive] < bar_deaths
    positive, killer = positive[bars], killer[bars]
    simplices: tuple[Int | None, Int | None] = (None, None)
    if complex_.simplices is not None:
        born, dead = complex_.simplices
        killers = np.full((len(killer), dead.shape[1]), -1)
        killers[killer >= 0] = dead[killer[killer >= 0]]
        simplices = (born[positive], killers)
    return Barcode(births[positive], bar_deaths[bars], complex_.degree, *simplices)


def pair_generators(complex_: ChainComplex) -> tuple[Int, Int]:
    """Pair generators of C_k, that give birth to classes, with those of C_{k+1} that end them (-1: none does).

    Elder rule through the order of rows: the pivots of the reduced boundary.
    """
    cells = np.argsort(complex_.upper.row_grades[:, 0], kind="stable")
    positive = cells
    if complex_.lower.shape[0]:
        faces = np.argsort(complex_.lower.row_grades[:, 0], kind="stable")
        positive = cells[_reduce(complex_, faces, cells, upper=False) < 0]
    cofaces = np.argsort(complex_.upper.column_grades[:, 0], kind="stable")
    pivots = _reduce(complex_, positive, cofaces, upper=True)
    killer = np.full(len(positive), -1)
    killer[pivots[pivots >= 0]] = cofaces[pivots >= 0]
    return positive, killer


def _reduce(complex_: ChainComplex, rows: Int, columns: Int, *, upper: bool) -> Int:
    """Pivot of each column, as a position in `rows`, or -1."""
    indptr, indices = (complex_.upper if upper else complex_.lower).rearrange(rows, columns)
    pivots, *_ = reduce_columns(indptr, indices, len(rows), np.zeros(len(columns), np.int64), 1, 0)
    return pivots
