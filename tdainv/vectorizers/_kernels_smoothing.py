"""Sums of separable functions on a product grid."""

import numpy as np

from tdainv._kernels_exponentials import negative_powers_of_two
from tdainv._numba import fused_multiply_add, inline_kernel, kernel

GAUSSIAN, EXPONENTIAL, LINEAR = 0, 1, 2

_TERMS = 96  # of a sum, whose factors are in use together: they stay in the cache
_ENTRIES = 1 << 15
_HALF_LOG2_E = 0.7213475204444817
_LOG2_E = 1.4426950408889634
_NOTHING = 61.0
_NEGLIGIBLE = 2.0**-60  # a value that small adds less than rounding does, and counts as zero
_GREATEST = np.finfo(np.float64).max


@inline_kernel
def _write_values(coordinates, nodes, width, kind, powers, values):
    """Write the kernel of one axis to values[i * n + j], for coordinate i and node j of n, with room in `powers`."""
    scale = min(1.0 / width, _GREATEST)  # zero times infinity is no number
    n = nodes.size
    for i in range(coordinates.size):
        row = values[i * n : (i + 1) * n]
        x = coordinates[i]
        for j in range(n):
            row[j] = (nodes[j] - x) * scale
    size = coordinates.size * n
    if kind == LINEAR:
        for j in range(size):
            values[j] = max(0.0, 1.0 - abs(values[j]))
        return
    for j in range(size):
        u = values[j] * values[j] * _HALF_LOG2_E if kind == GAUSSIAN else abs(values[j]) * _LOG2_E
        values[j] = min(u, _NOTHING)
    negative_powers_of_two(values, powers, size)
    for j in range(size):
        values[j] = values[j] if values[j] > _NEGLIGIBLE else 0.0


@inline_kernel
def _add_products(left, right, n_terms, sums):
    """Add left[:n_terms].T @ right[:n_terms] to `sums`: four rows of it and two terms at a time."""
    n_rows, n_columns = sums.shape
    last = n_terms - n_terms % 2
    for r in range(0, n_rows - 3, 4):
        for i in range(0, last, 2):
            a, b, c, d = left[i, r], left[i, r + 1], left[i, r + 2], left[i, r + 3]
            e, f, g, h = left[i + 1, r], left[i + 1, r + 1], left[i + 1, r + 2], left[i + 1, r + 3]
            for s in range(n_columns):
                x, y = right[i, s], right[i + 1, s]
                sums[r, s] = fused_multiply_add(e, y, fused_multiply_add(a, x, sums[r, s]))
                sums[r + 1, s] = fused_multiply_add(f, y, fused_multiply_add(b, x, sums[r + 1, s]))
                sums[r + 2, s] = fused_multiply_add(g, y, fused_multiply_add(c, x, sums[r + 2, s]))
                sums[r + 3, s] = fused_multiply_add(h, y, fused_multiply_add(d, x, sums[r + 3, s]))
        for i in range(last, n_terms):
            a, b, c, d = left[i, r], left[i, r + 1], left[i, r + 2], left[i, r + 3]
            for s in range(n_columns):
                x = right[i, s]
                sums[r, s] = fused_multiply_add(a, x, sums[r, s])
                sums[r + 1, s] = fused_multiply_add(b, x, sums[r + 1, s])
                sums[r + 2, s] = fused_multiply_add(c, x, sums[r + 2, s])
                sums[r + 3, s] = fused_multiply_add(d, x, sums[r + 3, s])
    for r in range(n_rows - n_rows % 4, n_rows):
        for i in range(n_terms):
            a = left[i, r]
            for s in range(n_columns):
                sums[r, s] = fused_multiply_add(a, right[i, s], sums[r, s])


@inline_kernel
def _find_terms(points, first, n, term_of, point_of):
    """Number of runs among n points, from `first` on, that agree in all coordinates but the last.

    Writes the run of each point to `term_of`, and the first point of each run to `point_of`.
    """
    n_terms = 0
    for i in range(n):
        again = i > 0
        for k in range(points.shape[1] - 1):
            again &= points[first + i, k] == points[first + i - 1, k]
        if not again:
            point_of[n_terms] = first + i
            n_terms += 1
        term_of[i] = n_terms - 1
    return n_terms


@kernel
def smooth_measures(points, weights, starts, nodes, ends, widths, kind, table, column):
    """Write Σ_i weights[i] Π_k K((g_k - points[i, k]) / widths[k]), over the points of measure m, to row m of a table.

    The points of measure m are starts[m], ..., starts[m + 1] - 1. Axis k of the grid is nodes[ends[k] : ends[k + 1]].
    A row has the values at the points g of the grid, from `column` on. Points that follow each other and agree in all
    coordinates but the last are one term: half of the atoms of a Hilbert measure go. The sums of terms are matrix
    products, but of a size at which BLAS spends its time on calls, and has threads wait for each other.
    """
    p = points.shape[1]
    n_columns = ends[p] - ends[p - 1]
    n_rows = 1
    longest = n_columns
    for k in range(p - 1):
        n_rows *= ends[k + 1] - ends[k]
        longest = max(longest, ends[k + 1] - ends[k])
    room = max(2, min(_TERMS, _ENTRIES // n_rows))
    left = np.empty((room, n_rows))
    width = (n_columns + 7) // 8 * 8  # loops over whole vector registers are faster than loops with an odd end
    right = np.empty((room, width))
    sums = np.empty((n_rows, width))
    values = np.empty(room * longest)
    powers = np.empty(room * longest)
    coordinates = np.empty(room)
    term_of = np.empty(room, np.int64)
    point_of = np.empty(room, np.int64)
    for m in range(starts.size - 1):
        for r in range(n_rows):
            for s in range(width):
                sums[r, s] = 0.0
        for first in range(starts[m], starts[m + 1], room):
            n = min(room, starts[m + 1] - first)
            n_terms = _find_terms(points, first, n, term_of, point_of)
            for t in range(n_terms):
                left[t, 0] = 1.0
                for s in range(width):
                    right[t, s] = 0.0
            size = 1
            for k in range(p):
                axis = nodes[ends[k] : ends[k + 1]]
                is_last = k == p - 1
                for i in range(n if is_last else n_terms):
                    coordinates[i] = points[first + i if is_last else point_of[i], k]
                _write_values(coordinates[: n if is_last else n_terms], axis, widths[k], kind, powers, values)
                for i in range(n if is_last else n_terms):
                    row = values[i * axis.size : (i + 1) * axis.size]
                    if is_last:
                        factors = right[term_of[i]]
                        weight = weights[first + i]
                        for s in range(axis.size):
                            factors[s] += weight * row[s]
                    else:
                        factors = left[i]
                        for r in range(size - 1, -1, -1):  # from the end on, since products take the place of factors
                            factor = factors[r]
                            part = factors[r * axis.size : (r + 1) * axis.size]
                            for s in range(axis.size):
                                part[s] = factor * row[s]
                if not is_last:
                    size *= axis.size
            _add_products(left, right, n_terms, sums)
        row = table[m, column : column + n_rows * n_columns]
        for r in range(n_rows):
            part = row[r * n_columns : (r + 1) * n_columns]
            for s in range(n_columns):
                part[s] = sums[r, s]
