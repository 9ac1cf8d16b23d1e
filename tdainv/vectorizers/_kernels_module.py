"""Representations of interval modules on product grids: supports as boxes, and functions of boxes on a grid.

Everything is a function of boxes [low, high]: of the pairs of a birth and a death corner, whose union is the support,
or of disjoint ones, whose volumes add up. Along each axis a box has a profile, a table over the axis of the grid; the
value of the box is the smallest of them, or their product; the value of the summand the largest or the sum over boxes.
"""

import math

import numpy as np

from tdainv._numba import inline_kernel, kernel

OVERLAP, GAUSSIAN, EXPONENTIAL, LINEAR, DEPTH = range(5)  # profiles
LARGEST_OF_SMALLEST, LARGEST_PRODUCT, SUM_OF_PRODUCTS = range(3)  # of boxes, of axes
SUM, MAXIMUM, LARGEST_FEW, EACH = range(4)  # over summands
FAR = 9.12  # Gaussians are below 2^-60 from there on, and count as zero


@kernel
def pair_boxes(births, birth_offsets, deaths, death_offsets):
    """Boxes [b, d] of the pairs of a birth and a death corner of a summand with b < d: lows, highs, offsets."""
    n, p = birth_offsets.size - 1, births.shape[1]
    room = 0
    for i in range(n):
        room += (birth_offsets[i + 1] - birth_offsets[i]) * (death_offsets[i + 1] - death_offsets[i])
    lows, highs = np.empty((room, p)), np.empty((room, p))
    offsets = np.zeros(n + 1, np.int64)
    count = 0
    for i in range(n):
        for b in range(birth_offsets[i], birth_offsets[i + 1]):
            for d in range(death_offsets[i], death_offsets[i + 1]):
                below = True
                for k in range(p):
                    lows[count, k] = births[b, k]
                    highs[count, k] = deaths[d, k]
                    below &= births[b, k] < deaths[d, k]
                count += below
        offsets[i + 1] = count
    return lows[:count], highs[:count], offsets


@inline_kernel
def distinct_coordinates(births, first_birth, last_birth, deaths, first_death, last_death, k, found):
    """Write the distinct coordinates k of some corners into `found`, increasing; return their number."""
    count = 0
    for c in range(last_birth - first_birth + last_death - first_death):
        if c < last_birth - first_birth:
            value = births[first_birth + c, k]
        else:
            value = deaths[first_death + c - (last_birth - first_birth), k]
        place = count
        while place > 0 and found[place - 1] > value:
            place -= 1
        if place == 0 or found[place - 1] != value:
            for j in range(count, place, -1):
                found[j] = found[j - 1]
            found[place] = value
            count += 1
    return count


@kernel
def disjoint_boxes(births, birth_offsets, deaths, death_offsets, room):
    """Disjoint boxes that make up the support of each summand: lows, highs, offsets.

    Over a cell of the grid of all corner coordinates but the last the support is an interval of the last coordinate,
    from the lowest birth corner below the cell to the highest death corner above it. Boxes of neighbouring cells with
    equal intervals are joined. With room for no boxes they are only counted, by the offsets.
    """
    n, p = birth_offsets.size - 1, births.shape[1]
    longest = 0
    for i in range(n):
        corners = birth_offsets[i + 1] - birth_offsets[i] + death_offsets[i + 1] - death_offsets[i]
        longest = max(longest, corners)
    lows, highs = np.empty((room, p)), np.empty((room, p))
    offsets = np.zeros(n + 1, np.int64)
    cuts = np.empty((p, longest))
    n_cells = np.empty(p, np.int64)
    cell = np.empty(p, np.int64)
    count = 0
    for i in range(n):
        more = True
        for k in range(p - 1):
            n_cells[k] = -1 + distinct_coordinates(
                births,
                birth_offsets[i],
                birth_offsets[i + 1],
                deaths,
                death_offsets[i],
                death_offsets[i + 1],
                k,
                cuts[k],
            )
            cell[k] = 0
            more &= n_cells[k] > 0
        last_low, last_high = np.inf, -np.inf
        while more:
            low, high = np.inf, -np.inf
            for b in range(birth_offsets[i], birth_offsets[i + 1]):
                below = True
                for k in range(p - 1):
                    below &= births[b, k] <= cuts[k, cell[k]]
                if below:
                    low = min(low, births[b, p - 1])
            for d in range(death_offsets[i], death_offsets[i + 1]):
                above = True
                for k in range(p - 1):
                    above &= deaths[d, k] >= cuts[k, cell[k] + 1]
                if above:
                    high = max(high, deaths[d, p - 1])
            if low < high:
                joined = p > 1 and cell[p - 2] > 0 and low == last_low and high == last_high
                count += not joined
                if count <= room:
                    if not joined:
                        for k in range(p - 1):
                            lows[count - 1, k] = cuts[k, cell[k]]
                        lows[count - 1, p - 1] = low
                        highs[count - 1, p - 1] = high
                    for k in range(p - 1):
                        highs[count - 1, k] = cuts[k, cell[k] + 1]
            last_low, last_high = low, high
            k = p - 2
            while k >= 0 and cell[k] == n_cells[k] - 1:
                cell[k] = 0
                k -= 1
            more = k >= 0
            if more:
                cell[k] += 1
        offsets[i + 1] = count
    return lows, highs, offsets


@inline_kernel
def profile_of(low, high, x, width, profile):
    """Value at x of the function that a box has along an axis, at least 0."""
    if profile == OVERLAP:  # share of [x - width, x + width] that is in the box
        value = (min(high, x + width) - max(low, x - width)) / (2 * width)
    elif profile == DEPTH:
        value = min(x - low, high - x)
    else:
        far = max(0.0, max(low - x, x - high)) / width
        if far == 0.0:
            value = 1.0
        elif profile == GAUSSIAN:
            value = math.exp(-0.5 * far * far) if far < FAR else 0.0
        elif profile == EXPONENTIAL:
            value = math.exp(-far)
        else:
            value = 1.0 - far
    return max(0.0, value)


@inline_kernel
def tabulate_box(lows, highs, q, widths, grid, starts, profile, table, first, end):
    """Write the profiles of box q along all axes, and where on them they are positive; whether they are on all."""
    reached = True
    for k in range(widths.size):
        first[k], end[k] = starts[k + 1] - starts[k], 0
        for j in range(starts[k], starts[k + 1]):
            table[j] = profile_of(lows[q, k], highs[q, k], grid[j], widths[k], profile)
            if table[j] > 0.0:
                first[k] = min(first[k], j - starts[k])
                end[k] = j - starts[k] + 1
        reached &= end[k] > 0
    return reached


@inline_kernel
def advance(node, first, end):
    """Go to the next row of a part of the grid, that is, of all axes but the last; whether there is one."""
    k = node.size - 2
    while k >= 0 and node[k] == end[k] - 1:
        node[k] = first[k]
        k -= 1
    if k >= 0:
        node[k] += 1
    return k >= 0


@inline_kernel
def add_box(values, table, first, end, node, starts, strides, reduction):
    """Join the values of a box to those of its summand."""
    last = node.size - 1
    for k in range(node.size):
        node[k] = first[k]
    more = True
    while more:
        place, level = 0, np.inf if reduction == LARGEST_OF_SMALLEST else 1.0
        for k in range(last):
            place += node[k] * strides[k]
            value = table[starts[k] + node[k]]
            level = min(level, value) if reduction == LARGEST_OF_SMALLEST else level * value
        here, row = np.uint64(place), np.uint64(starts[last])
        left, right = np.uint64(first[last]), np.uint64(end[last])
        if reduction == LARGEST_OF_SMALLEST:
            for j in range(left, right):
                values[here + j] = max(values[here + j], min(level, table[row + j]))
        elif reduction == LARGEST_PRODUCT:
            for j in range(left, right):
                values[here + j] = max(values[here + j], level * table[row + j])
        else:
            for j in range(left, right):
                values[here + j] += level * table[row + j]
        more = advance(node, first, end)


@inline_kernel
def move_values(values, result, target, weight, operation, first, end, node, strides):
    """Join the values of a summand to the result, and set them back to zero."""
    last = node.size - 1
    for k in range(node.size):
        node[k] = first[k]
    more = True
    while more:
        place = 0
        for k in range(last):
            place += node[k] * strides[k]
        for j in range(np.uint64(place + first[last]), np.uint64(place + end[last])):
            value = weight * values[j]
            values[j] = 0.0
            if operation == SUM:
                result[0, j] += value
            elif operation == MAXIMUM:
                result[0, j] = max(result[0, j], value)
            elif operation == EACH:
                result[target, j] = value
            else:
                r = result.shape[0] - 1
                if value > result[r, j]:
                    while r > 0 and result[r - 1, j] < value:
                        result[r, j] = result[r - 1, j]
                        r -= 1
                    result[r, j] = value
        more = advance(node, first, end)


@kernel
def represent(lows, highs, offsets, weights, widths, grid, starts, profile, reduction, operation, n_rows):
    """Weighted local functions of summands on a grid, put together: shape (n_rows, points of the grid).

    Axis k of the grid is ``grid[starts[k]:starts[k + 1]]``. Weights are at least 0. The one row is the sum or the
    maximum over summands; row r the (r + 1)-st largest value; or there is one row a summand.

    A summand is written into `values` over the part of the grid where it is not zero, and from there into the result.
    Inner loops run over unsigned numbers: signed ones could count from the end, and would not become vector code.
    """
    p = widths.size
    strides = np.ones(p, np.int64)
    for k in range(p - 2, -1, -1):
        strides[k] = strides[k + 1] * (starts[k + 2] - starts[k + 1])
    size = strides[0] * starts[1]
    result = np.zeros((n_rows, size))
    values = np.zeros(size)
    table = np.empty(grid.size)
    first, end, node = np.empty(p, np.int64), np.empty(p, np.int64), np.empty(p, np.int64)
    left, right = np.empty(p, np.int64), np.empty(p, np.int64)  # of the summand, the union of its boxes
    for i in range(offsets.size - 1):
        for k in range(p):
            left[k], right[k] = size, 0
        for q in range(offsets[i], offsets[i + 1]):
            if weights[i] > 0.0 and tabulate_box(lows, highs, q, widths, grid, starts, profile, table, first, end):
                add_box(values, table, first, end, node, starts, strides, reduction)
                for k in range(p):
                    left[k] = min(left[k], first[k])
                    right[k] = max(right[k], end[k])
        if right[0] > 0:
            move_values(values, result, i, weights[i], operation, left, right, node, strides)
    return result
