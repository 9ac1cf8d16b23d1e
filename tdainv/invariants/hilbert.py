"""Hilbert functions as signed measures: dimension of homology at every grade, in a finite list of point masses."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from itertools import product

import numpy as np

from tdainv import _validation as check
from tdainv._progress import progress
from tdainv._typing import Float, Int
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.rowwise import RowwiseBifiltration
from tdainv.exceptions import TdainvWarning
from tdainv.invariants.hilbert_rows import measures_by_rows
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Filtration, complexes_of, require_filtration
from tdainv.persistence.kernels import Kernel, graded_kernel

_MANY_ATOMS = 1_000_000
_MANY_SLICES = 10_000


def hilbert_signed_measure(
    filtration: Filtration | ChainComplex, degree: int, *, verbose: bool = False
) -> SignedMeasure:
    """Hilbert signed measure of H_degree: the Möbius inversion of the Hilbert function, exact and without a grid.

    It is the measure μ with dim H_degree(g) = μ({x : x ≤ g}) for every grade g. In one parameter its atoms are the
    births (+1) and deaths (-1) of the barcode.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters. A Presentation or ChainComplex must be of the same degree.
    degree : int
    verbose : bool, default False
        Show progress, on the standard error stream, where the measure is made row by row or slice by slice.

    Returns
    -------
    SignedMeasure
        With integer weights, on R^p.

    Raises
    ------
    ValueError
        If the degree is out of range for the filtration.

    Notes
    -----
    For C_{k+1} → C_k → C_{k-1}, the measure of H_k is Σ δ(ker d_k) - Σ δ(C_{k+1}) + Σ δ(ker d_{k+1}) over grades of
    free generators: kernels of free modules are free in one and two parameters. One bigraded reduction gives the
    grades of a kernel [1]_ [2]_.

    A multicritical bifiltration that is given by rows (degree-Rips, Delaunay core, sublevel flood) takes the barcodes
    of its rows: the measure is their differences along the second axis.

    With p ≥ 3 parameters, kernels need not be free. The measure is then made of the exact two-parameter measures of
    the slices at all combinations of values of the p - 2 parameters that take the fewest values: exact, at the cost
    of one bigraded reduction a slice (for n points and p = 3 at most n slices). Above 10,000 slices a
    :class:`tdainv.TdainvWarning` says so; ``FilteredComplex.on_grid`` makes them fewer.

    References
    ----------
    .. [1] Lesnick, Wright: Computing minimal presentations and bigraded Betti numbers of 2-parameter persistent
       homology, SIAM J. Appl. Algebra Geom. 6 (2022).
    .. [2] Kerber, Rolle: Fast minimal presentations of bi-graded persistence modules, ALENEX 2021.
    .. [3] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    Two points at distance 3, the second of which arrives at 1 in the second parameter:

    >>> import tdainv
    >>> filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    >>> mu = tdainv.hilbert_signed_measure(filtration, degree=0)
    >>> mu.points
    array([[0., 0.],
           [0., 1.],
           [3., 1.]])
    >>> mu.weights
    array([ 1,  1, -1])
    """
    return hilbert_signed_measures(filtration, (degree,), verbose=verbose)[0]


def hilbert_signed_measures(
    filtration: Filtration | ChainComplex, degrees: Sequence[int], *, verbose: bool = False
) -> list[SignedMeasure]:
    """Return :func:`hilbert_signed_measure` for several degrees, which share the work."""
    degrees = check.degrees(degrees)
    require_filtration(filtration)
    if isinstance(filtration, RowwiseBifiltration):
        return measures_by_rows(filtration, degrees, verbose)
    return measures_of_complexes(complexes_of(filtration, degrees), verbose)


def measures_of_complexes(complexes: Sequence[ChainComplex], verbose: bool = False) -> list[SignedMeasure]:
    """Measures of the complexes of several degrees, which share the work where they share a matrix."""
    return [SignedMeasure(*atoms) for atoms in atoms_of_complexes(complexes, verbose)]


def atoms_of_complexes(complexes: Sequence[ChainComplex], verbose: bool = False) -> list[tuple[Float, Int]]:
    """Points and weights of the measures, in any order, several at one place."""
    known: dict[int, Kernel] = {}  # of boundary matrices: the upper one of degree k is the lower one of k + 1
    return [
        _measure(complex_, known) if complex_.n_parameters <= 2 else _measure_by_slices(complex_, verbose)
        for complex_ in complexes
    ]


def _measure(complex_: ChainComplex, known: dict[int, Kernel] | None = None) -> tuple[Float, Int]:
    """Atoms and weights, not collected, of a complex in one or two parameters."""
    known = {} if known is None else known
    lower, upper = complex_.lower, complex_.upper
    if id(lower) not in known:
        known[id(lower)] = graded_kernel(lower)
    cycles = known[id(lower)]
    relations = known.get(id(upper))
    if relations is None:
        # A cycle is determined by its coordinates off a basis of the boundaries: rows of the basis can go.
        free = np.ones(upper.shape[0], bool)
        free[cycles.independent] = False
        relations = graded_kernel(upper, np.flatnonzero(free))
        if free.all():
            known[id(upper)] = relations
    points = np.concatenate([cycles.grades, upper.column_grades, relations.grades])
    sizes = [len(cycles.grades), upper.shape[1], len(relations.grades)]
    return points, np.repeat([1, -1, 1], sizes)


def _measure_by_slices(complex_: ChainComplex, verbose: bool) -> tuple[Float, Int]:
    """Atoms of a complex in three or more parameters, from its two-parameter slices.

    A slice at values t of the further parameters is the subcomplex of the cells at or below t. Möbius inversion
    along those parameters: the slice at t counts with sign (-1)^|e| at t moved up by one step along the axes e.
    """
    generators = np.concatenate([complex_.upper.column_grades, complex_.lower.column_grades])
    values = [np.unique(column) for column in generators.T]
    by_size = np.argsort([len(v) for v in values], kind="stable")
    extra = np.sort(by_size[: len(values) - 2])
    plane = np.sort(by_size[len(values) - 2 :])
    axes = [values[axis] for axis in extra]
    n_slices = math.prod(len(axis) for axis in axes)
    if n_slices > _MANY_SLICES:
        warnings.warn(
            f"The exact Hilbert measure in {len(values)} parameters takes {n_slices} two-parameter reductions here. "
            "Move the grades to a coarser grid (FilteredComplex.on_grid) if that is too many.",
            TdainvWarning,
            stacklevel=4,
        )
    points, weights = [np.zeros((0, len(values)))], [np.zeros(0, np.int64)]
    indices = product(*(range(len(axis)) for axis in axes))
    for index in progress(indices, n_slices, "Slices", verbose):
        bound = np.array([axis[i] for axis, i in zip(axes, index, strict=True)])
        flat = SignedMeasure(*_measure(_slice(complex_, plane, extra, bound)))
        for step in product((0, 1), repeat=len(axes)):
            target = np.add(index, step)
            if any(i >= len(axis) for i, axis in zip(target, axes, strict=True)):
                continue
            moved = np.empty((len(flat), len(values)))
            moved[:, plane] = flat.points
            moved[:, extra] = [axis[i] for axis, i in zip(axes, target, strict=True)]
            points.append(moved)
            weights.append(flat.weights * (-1) ** sum(step))
        if sum(map(len, weights)) > _MANY_ATOMS:  # most atoms of a slice cancel with those of the slice before
            collected = SignedMeasure(np.concatenate(points), np.concatenate(weights))
            points, weights = [collected.points], [collected.weights]
    return np.concatenate(points), np.concatenate(weights)


def _slice(complex_: ChainComplex, plane: Int, extra: Int, bound: Float) -> ChainComplex:
    def restrict(matrix: GradedMatrix) -> GradedMatrix:
        rows = np.flatnonzero((matrix.row_grades[:, extra] <= bound).all(axis=1))
        columns = np.flatnonzero((matrix.column_grades[:, extra] <= bound).all(axis=1))
        grades = matrix.row_grades[rows][:, plane], matrix.column_grades[columns][:, plane]
        return GradedMatrix.of_checked(*matrix.rearrange(rows, columns), *grades)

    return ChainComplex(complex_.degree, restrict(complex_.upper), restrict(complex_.lower))
