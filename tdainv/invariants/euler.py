"""Euler characteristic functions as signed measures."""

from __future__ import annotations

import numpy as np

from tdainv.complexes.cubical_filtration import CubicalFiltration, with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import MulticriticalComplex
from tdainv.invariants.signed_measure import SignedMeasure


def euler_signed_measure(filtration: FilteredComplex | CubicalFiltration | MulticriticalComplex) -> SignedMeasure:
    """Euler signed measure: the Möbius inversion of the Euler characteristic, exact, for any number of parameters.

    It is Σ (-1)^dim(σ) δ(grade of σ) over the cells σ: the measure μ with χ(K_g) = μ({x : x ≤ g}) for every grade g,
    and the alternating sum of the Hilbert measures of all degrees.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration or MulticriticalComplex
        Cells that never appear do not count. A FlagFiltration must be expanded first, in all dimensions:
        ``filtration.expand(max_dimension)``.

    Returns
    -------
    SignedMeasure
        With integer weights, on R^p.

    Raises
    ------
    TypeError
        For any other filtration.

    Notes
    -----
    O(m log m) for m cells: no homology is computed.

    Examples
    --------
    A circle made of two vertices at 0 and two edges at 1 and 2:

    >>> import tdainv
    >>> circle = tdainv.FilteredComplex([0, 0, 1, 1], [0, 0, 0, 2, 4], [0, 1, 0, 1], [0.0, 0.0, 1.0, 2.0])
    >>> mu = tdainv.euler_signed_measure(circle)
    >>> mu.points.ravel(), mu.weights
    (array([0., 1., 2.]), array([ 2, -1, -1]))
    """
    filtration = with_listed_cells(filtration)
    if isinstance(filtration, MulticriticalComplex):
        return _by_rows(filtration)
    if not isinstance(filtration, FilteredComplex):
        hint = " Use filtration.expand(max_dimension)." if hasattr(filtration, "expand") else ""
        raise TypeError(f"filtration must be a FilteredComplex, got {type(filtration).__name__}.{hint}")
    appears = filtration.appears
    signs = 1 - 2 * (filtration.dimensions[appears] % 2)
    return SignedMeasure(filtration.grades[appears], signs)


def _by_rows(complex_: MulticriticalComplex) -> SignedMeasure:
    """Where the value of a cell falls from one row to the next, its mass moves there."""
    values, levels = complex_.values, complex_.levels
    signs = 1 - 2 * (complex_.dimensions % 2)
    before = np.column_stack([np.full(len(values), np.inf), values[:, :-1]])
    points, weights = [], []
    for rows, sign in ((values, 1), (before, -1)):
        cells, j = np.nonzero((values < before) & np.isfinite(rows))
        points.append(np.column_stack([rows[cells, j], levels[j]]))
        weights.append(sign * signs[cells])
    return SignedMeasure(np.concatenate(points), np.concatenate(weights))
