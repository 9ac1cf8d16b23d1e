"""What the networks on point clouds share: a feature, and a linear layer on it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.blocks import reset


class PointBackbone(nn.Module):
    """A network on point clouds: base of :class:`DeepSets`, :class:`PointNet` and :class:`PointMLP`.

    ``network.feature(points)`` are `n_features` numbers a cloud. ``network(points)`` is a linear layer on them if there
    are `n_outputs`, such as scores of classes, and the feature itself otherwise. So a network can be trained on a task
    first, and its feature be used beside others later.
    """

    def __init__(self, dim: int, n_outputs: int | None, n_features: int) -> None:
        super().__init__()
        self.dim = check.positive_integer(dim, "dim")
        self.n_features = check.positive_integer(n_features, "n_features")
        self.head: nn.Linear | None = None
        if n_outputs is not None:
            self.head = nn.Linear(n_features, check.positive_integer(n_outputs, "n_outputs"))

    def _feature(self, points: Tensor, mask: Tensor | None) -> Tensor:
        raise NotImplementedError

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw all parameters again."""
        reset(self, generator)

    def feature(self, points: Any, mask: Tensor | None = None) -> Tensor:
        """Feature of each cloud, (b, n, dim) → (b, n_features); `mask` (b, n) is false at padding."""
        points, mask = _checks.points_and_mask(points, mask, self, self.dim)
        return self._feature(points, mask)

    def forward(self, points: Any, mask: Tensor | None = None) -> Tensor:
        """Outputs of each cloud, (b, n, dim) → (b, n_outputs), or its feature if there are none."""
        feature = self.feature(points, mask)
        return feature if self.head is None else self.head(feature)
