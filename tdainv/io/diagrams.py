"""Barcodes in the forms in which GUDHI, Ripser and giotto-tda give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.persistence.barcode import Barcode


def to_gudhi(barcodes: Sequence[Barcode]) -> list[tuple[int, tuple[float, float]]]:
    """Bars as the list that ``gudhi.SimplexTree.persistence`` returns.

    Parameters
    ----------
    barcodes : sequence of Barcode
        Of different degrees.

    Returns
    -------
    list of (degree, (birth, death))
        Highest degree first, within a degree longest bars first; essential bars die at ``inf``.

    Examples
    --------
    >>> from tdainv import Barcode
    >>> from tdainv.io import to_gudhi
    >>> to_gudhi([Barcode([0.0, 0.0], [1.0, float("inf")], degree=0)])
    [(0, (0.0, inf)), (0, (0.0, 1.0))]
    """
    chosen = _by_degree(barcodes)
    pairs = []
    for degree in sorted(chosen, reverse=True):
        bars = chosen[degree]
        order = np.argsort(-bars.persistence, kind="stable")
        pairs += [(degree, (birth, death)) for birth, death in bars.diagram[order].tolist()]
    return pairs


def from_gudhi(pairs: Iterable[tuple[int, tuple[float, float]]]) -> list[Barcode]:
    """Barcodes of the list that ``gudhi.SimplexTree.persistence`` returns.

    Parameters
    ----------
    pairs : iterable of (degree, (birth, death))

    Returns
    -------
    list of Barcode
        The k-th has degree k, up to the largest degree that occurs. Bars of length zero are left out.

    Raises
    ------
    ValueError
        For entries of another form, infinite births, NaN, and deaths before births.

    Examples
    --------
    >>> from tdainv.io import from_gudhi
    >>> from_gudhi([(1, (1.0, 1.5)), (0, (0.0, float("inf"))), (0, (0.0, 0.0))])
    [Barcode(degree 0, 1 bar, 1 essential), Barcode(degree 1, 1 bar, 0 essential)]
    """
    groups: dict[int, list[tuple[float, float]]] = {}
    for i, pair in enumerate(pairs):
        try:
            degree, (birth, death) = pair
        except (TypeError, ValueError):
            raise ValueError(f"pairs[{i}] must be (degree, (birth, death)), got {pair!r}.") from None
        groups.setdefault(check.degree(degree), []).append((birth, death))
    return [_barcode(groups.get(k, []), k, f"pairs of degree {k}") for k in range(max(groups, default=-1) + 1)]


def to_ripser(barcodes: Sequence[Barcode]) -> list[Float]:
    """Bars as the list ``dgms`` that ``ripser.ripser`` returns.

    Parameters
    ----------
    barcodes : sequence of Barcode
        Of different degrees.

    Returns
    -------
    list of ndarray of shape (n_k, 2)
        The k-th has the births and deaths in degree k, up to the largest degree given; empty for a degree that is not
        given. Essential bars die at ``inf``.

    Examples
    --------
    >>> from tdainv import Barcode
    >>> from tdainv.io import to_ripser
    >>> to_ripser([Barcode([1.0], [2.0], degree=1)])
    [array([], shape=(0, 2), dtype=float64), array([[1., 2.]])]
    """
    chosen = _by_degree(barcodes)
    empty = np.zeros((0, 2))
    return [chosen[k].diagram if k in chosen else empty for k in range(max(chosen, default=-1) + 1)]


def from_ripser(diagrams: Sequence[ArrayLike] | Mapping[str, Any]) -> list[Barcode]:
    """Barcodes of the diagrams that ``ripser.ripser`` returns.

    Parameters
    ----------
    diagrams : list of array-like of shape (n_k, 2), or dict with such a list as ``"dgms"``

    Returns
    -------
    list of Barcode
        The k-th has degree k. Bars of length zero are left out.

    Raises
    ------
    ValueError
        For other shapes, infinite births, NaN, and deaths before births.

    Examples
    --------
    >>> from tdainv.io import from_ripser
    >>> from_ripser([[[0.0, float("inf")]], []])
    [Barcode(degree 0, 1 bar, 1 essential), Barcode(degree 1, 0 bars, 0 essential)]
    """
    if isinstance(diagrams, Mapping):
        if "dgms" not in diagrams:
            raise ValueError(f"diagrams must have the key 'dgms', got the keys {sorted(diagrams)}.")
        diagrams = diagrams["dgms"]
    return [_barcode(diagram, k, f"diagrams[{k}]") for k, diagram in enumerate(diagrams)]


def to_giotto(barcodes: Sequence[Any], *, essential: str | float = "drop") -> Float:
    """Bars as the array of diagrams that giotto-tda works with.

    Parameters
    ----------
    barcodes : sequence of Barcode, or sequence of such sequences
        The barcodes of one sample, of different degrees, or those of several samples.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (n_samples, n_points, 3)
        Rows (birth, death, degree), by increasing degree. All samples have the same number of rows of each degree:
        they are filled up with points (b, b, degree) on the diagonal, where b is the least birth of that degree in
        any sample, or 0; every degree that occurs has at least one row.

    Raises
    ------
    ValueError
        For essential bars with ``essential="error"``, and bars that would have to die before their birth.

    Examples
    --------
    >>> from tdainv import Barcode
    >>> from tdainv.io import to_giotto
    >>> long, short = Barcode([0.0, 1.0], [4.0, 3.0], degree=0), Barcode([0.5], [2.0], degree=0)
    >>> to_giotto([[long], [short]])
    array([[[0. , 4. , 0. ],
            [1. , 3. , 0. ]],
    <BLANKLINE>
           [[0.5, 2. , 0. ],
            [0. , 0. , 0. ]]])
    """
    if isinstance(essential, str):
        check.option(essential, ("drop", "error"), "essential")
    else:
        check.finite(essential, "essential")
    samples = [barcodes] if all(isinstance(bars, Barcode) for bars in barcodes) else list(barcodes)
    chosen = [_by_degree(sample) for sample in samples]
    diagrams = [
        {k: _finite(bars, essential, f"sample {i}") for k, bars in sample.items()} for i, sample in enumerate(chosen)
    ]
    blocks = [
        _padded([sample.get(k, np.zeros((0, 2))) for sample in diagrams], k)
        for k in sorted({k for sample in diagrams for k in sample})
    ]
    return np.concatenate(blocks, axis=1) if blocks else np.zeros((len(samples), 0, 3))


def from_giotto(diagrams: ArrayLike) -> list[Any]:
    """Barcodes of an array of diagrams of giotto-tda.

    Parameters
    ----------
    diagrams : array-like of shape (n_samples, n_points, 3), or (n_points, 3) for one sample
        Rows (birth, death, degree).

    Returns
    -------
    list of lists of Barcode, or list of Barcode for one sample
        The k-th barcode of a sample has degree k, up to the largest degree that occurs in any sample. Points on the
        diagonal are left out.

    Raises
    ------
    ValueError
        For other shapes, degrees that are not integers of at least 0, infinite births, NaN, and deaths before births.

    Examples
    --------
    >>> from tdainv.io import from_giotto
    >>> from_giotto([[0.0, 4.0, 0], [1.0, 3.0, 0], [0.0, 0.0, 0]])
    [Barcode(degree 0, 2 bars, 0 essential)]
    """
    array = np.asarray(diagrams, np.float64)
    if array.ndim not in (2, 3) or array.shape[-1] != 3:
        raise ValueError(
            f"diagrams must have shape (n_samples, n_points, 3) or (n_points, 3), got shape {array.shape}."
        )
    degrees = array[..., 2]
    wrong = ~(np.isfinite(degrees) & (degrees >= 0) & (degrees == np.floor(degrees)))
    if wrong.any():
        raise ValueError(f"The degrees diagrams[..., 2] must be integers of at least 0, got {degrees[wrong][0]:g}.")
    n_degrees = int(degrees.max()) + 1 if degrees.size else 0
    samples = [
        [_barcode(rows[rows[:, 2] == k, :2], k, f"degree {k} of sample {i}") for k in range(n_degrees)]
        for i, rows in enumerate(array if array.ndim == 3 else array[np.newaxis])
    ]
    return samples if array.ndim == 3 else samples[0]


def _by_degree(barcodes: Sequence[Barcode]) -> dict[int, Barcode]:
    chosen: dict[int, Barcode] = {}
    if isinstance(barcodes, Barcode) or not isinstance(barcodes, Sequence):
        raise TypeError(f"barcodes must be a sequence of Barcode, got {type(barcodes).__name__}.")
    for i, bars in enumerate(barcodes):
        if not isinstance(bars, Barcode):
            raise TypeError(f"barcodes[{i}] must be a Barcode, got {type(bars).__name__}.")
        if bars.degree in chosen:
            raise ValueError(f"barcodes must have different degrees, got degree {bars.degree} twice.")
        chosen[bars.degree] = bars
    return chosen


def _barcode(diagram: ArrayLike, degree: int, name: str) -> Barcode:
    array = np.asarray(diagram, np.float64)
    array = array.reshape(-1, 2) if array.size == 0 else array
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name} must have shape (n, 2), got shape {array.shape}.")
    wrong = ~(np.isfinite(array[:, 0]) & (array[:, 0] <= array[:, 1]))
    if wrong.any():
        birth, death = array[wrong][0]
        raise ValueError(f"{name} must have finite births at or before deaths, got the bar ({birth:g}, {death:g}).")
    array = array[array[:, 0] < array[:, 1]]
    return Barcode(array[:, 0], array[:, 1], degree)


def _finite(bars: Barcode, essential: str | float, name: str) -> Float:
    """Diagram of a barcode without infinite deaths."""
    diagram = bars.diagram
    infinite = np.isinf(diagram[:, 1])
    if not infinite.any():
        return diagram
    if essential == "drop":
        return diagram[~infinite]
    if isinstance(essential, str):
        raise ValueError(
            f"{name} has {int(infinite.sum())} essential bars in degree {bars.degree}; "
            'give essential="drop" or a value at which they die.'
        )
    if (diagram[infinite, 0] > essential).any():
        raise ValueError(
            f"Essential bars must be born before they die at essential={essential:g}, but {name} has one that is born "
            f"at {diagram[infinite, 0].max():g} in degree {bars.degree}."
        )
    diagram[infinite, 1] = essential
    return diagram


def _padded(diagrams: list[Float], degree: int) -> Float:
    """Diagrams of one degree, filled up with points on the diagonal to the same number of rows, at least one."""
    births = np.concatenate([diagram[:, 0] for diagram in diagrams])
    least = births.min() if births.size else 0.0
    padded = np.full((len(diagrams), max(1, *map(len, diagrams)), 3), least)
    padded[:, :, 2] = degree
    for block, diagram in zip(padded, diagrams, strict=True):
        block[: len(diagram), :2] = diagram
    return padded
