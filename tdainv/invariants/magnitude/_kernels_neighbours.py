"""Sparse approximate inverses of similarity matrices: kernels.

Row i of the factor U is that of the inverse Cholesky factor of the similarities among i and at most m points before it
(Vecchia 1988; Kaporin 1994; Schäfer, Katzfuss and Owhadi 2021): Z⁻¹ ≈ UᵀU, optimal in Kullback–Leibler divergence for
its sparsity. The entries of row i are `factor[i, k]` at column `neighbours[i, k]`, and `factor[i, m]` at column i.
"""

from __future__ import annotations

import numpy as np

from tdainv._numba import inline_kernel, kernel

L1, L2, LINF, LP, HAMMING = 0, 1, 2, 3, 4


@inline_kernel
def distance(points, i, j, n_positions, metric, exponent):
    """Distance of two rows; with HAMMING, l1 of the positions and the number of values that differ, by weight."""
    dim = points.shape[1]
    total = 0.0
    if metric == L1:
        for k in range(dim):
            total += abs(points[i, k] - points[j, k])
    elif metric == L2:
        for k in range(dim):
            total += (points[i, k] - points[j, k]) ** 2
        total = np.sqrt(total)
    elif metric == LINF:
        for k in range(dim):
            total = max(total, abs(points[i, k] - points[j, k]))
    elif metric == LP:
        largest = 0.0
        for k in range(dim):
            largest = max(largest, abs(points[i, k] - points[j, k]))
        if 0.0 < largest < np.inf:  # powers of the ratios neither overflow nor vanish together
            for k in range(dim):
                total += (abs(points[i, k] - points[j, k]) / largest) ** exponent
            total = largest * total ** (1.0 / exponent)
        else:
            total = largest
    else:
        for k in range(n_positions):
            total += abs(points[i, k] - points[j, k])
        for k in range(n_positions, dim):
            if points[i, k] != points[j, k]:
                total += exponent
    return total


@inline_kernel
def _conditional_row(local, column, count, row):
    """Write a row of the factor from the similarities among the neighbours, and those with the point itself.

    False where the matrix is not positive definite: then the row is that of the identity.
    """
    least = 1e-13  # below this, rounding decides the sign of a pivot
    good = True
    for a in range(count):
        for b in range(a + 1):
            total = local[a, b]
            for k in range(b):
                total -= local[a, k] * local[b, k]
            if a == b:
                if total < least:
                    good = False
                    total = 1.0
                local[a, a] = np.sqrt(total)
            else:
                local[a, b] = total / local[b, b]
    variance = 1.0
    for a in range(count):
        total = column[a]
        for k in range(a):
            total -= local[a, k] * column[k]
        column[a] = total / local[a, a]
        variance -= column[a] * column[a]
    good = good and variance >= least
    last = len(row) - 1
    for a in range(count - 1, -1, -1):
        total = column[a]
        for k in range(a + 1, count):
            total -= local[k, a] * column[k]
        column[a] = total / local[a, a]
        row[a] = -column[a] / np.sqrt(variance) if good else 0.0
    row[last] = 1.0 / np.sqrt(variance) if good else 1.0
    return good


@kernel
def factor_of_points(points, neighbours, start, stop, n_positions, metric, exponent, factor):
    """Rows `start` to `stop` of the factor for exp(-distance); the number of rows that had to be skipped."""
    width = neighbours.shape[1]
    local, column, row = np.empty((width, width)), np.empty(width), np.empty(width + 1)
    skipped = 0
    for i in range(start, stop):
        count = 0
        while count < width and neighbours[i, count] >= 0:
            a = count
            for b in range(a):
                d = distance(points, neighbours[i, a], neighbours[i, b], n_positions, metric, exponent)
                local[a, b] = np.exp(-d)
            local[a, a] = 1.0
            column[a] = np.exp(-distance(points, neighbours[i, a], i, n_positions, metric, exponent))
            count += 1
        if not _conditional_row(local, column, count, row):
            skipped += 1
        for k in range(count):
            factor[i, k] = row[k]
        factor[i, width] = row[width]
    return skipped


@kernel
def factor_of_similarities(similarities, order, neighbours, start, stop, factor):
    """Rows `start` to `stop` of the factor, of the points in the given order; how many rows had to be skipped."""
    width = neighbours.shape[1]
    local, column, row = np.empty((width, width)), np.empty(width), np.empty(width + 1)
    skipped = 0
    for i in range(start, stop):
        count = 0
        while count < width and neighbours[i, count] >= 0:
            a = count
            for b in range(a):
                local[a, b] = similarities[order[neighbours[i, a]], order[neighbours[i, b]]]
            local[a, a] = 1.0
            column[a] = similarities[order[neighbours[i, a]], order[i]]
            count += 1
        if not _conditional_row(local, column, count, row):
            skipped += 1
        for k in range(count):
            factor[i, k] = row[k]
        factor[i, width] = row[width]
    return skipped


@kernel
def apply_factor(neighbours, factor, vector, out):
    """Product of UᵀU with a vector: no neighbour is -1 before the last one, and missing ones come last."""
    n, width = neighbours.shape
    for i in range(n):
        out[i] = 0.0
    for i in range(n):  # neighbours come before i, so that out[i] receives only from later rows
        total = factor[i, width] * vector[i]
        for k in range(width):
            j = neighbours[i, k]
            if j < 0:
                break
            total += factor[i, k] * vector[j]
        out[i] += factor[i, width] * total
        for k in range(width):
            j = neighbours[i, k]
            if j < 0:
                break
            out[j] += factor[i, k] * total


@kernel
def stencil_neighbours(shape, steps, start, stop, out):
    """Numbers of the pixels at given steps from pixels `start` to `stop`, -1 after the last that is in the image."""
    dim = len(shape)
    place = np.empty(dim, np.int64)
    for i in range(start, stop):
        rest = i
        for axis in range(dim - 1, -1, -1):
            place[axis] = rest % shape[axis]
            rest //= shape[axis]
        count = 0
        for k in range(len(steps)):
            number = 0
            inside = True
            for axis in range(dim):
                moved = place[axis] + steps[k, axis]
                inside = inside and 0 <= moved < shape[axis]
                number = number * shape[axis] + moved
            if inside:
                out[i, count] = number
                count += 1
        for k in range(count, len(steps)):
            out[i, k] = -1
