"""Minimal presentations, free resolutions and Betti tables of homology in two parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tdainv import _validation as check
from tdainv._typing import Float
from tdainv._words import counted
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.persistence.barcode import Filtration, complexes_of, require_filtration
from tdainv.persistence.resolution import presentation_matrix, syzygy_grades, syzygy_matrix


@dataclass(frozen=True, eq=False, repr=False)
class Presentation:
    """A minimal presentation of a persistence module: generators, and relations between them.

    The module is the cokernel of ``matrix``: free on the rows, the generators, modulo the columns, the relations.
    A presentation may be used wherever a filtration may, in its own degree.

    Parameters
    ----------
    matrix : GradedMatrix
        Rows and columns in lexicographic order of their grades.
    degree : int
        Degree of the homology it presents.

    Examples
    --------
    Two points at distance 3; the second arrives at 1 in the second parameter:

    >>> import tdainv
    >>> filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> presentation = tdainv.minimal_presentation(filtration, degree=0)
    >>> presentation
    Presentation(degree 0, 2 generators, 1 relation, 2 parameters)
    >>> presentation.relations
    array([[3., 1.]])
    """

    matrix: GradedMatrix
    degree: int

    def __post_init__(self) -> None:
        if not isinstance(self.matrix, GradedMatrix):
            raise TypeError(f"matrix must be a GradedMatrix, got {type(self.matrix).__name__}.")
        check.degree(self.degree)

    @property
    def generators(self) -> Float:
        """Grades of the generators, shape (n_generators, p)."""
        return self.matrix.row_grades

    @property
    def relations(self) -> Float:
        """Grades of the relations, shape (n_relations, p)."""
        return self.matrix.column_grades

    @property
    def n_parameters(self) -> int:
        """Number of parameters p."""
        return self.matrix.n_parameters

    def chain_complex(self, degree: int) -> ChainComplex:
        """Return the complex relations → generators → 0, whose homology is the module."""
        return self.chain_complexes((degree,))[0]

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees: only one is there."""
        if tuple(degrees) != (self.degree,):
            raise ValueError(f"This is a presentation of degree {self.degree}, got degrees {tuple(degrees)}.")
        return [ChainComplex(self.degree, self.matrix, GradedMatrix.to_zero(self.generators))]

    def __repr__(self) -> str:
        sizes = counted(len(self.generators), "generator"), counted(len(self.relations), "relation")
        return f"Presentation(degree {self.degree}, {', '.join(sizes)}, {counted(self.n_parameters, 'parameter')})"

    def __eq__(self, other: object) -> bool:
        """Whether degree and matrices agree. Isomorphic modules may have different matrices."""
        if not isinstance(other, Presentation):
            return NotImplemented
        return self.degree == other.degree and self.matrix == other.matrix

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False, repr=False)
class FreeResolution:
    """The minimal free resolution 0 → F_2 → F_1 → F_0 of a persistence module in at most two parameters.

    Parameters
    ----------
    relations : GradedMatrix
        F_1 → F_0: the minimal presentation.
    syzygies : GradedMatrix
        F_2 → F_1: its kernel, which is free.
    degree : int
        Degree of the homology it resolves.
    """

    relations: GradedMatrix
    syzygies: GradedMatrix
    degree: int

    @property
    def presentation(self) -> Presentation:
        """The minimal presentation."""
        return Presentation(self.relations, self.degree)

    @property
    def betti_table(self) -> BettiTable:
        """Grades of the generators of F_0, F_1 and F_2."""
        return BettiTable(self.relations.row_grades, self.relations.column_grades, self.syzygies.column_grades)

    def __repr__(self) -> str:
        table = self.betti_table
        sizes = (
            counted(len(table.generators), "generator"),
            counted(len(table.relations), "relation"),
            counted(len(table.syzygies), "syzygy", "syzygies"),
        )
        return f"FreeResolution(degree {self.degree}, {', '.join(sizes)})"

    def __eq__(self, other: object) -> bool:
        """Whether degree and matrices agree. Isomorphic modules may have different matrices."""
        if not isinstance(other, FreeResolution):
            return NotImplemented
        return (self.degree, self.relations, self.syzygies) == (other.degree, other.relations, other.syzygies)

    __hash__ = None  # type: ignore[assignment]


class BettiTable(NamedTuple):
    """Multigraded Betti numbers, as lists of grades with repetition in lexicographic order.

    ξ_i(g) is the number of times g occurs: in ``generators`` for i = 0, ``relations`` for i = 1, ``syzygies`` for
    i = 2. They are invariants of the module.
    """

    generators: Float
    relations: Float
    syzygies: Float


def minimal_presentation(filtration: Filtration | ChainComplex, degree: int) -> Presentation:
    """Minimal presentation of H_degree of a filtration with one or two parameters, exact, over Z/2.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, Presentation or ChainComplex
        With p ≤ 2 parameters.
    degree : int

    Returns
    -------
    Presentation

    Raises
    ------
    ValueError
        For more than two parameters, or a degree out of range.

    Notes
    -----
    For C_{k+1} → C_k → C_{k-1}: one bigraded reduction of d_k gives a basis of its kernel, which is free [1]_ [2]_.
    Columns of d_{k+1} are written in that basis; pairs of a generator and a relation of equal grade are cancelled;
    one more reduction drops the relations that follow from others at or below their grade. A cycle is determined by
    its coordinates at the cells that are last in some cycle, so basis elements are kept at those only, where they
    are nearly unit vectors. Cubic at worst, near linear in practice.

    References
    ----------
    .. [1] Lesnick, Wright: Computing minimal presentations and bigraded Betti numbers of 2-parameter persistent
       homology, SIAM J. Appl. Algebra Geom. 6 (2022).
    .. [2] Kerber, Rolle: Fast minimal presentations of bi-graded persistence modules, ALENEX 2021.

    Examples
    --------
    A path of two edges whose ends come first; its middle vertex connects them:

    >>> import tdainv
    >>> path = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2]], [[0, 1], [1, 1], [1, 0]])
    >>> presentation = tdainv.minimal_presentation(path, degree=0)
    >>> presentation.generators
    array([[0., 1.],
           [1., 0.]])
    >>> presentation.relations
    array([[1., 1.]])
    """
    complex_ = _complex(filtration, degree)
    return Presentation(presentation_matrix(complex_).matrix, complex_.degree)


def free_resolution(filtration: Filtration | ChainComplex, degree: int) -> FreeResolution:
    """Minimal free resolution of H_degree of a filtration with one or two parameters, exact, over Z/2.

    Parameters and errors are those of :func:`minimal_presentation`, to which it adds the kernel of the matrix of
    relations: free, so that the resolution ends there (Hilbert's syzygy theorem).

    Returns
    -------
    FreeResolution

    Examples
    --------
    Three generators at the corners of a staircase, joined by relations that meet in one syzygy:

    >>> import tdainv
    >>> corners = [[0, 2], [1, 1], [2, 0]]
    >>> triangle = tdainv.FilteredComplex.lower_star([[0, 1], [0, 2], [1, 2]], corners)
    >>> resolution = tdainv.free_resolution(triangle, degree=0)
    >>> resolution.betti_table.relations
    array([[1., 2.],
           [2., 1.]])
    """
    complex_ = _complex(filtration, degree)
    found = presentation_matrix(complex_)
    return FreeResolution(found.matrix, syzygy_matrix(found), complex_.degree)


def betti_table(filtration: Filtration | ChainComplex, degree: int) -> BettiTable:
    """Bigraded Betti numbers of H_degree of a filtration with one or two parameters.

    Parameters and errors are those of :func:`minimal_presentation`, at whose cost they come.

    Returns
    -------
    BettiTable

    Examples
    --------
    >>> import tdainv
    >>> square = [[0, 1], [1, 2], [2, 3], [0, 3]]
    >>> loop = tdainv.FilteredComplex.lower_star(square, [[0, 0], [0, 1], [0, 0], [1, 0]])
    >>> table = tdainv.betti_table(loop, degree=0)
    >>> table.generators, table.relations, table.syzygies
    (array([[0., 0.], [0., 0.]]), array([[0., 1.], [1., 0.]]), array([[1., 1.]]))
    """
    complex_ = _complex(filtration, degree)
    found = presentation_matrix(complex_)
    return BettiTable(found.matrix.row_grades, found.matrix.column_grades, syzygy_grades(found)[0])


def _complex(filtration: Filtration | ChainComplex, degree: int) -> ChainComplex:
    degree = check.degree(degree)
    require_filtration(filtration)
    if filtration.n_parameters > 2:
        raise ValueError(
            f"Presentations need a filtration with at most two parameters, got {filtration.n_parameters}. "
            "hilbert_signed_measure takes any number."
        )
    return complexes_of(filtration, (degree,))[0]


def module_complex(filtration: Filtration | ChainComplex, degree: int) -> ChainComplex:
    """Smallest complex at hand whose homology is H_degree: with at most two parameters, the minimal presentation.

    With more the kernel of a boundary need not be free, and the chain complex of the filtration is taken.
    """
    degree = check.degree(degree)
    require_filtration(filtration)
    if filtration.n_parameters > 2:
        return complexes_of(filtration, (degree,))[0]
    return minimal_presentation(filtration, degree).chain_complex(degree)
