"""Barcodes of planar images: pointers from pixel to pixel, and merging at saddles."""

import numpy as np

from tdainv._numba import kernel
from tdainv.persistence._kernels_forest import _root


@kernel
def follow_pointers(padded, offsets, lower_step, upper_step, n_arcs):
    """Sets of lower neighbours of the pixels of a padded image, a way down and a way up from each, and the saddles.

    Neighbour k of a pixel is ``offsets[k]`` places on, in cyclic order from the one above; of equal pixels the one of
    lower place is lower. ``lower_step[mask]`` is the step from a pixel with these lower neighbours to the one it points
    down to (0: it is lowest), ``upper_step[mask]`` that to the one it points up to. Padding, of value inf, points up to
    place 0.
    """
    n_rows, width = padded.shape
    flat = padded.ravel()
    masks = np.zeros(flat.size, np.uint8)
    down = np.zeros(flat.size, np.int32)
    up = np.zeros(flat.size, np.int32)
    saddles = np.empty(flat.size, np.int32)
    n_saddles = 0
    for row in range(1, n_rows - 1):
        for p in range(row * width + 1, row * width + width - 1):
            value = flat[p]
            mask = (
                np.int64(flat[p + offsets[0]] <= value)
                | np.int64(flat[p + offsets[1]] <= value) << 1
                | np.int64(flat[p + 1] < value) << 2
                | np.int64(flat[p + offsets[3]] < value) << 3
                | np.int64(flat[p + offsets[4]] < value) << 4
                | np.int64(flat[p + offsets[5]] < value) << 5
                | np.int64(flat[p - 1] <= value) << 6
                | np.int64(flat[p + offsets[7]] <= value) << 7
            )
            masks[p] = mask
            down[p] = p + lower_step[mask]
            up[p] = p + upper_step[mask]
            saddles[n_saddles] = p
            n_saddles += n_arcs[mask] > 1
    return masks, down, up, saddles[:n_saddles]


@kernel
def merge_at_saddles(saddles, masks, offsets, n_arcs, arcs, parent, padded, sign):
    """Component that ends at each merging, and where: two arrays of places. The pointers, ``parent``, are used up.

    Saddles come in the order of the sweep, upwards for sign = 1, downwards for sign = -1. Neighbours ``arcs[mask]`` of
    a saddle, one an arc, lead along pointers to the components that meet there; that which began last ends.
    """
    ends = np.empty(4 * saddles.size, np.int64)
    where = np.empty(4 * saddles.size, np.int64)
    count = 0
    for i in range(saddles.size):
        p = saddles[i]
        mask = masks[p]
        a = _root(parent, p + offsets[arcs[mask, 0]])
        for k in range(1, n_arcs[mask]):
            b = _root(parent, p + offsets[arcs[mask, k]])
            if a != b:
                low, high = sign * padded[a], sign * padded[b]
                if high < low or (high == low and sign * b < sign * a):
                    a, b = b, a
                parent[b] = a
                ends[count] = b
                where[count] = p
                count += 1
    return ends[:count], where[:count]
