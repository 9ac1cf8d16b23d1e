"""Differentiable barcodes of images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv._typing import Number
from tdainv.filtrations.cubical import cubical
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.located_bars import LocatedBars, barcode_batches, paired_cells
from tdainv.learn.tensor_items import TensorBatch, map_on_host, tensor_items
from tdainv.persistence.barcode import barcodes

CELLS = ("vertices", "top")
_MOST_AXES = 3


@torch.compiler.disable
def cubical_barcode(
    images: TensorBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    cells: str = "vertices",
    n_jobs: int | None = None,
) -> tuple[BarcodeBatch, ...]:
    """Barcodes of the sublevel filtrations of images, with gradients: births and deaths are values of pixels.

    Parameters
    ----------
    images : Tensor of shape (b, n_1, ..., n_d), or list of Tensor of shape (n_1, ..., n_d)
        With d from 1 to 3; float32 or float64, finite. Images of a list may differ in size.
    degrees : sequence of int, default (0, 1)
    cells : {"vertices", "top"}, default "vertices"
        Whether pixels are the vertices of the grid or its cells of full dimension: see :func:`tdainv.cubical`.
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of BarcodeBatch
        One a degree, on the device and in the dtype of the images. Births and deaths are exactly those of
        :func:`tdainv.barcode` of :func:`tdainv.cubical`, in its order.

    Raises
    ------
    TypeError
        For what is no tensor, and for dtypes other than float32 and float64.
    ValueError
        For bad data (the error names the item), more than three axes, another value of `cells`, or bad degrees.
    MemoryLimitError
        If an image does not fit.

    Notes
    -----
    O(n log n) for images of n pixels. The gradient of a birth or death goes to one pixel; of equal pixels the one of
    lower index counts as lower. For superlevel sets, give the negative images.

    References
    ----------
    Hu, Li, Samaras, Chen: Topology-preserving deep image segmentation, NeurIPS 2019.

    Examples
    --------
    A ring of zeros around a pixel of value 5 is a loop that the pixel fills:

    >>> import torch
    >>> ring = torch.tensor([[[0.0, 0.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]], requires_grad=True)
    >>> (loops,) = cubical_barcode(ring, degrees=(1,))
    >>> loops.deaths.sum().backward()
    >>> loops.diagram.tolist(), ring.grad[0, 1].tolist()
    ([[0.0, 5.0]], [0.0, 1.0, 0.0])
    """
    degrees = check.degrees(degrees)
    check.option(cells, CELLS, "cells")
    items = tensor_items(images, "images", _n_axes(images))
    arguments = [
        (array, degrees, cells, start) for array, start in zip(items.arrays, items.starts.tolist(), strict=True)
    ]
    found = map_on_host(_bars, arguments, n_jobs)
    return barcode_batches(found, degrees, lambda places: items.flat[places[:, 0]].double(), items.flat)


def _n_axes(images: TensorBatch) -> int:
    """Number of axes of the images, as far as there are any to look at."""
    if isinstance(images, Tensor):
        n_axes = images.ndim - 1
    else:
        first = images[0] if isinstance(images, list | tuple) and images else None
        n_axes = first.ndim if isinstance(first, Tensor) else 2
    if not 1 <= n_axes <= _MOST_AXES:
        raise ValueError(f"images must have 1 to {_MOST_AXES} axes each, got {n_axes}.")
    return n_axes


def _bars(image: Number, degrees: Sequence[int], cells: str, start: int) -> list[LocatedBars]:
    located = []
    for bars in barcodes(cubical(image, cells=cells), degrees):
        births, deaths = (start + pixels[:, np.newaxis] for pixels in paired_cells(bars))
        located.append(LocatedBars(bars.births, bars.deaths, births, deaths))
    return located


class Cubical(nn.Module):
    """Layer of :func:`cubical_barcode`, without parameters of its own.

    Parameters
    ----------
    degrees, cells, n_jobs
        See :func:`cubical_barcode`.

    Examples
    --------
    >>> import torch
    >>> layer = Cubical(degrees=(0,), cells="top")
    >>> layer(torch.tensor([[[0.0, 9.0], [9.0, 0.0]]]))
    (BarcodeBatch(degree 0, 1 items, 1 bars),)
    """

    def __init__(self, degrees: Sequence[int] = (0, 1), *, cells: str = "vertices", n_jobs: int | None = None) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        self.cells = check.option(cells, CELLS, "cells")
        self.n_jobs = n_jobs

    def forward(self, images: TensorBatch) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the images of a batch, one BarcodeBatch a degree."""
        return cubical_barcode(images, self.degrees, cells=self.cells, n_jobs=self.n_jobs)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}, cells={self.cells!r}"
