"""Differentiable barcodes of weighted Rips filtrations, in the distances and in the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv._typing import Number
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import distances_of
from tdainv.filtrations.weights import weighted_distances
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.flag_bars import flag_bars
from tdainv.learn.located_bars import LocatedBars, barcode_batches
from tdainv.learn.rips import METRICS, EdgeLengths, edge_lengths
from tdainv.learn.tensor_items import TensorBatch, TensorItems, map_on_host, require_alike, tensor_items


@torch.compiler.disable
def weighted_rips_barcode(
    distances: TensorBatch,
    weights: TensorBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    metric: str = "precomputed",
    max_edge: float | None = None,
    n_jobs: int | None = None,
) -> tuple[BarcodeBatch, ...]:
    """Barcodes of weighted Rips filtrations, with gradients in the distances and in the weights.

    A vertex x enters at 2 w(x), an edge {x, y} at max(2 w(x), 2 w(y), d(x, y) + w(x) + w(y)), and a simplex with its
    last edge: :func:`tdainv.weighted_rips` with exponent 1, in the unit of diameters.

    Parameters
    ----------
    distances : Tensor of shape (b, n, n), or list of Tensor of shape (n, n)
        See :func:`rips_barcode`; with ``metric="euclidean"``, points.
    weights : Tensor of shape (b, n), or list of Tensor of shape (n,)
        At least 0, of the dtype and on the device of the distances.
    degrees : sequence of int, default (0, 1)
    metric : {"precomputed", "euclidean"}, default "precomputed"
    max_edge, n_jobs
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of BarcodeBatch
        One a degree; see :func:`rips_barcode`.

    Raises
    ------
    TypeError
        For what is no tensor, and for dtypes other than float32 and float64.
    ValueError
        For bad data, negative weights (the error names the item), another number of weights than of points, an
        unknown metric, or bad degrees.
    MemoryLimitError
        If a distance matrix would not fit in memory.

    Notes
    -----
    Where the greater weight decides, because it is more than d(x, y) above the other one, the gradient goes to it
    alone; at equality it is shared. See also :func:`rips_barcode`.

    References
    ----------
    Anai, Chazal, Glisse, Ike, Inakoshi, Tinarrage, Umeda: DTM-based filtrations, SoCG 2019. Nishikawa, Ike, Yamanishi:
    Adaptive topological feature via persistent homology: filtration learning for point clouds, NeurIPS 2023.

    Examples
    --------
    The class of the second point is born at 2 w = 0.5 and dies at 1 + w = 1.25:

    >>> import torch
    >>> line = torch.tensor([[[0.0, 1.0], [1.0, 0.0]]])
    >>> weights = torch.tensor([[0.0, 0.25]], requires_grad=True)
    >>> (components,) = weighted_rips_barcode(line, weights, degrees=(0,))
    >>> components[0]
    tensor([[0.0000,    inf],
            [0.5000, 1.2500]], grad_fn=<IndexBackward0>)
    >>> components.finite().persistence.sum().backward()
    >>> weights.grad
    tensor([[ 1., -1.]])
    """
    check.option(metric, METRICS, "metric")
    degrees = check.degrees(degrees)
    cut = check.max_edge(max_edge)
    items = tensor_items(distances, "distances", 2, finite=metric == "euclidean")
    lengths = edge_lengths(items, "distances", metric)
    of_points = checked_weights(weights, items, "distances")
    arguments = [
        (array, weight, f"distances[{i}]", metric, degrees, cut, first)
        for i, (array, weight, first) in enumerate(
            zip(items.arrays, of_points.arrays, lengths.first_vertices.tolist(), strict=True)
        )
    ]
    found = map_on_host(_bars, arguments, n_jobs)
    return barcode_batches(found, degrees, WeightedLengths(lengths, of_points.flat), items.flat)


def checked_weights(weights: TensorBatch, points: TensorItems, name: str) -> TensorItems:
    """Check weights, one for each point of each item, at least 0."""
    items = tensor_items(weights, "weights", 1)
    require_alike(points, items, (name, "weights"))
    for i, (array, weight) in enumerate(zip(points.arrays, items.arrays, strict=True)):
        rule = f"weights[{i}] must have shape ({len(array)},) and be at least 0"
        if weight.shape != array.shape[:1] or (weight < 0).any():
            raise ValueError(f"{rule}, got shape {weight.shape} and smallest value {weight.min():g}.")
    return items


def _bars(
    points: Number, weights: Number, name: str, metric: str, degrees: Sequence[int], max_edge: float, first_vertex: int
) -> list[LocatedBars]:
    weights = weights.astype(np.float64) + 0.0
    edges = weighted_distances(distances_of(points, metric, name), weights, 1.0)
    filtration = FlagFiltration.of_checked(edges, vertex_births=2 * weights, max_edge=max_edge)
    return flag_bars(filtration, degrees, first_vertex)


class WeightedLengths:
    """Values of edges, and of vertices as edges of length 0."""

    def __init__(self, lengths: EdgeLengths, weights: Tensor) -> None:
        self._lengths = lengths
        self._weights = weights

    def __call__(self, edges: Tensor) -> Tensor:
        """Values, float64 of shape (k,), of edges (k, 2)."""
        ends = self._weights[edges].double()
        return torch.maximum(self._lengths(edges) + ends.sum(dim=1), 2 * ends.amax(dim=1))


class WeightedRips(nn.Module):
    """Layer of :func:`weighted_rips_barcode`; the weights of the points are an input, not parameters.

    Parameters
    ----------
    degrees, metric, max_edge, n_jobs
        See :func:`weighted_rips_barcode`.

    Examples
    --------
    >>> import torch
    >>> layer = WeightedRips(degrees=(0,))
    >>> layer(torch.tensor([[[0.0, 1.0], [1.0, 0.0]]]), torch.tensor([[0.0, 0.25]]))
    (BarcodeBatch(degree 0, 1 items, 2 bars),)
    """

    def __init__(
        self,
        degrees: Sequence[int] = (0, 1),
        *,
        metric: str = "precomputed",
        max_edge: float | None = None,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        self.metric = check.option(metric, METRICS, "metric")
        self.max_edge = None if max_edge is None else check.max_edge(max_edge)
        self.n_jobs = n_jobs

    def forward(self, distances: TensorBatch, weights: TensorBatch) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the items of a batch, one BarcodeBatch a degree."""
        options: dict[str, Any] = {"metric": self.metric, "max_edge": self.max_edge, "n_jobs": self.n_jobs}
        return weighted_rips_barcode(distances, weights, self.degrees, **options)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}, metric={self.metric!r}"
