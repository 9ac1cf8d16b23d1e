"""Corners of the summands of a module approximation, from bars along a grid of parallel lines."""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel


@block_kernel
def _enter(grade, base, top, sign, point, attained):
    """Where a line of direction (1, ..., 1) enters the quadrant above a grade, and which coordinates decide it.

    Deaths come with all signs changed back by `sign`: their coordinates above the box become inf, those of births are
    moved back to its upper side, for beyond the box nothing changes any more.
    """
    time = -np.inf
    for i in range(grade.size):
        time = max(time, grade[i] - base[i])
    for i in range(grade.size):
        attained[i] = grade[i] - base[i] == time
        value = grade[i] if attained[i] else base[i] + time
        if value > top[i]:
            value = top[i] if sign > 0 else np.inf
        point[i] = value


@inline_kernel
def _below(left, right, sign):
    """Whether left ≤ right in every coordinate (sign 1), or left ≥ right (sign -1)."""
    for i in range(left.size):
        if sign * left[i] > sign * right[i]:
            return False
    return True


@inline_kernel
def _between(points, attained, count, sign, corner):
    """Corner that the bars of `count` neighbouring lines point to.

    A coordinate that decides the end of a bar on one of the lines is one of the module's own grades: the least such
    birth, the greatest such death. Where there is none the corner is put so that it holds on all of the lines.
    """
    for i in range(corner.size):
        known = False
        for k in range(count):
            if attained[k, i] and (not known or sign * points[k, i] < sign * corner[i]):
                corner[i] = points[k, i]
                known = True
        if not known:
            corner[i] = points[0, i]
            for k in range(1, count):
                if sign * points[k, i] > sign * corner[i]:
                    corner[i] = points[k, i]


@inline_kernel
def _with_room(size, owners, corners):
    """The same arrays, or longer ones if they are full."""
    if size < owners.size:
        return owners, corners
    more_owners = np.empty(2 * size, np.int64)
    more_corners = np.empty((2 * size, corners.shape[1]))
    for i in range(size):
        more_owners[i] = owners[i]
        for axis in range(corners.shape[1]):
            more_corners[i, axis] = corners[i, axis]
    return more_owners, more_corners


@kernel
def unsettled_in_the_plane(ids, alive, grades, bases, cells, sign):
    """Pairs (cell, vine) of neighbouring lines of the plane whose bars have to be looked at, and needed points.

    Nearly always both bars enter the quadrant of the same generator through the same side. Then their common corner
    is one of their points, and the other point is superfluous. Arguments as in :func:`corner_candidates`.
    """
    needed = alive.copy()
    pairs = np.empty((1024, 2), np.int64)
    count = 0
    for cell in range(cells.shape[0]):
        left, right = cells[cell, 0], cells[cell, 1]
        x, y, other_x, other_y = bases[left, 0], bases[left, 1], bases[right, 0], bases[right, 1]
        for vine in range(ids.shape[1]):
            if not (alive[left, vine] and alive[right, vine]):
                continue
            g = ids[left, vine]
            if g == ids[right, vine]:
                ahead = (grades[g, 0] - x) - (grades[g, 1] - y)
                other_ahead = (grades[g, 0] - other_x) - (grades[g, 1] - other_y)
                if (ahead > 0.0 and other_ahead > 0.0) or (ahead < 0.0 and other_ahead < 0.0):
                    # On the side x = constant, the point of the line of the larger offset y - x lies higher.
                    left_lower = (ahead < other_ahead) == (ahead > 0.0)
                    needed[right if left_lower == (sign > 0.0) else left, vine] = False
                    continue
            if count == pairs.shape[0]:
                pairs = _doubled(pairs)
            pairs[count, 0], pairs[count, 1] = cell, vine
            count += 1
    return pairs[:count], needed


@inline_kernel
def _doubled(pairs):
    more = np.empty((2 * len(pairs), 2), np.int64)
    for i in range(len(pairs)):
        more[i, 0], more[i, 1] = pairs[i, 0], pairs[i, 1]
    return more


@kernel
def corner_candidates(ids, alive, grades, bases, cells, top, sign, pairs, needed):
    """Corners of one kind (sign 1: births, -1: deaths) of all vines over a grid of lines.

    ``ids`` and ``alive``, of shape (lines, vines), say which generator gives an end of the bar of a vine, and whether
    there is a bar. ``cells`` lists lines that are neighbours. A bar contributes the point where it ends, unless that
    of a neighbour makes it superfluous, and bars of neighbouring lines the corner they point to together. ``pairs`` of
    a cell and a vine are looked at, the others are settled; ``needed`` are the bars whose points may be needed.
    Returns the vines and the common corners, and the bars whose points are needed.
    """
    p = top.size
    width = cells.shape[1]
    size = 0
    owners, corners = np.empty(1024, np.int64), np.empty((1024, p))
    points, attained = np.empty((width, p)), np.empty((width, p), np.bool_)
    corner = np.empty(p)
    lines = np.empty(width, np.int64)
    needed = needed.copy()
    for pair in range(len(pairs)):
        cell, vine = pairs[pair, 0], pairs[pair, 1]
        count = 0
        for k in range(width):
            line = cells[cell, k]
            if alive[line, vine]:
                _enter(grades[ids[line, vine]], bases[line], top, sign, points[count], attained[count])
                lines[count] = line
                count += 1
        if count < 2:
            continue
        _between(points, attained, count, sign, corner)
        useful = True
        for k in range(count):
            if _below(points[k], corner, sign):
                useful = False
        for k in range(count):
            if useful and _below(corner, points[k], sign):
                needed[lines[k], vine] = False
            for other in range(count):
                if other != k and _below(points[other], points[k], sign):
                    equal = _below(points[k], points[other], sign)
                    if not equal or lines[other] < lines[k]:
                        needed[lines[k], vine] = False
        if useful:
            owners, corners = _with_room(size, owners, corners)
            owners[size] = vine
            for i in range(p):
                corners[size, i] = corner[i]
            size += 1
    return owners[:size], corners[:size], needed


@kernel
def entry_points(generators, lines, grades, bases, top, sign):
    """Points where lines enter the quadrants of generators, or leave them (sign -1), one a pair, within the box."""
    points = np.empty((generators.size, top.size))
    attained = np.empty(top.size, np.bool_)
    for k in range(generators.size):
        _enter(grades[generators[k]], bases[lines[k]], top, sign, points[k], attained)
    return points


@kernel
def deviations(births, birth_offsets, deaths, death_offsets, bases, born, died):
    """Greatest distance between bars [born, died) of vines along lines and those of intervals with given corners.

    Both are ends of bars along lines of direction (1, ..., 1). A bar may also be matched to the diagonal, at the cost
    of half its length.
    """
    n_lines, n_vines = born.shape
    p = bases.shape[1]
    worst = 0.0
    for vine in range(n_vines):
        if birth_offsets[vine] == birth_offsets[vine + 1]:
            continue
        for line in range(n_lines):
            start = np.inf
            for corner in range(birth_offsets[vine], birth_offsets[vine + 1]):
                time = -np.inf
                for i in range(p):
                    time = max(time, births[corner, i] - bases[line, i])
                start = min(start, time)
            end = -np.inf
            for corner in range(death_offsets[vine], death_offsets[vine + 1]):
                time = np.inf
                for i in range(p):
                    time = min(time, deaths[corner, i] - bases[line, i])
                end = max(end, time)
            apart = abs(start - born[line, vine])
            if end != died[line, vine]:
                apart = max(apart, abs(end - died[line, vine]))
            unmatched = max(0.0, 0.5 * (end - start), 0.5 * (died[line, vine] - born[line, vine]))
            worst = max(worst, min(apart, unmatched))
    return worst
