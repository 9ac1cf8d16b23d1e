"""Coordinates of points from their distances, which isometries do not change."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn.pairs import require_distances


def invariant_coordinates(distances: Any, dim: int, mask: Tensor | None = None) -> Tensor:
    """Coordinates of points from their distances by classical multidimensional scaling, with signs fixed.

    With the squares D² of the distances and the centring J = I - 1/n, the matrix B = -½ J D² J has the inner products
    of the centred points. Coordinates are √λ times the eigenvectors of its `dim` largest eigenvalues λ, decreasing.
    They serve as the input of any network on points, which then does not see rotations, reflections and translations.

    Parameters
    ----------
    distances : Tensor of shape (b, n, n)
        Symmetric. If they are distances of points of R^dim, those of the coordinates are the same; otherwise the
        nearest in the sense of B, and negative eigenvalues count as 0.
    dim : int
        Number of coordinates; those beyond n - 1 are 0.
    mask : bool Tensor of shape (b, n), optional
        False at padding, for clouds of different sizes.

    Returns
    -------
    Tensor of shape (b, n, dim)
        Without gradient. Zero at padding.

    Raises
    ------
    TypeError, ValueError
        For distances that are not finite or not symmetric, or a mask that does not fit.

    Notes
    -----
    An eigenvector is given up to its sign. It is taken such that the sum of cubes of each coordinate is positive, which
    no order of the points changes. Two exceptions are not invariant: a cloud that is symmetric along an axis as far as
    cubes go, where the sign is arbitrary (averaging over signs with :class:`FrameAveraging` helps), and equal
    eigenvalues, where the axes are. Near them coordinates jump. O(n³) for each cloud.

    References
    ----------
    Torgerson: Multidimensional scaling: I. Theory and method, Psychometrika 17 (1952).

    Examples
    --------
    >>> import torch
    >>> points = torch.tensor([[[0.0, 0.0], [0.0, 1.0], [0.0, 5.0]]])
    >>> invariant_coordinates(torch.cdist(points, points), 1).round(decimals=3)
    tensor([[[-2.],
             [-1.],
             [ 3.]]])
    """
    dim = check.positive_integer(dim, "dim")
    with torch.no_grad():
        distances, mask = require_distances(distances, mask, nn.Identity())
        inner = _inner_products(distances, mask)
        values, vectors = torch.linalg.eigh(inner)
        values, vectors = values.flip(-1)[:, :dim], vectors.flip(-1)[:, :, :dim]
        coordinates = vectors * values.clamp(min=0.0).sqrt().unsqueeze(1)
        if mask is not None:
            coordinates = coordinates * mask.unsqueeze(-1)
        signs = torch.where(coordinates.pow(3).sum(dim=1, keepdim=True) < 0, -1.0, 1.0)
        coordinates = coordinates * signs.to(coordinates.dtype)
        return nn.functional.pad(coordinates, (0, dim - coordinates.shape[-1]))


def _inner_products(distances: Tensor, mask: Tensor | None) -> Tensor:
    """Inner products of the centred points, shape (b, n, n); zero at padding."""
    n = distances.shape[1]
    squares = torch.triu(distances, 1).square()
    squares = squares + squares.mT
    sizes = n if mask is None else mask.sum(dim=1)[:, None, None]
    rows = squares.sum(dim=2, keepdim=True) / sizes
    inner = -0.5 * (squares - rows - rows.mT + rows.sum(dim=1, keepdim=True) / sizes)
    return inner if mask is None else inner * (mask.unsqueeze(1) & mask.unsqueeze(2))
