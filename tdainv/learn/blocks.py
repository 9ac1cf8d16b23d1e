"""Blocks of the networks: fully connected layers, normalised over the rows that count."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from tdainv import _validation as check
from tdainv.learn import _checks

NORMALIZATIONS = ("batch", "layer", None)


class WeightedBatchNorm(nn.Module):
    """Batch normalisation in which each row counts with a weight.

    Means and variances over the batch are Σ w x / Σ w and Σ w (x - mean)² / Σ w, so that a row of weight 0 is one that
    is not there, and one of weight 2 stands for two.

    Parameters
    ----------
    n_features : int
    momentum : float, default 0.01
        Share of a batch in the running statistics.
    eps : float, default 1e-5
        Added to variances.

    Notes
    -----
    In training mode a batch of total weight at most 1 has no variance: it is normalised with the running statistics,
    which it leaves as they are.

    Examples
    --------
    >>> import torch
    >>> norm = WeightedBatchNorm(1, eps=0.0)
    >>> norm(torch.tensor([[0.0], [2.0], [100.0]]), torch.tensor([1.0, 1.0, 0.0]))[:2].detach()
    tensor([[-1.],
            [ 1.]])
    """

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, n_features: int, *, momentum: float = 0.01, eps: float = 1e-5) -> None:
        super().__init__()
        n_features = check.positive_integer(n_features, "n_features")
        self.momentum = check.fraction(momentum, "momentum")
        self.eps = float(eps)
        self.weight = nn.Parameter(torch.ones(n_features))
        self.bias = nn.Parameter(torch.zeros(n_features))
        self.register_buffer("running_mean", torch.zeros(n_features))
        self.register_buffer("running_variance", torch.ones(n_features))

    def reset_parameters(self) -> None:
        """Forget the statistics, and scale by 1."""
        with torch.no_grad():
            for ones in (self.weight, self.running_variance):
                ones.fill_(1.0)
            for zeros in (self.bias, self.running_mean):
                zeros.zero_()

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """Normalise x (..., n_features); `weights` (...), 1 by default, count rows in training mode."""
        if not self.training:
            scale = self.weight * torch.rsqrt(self.running_variance + self.eps)
            return torch.addcmul(self.bias - self.running_mean * scale, x, scale)
        rows = x.reshape(-1, x.shape[-1])
        counts = rows.new_ones(len(rows)) if weights is None else weights.reshape(-1).to(rows.dtype)
        with torch.no_grad():
            total = counts.sum()
            several = total > 1
            shares = counts / total.clamp(min=1.0)
            mean = torch.where(several, shares @ rows, self.running_mean)
            spread = shares @ (rows - mean).square_()
            variance = torch.where(several, spread, self.running_variance)
            inverse = torch.rsqrt(variance + self.eps)
            shares = shares * several
        result = _Normalise.apply(rows, self.weight, self.bias, shares, mean, inverse)
        self._remember(mean, spread * total / (total - 1).clamp(min=1e-9), several)
        return result.reshape(x.shape)

    def _remember(self, mean: Tensor, variance: Tensor, several: Tensor) -> None:
        with torch.no_grad():
            share = self.momentum * several.to(mean.dtype)
            self.running_mean.lerp_(mean, share)
            # Not lerp: without rows the variance is a quotient of rounding errors, of which no share is taken.
            change = torch.where(several, variance - self.running_variance, 0.0)
            self.running_variance.add_(share * change)


class _Normalise(torch.autograd.Function):
    """(x - mean) inverse weight + bias, where mean and inverse are those of the rows x with the given shares.

    With x̂ = (x - mean) inverse, the gradient with respect to x is scale (g - shares (Σ g + x̂ Σ g x̂)); shares are 0 if
    the statistics are constants. Written out it needs x alone, and fewer of the passes over memory that take the time.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, shares: Tensor, mean: Tensor, inverse: Tensor
    ) -> Tensor:
        ctx.save_for_backward(x, weight, shares, mean, inverse)
        scale = weight * inverse
        return torch.addcmul(bias - mean * scale, x, scale)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, shares, mean, inverse = ctx.saved_tensors
        (gradient,) = gradients
        normal = (x - mean).mul_(inverse)
        sums, products = gradient.sum(dim=0), (gradient * normal).sum(dim=0)
        scale = weight * inverse
        change = torch.addcmul(-scale * sums, normal, -scale * products).mul_(shares.unsqueeze(-1))
        return change.addcmul_(gradient, scale), products, sums, None, None, None


class Perceptron(nn.Module):
    """Fully connected layers, applied to each row: Linear, ReLU, normalisation, once for each width.

    Parameters
    ----------
    widths : sequence of int
        Of the input, then of the output of each layer.
    normalization : {"batch", "layer"} or None, default "batch"
        After the ReLU: :class:`WeightedBatchNorm`, over the features of each row, or none.
    dropout : float, default 0.0
        Share of features that are dropped in training mode, between layers, not after the last.

    Examples
    --------
    >>> import torch
    >>> Perceptron((3, 8, 2))(torch.zeros(4, 5, 3)).shape
    torch.Size([4, 5, 2])
    """

    def __init__(self, widths: Sequence[int], *, normalization: str | None = "batch", dropout: float = 0.0) -> None:
        super().__init__()
        widths = _checks.widths(widths, "widths")
        check_normalization(normalization)
        self.dropout = _checks.probability(dropout, "dropout")
        self.linears = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(_norm(width, normalization) for width in widths[1:])

    def forward(self, x: Tensor, weights: Tensor | None = None) -> Tensor:
        """Map rows (..., widths[0]) to rows (..., widths[-1]); `weights` (...) count rows of a batch."""
        for k, (linear, norm) in enumerate(zip(self.linears, self.norms, strict=True)):
            if k and self.dropout:
                x = nn.functional.dropout(x, self.dropout, self.training)
            x = linear(x).relu_()
            x = norm(x, weights) if isinstance(norm, WeightedBatchNorm) else norm(x)
        return x


def _norm(width: int, normalization: str | None) -> nn.Module:
    if normalization == "batch":
        return WeightedBatchNorm(width)
    return nn.LayerNorm(width) if normalization == "layer" else nn.Identity()


def check_normalization(normalization: Any) -> None:
    """Check the name of a normalisation, or None."""
    if normalization is not None:
        check.option(normalization, ("batch", "layer"), "normalization")


def reset_linear(layer: nn.Linear, generator: torch.Generator | None) -> None:
    """Draw weights and biases uniformly from [-1/√inputs, 1/√inputs]."""
    bound = 1 / math.sqrt(layer.in_features)
    with torch.no_grad():
        layer.weight.uniform_(-bound, bound, generator=generator)
        if layer.bias is not None:
            layer.bias.uniform_(-bound, bound, generator=generator)


def reset(module: nn.Module, generator: torch.Generator | None) -> None:
    """Draw the parameters of all parts of a network again, from a generator."""
    for part in module.modules():
        if isinstance(part, nn.Linear):
            reset_linear(part, generator)
        elif isinstance(part, nn.MultiheadAttention):
            nn.init.xavier_uniform_(part.in_proj_weight, generator=generator)
            nn.init.zeros_(part.in_proj_bias)
        elif isinstance(part, WeightedBatchNorm | nn.LayerNorm):
            part.reset_parameters()
