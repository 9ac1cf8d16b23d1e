"""Barcodes of images of dimension at most 3, straight from the pixels: the cells of the grid are never listed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence import _kernels_cubical as kernels
from tdainv.persistence.plane import planar_pairs

_NEVER = np.iinfo(np.int32).max  # rank of padding that is not part of the image
_BEFORE = -1  # rank of padding that is there before all pixels
_MOST_PLACES = np.iinfo(np.int32).max // 3  # edges and squares are numbered by int32
_BYTES_A_PLACE = {1: 64, 2: 64, 3: 112}


class CubicalPairs(NamedTuple):
    """Bars [birth, death) of a cubical filtration in one degree, with the pixels that begin and end them.

    Attributes
    ----------
    births : ndarray of shape (k,)
    deaths : ndarray of shape (k,)
        ``inf`` for essential bars.
    birth_pixels : int ndarray of shape (k,)
        Index in ``values.ravel()`` of the pixel whose value is the birth.
    death_pixels : int ndarray of shape (k,)
        The same for the death, -1 for essential bars.
    """

    births: Float
    deaths: Float
    birth_pixels: Int
    death_pixels: Int


class _Grid(NamedTuple):
    """A padded image with the pixels as vertices: places of the pixels by rank, rank of each place, and strides."""

    order: Number
    ranks: Number
    strides: Int


# Two arrays of shape (k,): ranks of the pixels at which bars begin and end.
_Ranks = tuple[Number, Number]
_Pixels = tuple[Int, Int]


def cubical_pairs(values: ArrayLike, cells: str, degrees: Sequence[int]) -> list[CubicalPairs]:
    """Barcodes of the sublevel filtration of an image, over Z/2.

    Parameters
    ----------
    values : array-like of shape (n_1, ..., n_d) with d <= 3
        Numbers, or ``inf`` for pixels that never appear.
    cells : {"vertices", "top"}
        Whether pixels are the vertices of a grid, where a cell appears with its last vertex, or its cells of full
        dimension, where a face appears with the first cell around it.
    degrees : sequence of int
        Degrees of at least d have no bars.

    Returns
    -------
    list of CubicalPairs
        One a degree: the bars of positive length, sorted by birth, death, birth pixel and death pixel. Of pixels of
        equal value the one of lower index counts as lower.

    Raises
    ------
    ValueError
        For an image of more than three dimensions, an image without pixels, and values that are NaN or -inf.
    MemoryLimitError
        If the image does not fit.

    Notes
    -----
    Bars of degree 0 are found by union-find over the pixels from the lowest up, those of degree d - 1 by union-find
    from the highest down (Alexander duality), in time O(n log n) for n pixels; in the plane only saddles are sorted.
    Loops in space are those of a discrete Morse complex, whose cells are few in smooth images [1]_; with
    ``cells="top"`` of that of the negated image, which has the same bars the other way round [2]_.

    References
    ----------
    .. [1] Robins, Wood, Sheppard: Theory and algorithms for constructing discrete Morse complexes from grayscale
       digital images, IEEE PAMI 33, 2011.
    .. [2] Bleile, Garin, Heiss, Maggs, Robins: The persistent homology of dual digital image constructions, Research
       in Computational Topology 2, 2022.

    Examples
    --------
    A ring of zeros around a pixel of value 5, which fills it:

    >>> ring = [[0, 0, 0], [0, 5, 0], [0, 0, 0]]
    >>> components, loops = cubical_pairs(ring, "vertices", degrees=(0, 1))
    >>> loops
    CubicalPairs(births=array([0.]), deaths=array([5.]), birth_pixels=array([8]), death_pixels=array([4]))
    >>> components.births, components.deaths
    (array([0.]), array([inf]))
    """
    image = _checked(values)
    check.option(cells, ("vertices", "top"), "cells")
    degrees = check.degrees(degrees)
    pairs = _planar_pairs(image, cells) if image.ndim == 2 else _pairs(image, cells, degrees)
    none = np.empty(0, np.int64)
    return [_bars(image.ravel(), *pairs.get(k, (none, none)), essential=k == 0) for k in degrees]


def _checked(values: ArrayLike) -> Float:
    image = np.asarray(values, np.float64)
    if not 1 <= image.ndim <= 3 or 0 in image.shape:
        raise ValueError(f"values must have one to three axes, none of length 0, got shape {image.shape}.")
    if np.isnan(image.min()) or image.min() == -np.inf:
        raise ValueError(f"values must be numbers or inf, got a value {image.min()}.")
    n_places = prod(n + 2 for n in image.shape)
    what = f"The barcode of an image of shape {image.shape}"
    if n_places > _MOST_PLACES:
        raise ValueError(f"{what} needs at most {_MOST_PLACES} pixels with padding, got {n_places}.")
    require_memory(_BYTES_A_PLACE[image.ndim] * n_places, what, "Downsample the image.")
    return image


def _planar_pairs(image: Float, cells: str) -> dict[int, _Pixels]:
    if image.max() == np.inf:  # pixels that never appear are like others, but must not be mistaken for the outside
        ranks = np.empty(image.size)
        ranks[_by_value(image.ravel())] = np.arange(image.size)
        image = ranks.reshape(image.shape)
    return planar_pairs(image, cells)


def _pairs(image: Float, cells: str, degrees: Sequence[int]) -> dict[int, _Pixels]:
    """Pixels at which the bars of an image on a line or in space begin and end, by degree."""
    order = _by_value(image.ravel())
    if image.ndim == 3 and 1 in degrees:
        ranks = _morse_pairs(image.shape, order, cells)
    else:
        ranks = {k: _component_pairs(image.shape, order, cells, k) for k in degrees if k in (0, image.ndim - 1)}
    return {k: (order[births], order[deaths]) for k, (births, deaths) in ranks.items()}


def _by_value(flat: Float) -> Int:
    """Pixels in increasing order of (value, index)."""
    if flat.min() >= 0 and flat.max() <= np.iinfo(np.uint16).max:
        integers = flat.astype(np.uint16)
        if (integers == flat).all():
            return np.argsort(integers, kind="stable")  # radix sort
    order = np.argsort(flat)  # much faster than the stable sort
    ordered = flat[order]
    return order if (ordered[1:] > ordered[:-1]).all() else kernels.stable_order(order, ordered)


def _grid(shape: tuple[int, ...], order: Int, *, negated: bool) -> _Grid:
    """Pad an image, or the negated image, whose padding is lower than all pixels."""
    padded = tuple(n + 2 for n in shape)
    places = np.arange(prod(padded), dtype=np.int32).reshape(padded)[(slice(1, -1),) * len(shape)].ravel()
    by_rank = places[order[::-1] if negated else order]
    ranks = np.full(prod(padded), _BEFORE if negated else _NEVER, np.int32)
    ranks[by_rank] = np.arange(len(order), dtype=np.int32)
    return _Grid(by_rank, ranks, np.array([prod(padded[a + 1 :]) for a in range(len(shape))]))


def _reversed(pairs: _Ranks, n: int) -> _Ranks:
    """Bars of an image from the dual bars of the negated image, where the ranks of the n pixels are reversed."""
    births, deaths = pairs
    return n - 1 - deaths, n - 1 - births


@lru_cache
def _neighbourhood(n_axes: int, corners: bool) -> tuple[Int, Int]:
    """Steps to the neighbours of a pixel with a common side, or all with a common corner, and who is near whom.

    The bits of the integer for a neighbour k stand for the neighbours that are not neighbours of k.
    """
    steps = np.array(sorted(product((-1, 0, 1), repeat=n_axes), key=np.count_nonzero)[1:])
    apart = np.abs(steps[:, np.newaxis] - steps).max(axis=2) > 1
    if not corners:
        steps = steps[: 2 * n_axes]
        apart = ~np.eye(len(steps), dtype=bool)
    return steps, (apart << np.arange(len(steps))).sum(axis=1)


def _component_pairs(shape: tuple[int, ...], order: Int, cells: str, degree: int) -> _Ranks:
    """Pairs in degree 0, or in degree d - 1 as components of the complement, in which all padding is one component.

    Pixels with a common corner are neighbours where pixels are cells, and in the complement where they are vertices.
    """
    dual = degree > 0
    grid = _grid(shape, order, negated=dual)
    steps, apart = _neighbourhood(len(shape), (cells == "top") != dual)
    offsets = steps @ grid.strides
    lower = kernels.lower_neighbours(grid.ranks, offsets)
    pairs = kernels.component_pairs(grid.order, grid.ranks, lower, offsets, apart)
    return _reversed(pairs, len(order)) if dual else pairs


def _morse_pairs(shape: tuple[int, ...], order: Int, cells: str) -> dict[int, _Ranks]:
    """Pairs of an image in space, by degree, from the critical cells of its lower stars.

    Critical edges connect components or begin a loop; critical squares begin a void, where they connect components of
    the complement, or fill a loop.

    The bars of H_k with pixels as cubes are those of H_(2 - k) of the negated image with pixels as vertices, relative
    to its padding.
    """
    negated = cells == "top"
    grid = _grid(shape, order, negated=negated)
    offsets = kernels.NEIGHBOURS @ grid.strides
    lower = kernels.lower_neighbours(grid.ranks, offsets)
    numbers, square_of, edges, descent, rest = kernels.match_edges(grid.order, lower, offsets)
    squares, ascent = kernels.critical_squares(grid.order, lower, offsets, rest)

    swallowed = kernels.merge_components(edges, descent, grid.ranks)
    connecting = swallowed >= 0
    components = grid.ranks[swallowed[connecting]], edges[connecting, kernels.RANK]
    numbers[edges[connecting, kernels.CELL]] = 0

    # Clearing: squares that separate two components of the complement begin a void and fill no loop.
    swallowed = kernels.merge_components(np.flipud(squares).copy(), ascent, -grid.ranks)[::-1]
    separating = swallowed >= 0
    voids = squares[separating, kernels.RANK], grid.ranks[swallowed[separating]]

    filling = squares[~separating]
    pivots = kernels.loop_pairs(filling[:, kernels.CELL], numbers, square_of, grid.strides, len(edges))
    loops = edges[pivots, kernels.RANK], filling[:, kernels.RANK]
    pairs = {0: components, 1: loops, 2: voids}
    return {2 - k: _reversed(pair, len(order)) for k, pair in pairs.items()} if negated else pairs


def _bars(flat: Float, birth_pixels: Int, death_pixels: Int, *, essential: bool) -> CubicalPairs:
    """Bars of positive length, and the component of the lowest pixel."""
    births, deaths = flat[birth_pixels] + 0.0, flat[death_pixels] + 0.0  # negative zeros become zeros
    long = births < deaths
    births, deaths, birth_pixels, death_pixels = births[long], deaths[long], birth_pixels[long], death_pixels[long]
    death_pixels[deaths == np.inf] = -1
    lowest = int(flat.argmin())
    if essential and flat[lowest] < np.inf:
        births, deaths = np.append(births, flat[lowest] + 0.0), np.append(deaths, np.inf)
        birth_pixels, death_pixels = np.append(birth_pixels, lowest), np.append(death_pixels, -1)
    order = lexicographic_order(np.column_stack([births, deaths, birth_pixels, death_pixels]))
    return CubicalPairs(births[order], deaths[order], birth_pixels[order], death_pixels[order])
