"""All pairs of points of a tiled cloud, tile against tile: see tiles.py for the arrays and for what a span is.

Loops over a tile have a constant number of turns and no branches, so that they run in vector registers. Boxes are
measured with the operations of points in the same order: rounding is monotone, hence they bound the spans as computed.
"""

import numpy as np

from tdainv._kernels_exponentials import negative_powers_of_two
from tdainv._numba import block_kernel, inline_kernel, kernel

TILE = 128
_HALF, _QUARTER, _EIGHTH = TILE // 2, TILE // 4, TILE // 8

_NOTHING = 1000.0  # 2**-1000 added to at least 1 changes nothing


@block_kernel
def spans_to_tile(points, t, tile, i, metric, row):
    """Write the spans from point i of tile t to the points of another tile into `row`."""
    for j in range(TILE):
        row[j] = 0.0
    for c in range(points.shape[1]):
        x = points[t, c, i]
        if metric == 0:
            for j in range(TILE):
                row[j] += (points[tile, c, j] - x) * (points[tile, c, j] - x)
        elif metric == 1:
            for j in range(TILE):
                row[j] += abs(points[tile, c, j] - x)
        else:
            for j in range(TILE):
                row[j] = max(row[j], abs(points[tile, c, j] - x))


@block_kernel
def spans_of_boxes(low, high, s, t, metric):
    """Bounds of the spans between the points of two tiles."""
    least = 0.0
    most = 0.0
    for c in range(low.shape[1]):
        gap = max(0.0, max(low[t, c] - high[s, c], low[s, c] - high[t, c]))
        reach = max(high[t, c] - low[s, c], high[s, c] - low[t, c])
        if metric == 0:
            least += gap * gap
            most += reach * reach
        elif metric == 1:
            least += gap
            most += reach
        else:
            least = max(least, gap)
            most = max(most, reach)
    return least, most


@kernel
def pairs_between(points, sizes, low, high, metric, least, most, sample):
    """Count the pairs with spans below `least` and in [least, most], and list the latter, or evenly some of them.

    Every `stride`-th span is written to `sample`, with the smallest power of two for which there is room. Returns the
    two counts and the number of spans written, none if the bounds are equal; `most` is finite.
    """
    row = np.empty(TILE)
    below = np.int64(0)
    inside = np.int64(0)
    written = 0
    stride = 1
    for s in range(sizes.size):
        for t in range(s, sizes.size):
            nearest, farthest = spans_of_boxes(low, high, s, t, metric)
            if nearest > most:
                continue
            if farthest < least:
                below += sizes[s] * (sizes[s] - 1) // 2 if s == t else sizes[s] * sizes[t]
                continue
            for i in range(sizes[s]):
                spans_to_tile(points, s, t, i, metric, row)
                if s == t:
                    for j in range(i + 1):
                        row[j] = np.inf
                n_below = 0
                n_not_above = 0
                for j in range(TILE):
                    n_below += row[j] < least
                    n_not_above += row[j] <= most
                below += n_below
                if n_not_above == n_below or least == most:
                    inside += n_not_above - n_below
                    continue
                for j in range(TILE):
                    if row[j] >= least and row[j] <= most:
                        if inside % stride == 0 and written == sample.size:
                            written = (written + 1) // 2
                            for k in range(written):
                                sample[k] = sample[2 * k]
                            stride *= 2
                        if inside % stride == 0:
                            sample[written] = row[j]
                            written += 1
                        inside += 1
    return below, inside, written


@kernel
def gaussian_sums(points, sizes, low, high, metric, factor, reach):
    """Sum over all points y of 2**-(factor * d(x, y)**2) for each x; pairs of tiles of spans above `reach` count 0.

    A factor of inf counts the points at distance 0.
    """
    row = np.empty(TILE)
    powers = np.empty(TILE)
    sums = np.zeros((sizes.size, TILE))
    for s in range(sizes.size):
        for t in range(s, sizes.size):
            if spans_of_boxes(low, high, s, t, metric)[0] > reach:
                continue
            for i in range(sizes[s]):
                spans_to_tile(points, s, t, i, metric, row)
                if metric != 0:
                    for j in range(TILE):
                        row[j] *= row[j]
                for j in range(TILE):
                    row[j] = min(row[j] * factor, _NOTHING) if row[j] > 0.0 else 0.0
                negative_powers_of_two(row, powers, TILE)
                if s != t:
                    for j in range(TILE):
                        sums[t, j] += row[j]
                for j in range(_HALF):
                    row[j] += row[j + _HALF]
                for j in range(_QUARTER):
                    row[j] += row[j + _QUARTER]
                for j in range(_EIGHTH):
                    row[j] += row[j + _EIGHTH]
                total = 0.0
                for j in range(_EIGHTH):
                    total += row[j]
                sums[s, i] += total
    return sums


@block_kernel
def span_to_box(points, s, i, low, high, t, metric):
    """Bound from below of the spans from a point to those of a tile."""
    least = 0.0
    for c in range(low.shape[1]):
        gap = max(0.0, max(low[t, c] - points[s, c, i], points[s, c, i] - high[t, c]))
        if metric == 0:
            least += gap * gap
        elif metric == 1:
            least += gap
        else:
            least = max(least, gap)
    return least


@inline_kernel
def _bracket(row, radii, i, metric):
    """Bounds of the span to the k-th nearest point of point i, whose distance changes no faster than the point moves.

    Point i is compared to the nearest of the points before it in its tile; `row` holds the spans to them.
    """
    near = -1
    for j in range(i):
        if near < 0 or row[j] < row[near]:
            near = j
    if near < 0:
        return -1.0, np.finfo(np.float64).max
    radius = np.sqrt(radii[near]) if metric == 0 else radii[near]
    step = np.sqrt(row[near]) if metric == 0 else row[near]
    slack = step + 1e-9 * (radius + step)
    least = max(0.0, radius - slack)
    most = radius + slack
    return (least * least, most * most) if metric == 0 else (least, most)


@inline_kernel
def _select(values, size, rank):
    """Reorder the first `size` values so that the `rank + 1` smallest come first, the greatest of these last."""
    first = 0
    last = size - 1
    while first < last:
        a, b, c = values[first], values[(first + last) // 2], values[last]
        pivot = max(min(a, b), min(max(a, b), c))
        i = first
        j = last
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            last = j
        elif rank >= i:
            first = i
        else:
            break


@kernel
def nearest_spans(points, sizes, low, high, metric, k):
    """Span to the k-th nearest point (the first is the point itself), and the sum of the k least squared distances."""
    n_tiles = sizes.size
    row = np.empty(TILE)
    parts = np.empty(TILE)
    candidates = np.empty(sizes.sum())
    radii = np.zeros((n_tiles, TILE))
    sums = np.zeros((n_tiles, TILE))
    for s in range(n_tiles):
        for i in range(sizes[s]):
            spans_to_tile(points, s, s, i, metric, row)
            least, most = _bracket(row, radii[s], i, metric)
            below = np.int64(0)
            size = 0
            for j in range(TILE):
                parts[j] = 0.0
            for t in range(n_tiles):
                if span_to_box(points, s, i, low, high, t, metric) > most:
                    continue
                spans_to_tile(points, s, t, i, metric, row)
                n_below = 0
                n_not_above = 0
                for j in range(TILE):
                    n_below += row[j] < least
                    n_not_above += row[j] <= most
                    square = row[j] if metric == 0 else row[j] * row[j]
                    parts[j] += square if row[j] < least else 0.0
                below += n_below
                if n_not_above > n_below:
                    for j in range(TILE):
                        if row[j] >= least and row[j] <= most:
                            candidates[size] = row[j]
                            size += 1
            _select(candidates, size, k - 1 - below)
            total = 0.0
            for j in range(TILE):
                total += parts[j]
            for j in range(k - below):
                total += candidates[j] if metric == 0 else candidates[j] * candidates[j]
            radii[s, i] = candidates[k - 1 - below]
            sums[s, i] = total
    return radii, sums
