"""Smallest spheres through points: the sides of other points, and radii. Points have three coordinates, in [-2, 2].

A side is -1 inside, 0 on, 1 outside: the sign of a polynomial in differences of coordinates, homogeneous of degree d.
It is evaluated in floats first, with a bound of the error. All coordinates are multiples of `grain`, so a value that is
less than ``grain**d`` in truth is zero. What is left goes to integers of many digits.

Radii are computed with pairs of floats, so that those that are equal in truth come out as the same number (but for
accidents of probability 2^-40 or so). A pair (high, low) stands for the sum; an operation has a relative error below
2^-103.
"""

import math

import numpy as np
from numba import types
from numba.extending import intrinsic

from tdainv._numba import inline_kernel, kernel
from tdainv.geometry._kernels_exact import UNITS, put_difference, sign_of_program, table_of

_UNIT = 2.0**-53
_EDGE_ERROR = 8 * _UNIT  # times the sum of the absolute values of three terms, each with at most five roundings
# The absolute values of the monomials of the side of a triangle add up to at most 6 S^3, with S the largest squared
# distance from a vertex, and each takes part in at most 20 roundings.
_TRIANGLE_ERROR = 160 * _UNIT
_UNDERFLOW = 1e-250  # of S^3: below, errors are no longer relative
# Triangles and tetrahedra with less area or volume, compared to the product of the edges at a vertex, are left to
# fractions: pairs have a relative error of about 2^-100 / _FLAT.
_FLAT = 2.0**-54

# Programs for integers of many digits: see `table_of`. The vectors to two or three other points come first.
_ONE, _UU, _UW, _WW, _UP, _WP, _PP = 9, 10, 12, 14, 16, 18, 20  # the number 1, and inner products
_AREA, _FIRST, _SECOND, _OF_U, _OF_W, _VALUE, _END = 22, 26, 29, 32, 37, 42, 49
_EDGE, _TRIANGLE = np.int64(0), np.int64(1)  # literals would make numba compile two versions
_TWO, _THREE = np.int64(2), np.int64(3)
_PRODUCTS, _STARTS = table_of(
    [
        [[_UW, i, 1, 3 + i, 1, 1] for i in range(3)],
        [
            [c, a + i, 1, b + i, 1, 1]
            for a, b, c in ((0, 0, _UU), (0, 3, _UW), (3, 3, _WW), (0, 6, _UP), (3, 6, _WP), (6, 6, _PP))
            for i in range(3)
        ]
        + [
            [_AREA, _UU, 2, _WW, 2, 1],
            [_AREA, _UW, 2, _UW, 2, -1],
            [_FIRST, _ONE, 1, _UU, 2, 1],
            [_FIRST, _ONE, 1, _UW, 2, -1],
            [_SECOND, _ONE, 1, _WW, 2, 1],
            [_SECOND, _ONE, 1, _UW, 2, -1],
            [_OF_U, _FIRST, 3, _WW, 2, 1],
            [_OF_W, _SECOND, 3, _UU, 2, 1],
            [_VALUE, _AREA, 4, _PP, 2, 1],
            [_VALUE, _OF_U, 5, _UP, 2, -1],
            [_VALUE, _OF_W, 5, _WP, 2, -1],
        ],
    ]
)


@inline_kernel
def two_sum(a, b):
    """Sum of two numbers as a pair, exactly."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@intrinsic
def fused(typing_context, a, b, c):
    """Product a * b plus c, rounded once: one machine instruction on most machines."""

    def build(context, builder, signature, arguments):
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), build


@inline_kernel
def two_product(a, b):
    """Product of two numbers as a pair, exactly."""
    p = a * b
    return p, fused(a, b, -p)


@inline_kernel
def add(a, b):
    """Sum of two pairs."""
    s, e = two_sum(a[0], b[0])
    t, f = two_sum(a[1], b[1])
    e += t
    high = s + e
    e = (e - (high - s)) + f
    s = high + e
    return s, e - (s - high)


@inline_kernel
def minus(a, b):
    """Difference of two pairs."""
    return add(a, (-b[0], -b[1]))


@inline_kernel
def times(a, b):
    """Product of two pairs."""
    p, e = two_product(a[0], b[0])
    e += a[0] * b[1] + a[1] * b[0]
    s = p + e
    return s, e - (s - p)


@inline_kernel
def over(a, b):
    """Quotient of two pairs."""
    q = a[0] / b[0]
    rest = minus(a, times(b, (q, 0.0)))
    r = rest[0] / b[0]
    s = q + r
    return s, r - (s - q)


@inline_kernel
def root(a):
    """Square root of a pair, rounded."""
    s = math.sqrt(max(a[0], 0.0))
    if s == 0:
        return 0.0
    p, e = two_product(s, s)
    return s + (((a[0] - p) - e) + a[1]) / (2 * s)


@inline_kernel
def edge(points, a, b):
    """Difference b - a of two points, as three pairs."""
    x = two_sum(points[b, 0], -points[a, 0])
    y = two_sum(points[b, 1], -points[a, 1])
    z = two_sum(points[b, 2], -points[a, 2])
    return x, y, z


@inline_kernel
def dot(u, v):
    """Inner product of vectors of pairs."""
    return add(add(times(u[0], v[0]), times(u[1], v[1])), times(u[2], v[2]))


@inline_kernel
def cross(u, v):
    """Cross product of vectors of pairs."""
    x = minus(times(u[1], v[2]), times(u[2], v[1]))
    y = minus(times(u[2], v[0]), times(u[0], v[2]))
    z = minus(times(u[0], v[1]), times(u[1], v[0]))
    return x, y, z


@inline_kernel
def side_of_edge(points, a, b, v, grain):
    """Side of v of the sphere with diameter ab: the sign of (a - v)(b - v)."""
    value = 0.0
    total = 0.0
    for i in range(3):
        term = (points[a, i] - points[v, i]) * (points[b, i] - points[v, i])
        value += term
        total += abs(term)
    error = _EDGE_ERROR * total
    if abs(value) > error:
        return 1 if value > 0 else -1
    if abs(value) + error < grain**2:
        return 0
    return _exact_sign(points, v, a, b, b, _TWO, grain, _EDGE)


@inline_kernel
def _exact_sign(points, start, a, b, c, n_ends, grain, program):
    """Sign of the last number of a program on the vectors from a point to two or three others."""
    largest = 0.0
    for j in range(n_ends):
        end = a if j == 0 else (b if j == 1 else c)
        for i in range(3):
            largest = max(largest, abs(points[end, i] - points[start, i]))
    n = 1
    while 0.5 * UNITS[n] * grain <= largest:
        n += 1
    digits = np.zeros(n * _END, np.int64)
    digits[n * _ONE] = 1
    for j in range(n_ends):
        end = a if j == 0 else (b if j == 1 else c)
        for i in range(3):
            put_difference(digits, n * (3 * j + i), n, points[end, i] / grain, points[start, i] / grain)
    return sign_of_program(digits, n, _PRODUCTS, _STARTS[program], _STARTS[program + 1])


@kernel
def sides_of_edges(points, triangles, grain):
    """For each triangle and each vertex of it, its side of the sphere whose diameter is the opposite edge."""
    sides = np.empty(triangles.shape, np.int8)
    for t in range(triangles.shape[0]):
        for i in range(3):
            a, b = triangles[t, (i + 1) % 3], triangles[t, (i + 2) % 3]
            sides[t, i] = side_of_edge(points, a, b, triangles[t, i], grain)
    return sides


@inline_kernel
def side_of_triangle(points, a, b, c, v, grain):
    """Side of v of the smallest sphere through a, b and c.

    With u = b - a, w = c - a and p = v - a, the centre is a + x u + y w where 2 (x u + y w) u = uu and
    2 (x u + y w) w = ww, and v is inside if pp < 2 (x u + y w) p.
    """
    uu = uw = ww = up = wp = pp = 0.0
    for i in range(3):
        u = points[b, i] - points[a, i]
        w = points[c, i] - points[a, i]
        p = points[v, i] - points[a, i]
        uu += u * u
        uw += u * w
        ww += w * w
        up += u * p
        wp += w * p
        pp += p * p
    value = (uu * ww - uw * uw) * pp - ww * (uu - uw) * up - uu * (ww - uw) * wp
    size = max(uu, ww, pp) ** 3
    error = _TRIANGLE_ERROR * size
    if size > _UNDERFLOW:
        if abs(value) > error:
            return 1 if value > 0 else -1
        if abs(value) + error < grain**6:
            return 0
    return _exact_sign(points, a, b, c, v, _THREE, grain, _TRIANGLE)


@kernel
def sides_of_triangles(points, tetrahedra, grain):
    """For each tetrahedron and each vertex of it, its side of the smallest sphere through the other vertices."""
    sides = np.empty(tetrahedra.shape, np.int8)
    for t in range(tetrahedra.shape[0]):
        for i in range(4):
            a, b, c = tetrahedra[t, (i + 1) % 4], tetrahedra[t, (i + 2) % 4], tetrahedra[t, (i + 3) % 4]
            sides[t, i] = side_of_triangle(points, a, b, c, tetrahedra[t, i], grain)
    return sides


@kernel
def edge_radii(points, edges):
    """Half the lengths."""
    radii = np.empty(edges.shape[0])
    for e in range(radii.size):
        u = edge(points, edges[e, 0], edges[e, 1])
        radii[e] = root(dot(u, u)) / 2
    return radii


@inline_kernel
def triangle_radius(points, a, b, c):
    """Circumradius, the product of the edges over four times the area; NaN if that is too small to be sure of."""
    u, w, t = edge(points, a, b), edge(points, a, c), edge(points, b, c)
    uu, ww = dot(u, u), dot(w, w)
    normal = cross(u, w)
    area = dot(normal, normal)  # four squared areas
    if area[0] <= _FLAT * uu[0] * _FLAT * ww[0]:
        return np.nan
    return root(times(times(over(uu, area), ww), dot(t, t))) / 2


@inline_kernel
def tetrahedron_radius(points, a, b, c, d):
    """Circumradius: the length of the vector to the centre, which solves three linear equations; or NaN as above."""
    u, v, w = edge(points, a, b), edge(points, a, c), edge(points, a, d)
    uu, vv, ww = dot(u, u), dot(v, v), dot(w, w)
    vw, wu, uv = cross(v, w), cross(w, u), cross(u, v)
    volume = dot(u, vw)  # six times
    if abs(volume[0]) <= _FLAT * math.sqrt(uu[0]) * math.sqrt(vv[0]) * math.sqrt(ww[0]):
        return np.nan
    x = over(add(add(times(uu, vw[0]), times(vv, wu[0])), times(ww, uv[0])), volume)
    y = over(add(add(times(uu, vw[1]), times(vv, wu[1])), times(ww, uv[1])), volume)
    z = over(add(add(times(uu, vw[2]), times(vv, wu[2])), times(ww, uv[2])), volume)
    centre = (x, y, z)
    return root(dot(centre, centre)) / 2


@kernel
def triangle_radii(points, triangles, settled, radii):
    """Circumradii of triangles, if above the radii given, which are kept where settled; NaN for flat ones."""
    result = radii.copy()
    for t in range(result.size):
        if not settled[t]:
            radius = triangle_radius(points, triangles[t, 0], triangles[t, 1], triangles[t, 2])
            result[t] = radius if not radius < result[t] else result[t]
    return result


@kernel
def tetrahedron_radii(points, tetrahedra, settled, radii):
    """Do as triangle_radii for tetrahedra."""
    result = radii.copy()
    for t in range(result.size):
        if not settled[t]:
            a, b, c, d = tetrahedra[t, 0], tetrahedra[t, 1], tetrahedra[t, 2], tetrahedra[t, 3]
            radius = tetrahedron_radius(points, a, b, c, d)
            result[t] = radius if not radius < result[t] else result[t]
    return result


@kernel
def empty_sphere_radii(facets, sides, spheres, above):
    """Radii of the smallest empty spheres through faces: their own smallest spheres, or the least of their cofaces.

    `facets` are those of the simplices that have the radii `above`; `spheres` are the radii of the smallest spheres
    through the faces. A face with a vertex of a coface inside its smallest sphere has the least radius of its cofaces.
    """
    n = spheres.size
    radii = np.empty(n)
    attached = np.empty(n, np.bool_)
    for face in range(n):
        radii[face] = np.inf
        attached[face] = False
    for s in range(facets.shape[0]):
        for i in range(facets.shape[1]):
            face = facets[s, i]
            radii[face] = min(radii[face], above[s])
            attached[face] |= sides[s, i] < 0
    for face in range(n):
        if not attached[face]:
            radii[face] = spheres[face]
    return radii


@kernel
def largest_of_facets(facets, values):
    """Largest value of the facets of each simplex."""
    result = np.empty(facets.shape[0])
    for s in range(result.size):
        largest = values[facets[s, 0]]
        for i in range(1, facets.shape[1]):
            largest = max(largest, values[facets[s, i]])
        result[s] = largest
    return result


@kernel
def held_by_facets(facets, sides, triangle_sides):
    """Whether the smallest ball around each tetrahedron is that around a facet.

    `sides` are those of vertices and opposite facets, `triangle_sides` those of vertices and opposite edges. It is the
    ball around an edge if both other vertices see the edge at 90 degrees or more. Otherwise it is the ball around an
    acute facet, if that has the last vertex, or the circumscribed ball.
    """
    held = np.zeros(facets.shape[0], np.bool_)
    for t in range(held.size):
        for i in range(4):
            j = _blunt_vertex(triangle_sides, facets[t, i])
            if j < 0:
                held[t] |= sides[t, i] <= 0
            else:
                j += j >= i  # among the four
                back = _blunt_vertex(triangle_sides, facets[t, j])
                held[t] |= back >= 0 and back + (back >= j) == i
    return held


@inline_kernel
def _blunt_vertex(sides, triangle):
    """Find the vertex of a triangle that is in the ball around the opposite edge, or -1."""
    blunt = -1
    for i in range(3):
        if sides[triangle, i] <= 0:
            blunt = i
    return blunt
