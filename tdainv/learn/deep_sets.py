"""Deep sets: a network on points whose order does not matter."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron
from tdainv.learn.pairs import pool_points
from tdainv.learn.point_backbone import PointBackbone


class DeepSets(PointBackbone):
    """Deep sets: ρ(Σ φ(x)) over the points x of a cloud, with fully connected φ and ρ [1]_.

    Parameters
    ----------
    dim : int
        Dimension of the points.
    n_outputs : int, optional
        Number of outputs of a linear layer on the feature; without, the network returns the feature.
    n_features : int, default 16
    point_widths, cloud_widths : sequences of int, default (64, 128, 256) and (256, 128, 64)
        Of the layers of φ, and of ρ before its last one.
    pooling : {"sum", "mean", "max"}, default "sum"
        What Σ is.
    normalization : {"batch", "layer"} or None, default "batch"
    dropout : float, default 0.0
        Between the layers of ρ.
    generator : torch.Generator, optional
        For the initial parameters.

    References
    ----------
    .. [1] Zaheer, Kottur, Ravanbakhsh, Póczos, Salakhutdinov, Smola: Deep sets, NeurIPS 2017.

    Examples
    --------
    >>> import torch
    >>> network = DeepSets(3, 10)
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
        point_widths: Sequence[int] = (64, 128, 256),
        cloud_widths: Sequence[int] = (256, 128, 64),
        pooling: str = "sum",
        normalization: str | None = "batch",
        dropout: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(dim, n_outputs, n_features)
        self.pooling = check.option(pooling, ("sum", "mean", "max"), "pooling")
        point = (dim, *_checks.widths(point_widths, "point_widths"))
        self.point = Perceptron(point, normalization=normalization)
        cloud = (point[-1], *_checks.widths(cloud_widths, "cloud_widths"), n_features)
        self.cloud = Perceptron(cloud, normalization=normalization, dropout=dropout)
        self.reset_parameters(generator)

    def _feature(self, points: Tensor, mask: Tensor | None) -> Tensor:
        return self.cloud(pool_points(self.point(points, mask), mask, self.pooling))
