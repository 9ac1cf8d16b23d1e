"""Direct sums of interval modules given by corners: normal form, distances, diagonals, lines, rows of grids.

Summand s has the corners b = ``births[birth_offsets[s]:birth_offsets[s + 1]]`` and d of deaths likewise. A point x lies
in its support if b[k] ≤ x for one of its births and x < d[j] for one of its deaths, in every coordinate.
"""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.persistence._kernels_forest import find_root

BLOCK = 128  # points at a time: whole blocks, in the first-level cache, let the compiler use vector instructions


# --- normal form


@kernel
def minimal_corners(corners, offsets):
    """Which corners are minimal in their summand, the first one of equal ones; each summand in lexicographic order."""
    n, p = corners.shape
    minimal = np.zeros(n, np.bool_)
    kept = np.empty(n, np.int64)
    for s in range(offsets.size - 1):
        n_kept = 0
        for c in range(offsets[s], offsets[s + 1]):
            # In two parameters the minimal corners so far form a staircase that goes down: the last one decides.
            at = max(n_kept - 1, 0) if p <= 2 else 0
            dominated = False
            while at < n_kept and not dominated:
                dominated = True
                for i in range(p):
                    if corners[kept[at], i] > corners[c, i]:
                        dominated = False
                        break
                at += 1
            if not dominated:
                minimal[c] = True
                kept[n_kept] = c
                n_kept += 1
    return minimal


@kernel
def meeting_corners(births, birth_offsets, deaths, death_offsets):
    """Which births are below some death of their summand, in every coordinate, and which deaths above some birth."""
    birth_meets = np.zeros(len(births), np.bool_)
    death_meets = np.zeros(len(deaths), np.bool_)
    for s in range(birth_offsets.size - 1):
        for k in range(birth_offsets[s], birth_offsets[s + 1]):
            for j in range(death_offsets[s], death_offsets[s + 1]):
                if birth_meets[k] and death_meets[j]:
                    continue
                below = True
                for i in range(births.shape[1]):
                    if births[k, i] >= deaths[j, i]:
                        below = False
                        break
                if below:
                    birth_meets[k] = True
                    death_meets[j] = True
    return birth_meets, death_meets


@kernel
def connected_parts(births, birth_offsets, deaths, death_offsets):
    """Numbers of the connected parts of supports that corners belong to: 0, 1, ... in the order of births.

    Boxes [b, d) and [b', d') of a support meet only if b < d', so connected parts are those of the graph of pairs of a
    birth and a death with b < d.
    """
    n = len(births)
    parents = np.arange(n + len(deaths))
    for s in range(birth_offsets.size - 1):
        for k in range(birth_offsets[s], birth_offsets[s + 1]):
            for j in range(death_offsets[s], death_offsets[s + 1]):
                below = True
                for i in range(births.shape[1]):
                    below = below and births[k, i] < deaths[j, i]
                if below:
                    first, second = find_root(parents, k), find_root(parents, n + j)
                    parents[max(first, second)] = min(first, second)
    parts = np.empty(parents.size, np.int64)
    count = 0
    for k in range(parents.size):  # roots are births, and come first
        if parents[k] == k:
            parts[k] = count
            count += 1
        else:
            parts[k] = parts[find_root(parents, k)]
    return parts[:n], parts[n:]


@inline_kernel
def _compare(first, second, corners, offsets):
    """Lexicographic comparison of two sequences of corners, the beginning of a sequence first: -1, 0 or 1."""
    size_1, size_2 = offsets[first + 1] - offsets[first], offsets[second + 1] - offsets[second]
    for k in range(min(size_1, size_2)):
        for i in range(corners.shape[1]):
            x, y = corners[offsets[first] + k, i], corners[offsets[second] + k, i]
            if x != y:
                return -1 if x < y else 1
    return -1 if size_1 < size_2 else int(size_1 > size_2)


@kernel
def order_of_summands(births, birth_offsets, deaths, death_offsets):
    """Permutation that sorts summands by their sequences of births and then of deaths (merge sort)."""
    n = birth_offsets.size - 1
    order, merged = np.arange(n), np.empty(n, np.int64)
    width = 1
    while width < n:
        for begin in range(0, n, 2 * width):
            middle, end = min(begin + width, n), min(begin + 2 * width, n)
            left, right = begin, middle
            for at in range(begin, end):
                take_right = left == middle
                if not take_right and right < end:
                    sign = _compare(order[right], order[left], births, birth_offsets)
                    if sign == 0:
                        sign = _compare(order[right], order[left], deaths, death_offsets)
                    take_right = sign < 0
                if take_right:
                    merged[at] = order[right]
                    right += 1
                else:
                    merged[at] = order[left]
                    left += 1
        order, merged = merged, order
        width *= 2
    return order


# --- points


@inline_kernel
def _load(block, points, first, sign):
    """Copy sign * points[first:], transposed, into a block; the last point fills what is left."""
    for i in range(block.shape[0]):
        for k in range(BLOCK):
            block[i, k] = sign * points[min(first + k, len(points) - 1), i]


@inline_kernel
def _towards_corners(nearest, ahead, corners, sign, block):
    """Write min over corners c of max_i (sign * c_i - x_i) to `nearest`, for the points x of a block."""
    for k in range(BLOCK):
        nearest[k] = np.inf
    for c in range(len(corners)):
        corner = sign * corners[c, 0]
        for k in range(BLOCK):
            ahead[k] = corner - block[0, k]
        for i in range(1, corners.shape[1]):
            corner = sign * corners[c, i]
            for k in range(BLOCK):
                further = corner - block[i, k]
                ahead[k] = further if further > ahead[k] else ahead[k]
        for k in range(BLOCK):
            nearest[k] = ahead[k] if ahead[k] < nearest[k] else nearest[k]


@kernel
def members(starts, ends, births, birth_offsets, deaths, death_offsets):
    """Whether starts[k] is above a birth and ends[k] below a death of a summand, shape (n_points, n_summands)."""
    m, p = starts.shape
    n = birth_offsets.size - 1
    inside = np.empty((m, n), np.bool_)
    lower, upper = np.empty((p, BLOCK)), np.empty((p, BLOCK))
    to_births, to_deaths, ahead = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        _load(lower, starts, first, 1.0)
        _load(upper, ends, first, -1.0)
        for s in range(n):
            _towards_corners(to_births, ahead, births[birth_offsets[s] : birth_offsets[s + 1]], 1.0, lower)
            _towards_corners(to_deaths, ahead, deaths[death_offsets[s] : death_offsets[s + 1]], -1.0, upper)
            for k in range(min(BLOCK, m - first)):
                inside[first + k, s] = to_births[k] <= 0.0 and to_deaths[k] < 0.0
    return inside


@inline_kernel
def _nearest_corners_suffice(b, d):
    """Whether max(distance to the up-set, distance to the down-set) is the distance to the support, at every point.

    It is in two parameters if the support is connected: each two births that follow one another on the staircase have
    a common death. For if the nearest birth b and death d of x have b_0 ≥ d_0, a path in the support from below d to
    above b crosses the strip between them over the square around x up to b and d, through it, or below; in the first
    case the segment from b up to the path meets the square, in the last the segment from the path up to d does.
    In more parameters, this asks for more than is necessary: every birth below every death.
    """
    p = b.shape[1]
    for k in range(len(b) - 1 if p == 2 else len(b)):
        n_above = 0
        for j in range(len(d)):
            above = True
            for i in range(p):
                if d[j, i] <= b[k, i] or (p == 2 and d[j, i] <= b[k + 1, i]):
                    above = False
                    break
            n_above += above
        if n_above < (1 if p == 2 else len(d)):
            return False
    return True


@inline_kernel
def _distance_to_boxes(x, b, d, least):
    """Distance of x to the union of the boxes [b[k], d[j]] from corner to corner, known to be at least `least`."""
    nearest = np.inf
    for k in range(len(b)):
        for j in range(len(d)):
            distance = 0.0
            for i in range(x.size):
                if b[k, i] >= d[j, i]:
                    distance = np.inf
                    break
                distance = max(distance, b[k, i] - x[i], x[i] - d[j, i])
            nearest = min(nearest, distance)
            if nearest <= least:
                return nearest
    return nearest


@kernel
def distances(points, births, birth_offsets, deaths, death_offsets):
    """L∞ distances of points to supports, negative inside; shape (n_points, n_summands)."""
    m, p = points.shape
    n = birth_offsets.size - 1
    result = np.empty((m, n))
    lower, upper = np.empty((p, BLOCK)), np.empty((p, BLOCK))
    to_births, to_deaths, ahead = np.empty(BLOCK), np.empty(BLOCK), np.empty(BLOCK)
    for first in range(0, m, BLOCK):
        _load(lower, points, first, 1.0)
        _load(upper, points, first, -1.0)
        for s in range(n):
            _towards_corners(to_births, ahead, births[birth_offsets[s] : birth_offsets[s + 1]], 1.0, lower)
            _towards_corners(to_deaths, ahead, deaths[death_offsets[s] : death_offsets[s + 1]], -1.0, upper)
            for k in range(min(BLOCK, m - first)):
                result[first + k, s] = max(to_births[k], to_deaths[k])
    for s in range(n):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        if not _nearest_corners_suffice(b, d):
            for k in range(m):
                if result[k, s] >= 0.0:
                    result[k, s] = _distance_to_boxes(points[k], b, d, result[k, s])
    return result


# --- diagonals and lines


@kernel
def longest_diagonals(births, birth_offsets, deaths, death_offsets, box):
    """Lengths, in each coordinate, of the longest segments of direction (1, ..., 1) in the supports inside a box."""
    n = birth_offsets.size - 1
    longest = np.zeros(n)
    for s in range(n):
        for k in range(birth_offsets[s], birth_offsets[s + 1]):
            for j in range(death_offsets[s], death_offsets[s + 1]):
                length = np.inf
                for i in range(births.shape[1]):
                    length = min(length, min(deaths[j, i], box[1, i]) - max(births[k, i], box[0, i]))
                    if length <= longest[s]:
                        break
                longest[s] = max(longest[s], length)
    return longest


@kernel
def bars_on_lines(bases, directions, births, birth_offsets, deaths, death_offsets):
    """Times between which lines are in supports, shape (n_lines, n_summands, 2); inf twice where they never are."""
    m, p = bases.shape
    n = birth_offsets.size - 1
    bars = np.full((m, n, 2), np.inf)
    for line in range(m):
        for s in range(n):
            birth, death = np.inf, -np.inf
            for k in range(birth_offsets[s], birth_offsets[s + 1]):
                time = -np.inf
                for i in range(p):
                    ahead = births[k, i] - bases[line, i]
                    if directions[line, i] > 0.0:
                        time = max(time, ahead / directions[line, i])
                    elif ahead > 0.0:
                        time = np.inf
                birth = min(birth, time)
            for j in range(death_offsets[s], death_offsets[s + 1]):
                time = np.inf
                for i in range(p):
                    ahead = deaths[j, i] - bases[line, i]
                    if directions[line, i] > 0.0:
                        time = min(time, ahead / directions[line, i])
                    elif ahead <= 0.0:
                        time = -np.inf
                death = max(death, time)
            if birth < death:
                bars[line, s, 0] = birth
                bars[line, s, 1] = death
    return bars


# --- rows of grids: corners are places on the axes of a grid, possibly one beyond the last


@inline_kernel
def _rows(b, d):
    """Rows of a grid, along its last axis, that meet a support: their places, and where the support begins and ends.

    A support is convex, so it meets a row in the interval from the least last coordinate of births at or before the
    row to the largest one of deaths behind it.
    """
    last = b.shape[1] - 1
    low, high, place = np.empty(last, np.int64), np.empty(last, np.int64), np.empty(last, np.int64)
    n_rows = 1
    for i in range(last):
        low[i], high[i] = b[0, i], d[0, i]
        for k in range(len(b)):
            low[i] = min(low[i], b[k, i])
        for j in range(len(d)):
            high[i] = max(high[i], d[j, i])
        place[i] = low[i]
        n_rows *= max(high[i] - low[i], 0)
    places = np.empty((n_rows, last), np.int64)
    begins, ends = np.empty(n_rows, np.int64), np.empty(n_rows, np.int64)
    found = 0
    for _ in range(n_rows):
        begin, end = np.iinfo(np.int64).max, np.int64(-1)
        for k in range(len(b)):
            before = b[k, last] < begin
            for i in range(last):
                before = before and b[k, i] <= place[i]
            if before:
                begin = b[k, last]
        for j in range(len(d)):
            behind = d[j, last] > end
            for i in range(last):
                behind = behind and d[j, i] > place[i]
            if behind:
                end = d[j, last]
        if begin < end:
            for i in range(last):
                places[found, i] = place[i]
            begins[found], ends[found] = begin, end
            found += 1
        for i in range(last - 1, -1, -1):
            place[i] += 1
            if place[i] < high[i] or i == 0:
                break
            place[i] = low[i]
    return places[:found], begins[:found], ends[:found]


@inline_kernel
def _row_numbers(places, shape):
    """Numbers of rows in the product of all axes but the last."""
    numbers = np.zeros(len(places), np.int64)
    for k in range(len(places)):
        for i in range(places.shape[1]):
            numbers[k] = numbers[k] * shape[i] + places[k, i]
    return numbers


@kernel
def count_on_grid(births, birth_offsets, deaths, death_offsets, shape):
    """Numbers of summands at the points of a grid, as rows along the last axis."""
    length = shape[-1]
    counts = np.zeros((shape[:-1].prod(), length), np.int64)
    for s in range(birth_offsets.size - 1):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        places, begins, ends = _rows(b, d)
        numbers = _row_numbers(places, shape)
        for k in range(numbers.size):
            counts[numbers[k], begins[k]] += 1
            if ends[k] < length:
                counts[numbers[k], ends[k]] -= 1
    for row in range(len(counts)):
        for j in range(1, length):
            counts[row, j] += counts[row, j - 1]
    return counts


@kernel
def differences_of_rank(births, birth_offsets, deaths, death_offsets, shape):
    """Array over (row, place, row, place) whose sums along both places are the ranks, where the places ascend.

    Maps of a summand between two rows, the first before the second, are not zero on the product of two intervals.
    """
    length, n_rows = shape[-1], shape[:-1].prod()
    ranks = np.zeros((n_rows, length, n_rows, length), np.int64)
    for s in range(birth_offsets.size - 1):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        places, begins, ends = _rows(b, d)
        numbers = _row_numbers(places, shape)
        for first in range(numbers.size):
            for second in range(first, numbers.size):
                before = True
                for i in range(places.shape[1]):
                    before = before and places[first, i] <= places[second, i]
                if not before:
                    continue
                x, y = numbers[first], numbers[second]
                ranks[x, begins[first], y, begins[second]] += 1
                if ends[first] < length:
                    ranks[x, ends[first], y, begins[second]] -= 1
                if ends[second] < length:
                    ranks[x, begins[first], y, ends[second]] -= 1
                if ends[first] < length and ends[second] < length:
                    ranks[x, ends[first], y, ends[second]] += 1
    return ranks


@block_kernel
def _depth(x, b, d):
    """L∞ distance of a point of a support to the complement: min(max_b min_i (x - b)_i, max_d min_i (d - x)_i)."""
    above, below = 0.0, 0.0
    for k in range(len(b)):
        depth = np.inf
        for i in range(b.shape[1]):
            depth = min(depth, x[i] - b[k, i])
        above = max(above, depth)
    for j in range(len(d)):
        depth = np.inf
        for i in range(d.shape[1]):
            depth = min(depth, d[j, i] - x[i])
        below = max(below, depth)
    return min(above, below)


@kernel
def largest_depths(
    births, birth_offsets, deaths, death_offsets, birth_places, death_places, axes, axis_offsets, n_largest
):
    """Largest depths in supports at the points of a grid, decreasing, shape (n_points, n_largest)."""
    last, shape = births.shape[1] - 1, np.diff(axis_offsets)
    largest = np.zeros((shape.prod(), n_largest))
    x = np.empty(last + 1)
    for s in range(birth_offsets.size - 1):
        b0, b1, d0, d1 = birth_offsets[s], birth_offsets[s + 1], death_offsets[s], death_offsets[s + 1]
        b, d = births[b0:b1], deaths[d0:d1]
        places, begins, ends = _rows(birth_places[b0:b1], death_places[d0:d1])
        numbers = _row_numbers(places, shape)
        for k in range(numbers.size):
            for i in range(last):
                x[i] = axes[axis_offsets[i] + places[k, i]]
            for j in range(begins[k], ends[k]):
                x[last] = axes[axis_offsets[last] + j]
                depth = _depth(x, b, d)
                at = numbers[k] * shape[last] + j
                for rank in range(n_largest):
                    if depth > largest[at, rank]:
                        depth, largest[at, rank] = largest[at, rank], depth
    return largest


# --- the grid of the coordinates of a summand's own corners


@inline_kernel
def _own_grid(b, d):
    """Coordinates of the corners, increasing and different, an axis a row, and the places of the corners on them."""
    p, n = b.shape[1], len(b) + len(d)
    axes, values, places = np.empty((p, n)), np.empty(n), np.empty((n, p), np.int64)
    for i in range(p):
        for k in range(n):
            values[k] = b[k, i] if k < len(b) else d[k - len(b), i]
        order = np.argsort(values)
        at = 0
        for k in range(n):
            at += k > 0 and values[order[k]] > values[order[k - 1]]
            axes[i, at] = values[order[k]]
            places[order[k], i] = at
    return axes, places[: len(b)], places[len(b) :]


@kernel
def volumes(births, birth_offsets, deaths, death_offsets):
    """Volumes of supports with finite deaths: sums over the rows of the grids of their own coordinates."""
    n, last = birth_offsets.size - 1, births.shape[1] - 1
    result = np.zeros(n)
    for s in range(n):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        axes, b_places, d_places = _own_grid(b, d)
        places, begins, ends = _rows(b_places, d_places)
        for k in range(begins.size):
            volume = axes[last, ends[k]] - axes[last, begins[k]]
            for i in range(last):
                volume *= axes[i, places[k, i] + 1] - axes[i, places[k, i]]
            result[s] += volume
    return result


@kernel
def count_rows(births, birth_offsets, deaths, death_offsets):
    """Numbers of rows of the grids of their own coordinates that supports meet."""
    counts = np.zeros(birth_offsets.size - 1, np.int64)
    for s in range(counts.size):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        _, b_places, d_places = _own_grid(b, d)
        counts[s] = _rows(b_places, d_places)[1].size
    return counts


@kernel
def hilbert_atoms(births, birth_offsets, deaths, death_offsets, n_rows):
    """Atoms of the Hilbert measure: of each row, products of differences along each axis; without those at inf."""
    p = births.shape[1]
    n_masks = 1 << p
    points, weights = np.empty((n_rows * n_masks, p)), np.empty(n_rows * n_masks, np.int64)
    found = 0
    for s in range(birth_offsets.size - 1):
        b = births[birth_offsets[s] : birth_offsets[s + 1]]
        d = deaths[death_offsets[s] : death_offsets[s + 1]]
        axes, b_places, d_places = _own_grid(b, d)
        places, begins, ends = _rows(b_places, d_places)
        for k in range(begins.size):
            for mask in range(n_masks):
                weight, finite = 1, True
                for i in range(p):
                    upper = (mask >> i) & 1
                    place = places[k, i] + upper if i < p - 1 else (ends[k] if upper else begins[k])
                    points[found, i] = axes[i, place]
                    finite = finite and points[found, i] < np.inf
                    weight = -weight if upper else weight
                if finite:
                    weights[found] = weight
                    found += 1
    return points[:found], weights[:found]
