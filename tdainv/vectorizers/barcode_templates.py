"""Template functions of bars, pooled over barcodes, as in PersLay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers.bar_weights import Weight, check_weight, weights_of_bars
from tdainv.vectorizers.quantization import representatives

_COLUMNS = {"gaussian": 2, "rational_hat": 2, "triangle": 1, "line": 3}
_POOLS: dict[str, Callable[..., Float]] = {"sum": np.sum, "mean": np.mean, "max": np.max}


def barcode_templates(
    barcode: Bars,
    templates: ArrayLike,
    *,
    function: str = "gaussian",
    bandwidth: ArrayLike = 1.0,
    weight: Weight = "persistence",
    op: str = "sum",
    essential: str | float = "drop",
) -> Float:
    """Pool w(bar) φ_t(bar) over the bars, for each template t, where bars are points p = (birth, persistence).

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    templates : array-like of shape (n_templates, 1, 2 or 3)
        What the functions take: (n_templates, 2) points in the plane for "gaussian" and "rational_hat", (n_templates,)
        times for "triangle", rows (normal_1, normal_2, offset) for "line".
    function : {"gaussian", "triangle", "line", "rational_hat"}, default "gaussian"
        φ_t(p) is, with ‖·‖ the Euclidean norm in the unit of the bandwidths, exp(-‖p - t‖² / 2);
        max(min(t - birth, death - t), 0); normal · p + offset; 1 / (1 + ‖p - t‖) - 1 / (1 + |1 - ‖p - t‖|).
    bandwidth : float or array-like of shape (2,), default 1.0
        Unit of length along the birth and the persistence axis, for "gaussian" and "rational_hat".
    weight : {"persistence", "one"} or callable, default "persistence"
        Weight of a bar: its persistence, 1, or a function of the arrays of births and of persistences that returns an
        array.
    op : {"sum", "mean", "max"}, default "sum"
        How bars are pooled.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (n_templates,)
        Zeros for a barcode without bars.

    References
    ----------
    .. [1] Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and
       new graph topological signatures, AISTATS 2020.
    .. [2] Hofer, Kwitt, Niethammer: Learning representations of persistence barcodes, JMLR 20 (2019).

    Examples
    --------
    Bars of length 1 and 2, born at 0; the second one is at distance 1 from the template:

    >>> import tdainv
    >>> tdainv.barcode_templates([[0, 1], [0, 2]], [[0, 1]], weight="one").round(3)
    array([1.607])
    """
    check.option(function, tuple(_COLUMNS), "function")
    check.option(op, tuple(_POOLS), "op")
    check_weight(weight)
    check_essential(essential)
    templates = _check_templates(templates, function)
    unit = check.float_array(bandwidth, "bandwidth", "must be one positive number or two")
    if unit.shape not in ((), (2,)) or not np.isfinite(unit).all() or not (unit > 0).all():
        raise ValueError(f"bandwidth must be a positive finite number, or two of them, got bandwidth={bandwidth!r}.")
    bars = kept_bars(barcode, essential)
    if len(bars) == 0:
        return np.zeros(len(templates))
    n_bytes = 48 * len(bars) * len(templates)
    require_memory(n_bytes, f"{len(bars)} bars and {len(templates)} templates", "Take fewer templates.")
    points = np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]])
    values = _values(points, templates, function, unit) * weights_of_bars(points, weight)[:, np.newaxis]
    return _POOLS[op](values, axis=0)


def _check_templates(templates: ArrayLike, function: str) -> Float:
    columns = _COLUMNS[function]
    rule = f"must have shape (n_templates, {columns}) for function={function!r}"
    array = check.float_array(templates, "templates", rule)
    if array.ndim == 1 and columns == 1:
        array = array[:, np.newaxis]
    if array.ndim != 2 or array.shape[1] != columns or not np.isfinite(array).all():
        raise ValueError(f"templates {rule} and be finite, got shape {array.shape}.")
    return array


def _values(points: Float, templates: Float, function: str, unit: Float) -> Float:
    """φ_t(p) as a table bars x templates."""
    births, lengths = points[:, :1], points[:, 1:]
    if function == "triangle":
        times = templates[:, 0]
        return np.maximum(np.minimum(times - births, births + lengths - times), 0.0)
    if function == "line":
        return points @ templates[:, :2].T + templates[:, 2]
    width = np.broadcast_to(unit, 2)
    squares = ((births - templates[:, 0]) / width[0]) ** 2 + ((lengths - templates[:, 1]) / width[1]) ** 2
    if function == "gaussian":
        return np.exp(-0.5 * squares)
    distances = np.sqrt(squares)
    return 1 / (1 + distances) - 1 / (1 + np.abs(1 - distances))


class BarcodeTemplates(Vectorizer):
    """Template functions of bars, summed over a barcode: PersLay's layer with fixed templates, learned from bars.

    See :func:`tdainv.barcode_templates`.

    Parameters
    ----------
    n_templates : int, default 32
        Number of templates, and of features; fewer if there are not as many different training bars.
    function : {"gaussian", "triangle", "line", "rational_hat"}, default "gaussian"
        Functions of bars around a template point (birth, persistence), at a template time, or across a template line
        through a template point; the normals of lines point evenly into all directions.
    templates : {"kmeans", "random", "grid"}, default "kmeans"
        Where template points (or times) are: at the centres of a k-means of the training bars, at bars drawn from
        them, or on a grid over their bounding box, as square as the number allows.
    bandwidth : float, default 0.1
        Unit of length of "gaussian" and "rational_hat".
    bandwidth_unit : {"range", "absolute"}, default "range"
        Whether `bandwidth` is a share of the extent of the training bars along each axis, or in the unit of the
        filtration.
    weight : {"persistence", "one"} or callable, default "persistence"
        Weight of a bar: its persistence, 1, or a function of the arrays of births and of persistences that returns an
        array.
    op : {"sum", "mean", "max"}, default "sum"
        How bars are pooled.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    random_state : int, RandomState or None, default None
        Seed of k-means and random draws.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What was learned for each degree: ``plans_[k].templates`` and ``plans_[k].bandwidth``.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new
    graph topological signatures, AISTATS 2020.

    Examples
    --------
    Bars (0, 1) and (1, 3) have the midpoints 0.5 and 2, which are the two template times:

    >>> from tdainv import Barcode, BarcodeTemplates
    >>> bars = Barcode([0.0, 1.0], [1.0, 3.0], degree=1)
    >>> BarcodeTemplates(n_templates=2, function="triangle", weight="one").fit_transform([bars])
    array([[0.5, 1. ]])
    """

    _kind = Barcode

    def __init__(
        self,
        *,
        n_templates: int = 32,
        function: str = "gaussian",
        templates: str = "kmeans",
        bandwidth: float = 0.1,
        bandwidth_unit: str = "range",
        weight: Weight = "persistence",
        op: str = "sum",
        essential: str | float = "drop",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_templates = n_templates
        self.function = function
        self.templates = templates
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.weight = weight
        self.op = op
        self.essential = essential
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check.positive_integer(self.n_templates, "n_templates")
        check.option(self.function, tuple(_COLUMNS), "function")
        check.option(self.templates, ("kmeans", "random", "grid"), "templates")
        check.positive(self.bandwidth, "bandwidth")
        check.option(self.bandwidth_unit, ("range", "absolute"), "bandwidth_unit")
        check_weight(self.weight)
        check.option(self.op, tuple(_POOLS), "op")
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return f"template{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Templates:
        bars = np.concatenate([kept_bars(barcode, self.essential) for barcode in invariants])
        points = np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]])
        extents = np.ptp(points, axis=0) if len(points) else np.ones(2)
        extents[extents == 0] = 1.0
        if self.function == "triangle":
            times = points[:, :1] + 0.5 * points[:, 1:]
            templates = representatives(times, self.n_templates, self.templates, self.random_state)
        else:
            chosen = representatives(points / extents, self.n_templates, self.templates, self.random_state)
            templates = _lines(chosen, extents) if self.function == "line" else chosen * extents
        bandwidth = self.bandwidth * (extents if self.bandwidth_unit == "range" else np.ones(2))
        return _Templates(templates, bandwidth, self.function, self.weight, self.op, self.essential)


def _lines(points: Float, extents: Float) -> Float:
    """Lines through points, as rows (normal_1, normal_2, offset): normals turn evenly, in the unit of the extents."""
    angles = 2 * np.pi * np.arange(len(points)) / len(points)
    normals = np.column_stack([np.cos(angles), np.sin(angles)])
    return np.column_stack([normals / extents, -(normals * points).sum(axis=1)])


class _Templates(NamedTuple):
    templates: Float
    bandwidth: Float
    function: str
    weight: Weight
    op: str
    essential: str | float

    def row(self, barcode: Barcode) -> Float:
        return barcode_templates(
            barcode,
            self.templates,
            function=self.function,
            bandwidth=self.bandwidth,
            weight=self.weight,
            op=self.op,
            essential=self.essential,
        )

    def names(self, label: str) -> Number:
        return np.array([f"{label}_{i}" for i in range(len(self.templates))], dtype=object)
