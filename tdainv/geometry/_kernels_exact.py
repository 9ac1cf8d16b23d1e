"""Exact signs of determinants of points with integer coordinates, in integers of many digits.

A number is a run of *digits* of base 2^28 in an int64 array, the lowest first. Digits have signs: those of a carried
number lie in [-2^27, 2^27], so that sums of products of digits are added up without a carry and without an overflow,
and the sign of a number is the sign of its highest digit that is not zero. That is easier, and for five points of R^3
several times quicker, than sums of floating-point components.

Coordinates are floats whose values are integers of magnitude below 2^200, hence have at most 8 digits. Floats are only
subtracted here, and scaled by powers of two: no optimisation of a compiler (fused products) can change a result.

What to multiply is in a table, so that there is little to compile: each row adds a product to a number.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from tdainv._numba import inline_kernel

MAX_BITS = 200
_DIGIT = 28
_HALF = 1 << (_DIGIT - 1)
UNITS = np.array([2.0 ** (_DIGIT * i) for i in range(10)])

# Determinants of the rows point - p: columns x y; x z; x y z; x y and norm^2; x y z and norm^2.
ORIENT_XY, ORIENT_XZ, ORIENT_XYZ, IN_CIRCLE, IN_SPHERE = range(5)
_ROWS = np.array([2, 2, 3, 3, 4])

# Places of numbers, and below their lengths, in units of the number of digits of a coordinate. First the coordinates,
# three a row, then the minors of two columns, the norms, the minors of three columns, and the determinant.
_MINORS, _NORMS, _TRIPLES, _RESULT, _END = 12, 24, 32, 44, 49
_PAIRS = list(combinations(range(4), 2))


def _minors(rows: int, column: int = 1) -> list[list[int]]:
    """Products x_i y_j - x_j y_i, for all pairs of rows."""
    products = []
    for i, j in combinations(range(rows), 2):
        at = _MINORS + 2 * _PAIRS.index((i, j))
        products += [[at, 3 * i, 1, 3 * j + column, 1, 1], [at, 3 * j, 1, 3 * i + column, 1, -1]]
    return products


def _norms(rows: int) -> list[list[int]]:
    """Products x_i x_i + y_i y_i + z_i z_i."""
    return [[_NORMS + 2 * i, 3 * i + j, 1, 3 * i + j, 1, 1] for i in range(rows) for j in range(3)]


def _expansion(at: int, rows: tuple[int, ...], weights: list[int], length: int) -> list[list[int]]:
    """Products of the expansion of three rows along their last column, given by the places of its entries."""
    i, j, k = (_MINORS + 2 * _PAIRS.index((a, b)) for a, b in combinations(rows, 2))  # without the last row first
    u, v, w = (weights[row] for row in rows)
    return [[at, u, length, k, 2, 1], [at, v, length, j, 2, -1], [at, w, length, i, 2, 1]]


def _in_sphere() -> list[list[int]]:
    products = _minors(4) + _norms(4)
    for i in range(4):
        rows = tuple(row for row in range(4) if row != i)
        products += _expansion(_TRIPLES + 3 * i, rows, [2, 5, 8, 11], 1)
    return products + [[_RESULT, _NORMS + 2 * i, 2, _TRIPLES + 3 * i, 3, (-1) ** (i + 1)] for i in range(4)]


def table_of(programs: list[list[list[int]]]) -> tuple[np.ndarray, np.ndarray]:
    """All products below each other, each with a 1 appended if its number is complete then; first of each program.

    A product is (c, a, length of a, b, length of b, sign): the numbers at a and b are multiplied and, with the sign,
    added to that at c. Places and lengths are in units of the number of digits of a coordinate.
    """
    rows: list[list[int]] = []
    starts = [0]
    for products in programs:
        following = [row[0] for row in products[1:]] + [-1]
        rows += [[*row, int(row[0] != after)] for row, after in zip(products, following, strict=True)]
        starts.append(len(rows))
    return np.array(rows), np.array(starts)


_PRODUCTS, _STARTS = table_of(
    [
        _minors(2),
        _minors(2, column=2),
        _minors(3) + _expansion(_RESULT, (0, 1, 2), [2, 5, 8], 1),
        _minors(3) + _norms(3) + _expansion(_RESULT, (0, 1, 2), [_NORMS, _NORMS + 2, _NORMS + 4], 2),
        _in_sphere(),
    ]
)


@inline_kernel
def put_difference(digits, at, n, x, y):
    """Write the n digits of x - y, which is high + low exactly (Knuth's TwoDiff): each digit is at most 2^28."""
    high = x - y
    y_seen = x - high
    low = (x - (high + y_seen)) + (y_seen - y)
    for i in range(n - 1, -1, -1):
        unit = UNITS[i]
        top = np.rint(high / unit)
        bottom = np.rint(low / unit)
        high -= top * unit
        low -= bottom * unit
        digits[at + i] = np.int64(top) + np.int64(bottom)


@inline_kernel
def sign_of_program(digits, n, products, start, stop):
    """Carry out the products from `start` to `stop`; return the sign of the last number."""
    at, length = 0, 0
    for t in range(start, stop):
        at, left, right = n * products[t, 0], n * products[t, 1], n * products[t, 3]
        n_left, n_right, sign = n * products[t, 2], n * products[t, 4], products[t, 5]
        for i in range(n_left):
            factor = sign * digits[left + i]
            if factor != 0:
                for j in range(n_right):
                    digits[at + i + j] += factor * digits[right + j]
        length = n_left + n_right
        if products[t, 6]:
            for i in range(at, at + length - 1):
                over = (digits[i] + _HALF) >> _DIGIT
                digits[i] -= over << _DIGIT
                digits[i + 1] += over
    for i in range(at + length - 1, at - 1, -1):
        if digits[i] != 0:
            return 1 if digits[i] > 0 else -1
    return 0


@inline_kernel
def exact_sign(x, a, b, c, d, p, determinant):
    """Sign of a determinant of the rows a - p, b - p, ... of x, of which only as many count as it has."""
    n_rows = _ROWS[determinant]
    largest = 0.0
    for i in range(n_rows):
        row = a if i == 0 else (b if i == 1 else (c if i == 2 else d))
        for j in range(3):
            largest = max(largest, abs(x[row, j] - x[p, j]))
    n = 1
    while largest >= 0.5 * UNITS[n]:
        n += 1
    digits = np.zeros(_END * n, np.int64)
    for i in range(n_rows):
        row = a if i == 0 else (b if i == 1 else (c if i == 2 else d))
        for j in range(3):
            put_difference(digits, n * (3 * i + j), n, x[row, j], x[p, j])
    return sign_of_program(digits, n, _PRODUCTS, _STARTS[determinant], _STARTS[determinant + 1])
