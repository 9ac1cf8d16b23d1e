"""Hilbert functions on grids."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Int
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.complexes.cubical_filtration import with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.rowwise import RowwiseBifiltration
from tdainv.invariants.hilbert import hilbert_signed_measure
from tdainv.persistence.barcode import Filtration, require_filtration


def hilbert_function(filtration: Filtration | ChainComplex, degree: int, axes: Sequence[ArrayLike]) -> Int:
    """Dimension of H_degree at every point of a product grid, exact.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration, FlagFiltration, RowwiseBifiltration, Presentation or ChainComplex
        With any number p of parameters.
    degree : int
    axes : sequence of p array-likes, each increasing
        Coordinates of the grid along each axis.

    Returns
    -------
    int ndarray of shape (len(axes[0]), ..., len(axes[p - 1]))

    Raises
    ------
    ValueError
        If the axes are not p increasing arrays of numbers.

    Notes
    -----
    The grades of a FilteredComplex are moved up to the grid first, which leaves far fewer cells after cancelling
    pairs of equal grade; of a bifiltration that is given by rows only the rows are taken that the grid meets.
    Otherwise the sum of the Hilbert measure, in O(atoms + size of the grid).

    Examples
    --------
    Two points at distance 3:

    >>> import tdainv
    >>> tdainv.hilbert_function(tdainv.rips([[0.0], [3.0]]), degree=0, axes=[[-1.0, 0.0, 2.0, 3.0]])
    array([0, 2, 2, 1])
    """
    degree = check.degree(degree)
    require_filtration(filtration)
    lines = check.axes(axes, filtration.n_parameters)
    filtration = with_listed_cells(filtration)
    if isinstance(filtration, FilteredComplex | RowwiseBifiltration) and all(np.isfinite(line).all() for line in lines):
        filtration = filtration.on_grid(lines)
    return hilbert_signed_measure(filtration, degree).cumulative_on_grid(lines)
