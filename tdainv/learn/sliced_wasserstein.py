"""Sliced Wasserstein distances of signed measures and of barcodes, with gradients."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv._typing import ArrayLike
from tdainv.distances.sliced_wasserstein import check_balance, check_directions
from tdainv.learn import _checks
from tdainv.learn.bar_pooling import kept_bars, order_by_item
from tdainv.learn.batches import BarcodeBatch, SignedMeasureBatch
from tdainv.persistence.bars import check_essential

Batch: TypeAlias = SignedMeasureBatch | BarcodeBatch


def sliced_wasserstein_loss(
    first: Batch,
    second: Batch,
    *,
    directions: ArrayLike | None = None,
    n_directions: int = 50,
    random_state: Any = 0,
    balance: str | ArrayLike = "error",
    essential: str | float = "error",
    reduction: str = "mean",
) -> Tensor:
    """Sliced Wasserstein distances of the items of two batches, with gradients.

    The distance of two items is that of :func:`tdainv.sliced_wasserstein_distance`: the mean over directions v of
    ∫ |F - G|, where F(t) is the mass on {x : v·x ≤ t}.

    Parameters
    ----------
    first, second : SignedMeasureBatch or BarcodeBatch
        Both of a kind, with the same number of items, which are compared in pairs; or one with a single item, which is
        compared with all.
    directions : array-like of shape (n_directions, p), optional
        They count with their lengths, which are 1 otherwise.
    n_directions : int, default 50
        Number of directions if none are given.
    random_state : int, RandomState or None, default 0
        For the choice of directions.
    balance : "error" or array-like of shape (p,), default "error"
        What happens to signed measures of different masses: an error, or the mass that one of them lacks is put at this
        point.
    essential : {"error", "drop"} or float, default "error"
        What happens to bars that never die: an error, they are left out, or they die at this value.
    reduction : {"mean", "sum", "none"}, default "mean"
        Of the distances.

    Returns
    -------
    Tensor
        Of shape (), or (n_items,) without reduction.

    Raises
    ------
    TypeError
        For anything else than two batches of one kind, or different dtypes.
    ValueError
        For measures on different spaces, of different masses, barcodes of different degrees, or numbers of items that
        do not match.

    Notes
    -----
    The weights have no gradient. Where atoms trade places along a direction the distance is continuous and has
    one-sided derivatives, of which one is taken. O(m k log k) for k atoms and m directions, with about 8 m k numbers
    in memory.

    References
    ----------
    Carrière, Cuturi, Oudot: Sliced Wasserstein kernel for persistence diagrams, ICML 2017.

    Examples
    --------
    A mass at 0 and one at (3, 4): seen along the axes, it travels 3 and 4.

    >>> import torch
    >>> from tdainv.learn import SignedMeasureBatch
    >>> one, item = torch.ones(1), torch.zeros(1, dtype=torch.int64)
    >>> mu = SignedMeasureBatch(torch.tensor([[0.0, 0.0]]), one, item, 1, 0)
    >>> nu = SignedMeasureBatch(torch.tensor([[3.0, 4.0]]), one, item, 1, 0)
    >>> sliced_wasserstein_loss(mu, nu, directions=[[1, 0], [0, 1]])
    tensor(3.5000)
    """
    check_essential(essential)
    if isinstance(balance, str):
        check.option(balance, ("error",), "balance")
    _require_same_kind(first, second)
    n_items = common_items(first, second)
    p = first.n_parameters if isinstance(first, SignedMeasureBatch) else 2
    atoms = [_atoms(repeated(batch, n_items), essential) for batch in (first, second)]
    lines = torch.as_tensor(check_directions(directions, n_directions, random_state, p))
    masses = [_masses(part, n_items) for part in atoms]
    parts = [atoms[0], atoms[1]._replace(weights=-atoms[1].weights)]
    if isinstance(balance, str):
        _require_balanced(atoms, masses)
    elif isinstance(first, SignedMeasureBatch):
        point = torch.as_tensor(check_balance(balance, p)).to(parts[0].points)
        items = torch.arange(n_items, device=point.device)
        parts.append(_Atoms(point.expand(n_items, p), masses[1] - masses[0], items))
    merged = _Atoms(*(torch.cat(columns) for columns in zip(*parts, strict=True)))
    return _checks.reduced(_distances(merged, n_items, lines.to(merged.points)), reduction)


class _Atoms(NamedTuple):
    points: Tensor
    weights: Tensor
    items: Tensor


def _require_same_kind(first: Any, second: Any) -> None:
    for batch, name in ((first, "first"), (second, "second")):
        if not isinstance(batch, SignedMeasureBatch | BarcodeBatch):
            raise TypeError(f"{name} must be a SignedMeasureBatch or a BarcodeBatch, got {type(batch).__name__}.")
    if type(first) is not type(second):
        raise TypeError(f"second must be a {type(first).__name__} as first is, got {type(second).__name__}.")
    if isinstance(first, BarcodeBatch):
        require_matching(first, second)
        return
    if first.n_parameters != second.n_parameters:
        raise ValueError(f"second must live on R^{first.n_parameters} as first does, got R^{second.n_parameters}.")
    _require_same_tensors(first.points, second.points)
    for batch, name in ((first, "first"), (second, "second")):
        _checks.require_measures(batch, name)


def require_matching(first: BarcodeBatch, second: BarcodeBatch) -> None:
    """Check two batches of barcodes: of one degree, dtype and device."""
    _checks.require_barcodes(first, "first")
    _checks.require_barcodes(second, "second")
    if first.degree != second.degree:
        raise ValueError(f"second must have degree {first.degree} as first has, got {second.degree}.")
    _require_same_tensors(first.births, second.births)


def _require_same_tensors(first: Tensor, second: Tensor) -> None:
    if first.dtype != second.dtype:
        raise TypeError(f"second must be {first.dtype} as first is, got {second.dtype}.")
    if first.device != second.device:
        raise ValueError(f"second must be on {first.device} as first is, got {second.device}.")


def common_items(first: Batch, second: Batch) -> int:
    """Number of pairs of items: that of both batches, or that of one of them if the other has one item."""
    sizes = {len(first), len(second)} - {1}
    if len(sizes) > 1:
        raise ValueError(f"second must have 1 item, or {len(first)} as first has, got {len(second)}.")
    return sizes.pop() if sizes else 1


def repeated(batch: Any, n_items: int) -> Any:
    """The batch, or, if it has a single item, that item n_items times."""
    if len(batch) == n_items:
        return batch
    k = len(batch.items)
    items = torch.arange(n_items, device=batch.items.device).repeat_interleave(k)
    if isinstance(batch, SignedMeasureBatch):
        points, weights = batch.points.repeat(n_items, 1), batch.weights.repeat(n_items)
        return SignedMeasureBatch(points, weights, items, n_items, batch.degree)
    return BarcodeBatch(batch.births.repeat(n_items), batch.deaths.repeat(n_items), items, n_items, batch.degree)


def _atoms(batch: Batch, essential: str | float) -> _Atoms:
    """Atoms of measures, or of barcodes minus their projections onto the diagonal."""
    if isinstance(batch, SignedMeasureBatch):
        return _Atoms(batch.points, batch.weights.detach().to(batch.points.dtype), batch.items)
    bars = kept_bars(batch, essential)
    diagram = torch.stack([bars.births, bars.deaths], dim=1)
    middles = diagram.mean(dim=1, keepdim=True).expand(-1, 2)
    ones = bars.kept.to(diagram.dtype)
    return _Atoms(torch.cat([diagram, middles]), torch.cat([ones, -ones]), bars.items.repeat(2))


def _masses(atoms: _Atoms, n_items: int) -> Tensor:
    return atoms.weights.new_zeros(n_items).index_add(0, atoms.items, atoms.weights)


def _require_balanced(atoms: list[_Atoms], masses: list[Tensor]) -> None:
    """Raise ValueError for items of different masses, up to rounding."""
    sizes = [
        _masses(part._replace(weights=part.weights.abs()), len(mass)) for part, mass in zip(atoms, masses, strict=True)
    ]
    rounding = max(1e-9, 8 * torch.finfo(masses[0].dtype).eps)
    apart = (masses[0] - masses[1]).abs() > rounding * (sizes[0] + sizes[1])
    if bool(apart.any()):
        item = int(apart.nonzero()[0])
        raise ValueError(
            f"item {item} of second must have the mass {float(masses[0][item]):g} that first has, got "
            f"{float(masses[1][item]):g}. Give balance, a point that takes the missing mass."
        )


def _distances(atoms: _Atoms, n_items: int, directions: Tensor) -> Tensor:
    """Mean over directions of Σ |F| (x' - x) over neighbouring atoms x ≤ x' of each item, F the mass up to x."""
    positions = directions @ atoms.points.T
    order = order_by_item(positions.detach(), atoms.items)
    items = atoms.items.sort().values
    sums = atoms.weights[order].cumsum(dim=1)
    # Items are balanced up to rounding: what is left over from the items before is taken off.
    counts = items.new_zeros(n_items).index_add(0, items, torch.ones_like(items))
    before = nn.functional.pad(sums, (1, 0))[:, (counts.cumsum(0) - counts)[items]]
    gaps = positions.gather(1, order).diff(dim=1) * (items[1:] == items[:-1])
    rows = ((sums - before).abs()[:, :-1] * gaps).sum(dim=0) / len(directions)
    return rows.new_zeros(n_items).index_add(0, items[:-1], rows)
