"""The sliced Wasserstein distance as features and as a kernel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import Vectorizer, apply_to_item
from tdainv._typing import ArrayLike, Float, Number
from tdainv.distances.sliced_wasserstein import (
    Atoms,
    Balance,
    atoms_of,
    check_balance,
    check_directions,
    check_essential,
    distance_matrix,
    middle_of,
    require_comparable,
)
from tdainv.distances.training_kernel import TrainingKernel
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode

_POLICIES = ("error", "top")


@dataclass(frozen=True, eq=False)
class Reference:
    """What invariants at a place must be to be compared with the training invariants there, and how to read them."""

    first: Any  # a training invariant without atoms, but with the mass, if it matters
    balance: Any
    essential: Any
    directions: Float

    @classmethod
    def of(cls, items: Sequence[Any], estimator: Any) -> Reference:
        """Learn from the training invariants at a place."""
        balance, essential = estimator.balance, estimator.essential
        if isinstance(balance, str):
            check.option(balance, _POLICIES, "balance")
        check_essential(essential)
        names = [f"X[{i}]" for i in range(len(items))]
        p = require_comparable(items, names, "error" if isinstance(balance, str) and balance == "error" else None)
        if isinstance(items[0], SignedMeasure):
            if isinstance(balance, str) and balance == "top":
                points = np.concatenate([item.points for item in items])
                balance = points.max(axis=0) if len(points) else np.zeros(p)
            elif not isinstance(balance, str):
                balance = check_balance(balance, p)
        directions = check_directions(estimator.directions, estimator.n_directions, estimator.random_state, p)
        return cls(_stub(items[0]), balance, essential, directions)

    def atoms(self, item: Any) -> Atoms:
        """Atoms of an invariant, checked."""
        require_comparable([self.first, item], ("the training data", "it"), self.balance)
        return atoms_of(item, self.balance, self.essential)

    def all_atoms(self, items: Sequence[Any]) -> list[Atoms]:
        """Atoms of the invariants of all samples; errors name the sample."""
        return [apply_to_item(self.atoms, item, i) for i, item in enumerate(items)]


def _stub(item: Any) -> Any:
    """A small invariant of the same space, mass or degree."""
    if isinstance(item, Barcode):
        return Barcode(np.zeros(0), np.zeros(0), item.degree)
    return SignedMeasure(np.zeros((1, item.n_parameters)), np.array([item.mass]))


class SlicedWassersteinFeatures(Vectorizer):
    """Features whose l1 distances are close to sliced Wasserstein distances, from below.

    The feature of a direction v and a cell [a, b] of a grid of the line is the mean over directions of ∫ F_μ(t) dt over
    the cell, where F_μ(t) is the mass of μ on {x : v·x ≤ t}. See :func:`tdainv.sliced_wasserstein_distance`.

    Parameters
    ----------
    resolution : int, default 50
        Number of cells of equal width along each direction, between the smallest and the largest projection of the
        training measures.
    directions : array-like of shape (n_directions, p), optional
        They count with their lengths. All places in the tuple of invariants have the same.
    n_directions : int, default 50
        Number of directions if none are given: see :func:`tdainv.sliced_wasserstein_distance`.
    random_state : int, RandomState or None, default 0
        For the choice of directions.
    balance : {"error", "top"} or array-like of shape (p,), default "error"
        What happens to signed measures whose masses differ: an error, or the mass of each is moved to zero by an atom
        at the largest coordinates of the training measures, or at a given point.
    essential : {"error", "drop"} or float, default "error"
        What happens to bars that never die: an error, they are left out, or they die at this value.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    plans_ : list
        For each place the directions ``plans_[k].reference.directions`` and the grid ``plans_[k].edges``.

    Notes
    -----
    The l1 distance of two rows is at most the sliced Wasserstein distance (so at most the 1-Wasserstein distance, for
    directions of length 1), and equals it in cells where F_μ - F_ν does not change its sign. For measures whose
    projections lie on the grid it is smaller by at most δ/2 (|μ| + |ν|), where δ is the mean width of a cell over
    directions and |·| the total variation: in a cell of width δ in which F_μ - F_ν varies by V, ∫|f| - |∫f| ≤ δ V / 2.
    What differs beyond the grid does not count. Cost: O(k + resolution) a direction for k atoms.

    References
    ----------
    Carrière, Cuturi, Oudot: Sliced Wasserstein kernel for persistence diagrams, ICML 2017.
    Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology using
    signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> from tdainv import SignedMeasure, SlicedWassersteinFeatures
    >>> measures = [SignedMeasure([[x]], [1]) for x in (0, 1, 4)]
    >>> SlicedWassersteinFeatures(resolution=4).fit_transform(measures)
    array([[1., 1., 1., 1.],
           [0., 1., 1., 1.],
           [0., 0., 0., 0.]])
    """

    _kind = (SignedMeasure, Barcode)

    def __init__(
        self,
        *,
        resolution: int = 50,
        directions: ArrayLike | None = None,
        n_directions: int = 50,
        random_state: Any = 0,
        balance: Balance = "error",
        essential: str | float = "error",
        n_jobs: int | None = None,
    ) -> None:
        self.resolution = resolution
        self.directions = directions
        self.n_directions = n_directions
        self.random_state = random_state
        self.balance = balance
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        check.positive_integer(self.resolution, "resolution")

    @staticmethod
    def _label(invariant: Any, place: int) -> str:
        return f"sliced{place}"

    def _make_plan(self, invariants: list[Any], place: int) -> _Projections:
        reference = Reference.of(invariants, self)
        points = np.concatenate([atoms.points for atoms in reference.all_atoms(invariants)])
        ends = np.zeros((len(reference.directions), 2))
        if len(points):
            for i, direction in enumerate(reference.directions):
                positions = points @ direction
                ends[i] = positions.min(), positions.max()
        return _Projections(reference, np.linspace(ends[:, 0], ends[:, 1], self.resolution + 1, axis=1))


@dataclass(frozen=True, eq=False)
class _Projections:
    reference: Reference
    edges: Float  # (n_directions, resolution + 1)

    def row(self, item: Any) -> Float:
        points, weights = self.reference.atoms(item)
        directions, n_cells = self.reference.directions, self.edges.shape[1] - 1
        rows = np.zeros((len(directions), n_cells))
        for row, direction, edges in zip(rows, directions, self.edges, strict=True):
            width = edges[1] - edges[0]
            if width > 0:
                # In cells an atom has mass for a share of the first one it reaches, and for all of the next ones.
                places = np.maximum((points @ direction - edges[0]) / width, 0.0)
                inside = places < n_cells
                cells = places[inside].astype(np.int64)
                missed = np.bincount(cells, weights[inside] * (places[inside] - cells), n_cells)
                masses = np.bincount(cells, weights[inside], n_cells)
                row[:] = (np.cumsum(masses) - missed) * width
        return rows.ravel() / len(directions)

    def names(self, label: str) -> Number:
        n_directions, n_cells = len(self.edges), self.edges.shape[1] - 1
        return np.array([f"{label}_{i}_{j}" for i in range(n_directions) for j in range(n_cells)], dtype=object)


class SlicedWassersteinKernel(TrainingKernel):
    """Kernel exp(-SW / (2 bandwidth²)) between samples and training samples, for ``SVC(kernel="precomputed")``.

    SW is :func:`tdainv.sliced_wasserstein_distance`; for tuples of invariants, a weighted sum over places.

    Parameters
    ----------
    bandwidth : float, default 1.0
    bandwidth_unit : {"median", "absolute"}, default "median"
        Whether distances are divided by their median over pairs of training samples first, at each place.
    weights : sequence of float, optional
        Weight of the distances at each place in the tuple of invariants, at least 0; 1 by default.
    directions : array-like of shape (n_directions, p), optional
        They count with their lengths. All places in the tuple of invariants have the same.
    n_directions : int, default 50
        Number of directions if none are given: see :func:`tdainv.sliced_wasserstein_distance`.
    random_state : int, RandomState or None, default 0
        For the choice of directions.
    balance : {"error", "top"} or array-like of shape (p,), default "error"
        What happens to signed measures whose masses differ: an error, or the mass of each is moved to zero by an atom
        at the largest coordinates of the training measures, or at a given point.
    essential : {"error", "drop"} or float, default "error"
        What happens to bars that never die: an error, they are left out, or they die at this value.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Attributes
    ----------
    references_ : list
        For each place the directions, ``references_[k].directions``, and what else invariants have to share.
    units_ : ndarray of shape (n_places,)
        By what distances are divided.
    n_training_samples_ : int

    Notes
    -----
    ∫|F - G| is conditionally negative definite in the functions F and G, since |a - b| is in numbers, and so are sums
    of such terms; exp(-t d) is positive definite for all t > 0 exactly if d is conditionally negative definite
    (Schoenberg [1]_). So this kernel is positive definite for any bandwidth [2]_ [3]_, for the directions taken.

    References
    ----------
    .. [1] Berg, Christensen, Ressel: Harmonic analysis on semigroups, Springer 1984, theorem 3.2.2.
    .. [2] Carrière, Cuturi, Oudot: Sliced Wasserstein kernel for persistence diagrams, ICML 2017.
    .. [3] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> from tdainv import SignedMeasure, SlicedWassersteinKernel
    >>> measures = [SignedMeasure([[x]], [1]) for x in (0, 2)]
    >>> kernel = SlicedWassersteinKernel(bandwidth_unit="absolute").fit(measures)
    >>> kernel.transform([SignedMeasure([[1]], [1])]).round(3)
    array([[0.607, 0.607]])
    """

    _kinds = (SignedMeasure, Barcode)
    _prefix = "sliced_wasserstein"

    def __init__(
        self,
        *,
        bandwidth: float = 1.0,
        bandwidth_unit: str = "median",
        weights: Sequence[float] | None = None,
        directions: ArrayLike | None = None,
        n_directions: int = 50,
        random_state: Any = 0,
        balance: Balance = "error",
        essential: str | float = "error",
        n_jobs: int | None = None,
    ) -> None:
        self.bandwidth = bandwidth
        self.bandwidth_unit = bandwidth_unit
        self.weights = weights
        self.directions = directions
        self.n_directions = n_directions
        self.random_state = random_state
        self.balance = balance
        self.essential = essential
        self.n_jobs = n_jobs

    def _check_params(self) -> None:
        pass  # checked with the training samples

    def _learn(self, samples: list[tuple[Any, ...]]) -> None:
        places = [list(items) for items in zip(*samples, strict=True)]
        self.references_ = [Reference.of(items, self) for items in places]
        self.atoms_ = [reference.all_atoms(items) for reference, items in zip(self.references_, places, strict=True)]
        self.origins_ = [middle_of(atoms) for atoms in self.atoms_]

    def _distances(self, samples: list[tuple[Any, ...]] | None, place: int) -> Float:
        reference, training, origin = self.references_[place], self.atoms_[place], self.origins_[place]
        if samples is None:
            return distance_matrix(training, None, reference.directions, origin, self.n_jobs)
        atoms = reference.all_atoms([sample[place] for sample in samples])
        return distance_matrix(atoms, training, reference.directions, origin, self.n_jobs)
