"""Weights of the pixels of a batch of images in torch: conjugate gradients, and their implicit derivative.

As in the numpy part, images lie in a padded flat layout, where a step on the grid is one shift: products are sums over
steps of products of contiguous slices. Nothing is gathered, and memory is (half of the steps) x (batch) x (pixels).
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad

from tdainv.exceptions import TdainvWarning

_MOST_ITERATIONS = 500


class Neighbours(NamedTuple):
    """Steps to near pixels, one of each pair k, -k, and how far to iterate."""

    shape: tuple[int, int]
    pitch: int  # length of a padded row
    shifts: tuple[int, ...]  # steps in the flat layout, all positive
    norms: tuple[float, ...]
    p: int
    spacing: float
    target: float  # residual over norm of the solution

    def spread(self, images: Tensor) -> Tensor:
        """Images (..., h, w) in the padded layout, zero in the padding."""
        rows = pad(images, (0, self.pitch - self.shape[1])).flatten(-2)
        return pad(rows, (0, max(self.shifts, default=0)))

    def collect(self, flat: Tensor) -> Tensor:
        """Images (..., h, w) from the padded layout."""
        h, w = self.shape
        return flat[..., : h * self.pitch].unflatten(-1, (h, self.pitch))[..., :w]


class PixelWeights(torch.autograd.Function):
    """Weights from values (b, c, h, w) and a position weight: (b, h, w). Values carry their weights already.

    With d the distance of a pair (i, j), dL/dd = Z_ij (u_i w_j + u_j w_i), where u = Z⁻¹ dL/dw.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, position_weight: Tensor, near: Neighbours) -> Tensor:  # noqa: D102
        flat, mask = near.spread(values), near.spread(values.new_ones((1, *near.shape)))
        similarities = _similarities(flat, mask, position_weight, near)
        weights = _conjugate_gradients(similarities, mask.expand(len(values), -1), near)
        ctx.save_for_backward(flat, position_weight, similarities, weights)
        ctx.near = near
        return near.collect(weights)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:  # noqa: D102
        flat, position_weight, similarities, weights = ctx.saved_tensors
        near: Neighbours = ctx.near
        dual = _conjugate_gradients(similarities, near.spread(gradient), near)
        of_values, of_position = torch.zeros_like(flat), torch.zeros_like(position_weight)
        n = similarities.shape[-1]
        for k, shift in enumerate(near.shifts):
            here, there = slice(0, n), slice(shift, shift + n)
            slope = similarities[k] * (dual[:, here] * weights[:, there] + dual[:, there] * weights[:, here])
            difference = flat[..., there] - flat[..., here]
            if near.p == 1:
                direction = difference.sign() * slope[:, None]
                of_position += near.norms[k] * slope.sum()
            else:
                length = _distance(flat, position_weight, near, k, shift, n)
                slope = slope / length
                direction = difference * slope[:, None]
                of_position += near.norms[k] ** 2 * position_weight * slope.sum()
            of_values[..., there] += direction
            of_values[..., here] -= direction
        return near.collect(of_values), of_position, None


def _distance(flat: Tensor, position_weight: Tensor, near: Neighbours, k: int, shift: int, n: int) -> Tensor:
    """Distances of all pixels to those at a step, (b, n)."""
    difference = flat[..., shift : shift + n] - flat[..., :n]
    if near.p == 1:
        return near.norms[k] * position_weight + difference.abs().sum(dim=1)
    return ((near.norms[k] * position_weight) ** 2 + difference.square().sum(dim=1)).sqrt()


def _similarities(flat: Tensor, mask: Tensor, position_weight: Tensor, near: Neighbours) -> Tensor:
    """Similarities with near pixels, (steps, b, n): 0 where one of both is padding."""
    n = near.shape[0] * near.pitch
    out = flat.new_empty((len(near.shifts), len(flat), n))
    for k, shift in enumerate(near.shifts):
        torch.exp(-_distance(flat, position_weight, near, k, shift, n), out=out[k])
        out[k] *= mask[:, :n] * mask[:, shift : shift + n]
    return out


def _product(similarities: Tensor, vectors: Tensor, near: Neighbours) -> Tensor:
    out, n = vectors.clone(), similarities.shape[-1]
    for k, shift in enumerate(near.shifts):
        out[:, :n].addcmul_(similarities[k], vectors[:, shift : shift + n])
        out[:, shift : shift + n].addcmul_(similarities[k], vectors[:, :n])
    return out


def _conjugate_gradients(similarities: Tensor, right: Tensor, near: Neighbours) -> Tensor:
    """Solve for each item of the batch; an item that is done is not changed any more."""
    x, r = torch.zeros_like(right), right.clone()
    z = _precondition(r, near)
    p, rz = z.clone(), (r * z).sum(dim=1)
    for _ in range(_MOST_ITERATIONS):
        q = _product(similarities, p, near)
        curvature = (p * q).sum(dim=1)
        active = (curvature > 0) & (rz > 0) & (r.norm(dim=1) > near.target * x.norm(dim=1))
        alpha = torch.where(active, rz / torch.where(active, curvature, 1.0), 0.0)[:, None]
        x, r = x + alpha * p, r - alpha * q
        if not bool((active & (r.norm(dim=1) > near.target * x.norm(dim=1))).any()):
            return x
        z = _precondition(r, near)
        new = (r * z).sum(dim=1)
        p = z + torch.where(active, new / torch.where(active, rz, 1.0), 0.0)[:, None] * p
        rz = torch.where(active, new, 0.0)
    warnings.warn(
        f"Conjugate gradients did not reach a relative residual of {near.target:.1e} in {_MOST_ITERATIONS} steps: "
        "use float64, a larger tolerance or a larger position_weight.",
        TdainvWarning,
        stacklevel=2,
    )
    return x


def _precondition(flat: Tensor, near: Neighbours) -> Tensor:
    """Inverse of the similarities of positions alone, for l1: tridiagonal along each axis; else the vectors."""
    if near.p != 1:
        return flat
    e = float(torch.exp(torch.tensor(-near.spacing, dtype=torch.float64)))
    values = near.collect(flat)
    for axis in (1, 2):
        n = values.shape[axis]
        if n == 1:
            continue
        out = (1 + e * e) * values
        out.select(axis, 0).copy_(values.select(axis, 0))
        out.select(axis, n - 1).copy_(values.select(axis, n - 1))
        out.narrow(axis, 1, n - 1).sub_(e * values.narrow(axis, 0, n - 1))
        out.narrow(axis, 0, n - 1).sub_(e * values.narrow(axis, 1, n - 1))
        values = out / (1 - e * e)
    return near.spread(values)
