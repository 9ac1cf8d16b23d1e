"""Weights of bars."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float

Weight: TypeAlias = str | Callable[[Float, Float], Float]


def check_weight(weight: Weight) -> None:
    """Check the choice of a weight."""
    if not callable(weight):
        check.option(weight, ("persistence", "one"), "weight")


def weights_of_bars(points: Float, weight: Weight) -> Float:
    """Weight of each bar; bars are rows (birth, persistence)."""
    if not callable(weight):
        return points[:, 1] if weight == "persistence" else np.ones(len(points))
    weights = np.asarray(weight(points[:, 0], points[:, 1]), np.float64)
    if weights.shape != (len(points),) or not np.isfinite(weights).all():
        raise ValueError(
            f"weight must return one finite number a bar, shape ({len(points)},), got shape {weights.shape}."
        )
    return weights
