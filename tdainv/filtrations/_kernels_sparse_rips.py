"""Greedy permutations of large clouds, and the edges of sparse Rips filtrations: see tiles.py and sparse_rips.py."""

import numpy as np

from tdainv._numba import kernel
from tdainv.filtrations._kernels_tiles import TILE, span_to_box, spans_to_tile


@kernel
def greedy_order(points, sizes, low, high, metric, members, first_tile, first):
    """Order of the points in which each is farthest from those before it, and its span to these: inf at the start.

    Points are numbered tile by tile, `TILE` to a tile. Among equally far points, that of the least number in
    `members` comes first. A tile whose points are all nearer to earlier points than to the new one is passed over.
    """
    n = sizes.sum()
    n_tiles = sizes.size
    order = np.empty(n, np.int64)
    spans = np.empty(n)
    nearest = np.full((n_tiles, TILE), np.inf)
    farthest = np.full(n_tiles, np.inf)
    best = np.zeros(n_tiles, np.int64)
    row = np.empty(TILE)
    s = first_tile
    i = first
    for step in range(n):
        order[step] = s * TILE + i
        spans[step] = nearest[s, i]
        for t in range(n_tiles):
            if t != s and span_to_box(points, s, i, low, high, t, metric) >= farthest[t]:
                continue
            spans_to_tile(points, s, t, i, metric, row)
            for j in range(TILE):
                nearest[t, j] = min(nearest[t, j], row[j])
            if t == s:
                nearest[t, i] = -1.0  # taken
            top = 0
            for j in range(1, sizes[t]):
                if nearest[t, j] > nearest[t, top] or (
                    nearest[t, j] == nearest[t, top] and members[t, j] < members[t, top]
                ):
                    top = j
            best[t] = top
            farthest[t] = nearest[t, top]
        following = 0
        for t in range(1, n_tiles):
            if farthest[t] > farthest[following] or (
                farthest[t] == farthest[following] and members[t, best[t]] < members[following, best[following]]
            ):
                following = t
        s = following
        i = best[following]
    return order, spans


@kernel
def earlier_within(points, sizes, low, high, metric, ranks, reach, ends, spans):
    """List the pairs of each point and the points of lower rank within its reach; returns their number.

    `ranks` and `reach` (a span) have the shape of tiles. Pairs, by the numbers of greedy_order, and their spans are
    written as far as there is room: none into empty arrays.
    """
    row = np.empty(TILE)
    count = np.int64(0)
    for s in range(sizes.size):
        for i in range(sizes[s]):
            most = reach[s, i]
            rank = ranks[s, i]
            for t in range(sizes.size):
                if span_to_box(points, s, i, low, high, t, metric) > most:
                    continue
                spans_to_tile(points, s, t, i, metric, row)
                for j in range(sizes[t]):
                    if row[j] <= most and ranks[t, j] < rank:
                        if count < spans.size:
                            ends[count, 0] = s * TILE + i
                            ends[count, 1] = t * TILE + j
                            spans[count] = row[j]
                        count += 1
    return count
