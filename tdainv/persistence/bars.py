"""Bars as points of the plane, and the one policy for bars that never die."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv._words import counted
from tdainv.persistence.barcode import Barcode

Bars: TypeAlias = Barcode | ArrayLike


def as_diagram(bars: Bars, name: str = "barcode") -> Float:
    """Births and deaths as columns, checked; bars of length 0 are allowed in an array."""
    if isinstance(bars, Barcode):
        return bars.diagram
    rule = "must be a Barcode or have shape (k, 2), births and deaths as columns"
    array = check.float_array(bars, name, rule)
    if array.shape == (0,):
        return np.zeros((0, 2))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    wrong = ~np.isfinite(array[:, 0]) | ~(array[:, 0] <= array[:, 1])
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"Each bar must have a finite birth and a death of at least that, got {name}[{i}] = {array[i].tolist()}."
        )
    return array


def check_essential(essential: Any, *, forever: bool = False) -> None:
    """Check the policy for essential bars: "drop", "error" or the value at which they die; inf only if `forever`."""
    if isinstance(essential, str):
        check.option(essential, ("drop", "error"), "essential")
    elif not (forever and isinstance(essential, float) and essential == np.inf):
        check.finite(essential, "essential")


def kept_bars(bars: Bars, essential: str | float, name: str = "barcode") -> Float:
    """Births and deaths as columns, following the policy; bars that are left without length are dropped."""
    diagram = as_diagram(bars, name)
    infinite = np.isinf(diagram[:, 1])
    if infinite.any():
        if essential == "error":
            degree = f" of degree {bars.degree}" if isinstance(bars, Barcode) else ""
            raise ValueError(
                f"the {name}{degree} has {counted(int(infinite.sum()), 'essential bar')}; give "
                'essential="drop" or a value at which they die.'
            )
        if essential == "drop":
            diagram = diagram[~infinite]
        else:
            diagram = np.column_stack([diagram[:, 0], np.where(infinite, essential, diagram[:, 1])])
    long = diagram[:, 1] > diagram[:, 0]
    return diagram if long.all() else diagram[long]


def require_same_degree(first: Bars, second: Bars) -> None:
    """Raise ValueError for barcodes of different degrees, which are not compared."""
    if isinstance(first, Barcode) and isinstance(second, Barcode) and first.degree != second.degree:
        raise ValueError(f"Barcodes of different degrees are not compared, got {first!r} and {second!r}.")
