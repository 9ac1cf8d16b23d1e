"""Points made ready for exact arithmetic, and good orders to insert them in."""

from __future__ import annotations

import numpy as np
from sklearn.utils import check_random_state

from tdainv._typing import Float, Int
from tdainv.geometry._kernels_exact import MAX_BITS
from tdainv.geometry._kernels_order import hilbert_keys

_BITS = (0, 50, 31, 21)  # of a coordinate in a Hilbert key
_ROUND = 0.125  # share of the points in the rounds of insertion before the last one


def scaled_to_integers(points: Float) -> Float:
    """Multiply points by a power of two that makes all coordinates integers below 2^200; append zeros for R^3."""
    mantissa, exponent = np.frexp(points)
    digits = (mantissa * 2.0**53).astype(np.int64)
    nonzero = digits != 0
    scaled = np.zeros((len(points), 3))
    if not nonzero.any():
        return scaled
    trailing = np.frexp((digits & -digits).astype(np.float64))[1] - 1
    unit = int((exponent + trailing)[nonzero].min()) - 53
    if exponent[nonzero].max() - unit > MAX_BITS:
        size = np.abs(points[nonzero])
        raise ValueError(
            "points must have coordinates that are 0 or differ in size by less than a factor of about 1e44, got "
            f"sizes from {size.min():g} to {size.max():g}. Round the points, for example to multiples of "
            f"{size.max() * 1e-20:.0e}."
        )
    scaled[:, : points.shape[1]] = np.ldexp(points, -unit) + 0.0
    return scaled


def hilbert_order(x: Float) -> Int:
    """Points in the order of a Hilbert curve."""
    low = x.min(axis=0)
    extent = float((x.max(axis=0) - low).max())
    bits = _BITS[x.shape[1]]
    scale = (2.0**bits - 1) / extent if extent > 0 else 0.0
    return np.argsort(hilbert_keys(np.ascontiguousarray(x), low, scale, bits), kind="stable")


def insertion_order(curve: Int) -> Int:
    """Rounds of random points, each along the curve and about seven times as large as the ones before together."""
    chance = check_random_state(0).uniform(_ROUND**6, 1.0, len(curve))
    rounds = (np.log(chance) / np.log(_ROUND)).astype(np.int8)
    return curve[np.argsort(-rounds, kind="stable")]


def function_order(values: Float) -> Int:
    """Points by increasing values of a function, ties in an order that is random, but always the same.

    In an order along a grid, each point after a new row meets the cells of all of the row before. The grid 200 x 200
    by rows has 4.0 million conflicts with its first coordinate as the function, and 0.3 million in this order.
    """
    return np.lexsort((check_random_state(0).permutation(len(values)), values))
