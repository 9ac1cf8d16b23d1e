"""PointNet: a network on points, with a learned alignment of clouds."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from tdainv.learn import _checks
from tdainv.learn.blocks import Perceptron
from tdainv.learn.pairs import pool_points
from tdainv.learn.point_backbone import PointBackbone


class PointNet(PointBackbone):
    """PointNet: the maximum over points of learned features, after a learned linear map of the cloud [1]_.

    Parameters
    ----------
    dim : int
        Dimension of the points.
    n_outputs : int, optional
        Number of outputs of a linear layer on the feature; without, the network returns the feature.
    n_features : int, default 16
    point_widths, cloud_widths : sequences of int, default (64, 64, 64, 128, 1024) and (512, 256)
        Of the layers before the maximum, and between it and the feature.
    align : bool, default True
        Whether a small network of the same form chooses a dim x dim matrix that maps the cloud first. It is the
        identity at first. The alignment of features of [1]_, which needs a term in the loss, is left out.
    normalization : {"batch", "layer"} or None, default "batch"
    dropout : float, default 0.3
        Between the layers after the maximum.
    generator : torch.Generator, optional
        For the initial parameters.

    References
    ----------
    .. [1] Qi, Su, Mo, Guibas: PointNet: deep learning on point sets for 3D classification and segmentation, CVPR 2017.

    Examples
    --------
    >>> import torch
    >>> network = PointNet(3, 10)
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
        point_widths: Sequence[int] = (64, 64, 64, 128, 1024),
        cloud_widths: Sequence[int] = (512, 256),
        align: bool = True,
        normalization: str | None = "batch",
        dropout: float = 0.3,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__(dim, n_outputs, n_features)
        self.alignment = _Alignment(dim, normalization) if align else None
        point = (dim, *_checks.widths(point_widths, "point_widths"))
        self.point = Perceptron(point, normalization=normalization)
        cloud = (point[-1], *_checks.widths(cloud_widths, "cloud_widths"), n_features)
        self.cloud = Perceptron(cloud, normalization=normalization, dropout=dropout)
        self.reset_parameters(generator)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again; the alignment is the identity."""
        super().reset_parameters(generator)
        if self.alignment is not None:
            nn.init.zeros_(self.alignment.matrix.weight)
            nn.init.zeros_(self.alignment.matrix.bias)

    def _feature(self, points: Tensor, mask: Tensor | None) -> Tensor:
        if self.alignment is not None:
            points = points @ self.alignment(points, mask)
        return self.cloud(pool_points(self.point(points, mask), mask, "max"))


class _Alignment(nn.Module):
    """A matrix for each cloud, (b, n, dim) → (b, dim, dim)."""

    def __init__(self, dim: int, normalization: str | None) -> None:
        super().__init__()
        self.point = Perceptron((dim, 64, 128, 256), normalization=normalization)
        self.cloud = Perceptron((256, 128, 64), normalization=normalization)
        self.matrix = nn.Linear(64, dim * dim)

    def forward(self, points: Tensor, mask: Tensor | None) -> Tensor:
        dim = points.shape[-1]
        change = self.matrix(self.cloud(pool_points(self.point(points, mask), mask, "max")))
        return torch.eye(dim, dtype=points.dtype, device=points.device) + change.unflatten(1, (dim, dim))
