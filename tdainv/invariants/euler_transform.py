"""Euler characteristic transforms: Euler characteristic curves of a shape in all directions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from scipy.special import ndtri
from sklearn.utils import check_random_state

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.simplices import as_tuple, by_dimension, close_simplices, require_different_vertices
from tdainv.images.binary import checked_binary
from tdainv.invariants import _kernels_euler as kernels
from tdainv.meshes.mesh import Mesh

_BLOCK = 1 << 20  # heights of vertices that are kept at a time
_LARGEST = 1e150  # of coordinates and directions: no height overflows


def euler_characteristic_transform(
    shape: Any, directions: ArrayLike, heights: ArrayLike, *, smooth: bool = False
) -> Number:
    """Euler characteristic transform: the Euler characteristic of a shape below hyperplanes.

    For a shape K in R^d the entry (i, j) is χ({x in K : <x, v_i> <= h_j}) for direction v_i and height h_j, exact. All
    directions and heights together determine K [1]_ [2]_.

    Parameters
    ----------
    shape : Mesh, tuple (points, simplices), array, str or path-like
        A *complex* is a tuple: ``points`` of shape (n, d), d >= 1, all of which are vertices, and ``simplices``, an
        int array of shape (m, k + 1), a list of such arrays, or a list of simplices of any dimensions, as sequences of
        vertex numbers; faces that are not listed are added. A *mesh* is anything else that
        :meth:`tdainv.Mesh.of` takes: a Mesh, a trimesh.Trimesh, the path of a file. Any other array or nested list is
        a *binary image* of shape (n_1, ..., n_d), True or 1 on the shape: the union of closed unit cubes centred at
        its pixels, pixel [i, j] at (i, j).
    directions : array-like of shape (n_directions, d)
        Not zero. They are taken as they are, unit vectors or not; see :func:`sphere_directions`.
    heights : array-like of shape (n_heights,), increasing
    smooth : bool, default False
        Whether to return the smooth transform: the integral from the first height a to h_j of χ minus its mean over
        the heights [a, b], exact, where b is the last height. It is 0 at both ends.

    Returns
    -------
    ndarray of shape (n_directions, n_heights)
        Integers; real numbers if `smooth`.

    Raises
    ------
    TypeError
        If the shape is nothing of this kind.
    ValueError
        For bad points, simplices or images, directions of another dimension, heights that do not increase.

    Notes
    -----
    The part of a complex below a hyperplane retracts to the subcomplex of the cells all of whose vertices lie below.
    Each cell counts at its highest vertex: O(s) comparisons a direction for s cells; few vertices are left with a
    count that is not 0, and only these look for their place among the heights. For an image this highest vertex only
    depends on the signs of the direction: its 2^d classes of directions have a table of vertices with counts each,
    corners of the shape, and no cell is looked at twice.

    Heights of vertices are inner products in floating point: whether one that equals h_j counts is left to rounding,
    except along the axes.

    References
    ----------
    .. [1] Turner, Mukherjee, Boyer: Persistent homology transform for modeling shapes and surfaces, Information and
       Inference 3 (2014).
    .. [2] Curry, Mukherjee, Turner: How many directions determine a shape and other sufficiency results for two
       topological transforms, Trans. Amer. Math. Soc. B 9 (2022): the transform is injective.
    .. [3] Crawford, Monod, Chen, Mukherjee, Rabadán: Predicting clinical outcomes in glioblastoma: an application of
       topological and functional data analysis, JASA 115 (2020), for the smooth transform.

    Examples
    --------
    The outline of a triangle with its base from (0, 0) to (2, 0) and its tip at (1, 1). Upwards it is the base, until
    the tip closes the circle; downwards it is the tip, then two arcs, which is still one component, then the circle:

    >>> import tdainv
    >>> outline = [[0, 0], [2, 0], [1, 1]], [[0, 1], [1, 2], [0, 2]]
    >>> tdainv.euler_characteristic_transform(outline, [[0, 1], [0, -1], [1, 0]], [-1, 0, 1, 2])
    array([[0, 1, 0, 0],
           [1, 0, 0, 0],
           [0, 1, 1, 0]])
    """
    body = shape_of(shape)
    vectors = _checked_directions(directions, body.dimension)
    levels = _checked_heights(heights)
    if not isinstance(smooth, bool | np.bool_):
        raise TypeError(f"smooth must be True or False, got smooth={smooth!r}.")
    return transform_of(body, vectors, levels, bool(smooth))


def sphere_directions(n: int, dimension: int, *, random_state: Any = None) -> Float:
    """Unit vectors that are spread over the sphere of directions of R^dimension.

    Parameters
    ----------
    n : int
        Number of directions. In dimension 1 there are only two.
    dimension : int
        At least 1.
    random_state : int, RandomState or None, default None
        With None, directions are the same every time: 1 and -1 in dimension 1; equal angles, counterclockwise from
        (1, 0), in the plane; the Fibonacci lattice in space [1]_, from the north to the south; from dimension 4 on, a
        low-discrepancy sequence carried over by the normal distribution. Otherwise independent and uniform.

    Returns
    -------
    ndarray of shape (n, dimension); (min(n, 2), 1) in dimension 1

    References
    ----------
    .. [1] González: Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices, Math. Geosci. 42
       (2010).

    Examples
    --------
    >>> sphere_directions(4, 2)
    array([[ 1.,  0.],
           [ 0.,  1.],
           [-1.,  0.],
           [ 0., -1.]])
    """
    check.positive_integer(n, "n")
    check.positive_integer(dimension, "dimension")
    if dimension == 1:
        return np.array([[1.0], [-1.0]])[:n]
    if random_state is not None:
        return _normalized(check_random_state(random_state).normal(size=(n, dimension)))
    if dimension == 2:
        angles = 2.0 * np.pi * np.arange(n) / n
        circle = np.column_stack([np.cos(angles), np.sin(angles)])
        return np.where(np.abs(circle) < 1e-15, 0.0, circle)  # axes, without rounding
    if dimension == 3:
        z = 1.0 - (2.0 * np.arange(n) + 1.0) / n
        angles = np.pi * (3.0 - np.sqrt(5.0)) * np.arange(n)
        return np.column_stack([np.sqrt(1.0 - z**2) * np.cos(angles), np.sqrt(1.0 - z**2) * np.sin(angles), z])
    return _normalized(ndtri(_even_sequence(n, dimension)))


def _even_sequence(n: int, dimension: int) -> Float:
    """Multiples of the powers of 1/r modulo 1, where r^(dimension + 1) = r + 1: evenly spread over the unit cube."""
    ratio = 2.0
    for _ in range(64):
        ratio = (1.0 + ratio) ** (1.0 / (dimension + 1))
    return (0.5 + np.arange(1, n + 1)[:, np.newaxis] * ratio ** -np.arange(1.0, dimension + 1)) % 1.0


def _normalized(vectors: Float) -> Float:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class SimplicialShape:
    """Simplices between points of R^d: ``levels[k]`` has the vertices of those of dimension k as rows."""

    points: Float
    levels: list[Number]

    @property
    def dimension(self) -> int:
        """Dimension d of the space the shape lies in."""
        return self.points.shape[1]

    def centered(self) -> SimplicialShape:
        """The shape moved such that the mean of its vertices is 0."""
        return replace(self, points=self.points - self.points.mean(axis=0))

    def vertex_weights(self, directions: Float) -> Iterator[tuple[Int, Float, Int]]:
        """Numbers of some directions, heights of the vertices in them, and sums of signs of the cells with this top."""
        block = max(1, _BLOCK // len(self.points))
        for first in range(0, len(directions), block):
            chosen = np.arange(first, min(first + block, len(directions)))
            heights = kernels.heights_along(self.points, directions[chosen])
            weights = np.ones(heights.shape, np.int64)
            for k, simplices in enumerate(self.levels[1:], start=1):
                kernels.add_at_tops(simplices, (-1) ** k, heights, weights)
            yield chosen, heights, weights

    @property
    def radius(self) -> float:
        """Largest distance of the shape to 0."""
        return float(np.linalg.norm(self.points, axis=1).max())


@dataclass(frozen=True, eq=False)
class ImageShape:
    """The union of closed unit cubes centred at the foreground pixels; pixel 0 is at ``origin``."""

    pixels: Number
    origin: Float

    @property
    def dimension(self) -> int:
        """Dimension d of the space the shape lies in."""
        return self.pixels.ndim

    def centered(self) -> ImageShape:
        """The shape moved such that its centre of mass is 0."""
        places = np.argwhere(self.pixels)
        return replace(self, origin=-places.mean(axis=0)) if len(places) else self

    def vertex_weights(self, directions: Float) -> Iterator[tuple[Int, Float, Int]]:
        """Numbers of some directions, heights of the vertices in them, and sums of signs of the cells with this top.

        Only vertices where the sum is not 0.
        """
        upwards = directions >= 0.0
        for signs in np.unique(upwards, axis=0):
            table = _top_weights(self.pixels, signs, 0)
            corners = np.nonzero(table)
            points = np.column_stack(corners) - 0.5 + self.origin
            members = np.flatnonzero((upwards == signs).all(axis=1))
            block = max(1, _BLOCK // max(len(points), 1))
            for first in range(0, len(members), block):
                chosen = members[first : first + block]
                weights = np.tile(table[corners].astype(np.int64), (len(chosen), 1))
                yield chosen, kernels.heights_along(points, directions[chosen]), weights

    @property
    def radius(self) -> float:
        """Largest distance of the shape to 0."""
        places = np.argwhere(self.pixels)
        far = np.abs(places + self.origin) + 0.5
        return float(np.linalg.norm(far, axis=1).max(initial=0.0))


Shape: TypeAlias = SimplicialShape | ImageShape


def _top_weights(pixels: Number, upwards: Number, axis: int) -> Number:
    """Σ (-1)^dim over the faces of foreground pixels with their top at each vertex, axis by axis.

    A face is a point or an interval along each axis; its top is the end where the direction points to.
    """
    if axis == pixels.ndim:
        return pixels.astype(np.int16)
    margin = [(int(k == axis), int(k == axis)) for k in range(pixels.ndim)]
    wide = np.pad(pixels, margin)
    before = (slice(None),) * axis
    first, second = (*before, slice(None, -1)), (*before, slice(1, None))
    weights = _top_weights(wide[first] | wide[second], upwards, axis + 1)
    weights[second if upwards[axis] else first] -= _top_weights(pixels, upwards, axis + 1)
    return weights


def shape_of(item: Any) -> Shape:
    """Check a shape for :func:`euler_characteristic_transform`."""
    if isinstance(item, ImageShape | SimplicialShape):
        return item
    if isinstance(item, tuple):
        if len(item) != 2:
            raise ValueError(f"A shape that is a tuple must be a pair (points, simplices), got {len(item)} entries.")
        return _complex(*item)
    if isinstance(item, Mesh | str | os.PathLike) or (hasattr(item, "vertices") and hasattr(item, "faces")):
        mesh = Mesh.of(item)
        return _complex(mesh.vertices, [mesh.faces])
    if not hasattr(item, "__len__") or isinstance(item, dict | bytes | set):
        raise TypeError(
            f"A shape must be a Mesh, a tuple (points, simplices) or a binary image, got {type(item).__name__}."
        )
    pixels = checked_binary(item)
    return ImageShape(pixels, np.zeros(pixels.ndim))


def _complex(points: ArrayLike, simplices: Any) -> SimplicialShape:
    """Check points and simplices, and add all faces."""
    places = check.points(points)
    if np.abs(places).max() > _LARGEST:
        raise ValueError(f"points must be at most {_LARGEST:g} in absolute value, got {np.abs(places).max():g}.")
    if isinstance(simplices, np.ndarray) and simplices.ndim == 2:
        simplices = [simplices]  # an array of rows, not a sequence of them
    rows, numbers = by_dimension(simplices)
    n = len(places)
    for level, which in zip(rows, numbers, strict=True):
        outside = ((level < 0) | (level >= n)).any(axis=1)
        if outside.any():
            i = int(np.flatnonzero(outside)[0])
            raise ValueError(
                f"Vertices of simplices must lie in 0..{n - 1}, one for each of the {n} points, got simplex "
                f"{which[i]}, {as_tuple(level[i])}."
            )
        require_different_vertices(np.sort(level, axis=1), which)
    sorted_rows: list[Number] = [np.sort(level, axis=1) for level in rows]
    return SimplicialShape(places, close_simplices(sorted_rows or [np.zeros((0, 1), np.int64)], n).levels)


def _checked_directions(values: ArrayLike, dimension: int) -> Float:
    vectors = check.points(values, "directions")
    if vectors.shape[1] != dimension:
        raise ValueError(
            f"directions must have shape (n, {dimension}) for a shape in R^{dimension}, got {vectors.shape}."
        )
    if not vectors.any(axis=1).all():
        raise ValueError(f"Directions must not be zero, got directions[{int(vectors.any(axis=1).argmin())}].")
    if np.abs(vectors).max() > _LARGEST:
        raise ValueError(f"directions must be at most {_LARGEST:g} in absolute value, got {np.abs(vectors).max():g}.")
    return vectors


def _checked_heights(values: ArrayLike) -> Float:
    rule = "must be a non-empty increasing sequence of finite numbers"
    levels = check.float_array(values, "heights", rule)
    if levels.ndim != 1 or not len(levels) or not np.isfinite(levels).all() or (levels[1:] < levels[:-1]).any():
        raise ValueError(f"heights {rule}, got {values!r}.")
    return levels


def transform_of(body: Shape, directions: Float, heights: Float, smooth: bool) -> Number:
    """:func:`euler_characteristic_transform` of checked arguments."""
    size = (len(directions), len(heights))
    require_memory(24 * size[0] * size[1], f"A transform of shape {size}", "Give fewer directions or heights.")
    counts, moments = np.zeros(size, np.int64), np.zeros(size)
    for chosen, values, weights in body.vertex_weights(directions):
        own_counts, own_moments = np.zeros((len(chosen), size[1]), np.int64), np.zeros((len(chosen), size[1]))
        kernels.drop_vertices(values, weights, heights, own_counts, own_moments)
        counts[chosen], moments[chosen] = own_counts, own_moments
    curves = np.cumsum(counts, axis=1)
    if not smooth:
        return curves
    # Of a cell at height c the integral up to h is sign (h - max(c, a)): sums of signs and of first moments suffice.
    steps = heights - heights[0]
    integrals = steps * curves - np.cumsum(moments, axis=1)
    extent = steps[-1] or 1.0
    return integrals - integrals[:, -1:] * (steps / extent)
