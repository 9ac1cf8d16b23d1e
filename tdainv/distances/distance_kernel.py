"""Kernels made of a distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tdainv._typing import Float
from tdainv.distances.pairwise import Distance, distances_of_pairs
from tdainv.distances.training_kernel import TrainingKernel


class DistanceKernel(TrainingKernel):
    """Kernel exp(-d^power / (2 bandwidth²)) between samples and training samples, for a given distance d.

    For tuples of invariants the exponent is a weighted sum over places. See :func:`tdainv.pairwise_distances`.

    Parameters
    ----------
    distance : callable, optional
        Function of two invariants, symmetric, such as :func:`tdainv.kantorovich_rubinstein_distance`. It may return
        ``inf``: then the kernel is 0. There is no default: fit asks for one.
    power : {1, 2}, default 1
    bandwidth : float, default 1.0
    bandwidth_unit : {"median", "absolute"}, default "median"
        Whether distances are divided by their median over pairs of training samples first, at each place.
    weights : sequence of float, optional
        Weight of each place in the tuple of invariants, at least 0; 1 by default.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    units_ : ndarray of shape (n_places,)
        By what distances are divided.
    n_training_samples_ : int

    Notes
    -----
    This is positive definite for every bandwidth exactly if d^power is conditionally negative definite (Schoenberg): it
    is with power 1 for :func:`tdainv.sliced_wasserstein_distance` and for 1-Wasserstein distances on the line, and with
    power 2 for Euclidean distances of features. It is not in general for bottleneck, matching and Wasserstein distances
    in the plane. A support vector machine then still finds a classifier, but not a separating hyperplane in a Hilbert
    space; smaller bandwidths make the matrix closer to the identity and so positive definite.

    Examples
    --------
    >>> import tdainv
    >>> bars = [tdainv.Barcode([0.0], [death], degree=1) for death in (4.0, 5.0, 6.0)]
    >>> kernel = tdainv.DistanceKernel(tdainv.bottleneck_distance, bandwidth_unit="absolute")
    >>> kernel.fit_transform(bars).round(3)
    array([[1.   , 0.607, 0.368],
           [0.607, 1.   , 0.607],
           [0.368, 0.607, 1.   ]])
    """

    _kinds = (object,)
    _prefix = "distance"

    def __init__(
        self,
        distance: Distance | None = None,
        *,
        power: int = 1,
        bandwidth: float = 1.0,
        bandwidth_unit: str = "median",
        weights: Sequence[float] | None = None,
        n_jobs: int | None = None,
    ) -> None:
        self.distance = distance
        self.power = power
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.weights = weights
        self.n_jobs = n_jobs

    @property
    def _power(self) -> int:  # type: ignore[override]
        return self.power

    def _check_params(self) -> None:
        if not callable(self.distance):
            raise TypeError(f"distance must be a function of two invariants, got distance={self.distance!r}.")
        if self.power not in (1, 2) or isinstance(self.power, bool):
            raise ValueError(f"power must be 1 or 2, got power={self.power!r}.")

    def _learn(self, samples: list[tuple[Any, ...]]) -> None:
        self.samples_ = [list(items) for items in zip(*samples, strict=True)]

    def _distances(self, samples: list[tuple[Any, ...]] | None, place: int) -> Float:
        assert self.distance is not None  # checked by fit
        training, names = self.samples_[place], ("X", "training samples")
        items = training if samples is None else [sample[place] for sample in samples]
        columns = None if samples is None else training
        return distances_of_pairs(items, columns, self.distance, self.n_jobs, names)
