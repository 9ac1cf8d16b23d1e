"""Differentiable barcodes of Vietoris--Rips filtrations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv._typing import Int, Number
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import distances_of
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.flag_bars import flag_bars
from tdainv.learn.located_bars import LocatedBars, barcode_batches
from tdainv.learn.tensor_items import TensorBatch, TensorItems, map_on_host, tensor_items

METRICS = ("euclidean", "precomputed")


@torch.compiler.disable
def rips_barcode(
    points: TensorBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    metric: str = "euclidean",
    max_edge: float | None = None,
    n_jobs: int | None = None,
) -> tuple[BarcodeBatch, ...]:
    """Barcodes of Rips filtrations, with gradients: births and deaths are lengths of edges.

    Parameters
    ----------
    points : Tensor of shape (b, n_points, dim), or list of Tensor of shape (n_points, dim)
        float32 or float64, finite; clouds of a list may differ in size. With ``metric="precomputed"``, distance
        matrices (n_points, n_points): symmetric, at least 0, with a zero diagonal; ``inf`` for points that are never
        joined.
    degrees : sequence of int, default (0, 1)
    metric : {"euclidean", "precomputed"}, default "euclidean"
        For any other, give the matrices, as differentiable functions of the points.
    max_edge : float, optional
        See :func:`tdainv.rips`.
    n_jobs : int, optional
        Threads, for the part on the host, by joblib; None is one unless a joblib context says otherwise.

    Returns
    -------
    tuple of BarcodeBatch
        One a degree, on the device and in the dtype of the input. Births and deaths are exactly those of
        :func:`tdainv.barcode` of :func:`tdainv.rips` of each item, in its order, rounded to the dtype; bars of length
        zero are left out.

    Raises
    ------
    TypeError
        For what is no tensor, and for dtypes other than float32 and float64.
    ValueError
        For bad data (the error names the item), an unknown metric, or bad degrees.
    MemoryLimitError
        If a distance matrix would not fit in memory.

    Notes
    -----
    Which edge begins and which ends a bar is found on the host, without gradient, from one copy of the batch, by the
    engine of :func:`tdainv.barcodes`. Then lengths of those edges are computed from the input, where it is, in a
    number of torch calls that does not depend on the number of items.

    The gradient of a length is the unit vector along its edge, and 0 between equal points, one of the subgradients.
    Of a matrix, the gradient goes to both entries of an edge, in equal parts. Where lengths are equal, the gradient is
    that of one of the orders of the edges [1]_.

    Under :func:`torch.compile` this function is a graph break: it runs as it is, and what comes before and after is
    compiled.

    References
    ----------
    .. [1] Carrière, Chazal, Glisse, Ike, Kannan, Umeda: Optimizing persistent homology based functions, ICML 2021.

    Examples
    --------
    The loop of a unit square is born with its sides and dies with its diagonals. Its persistence grows if a corner
    moves out along a diagonal:

    >>> import torch
    >>> square = torch.tensor([[0.0, 0.0], [1.0, 0.0], [1.0, 1.1], [0.0, 1.0]], requires_grad=True)
    >>> _, loops = rips_barcode([square])
    >>> loops[0]
    tensor([[1.1000, 1.4142]], grad_fn=<IndexBackward0>)
    >>> loops.persistence.sum().backward()
    >>> square.grad
    tensor([[ 0.0000,  0.0000],
            [ 0.7071,  0.2929],
            [ 0.0000, -1.0000],
            [-0.7071,  0.7071]])
    """
    check.option(metric, METRICS, "metric")
    degrees = check.degrees(degrees)
    cut = check.max_edge(max_edge)
    items = tensor_items(points, "points", 2, finite=metric == "euclidean")
    edges = edge_lengths(items, "points", metric)
    arguments = [
        (array, f"points[{i}]", metric, degrees, cut, first)
        for i, (array, first) in enumerate(zip(items.arrays, edges.first_vertices.tolist(), strict=True))
    ]
    found = map_on_host(_bars, arguments, n_jobs)
    return barcode_batches(found, degrees, edges, items.flat)


def _bars(
    points: Number, name: str, metric: str, degrees: Sequence[int], max_edge: float, first_vertex: int
) -> list[LocatedBars]:
    filtration = FlagFiltration.of_checked(distances_of(points, metric, name), max_edge=max_edge)
    return flag_bars(filtration, degrees, first_vertex)


def edge_lengths(items: TensorItems, name: str, metric: str) -> EdgeLengths:
    """Lengths of the edges of clouds or distance matrices as functions of them; the number of points is checked."""
    if metric == "euclidean":
        for i, array in enumerate(items.arrays):
            if array.shape[1] != items.arrays[0].shape[1]:
                raise ValueError(
                    f"Clouds of a batch must have one dimension, got {items.arrays[0].shape[1]} for {name}[0] and "
                    f"{array.shape[1]} for {name}[{i}]."
                )
    else:
        for i, array in enumerate(items.arrays):
            if array.shape[0] != array.shape[1]:
                raise ValueError(f"{name}[{i}] must have shape (n, n), got {array.shape}.")
    return EdgeLengths(items, metric)


class EdgeLengths:
    """Lengths of edges of the items of a batch, as differentiable functions; vertices of all items are numbered on.

    Parameters
    ----------
    items : TensorItems
    metric : {"euclidean", "precomputed"}
    """

    def __init__(self, items: TensorItems, metric: str) -> None:
        sizes = [len(array) for array in items.arrays]
        self.first_vertices: Int = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        self._flat = items.flat
        self._lengths: Callable[[Tensor], Tensor] = self._euclidean if metric == "euclidean" else self._given
        if metric == "euclidean":
            self._points = items.flat.reshape(-1, items.arrays[0].shape[1])
        else:
            # Entry (u, v) of the matrix of its item lies at rows[u] + v.
            rows = [
                start - first + size * np.arange(size)
                for start, first, size in zip(items.starts, self.first_vertices, sizes, strict=True)
            ]
            self._rows = torch.from_numpy(np.concatenate(rows)).to(items.flat.device)

    def __call__(self, edges: Tensor) -> Tensor:
        """Lengths, float64 of shape (k,), of edges (k, 2); 0, without gradient, of pairs of equal vertices."""
        return self._lengths(edges)

    def _euclidean(self, edges: Tensor) -> Tensor:
        ends = self._points[edges].double()
        squares = (ends[:, 0] - ends[:, 1]).square().sum(dim=1)
        apart = squares > 0
        # The square root of 0 has no finite derivative: it is kept out of both branches.
        return torch.where(apart, torch.where(apart, squares, 1.0).sqrt(), 0.0)

    def _given(self, edges: Tensor) -> Tensor:
        u, v = edges.unbind(dim=1)
        # Matrices are symmetric up to rounding, which the larger entry removes; equal ones share the gradient.
        entries = torch.cat([self._rows[u] + v, self._rows[v] + u])
        lengths = self._flat.index_select(0, entries).reshape(2, -1).amax(dim=0)
        return torch.where(u == v, 0.0, lengths.double())


class Rips(nn.Module):
    """Layer of :func:`rips_barcode`, without parameters of its own.

    Parameters
    ----------
    degrees, metric, max_edge, n_jobs
        See :func:`rips_barcode`.

    Examples
    --------
    >>> import torch
    >>> layer = Rips(degrees=(0,))
    >>> layer(torch.tensor([[[0.0], [1.0], [3.0]]]))
    (BarcodeBatch(degree 0, 1 items, 3 bars),)
    """

    def __init__(
        self,
        degrees: Sequence[int] = (0, 1),
        *,
        metric: str = "euclidean",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        self.metric = check.option(metric, METRICS, "metric")
        self.max_edge = None if max_edge is None else check.max_edge(max_edge)
        self.n_jobs = n_jobs

    def forward(self, points: TensorBatch) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the clouds or distance matrices of a batch, one BarcodeBatch a degree."""
        options: dict[str, Any] = {"metric": self.metric, "max_edge": self.max_edge, "n_jobs": self.n_jobs}
        return rips_barcode(points, self.degrees, **options)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}, metric={self.metric!r}"
