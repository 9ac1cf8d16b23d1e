"""Moving grades to a product grid."""

from __future__ import annotations

import numpy as np

from tdainv._typing import Float


def move_up(values: Float, line: Float) -> Float:
    """Replace each value by the smallest value of an increasing line that is at least it, or by inf."""
    return np.append(line, np.inf)[np.searchsorted(line, values)]


def finite_values(values: Float) -> Float:
    """Distinct finite values, increasing."""
    return np.unique(values[np.isfinite(values)])
