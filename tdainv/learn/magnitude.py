"""Magnitude in torch: weights of points and of pixels, with implicit differentiation.

The weights solve Zw = 1. Backwards, a gradient g of w needs one more solve, u = Z⁻¹g, and dL/dZ = -u wᵀ: no inverse is
stored, and no iteration is recorded.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv.invariants.magnitude.lattice import lattice_norms, neighbourhood, spectrum
from tdainv.learn.magnitude_solve import Neighbours, PixelWeights

_SMALLEST = 1e-3  # of a learned position weight: neighbourhoods then reach over thousands of pixels


class _DenseSolve(torch.autograd.Function):
    """Weights from Z by Cholesky, (..., n, n) -> (..., n)."""

    @staticmethod
    def forward(ctx: Any, similarities: Tensor) -> Tensor:
        factor, info = torch.linalg.cholesky_ex(similarities)
        if bool(info.any()):
            item = int(info.reshape(-1).nonzero()[0, 0])
            raise ValueError(
                f"points must have a positive definite similarity matrix, which item {item} of the batch has not: "
                "two of its points are equal up to rounding, or t is too small for this precision."
            )
        ones = similarities.new_ones((*similarities.shape[:-1], 1))
        weights = torch.cholesky_solve(ones, factor)
        ctx.save_for_backward(factor, weights)
        return weights[..., 0]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        factor, weights = ctx.saved_tensors
        dual = torch.cholesky_solve(gradient[..., None], factor)
        return -dual @ weights.transpose(-1, -2)


def magnitude_weights(points: Tensor, t: Tensor | float = 1.0, *, p: float = 2.0) -> Tensor:
    """Magnitude weights of point clouds, differentiable in the points and in t.

    The torch version of :func:`tdainv.magnitude_weights`, for batches of small clouds of equal size.

    Parameters
    ----------
    points : Tensor of shape (..., n, dim)
        Floating point, distinct in each cloud.
    t : float or Tensor, default 1
        Positive scale: one, or one for each cloud (...).
    p : float, default 2
        Of the norm l_p, 1 <= p <= 2.

    Returns
    -------
    Tensor of shape (..., n)
        Their sum over the last axis is the magnitude.

    Raises
    ------
    ValueError
        For bad input, or points that are equal up to rounding.

    Notes
    -----
    One Cholesky factorization a cloud, O(n³), and O(n²) memory a cloud; a backward pass costs O(n²).

    Examples
    --------
    The derivative of 1 + tanh(x/2), the magnitude of two points at distance x, is 1 / (2 cosh²(x/2)):

    >>> import torch
    >>> from tdainv.learn import magnitude_weights
    >>> points = torch.tensor([[0.0], [1.0]], requires_grad=True)
    >>> magnitude = magnitude_weights(points).sum()
    >>> magnitude.backward()
    >>> round(magnitude.item(), 4), round(float(points.grad[1]), 4)
    (1.4621, 0.3932)
    """
    if not isinstance(points, Tensor) or not points.is_floating_point():
        raise TypeError(f"points must be a floating point Tensor, got {type(points).__name__}.")
    if points.ndim < 2 or 0 in points.shape[-2:]:
        raise ValueError(f"points must have shape (..., n, dim) with n, dim >= 1, got {tuple(points.shape)}.")
    if not bool(torch.isfinite(points).all()):
        raise ValueError("points must be finite, got NaN or inf.")
    if not 1.0 <= p <= 2.0:
        raise ValueError(f"p must lie in [1, 2], where Z is positive definite, got p={p!r}.")
    scale = torch.as_tensor(t, dtype=points.dtype, device=points.device)
    if not bool((torch.isfinite(scale) & (scale > 0)).all()):
        raise ValueError(f"t must be positive and finite, got t={t!r}.")
    n = points.shape[-2]
    first, second = torch.triu_indices(n, n, offset=1, device=points.device)
    # Distances of different points only: the norm has no derivative at 0.
    distances = torch.linalg.vector_norm(points[..., first, :] - points[..., second, :], ord=p, dim=-1)
    upper = torch.exp(-scale[..., None] * distances)
    similarities = torch.diag_embed(points.new_ones((*points.shape[:-2], n)))
    similarities = _filled(similarities, first, second, upper)
    return _DenseSolve.apply(similarities + similarities.triu(1).transpose(-1, -2))


def _filled(matrices: Tensor, first: Tensor, second: Tensor, upper: Tensor) -> Tensor:
    """Matrices (..., n, n) with entries `upper` above the diagonal."""
    n = matrices.shape[-1]
    flat = matrices.reshape(*matrices.shape[:-2], n * n)
    return flat.index_add(-1, first * n + second, upper).reshape(matrices.shape)


class ImageMagnitude(nn.Module):
    """Magnitude vectors of a batch of images, with a metric that can be learned.

    Two pixels at places k, k' have distance position_weight |k - k'| + Σ_c value_weight_c |v_c - v'_c| with l1 norms;
    with ``p=2`` the Euclidean norm of all of this. With a `pullback` φ, its channels are further values: the metric is
    that of the images under φ, d(φ(x), φ(y)), position kept.

    Parameters
    ----------
    n_channels : int, default 1
        Channels of the images.
    position_weight : float, default 1
        Start value, positive.
    value_weight : float, default 1
        Start value for all channels, positive.
    learn_metric : bool, default False
        Whether the weights are parameters; they stay positive, since their logarithms are learned.
    pullback : Module, optional
        Maps images (b, c, h, w) to features (b, k, h, w) of any number of channels.
    p : {1, 2}, default 1
    n_levels : int, optional
        Round weights to this many levels between 0 and 1. No gradient passes: for defence against attacks that need
        one.
    tolerance : float, default 1e-3
        Largest relative error of the weights in the Euclidean norm.

    Notes
    -----
    Pairs of pixels are left out, and iterations of conjugate gradients stop, as the tolerance allows; see
    :func:`tdainv.image_magnitude`. Memory is (pairs of near pixels) x (batch). Everything stays on the device of the
    images. The neighbourhood follows the position weight while it is learned; that it grows by a pixel changes
    weights by less than the tolerance.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import ImageMagnitude
    >>> layer = ImageMagnitude(value_weight=5.0)
    >>> images = torch.tensor([0.0, 0.0, 0.0, 1.0, 1.0, 1.0]).expand(1, 1, 6, 6)
    >>> weights = layer(images)
    >>> weights.shape
    torch.Size([1, 1, 6, 6])
    >>> [round(float(w), 2) for w in weights[0, 0, 3]]
    [0.34, 0.21, 0.34, 0.34, 0.21, 0.34]
    """

    def __init__(
        self,
        n_channels: int = 1,
        *,
        position_weight: float = 1.0,
        value_weight: float = 1.0,
        learn_metric: bool = False,
        pullback: nn.Module | None = None,
        p: int = 1,
        n_levels: int | None = None,
        tolerance: float = 1e-3,
    ) -> None:
        super().__init__()
        _check_layer(n_channels, position_weight, value_weight, p, n_levels, tolerance)
        logarithms = torch.log(torch.tensor([position_weight] + [value_weight] * n_channels, dtype=torch.float64))
        logarithms = logarithms.to(torch.get_default_dtype())
        if learn_metric:
            self.log_weights = nn.Parameter(logarithms)
        else:
            self.register_buffer("log_weights", logarithms)
        self.n_channels = n_channels
        self.pullback = pullback
        self.p = p
        self.n_levels = n_levels
        self.tolerance = tolerance

    @property
    def position_weight(self) -> Tensor:
        """Distance of pixels that touch."""
        return self.log_weights[0].exp()

    @property
    def value_weight(self) -> Tensor:
        """Distance of values that differ by 1, shape (n_channels,)."""
        return self.log_weights[1:].exp()

    def forward(self, images: Tensor) -> Tensor:
        """Weights of the pixels.

        Parameters
        ----------
        images : Tensor of shape (b, n_channels, h, w)
            Finite.

        Returns
        -------
        Tensor of shape (b, 1, h, w)
        """
        self._check(images)
        values = images * self.value_weight.to(images.dtype)[:, None, None]
        if self.pullback is not None:
            values = torch.cat([values, self.pullback(images)], dim=1)
        weights = self._solve(values)[:, None]
        if self.n_levels is not None:
            weights = torch.round(weights.clamp(0, 1) * (self.n_levels - 1)) / (self.n_levels - 1)
        return weights

    def _solve(self, values: Tensor) -> Tensor:
        spacing = float(self.position_weight.detach())
        if not spacing < float("inf"):
            raise ValueError(f"The position weight must be finite, but learning has taken it to {spacing}.")
        spacing = max(spacing, _SMALLEST)
        h, w = values.shape[2:]
        near = _near((h, w), spacing, self.p, self.tolerance, torch.finfo(values.dtype).eps)
        return PixelWeights.apply(values, self.position_weight.to(values.dtype), near)

    def _check(self, images: Tensor) -> None:
        if not isinstance(images, Tensor) or not images.is_floating_point():
            raise TypeError(f"images must be a floating point Tensor, got {type(images).__name__}.")
        if images.ndim != 4 or images.shape[1] != self.n_channels or 0 in images.shape:
            raise ValueError(
                f"images must have shape (b, {self.n_channels}, h, w) without an axis of length 0, got "
                f"{tuple(images.shape)}."
            )
        if not bool(torch.isfinite(images).all()):
            raise ValueError("images must be finite, got NaN or inf.")

    def extra_repr(self) -> str:
        """Text of the metric in the representation."""
        values = ", ".join(f"{v:.3g}" for v in self.value_weight.tolist())
        return f"position_weight={self.position_weight.item():.3g}, value_weight=[{values}], p={self.p}"


def _check_layer(n_channels: Any, position: Any, value: Any, p: Any, n_levels: Any, tolerance: Any) -> None:
    from tdainv import _validation as check

    check.positive_integer(n_channels, "n_channels")
    check.positive(position, "position_weight")
    check.positive(value, "value_weight")
    if p not in (1, 2):
        raise ValueError(f"p must be 1 or 2, got p={p!r}.")
    if n_levels is not None and check.positive_integer(n_levels, "n_levels") < 2:
        raise ValueError(f"n_levels must be an integer of at least 2, or None, got n_levels={n_levels!r}.")
    if check.positive(tolerance, "tolerance") >= 1:
        raise ValueError(f"tolerance must be less than 1, got tolerance={tolerance!r}.")


@lru_cache(maxsize=64)
def _near(shape: tuple[int, int], spacing: float, p: int, tolerance: float, eps: float) -> Neighbours:
    """Steps to near pixels, and how far to iterate: half of the tolerance each."""
    bounds = spectrum(spacing, 2, float(p))
    allowed = 0.45 * tolerance * float(bounds.lowest or 0.0)
    found = neighbourhood(shape, spacing, float(p), allowed)
    pitch = shape[1] + int(np.abs(found.steps[:, 1]).max(initial=0))
    shifts = tuple((found.steps @ [pitch, 1]).tolist())
    norms = tuple(lattice_norms(found.steps, float(p)).tolist())
    # Rounding lets residuals fall to about eps times the norm of Z only.
    return Neighbours(shape, pitch, shifts, norms, p, spacing, max(allowed, 4.0 * eps * bounds.highest))
