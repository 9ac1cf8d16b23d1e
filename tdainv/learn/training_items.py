"""Clouds as tensors for training: batches of distances and of points, and of what need not be computed again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tdainv._typing import Float, Int
from tdainv.learn.batches import BarcodeBatch


@dataclass(frozen=True)
class TrainingItems:
    """Clouds of a collection.

    Parameters
    ----------
    distances : list of Tensor of shape (n_i, n_i)
    points : list of Tensor of shape (n_i, dim) or (n_i, n_i), or None
        What a backbone reads.
    device : torch.device
        Where batches go; the items stay on the host.
    bars : tuple of BarcodeBatch, optional
        Of all items, one a degree, if the filtration is fixed.
    backbone_features : Tensor of shape (n_items, q), optional
        If the backbone is frozen.
    """

    distances: list[Tensor]
    points: list[Tensor] | None
    device: torch.device
    bars: tuple[BarcodeBatch, ...] | None = None
    backbone_features: Tensor | None = None

    @classmethod
    def of_arrays(cls, matrices: list[Float], points: list[Float] | None, unit: float, device: Any) -> TrainingItems:
        """Items of distance matrices and centred points, both divided by `unit`, in single precision."""
        clouds = None if points is None else [_tensor(cloud / unit) for cloud in points]
        return cls([_tensor(matrix / unit) for matrix in matrices], clouds, torch.device(device))

    def __len__(self) -> int:
        return len(self.distances)

    def batch(self, index: Int) -> dict[str, Any]:
        """Arguments of a :class:`TopologicalClassifier` for these items, on the device."""
        where = torch.from_numpy(np.asarray(index))
        known: dict[str, Any] = {}
        if self.bars is None:
            known["distances"] = self._chosen(self.distances, index)
        else:
            known["bars"] = tuple(select_items(bars, where).to(self.device) for bars in self.bars)
        if self.backbone_features is not None:
            known["backbone_features"] = self.backbone_features[where].to(self.device)
        elif self.points is not None:
            known["points"] = self._chosen(self.points, index)
        return known

    def _chosen(self, items: list[Tensor], index: Int) -> Tensor | list[Tensor]:
        """One tensor if the chosen items have one shape, since that is one copy to the device."""
        chosen = [items[i] for i in index]
        if len({item.shape for item in chosen}) == 1:
            return torch.stack(chosen).to(self.device)
        return [item.to(self.device) for item in chosen]

    def with_known(self, module: Any, batch_size: int) -> TrainingItems:
        """Items with the barcodes and backbone features that the training of a TopologicalClassifier cannot change."""
        known = self
        fixed = module.learner is not None and getattr(module.learner, "is_fixed", False)
        frozen = module.backbone is not None and module.frozen
        chunks = batches_of(len(self), batch_size)
        with torch.no_grad():
            if fixed and self.bars is None:
                parts = [module.learner.barcodes(self._chosen(self.distances, index)) for index in chunks]
                known = replace(known, bars=tuple(_joined(of_degree) for of_degree in zip(*parts, strict=True)))
            if frozen and self.backbone_features is None and self.points is not None:
                rows = [module.backbone_feature(self._chosen(self.points, index)) for index in chunks]
                known = replace(known, backbone_features=torch.cat(rows).cpu())
        return known


def batches_of(n: int, size: int) -> list[Int]:
    """Numbers 0..n-1 in blocks of at most `size`, all of about one length: a last batch of one has no variance."""
    return np.array_split(np.arange(n), -(-n // size))


def select_items(bars: BarcodeBatch, index: Tensor) -> BarcodeBatch:
    """Batch of the chosen items, in that order.

    Examples
    --------
    >>> bars = BarcodeBatch(torch.zeros(3), torch.tensor([1.0, 2.0, 3.0]), torch.tensor([0, 0, 2]), 3, 1)
    >>> chosen = select_items(bars, torch.tensor([2, 1, 0]))
    >>> chosen.deaths, chosen.items
    (tensor([3., 1., 2.]), tensor([0, 2, 2]))
    """
    counts = bars.counts()
    starts = counts.cumsum(0) - counts
    chosen = counts[index]
    before = chosen.cumsum(0) - chosen
    items = torch.repeat_interleave(torch.arange(len(index)), chosen)
    rows = torch.arange(len(items)) + (starts[index] - before)[items]
    return BarcodeBatch(bars.births[rows], bars.deaths[rows], items, len(index), bars.degree)


def _joined(batches: Sequence[BarcodeBatch]) -> BarcodeBatch:
    """One batch, on the host, of the items of several."""
    firsts = np.cumsum([0, *(batch.n_items for batch in batches)])
    items = torch.cat([batch.items.cpu() + int(first) for batch, first in zip(batches, firsts, strict=False)])
    births, deaths = (torch.cat([getattr(batch, name).cpu() for batch in batches]) for name in ("births", "deaths"))
    return BarcodeBatch(births, deaths, items, int(firsts[-1]), batches[0].degree)


def _tensor(array: Float) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
