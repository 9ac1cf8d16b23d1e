"""Covers of the values of a filter: overlapping boxes, equal in size or in the number of points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted

_MOST_BOXES = 1_000_000


@dataclass(frozen=True)
class CubicalCover:
    """Overlapping boxes of equal size that cover the range of the values.

    Along each axis, n intervals of equal length cover the range from the smallest to the largest value; neighbours
    share the given fraction of an interval. Boxes are products of intervals.

    Parameters
    ----------
    n_intervals : int or sequence of int, default 10
        Number of intervals along each axis.
    overlap : float in [0, 1), default 0.3
        Share of an interval that it has in common with the next one.

    Examples
    --------
    >>> [box.tolist() for box in CubicalCover(n_intervals=2, overlap=0.5)([0.0, 1.0, 2.0, 3.0])]
    [[0, 1, 2], [1, 2, 3]]
    """

    n_intervals: int | Sequence[int] = 10
    overlap: float = 0.3

    def __call__(self, values: ArrayLike) -> list[Int]:
        """Return the numbers of the values in each box, for boxes that hold some.

        Parameters
        ----------
        values : array-like of shape (n,) or (n, q)

        Returns
        -------
        list of int ndarrays
            In the order of the boxes, the last axis first to change.
        """
        return _boxes(values, self.n_intervals, self.overlap, _equal_lengths)


@dataclass(frozen=True)
class BalancedCover:
    """Overlapping boxes along each axis of which intervals hold about the same number of points.

    The intervals of :class:`CubicalCover` for the ranks of the values; equal values are never separated.

    Parameters
    ----------
    n_intervals : int or sequence of int, default 10
    overlap : float in [0, 1), default 0.3
        Share of the points of an interval that it has in common with the next one.

    Examples
    --------
    >>> [box.tolist() for box in BalancedCover(n_intervals=2, overlap=0.5)([0.0, 1.0, 2.0, 100.0])]
    [[0, 1, 2], [1, 2, 3]]
    """

    n_intervals: int | Sequence[int] = 10
    overlap: float = 0.3

    def __call__(self, values: ArrayLike) -> list[Int]:
        """Return the numbers of the values in each box, for boxes that hold some; see :class:`CubicalCover`."""
        return _boxes(values, self.n_intervals, self.overlap, _equal_counts)


def _boxes(values: ArrayLike, n_intervals: Any, overlap: Any, intervals: Any) -> list[Int]:
    table = _table(values)
    counts = _checked_counts(n_intervals, table.shape[1])
    share = check.finite(overlap, "overlap")
    if not 0 <= share < 1:
        raise ValueError(f"overlap must lie in [0, 1), got overlap={overlap!r}.")
    found = [np.arange(len(table))]
    for column, n in zip(table.T, counts, strict=True):
        low, high = intervals(column, n, share)
        inside = [(column >= a) & (column <= b) for a, b in zip(low, high, strict=True)]
        found = [box[mask[box]] for box in found for mask in inside]
        found = [box for box in found if len(box)]
    return found


def _table(values: ArrayLike) -> Float:
    array = check.float_array(values, "values", "must be filter values, one row a point,")
    return check.points(array[:, np.newaxis] if array.ndim == 1 else array, "values")


def _checked_counts(n_intervals: Any, q: int) -> list[int]:
    counts = list(n_intervals) if isinstance(n_intervals, Sequence | np.ndarray) else [n_intervals] * q
    counts = [check.positive_integer(n, "n_intervals") for n in counts]
    if len(counts) != q:
        raise ValueError(f"n_intervals must be one number or {counted(q, 'number')}, one an axis, got {n_intervals!r}.")
    if np.prod([float(n) for n in counts]) > _MOST_BOXES:
        raise ValueError(f"n_intervals must make at most {_MOST_BOXES} boxes, got {n_intervals!r} on {q} axes.")
    return counts


def _equal_lengths(column: Float, n: int, overlap: float) -> tuple[Float, Float]:
    """Ends of n intervals of one length over the range, each overlapping the next by a share of it."""
    low, high = column.min(), column.max()
    length = (high - low) / (n - (n - 1) * overlap)
    starts = low + length * (1.0 - overlap) * np.arange(n)
    ends = starts + length
    ends[-1] = high  # whatever rounding says
    return starts, ends


def _equal_counts(column: Float, n: int, overlap: float) -> tuple[Float, Float]:
    """Ends of n intervals that hold about as many points each: values at equally spaced ranks."""
    starts, ends = _equal_lengths(np.array([0.0, len(column)]), n, overlap)
    ordered = np.sort(column)
    first = np.floor(starts + 1e-9).astype(np.int64)
    last = np.maximum(np.ceil(ends - 1e-9).astype(np.int64) - 1, first)
    return ordered[np.minimum(first, len(column) - 1)], ordered[np.minimum(last, len(column) - 1)]
