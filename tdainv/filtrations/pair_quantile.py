"""Exact quantiles of all pairwise distances of a large cloud, without storing them."""

from __future__ import annotations

import math

import numpy as np

from tdainv._typing import Float
from tdainv.filtrations._kernels_tiles import pairs_between
from tdainv.filtrations.tiles import Tiles

_ROOM = 1 << 22  # spans stored at once
_SAMPLE = 1 << 20
_DEVIATIONS = 4.5  # half the width of a bracket, in standard deviations of the rank in the sample


def pair_quantile(tiles: Tiles, quantile: float) -> float:
    """Quantile of the distances between different points, as numpy.quantile interpolates it.

    Parameters
    ----------
    tiles : Tiles
        Of at least two points.
    quantile : float in [0, 1]

    Returns
    -------
    float
        The very value that sorting all distances would give.

    Notes
    -----
    A sample of pairs, always the same, brackets the value; a pass over all pairs counts those below the bracket and
    lists those inside. Pairs of tiles that lie entirely on one side take no time. Where the list would be too long,
    an even sample of it gives a narrower bracket for another pass, and so on. O(n²) time at worst, O(n) memory.

    Examples
    --------
    >>> from tdainv.filtrations.tiles import tiles_of
    >>> pair_quantile(tiles_of(np.array([[0.0], [1.0], [4.0]]), "euclidean"), 0.25)
    2.0
    """
    n = int(tiles.sizes.sum())
    position = quantile * (n * (n - 1) // 2 - 1)
    rank = math.floor(position)
    search = _Search(tiles)
    spans = np.array([search.span(rank), search.span(math.ceil(position))])
    low, high = tiles.distances(spans)
    return float(_between(low, high, position - rank))


def quantile_of(values: Float, quantile: float) -> Float:
    """Quantile of each row of values, at least one, which changes their order.

    It is that of numpy.quantile, which takes longer to start than small clouds take.
    """
    position = quantile * (values.shape[-1] - 1)
    rank = math.floor(position)
    values.partition(rank, axis=-1)
    following = values[..., rank + 1 :].min(axis=-1) if rank < position else values[..., rank]
    return _between(values[..., rank], following, position - rank)


def _between(low: Float, high: Float, share: float) -> Float:
    """Interpolate as numpy does, bit by bit: from the nearer end."""
    return low + (high - low) * share if share < 0.5 else high - (high - low) * (1 - share)


class _Search:
    """Order statistics of the spans of all pairs; remembers what a pass has listed."""

    def __init__(self, tiles: Tiles) -> None:
        self.tiles = tiles
        self.n_pairs = int(tiles.sizes.sum()) * (int(tiles.sizes.sum()) - 1) // 2
        self.first = _sampled_spans(tiles)
        self.below, self.listed = 0, np.zeros(0)

    def span(self, rank: int) -> float:
        """The span with `rank` smaller ones before it.

        It lies in [low, high] throughout, among ranks start to stop - 1, of which `sample` is an even sample.
        """
        low, high = 0.0, self._largest()
        start, stop, sample = 0, self.n_pairs, self.first
        deviations = _DEVIATIONS
        while not self.below <= rank < self.below + len(self.listed):
            least, most = _bracket(sample, (rank - start) / (stop - start), deviations, (low, high))
            below, inside, spans = self._pass(least, most)
            if below <= rank < below + inside:
                if least == most:
                    return least
                if inside <= _ROOM:
                    self.below, self.listed = below, np.sort(spans)
                    break
                # The same bracket again, of a few values that abound: next time try one of them.
                deviations = 0.0 if (least, most) == (low, high) else _DEVIATIONS
                low, high, start, stop, sample = least, most, below, below + inside, np.sort(spans)
                continue
            if rank < below:
                high, stop = float(np.nextafter(least, -1)), below
            else:
                low, start = float(np.nextafter(most, np.inf)), below + inside
            sample = sample[(sample >= low) & (sample <= high)]
            deviations = _DEVIATIONS
        return float(self.listed[rank - self.below])

    def _largest(self) -> float:
        """Span of the bounding box, which no pair exceeds."""
        sides = self.tiles.high.max(axis=0) - self.tiles.low.min(axis=0)
        largest = float([np.square(sides).sum(), sides.sum(), sides.max()][self.tiles.metric])
        return min(largest * (1 + 1e-9), float(np.finfo(float).max))

    def _pass(self, least: float, most: float) -> tuple[int, int, Float]:
        spans = np.empty(0 if least == most else _ROOM)
        tiles = self.tiles
        below, inside, written = pairs_between(
            tiles.points, tiles.sizes, tiles.low, tiles.high, tiles.metric, least, most, spans
        )
        return below, inside, spans[:written]


def _sampled_spans(tiles: Tiles) -> Float:
    """Sorted spans of pairs of different points, drawn evenly, the same at each call."""
    random = np.random.RandomState(0)
    n, dim = int(tiles.sizes.sum()), tiles.points.shape[1]
    first = random.randint(n, size=_SAMPLE)
    second = (first + random.randint(1, n, size=_SAMPLE)) % n
    total = np.zeros(_SAMPLE)
    for c in range(dim):
        coordinate = tiles.points[:, c].ravel()
        gap = np.abs(coordinate[first] - coordinate[second])
        if tiles.metric == 2:
            np.maximum(total, gap, out=total)
        else:
            total += gap * gap if tiles.metric == 0 else gap
    return np.sort(total)


def _bracket(sample: Float, share: float, deviations: float, bounds: tuple[float, float]) -> tuple[float, float]:
    """Two values between which the quantile lies in all likelihood; the bounds where the sample does not tell.

    One value alone if it abounds, since it cannot be cut in two; and if there are no deviations.
    """
    size = len(sample)
    if size == 0:
        return bounds
    spread = deviations * math.sqrt(share * (1 - share) * size) + 2
    first, last = math.floor(share * size - spread), math.ceil(share * size + spread)
    middle = float(sample[min(math.floor(share * size), size - 1)])
    here = sample[max(first, 0) : last + 1]
    if deviations == 0 or np.count_nonzero(here == middle) > max(8, len(here) // 4):
        return middle, middle
    return float(sample[first]) if first >= 0 else bounds[0], float(sample[last]) if last < size else bounds[1]
