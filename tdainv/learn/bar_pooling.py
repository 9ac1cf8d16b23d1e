"""Bars of a batch that count, and their features pooled item by item."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from tdainv._words import counted
from tdainv.learn.batches import BarcodeBatch


class KeptBars(NamedTuple):
    """Bars of a batch after the policy for essential bars: where `kept` is false, a bar does not count.

    Deaths of bars that do not count are well above the births, so that features of them are finite, and so are
    gradients, which are multiplied by zero. No rows are left out: shapes do not depend on values.
    """

    births: Tensor
    deaths: Tensor
    kept: Tensor
    items: Tensor
    n_items: int

    @property
    def persistence(self) -> Tensor:
        """Lengths of the bars."""
        return self.deaths - self.births


def kept_bars(bars: BarcodeBatch, essential: str | float) -> KeptBars:
    """Follow the policy for essential bars: "drop", "error" or the value at which they die; bars of length 0 go."""
    deaths, infinite = bars.deaths, torch.isinf(bars.deaths)
    if essential == "error":
        require_no_essential(bars)
    if isinstance(essential, str):
        kept = (deaths > bars.births) & ~infinite
    else:
        deaths = torch.where(infinite, float(essential), deaths)
        kept = deaths > bars.births
    births = bars.births.detach()
    deaths = torch.where(kept, deaths, births + births.abs() + 1.0)
    return KeptBars(bars.births, deaths, kept, bars.items, bars.n_items)


def require_no_essential(bars: BarcodeBatch) -> None:
    """Raise ValueError naming the first item with essential bars."""
    infinite = torch.isinf(bars.deaths)
    if bool(infinite.any()):
        item = int(bars.items[infinite][0])
        number = int((bars.items[infinite] == item).sum())
        raise ValueError(
            f"item {item} has {counted(number, 'essential bar')} of degree {bars.degree}; give "
            'essential="drop" or a value at which they die.'
        )


def sum_rows(rows: Tensor, bars: KeptBars) -> Tensor:
    """Sum over the bars of each item, (k, q) → (n_items, q)."""
    rows = torch.where(bars.kept.unsqueeze(-1), rows, 0.0)
    return rows.new_zeros(bars.n_items, rows.shape[1]).index_add(0, bars.items, rows)


def mean_rows(rows: Tensor, bars: KeptBars) -> Tensor:
    """Mean over the bars of each item, zero where there are none."""
    counts = rows.new_zeros(bars.n_items).index_add(0, bars.items, bars.kept.to(rows.dtype))
    return sum_rows(rows, bars) / counts.clamp(min=1.0).unsqueeze(-1)


def max_rows(rows: Tensor, bars: KeptBars) -> Tensor:
    """Maximum over the bars of each item, zero where there are none."""
    rows = rows.masked_fill(~bars.kept.unsqueeze(-1), -torch.inf)
    lowest = rows.new_full((bars.n_items, rows.shape[1]), -torch.inf)
    index = bars.items.unsqueeze(-1).expand_as(rows)
    largest = lowest.scatter_reduce(0, index, rows, "amax", include_self=False)
    return largest.masked_fill(torch.isneginf(largest), 0.0)


def top_rows(rows: Tensor, bars: KeptBars, n_top: int) -> Tensor:
    """The n_top largest entries of each column over the bars of each item, decreasing, filled up with zeros.

    (k, q) → (n_items, n_top, q).
    """
    columns = rows.masked_fill(~bars.kept.unsqueeze(-1), -torch.inf).T.contiguous()
    columns = columns.gather(1, order_by_item(columns.detach(), bars.items, descending=True))
    columns = torch.cat([columns, columns.new_full((len(columns), 1), -torch.inf)], dim=1)
    counts = bars.items.new_zeros(bars.n_items).index_add(0, bars.items, torch.ones_like(bars.items))
    starts = counts.cumsum(0) - counts
    rank = torch.arange(n_top, device=rows.device)
    places = torch.where(rank < counts.unsqueeze(-1), starts.unsqueeze(-1) + rank, columns.shape[1] - 1)
    top = columns[:, places].permute(1, 2, 0)
    return top.masked_fill(torch.isneginf(top), 0.0)


def order_by_item(values: Tensor, items: Tensor, *, descending: bool = False) -> Tensor:
    """Order of the values (m, k) of each row by item, and by value within an item, shape (m, k).

    Rows are sorted by value, then, without disturbing that, by item: both along memory, which is what takes the time.
    """
    order = values.argsort(dim=1, descending=descending)
    return order.gather(1, items.int()[order].argsort(dim=1, stable=True))
