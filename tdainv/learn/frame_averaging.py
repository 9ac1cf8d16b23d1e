"""Networks on point clouds made invariant: the mean over the frames of principal axes."""

from __future__ import annotations

from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.pairs import pool_points


class FrameAveraging(nn.Module):
    """A network on point clouds, averaged over frames, so that rigid motions of a cloud do not change the result.

    The frames of a cloud are its principal axes with all signs: 2^d of them, or the 2^(d-1) of positive determinant if
    only rotations shall have no effect. The network sees the cloud in the coordinates of each frame [1]_.

    Parameters
    ----------
    backbone : Module
        Maps points (b, n, dim), and a mask (b, n) if there is one, to (b, ...).
    dim : int
        Dimension of the points.
    reflections : bool, default True
        Whether reflections have no effect either.
    translations : bool, default True
        Whether translations have no effect: then clouds are centred first.
    detach_frames : bool, default True
        Whether frames count as constants in gradients with respect to the points. The exact gradient has differences of
        eigenvalues in denominators, so it is large near clouds where axes are not unique, and NaN at some of them. For
        parameters of the backbone both are the same.

    Notes
    -----
    The backbone runs on 2^d b clouds. Where two eigenvalues of the covariance agree and are not 0, as for a regular
    polygon, axes are not unique: there the result depends on the axes that the eigenvalue solver returns, and near such
    clouds it changes abruptly.

    References
    ----------
    .. [1] Puny, Atzmon, Ben-Hamu, Misra, Grover, Smith, Lipman: Frame averaging for invariant and equivariant network
       design, ICLR 2022.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import DeepSets
    >>> network = FrameAveraging(DeepSets(2, generator=torch.Generator().manual_seed(0)), dim=2).eval()
    >>> points = torch.tensor([[[0.0, 0.0], [3.0, 0.0], [3.0, 1.0], [0.5, 2.0]]])
    >>> turned = points.flip(-1) + 7
    >>> torch.allclose(network(turned), network(points), atol=1e-4)
    True
    """

    signs: Tensor

    def __init__(
        self,
        backbone: nn.Module,
        dim: int,
        *,
        reflections: bool = True,
        translations: bool = True,
        detach_frames: bool = True,
    ) -> None:
        super().__init__()
        if not isinstance(backbone, nn.Module):
            raise TypeError(f"backbone must be a Module, got {type(backbone).__name__}.")
        self.backbone = backbone
        self.dim = check.positive_integer(dim, "dim")
        self.reflections, self.translations, self.detach_frames = reflections, translations, detach_frames
        signs = torch.tensor(list(product((1.0, -1.0), repeat=self.dim)))
        own = next((values for values in backbone.parameters() if values.is_floating_point()), signs)
        signs = signs if reflections else signs[signs.prod(dim=1) > 0]
        self.register_buffer("signs", signs.to(own), persistent=False)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the parameters of the backbone again."""
        reset: Any = getattr(self.backbone, "reset_parameters", None)
        if reset is None:
            raise TypeError(f"{type(self.backbone).__name__} has no reset_parameters.")
        reset(generator)

    def forward(self, points: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mean over frames of the backbone, (b, n, dim) → (b, ...); `mask` (b, n) is false at padding."""
        return self._mean(self.backbone, points, mask)

    def feature(self, points: Tensor, mask: Tensor | None = None) -> Tensor:
        """Mean over frames of the feature of the backbone, (b, n, dim) → (b, n_features)."""
        feature: Any = getattr(self.backbone, "feature", None)
        if feature is None:
            raise TypeError(f"{type(self.backbone).__name__} has no feature(points).")
        return self._mean(feature, points, mask)

    def _mean(self, function: Any, points: Tensor, mask: Tensor | None) -> Tensor:
        points, mask = _checks.points_and_mask(points, mask, self, self.dim)
        if self.translations:
            points = points - pool_points(points, mask, "mean").unsqueeze(1)
        frames = self._frames(points if mask is None else points * mask.unsqueeze(-1))
        seen = (points.unsqueeze(1) @ frames).flatten(0, 1)
        values = function(seen) if mask is None else function(seen, mask.repeat_interleave(len(self.signs), dim=0))
        return values.unflatten(0, (len(points), len(self.signs))).mean(dim=1)

    def _frames(self, points: Tensor) -> Tensor:
        """Principal axes with all signs, as columns, shape (b, n_frames, dim, dim)."""
        if self.detach_frames:
            points = points.detach()
        axes = torch.linalg.eigh(points.mT @ points).eigenvectors
        if not self.reflections:
            orientation = torch.where(torch.linalg.det(axes.detach()) < 0, -1.0, 1.0).to(axes.dtype)
            turned = torch.ones_like(axes[:, :1])
            turned[:, 0, 0] = orientation
            axes = axes * turned
        return axes.unsqueeze(1) * self.signs[None, :, None, :]
