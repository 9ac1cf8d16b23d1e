"""PointMLP: residual fully connected layers on points and their nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron
from tdainv.learn.pairs import pool_points
from tdainv.learn.point_backbone import PointBackbone


class PointMLP(PointBackbone):
    """A compact PointMLP: stages of residual layers on points and on their nearest neighbours [1]_.

    In a stage, a point sees the features of its neighbours relative to its own, divided by their spread in the cloud,
    shifted and scaled by learned factors, beside its own features. Residual layers act on each neighbour, then comes
    the maximum over neighbours, then residual layers on each point.

    Parameters
    ----------
    dim : int
        Dimension of the points.
    n_outputs : int, optional
        Number of outputs of a linear layer on the feature; without, the network returns the feature.
    n_features : int, default 16
    n_neighbors : int, default 8
        Number of neighbours, the point itself included; all points if there are fewer.
    width : int, default 32
        Number of features of points before the first stage.
    stage_widths : sequence of int, default (64, 128)
        Number of features of points after each stage.
    cloud_widths : sequence of int, default (128, 64)
        Of the layers between the maximum over points and the feature.
    normalization : {"batch", "layer"} or None, default "batch"
    dropout : float, default 0.3
        Between the layers after the maximum.
    generator : torch.Generator, optional
        For the initial parameters.

    Notes
    -----
    Unlike in [1]_ all points stay in all stages: a sample of them would depend on their order. The order matters only
    where the last neighbour is not unique because distances agree. The time is that of n · n_neighbors rows a stage,
    and of n² distances.

    References
    ----------
    .. [1] Ma, Qin, You, Ran, Fu: Rethinking network design and local geometry in point cloud: a simple residual MLP
       framework, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> network = PointMLP(3, 10)
    >>> points = torch.rand(4, 20, 3)
    >>> network.feature(points).shape, network(points).shape
    (torch.Size([4, 16]), torch.Size([4, 10]))
    """

    def __init__(
        self,
        dim: int,
        n_outputs: int | None = None,
        *,
        n_features: int = 16,
        n_neighbors: int = 8,
        width: int = 32,
        stage_widths: Sequence[int] = (64, 128),
        cloud_widths: Sequence[int] = (128, 64),
        normalization: str | None = "batch",
        dropout: float = 0.3,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(dim, n_outputs, n_features)
        self.n_neighbors = check.positive_integer(n_neighbors, "n_neighbors")
        self.point = Perceptron((dim, check.positive_integer(width, "width")), normalization=normalization)
        stages = (width, *_checks.widths(stage_widths, "stage_widths"))
        self.stages = nn.ModuleList(_Stage(a, b, normalization) for a, b in pairwise(stages))
        cloud = (stages[-1], *_checks.widths(cloud_widths, "cloud_widths"), n_features)
        self.cloud = Perceptron(cloud, normalization=normalization, dropout=dropout)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again."""
        super().reset_parameters(generator)
        for stage in self.modules():
            if isinstance(stage, _Stage):
                nn.init.ones_(stage.scale)
                nn.init.zeros_(stage.shift)

    def _feature(self, points: Tensor, mask: Tensor | None) -> Tensor:
        near = nearest(points, mask, min(self.n_neighbors, points.shape[1]))
        features = self.point(points, mask)
        for stage in self.stages:
            features = stage(features, mask, near)
        return self.cloud(pool_points(features, mask, "max"))


class Neighbors(NamedTuple):
    """Neighbours of points: `places` (b, n, k), and which of them there are, (b, n, k), or None for all."""

    places: Tensor
    present: Tensor | None


def nearest(points: Tensor, mask: Tensor | None, k: int) -> Neighbors:
    """The k nearest points of each point, itself included."""
    with torch.no_grad():
        # Not by matrix products, whose rounding depends on the order of the points.
        distances = torch.cdist(points, points, compute_mode="donot_use_mm_for_euclid_dist")
        if mask is None:
            return Neighbors(distances.topk(k, dim=-1, largest=False).indices, None)
        values, places = distances.masked_fill(~mask.unsqueeze(1), torch.inf).topk(k, dim=-1, largest=False)
        return Neighbors(places, torch.isfinite(values) & mask.unsqueeze(-1))


class _Residual(nn.Module):
    """x + f(x), then ReLU."""

    def __init__(self, width: int, normalization: str | None) -> None:
        super().__init__()
        self.change = Perceptron((width, width, width), normalization=normalization)

    def forward(self, x: Tensor, weights: Tensor | None) -> Tensor:
        return torch.relu(x + self.change(x, weights))


class _Stage(nn.Module):
    """Features of points from those of their neighbours, (b, n, c) → (b, n, width)."""

    def __init__(self, n_inputs: int, width: int, normalization: str | None) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(n_inputs))
        self.shift = nn.Parameter(torch.zeros(n_inputs))
        self.enter = Perceptron((2 * n_inputs, width), normalization=normalization)
        self.neighbor = _Residual(width, normalization)
        self.point = _Residual(width, normalization)

    def forward(self, features: Tensor, mask: Tensor | None, near: Neighbors) -> Tensor:
        b, n, k = near.places.shape
        c = features.shape[-1]
        index = near.places.reshape(b, n * k, 1).expand(-1, -1, c)
        own = features.unsqueeze(2)
        relative = features.gather(1, index).reshape(b, n, k, c) - own
        relative = relative / _spread(relative, near.present) * self.scale + self.shift
        rows = self.enter(torch.cat([relative, own.expand(-1, -1, k, -1)], dim=-1), near.present)
        rows = self.neighbor(rows, near.present)
        if near.present is not None:
            # Points of the padding have no neighbours; their features do not count, but have to be finite.
            absent = ~near.present & near.present.any(dim=2, keepdim=True)
            rows = rows.masked_fill(absent.unsqueeze(-1), -torch.inf)
        return self.point(rows.amax(dim=2), mask)


def _spread(relative: Tensor, present: Tensor | None) -> Tensor:
    """Root mean square of the entries for each cloud, shape (b, 1, 1, 1)."""
    squares = relative.square()
    if present is None:
        mean = squares.mean(dim=(1, 2, 3), keepdim=True)
    else:
        entries = present.sum(dim=(1, 2)) * relative.shape[-1]
        mean = (squares * present.unsqueeze(-1)).sum(dim=(1, 2, 3)) / entries
        mean = mean[:, None, None, None]
    return torch.sqrt(mean + 1e-10)
