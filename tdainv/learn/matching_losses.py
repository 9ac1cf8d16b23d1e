"""Bottleneck and Wasserstein distances of barcodes to targets, with gradients through the pairs of a best matching."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching
from torch import Tensor

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.distances._kernels_wasserstein import pair_gains
from tdainv.distances.bottleneck import bottleneck_distance
from tdainv.distances.wasserstein import wasserstein_distance
from tdainv.learn import _checks
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.sliced_wasserstein import common_items, repeated, require_matching
from tdainv.persistence.barcode import Barcode
from tdainv.persistence.bars import as_diagram


def bottleneck_loss(bars: BarcodeBatch, target: Any, *, reduction: str = "mean") -> Tensor:
    """Bottleneck distances of barcodes to a target, with gradients.

    Each is that of :func:`tdainv.bottleneck_distance`. The gradient is that of the largest cost in a best matching: it
    moves one pair, or one bar that is left over.

    Parameters
    ----------
    bars : BarcodeBatch
    target : BarcodeBatch, Barcode or array-like of shape (k, 2)
        One barcode for all items, or a batch with one for each item.
    reduction : {"mean", "sum", "none"}, default "mean"
        Of the distances.

    Returns
    -------
    Tensor
        Of shape (), or (n_items,) without reduction.

    Raises
    ------
    TypeError
        For anything else than a batch of barcodes, or different dtypes.
    ValueError
        For different degrees, numbers of items that do not match, or different numbers of essential bars, between which
        the distance is infinite.

    Notes
    -----
    Essential bars are matched in the order of their births. The matching is found on the host, one item at a time:
    the distance δ as :func:`tdainv.bottleneck_distance` does, then a matching among the pairs of cost at most δ by
    Hopcroft and Karp, with (k + l)² entries for k and l bars. Where several pairs have the cost δ, costs that agree
    exactly share the gradient. If a bar of the target is left over at the cost δ there is none: no bar is moved
    towards it. The Wasserstein loss moves all pairs.

    References
    ----------
    Carrière, Chazal, Glisse, Ike, Kannan, Umeda: Optimizing persistent homology based functions, ICML 2021.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import BarcodeBatch
    >>> deaths = torch.tensor([10.0, 5.0], requires_grad=True)
    >>> bars = BarcodeBatch(torch.tensor([0.0, 3.0]), deaths, torch.tensor([0, 0]), 1, 1)
    >>> loss = bottleneck_loss(bars, [[0.5, 8.0]])
    >>> loss.backward()
    >>> loss.item(), deaths.grad
    (2.0, tensor([1., 0.]))
    """
    return _checks.reduced(_losses(bars, target, _Bottleneck()), reduction)


def wasserstein_loss(
    bars: BarcodeBatch,
    target: Any,
    *,
    order: float = 1.0,
    internal: float = np.inf,
    root: bool = True,
    reduction: str = "mean",
) -> Tensor:
    """p-Wasserstein distances of barcodes to a target, with gradients.

    Each is that of :func:`tdainv.wasserstein_distance`: (Σ ‖bar - partner‖^p)^(1/p) over a best matching, where the
    partner of a bar that is left over is the nearest point of the diagonal. All pairs move.

    Parameters
    ----------
    bars : BarcodeBatch
    target : BarcodeBatch, Barcode or array-like of shape (k, 2)
        One barcode for all items, or a batch with one for each item.
    order : float, default 1.0
        The exponent p, at least 1 and finite.
    internal : float, default inf
        The exponent q of the norm ‖·‖ of the plane, at least 1; ``inf`` for the maximum norm.
    root : bool, default True
        False leaves the sum as it is, without the exponent 1/p, whose gradient is smooth at 0 for p > 1.
    reduction : {"mean", "sum", "none"}, default "mean"
        Over items.

    Returns
    -------
    Tensor
        Of shape (), or (n_items,) without reduction.

    Raises
    ------
    TypeError
        For anything else than a batch of barcodes, or different dtypes.
    ValueError
        For different degrees, numbers of items that do not match, exponents below 1, or different numbers of essential
        bars, between which the distance is infinite.

    Notes
    -----
    Essential bars are matched in the order of their births. The matching is found on the host, one item at a time, as
    an assignment of k by l bars in O(n³) in the worst case. Where the best matching is not unique, and for a distance
    0 with p > 1, the gradient is one of several one-sided ones; at equal barcodes it is 0.

    References
    ----------
    Carrière, Chazal, Glisse, Ike, Kannan, Umeda: Optimizing persistent homology based functions, ICML 2021.

    Examples
    --------
    The long bars are matched at a cost of 1; the short bar is 2 long, and half a length from the diagonal:

    >>> import torch
    >>> from tdainv.learn import BarcodeBatch
    >>> bars = BarcodeBatch(torch.tensor([0.0, 3.0]), torch.tensor([10.0, 5.0]), torch.tensor([0, 0]), 1, 1)
    >>> wasserstein_loss(bars, [[0.5, 9.0]])
    tensor(2.)
    """
    wasserstein_distance(np.zeros((0, 2)), np.zeros((0, 2)), order=order, internal=internal)  # checks the exponents
    return _checks.reduced(_losses(bars, target, _Wasserstein(float(order), float(internal), root)), reduction)


class _Bottleneck(NamedTuple):
    def pairs(self, first: Float, second: Float) -> tuple[Int, Int]:
        """Pairs of a matching whose largest cost is least."""
        n, m = len(first), len(second)
        require_memory(24 * (n + m) ** 2, f"Matching {n} with {m} bars", "Drop the shortest bars.")
        delta = bottleneck_distance(first, second)
        size = n + m
        # Diagonal points stand in for bars that are left over: the one of bar i is m + i, the one of bar j is n + j.
        allowed = np.ones((size, size), bool)
        allowed[:n, :m] = np.abs(first[:, np.newaxis] - second).max(axis=2) <= delta
        allowed[:n, m:] = np.diag((first[:, 1] - first[:, 0]) / 2 <= delta)
        allowed[n:, :m] = np.diag((second[:, 1] - second[:, 0]) / 2 <= delta)
        partner = np.asarray(maximum_bipartite_matching(csr_array(allowed), perm_type="column"))[:n]
        rows = np.flatnonzero(partner < m)
        return rows, partner[rows]

    def total(self, costs: Tensor) -> Tensor:
        return costs.amax() if len(costs) else costs.sum()

    def lengths(self, differences: Tensor) -> Tensor:
        return differences.abs().amax(dim=1)

    def alone(self, lengths: Tensor) -> Tensor:
        return 0.5 * lengths


class _Wasserstein(NamedTuple):
    order: float
    internal: float
    root: bool

    def pairs(self, first: Float, second: Float) -> tuple[Int, Int]:
        """Pairs of a matching with the least sum of costs."""
        n, m = len(first), len(second)
        require_memory(16 * n * m, f"Matching {n} with {m} bars", "Drop the shortest bars, or take the sliced loss.")
        if n == 0 or m == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        # In the unit of the largest cost that is needed powers neither overflow nor vanish. The matching of the
        # bottleneck distance costs at most 1 a bar then: bars that cost more alone than all bars do are not left over.
        unit = bottleneck_distance(first, second) * 2 ** (1 / self.internal) or 1.0
        most, factor = (2.0 * (n + m)) ** (1 / self.order), 2 ** (1 / self.internal - 1) / unit
        costs = [np.minimum(factor * (bars[:, 1] - bars[:, 0]), most) ** self.order for bars in (first, second)]
        gains = pair_gains(first / unit, second / unit, *costs, self.order, self.internal)
        rows, columns = linear_sum_assignment(gains)
        useful = gains[rows, columns] < 0
        return rows[useful], columns[useful]

    def total(self, costs: Tensor) -> Tensor:
        if not self.root or self.order == 1:
            return (costs**self.order).sum()
        # The norm has the gradient 0 at 0, and does not overflow.
        return torch.linalg.vector_norm(costs, ord=self.order)

    def lengths(self, differences: Tensor) -> Tensor:
        return torch.linalg.vector_norm(differences, ord=self.internal, dim=1)

    def alone(self, lengths: Tensor) -> Tensor:
        return lengths * 2 ** (1 / self.internal - 1)


def _losses(bars: Any, target: Any, distance: Any) -> Tensor:
    """Distances of pairs of items, shape (n_items,)."""
    bars = _checks.require_barcodes(bars)
    targets = _as_batch(target, bars)
    require_matching(bars, targets)
    n_items = common_items(bars, targets)
    first, second = (_split(repeated(batch, n_items)) for batch in (bars, targets))
    losses = [_loss(*pair, item, distance) for item, pair in enumerate(zip(first, second, strict=True))]
    return torch.stack(losses) if losses else bars.births.new_zeros(0)


def _as_batch(target: Any, bars: BarcodeBatch) -> BarcodeBatch:
    """A target as a batch, of the kind of tensors that the bars are."""
    if isinstance(target, BarcodeBatch):
        return target
    if isinstance(target, Tensor):
        target = target.detach().cpu().numpy()
    degree = target.degree if isinstance(target, Barcode) else bars.degree
    diagram = torch.from_numpy(as_diagram(target, "target").copy()).to(bars.births)
    items = torch.zeros(len(diagram), dtype=torch.int64, device=diagram.device)
    return BarcodeBatch(diagram[:, 0], diagram[:, 1], items, 1, degree)


def _split(bars: BarcodeBatch) -> tuple[Tensor, ...]:
    return bars.diagram.split(bars.counts().tolist())


def _loss(first: Tensor, second: Tensor, item: int, distance: Any) -> Tensor:
    """Distance of two diagrams: the matching is found in numbers, its costs are tensors."""
    essential = [torch.isinf(diagram[:, 1]) for diagram in (first, second)]
    numbers = [int(which.sum()) for which in essential]
    if numbers[0] != numbers[1]:
        raise ValueError(
            f"item {item} must have as many essential bars as its target, {numbers[1]}, got {numbers[0]}: the distance "
            "is infinite. Compare finite() or capped(value) of both."
        )
    births = [diagram[which, 0].sort().values for diagram, which in zip((first, second), essential, strict=True)]
    finite = [diagram[~which] for diagram, which in zip((first, second), essential, strict=True)]
    rows, columns = distance.pairs(*(diagram.detach().cpu().double().numpy() for diagram in finite))
    left = [_left_over(diagram, used) for diagram, used in zip(finite, (rows, columns), strict=True)]
    matched = finite[0][torch.as_tensor(rows)] - finite[1][torch.as_tensor(columns)]
    costs = [(births[0] - births[1]).abs(), *(distance.alone(diagram[:, 1] - diagram[:, 0]) for diagram in left)]
    return distance.total(torch.cat([*costs, distance.lengths(matched)]))


def _left_over(diagram: Tensor, used: Int) -> Tensor:
    free = torch.ones(len(diagram), dtype=torch.bool)
    free[torch.as_tensor(used)] = False
    return diagram[free.to(diagram.device)]
