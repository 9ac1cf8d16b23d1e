"""Signs of cells dropped into bins: Euler characteristics on grids and along directions."""

import numpy as np

from tdainv._numba import inline_kernel, kernel


@inline_kernel
def _first_at_least(line, first, last, value):
    """Smallest i in first..last with line[i] >= value, where line[last] counts as infinite.

    Bisection without a branch: where a value falls cannot be predicted.
    """
    base, size = first, last - first
    while size > 1:
        half = size >> 1
        base += half if line[base + half - 1] < value else 0
        size -= half
    return base + (1 if size == 1 and line[base] < value else 0)


@kernel
def drop_cells(grades, signs, lines, starts, strides, grid):
    """Add the sign of each cell to the first point of a product grid at or above its grade, if there is one.

    Axis k of the grid is lines[starts[k] : starts[k + 1]]; a step along it is strides[k] entries of the flat grid.
    """
    n, p = grades.shape
    for i in range(n):
        place = 0
        for k in range(p):
            value = grades[i, k]
            j = _first_at_least(lines, starts[k], starts[k + 1], value)
            if j == starts[k + 1] or value == np.inf:  # a grid may end at inf, where such a cell is not either
                place = -1
                break
            place += (j - starts[k]) * strides[k]
        if place >= 0:
            grid[place] += signs[i]


@kernel
def drop_staircases(values, signs, radii, rows, n_heights, grid):
    """Add the signs of cells with one value a row to a grid over (radii, heights), flat.

    Row j is at or below the heights from number rows[j] on. Where the value of a cell falls from one row to the next,
    its sign moves there.
    """
    n, m = values.shape
    for i in range(n):
        before = radii.size
        for j in range(m):
            if rows[j] == n_heights:
                break
            value = values[i, j]
            if value == np.inf:
                continue
            bin_ = _first_at_least(radii, 0, radii.size, value)
            if bin_ < before:
                grid[bin_ * n_heights + rows[j]] += signs[i]
                if before < radii.size:
                    grid[before * n_heights + rows[j]] -= signs[i]
                before = bin_


@kernel
def heights_along(points, directions):
    """Inner products, shape (directions, points): with the same bits however directions are put together."""
    m, d = directions.shape
    n = points.shape[0]
    heights = np.empty((m, n))
    for i in range(m):
        for j in range(n):
            height = 0.0
            for k in range(d):
                height += directions[i, k] * points[j, k]
            heights[i, j] = height
    return heights


@kernel
def add_at_tops(simplices, sign, heights, weights):
    """Add a sign to the weight of the highest vertex of each simplex, for each row of heights."""
    n, width = simplices.shape
    for i in range(heights.shape[0]):
        for j in range(n):
            top = simplices[j, 0]
            highest = heights[i, top]
            for k in range(1, width):
                vertex = simplices[j, k]
                height = heights[i, vertex]
                top = vertex if height > highest else top
                highest = max(height, highest)
            weights[i, top] += sign


@kernel
def drop_vertices(heights, weights, levels, counts, moments):
    """Add weights to the first level at or above the heights, row by row; moments also count how high above levels[0].

    Few vertices have a weight: on a surface, only the critical ones.
    """
    m, n = heights.shape
    for i in range(m):
        for j in range(n):
            weight = weights[i, j]
            if weight != 0:
                height = heights[i, j]
                level = _first_at_least(levels, 0, levels.size, height)
                if level < levels.size:
                    counts[i, level] += weight
                    moments[i, level] += weight * max(height - levels[0], 0.0)
