"""Branch and bound over the lines of the plane for the matching distance of two presentations.

Lines are numbered by points (u, τ) of the unit square, see :mod:`tdainv.distances.matching`: along the line a
generator of grade (x, y) appears at max(x, h), where h = u (y - top + τ height) + left + τ width.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.complexes._kernels_bits import bit, highest_bit
from tdainv.distances._kernels_bottleneck import grow_tree, is_feasible, least_feasible


@inline_kernel
def _sorted_columns(indptr, indices, first, values, n_rows, cells, columns, words):
    """Relations in the order of their values, as bits: generator `cells[i]` is bit i of a column."""
    place = np.empty(n_rows, np.int64)
    for i in range(n_rows):
        place[cells[i]] = i
    order = np.argsort(values[first + n_rows : first + n_rows + indptr.size - 1])
    for j in range(order.size):
        for w in range(words):
            columns[j, w] = 0
        for k in range(indptr[order[j]], indptr[order[j] + 1]):
            row = place[indices[k]]
            columns[j, row >> 6] |= bit(row)
    return order


@inline_kernel
def _reduce(columns, n_columns, words, rank, owners):
    """Add columns to later ones until the highest bits differ; owners: the column of each highest bit, or -1."""
    for i in range(owners.size):
        owners[i] = -1
    found = 0
    for j in range(n_columns):
        if found == rank:  # the others become zero
            break
        w = words - 1
        while w >= 0:
            if columns[j, w] == 0:
                w -= 1
                continue
            pivot = 64 * w + highest_bit(columns[j, w])
            owner = owners[pivot]
            if owner < 0:
                owners[pivot] = j
                found += 1
                break
            for k in range(w + 1):
                columns[j, k] ^= columns[owner, k]


@inline_kernel
def _barcode(indptr, indices, first, values, n_rows, rank, columns):
    """Barcode along a line: births and deaths of the finite bars, and births of the essential ones in order.

    ``values[first:]`` are the values of the generators, then those of the relations.
    """
    words = (n_rows + 63) >> 6
    cells = np.argsort(values[first : first + n_rows])
    cofaces = _sorted_columns(indptr, indices, first, values, n_rows, cells, columns, words)
    owners = np.empty(n_rows, np.int64)
    _reduce(columns, cofaces.size, words, rank, owners)
    births = np.empty(rank)
    deaths = np.empty(rank)
    essential = np.empty(n_rows - rank)
    count = 0
    for i in range(n_rows):
        birth = values[first + cells[i]]
        if owners[i] < 0:
            essential[i - count] = birth  # count is here the number of pivots
        else:
            births[count] = birth
            deaths[count] = values[first + n_rows + cofaces[owners[i]]]
            count += 1
    return births, deaths, essential


@inline_kernel
def _proper(births, deaths):
    """Bars of positive length."""
    kept = births < deaths
    return births[kept], deaths[kept]


@inline_kernel
def _push(u, tau, frame, x, y, values):
    """Values of all generators and relations along a line."""
    shift = u * (tau * frame[3] - frame[2]) + frame[0] + tau * frame[1]
    for i in range(x.size):
        values[i] = max(x[i], u * y[i] + shift)


@inline_kernel
def _offsets(box, k, frame):
    """For the corners, the midpoints of the sides and the centre of a box: u, and what is added to u y."""
    slopes = np.empty(9)
    shifts = np.empty(9)
    for i in range(3):
        for j in range(3):
            u = box[k, 0] + 0.5 * i * box[k, 2]
            tau = box[k, 1] + 0.5 * j * box[k, 2]
            slopes[3 * i + j] = u
            shifts[3 * i + j] = u * (tau * frame[3] - frame[2]) + frame[0] + tau * frame[1]
    return slopes, shifts


@inline_kernel
def _spread(slopes, shifts, quarter, x, y, start, end):
    """Least and largest change of the values from the centre of a box to the lines of a quarter of it."""
    corner = 3 * (quarter & 2) + 2 * (quarter & 1)  # of the box
    beside = 3 + 2 * (quarter & 1)  # the quarter's other two corners, on the sides of the box
    below = 3 * (quarter & 2) + 1
    least = 0.0
    largest = 0.0
    for i in range(start, end):
        centre = slopes[4] * y[i] + shifts[4]
        first = slopes[corner] * y[i] + shifts[corner]
        second = slopes[beside] * y[i] + shifts[beside]
        third = slopes[below] * y[i] + shifts[below]
        value = max(x[i], centre)
        least = min(least, max(x[i], min(first, second, third)) - value)
        largest = max(largest, max(x[i], max(first, second, third)) - value)
    return least, largest


@inline_kernel
def _variations(slopes, shifts, x, y, n_first, changes):
    """By how much the distance can be larger in each quarter of a box than at its centre."""
    for quarter in range(4):
        low, high = _spread(slopes, shifts, quarter, x, y, 0, n_first)
        other_low, other_high = _spread(slopes, shifts, quarter, x, y, n_first, x.size)
        apart = abs(low + high - other_low - other_high)
        changes[quarter] = 0.5 * (high - low + other_high - other_low + apart)


@inline_kernel
def _essential_cost(essential, other_essential):
    cost = 0.0
    for i in range(essential.size):
        cost = max(cost, abs(essential[i] - other_essential[i]))
    return cost


@inline_kernel
def _distance(enough, births, deaths, other_births, other_deaths, low):
    """Bottleneck distance of bars, or some upper bound of it that is at most `enough`."""
    births, deaths, boxes = grow_tree(births, deaths)
    other_births, other_deaths, other_boxes = grow_tree(other_births, other_deaths)
    low = max(low, enough)
    if is_feasible(low, births, deaths, boxes, other_births, other_deaths, other_boxes):
        return low
    return least_feasible(low, births, deaths, boxes, other_births, other_deaths, other_boxes)


@kernel
def search_boxes(boxes, bounds, frame, x, y, indptr, indices, n_rows, rank, others, best, error, relative, max_lines):
    """Compute the distance at the centres of boxes, and halve the boxes that may hold more than is known.

    A box is (least u, least τ, side); ``bounds`` are upper bounds of the distance in the boxes. ``x, y`` are the grades
    of the generators and relations of the first presentation, whose matrix is (indptr, indices), then those of the
    second, ``others``. A box is dropped once its bound is at most max(best + error, relative best).

    Returns the new boxes and their bounds, the largest distance found so far, and the number of lines that were used,
    at most max_lines. Boxes that were not looked at are among the new ones.
    """
    other_indptr, other_indices, other_rows, other_rank = others
    n_first = n_rows + indptr.size - 1
    columns = np.empty((indptr.size - 1, (n_rows + 63) >> 6), np.uint64)
    other_columns = np.empty((other_indptr.size - 1, (other_rows + 63) >> 6), np.uint64)
    values = np.empty(x.size)
    changes = np.empty(4)
    new_boxes = np.empty((4 * bounds.size, 3))
    new_bounds = np.empty(4 * bounds.size)
    count = 0
    n_lines = 0
    for k in range(bounds.size):
        enough = max(best + error, relative * best)
        if bounds[k] <= enough:
            continue
        if n_lines == max_lines:
            for i in range(3):
                new_boxes[count, i] = boxes[k, i]
            new_bounds[count] = bounds[k]
            count += 1
            continue
        n_lines += 1
        slopes, shifts = _offsets(boxes, k, frame)
        _variations(slopes, shifts, x, y, n_first, changes)
        _push(boxes[k, 0] + 0.5 * boxes[k, 2], boxes[k, 1] + 0.5 * boxes[k, 2], frame, x, y, values)
        births, deaths, essential = _barcode(indptr, indices, 0, values, n_rows, rank, columns)
        other_births, other_deaths, other_essential = _barcode(
            other_indptr, other_indices, n_first, values, other_rows, other_rank, other_columns
        )
        cost = _essential_cost(essential, other_essential)
        births, deaths = _proper(births, deaths)
        other_births, other_deaths = _proper(other_births, other_deaths)
        harmless = enough - changes.max()
        distance = _distance(harmless, births, deaths, other_births, other_deaths, cost)
        if distance > harmless:
            best = max(best, distance)
            enough = max(best + error, relative * best)
        for quarter in range(4):
            bound = min(bounds[k], distance + changes[quarter])
            if bound > enough:
                half = 0.5 * boxes[k, 2]
                new_boxes[count, 0] = boxes[k, 0] + half * (quarter >> 1)
                new_boxes[count, 1] = boxes[k, 1] + half * (quarter & 1)
                new_boxes[count, 2] = half
                new_bounds[count] = bound
                count += 1
    return new_boxes[:count].copy(), new_bounds[:count].copy(), best, n_lines
