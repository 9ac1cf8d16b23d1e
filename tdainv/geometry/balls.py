"""Radii of the simplices of complexes on points of R^1, R^2 or R^3: smallest balls around them, smallest empty spheres.

Both are monotone in floats too: the radius of a face is at most that of the simplex, and the same float where they are
equal because a vertex lies in the ball, or on the sphere, of the opposite facet.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Number
from tdainv.geometry import _kernels_balls as kernels
from tdainv.geometry.delaunay import scaled_to_integers


class _Scaled(NamedTuple):
    """Points with three coordinates in [-2, 2], all multiples of `grain`; times `size` they are those given."""

    points: Float
    grain: float
    size: float


def ball_radii(points: Float, levels: list[Number], facets: list[Number]) -> list[Float]:
    """Radii of the smallest balls that contain the vertices of simplices: their Čech values.

    Parameters
    ----------
    points : ndarray of shape (n, D)
        D at most 3; checked.
    levels, facets : lists of int32 arrays
        Simplices closed under faces, as in :class:`~tdainv.complexes.simplices.SimplicialComplex`. Simplices of three
        or more points are of different points.

    Returns
    -------
    list of arrays of shape (n_k,)

    Notes
    -----
    The smallest ball around a simplex is that around a face on whose smallest circumscribed sphere the vertices of the
    face lie, and the face has at most D + 1 vertices: for larger simplices the radius is the largest of the facets.
    """
    scaled = _scale(points)
    radii = [np.zeros(len(levels[0]))]
    for k in range(1, len(levels)):
        if k == 1:
            radii.append(kernels.edge_radii(scaled.points, levels[1]))
            continue
        values = kernels.largest_of_facets(facets[k], radii[-1])
        if k <= points.shape[1]:
            sides = _sides(scaled, levels[k])
            if k == 2:
                triangle_sides, held = sides, np.any(sides <= 0, axis=1)
            else:
                held = kernels.held_by_facets(facets[3], sides, triangle_sides)
            values = _circumradii(scaled, levels[k], held, values)
        radii.append(values)
    return [_unscaled(values, scaled) for values in radii]


def empty_sphere_radii(points: Float, levels: list[Number], facets: list[Number]) -> list[Float]:
    """Radii of the smallest empty spheres through the vertices of the simplices of a Delaunay triangulation.

    Parameters
    ----------
    points, levels, facets
        See :func:`ball_radii`. The simplices are those of a Delaunay triangulation, of dimension at most D; edges
        between equal points may be there too.

    Returns
    -------
    list of arrays of shape (n_k,)

    Notes
    -----
    The centres of the empty spheres through the vertices of a face are its Voronoi cell. If the centre of its smallest
    sphere is not among them, it violates an inequality of one of the facets of the cell, which are the Voronoi cells of
    its cofaces: a vertex of a coface lies inside the smallest sphere, and the centre of the smallest empty sphere is
    in the Voronoi cell of a coface. This holds where more than D + 1 points lie on a sphere too, for triangulations
    that are regular for infinitesimally perturbed weights: polyhedra with fixed normals depend continuously on the
    right-hand sides.
    """
    scaled = _scale(points)
    radii = [np.zeros(len(levels[0]))]
    sides: list[Number] = [np.zeros(0, np.int8)] * 2
    for k in range(1, len(levels)):
        if k == 1:
            radii.append(kernels.edge_radii(scaled.points, levels[1]))
            continue
        sides.append(_sides(scaled, levels[k]))
        largest = kernels.largest_of_facets(facets[k], radii[-1])
        radii.append(_circumradii(scaled, levels[k], np.any(sides[k] == 0, axis=1), largest))
    for k in range(len(levels) - 1, 1, -1):
        radii[k - 1] = kernels.empty_sphere_radii(facets[k], sides[k], radii[k - 1], radii[k])
    return [_unscaled(values, scaled) for values in radii]


def _sides(scaled: _Scaled, simplices: Number) -> Number:
    """Side of each vertex of triangles or tetrahedra, of the smallest sphere through the others."""
    function = kernels.sides_of_edges if simplices.shape[1] == 3 else kernels.sides_of_triangles
    return function(scaled.points, simplices, scaled.grain)


def _circumradii(scaled: _Scaled, simplices: Number, settled: Number, least: Float) -> Float:
    """Circumradii of triangles or tetrahedra, or the values in `least` where those are larger, or are settled."""
    function = kernels.triangle_radii if simplices.shape[1] == 3 else kernels.tetrahedron_radii
    radii = function(scaled.points, simplices, settled, least)
    for i in np.flatnonzero(np.isnan(radii)):
        radii[i] = max(_exact_circumradius(scaled.points[simplices[i]]), least[i])
    return radii


def _exact_circumradius(corners: Float) -> float:
    """Circumradius of an almost flat triangle or tetrahedron, by Cramer's rule in fractions."""
    first, *others = [[Fraction(float(x)) for x in corner] for corner in corners]
    u, *more = [[x - y for x, y in zip(corner, first, strict=True)] for corner in others]
    v = more[0]
    w = more[1] if len(more) == 2 else _cross(u, v)  # a plane through the first corner for the centre of a triangle
    right = [_dot(u, u), _dot(v, v), _dot(w, w) if len(more) == 2 else Fraction(0)]
    columns = [_cross(v, w), _cross(w, u), _cross(u, v)]
    volume = _dot(u, columns[0])
    centre = [_dot(right, row) / (2 * volume) for row in zip(*columns, strict=True)]
    square = _dot(centre, centre)
    halves = (square.numerator.bit_length() - square.denominator.bit_length()) // 2  # of any size
    return math.ldexp(math.sqrt(square / Fraction(4) ** halves), halves)


def _dot(u: Sequence[Fraction], v: Sequence[Fraction]) -> Fraction:
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2]


def _cross(u: Sequence[Fraction], v: Sequence[Fraction]) -> list[Fraction]:
    return [u[i - 2] * v[i - 1] - u[i - 1] * v[i - 2] for i in range(3)]


def _unscaled(radii: Float, scaled: _Scaled) -> Float:
    """Radii in the unit of the points; those beyond the range of floats become the largest float."""
    with np.errstate(over="ignore"):
        return np.minimum(radii * scaled.size, np.finfo(float).max)


def _scale(points: Float) -> _Scaled:
    """Scale by powers of two, which is exact; they are all floats."""
    integers = scaled_to_integers(points)
    largest = float(np.abs(integers).max())
    if largest == 0:
        return _Scaled(integers, 1.0, 1.0)
    grain = 2.0 ** (1 - int(np.frexp(largest)[1]))
    return _Scaled(integers * grain, grain, float(np.abs(points).max()) / (largest * grain))
