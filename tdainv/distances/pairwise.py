"""Matrices of distances between many objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from sklearn.utils.parallel import Parallel, delayed

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float

Distance: TypeAlias = Callable[[Any, Any], float]

_N_TASKS = 32


def pairwise_distances(
    items: Sequence[Any], others: Sequence[Any] | None = None, *, distance: Distance, n_jobs: int | None = None
) -> Float:
    """Distances of all pairs of items, or of items and others.

    Parameters
    ----------
    items : sequence
    others : sequence, optional
        By default the items again: then the distance is taken to be symmetric and computed once a pair, with zeros on
        the diagonal.
    distance : callable
        Function of two items that returns a number of at least 0, or ``inf``, such as
        :func:`tdainv.bottleneck_distance`. Bind its parameters with ``functools.partial``. With a process backend it
        must be picklable.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Returns
    -------
    ndarray of shape (len(items), len(others))

    Raises
    ------
    ValueError, TypeError
        If the distance raises one, for the pair that the message names, or returns a negative number or NaN.

    See Also
    --------
    sliced_wasserstein_distances : much faster than this function with the sliced Wasserstein distance.

    Examples
    --------
    >>> import tdainv
    >>> bars = [[[0.0, 10.0]], [[0.0, 9.0]], [[1.0, 9.0], [3.0, 4.0]]]
    >>> tdainv.pairwise_distances(bars, distance=tdainv.bottleneck_distance)
    array([[0., 1., 1.],
           [1., 0., 1.],
           [1., 1., 0.]])
    """
    if not callable(distance):
        raise TypeError(f"distance must be callable, got distance={distance!r}.")
    first = check.collection(items, "object")
    second = None if others is None else check.collection(others, "object")
    return distances_of_pairs(first, second, distance, n_jobs, ("items", "items" if others is None else "others"))


def distances_of_pairs(
    first: list[Any],
    second: list[Any] | None,
    distance: Distance,
    n_jobs: int | None,
    names: tuple[str, str],
) -> Float:
    """Return :func:`pairwise_distances` of two lists with these names in messages."""
    m, n = len(first), len(first if second is None else second)
    require_memory(16 * m * n, f"{m} x {n} distances", "Compare fewer at a time.")
    columns = first if second is None else second
    # Every so many rows make a task: rows of a half get shorter, and with processes a task takes all columns along.
    blocks = [range(start, m, min(_N_TASKS, m)) for start in range(min(_N_TASKS, m))]
    found = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_rows)([(i, first[i]) for i in block], columns, second is None, distance, names) for block in blocks
    )
    matrix = np.zeros((m, n))
    for block, rows in zip(blocks, found, strict=True):
        for i, row in zip(block, rows, strict=True):
            matrix[i, n - len(row) :] = row
    return matrix + matrix.T if second is None else matrix


def _rows(
    items: list[tuple[int, Any]], columns: list[Any], half: bool, distance: Distance, names: tuple[str, str]
) -> list[Float]:
    """Distances of some items, which have numbers, from all columns, or from those that come after them."""
    rows = []
    for i, item in items:
        start = i + 1 if half else 0
        row = [_value(item, columns[j], distance, i, j, names) for j in range(start, len(columns))]
        rows.append(np.array(row, np.float64))
    return rows


def _value(item: Any, other: Any, distance: Distance, i: int, j: int, names: tuple[str, str]) -> float:
    pair = f"{names[0]}[{i}] and {names[1]}[{j}]"
    try:
        value = float(distance(item, other))
    except (TypeError, ValueError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{pair}: {error}") from error
    if not value >= 0:
        raise ValueError(f"{pair}: distance must return a number of at least 0, got {value:g}.")
    return value
