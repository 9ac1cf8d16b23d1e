"""Distances of direct sums of interval modules, such as module approximations."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from tdainv import _validation as check
from tdainv._typing import Float, Int
from tdainv.distances._kernels_modules import interval_distances
from tdainv.distances.bottleneck import bottleneck_distance
from tdainv.invariants._kernels_intervals import longest_diagonals
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.line_grid import LineGrid
from tdainv.persistence.lines import Lines


class InterleavingBounds(NamedTuple):
    """Bounds on an interleaving distance."""

    lower: float
    upper: float


def module_bottleneck_distance(first: IntervalModule, second: IntervalModule) -> float:
    """Bottleneck distance of two direct sums of intervals: of candidate decompositions, say. Exact up to rounding.

    It is the least δ such that summands M_i of one can be matched with summands N_j of the other, at interleaving
    distance d_I(M_i, N_j) ≤ δ, where only summands with d_I(·, 0) ≤ δ stay unmatched. With one parameter this is the
    bottleneck distance of the barcodes.

    Parameters
    ----------
    first, second : IntervalModule
        Over the same R^p, of the same degree. Summands whose supports are not connected are taken apart. Boxes do not
        matter: use :meth:`tdainv.IntervalModule.restrict` first to compare what is inside a box.

    Returns
    -------
    float
        ``inf`` if summands with infinite diagonals cannot be matched.

    Raises
    ------
    TypeError
        For anything else than interval modules.
    ValueError
        For modules of different degrees or over different R^p.

    Notes
    -----
    It bounds the interleaving distance from above, which is NP-hard to compute for sums of intervals, and is far larger
    for some [1]_. The interleaving distance of two intervals is exact, by the criterion of [2]_: δ where coordinates of
    corners meet are searched by bisection, and each is decided in O(c² d²) for c births and d deaths (p = 2: almost
    O(c²)). A pair of summands is looked at no further when bounds from their longest diagonals say that it is not worth
    matching.

    References
    ----------
    .. [1] Bjerkevik, Botnan, Kerber: Computing the interleaving distance is NP-hard, Found. Comput. Math. 20 (2020).
    .. [2] Dey, Xin: Computing bottleneck distance for 2-D interval decomposable modules, SoCG 2018.

    Examples
    --------
    A square, and the same square one further along the diagonal; a small square stays unmatched:

    >>> import tdainv
    >>> first = tdainv.IntervalModule.from_rectangles([[0, 0], [9, 9]], [[6, 6], [10, 10]], degree=1)
    >>> second = tdainv.IntervalModule.from_rectangles([[1, 1]], [[7, 7]], degree=1)
    >>> tdainv.module_bottleneck_distance(first, second)
    1.0
    """
    _require_comparable(first, second)
    sums = [_Sum.of(module) for module in (first, second)]
    finite = np.concatenate([each.weights[np.isfinite(each.weights)] for each in sums])
    most = float(finite.max(initial=1.0)) / 64
    while True:  # pairs that are far apart are not looked at unless they have to be
        pairs, distances = interval_distances(*sums[0], tuple(sums[1]), most)
        distance = _bottleneck(pairs, distances, sums[0].weights, sums[1].weights)
        if distance <= most or most == np.inf:
            return distance
        most = 8 * most if most < finite.max(initial=0.0) else np.inf


def interleaving_bounds(first: IntervalModule, second: IntervalModule, *, n_lines: int = 100) -> InterleavingBounds:
    """Bounds on the interleaving distance of two direct sums of intervals.

    Parameters
    ----------
    first, second : IntervalModule
        Over the same R^p, of the same degree.
    n_lines : int, default 100
        Number of lines for the lower bound, about.

    Returns
    -------
    InterleavingBounds
        ``lower``, the largest bottleneck distance of the barcodes along lines of direction (1, ..., 1), spread evenly
        over the boxes of the modules; and ``upper``, the :func:`tdainv.module_bottleneck_distance`.

    Raises
    ------
    TypeError
        For anything else than interval modules.
    ValueError
        For modules of different degrees or over different R^p.

    Notes
    -----
    An ε-interleaving restricts to one of the modules along each line of direction (1, ..., 1), so barcodes there are at
    bottleneck distance at most ε [1]_. Interleavings of summands add up to one of the sums.

    References
    ----------
    .. [1] Landi: The rank invariant stability via interleavings, Research in Computational Topology (2018).

    Examples
    --------
    >>> import tdainv
    >>> first = tdainv.IntervalModule.from_rectangles([[0, 0]], [[6, 6]], degree=1)
    >>> second = tdainv.IntervalModule.from_rectangles([[1, 1]], [[7, 7]], degree=1)
    >>> tdainv.interleaving_bounds(first, second)
    InterleavingBounds(lower=1.0, upper=1.0)
    """
    _require_comparable(first, second)
    n_lines = check.positive_integer(n_lines, "n_lines")
    boxes = np.stack([first.box, second.box])
    grid = LineGrid.with_lines(np.array([boxes[:, 0].min(axis=0), boxes[:, 1].max(axis=0)]), n_lines)
    lines = Lines(np.concatenate([grid.bases(axes) for axes in grid.faces()]), np.ones(first.n_parameters))
    pairs = zip(first.barcodes(lines), second.barcodes(lines), strict=True)
    lower = max(bottleneck_distance(*pair) for pair in pairs)
    upper = module_bottleneck_distance(first, second)
    return InterleavingBounds(min(lower, upper), upper)  # rounding


class _Sum(NamedTuple):
    """Arrays of a sum of connected intervals, with the interleaving distances of its summands from zero."""

    births: Float
    birth_offsets: Int
    deaths: Float
    death_offsets: Int
    weights: Float

    @classmethod
    def of(cls, module: IntervalModule) -> _Sum:
        module = module.split()
        everywhere = np.outer([-np.inf, np.inf], np.ones(module.n_parameters))
        corners = module.births, module.birth_offsets, module.deaths, module.death_offsets
        return cls(*corners, 0.5 * longest_diagonals(*corners, everywhere))


def _require_comparable(first: IntervalModule, second: IntervalModule) -> None:
    for name, module in (("first", first), ("second", second)):
        if not isinstance(module, IntervalModule):
            raise TypeError(f"{name} must be an IntervalModule, got {type(module).__name__}.")
    if (first.n_parameters, first.degree) != (second.n_parameters, second.degree):
        raise ValueError(
            f"Modules must have the same degree and number of parameters to be compared, got {first!r} and {second!r}."
        )


def _bottleneck(pairs: Int, distances: Float, row_weights: Float, column_weights: Float) -> float:
    """Least δ at which all that weighs more than δ can be matched, along pairs at most δ apart."""
    rows, columns = pairs.T
    values = np.unique(np.concatenate([[0.0], distances, row_weights, column_weights]))
    first, last = 0, len(values) - 1  # the last one is enough: then nothing needs to be matched
    while first < last:
        middle = (first + last) // 2
        near = distances <= values[middle]
        if _covers(rows[near], columns[near], row_weights > values[middle], len(column_weights)) and _covers(
            columns[near], rows[near], column_weights > values[middle], len(row_weights)
        ):
            last = middle
        else:
            first = middle + 1
    return float(values[first])


def _covers(rows: Int, columns: Int, needed: Int, n_columns: int) -> bool:
    """Whether a matching covers the rows that need a partner.

    If one covers the rows that need it and one the columns, then one covers both (Mendelsohn and Dulmage).
    """
    kept = needed[rows]
    graph = csr_array((np.ones(kept.sum(), np.int8), (rows[kept], columns[kept])), shape=(len(needed), n_columns))
    return bool((maximum_bipartite_matching(graph, perm_type="column")[needed] >= 0).all())
