"""Multifiltrations of the items of a batch whose grades are functions of tensors.

An invariant is computed on the host from plain filtrations. Every coordinate of a grade in it is a coordinate of the
grade of some cell: where all of these are different, equality of floats tells of which, and the value is gathered from
the tensor, with its gradient. Filtrations whose grades depend semilinearly on parameters have such gradients almost
everywhere (Scoccola, Setlur, Loiseaux, Carrière, Oudot: Differentiability and optimization of multiparameter persistent
homology, ICML 2024).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tdainv import _validation as check
from tdainv._typing import Float, Int, Number
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import distances_of
from tdainv.filtrations.weights import weighted_distances
from tdainv.learn.flag_bars import first_places
from tdainv.learn.located_bars import with_gradient_of
from tdainv.learn.lower_star import Skeleton, complexes_of_items
from tdainv.learn.rips import METRICS, edge_lengths
from tdainv.learn.tensor_items import TensorBatch, TensorItems, map_on_host, require_alike, tensor_items
from tdainv.learn.weighted_rips import WeightedLengths, checked_weights


class FiltrationBatch(ABC):
    """Filtrations of the items of a batch, on the host, and their grades as functions of tensors.

    Made by :func:`function_rips`, :func:`graded_complex` and :func:`lower_star_complex`.

    Attributes
    ----------
    filtrations : list of FlagFiltration or FilteredComplex
        Without gradient.
    like : Tensor
        Of the dtype and device of what is made of the batch.
    """

    filtrations: list[Any]
    like: Tensor

    @property
    def n_parameters(self) -> int:
        """Number of parameters of all filtrations."""
        return self.filtrations[0].n_parameters

    def __len__(self) -> int:
        return len(self.filtrations)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} items, {self.n_parameters} parameters)"

    @abstractmethod
    def places(self, item: int, axis: int, values: Float) -> Int:
        """Places of the first cells of an item with these coordinates, shape (k,); -1 for values that none has."""

    @abstractmethod
    def values_at(self, axis: int, places: Tensor) -> Tensor:
        """Coordinates at places, float64 of shape (k,), as functions of the input."""

    def gather(self, axis: int, values: Sequence[Float], places: Sequence[Int]) -> Tensor:
        """Coordinates of all items, one after another, with exactly these values, and gradients where there is a place.

        Parameters
        ----------
        axis : int
        values : sequence of ndarray of shape (k_i,)
            One an item.
        places : sequence of int ndarray of shape (k_i,)
            From :meth:`places`; -1 for constants.
        """
        host, found = np.concatenate(values), np.concatenate(places)
        where = torch.from_numpy(np.maximum(found, 0)).to(self.like.device)
        constant = torch.from_numpy(found < 0).to(self.like.device)
        formula = torch.where(constant, 0.0, self.values_at(axis, where))
        return with_gradient_of(host, formula, self.like)


class FlagBatch(FiltrationBatch):
    """Function-Rips filtrations: the first parameter is the value of an edge, the others are values of vertices."""

    def __init__(self, filtrations: list[FlagFiltration], values_of_edges: Any, function: TensorItems) -> None:
        self.filtrations = filtrations
        self.like = function.flat
        self._values_of_edges = values_of_edges
        self._n_columns = filtrations[0].n_parameters - 1
        self._first_vertices = function.starts // self._n_columns
        self._n_vertices = sum(map(len, function.arrays))

    def places(self, item: int, axis: int, values: Float) -> Int:
        """Number of the edge (u, v) among all pairs of vertices, where vertices are edges (v, v); or of a vertex."""
        filtration, first = self.filtrations[item], self._first_vertices[item]
        if axis > 0:
            found = first_places(filtration.vertex_grades[:, axis - 1], values)
            return np.where(found < 0, -1, first + found)
        u, v = np.triu_indices(filtration.n_vertices, 1)
        n = np.arange(filtration.n_vertices)
        found = first_places(np.concatenate([filtration.vertex_births, filtration.distances[u, v]]), values)
        numbers = first * (self._n_vertices + 1) + np.concatenate([n, u]) * self._n_vertices + np.concatenate([n, v])
        return np.where(found < 0, -1, numbers[found])

    def values_at(self, axis: int, places: Tensor) -> Tensor:
        """Values of edges or vertices."""
        if axis > 0:
            return self.like.index_select(0, places * self._n_columns + axis - 1).double()
        ends = [torch.div(places, self._n_vertices, rounding_mode="floor"), places % self._n_vertices]
        return self._values_of_edges(torch.stack(ends, dim=1))


class CellBatch(FiltrationBatch):
    """Listed complexes whose coordinates are entries of tables: grades of cells, or of vertices."""

    def __init__(self, filtrations: list[FilteredComplex], tables: TensorItems) -> None:
        self.filtrations = filtrations
        self.like = tables.flat
        self._tables = tables

    def places(self, item: int, axis: int, values: Float) -> Int:
        """Place of the entry in the tensor of all tables."""
        table = self._tables.arrays[item]
        found = first_places(table[:, axis].astype(np.float64), values)
        return np.where(found < 0, -1, self._tables.starts[item] + found * table.shape[1] + axis)

    def values_at(self, axis: int, places: Tensor) -> Tensor:
        """Entries of the tables."""
        return self.like.index_select(0, places).double()


def function_rips(
    points: TensorBatch,
    function: TensorBatch,
    *,
    weights: TensorBatch | None = None,
    metric: str = "euclidean",
    max_edge: float | None = None,
    n_jobs: int | None = None,
) -> FiltrationBatch:
    """Function-Rips multifiltrations whose grades have gradients, in the points and in the functions.

    Parameters
    ----------
    points : Tensor of shape (b, n_points, dim), or list of Tensor of shape (n_points, dim)
        See :func:`rips_barcode`; with ``metric="precomputed"``, distance matrices.
    function : Tensor of shape (b, n_points, p - 1), or list of Tensor of shape (n_points, p - 1)
        Values on the points, one column a further parameter; of the dtype and on the device of the points. A code or
        density that a network makes, for example.
    weights : Tensor of shape (b, n_points), or list of Tensor of shape (n_points,), optional
        At least 0. The first parameter is then that of :func:`weighted_rips_barcode`.
    metric : {"euclidean", "precomputed"}, default "euclidean"
    max_edge, n_jobs
        See :func:`rips_barcode`.

    Returns
    -------
    FiltrationBatch
        For :func:`hilbert_measure`, :func:`rank_measure` and :func:`module_corners`. On the host its filtrations are
        those of :func:`tdainv.function_rips`.

    Raises
    ------
    TypeError
        For what is no tensor, and for dtypes other than float32 and float64.
    ValueError
        For bad data (the error names the item), batches or items of different sizes, and an unknown metric.
    MemoryLimitError
        If a distance matrix would not fit in memory.

    Examples
    --------
    >>> import torch
    >>> points, heights = torch.tensor([[[0.0], [3.0]]]), torch.tensor([[[0.0], [1.0]]])
    >>> function_rips(points, heights)
    FlagBatch(1 items, 2 parameters)
    """
    check.option(metric, METRICS, "metric")
    cut = check.max_edge(max_edge)
    items = tensor_items(points, "points", 2, finite=metric == "euclidean")
    columns = tensor_items(function, "function", 2)
    require_alike(items, columns, ("points", "function"))
    for i, (array, values) in enumerate(zip(items.arrays, columns.arrays, strict=True)):
        if len(values) != len(array) or values.shape[1] != columns.arrays[0].shape[1]:
            shape = (len(array), columns.arrays[0].shape[1])
            raise ValueError(f"function[{i}] must have shape {shape}, got {values.shape}.")
    lengths: Any = edge_lengths(items, "points", metric)
    each: list[Number | None] = [None] * len(items)
    if weights is not None:
        of_points = checked_weights(weights, items, "points")
        lengths, each = WeightedLengths(lengths, of_points.flat), list(of_points.arrays)
    arguments = [
        (array, values, weight, f"points[{i}]", metric, cut)
        for i, (array, values, weight) in enumerate(zip(items.arrays, columns.arrays, each, strict=True))
    ]
    return FlagBatch(map_on_host(_flag_filtration, arguments, n_jobs), lengths, columns)


def _flag_filtration(
    points: Number, function: Number, weights: Number | None, name: str, metric: str, max_edge: float
) -> FlagFiltration:
    matrix, births = distances_of(points, metric, name), None
    if weights is not None:
        weights = weights.astype(np.float64) + 0.0
        matrix, births = weighted_distances(matrix, weights, 1.0), 2 * weights
    values = function.astype(np.float64) + 0.0
    return FlagFiltration.of_checked(matrix, vertex_births=births, vertex_grades=values, max_edge=max_edge)


def graded_complex(complex_: FilteredComplex | Sequence[FilteredComplex], grades: TensorBatch) -> FiltrationBatch:
    """Filtered complexes with other grades, which have gradients.

    Parameters
    ----------
    complex_ : FilteredComplex, or list of FilteredComplex
        One for all items, or one an item. Its own grades are not used.
    grades : Tensor of shape (b, m, p), or list of Tensor of shape (m, p)
        One row a cell, finite, float32 or float64; nowhere lower than at a facet.

    Returns
    -------
    FiltrationBatch

    Raises
    ------
    TypeError
        For what is no FilteredComplex or no tensor, and other dtypes.
    ValueError
        For bad data (the error names the item), another number of rows than of cells, different numbers of
        parameters, and grades that decrease.

    Examples
    --------
    >>> import tdainv, torch
    >>> edge = tdainv.FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 0.0, 0.0])
    >>> graded_complex(edge, torch.tensor([[[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]]]))
    CellBatch(1 items, 2 parameters)
    """
    tables = tensor_items(grades, "grades", 2)
    shared = not isinstance(complex_, list | tuple)
    complexes = [complex_] * len(tables) if shared else list(complex_)  # type: ignore[arg-type]
    if len(complexes) != len(tables):
        raise ValueError(f"complex_ must be one complex, or one an item, got {len(complexes)} for {len(tables)} items.")
    filtrations = []
    for i, (cells, table) in enumerate(zip(complexes, tables.arrays, strict=True)):
        if not isinstance(cells, FilteredComplex):
            raise TypeError(f"complex_ must be a FilteredComplex, or one an item, got {type(cells).__name__}.")
        rule = (len(cells), tables.arrays[0].shape[1])
        if table.shape != rule:
            raise ValueError(f"grades[{i}] must have shape {rule}, one row a cell, got {table.shape}.")
        try:
            filtrations.append(FilteredComplex(cells.dimensions, cells.indptr, cells.indices, table))
        except ValueError as error:
            raise ValueError(f"grades[{i}]: {error}") from error
    return CellBatch(filtrations, tables)


def lower_star_complex(complex_: Skeleton | Sequence[Skeleton], vertex_grades: TensorBatch) -> FiltrationBatch:
    """Lower star multifiltrations whose grades have gradients: a cell appears at the largest grade of its vertices.

    Parameters
    ----------
    complex_ : FilteredComplex, Graph, Mesh or int ndarray of shape (m, k), or a list of these
        See :func:`lower_star_barcode`.
    vertex_grades : Tensor of shape (b, n_vertices, p), or list of Tensor of shape (n_vertices, p)
        Finite, float32 or float64.

    Returns
    -------
    FiltrationBatch

    Raises
    ------
    TypeError
        For what is no complex or no tensor, and other dtypes.
    ValueError
        For bad data (the error names the item), another number of vertices than of rows, and different numbers of
        parameters.

    Examples
    --------
    >>> import numpy as np, torch
    >>> lower_star_complex(np.array([[0, 1], [1, 2]]), torch.zeros(5, 3, 2))
    CellBatch(5 items, 2 parameters)
    """
    tables = tensor_items(vertex_grades, "vertex_grades", 2)
    p = tables.arrays[0].shape[1]
    for i, table in enumerate(tables.arrays):
        if table.shape[1] != p:
            raise ValueError(f"vertex_grades[{i}] must have {p} columns, as vertex_grades[0], got {table.shape[1]}.")
    skeletons = complexes_of_items(complex_, [len(table) for table in tables.arrays])
    filtrations = []
    for skeleton, table in zip(skeletons, tables.arrays, strict=True):
        grades = skeleton.with_function(table.astype(np.float64)).grades[:, -p:]
        cells = skeleton.dimensions, skeleton.indptr, skeleton.indices
        filtrations.append(FilteredComplex.of_checked(*cells, np.ascontiguousarray(grades)))
    return CellBatch(filtrations, tables)
