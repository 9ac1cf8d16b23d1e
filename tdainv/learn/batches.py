"""Invariants of the items of a batch, as tensors: one row a bar or an atom, and the item that it belongs to.

Items have different numbers of bars. Rows of all items follow one another, without padding: sums over the bars of
each item are one ``index_add``, and an item without bars is one to which nothing is added.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor


class _Ragged:
    """What the batches share: rows that belong to items."""

    items: Tensor
    n_items: int

    def _check(self, **rows: Tensor) -> None:
        if self.items.dtype != torch.int64 or self.items.ndim != 1:
            raise ValueError(f"items must be int64 of shape (k,), got {self.items.dtype} {tuple(self.items.shape)}.")
        for name, values in rows.items():
            if len(values) != len(self.items):
                raise ValueError(f"{name} must have one row for each of {len(self.items)} items, got {len(values)}.")
            if values.device != self.items.device:
                raise ValueError(f"{name} is on {values.device}, items are on {self.items.device}.")

    def counts(self) -> Tensor:
        """Number of rows of each item, int64 of shape (n_items,)."""
        return torch.bincount(self.items, minlength=self.n_items)

    def sum_rows(self, rows: Tensor) -> Tensor:
        """Sum of the rows of each item, (k, ...) → (n_items, ...); zero where an item has none."""
        return rows.new_zeros((self.n_items, *rows.shape[1:])).index_add(0, self.items, rows)

    def __len__(self) -> int:
        return self.n_items


@dataclass(frozen=True, eq=False, repr=False)
class BarcodeBatch(_Ragged):
    """Barcodes of one degree of a batch of items.

    Parameters
    ----------
    births, deaths : Tensor of shape (k,)
        Of the bars of all items, one after another; ``inf`` for the deaths of essential bars.
    items : int64 Tensor of shape (k,)
        The item of each bar, not decreasing.
    n_items : int
        Items without bars included.
    degree : int

    Examples
    --------
    >>> import torch
    >>> bars = BarcodeBatch(torch.tensor([0.0, 0.0, 1.0]), torch.tensor([2.0, 3.0, 2.0]), torch.tensor([0, 2, 2]), 3, 1)
    >>> bars
    BarcodeBatch(degree 1, 3 items, 3 bars)
    >>> bars.sum_rows(bars.persistence)
    tensor([2., 0., 4.])
    >>> bars[2]
    tensor([[0., 3.],
            [1., 2.]])
    """

    births: Tensor
    deaths: Tensor
    items: Tensor
    n_items: int
    degree: int

    def __post_init__(self) -> None:
        self._check(births=self.births, deaths=self.deaths)

    @property
    def persistence(self) -> Tensor:
        """Lengths of the bars, shape (k,)."""
        return self.deaths - self.births

    @property
    def diagram(self) -> Tensor:
        """Births and deaths as columns, shape (k, 2)."""
        return torch.stack([self.births, self.deaths], dim=1)

    def __getitem__(self, item: int) -> Tensor:
        """Diagram of one item, shape (number of its bars, 2)."""
        return self.diagram[self.items == range(self.n_items)[item]]

    def select(self, mask: Tensor) -> BarcodeBatch:
        """Batch of the bars where `mask` (k,) is true, of the same items."""
        return replace(self, births=self.births[mask], deaths=self.deaths[mask], items=self.items[mask])

    def finite(self) -> BarcodeBatch:
        """Batch without the essential bars."""
        return self.select(torch.isfinite(self.deaths))

    def capped(self, essential: float) -> BarcodeBatch:
        """Batch whose essential bars end at `essential`; a bar born later than that is dropped."""
        ended = replace(self, deaths=torch.where(torch.isinf(self.deaths), essential, self.deaths))
        return ended.select(ended.births < ended.deaths)

    def to(self, device: torch.device | str) -> BarcodeBatch:
        """Batch on another device."""
        moved = {name: getattr(self, name).to(device) for name in ("births", "deaths", "items")}
        return replace(self, **moved)

    def __repr__(self) -> str:
        return f"BarcodeBatch(degree {self.degree}, {self.n_items} items, {len(self.births)} bars)"


@dataclass(frozen=True, eq=False, repr=False)
class SignedMeasureBatch(_Ragged):
    """Signed measures of a batch of items.

    Parameters
    ----------
    points : Tensor of shape (k, n_parameters)
        Atoms of all items, one after another.
    weights : Tensor of shape (k,)
        Signed; of the dtype of the points, without gradient (they are ranks of homology, locally constant).
    items : int64 Tensor of shape (k,)
        The item of each atom, not decreasing.
    n_items : int
    degree : int

    Examples
    --------
    >>> import torch
    >>> points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> SignedMeasureBatch(points, torch.tensor([1.0, -1.0, 1.0]), torch.tensor([0, 0, 1]), 2, 0)
    SignedMeasureBatch(degree 0, 2 items, 3 atoms, 2 parameters)
    """

    points: Tensor
    weights: Tensor
    items: Tensor
    n_items: int
    degree: int

    def __post_init__(self) -> None:
        self._check(points=self.points, weights=self.weights)

    @property
    def n_parameters(self) -> int:
        """Dimension of the space of the atoms."""
        return self.points.shape[1]

    def __getitem__(self, item: int) -> tuple[Tensor, Tensor]:
        """Points and weights of one item."""
        chosen = self.items == range(self.n_items)[item]
        return self.points[chosen], self.weights[chosen]

    def select(self, mask: Tensor) -> SignedMeasureBatch:
        """Batch of the atoms where `mask` (k,) is true, of the same items."""
        return replace(self, points=self.points[mask], weights=self.weights[mask], items=self.items[mask])

    def to(self, device: torch.device | str) -> SignedMeasureBatch:
        """Batch on another device."""
        moved = {name: getattr(self, name).to(device) for name in ("points", "weights", "items")}
        return replace(self, **moved)

    def __repr__(self) -> str:
        atoms = f"{len(self.points)} atoms, {self.n_parameters} parameters"
        return f"SignedMeasureBatch(degree {self.degree}, {self.n_items} items, {atoms})"
