"""Losses of barcodes: total persistence, and connectivity at a scale."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.bar_pooling import kept_bars, sum_rows
from tdainv.learn.batches import BarcodeBatch
from tdainv.persistence.bars import check_essential


def total_persistence(
    bars: BarcodeBatch,
    *,
    power: float = 1.0,
    middle_power: float = 0.0,
    skip: int = 0,
    essential: str | float = "drop",
    reduction: str = "mean",
) -> Tensor:
    """Total persistence of barcodes, with gradients: Σ (death - birth)^p ((birth + death) / 2)^q over the bars.

    Without the `skip` longest bars of each item: less of it leaves that many features and removes noise; its negative
    makes more features [1]_.

    Parameters
    ----------
    bars : BarcodeBatch
    power : float, default 1.0
        The exponent p, at least 0.
    middle_power : float, default 0.0
        The exponent q, at least 0. Other values than 0 are for bars whose middles are not negative.
    skip : int, default 0
        Number of longest bars of each item that do not count.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.
    reduction : {"mean", "sum", "none"}, default "mean"
        Over items.

    Returns
    -------
    Tensor
        Of shape (), or (n_items,) without reduction; 0 for items without bars.

    References
    ----------
    .. [1] Brüel-Gabrielsson, Nelson, Dwaraknath, Skraba, Guibas, Carlsson: A topology layer for machine learning,
       AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import BarcodeBatch
    >>> bars = BarcodeBatch(torch.tensor([0.0, 0.0, 1.0]), torch.tensor([5.0, 3.0, 3.0]), torch.tensor([0, 0, 1]), 2, 1)
    >>> total_persistence(bars, power=2, reduction="none")
    tensor([34.,  4.])
    >>> total_persistence(bars, skip=1, reduction="none")
    tensor([3., 0.])
    """
    bars = _checks.require_barcodes(bars)
    exponents = {"power": check.finite(power, "power"), "middle_power": check.finite(middle_power, "middle_power")}
    for name, value in exponents.items():
        if value < 0:
            raise ValueError(f"{name} must be at least 0, got {name}={value!r}.")
    if isinstance(skip, bool) or not isinstance(skip, int) or skip < 0:
        raise ValueError(f"skip must be an integer of at least 0, got skip={skip!r}.")
    check_essential(essential)
    kept = kept_bars(bars, essential)
    if skip:
        kept = kept._replace(kept=kept.kept & ~_longest(kept.persistence.detach(), kept.kept, kept.items, skip))
    values = kept.persistence**power
    if middle_power:
        middles = 0.5 * (kept.births + kept.deaths)
        # Where a bar does not count its middle could be anything; 1 has a gradient that is finite.
        middles = torch.where(kept.kept, middles, 1.0)
        if not torch.compiler.is_compiling() and bool((middles < 0).any()):
            item = int(kept.items[middles < 0][0])
            raise ValueError(f"middle_power needs bars whose middles are not negative, item {item} has another one.")
        values = values * middles.clamp(min=torch.finfo(middles.dtype).tiny) ** middle_power
    return _checks.reduced(sum_rows(values.unsqueeze(-1), kept).squeeze(-1), reduction)


def _longest(lengths: Tensor, kept: Tensor, items: Tensor, number: int) -> Tensor:
    """Whether each bar is among the longest of its item."""
    order = torch.where(kept, lengths, -torch.inf).argsort(descending=True, stable=True)
    order = order[items[order].argsort(stable=True)]
    sorted_items = items[order]
    first = torch.searchsorted(sorted_items, sorted_items)
    rank = torch.arange(len(order), device=order.device) - first
    return torch.zeros_like(kept).scatter(0, order, rank < number)


def connectivity_loss(bars: BarcodeBatch, scale: Any, *, reduction: str = "mean") -> Tensor:
    """How far clouds are from being connected at a scale: Σ |death - η| over the finite bars of degree 0 [1]_.

    At loss 0 all points of a cloud get connected at the value η of the filtration, not before, and not later.

    Parameters
    ----------
    bars : BarcodeBatch
        Of degree 0.
    scale : float
        The scale η, in the unit of the filtration: for Rips filtrations, the length of edges.
    reduction : {"mean", "sum", "none"}, default "mean"
        Over items.

    Returns
    -------
    Tensor
        Of shape (), or (n_items,) without reduction; 0 for items without finite bars.

    Notes
    -----
    Bars of length 0 count as well: points that coincide are pushed apart where the gradient of the filtration allows.

    References
    ----------
    .. [1] Hofer, Kwitt, Dixit, Niethammer: Connectivity-optimized representation learning via persistent homology,
       ICML 2019.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import BarcodeBatch
    >>> bars = BarcodeBatch(torch.zeros(3), torch.tensor([1.0, 4.0, torch.inf]), torch.tensor([0, 0, 0]), 1, 0)
    >>> connectivity_loss(bars, 2.0)
    tensor(3.)
    """
    bars = _checks.require_barcodes(bars)
    if bars.degree != 0:
        raise ValueError(f"bars must be of degree 0, got degree {bars.degree}.")
    scale = check.finite(scale, "scale")
    finite = torch.isfinite(bars.deaths)
    apart = (torch.where(finite, bars.deaths, scale) - scale).abs()
    return _checks.reduced(bars.sum_rows(apart), reduction)
