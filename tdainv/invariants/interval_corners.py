"""Corners of sums of intervals: checks, and the normal form in which equal modules have equal arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.complexes.order import lexicographic_order
from tdainv.invariants import _kernels_intervals as kernels


def checked_box(values: ArrayLike) -> Float:
    """Check a finite box: its lower corner, then its upper one."""
    rule = "must have shape (2, p), a finite lower corner and an upper one that is nowhere below it,"
    box = check.float_array(values, "box", rule)
    if box.ndim != 2 or len(box) != 2 or box.size == 0 or not np.isfinite(box).all() or (box[0] > box[1]).any():
        raise ValueError(f"box {rule} got {box.tolist()}.")
    return box + 0.0


def checked_error(value: Any) -> float:
    """Check an error: a number of at least 0, or inf."""
    if isinstance(value, float | np.floating) and value == np.inf:
        return np.inf
    if check.finite(value, "error") < 0:
        raise ValueError(f"error must be at least 0, got error={value!r}.")
    return float(value)


def checked_corners(values: ArrayLike, name: str, p: int) -> Float:
    """Check births, which are finite, or deaths, whose coordinates may be inf."""
    rule = f"must have shape (n, {p}), as many columns as the box,"
    array = check.float_array(values, name, rule)
    if array.ndim != 2 or array.shape[1] != p:
        raise ValueError(f"{name} {rule} got shape {array.shape}.")
    right = np.isfinite(array) if name == "births" else array > -np.inf
    if not right.all():
        i, k = (int(index) for index in np.argwhere(~right)[0])
        kind = "finite" if name == "births" else "numbers or inf"
        raise ValueError(f"{name} must be {kind}, got {name}[{i}, {k}] = {array[i, k]}.")
    return array + 0.0


def checked_offsets(values: ArrayLike, kind: str, n_corners: int) -> Int:
    """Check where summands begin: each has a corner of this kind."""
    offsets = check.integers(values, f"{kind}_offsets", (None,))
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != n_corners:
        raise ValueError(f"{kind}_offsets must start at 0 and end at the number of {kind}s, {n_corners}.")
    short = np.diff(offsets) < 1
    if short.any():
        i = int(np.flatnonzero(short)[0])
        raise ValueError(f"Each summand must have at least one {kind} corner, got none for summand {i}.")
    return np.array(offsets)


def joined(blocks: list[ArrayLike], name: str) -> tuple[Float, Int]:
    """Corners of all summands in one array, and where each summand begins."""
    rule = "must have shape (n_corners, p), the same p for all,"
    arrays = [check.float_array(block, f"{name} of summands[{i}]", rule) for i, block in enumerate(blocks)]
    for i, array in enumerate(arrays):
        if array.ndim != 2 or array.shape[1] != arrays[0].shape[1]:
            raise ValueError(f"{name} of summands[{i}] {rule} got shape {array.shape}.")
    return np.concatenate(arrays), np.cumsum([0, *map(len, arrays)], dtype=np.int64)


def bounding_box(births: Float, deaths: Float) -> Float:
    """Smallest box that holds all finite corners."""
    if len(births) == 0 or len(deaths) == 0:
        raise ValueError("A module without corners needs a box, shape (2, p).")
    births = checked_corners(births, "births", births.shape[1])
    deaths = checked_corners(deaths, "deaths", births.shape[1])
    finite = np.where(np.isfinite(deaths), deaths, -np.inf)
    return np.array([births.min(axis=0), np.maximum(births.max(axis=0), finite.max(axis=0))])


def normal_form(births: Float, starts: Int, deaths: Float, ends: Int) -> tuple[Float, Int, Float, Int]:
    """Minimal births and maximal deaths that meet, sorted; summands sorted."""
    births, starts = _antichains(births, starts)
    deaths, ends = _flipped(*_antichains(*_flipped(deaths, ends)))
    birth_meets, death_meets = kernels.meeting_corners(births, starts, deaths, ends)
    births, starts = _keep(births, starts, birth_meets)
    deaths, ends = _keep(deaths, ends, death_meets)
    empty = np.diff(starts) == 0
    if empty.any():
        raise ValueError(
            f"Summand {int(np.flatnonzero(empty)[0])} has an empty support: a birth must be below a death in every "
            "coordinate."
        )
    order = kernels.order_of_summands(births, starts, deaths, ends)
    return *take(births, starts, order), *take(deaths, ends, order)


def _antichains(corners: Float, offsets: Int) -> tuple[Float, Int]:
    """Minimal corners of each summand in lexicographic order."""
    owner = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    corners = corners[lexicographic_order(np.column_stack([owner, corners]))]
    return _keep(corners, offsets, kernels.minimal_corners(corners, offsets))


def _flipped(corners: Float, offsets: Int) -> tuple[Float, Int]:
    """Corners times -1, everything in the opposite order: births become deaths."""
    return 0.0 - corners[::-1], offsets[-1] - offsets[::-1]


def _keep(corners: Float, offsets: Int, kept: Number) -> tuple[Float, Int]:
    return corners[kept], np.concatenate([[0], np.cumsum(kept, dtype=np.int64)])[offsets]


def take(corners: Float, offsets: Int, order: Int) -> tuple[Float, Int]:
    """Corners of some summands, one after the other."""
    sizes = np.diff(offsets)[order]
    taken = np.concatenate([[0], np.cumsum(sizes)])
    return corners[np.repeat(offsets[order] - taken[:-1], sizes) + np.arange(taken[-1])], taken
