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
def corner_candidates(ids, alive, grades, bases, cells, top, sign):
    """Corners of one kind (sign 1: births, -1: deaths) of all vines over a grid of lines.

    ``ids`` and ``alive``, of shape (lines, vines), say which generator gives an end of the bar of a vine, and whether
    there is a bar. ``cells`` lists lines that are neighbours. A bar contributes the point where it ends, unless that
    of a neighbour makes it superfluous, and bars of neighbouring lines the corner they point to together. Returns the
    vines and the corners.
    """
    p = top.size
    width = cells.shape[1]
    size = 0
    owners, corners = np.empty(1024, np.int64), np.empty((1024, p))
    points, attained = np.empty((width, p)), np.empty((width, p), np.bool_)
    corner = np.empty(p)
    lines = np.empty(width, np.int64)
    needed = alive.copy()
    for cell in range(cells.shape[0]):
        for vine in range(ids.shape[1]):
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
    for line in range(ids.shape[0]):
        for vine in range(ids.shape[1]):
            if needed[line, vine]:
                owners, corners = _with_room(size, owners, corners)
                _enter(grades[ids[line, vine]], bases[line], top, sign, points[0], attained[0])
                owners[size] = vine
                for i in range(p):
                    corners[size, i] = points[0, i]
                size += 1
    return owners[:size], corners[:size]


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
