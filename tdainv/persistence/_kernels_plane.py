"""Barcodes of planar images: pointers from pixel to pixel, and merging at saddles."""

import numpy as np

from tdainv._numba import kernel
from tdainv.persistence._kernels_forest import find_root


@kernel
def find_saddles(padded, offsets, n_arcs):
    """Sets of lower neighbours of the pixels of a padded image, and the pixels with several arcs of them.

    Neighbour k of a pixel is ``offsets[k]`` places on, in cyclic order from the one above; of equal pixels the one of
    lower place is lower. Padding has the value inf.
    """
    n_rows, width = padded.shape
    flat = padded.ravel()
    masks = np.zeros(flat.size, np.uint8)
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
            saddles[n_saddles] = p
            n_saddles += n_arcs[mask] > 1
    return masks, saddles[:n_saddles]


@kernel
def merge_at_saddles(saddles, masks, offsets, n_arcs, arcs, padded, sign, parent):
    """Component that ends at each merging, and where: two arrays of places.

    Saddles come in the order of the sweep, upwards for sign = 1, downwards for sign = -1. ``arcs[mask]`` has one
    neighbour in each arc. A pixel points to the first, itself if there is none, and padding to place 0; so pointers
    lead from the arcs of a saddle to the components that meet there, and that which began last ends. ``parent`` is room
    for the pointers.
    """
    n_rows, width = padded.shape
    flat = padded.ravel()
    steps = np.zeros(256, np.int64)
    for mask in range(256):
        if arcs[mask, 0] >= 0:
            steps[mask] = offsets[arcs[mask, 0]]
    for p in range(parent.size):
        parent[p] = 0
    for row in range(1, n_rows - 1):
        for p in range(row * width + 1, row * width + width - 1):
            parent[p] = p + steps[masks[p]]
    ends = np.empty(4 * saddles.size, np.int64)
    where = np.empty(4 * saddles.size, np.int64)
    count = 0
    for i in range(saddles.size):
        p = saddles[i]
        mask = masks[p]
        a = find_root(parent, p + offsets[arcs[mask, 0]])
        for k in range(1, n_arcs[mask]):
            b = find_root(parent, p + offsets[arcs[mask, k]])
            if a != b:
                low, high = sign * flat[a], sign * flat[b]
                if high < low or (high == low and sign * b < sign * a):
                    a, b = b, a
                parent[b] = a
                ends[count] = b
                where[count] = p
                count += 1
    return ends[:count], where[:count]
