"""Barcodes of planar images, without sorting their pixels: only saddles are sorted."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.order import lexicographic_order
from tdainv.persistence._kernels_plane import find_saddles, merge_at_saddles

# Neighbours of a pixel in cyclic order; those of even number share a side with it.
_STEPS = np.array([(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)])


class _Arcs(NamedTuple):
    """What a pixel is, by the set of its lower neighbours, a byte."""

    n_arcs: Int  # how many components of the lower neighbours it joins, and at least two: of the upper ones
    lower: Int  # (256, 4) a neighbour in each arc of lower ones, then -1
    upper: Int


def planar_pairs(image: Float, cells: str) -> dict[int, tuple[Int, Int]]:
    """Pixels at which the bars of an image in the plane begin and end, by degree; bars of length zero included.

    The pixels are compared with their eight neighbours only. Those below a pixel fall into arcs of connected ones; a
    pixel without any is a minimum, one with two or more a saddle, where components of the pixels below meet. Every
    other pixel points to one in its arc, and pointers lead to the minimum of a component. So a minimum spanning forest
    of the minima takes sorted saddles alone. Loops are components of the pixels above, the outside being the oldest
    (Alexander duality). Sides connect the pixels that are present where pixels are vertices and the others where
    they are cells; corners connect the others.

    Parameters
    ----------
    image : ndarray of shape (n_1, n_2)
        Finite.
    cells : {"vertices", "top"}

    Returns
    -------
    dict from degree 0 and 1 to birth pixels and death pixels, without the essential component
    """
    n_rows, n_columns = image.shape
    padded = np.full((n_rows + 2, n_columns + 2), np.inf)
    padded[1:-1, 1:-1] = image
    width, arcs = n_columns + 2, _arcs(cells)
    offsets = _STEPS @ np.array([width, 1])
    masks, saddles = find_saddles(padded, offsets, arcs.n_arcs)
    saddles = saddles[lexicographic_order(padded.ravel()[saddles, np.newaxis])]
    room = np.empty(padded.size, np.int32)
    minima, joined = merge_at_saddles(saddles, masks, offsets, arcs.n_arcs, arcs.lower, padded, 1, room)
    maxima, parted = merge_at_saddles(saddles[::-1], masks, offsets, arcs.n_arcs, arcs.upper, padded, -1, room)

    def pixels(places: Int) -> Int:
        return places - 2 * (places // width) - n_columns - 1

    return {0: (pixels(minima), pixels(joined)), 1: (pixels(parted), pixels(maxima))}


@lru_cache
def _arcs(cells: str) -> _Arcs:
    """Arcs of all sets of lower neighbours."""
    by_sides = [_arcs_of(mask) for mask in range(256)]
    if cells == "vertices":
        lower, upper = zip(*by_sides, strict=True)
    else:  # sides connect the upper neighbours
        upper, lower = zip(*by_sides[::-1], strict=True)
    tables = [np.array([(arcs + [-1] * 4)[:4] for arcs in which]) for which in (lower, upper)]
    n_arcs = np.array([len(arcs) for arcs in lower])
    return _Arcs(n_arcs, *tables)


def _arcs_of(mask: int) -> tuple[list[int], list[int]]:
    """A neighbour in each arc of a set that is connected by sides, and one in each arc between these.

    An arc needs a side: a corner alone does not touch the pixel. Between two arcs lies one arc of the others, which
    are connected by corners as well.
    """
    inside = [bool(mask >> k & 1) for k in range(8)]
    if all(inside):
        return [0], []
    first = inside.index(False)
    around = [(first + k) % 8 for k in range(8)]  # from one outside on
    sides: list[int] = []
    gaps: list[int] = []
    run: list[int] = []
    gap = first
    for k in [*around, first]:
        if inside[k]:
            run.append(k)
            continue
        found = [j for j in run if j % 2 == 0]
        if found:
            sides.append(found[0])
            gaps.append(gap)
        run, gap = [], k
    return sides, gaps or [first]
