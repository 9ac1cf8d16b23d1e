"""Extended persistence of functions on cell complexes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.cubical_filtration import CubicalFiltration, with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.persistence.pairing import pair_cells

KINDS = ("ordinary", "relative", "extended")


@dataclass(frozen=True, eq=False, repr=False)
class ExtendedBarcode:
    """Extended barcode in one degree: sorted by (kind, birth, death), kinds in the order of the list below.

    Parameters
    ----------
    births : ndarray of shape (k,)
    deaths : ndarray of shape (k,)
    kinds : ndarray of shape (k,), str
        "ordinary" for a class that is born and dies as the sublevel set grows, birth < death; "relative" for one that
        is born and dies as superlevel sets are taken out, birth > death; "extended" for a class of the whole space,
        which is born in a sublevel set and dies relative to a superlevel set, with birth <= death or birth > death.
    degree : int
    birth_cells, death_cells : int ndarray of shape (k,) or None
        Numbers of the cells of the complex that come in, or are taken out, at birth and at death.

    Raises
    ------
    ValueError
        For values that are not finite, shapes that disagree, and births and deaths that their kind does not allow.

    Examples
    --------
    >>> bars = ExtendedBarcode([2.0, 0.0], [4.0, 4.0], ["ordinary", "extended"], degree=0)
    >>> bars
    ExtendedBarcode(degree 0, 1 ordinary, 0 relative, 1 extended)
    >>> bars.of_kind("ordinary")
    array([[2., 4.]])
    """

    births: Float
    deaths: Float
    kinds: Number
    degree: int
    birth_cells: Int | None = None
    death_cells: Int | None = None

    def __post_init__(self) -> None:
        check.degree(self.degree)
        births, deaths = (np.asarray(values, np.float64) for values in (self.births, self.deaths))
        kinds = np.asarray(self.kinds, np.str_)
        if births.ndim != 1 or not births.shape == deaths.shape == kinds.shape:
            raise ValueError(
                "births, deaths and kinds must have the same shape (k,), got "
                f"{births.shape}, {deaths.shape} and {kinds.shape}."
            )
        self._require_rules(births, deaths, kinds)
        order = np.lexsort((deaths, births, np.argmax(kinds == np.array(KINDS)[:, np.newaxis], axis=0)))
        for name, array in (("births", births), ("deaths", deaths), ("kinds", kinds.astype("<U8"))):
            object.__setattr__(self, name, array[order])
        for name in ("birth_cells", "death_cells"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, check.integers(getattr(self, name), name, births.shape)[order])

    @staticmethod
    def _require_rules(births: Float, deaths: Float, kinds: Number) -> None:
        if not (np.isfinite(births).all() and np.isfinite(deaths).all()):
            raise ValueError("Births and deaths of an extended barcode must be finite.")
        unknown = ~np.isin(kinds, KINDS)
        if unknown.any():
            raise ValueError(f"kinds must be {', '.join(map(repr, KINDS))}, got {str(kinds[unknown][0])!r}.")
        wrong = ((kinds == "ordinary") & (births >= deaths)) | ((kinds == "relative") & (births <= deaths))
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise ValueError(
                "Births must be below deaths for ordinary bars and above them for relative ones, got the "
                f"{kinds[i]} bar ({births[i]}, {deaths[i]})."
            )

    @property
    def diagram(self) -> Float:
        """The extended persistence diagram: births and deaths as columns, shape (k, 2)."""
        return np.column_stack([self.births, self.deaths])

    def of_kind(self, kind: str) -> Float:
        """Births and deaths of one kind as columns, shape (k, 2)."""
        return self.diagram[self.kinds == check.option(kind, KINDS, "kind")]

    def __len__(self) -> int:
        return len(self.births)

    def __repr__(self) -> str:
        counts = ", ".join(f"{int((self.kinds == kind).sum())} {kind}" for kind in KINDS)
        return f"ExtendedBarcode(degree {self.degree}, {counts})"

    def __eq__(self, other: object) -> bool:
        """Whether degree, kinds, births and deaths agree; the cells are not compared, ties may pair others."""
        if not isinstance(other, ExtendedBarcode):
            return NotImplemented
        return (
            self.degree == other.degree
            and np.array_equal(self.kinds, other.kinds)
            and np.array_equal(self.diagram, other.diagram)
        )

    __hash__ = None  # type: ignore[assignment]


def extended_persistence(
    filtration: FilteredComplex | CubicalFiltration, vertex_values: ArrayLike | None = None
) -> list[ExtendedBarcode]:
    """Extended persistence of a function on the vertices of a complex, exact, over Z/2.

    The complex K is swept twice: homology of the sublevel sets K_a, the cells with all vertices at or below a, for
    rising a; then homology of K relative to the superlevel sets K^a, the cells with all vertices at or above a, for
    falling a. Every class dies. A circle is thus seen with its lowest and its highest point, in degree 1 as
    (high, low), and each connected component in degree 0 as (lowest, highest).

    Parameters
    ----------
    filtration : FilteredComplex or CubicalFiltration
        With ``vertex_values=None``, a lower star filtration with one parameter (as of
        :meth:`~tdainv.FilteredComplex.lower_star` or ``cubical(image)``), whose vertex grades are the function.
    vertex_values : array-like of shape (n_vertices,), optional
        Function on the vertices, in the order in which the 0-cells are listed. The grades of the filtration are then
        not used.

    Returns
    -------
    list of ExtendedBarcode
        One a degree, from 0 to the dimension of the complex, with the pairs of cells. Ordinary and relative bars of
        length zero are left out; extended ones are kept, since they stand for the homology of K.

    Raises
    ------
    TypeError
        For any other filtration.
    ValueError
        For several parameters or a grade that is not the largest of the vertices, if no function is given; for values
        that are not finite, a cell without vertices, and an edge with an odd number of them.

    Notes
    -----
    The pairs are those of the cone over K, whose cells ω * σ come after those of K in the order of falling smallest
    vertex values [1]_. Twice the cells of K; cubic time in the worst case, close to linear in practice.

    References
    ----------
    .. [1] Cohen-Steiner, Edelsbrunner, Harer: Extending persistence using Poincaré and Lefschetz duality, Foundations
       of Computational Mathematics 9, 2009.

    Examples
    --------
    The height of a circle with two tops, 4 and 3, and two bottoms, 0 and 1:

    >>> import tdainv
    >>> circle = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2], [2, 3], [3, 0]], [0.0, 4.0, 1.0, 3.0])
    >>> components, loops = extended_persistence(circle)
    >>> components.of_kind("ordinary"), components.of_kind("extended")
    (array([[1., 3.]]), array([[0., 4.]]))
    >>> loops.of_kind("relative"), loops.of_kind("extended")
    (array([[3., 1.]]), array([[4., 0.]]))
    """
    filtration = with_listed_cells(filtration)
    if not isinstance(filtration, FilteredComplex):
        raise TypeError(f"filtration must be a FilteredComplex or CubicalFiltration, got {type(filtration).__name__}.")
    function = _function(filtration, vertex_values)
    n_bytes = 200 * len(filtration) + 40 * len(filtration.indices)
    require_memory(n_bytes, f"Extended persistence of {filtration}", "Use a smaller complex.")
    values, ranks = np.unique(function, return_inverse=True)
    largest, smallest = _extreme_ranks(filtration, ranks)
    if vertex_values is None:
        _require_lower_star(filtration, values[largest])
    degrees = range(filtration.dimension + 1)
    pairs = pair_cells(_cone(filtration, largest, smallest), degrees) if len(filtration) else []
    values_of_cone = np.concatenate([values[largest], values[smallest]])
    return [_bars(values_of_cone, degree, *pairs[degree]) for degree in degrees]


def _function(filtration: FilteredComplex, vertex_values: ArrayLike | None) -> Float:
    """Values of the vertices, finite."""
    if vertex_values is not None:
        values = check.vertex_values(vertex_values, filtration.n_vertices, "vertex_values")
        if values.ndim != 1:
            raise ValueError(f"vertex_values must have shape ({filtration.n_vertices},), got shape {values.shape}.")
        return values
    if filtration.n_parameters != 1:
        raise ValueError(
            f"Extended persistence needs one parameter, got {filtration.n_parameters}. Give one function as "
            "vertex_values."
        )
    vertices = filtration.cells_of(0)
    values = filtration.grades[vertices, 0]
    if not np.isfinite(values).all():
        i = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"Values of vertices must be finite, got cell {vertices[i]} at grade {values[i]}.")
    return values


def _extreme_ranks(filtration: FilteredComplex, ranks: Int) -> tuple[Int, Int]:
    """Largest and smallest rank of the vertices of each cell, or the error of a cell that cannot be coned."""
    extremes = filtration.with_function(np.column_stack([ranks, -ranks])).grades[:, -2:]
    odd = (filtration.dimensions == 1) & (np.diff(filtration.indptr) % 2 == 1)
    if odd.any():  # there is no cone over it
        cell = int(np.flatnonzero(odd)[0])
        n_facets = filtration.indptr[cell + 1] - filtration.indptr[cell]
        raise ValueError(f"Each edge must have two vertices, got cell {cell} with {n_facets}.")
    return extremes[:, 0].astype(np.int64), -extremes[:, 1].astype(np.int64)


def _require_lower_star(filtration: FilteredComplex, largest: Float) -> None:
    wrong = filtration.grades[:, 0] != largest
    if wrong.any():
        cell = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            "Without vertex_values, each cell must appear with the last of its vertices (a lower star filtration), got "
            f"cell {cell} at grade {filtration.grades[cell, 0]} and its last vertex at {largest[cell]}."
        )


def _cone(filtration: FilteredComplex, largest: Int, smallest: Int) -> FilteredComplex:
    """Cone over a complex: its n cells, the cone over cell i as cell n + i, and the apex, which comes first, as 2 n.

    Grades are the largest ranks of cells, rising, then, for the cone, the smallest ones, falling.
    """
    n = len(filtration)
    grades = np.concatenate([largest, 2 * n - smallest, [-1]]).astype(np.float64)[:, np.newaxis]
    # The boundary of the cone over a cell: the cell, and the cone over its facets, or the apex, over nothing.
    is_vertex = filtration.dimensions == 0
    counts = 1 + np.diff(filtration.indptr) + is_vertex
    starts = np.cumsum(counts) - counts
    facets = np.full(counts.sum(), -1, np.int32)
    facets[starts] = np.arange(n)
    facets[starts[is_vertex] + 1] = 2 * n
    facets[facets < 0] = n + filtration.indices
    lengths = np.concatenate([np.diff(filtration.indptr), counts, [0]])
    return FilteredComplex.of_checked(
        np.concatenate([filtration.dimensions, filtration.dimensions + 1, [0]]),
        np.append(0, np.cumsum(lengths)),
        np.concatenate([filtration.indices, facets]),
        grades,
    )


def _bars(values: Float, degree: int, births: Int, deaths: Int) -> ExtendedBarcode:
    """Bars of pairs of cells of the cone, without those of length zero that are not extended."""
    n = len(values) // 2
    finite = deaths >= 0  # all but the class of the apex
    births, deaths = births[finite], deaths[finite]
    kinds = np.where(births >= n, "relative", np.where(deaths >= n, "extended", "ordinary"))
    kept = (kinds == "extended") | (values[births] != values[deaths])
    births, deaths = births[kept], deaths[kept]
    return ExtendedBarcode(values[births], values[deaths], kinds[kept], degree, births % n, deaths % n)
