"""Products of similarity matrices of images with vectors: kernels.

An image lies in a padded flat array, so that a step on the grid is one shift s > 0, whatever the dimension. Rows are
runs of the last axis. Indices are unsigned: numba then emits no test for negative ones, and inner loops become vector
instructions, which is five times faster.
"""

from __future__ import annotations

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.invariants.magnitude._kernels_neighbours import distance


@kernel
def add_products_of_grey(grow, shrink, vector, rows, length, shifts, factors, first, out):
    """Add the part of Zv for pairs whose first pixel is in the given rows; one value a pixel.

    `grow` is exp(v) and `shrink` exp(-v), zero in the padding: exp(-|v - v'|) is the smaller one of two products, so
    there is no exponential in the loop. `out` begins at the flat place `first`.
    """
    gathered = np.empty(length)
    width = np.uint64(length)
    base = np.uint64(first)
    for row in rows:
        start = np.uint64(row)
        for x in range(width):
            gathered[x] = vector[start + x]
        for o in range(len(shifts)):
            other = start + np.uint64(shifts[o])
            factor = factors[o]
            for x in range(width):
                i = start + x
                j = other + x
                value = factor * min(grow[i] * shrink[j], shrink[i] * grow[j])
                gathered[x] += value * vector[j]
                out[j - base] += value * vector[i]
        for x in range(width):
            out[start + x - base] += gathered[x]


@kernel
def add_products_of_channels(grow, shrink, vector, rows, length, shifts, factors, first, out):
    """Add the part of Zv as for grey images, for values in several channels: `grow` is (channels, flat)."""
    gathered, values = np.empty(length), np.empty(length)
    width = np.uint64(length)
    base = np.uint64(first)
    for row in rows:
        start = np.uint64(row)
        for x in range(width):
            gathered[x] = vector[start + x]
        for o in range(len(shifts)):
            other = start + np.uint64(shifts[o])
            factor = factors[o]
            for x in range(width):
                values[x] = factor
            for c in range(len(grow)):
                for x in range(width):
                    i = start + x
                    j = other + x
                    values[x] *= min(grow[c, i] * shrink[c, j], shrink[c, i] * grow[c, j])
            for x in range(width):
                gathered[x] += values[x] * vector[other + x]
                out[other + x - base] += values[x] * vector[start + x]
        for x in range(width):
            out[start + x - base] += gathered[x]


@kernel
def add_products_of_values(similarities, vector, rows, numbers, length, shifts, first, out):
    """Add the part of Zv from stored similarities (n_shifts, n_pixels); row r begins at pixel `numbers[r]`."""
    gathered = np.empty(length)
    width = np.uint64(length)
    base = np.uint64(first)
    for r in range(len(rows)):
        start = np.uint64(rows[r])
        number = np.uint64(numbers[r])
        for x in range(width):
            gathered[x] = vector[start + x]
        for o in range(len(shifts)):
            other = start + np.uint64(shifts[o])
            for x in range(width):
                value = similarities[o, number + x]
                gathered[x] += value * vector[other + x]
                out[other + x - base] += value * vector[start + x]
        for x in range(width):
            out[start + x - base] += gathered[x]


@kernel
def add_products_of_points(points, inside, vector, rows, length, shifts, n_positions, metric, exponent, first, out):
    """Add the part of Zv with similarities computed from coordinates in the padded layout, where they do not fit."""
    for row in rows:
        for i in range(row, row + length):
            total = vector[i]
            for shift in shifts:
                j = i + shift
                if inside[j]:
                    value = np.exp(-distance(points, i, j, n_positions, metric, exponent))
                    total += value * vector[j]
                    out[j - first] += value * vector[i]
            out[i - first] += total


@kernel
def fill_similarities(points, inside, rows, numbers, length, shifts, n_positions, metric, exponent, out):
    """Write the similarities of the pixels of some rows with those at each shift, 0 where the other one is padding."""
    for r in range(len(rows)):
        for o in range(len(shifts)):
            for x in range(length):
                i = rows[r] + x
                j = i + shifts[o]
                value = 0.0
                if inside[j]:
                    value = np.exp(-distance(points, i, j, n_positions, metric, exponent))
                out[o, numbers[r] + x] = value


@inline_kernel
def sweep_line_by_line(work, tail, length, decay):
    """Sum along the last axis with weights decay^|distance|: what comes from after a pixel, then from before it."""
    for start in range(0, len(work), length):
        carried = 0.0
        for i in range(start + length - 1, start - 1, -1):
            tail[i] = carried
            carried = decay * (carried + work[i])
        carried = 0.0
        for i in range(start, start + length):
            carried = decay * carried + work[i]
            work[i] = carried + tail[i]


@inline_kernel
def sweep_rows(work, tail, length, inner, decay):
    """Sum as above along an axis whose neighbours are `inner` places apart: all of a row at a time."""
    step = np.uint64(inner)
    for start in range(0, len(work), length * inner):
        low = np.uint64(start)
        last = np.uint64(length - 1) * step
        for x in range(step):
            tail[last + x] = 0.0
        for k in range(length - 2, -1, -1):
            here = np.uint64(k) * step
            for x in range(step):
                tail[here + x] = decay * (tail[here + step + x] + work[low + here + step + x])
        for k in range(1, length):
            here = np.uint64(k) * step
            for x in range(step):
                work[low + here + x] += decay * work[low + here - step + x]
        for k in range(length):
            here = np.uint64(k) * step
            for x in range(step):
                work[low + here + x] += tail[here + x]


@kernel
def add_products_of_levels(levels, values, vector, shape, decay, first, last, out):
    """Add the part of Zv that pixels of the levels `first` to `last` receive, for l1 and any scale.

    One image a level: vector times exp(-|v - value of the level|), then along each axis the sum with weights
    decay^|distance|, in one sweep forwards and one backwards; pixels of the level read it. Exact, without truncation.
    """
    n = len(levels)
    work, tail, factors = np.empty(n), np.empty(n), np.empty(len(values))
    for level in range(first, last):
        for other in range(len(values)):
            factors[other] = np.exp(-abs(values[other] - values[level]))
        for i in range(n):
            work[i] = vector[i] * factors[levels[i]]
        sweep_line_by_line(work, tail, shape[-1], decay)
        inner = shape[-1]
        for axis in range(len(shape) - 2, -1, -1):
            sweep_rows(work, tail, shape[axis], inner, decay)
            inner *= shape[axis]
        for i in range(n):
            if levels[i] == level:
                out[i] += work[i]
