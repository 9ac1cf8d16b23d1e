"""Checks that all data sets share: counts, real numbers, random states and finite points."""

from __future__ import annotations

from numbers import Integral, Real
from typing import TypeAlias

import numpy as np

from tdainv._typing import Float

RandomState: TypeAlias = int | np.random.Generator | np.random.RandomState | None

__all__ = ["RandomState", "check_count", "check_points", "check_real", "make_rng"]


def check_count(name: str, value: object, *, minimum: int = 1, maximum: int | None = None) -> int:
    """Return `value` as an int, or raise a ValueError that names the argument."""
    is_integer = isinstance(value, Integral) and not isinstance(value, bool)
    if is_integer and int(value) >= minimum and (maximum is None or int(value) <= maximum):  # type: ignore[call-overload]
        return int(value)  # type: ignore[call-overload]
    rule = f"of at least {minimum}" if maximum is None else f"between {minimum} and {maximum}"
    raise ValueError(f"{name} must be an integer {rule}, got {name}={value!r}.")


def check_real(name: str, value: object, *, minimum: float = 0.0, strict: bool = False) -> float:
    """Return `value` as a finite float of at least `minimum`, more if `strict`, or raise a ValueError."""
    if isinstance(value, Real) and not isinstance(value, bool) and np.isfinite(float(value)):
        number = float(value)
        if number > minimum or (number == minimum and not strict):
            return number
    rule = f"greater than {minimum:g}" if strict else f"of at least {minimum:g}"
    raise ValueError(f"{name} must be a finite number {rule}, got {name}={value!r}.")


def check_points(points: Float) -> None:
    """Raise a ValueError unless there is at least one point and all coordinates are finite."""
    if 0 in points.shape:
        raise ValueError(f"it must hold at least one point of dimension at least 1, got shape {points.shape}.")
    bad_rows = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad_rows):
        row = bad_rows[0]
        values = ", ".join(f"{value:g}" for value in points[row])
        raise ValueError(f"all coordinates must be finite, got ({values}) in point {row}, counted from 0.")


def make_rng(random_state: RandomState) -> np.random.Generator:
    """Return a NumPy generator.

    None draws fresh entropy, an integer is a seed, a Generator is used (and advanced) as it is. A legacy
    RandomState, which scikit-learn users have at hand, gives a seed and is advanced by that.
    """
    if isinstance(random_state, np.random.Generator):
        return random_state
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng([int(word) for word in random_state.randint(0, 2**31 - 1, size=4)])
    if random_state is None:
        return np.random.default_rng()
    if isinstance(random_state, Integral) and not isinstance(random_state, bool) and int(random_state) >= 0:
        return np.random.default_rng(int(random_state))
    raise ValueError(
        "random_state must be None, an integer of at least 0, a numpy Generator or a numpy RandomState, "
        f"got random_state={random_state!r}."
    )
