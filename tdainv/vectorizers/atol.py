"""ATOL: barcodes measured by contrast functions around learned centres."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from scipy.spatial.distance import cdist

from tdainv import _validation as check
from tdainv._base import Vectorizer
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Number
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import Bars, check_essential, kept_bars
from tdainv.vectorizers.bar_weights import Weight, check_weight, weights_of_bars
from tdainv.vectorizers.quantization import representatives

_CONTRASTS = ("gaussian", "laplacian")


def atol(
    barcode: Bars,
    centers: ArrayLike,
    radii: ArrayLike,
    *,
    contrast: str = "gaussian",
    weight: Weight = "one",
    essential: str | float = "drop",
) -> Float:
    """Σ w(bar) ψ(‖bar - c‖ / r) for each centre c of radius r, where bars are points (birth, death).

    Parameters
    ----------
    barcode : Barcode or array-like of shape (k, 2)
        Births and deaths as columns, ``inf`` for bars that never die.
    centers : array-like of shape (n_centers, 2)
        Points (birth, death).
    radii : array-like of shape (n_centers,)
        Positive.
    contrast : {"gaussian", "laplacian"}, default "gaussian"
        ψ(x) = exp(-x²) or exp(-x).
    weight : {"one", "persistence"} or callable, default "one"
        Weight of a bar: 1, its persistence, or a function of the arrays of births and of persistences that returns an
        array.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Returns
    -------
    ndarray of shape (n_centers,)
        Zeros for a barcode without bars.

    References
    ----------
    Royer, Chazal, Levrard, Umeda, Ike: ATOL: measure vectorization for automatic topologically-oriented learning,
    AISTATS 2021.

    Examples
    --------
    One bar at the first centre, one at distance 1 from it, both far from the second:

    >>> import tdainv
    >>> tdainv.atol([[0, 1], [0, 2]], [[0, 1], [50, 60]], [1.0, 1.0]).round(3)
    array([1.368, 0.   ])
    """
    check.option(contrast, _CONTRASTS, "contrast")
    check_weight(weight)
    check_essential(essential)
    centers = check.float_array(centers, "centers", "must have shape (n_centers, 2)")
    radii = check.float_array(radii, "radii", "must be positive numbers, one a centre")
    if centers.ndim != 2 or centers.shape[1] != 2 or radii.shape != (len(centers),):
        raise ValueError(
            f"centers must have shape (n_centers, 2) and radii (n_centers,), got {centers.shape} and {radii.shape}."
        )
    if not np.isfinite(centers).all() or not (radii > 0).all():
        raise ValueError("centers must be finite and radii positive.")
    bars = kept_bars(barcode, essential)
    require_memory(24 * len(bars) * len(centers), f"{len(bars)} bars and {len(centers)} centres", "Take fewer centres.")
    weights = weights_of_bars(np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]]), weight)
    ratios = cdist(bars, centers) / radii
    return weights @ np.exp(-(ratios**2) if contrast == "gaussian" else -ratios)


class Atol(Vectorizer):
    """ATOL: barcodes as measures in the plane, evaluated around the centres of a weighted k-means of training bars.

    The radius of a centre is half the distance to the nearest other one. See :func:`tdainv.atol`.

    Parameters
    ----------
    n_centers : int, default 16
        Number of centres, and of features; fewer if there are not as many different training bars.
    contrast : {"gaussian", "laplacian"}, default "gaussian"
        exp(-x²) or exp(-x) of the distance x to a centre in the unit of its radius.
    weight : {"one", "persistence"} or callable, default "one"
        Weight of a bar, in the k-means and in the features: 1, its persistence, or a function of the arrays of births
        and of persistences that returns an array.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    random_state : int, RandomState or None, default None
        Seed of the k-means.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        What was learned for each degree: ``plans_[k].centers`` (birth, death) and ``plans_[k].radii``.

    Notes
    -----
    A single centre gets the largest distance of a training bar to it as its radius.

    References
    ----------
    Royer, Chazal, Levrard, Umeda, Ike: ATOL: measure vectorization for automatic topologically-oriented learning,
    AISTATS 2021.

    Examples
    --------
    >>> from tdainv import Atol, Barcode
    >>> bars = [Barcode([0.0, 0.0], [1.0, 3.0], degree=1), Barcode([0.0], [3.0], degree=1)]
    >>> Atol(n_centers=2).fit_transform(bars).round(3)
    array([[1.018, 1.018],
           [0.018, 1.   ]])
    """

    _kind = Barcode

    def __init__(
        self,
        *,
        n_centers: int = 16,
        contrast: str = "gaussian",
        weight: Weight = "one",
        essential: str | float = "drop",
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.n_centers = n_centers
        self.contrast = contrast
        self.weight = weight
        self.essential = essential
        self.random_state = random_state
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check.positive_integer(self.n_centers, "n_centers")
        check.option(self.contrast, _CONTRASTS, "contrast")
        check_weight(self.weight)
        check_essential(self.essential)

    @staticmethod
    def _label(invariant: Barcode, place: int) -> str:
        return f"atol{place}_h{invariant.degree}"

    def _make_plan(self, invariants: list[Barcode], place: int) -> _Centers:
        bars = np.concatenate([kept_bars(barcode, self.essential) for barcode in invariants])
        weights = weights_of_bars(np.column_stack([bars[:, 0], bars[:, 1] - bars[:, 0]]), self.weight)
        if (weights < 0).any():
            raise ValueError(f"weight must be at least 0, got {weights.min():g}.")
        centers = representatives(bars, self.n_centers, "kmeans", self.random_state, weights)
        return _Centers(centers, _radii(centers, bars), self.contrast, self.weight, self.essential)


def _radii(centers: Float, bars: Float) -> Float:
    """Half the distance to the nearest other centre; of a single one, the largest distance of a bar, or 1."""
    if len(centers) == 1:
        return np.array([cdist(centers, bars).max(initial=0.0) or 1.0])
    distances = cdist(centers, centers)
    np.fill_diagonal(distances, np.inf)
    return 0.5 * distances.min(axis=0)


class _Centers(NamedTuple):
    centers: Float
    radii: Float
    contrast: str
    weight: Weight
    essential: str | float

    def row(self, barcode: Barcode) -> Float:
        return atol(
            barcode,
            self.centers,
            self.radii,
            contrast=self.contrast,
            weight=self.weight,
            essential=self.essential,
        )

    def names(self, label: str) -> Number:
        return np.array([f"{label}_{i}" for i in range(len(self.centers))], dtype=object)
