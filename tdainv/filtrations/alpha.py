"""Alpha filtrations: Delaunay complexes by the radius of the smallest empty sphere."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Number
from tdainv.complexes.delaunay_complex import delaunay_complex, filtered, spatial_points
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.simplices import SimplicialComplex
from tdainv.geometry.balls import empty_sphere_radii


def alpha(points: ArrayLike, *, max_radius: float | None = None) -> FilteredComplex:
    """Alpha filtration: a Delaunay simplex enters at the radius of the smallest empty sphere through its vertices.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        With dim at most 3.
    max_radius : float, optional
        Simplices of larger radius are left out.

    Returns
    -------
    FilteredComplex
        With one parameter, the *radius*, in the unit of the points: not its square, and half the length of an edge.
        Vertex i is point i, at 0. Cells are listed by dimension, then in lexicographic order.

    Raises
    ------
    ValueError
        For bad data, more than three dimensions, or a max_radius that is not positive.
    MemoryLimitError
        If the complex would not fit.

    Notes
    -----
    At each radius the complex is homotopy equivalent to the union of the balls of that radius around the points [1]_,
    so persistent homology is that of the Čech filtration. A point equal to an earlier one is joined to it by an edge
    at 0.

    It is decided exactly whether a sphere is empty. Radii are those of the exact rational formulas, rounded; where
    points on a common sphere make radii equal in truth, as on grids, they are equal in floats. Which triangulation
    of such points is taken is not specified, but has no influence on homology.

    Time and memory are those of the Delaunay triangulation, about n log n for points in general; n points of R^3 on
    curves may have n^2 simplices.

    References
    ----------
    .. [1] Edelsbrunner, Mücke: Three-dimensional alpha shapes, ACM Trans. Graph. 13 (1994).

    Examples
    --------
    An edge of a square of side 2 enters at 1, and so do the triangles and the diagonal at sqrt(2):

    >>> import tdainv
    >>> square = tdainv.alpha([[0, 0], [2, 0], [0, 2], [2, 2]])
    >>> square
    FilteredComplex(4 + 5 + 2 cells, 1 parameter)
    >>> tdainv.barcode(square, degree=1).diagram
    array([[1.        , 1.41421356]])
    """
    cut = check_max_radius(max_radius)
    cloud = spatial_points(points)
    complex_ = delaunay_complex(cloud)
    radii = empty_sphere_radii(cloud, complex_.levels, complex_.facets)
    if cut < np.inf:
        complex_, radii = _cut_off(complex_, radii, cut)
    return filtered(complex_, radii)


def check_max_radius(value: Any) -> float:
    """Check a cut-off: a positive number, or None (no cut-off), returned as inf."""
    if value is None or (isinstance(value, numbers.Real) and value == np.inf):
        return np.inf
    return check.positive(value, "max_radius")


def _cut_off(complex_: SimplicialComplex, radii: list[Float], cut: float) -> tuple[SimplicialComplex, list[Float]]:
    """Simplices of radius at most `cut`, and their radii."""
    levels: list[Number] = []
    facets: list[Number] = []
    left: list[Float] = []
    number = np.zeros(0, np.int32)
    for level, table, values in zip(complex_.levels, complex_.facets, radii, strict=True):
        kept = values <= cut
        if not kept.any():
            break
        levels.append(level[kept])
        facets.append(number[table[kept]])
        left.append(values[kept])
        number = np.cumsum(kept, dtype=np.int32) - 1
    return SimplicialComplex(levels, facets), left
