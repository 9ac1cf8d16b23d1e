"""Differentiable barcodes of lower star filtrations: functions on vertices of graphs, meshes, complexes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import nn

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.graphs import graph_lower_star
from tdainv.graphs.graph import Graph
from tdainv.learn.batches import BarcodeBatch
from tdainv.learn.located_bars import LocatedBars, barcode_batches, paired_cells
from tdainv.learn.tensor_items import TensorBatch, map_on_host, tensor_items
from tdainv.meshes.mesh import Mesh
from tdainv.persistence.barcode import barcodes

Skeleton: TypeAlias = FilteredComplex | Graph | Mesh | Number


@torch.compiler.disable
def lower_star_barcode(
    values: TensorBatch,
    complex_: Skeleton | Sequence[Skeleton],
    degrees: Sequence[int] = (0,),
    *,
    n_jobs: int | None = None,
) -> tuple[BarcodeBatch, ...]:
    """Barcodes of functions on the vertices of complexes, with gradients: births and deaths are values of vertices.

    A cell appears with the last of its vertices.

    Parameters
    ----------
    values : Tensor of shape (b, n_vertices), or list of Tensor of shape (n_vertices,)
        float32 or float64, finite: a function on the vertices of each item.
    complex_ : FilteredComplex, Graph, Mesh or int ndarray of shape (m, k), or a list of these
        One for all items, or one an item. Grades and weights are not used. Rows of an array are simplices, edges or
        triangles for example, on the vertices 0, ..., n_vertices - 1; their faces are added. Vertices of a
        FilteredComplex are its 0-cells in the order in which they are listed.
    degrees : sequence of int, default (0,)
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of BarcodeBatch
        One a degree, on the device and in the dtype of the values. Births and deaths are exactly those of
        :func:`tdainv.barcode` of the lower star filtration, in its order.

    Raises
    ------
    TypeError
        For what is no tensor, other dtypes, and what is no complex.
    ValueError
        For bad data (the error names the item), another number of vertices than of values, or of complexes than of
        items, and bad degrees.

    Notes
    -----
    The gradient of a birth or death goes to one vertex: that of largest value in the cell that gives it, the one of
    highest index among equals. For superlevel sets, give the negative function.

    References
    ----------
    Hofer, Graf, Rieck, Niethammer, Kwitt: Graph filtration learning, ICML 2020.

    Examples
    --------
    A path of three vertices with a hill in the middle, that joins the components of its ends:

    >>> import torch
    >>> values = torch.tensor([[0.0, 5.0, 1.0]], requires_grad=True)
    >>> (components,) = lower_star_barcode(values, np.array([[0, 1], [1, 2]]))
    >>> components[0]
    tensor([[0., inf],
            [1., 5.]], grad_fn=<IndexBackward0>)
    >>> components.finite().persistence.sum().backward()
    >>> values.grad
    tensor([[ 0.,  1., -1.]])
    """
    degrees = check.degrees(degrees)
    items = tensor_items(values, "values", 1)
    complexes = complexes_of_items(complex_, [len(array) for array in items.arrays])
    arguments = [
        (array, skeleton, degrees, start)
        for array, skeleton, start in zip(items.arrays, complexes, items.starts.tolist(), strict=True)
    ]
    found = map_on_host(_bars, arguments, n_jobs)
    return barcode_batches(found, degrees, lambda places: items.flat[places[:, 0]].double(), items.flat)


def complexes_of_items(given: Skeleton | Sequence[Skeleton], sizes: list[int]) -> list[FilteredComplex]:
    """One complex an item; one that is given for all is read once for each number of vertices."""
    if not isinstance(given, list | tuple):
        read = {n: _read(given, n, "complex_") for n in sorted(set(sizes))}
        return [read[n] for n in sizes]
    if len(given) != len(sizes):
        raise ValueError(f"complex_ must be one complex, or one an item, got {len(given)} for {len(sizes)} items.")
    return [_read(each, n, f"complex_[{i}]") for i, (each, n) in enumerate(zip(given, sizes, strict=True))]


def _read(given: Any, n: int, name: str) -> FilteredComplex:
    if isinstance(given, Mesh):
        complex_ = FilteredComplex.lower_star([given.faces], np.zeros(len(given.vertices)))
    elif isinstance(given, Graph):
        complex_ = graph_lower_star(given, np.zeros(given.n_nodes))
    elif isinstance(given, FilteredComplex):
        complex_ = given
    elif isinstance(given, np.ndarray) and given.ndim == 2 and given.dtype.kind in "iu":
        complex_ = FilteredComplex.lower_star([given], np.zeros(n))
    else:
        raise TypeError(
            f"{name} must be a FilteredComplex, a Graph, a Mesh, or an int array of shape (m, k) whose rows are "
            f"simplices, got {type(given).__name__}."
        )
    if complex_.n_vertices != n:
        raise ValueError(f"{name} must have one vertex for each value, got {complex_.n_vertices} for {n} values.")
    return complex_


def _bars(values: Number, skeleton: FilteredComplex, degrees: Sequence[int], start: int) -> list[LocatedBars]:
    order = np.argsort(values, kind="stable")
    ranks: Float = np.empty(len(values))
    ranks[order] = np.arange(len(values))
    # Ranks are different, so the last vertex of each cell is known by its rank.
    last = order[skeleton.with_function(ranks).grades[:, -1].astype(np.int64)]
    grades = values.astype(np.float64)[last, np.newaxis] + 0.0
    filtration = FilteredComplex.of_checked(skeleton.dimensions, skeleton.indptr, skeleton.indices, grades)
    located = []
    for bars in barcodes(filtration, degrees):
        births, deaths = (start + last[cells, np.newaxis] for cells in paired_cells(bars))
        located.append(LocatedBars(bars.births, bars.deaths, births, deaths))
    return located


class LowerStar(nn.Module):
    """Layer of :func:`lower_star_barcode` on a fixed complex.

    Parameters
    ----------
    complex_, degrees, n_jobs
        See :func:`lower_star_barcode`. The complex may also be given, or replaced, in each call.

    Examples
    --------
    >>> import torch
    >>> layer = LowerStar(np.array([[0, 1], [1, 2], [0, 2]]), degrees=(1,))
    >>> layer(torch.tensor([[0.0, 5.0, 1.0]]))[0][0]
    tensor([[5., inf]])
    """

    def __init__(
        self,
        complex_: Skeleton | Sequence[Skeleton] | None = None,
        degrees: Sequence[int] = (0,),
        *,
        n_jobs: int | None = None,
    ) -> None:
        super().__init__()
        self.complex_ = complex_
        self.degrees = check.degrees(degrees)
        self.n_jobs = n_jobs

    def forward(
        self, values: TensorBatch, complex_: Skeleton | Sequence[Skeleton] | None = None
    ) -> tuple[BarcodeBatch, ...]:
        """Barcodes of the functions of a batch, one BarcodeBatch a degree."""
        chosen = self.complex_ if complex_ is None else complex_
        if chosen is None:
            raise ValueError("LowerStar needs a complex, in its constructor or in the call, got none.")
        return lower_star_barcode(values, chosen, self.degrees, n_jobs=self.n_jobs)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}"
