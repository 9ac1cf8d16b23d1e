"""Differentiable barcodes of alpha filtrations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from tdainv import _validation as check
from tdainv._typing import Int, Number
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.alpha import alpha, check_max_radius
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.located_bars import LocatedBars, barcode_batches, paired_cells
from tdainv.learn.tensor_items import TensorBatch, map_on_host, tensor_items
from tdainv.persistence.barcode import barcodes

_CORNERS = 4  # of simplices in space


@torch.compiler.disable
def alpha_barcode(
    points: TensorBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    max_radius: float | None = None,
    n_jobs: int | None = None,
) -> tuple[BarcodeBatch, ...]:
    """Barcodes of alpha filtrations, with gradients: births and deaths are circumradii of Delaunay simplices.

    Parameters
    ----------
    points : Tensor of shape (b, n_points, dim), or list of Tensor of shape (n_points, dim)
        With dim at most 3; float32 or float64, finite. Clouds of a list may differ in size.
    degrees : sequence of int, default (0, 1)
    max_radius : float, optional
        Simplices of larger radius are left out.
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of BarcodeBatch
        One a degree, on the device and in the dtype of the points. Births and deaths are radii, exactly those of
        :func:`tdainv.barcode` of :func:`tdainv.alpha`, in its order, rounded to the dtype.

    Raises
    ------
    TypeError
        For what is no tensor, and for dtypes other than float32 and float64.
    ValueError
        For bad data (the error names the item), clouds of different dimensions or of more than 3, a max_radius that
        is not positive, or bad degrees.
    MemoryLimitError
        If a complex would not fit.

    Notes
    -----
    A Delaunay simplex enters at its circumradius if the smallest sphere through its vertices is empty, and else with
    one of its cofaces. Points in general position thus make each value the circumradius of one simplex, the largest
    of those of this value around it. Its radius is differentiated as a function of its vertices.

    Close to a degenerate simplex the circumradius has large derivatives; that of a simplex which is flat up to
    rounding is taken as constant. Near linear time in the plane.

    References
    ----------
    Edelsbrunner, Mücke: Three-dimensional alpha shapes, ACM Trans. Graph. 13 (1994). Gameiro, Hiraoka, Obayashi:
    Continuation of point clouds via persistence diagrams, Physica D 334 (2016).

    Examples
    --------
    Half the sides and half the diagonals of a rectangle:

    >>> import torch
    >>> points = torch.tensor([[[0.0, 0.0], [6.0, 0.0], [6.0, 8.0], [0.0, 8.0]]], requires_grad=True)
    >>> (loops,) = alpha_barcode(points, degrees=(1,))
    >>> loops[0]
    tensor([[4., 5.]], grad_fn=<IndexBackward0>)
    """
    degrees = check.degrees(degrees)
    check_max_radius(max_radius)
    items = tensor_items(points, "points", 2)
    dim = items.arrays[0].shape[1]
    for i, array in enumerate(items.arrays):
        if array.shape[1] != dim or dim > _CORNERS - 1:
            raise ValueError(
                f"points must have one dimension of at most {_CORNERS - 1}, got {dim} for points[0] and "
                f"{array.shape[1]} for points[{i}]."
            )
    arguments = [
        (array, degrees, max_radius, start // dim)
        for array, start in zip(items.arrays, items.starts.tolist(), strict=True)
    ]
    found = map_on_host(_bars, arguments, n_jobs)
    cloud = pad(items.flat.reshape(-1, dim), (0, _CORNERS - 1 - dim))
    return barcode_batches(found, degrees, lambda places: _radii(cloud, places), items.flat)


def _bars(points: Number, degrees: Sequence[int], max_radius: float | None, first_point: int) -> list[LocatedBars]:
    filtration = alpha(points, max_radius=max_radius)
    corners = _corners(filtration)[_deciding(filtration)] + first_point
    located = []
    for bars in barcodes(filtration, degrees):
        births, deaths = paired_cells(bars)
        located.append(LocatedBars(bars.births, bars.deaths, corners[births], corners[deaths]))
    return located


def _corners(filtration: FilteredComplex) -> Int:
    """Vertices of each simplex, the first repeated where there are fewer than four."""
    rows = np.empty((len(filtration), _CORNERS), np.int64)
    for k in range(filtration.dimension + 1):
        simplices = filtration.simplices(k)
        rows[filtration.cells_of(k)] = np.hstack([simplices, np.repeat(simplices[:, :1], _CORNERS - 1 - k, axis=1)])
    return rows


def _deciding(filtration: FilteredComplex) -> Int:
    """For each simplex, the simplex whose circumradius is its value: up along cofaces of equal value."""
    values = filtration.grades[:, 0]
    deciding = np.arange(len(filtration))
    cofaces = np.repeat(np.arange(len(filtration)), np.diff(filtration.indptr))
    equal = values[cofaces] == values[filtration.indices]
    for k in range(filtration.dimension, 0, -1):
        of_k = np.flatnonzero(equal & (filtration.dimensions[cofaces] == k))[::-1]  # the first coface is written last
        deciding[filtration.indices[of_k]] = deciding[cofaces[of_k]]
    return deciding


def _radii(cloud: Tensor, simplices: Tensor) -> Tensor:
    """Circumradii, float64 of shape (k,), of simplices (k, 4) of points of space, of 1 to 4 different vertices."""
    corners = cloud[simplices].double()
    sides = corners[:, 1:] - corners[:, :1]
    size = sides.detach().abs().amax(dim=(1, 2), keepdim=True)
    sides = sides / torch.where(size > 0, size, 1.0)  # nothing overflows, and radii of small simplices stay exact
    n_vertices = 1 + (simplices[:, 1:] != simplices[:, :1]).sum(dim=1, keepdim=True)
    u, v, w = sides.unbind(dim=1)
    normal = torch.linalg.cross(u, v)
    of_edge = u / 2
    # The centre c, seen from the first vertex, solves 2 c · x = x · x for the sides x.
    of_triangle = _over(torch.linalg.cross(_square(u) * v - _square(v) * u, normal), 2 * _square(normal))
    of_tetrahedron = _over(
        _square(u) * torch.linalg.cross(v, w) + _square(v) * torch.linalg.cross(w, u) + _square(w) * normal,
        2 * (normal * w).sum(dim=1, keepdim=True),
    )
    centre = torch.where(n_vertices == 4, of_tetrahedron, torch.where(n_vertices == 3, of_triangle, of_edge))
    squares = _square(centre)
    apart = squares > 0
    return (size[:, 0] * torch.where(apart, torch.where(apart, squares, 1.0).sqrt(), 0.0))[:, 0]


def _square(vectors: Tensor) -> Tensor:
    return vectors.square().sum(dim=1, keepdim=True)


def _over(numerator: Tensor, denominator: Tensor) -> Tensor:
    """Quotient; 0, without gradient, where the denominator is 0."""
    there = denominator != 0
    return torch.where(there, numerator / torch.where(there, denominator, 1.0), 0.0)


class Alpha(nn.Module):
    """Layer of :func:`alpha_barcode`, without parameters of its own.

    Parameters
    ----------
    degrees, max_radius, n_jobs
        See :func:`alpha_barcode`.

    Examples
    --------
    >>> import torch
    >>> layer = Alpha(degrees=(0,))
    >>> layer(torch.tensor([[[0.0], [1.0], [3.0]]]))[0].deaths
    tensor([0.5000, 1.0000,    inf])
    """

    def __init__(
        self, degrees: Sequence[int] = (0, 1), *, max_radius: float | None = None, n_jobs: int | None = None
    ) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        check_max_radius(max_radius)
        self.max_radius = max_radius
        self.n_jobs = n_jobs

    def forward(self, points: TensorBatch) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the clouds of a batch, one BarcodeBatch a degree."""
        return alpha_barcode(points, self.degrees, max_radius=self.max_radius, n_jobs=self.n_jobs)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}"
