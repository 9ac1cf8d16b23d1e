"""Sliced Wasserstein distances of signed measures and of barcodes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from sklearn.utils import check_random_state

from tdainv import _validation as check
from tdainv._base import map_items
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv.distances._kernels_sliced import sweep
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode

Comparable: TypeAlias = SignedMeasure | Barcode
Balance: TypeAlias = str | ArrayLike

_N_TASKS = 8  # directions are added up in as many groups, whatever the number of workers: sums do not depend on it
_BLOCK = 1 << 20  # coordinates on lines that are held at a time


def sliced_wasserstein_distance(
    first: Comparable,
    second: Comparable,
    *,
    directions: ArrayLike | None = None,
    n_directions: int = 50,
    random_state: Any = 0,
    balance: Balance = "error",
    essential: str | float = "error",
) -> float:
    """Sliced Wasserstein distance of two signed measures, or of two barcodes: exact for the directions taken.

    The mean over directions v of W1(v·μ, v·ν) = ∫ |F_μ - F_ν|, where F_μ(t) is the mass of μ on {x : v·x ≤ t}.

    Parameters
    ----------
    first, second : SignedMeasure or Barcode
        Both of a kind. A barcode stands for the measure with the atoms (birth, death), minus their projections onto the
        diagonal, so that the distance is that of one diagram with the projections of the other added to it [1]_.
    directions : array-like of shape (n_directions, p), optional
        They count with their lengths, which are 1 otherwise.
    n_directions : int, default 50
        Number of directions if none are given. There is one on a line. In the plane they are equally spaced on a half
        circle that is turned at random; in higher dimensions they are independent and uniform.
    random_state : int, RandomState or None, default 0
        For the choice of directions.
    balance : "error" or array-like of shape (p,), default "error"
        What happens to signed measures of different masses: an error, or the mass that one of them lacks is put at this
        point [2]_.
    essential : {"error", "drop"} or float, default "error"
        What happens to bars that never die: an error, they are left out, or they die at this value.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        For anything else than two signed measures or two barcodes.
    ValueError
        For measures on different spaces, of different masses, barcodes of different degrees, or wrong parameters.

    Notes
    -----
    For directions of length 1 it is at most the :func:`tdainv.kantorovich_rubinstein_distance` for the norms "l2" and
    "l1" [2]_: projections bring points no further apart. On a line it equals that distance.

    For n measures of k atoms and m directions all distances together cost O(m n k (log(n k) + n)), in loops over arrays
    without branches: with D = F_μ - F_ν, which vanishes at both ends, ∫ |D| = Σ x (|D(x-)| - |D(x)|) over the atoms of
    μ and of ν, and the part of an atom is found for all other measures at once.

    References
    ----------
    .. [1] Carrière, Cuturi, Oudot: Sliced Wasserstein kernel for persistence diagrams, ICML 2017.
    .. [2] Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology
       using signed barcodes as measures, NeurIPS 2023.

    Examples
    --------
    A mass at 0 and one at (3, 4); one that lies between. Seen along the axes, mass travels 3 and 4:

    >>> import tdainv
    >>> mu, nu = tdainv.SignedMeasure([[0, 0]], [1]), tdainv.SignedMeasure([[3, 4]], [1])
    >>> tdainv.sliced_wasserstein_distance(mu, nu, directions=[[1, 0], [0, 1]])
    3.5
    """
    (atoms, others), p = _prepare([first, second], ("first", "second"), balance, essential)
    lines = check_directions(directions, n_directions, random_state, p)
    return float(distance_matrix([atoms], [others], lines, middle_of([atoms, others]), None)[0, 0])


def sliced_wasserstein_distances(
    measures: Sequence[Comparable],
    others: Sequence[Comparable] | None = None,
    *,
    directions: ArrayLike | None = None,
    n_directions: int = 50,
    random_state: Any = 0,
    balance: Balance = "error",
    essential: str | float = "error",
    n_jobs: int | None = None,
) -> Float:
    """Sliced Wasserstein distances of all pairs of signed measures, or of barcodes, together.

    Much faster than :func:`tdainv.sliced_wasserstein_distance` for each pair.

    Parameters
    ----------
    measures : sequence of SignedMeasure, or of Barcode
    others : sequence of the same, optional
        By default the measures again.
    directions, n_directions, random_state, balance, essential
        Those of :func:`tdainv.sliced_wasserstein_distance`.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Returns
    -------
    ndarray of shape (len(measures), len(others))
        Symmetric with a zero diagonal if there are no others.

    Examples
    --------
    >>> import tdainv
    >>> measures = [tdainv.SignedMeasure([[x]], [1]) for x in (0, 1, 5)]
    >>> tdainv.sliced_wasserstein_distances(measures)
    array([[0., 1., 5.],
           [1., 0., 4.],
           [5., 4., 0.]])
    """
    items = check.collection(measures, "measure")
    names = [f"measures[{i}]" for i in range(len(items))]
    n = len(items)
    if others is not None:
        more = check.collection(others, "measure")
        items, names = items + more, names + [f"others[{i}]" for i in range(len(more))]
    atoms, p = _prepare(items, names, balance, essential)
    lines = check_directions(directions, n_directions, random_state, p)
    return distance_matrix(atoms[:n], None if others is None else atoms[n:], lines, middle_of(atoms), n_jobs)


class Atoms(NamedTuple):
    """Points and weights of a measure that is ready to be projected."""

    points: Float
    weights: Float


def check_directions(directions: ArrayLike | None, n_directions: Any, random_state: Any, p: int) -> Float:
    """Return the given directions of R^p, checked, or random ones."""
    if directions is not None:
        lines = check.points(directions, "directions")
        if lines.shape[1] != p or not lines.any(axis=1).all():
            raise ValueError(f"directions must be non-zero vectors of R^{p}, shape (n, {p}), got shape {lines.shape}.")
        return lines
    n = check.positive_integer(n_directions, "n_directions")
    random = check_random_state(random_state)
    if p == 1:
        return np.ones((1, 1))
    if p == 2:
        angles = np.pi * (np.arange(n) + random.uniform()) / n
        return np.column_stack([np.cos(angles), np.sin(angles)])
    vectors = random.normal(size=(n, p))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def check_essential(essential: Any) -> None:
    """Check the policy for essential bars."""
    if isinstance(essential, str):
        check.option(essential, ("error", "drop"), "essential")
    else:
        check.finite(essential, "essential")


def atoms_of(item: Comparable, balance: Any, essential: Any) -> Atoms:
    """Atoms of a measure, with its mass moved to zero if there is a balance, or of a barcode minus its projection."""
    if isinstance(item, Barcode):
        diagram = finite_bars(item, essential)
        middles = np.repeat(diagram.mean(axis=1, keepdims=True), 2, axis=1)
        return Atoms(np.concatenate([diagram, middles]), np.repeat([1.0, -1.0], len(diagram)))
    weights = item.weights.astype(np.float64)
    if isinstance(balance, str) or item.mass == 0:
        return Atoms(item.points, weights)
    point = check_balance(balance, item.n_parameters)
    return Atoms(np.concatenate([item.points, point[np.newaxis]]), np.append(weights, -item.mass))


def check_balance(balance: Any, p: int) -> Float:
    """Check the point of R^p that takes missing mass."""
    point = check.float_array(balance, "balance", f'must be "error" or a point of R^{p}')
    if point.shape != (p,) or not np.isfinite(point).all():
        raise ValueError(f'balance must be "error" or a point of R^{p}, shape ({p},), got balance={balance!r}.')
    return point


def finite_bars(bars: Barcode, essential: Any) -> Float:
    """Diagram of a barcode after the policy for essential bars."""
    infinite = np.isinf(bars.deaths)
    if isinstance(essential, str):
        if essential == "error" and infinite.any():
            raise ValueError(
                f"the barcode of degree {bars.degree} has {int(infinite.sum())} essential bars; give "
                'essential="drop" or a value at which they die.'
            )
        return bars.diagram[~infinite]
    diagram = np.column_stack([bars.births, np.where(infinite, essential, bars.deaths)])
    return diagram[diagram[:, 0] < diagram[:, 1]]


def require_comparable(items: Sequence[Any], names: Sequence[str], balance: Any) -> int:
    """Check that items are all measures on one R^p, of one mass unless balanced, or barcodes of one degree: p."""
    first: Any = items[0]
    kind: type = type(items[0])
    for item, name in zip(items, names, strict=True):
        if not isinstance(item, SignedMeasure | Barcode):
            raise TypeError(f"{name} must be a SignedMeasure or a Barcode, got {type(item).__name__}.")
        if type(item) is not kind:
            raise TypeError(f"{name} must be a {kind.__name__} as {names[0]} is, got {type(item).__name__}.")
        if isinstance(item, Barcode):
            _require_agreement("degree", first.degree, item.degree, names[0], name)
        elif isinstance(item, SignedMeasure):
            _require_agreement("n_parameters", first.n_parameters, item.n_parameters, names[0], name)
            if isinstance(balance, str) and not same_mass(item, first):
                raise ValueError(
                    f"{name} must have the mass {first.mass:g} that {names[0]} has, got {item.mass:g}. Give "
                    "balance, a point that takes the missing mass."
                )
    return 2 if isinstance(first, Barcode) else first.n_parameters


def _require_agreement(what: str, wanted: int, found: int, first: str, name: str) -> None:
    if wanted != found:
        raise ValueError(f"{name} must have {what} {wanted} as {first} has, got {found}.")


def same_mass(first: SignedMeasure, second: SignedMeasure) -> bool:
    """Whether two measures have the same mass, up to rounding."""
    size = np.abs(first.weights).sum() + np.abs(second.weights).sum()
    return bool(abs(first.mass - second.mass) <= 1e-9 * size)


def _prepare(items: Sequence[Any], names: Sequence[str], balance: Any, essential: Any) -> tuple[list[Atoms], int]:
    check_essential(essential)
    if isinstance(balance, str):
        check.option(balance, ("error",), "balance")
    p = require_comparable(items, names, balance)
    return [atoms_of(item, balance, essential) for item in items], p


def middle_of(atoms: Sequence[Atoms]) -> Float:
    """Middle of the box around some atoms, or the origin if there are none."""
    points = np.concatenate([each.points for each in atoms])
    return 0.5 * (points.min(axis=0) + points.max(axis=0)) if len(points) else np.zeros(points.shape[1])


def distance_matrix(
    first: list[Atoms], second: list[Atoms] | None, directions: Float, origin: Float, n_jobs: int | None
) -> Float:
    """Sliced Wasserstein distances of the atoms of all pairs, as a matrix.

    Sums by parts are those of coordinates, so an origin among the atoms gives the best accuracy. For equal directions
    and origins, a distance is the same to the last bit whatever else is compared at the same time.
    """
    m, n = len(first), len(first if second is None else second)
    n_rows = m if second is None else m + n
    parts = np.array_split(directions, min(_N_TASKS, len(directions)))
    require_memory(8 * (len(parts) + 2) * n_rows * max(m, n), f"{m} x {n} distances", "Compare fewer at a time.")
    task = _Sweep.of(first, second or [], origin)
    sums = map_items(task.run, parts, n_jobs)
    total = np.sum(sums, axis=0) / len(directions)
    result = np.maximum(total, 0.0)  # rounding
    if second is None:
        np.fill_diagonal(result, 0.0)
    return result


class _Sweep(NamedTuple):
    """All atoms of two lists of measures, of which the second may be empty: then pairs are those of the first."""

    points: Float
    weights: Float
    owners: Int
    n_first: int
    n_second: int

    @classmethod
    def of(cls, first: list[Atoms], second: list[Atoms], origin: Float) -> _Sweep:
        atoms = [*first, *second]
        points = np.concatenate([each.points for each in atoms])
        owners = np.repeat(np.arange(len(atoms)), [len(each.weights) for each in atoms])
        weights = np.concatenate([each.weights for each in atoms])
        return cls(points - origin, weights, owners, len(first), len(second))

    def run(self, directions: Float) -> Float:
        """Sums of distances over some directions, as a matrix."""
        m, n = self.n_first, self.n_second
        own = np.arange(m + n) < m
        lanes = np.where(own, n if n else m, m)
        starts = np.where(own, m if n else 0, 0)
        sums = np.zeros((m + n, max(m, n)))
        rows = max(1, _BLOCK // max(1, len(self.weights)))
        # Orders of equal atoms matter for rounding only, which whole weights are free of.
        kind: Any = "quicksort" if (self.weights == np.round(self.weights)).all() else "stable"
        for i in range(0, len(directions), rows):
            block = directions[i : i + rows]
            # Not a matrix product, whose rounding depends on shapes.
            positions = np.zeros((len(block), len(self.weights)))
            for k in range(block.shape[1]):
                positions += np.multiply.outer(block[:, k], self.points[:, k])
            orders = np.argsort(positions, axis=1, kind=kind)
            sweep(positions, orders, self.owners, self.weights, sums, lanes, starts)
        if n == 0:
            return sums + sums.T
        return sums[:m, :n] + sums[m:, :m].T
