"""How answers are compared: diagrams, and lists of grades with weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

TOLERANCE = 1e-5  # of diagrams, relative to the largest finite value: ripser.py and giotto-ph compute in float32
RELATIVE = 1e-9  # two programs round the same distance differently
MOST_BARS = 5000  # for a bottleneck distance


def compare_diagrams(ours: Sequence[Any], theirs: Sequence[Any], tolerance: float) -> dict[str, Any]:
    """Compare diagrams of degrees 0, 1, ...: numbers of bars above the tolerance, and the largest difference of bars.

    The tolerance is relative to the largest finite value. With tolerance 0 all bars of positive length must be equal.
    """
    finite = np.concatenate([np.abs(diagram[np.isfinite(diagram)]) for diagram in ours])
    scale = float(finite.max(initial=1e-300))
    worst, verdict = 0.0, {}
    for degree, diagrams in enumerate(zip(ours, theirs, strict=True)):
        mine, other = (_long_bars(diagram, tolerance * scale) for diagram in diagrams)
        verdict[f"bars_h{degree}"] = len(other)
        worst = max(worst, _bar_difference(mine, other, tolerance > 0))
    return {**verdict, "max_difference": f"{worst / scale:.1e}", "agree": worst <= tolerance * scale}


def _long_bars(diagram: Any, least: float) -> Any:
    diagram = np.asarray(diagram, np.float64).reshape(-1, 2)
    diagram = diagram[diagram[:, 1] - diagram[:, 0] > least]
    return diagram[np.lexsort(diagram.T[::-1])]


def _bar_difference(mine: Any, other: Any, rounded: bool) -> float:
    """Largest difference of bars in sorted order or, where rounding changes the order, the bottleneck distance."""
    if len(mine) == len(other) and np.array_equal(np.isinf(mine), np.isinf(other)):
        finite = np.isfinite(mine)
        difference = float(np.abs(mine[finite] - other[finite]).max(initial=0.0))
        if not rounded or difference < 1e-6 * np.abs(mine[finite]).max(initial=0.0):
            return difference
    if not rounded or max(len(mine), len(other)) > MOST_BARS:
        return np.inf
    import gudhi

    return gudhi.bottleneck_distance(mine, other)


def atom_difference(mine: Any, other: Any) -> int:
    """Largest weight of the difference of two (points, weights), where coordinates equal up to rounding are equal."""
    points = np.concatenate([mine[0], other[0]])
    weights = np.concatenate([mine[1], -other[1]])
    cells = np.column_stack([_snap(column) for column in points.T])
    _, place = np.unique(cells, axis=0, return_inverse=True)
    return int(np.abs(np.bincount(place.ravel(), weights)).max(initial=0))


def _snap(values: Any) -> Any:
    """Number the values, with one number for values that are equal up to rounding."""
    order = np.argsort(values)
    steps = np.diff(values[order], prepend=values[order[:1]]) > RELATIVE * np.abs(values).max(initial=0)
    numbers = np.empty(len(values), np.int64)
    numbers[order] = np.cumsum(steps)
    return numbers
