"""Classifier on topological features, on a point network, or on both: the modules of training in two phases."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn.blocks import reset_linear
from tdainv.learn.ragged import padded
from tdainv.learn.tensor_items import TensorBatch


class TopologicalClassifier(nn.Module):
    """Scores of classes: a linear layer on a topological feature, on the feature of a point network, or on both.

    Training in two phases [1]_: first a classifier with a backbone alone is trained; then the backbone is frozen, and
    a second classifier, with a learner and with the same backbone, learns the filtration and a new linear layer on both
    features. With a learner alone one phase does.

    Parameters
    ----------
    n_classes : int
        At least 2.
    learner : Module, optional
        Such as :class:`FiltrationLearner`: from distances to features (b, ``learner.n_features``).
    backbone : Module, optional
        From points (b, n, dim) and a mask (b, n), or None, to features (b, `backbone_features`): such as
        :class:`DeepSets`, or :class:`FrameAveraging` around one. With :class:`DistanceMatrixDeepSets`, pass distances
        as points.
    backbone_features : int, optional
        By default ``backbone.n_features``.
    frozen : bool, default False
        Whether the backbone is not trained: it stays in evaluation mode, and its parameters get no gradients.
    generator : torch.Generator, optional
        For the linear layer.

    Raises
    ------
    ValueError
        If there is neither a learner nor a backbone, or fewer than two classes.

    Notes
    -----
    Outputs are scores for :func:`torch.nn.functional.cross_entropy`, without a softmax: the code that came with [1]_
    applies it twice.

    References
    ----------
    .. [1] Nishikawa, Ike, Yamanishi: Adaptive topological feature via persistent homology: filtration learning for
       point clouds, NeurIPS 2023.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import DeepSets, FiltrationLearner
    >>> points = torch.rand(3, 12, 2, generator=torch.Generator().manual_seed(0))
    >>> first = TopologicalClassifier(2, backbone=DeepSets(2))
    >>> first(points=points).shape
    torch.Size([3, 2])
    >>> second = TopologicalClassifier(2, learner=FiltrationLearner(), backbone=first.backbone, frozen=True)
    >>> second.features(torch.cdist(points, points), points).shape
    torch.Size([3, 32])
    """

    def __init__(
        self,
        n_classes: int,
        *,
        learner: nn.Module | None = None,
        backbone: nn.Module | None = None,
        backbone_features: int | None = None,
        frozen: bool = False,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if check.positive_integer(n_classes, "n_classes") < 2:
            raise ValueError(f"n_classes must be at least 2, got n_classes={n_classes}.")
        if learner is None and backbone is None:
            raise ValueError("learner or backbone must be a module, got None for both.")
        self.learner = learner
        self.backbone = backbone
        self.frozen = frozen
        self.n_features = 0
        if learner is not None:
            self.n_features = check.positive_integer(getattr(learner, "n_features", None), "learner.n_features")
        if backbone is not None:
            width = getattr(backbone, "n_features", None) if backbone_features is None else backbone_features
            self.n_features += check.positive_integer(width, "backbone_features")
            backbone.requires_grad_(not frozen)
        self.last = nn.Linear(self.n_features, n_classes)
        reset_linear(self.last, generator)
        self.train()

    def train(self, mode: bool = True) -> TopologicalClassifier:
        """Set training mode; a frozen backbone stays in evaluation mode.

        Parameters
        ----------
        mode : bool, default True

        Returns
        -------
        self
        """
        super().train(mode)
        if self.frozen and self.backbone is not None:
            self.backbone.eval()
        return self

    def backbone_feature(self, points: TensorBatch) -> Tensor:
        """Features of clouds by the backbone, shape (b, backbone_features)."""
        assert self.backbone is not None
        stacked, mask = (points, None) if isinstance(points, Tensor) else padded(points)
        return self.backbone(stacked, mask)

    def features(self, distances: TensorBatch | None = None, points: TensorBatch | None = None, **known: Any) -> Tensor:
        """Features of clouds: those of the backbone, then those of the learner.

        Parameters
        ----------
        distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
            For the learner.
        points : Tensor of shape (b, n, dim), or list of Tensor of shape (n, dim)
            For the backbone.
        **known
            What was computed before: `bars`, a tuple of :class:`BarcodeBatch`, in place of distances, if the
            filtration of the learner is fixed; `backbone_features` in place of points, if the backbone is frozen.

        Returns
        -------
        Tensor of shape (b, n_features)
        """
        parts = []
        if self.backbone is not None:
            given = known.get("backbone_features")
            parts.append(self.backbone_feature(_given(points, "points")) if given is None else given)
        if self.learner is not None:
            bars: Any = known.get("bars")
            learner: Any = self.learner
            parts.append(learner(_given(distances, "distances")) if bars is None else learner.features_of(bars))
        return torch.cat(parts, dim=1)

    def forward(self, distances: TensorBatch | None = None, points: TensorBatch | None = None, **known: Any) -> Tensor:
        """Scores of classes, shape (b, n_classes); arguments as those of :meth:`features`."""
        return self.last(self.features(distances, points, **known))


def _given(values: TensorBatch | None, name: str) -> TensorBatch:
    if values is None:
        raise ValueError(f"{name} must be given, because the classifier has a part that reads them.")
    return values
