"""Pairs of points of a batch of distance matrices, and their features summed at each point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron

POOLINGS = ("sum", "mean")


class Pairs(NamedTuple):
    """Entries of the distance matrices of a batch, each pair once.

    `values` (m b + 1, 1) are the distances of the m pairs i < j in all b items, and one 0, the distance of each point
    to itself. `counts` (m b + 1,) says how often each is in a matrix: 2, the number of points for the last one, and 0
    for padding. `first` and `second` (m,) are i and j; `mask` (b, n) is None if all items have n points.
    """

    values: Tensor
    counts: Tensor
    first: Tensor
    second: Tensor
    n_items: int
    n_points: int
    mask: Tensor | None

    @property
    def sizes(self) -> Tensor | int:
        """Number of points of each item: n, or shape (b, 1)."""
        return self.n_points if self.mask is None else self.mask.sum(dim=1, keepdim=True)


def pairs_of(distances: Any, mask: Any, module: nn.Module) -> Pairs:
    """Check a batch of distance matrices, shape (b, n, n), and list its pairs."""
    distances, mask = require_distances(distances, mask, module)
    b, n, _ = distances.shape
    first, second = torch.triu_indices(n, n, 1, device=distances.device)
    values = distances[:, first, second].T.reshape(-1, 1)
    values = torch.cat([values, values.new_zeros(1, 1)])
    counts = values.new_full((len(values),), 2.0)
    counts[-1] = b * n
    if mask is not None:
        counts[:-1] *= (mask[:, first] & mask[:, second]).T.reshape(-1)
        counts[-1] = mask.sum()
    return Pairs(values, counts, first, second, b, n, mask)


def require_distances(distances: Any, mask: Any, module: nn.Module) -> tuple[Tensor, Tensor | None]:
    """Check a batch of distance matrices, shape (b, n, n), and its mask; padding is set to zero."""
    distances = _checks.require_tensor(distances, "distances")
    if distances.ndim != 3 or distances.shape[1] != distances.shape[2] or 0 in distances.shape:
        raise ValueError(f"distances must have shape (b, n, n) with b, n >= 1, got {tuple(distances.shape)}.")
    _checks.require_like(distances, module, "distances")
    if mask is not None:
        mask = _checks.require_mask(mask, distances)
        distances = torch.where(mask.unsqueeze(1) & mask.unsqueeze(2), distances, 0.0)
    _checks.require_finite(distances, "distances")
    _require_symmetric(distances.detach())
    return distances, mask


def _require_symmetric(distances: Tensor) -> None:
    """Raise ValueError for matrices that are not symmetric up to the rounding of distances of points."""
    if torch.compiler.is_compiling():
        return
    apart = (distances - distances.mT).abs()
    rounding = 10 * torch.finfo(distances.dtype).eps ** 0.5 * distances.abs().amax()
    if bool((apart > rounding).any()):
        item, i, j = (int(k) for k in (apart > rounding).nonzero()[0])
        raise ValueError(
            f"distances must be symmetric, got distances[{item}, {i}, {j}] = {float(distances[item, i, j]):g} and "
            f"distances[{item}, {j}, {i}] = {float(distances[item, j, i]):g}."
        )


class PairPooling(nn.Module):
    """Features of each point: those of its distances to all points, pooled.

    Σ_j φ(d(x_i, x_j)), or the mean, with a :class:`Perceptron` φ. The matrix is symmetric, so φ is computed once for
    each pair, and once for the zeros of the diagonal.

    Parameters
    ----------
    widths : sequence of int
        Of the layers of φ.
    pooling : {"sum", "mean"}, default "sum"
    normalization : {"batch", "layer"} or None, default "batch"
    """

    def __init__(self, widths: Sequence[int], *, pooling: str = "sum", normalization: str | None = "batch") -> None:
        super().__init__()
        self.pooling = check.option(pooling, POOLINGS, "pooling")
        self.widths = _checks.widths(widths, "pair_widths")
        if not self.widths:
            raise ValueError("pair_widths must not be empty, got ().")
        self.perceptron = Perceptron((1, *self.widths), normalization=normalization)

    def forward(self, pairs: Pairs) -> Tensor:
        """Features of points, shape (b, n, widths[-1]); zero at padding."""
        features = self.perceptron(pairs.values, pairs.counts)
        itself, features = features[-1], features[:-1]
        if pairs.mask is not None:
            features = features * (pairs.counts[:-1, None] > 0)
        features = features.reshape(len(pairs.first), pairs.n_items, features.shape[-1])
        sums = features.new_zeros(pairs.n_points, pairs.n_items, features.shape[-1])
        sums = sums.index_add(0, pairs.first, features).index_add(0, pairs.second, features)
        pooled = (sums + itself).transpose(0, 1)
        if self.pooling == "mean":
            sizes = pairs.sizes
            pooled = pooled / (sizes.unsqueeze(-1) if isinstance(sizes, Tensor) else sizes)
        return pooled if pairs.mask is None else pooled * pairs.mask.unsqueeze(-1)


def pool_points(features: Tensor, mask: Tensor | None, pooling: str) -> Tensor:
    """Sum, mean or maximum of the features of the points of each item, (b, n, c) → (b, c)."""
    if pooling == "max":
        return (features if mask is None else features.masked_fill(~mask.unsqueeze(-1), -torch.inf)).amax(dim=1)
    total = (features if mask is None else features * mask.unsqueeze(-1)).sum(dim=1)
    if pooling == "sum":
        return total
    return total / (features.shape[1] if mask is None else mask.sum(dim=1, keepdim=True))
