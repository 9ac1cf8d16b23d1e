"""Cubical filtrations: images, whose grids of cells are listed only where an invariant needs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import prod
from typing import TypeAlias, TypeVar

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Number
from tdainv.complexes.chain_complex import ChainComplex
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.grids import finite_values, move_up

# The cells of a grid come in 2^d types: a type is the set of axes along which its cells are intervals.
CellType: TypeAlias = tuple[int, ...]

_MOST_CELLS = np.iinfo(np.int32).max


@dataclass(frozen=True, eq=False, repr=False)
class CubicalFiltration:
    """The sublevel filtration of an image on the grid of its vertices, edges, squares, cubes, ...

    See :func:`tdainv.cubical` for the two ways to make a grid of pixels.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, p) with ``channels=True``
    cells : {"vertices", "top"}, default "vertices"
    channels : bool, default False

    Raises
    ------
    ValueError
        For an image without pixels, a value that is NaN or -inf, and for ``cells="top"`` with more than one parameter.

    Attributes
    ----------
    pixels : ndarray of shape (n_1, ..., n_d, p)
    cells : str
    """

    pixels: Float
    cells: str

    def __init__(self, image: ArrayLike, cells: str = "vertices", channels: bool = False) -> None:
        pixels = checked_image(image, cells, channels)
        object.__setattr__(self, "pixels", pixels if channels else pixels[..., np.newaxis])
        object.__setattr__(self, "cells", cells)

    def with_function(self, values: ArrayLike) -> CubicalFiltration:
        """Filtration with further parameters: more values a pixel. Pixels must be vertices.

        Parameters
        ----------
        values : array-like of shape (n_1, ..., n_d) or (n_1, ..., n_d, q)

        Returns
        -------
        CubicalFiltration
            With p + q parameters.

        Examples
        --------
        >>> CubicalFiltration([[0, 1], [2, 3]]).with_function([[0, 0], [1, 1]])
        CubicalFiltration(2 x 2 pixels as vertices, 2 parameters)
        """
        more = checked_image(values, "vertices", np.ndim(values) > len(self.shape), "values")
        if more.shape[: len(self.shape)] != self.shape or more.ndim > len(self.shape) + 1:
            sides = ", ".join(map(str, self.shape))
            raise ValueError(f"values must have shape {self.shape} or ({sides}, q), got shape {more.shape}.")
        channels = np.concatenate([self.pixels, more.reshape(*self.shape, -1)], axis=-1)
        return CubicalFiltration(channels, self.cells, channels=True)

    def on_grid(self, axes: Sequence[ArrayLike]) -> CubicalFiltration:
        """Filtration with every grade moved up to the next point of a product grid.

        Homology at the points of the grid stays the same. Pixels beyond the grid never appear.

        Parameters
        ----------
        axes : sequence of p array-likes, each increasing

        Returns
        -------
        CubicalFiltration

        Examples
        --------
        >>> CubicalFiltration([[0.3, 1.7]]).on_grid([[0, 1, 2]]).pixels.ravel()
        array([1., 2.])
        """
        lines = check.axes(axes, self.n_parameters)
        moved = [move_up(self.pixels[..., k], line) for k, line in enumerate(lines)]
        return CubicalFiltration(np.stack(moved, axis=-1), self.cells, channels=True)

    def axis_values(self, axis: int) -> Float:
        """Distinct finite values of the grades along an axis, increasing."""
        return finite_values(self.pixels[..., axis])

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of pixels along each axis."""
        return self.pixels.shape[:-1]

    @property
    def n_parameters(self) -> int:
        """Number of parameters p."""
        return self.pixels.shape[-1]

    def __repr__(self) -> str:
        size = " x ".join(map(str, self.shape))
        parameters = f"{self.n_parameters} parameter{'s' if self.n_parameters > 1 else ''}"
        return f"CubicalFiltration({size} pixels as {self.cells}, {parameters})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CubicalFiltration):
            return NotImplemented
        return self.cells == other.cells and np.array_equal(self.pixels, other.pixels)

    __hash__ = None  # type: ignore[assignment]

    def chain_complex(self, degree: int) -> ChainComplex:
        """Return a small chain complex with the homology of the filtration in `degree`, at every grade.

        Pairs of a cell and a facet of equal grade are cancelled: few cells are left of a smooth image.

        Parameters
        ----------
        degree : int
            At least 0; the homology is zero from the dimension of the image on.

        Returns
        -------
        ChainComplex
        """
        return self.chain_complexes((degree,))[0]

    def chain_complexes(self, degrees: Sequence[int]) -> list[ChainComplex]:
        """Return :meth:`chain_complex` for several degrees; they share the work."""
        return self.expand().chain_complexes(degrees)

    def expand(self) -> FilteredComplex:
        """List all cells of the grid.

        Returns
        -------
        FilteredComplex
            Cells are numbered by dimension. Those of one dimension come type by type, a type being the set of axes
            along which a cell is an interval, in lexicographic order; those of one type in C order of their positions.
            With ``cells="vertices"`` vertex i is thus pixel i of the image in C order, and with ``cells="top"`` the
            last cells are the pixels in this order.

        Raises
        ------
        MemoryLimitError
            If the complex does not fit.

        Notes
        -----
        About (2 n_1) ... (2 n_d) cells with d facets each on average; linear time.
        """
        pixels, cells = self.pixels, self.cells
        shapes = _cell_shapes(pixels.shape[:-1], cells)
        n_cells, n_entries = _require_room(shapes, pixels.shape)
        dimensions = np.empty(n_cells, np.int64)
        indptr = np.zeros(n_cells + 1, np.int64)
        indices = np.empty(n_entries, np.int32)
        grades = np.empty((n_cells, pixels.shape[-1]))
        starts, values = {}, {}
        first = first_entry = 0
        for kind, shape in shapes.items():
            starts[kind], last, width = first, first + prod(shape), 2 * len(kind)
            dimensions[first:last] = len(kind)
            indptr[first + 1 : last + 1] = first_entry + width * np.arange(1, last - first + 1)
            facets = indices[first_entry : first_entry + width * (last - first)]
            _fill_facets(facets.reshape(*shape, width), kind, starts, shapes)
            values[kind] = grades[first:last].reshape(*shape, pixels.shape[-1])
            first, first_entry = last, first_entry + facets.size
        fill = _fill_vertex_maxima if cells == "vertices" else _fill_coface_minima
        fill(values, pixels)
        grades += 0.0  # negative zeros become zeros
        return FilteredComplex.of_checked(dimensions, indptr, indices, grades)


_Filtration = TypeVar("_Filtration")


def with_listed_cells(filtration: _Filtration | CubicalFiltration) -> _Filtration | FilteredComplex:
    """The filtration itself, or the explicit complex of an image."""
    return filtration.expand() if isinstance(filtration, CubicalFiltration) else filtration


def checked_image(image: ArrayLike, cells: str, channels: bool, name: str = "image") -> Float:
    """Check an image for :func:`cubical`."""
    check_options(cells, channels)
    rule = "must have shape (n_1, ..., n_d, p)" if channels else "must have shape (n_1, ..., n_d)"
    rule += " with d >= 1 and no axis of length 0"
    array = check.float_array(image, name, rule)
    if array.ndim < 1 + channels or 0 in array.shape:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    lowest = array.min()
    if np.isnan(lowest) or lowest == -np.inf:
        wrong = np.isnan(array) | np.isneginf(array)
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must hold numbers or inf, got {name}[{', '.join(map(str, where))}] = {array[where]}.")
    if cells == "top" and channels and array.shape[-1] > 1:
        raise ValueError(
            f'{name} must have one channel with cells="top", got {array.shape[-1]}: a face would appear with each of '
            'its cubes, at several minimal grades. Use cells="vertices", or multicritical_complex.'
        )
    return array


def check_options(cells: str, channels: bool) -> None:
    """Check the options of :func:`cubical`."""
    check.option(cells, ("vertices", "top"), "cells")
    if not isinstance(channels, bool | np.bool_):
        raise TypeError(f"channels must be True or False, got channels={channels!r}.")


def _cell_shapes(shape: tuple[int, ...], cells: str) -> dict[CellType, tuple[int, ...]]:
    """Number of cells of each type along each axis, the types by dimension and in lexicographic order.

    Along an axis with n pixels there are n points and n - 1 intervals, or n + 1 points and n intervals.
    """
    more = 0 if cells == "vertices" else 1
    axes = range(len(shape))
    return {
        kind: tuple(shape[i] + more - (i in kind) for i in axes)
        for k in range(len(shape) + 1)
        for kind in combinations(axes, k)
    }


def _require_room(shapes: dict[CellType, tuple[int, ...]], image_shape: tuple[int, ...]) -> tuple[int, int]:
    """Number of cells and of facets, or an error if they do not fit."""
    sizes = {kind: prod(shape) for kind, shape in shapes.items()}
    n_cells = sum(sizes.values())
    n_entries = sum(2 * len(kind) * size for kind, size in sizes.items())
    what = f"The cubical complex of an image of shape {image_shape[:-1]}, with {n_cells} cells,"
    if n_cells > _MOST_CELLS:
        raise ValueError(f"{what} has more than {_MOST_CELLS} cells. Downsample the image.")
    n_bytes = (8 * (2 + image_shape[-1]) + 4) * n_cells + 4 * n_entries + 8 * prod(image_shape)
    require_memory(n_bytes, what, "Downsample the image.")
    return n_cells, n_entries


def _fill_facets(
    facets: Number, kind: CellType, starts: dict[CellType, int], shapes: dict[CellType, tuple[int, ...]]
) -> None:
    """Write the facets of the cells of one type, increasing: their two ends along each axis of the type."""
    slot = 0
    for axis in reversed(kind):  # leaving out a later axis gives a type that is listed earlier
        end_kind = tuple(i for i in kind if i != axis)
        strides = _strides(shapes[end_kind])
        number = np.array(starts[end_kind], np.int32)
        for i, length in enumerate(facets.shape[:-1]):
            steps = (strides[i] * np.arange(length)).astype(np.int32)
            number = number[..., np.newaxis] + steps
        facets[..., slot] = number
        facets[..., slot + 1] = number + np.int32(strides[axis])
        slot += 2


def _strides(shape: tuple[int, ...]) -> list[int]:
    return [prod(shape[i + 1 :]) for i in range(len(shape))]


def _fill_vertex_maxima(values: dict[CellType, Float], pixels: Float) -> None:
    """Largest grade of the vertices of each cell: that of its two ends along any axis."""
    values[()][...] = pixels
    for kind, largest in values.items():
        if kind:
            ends = values[kind[:-1]]
            before, after = (_part(ends, kind[-1], part) for part in (slice(None, -1), slice(1, None)))
            np.maximum(before, after, out=largest)


def _fill_coface_minima(values: dict[CellType, Float], pixels: Float) -> None:
    """Smallest value of the cubes around each cell: that of its two cofaces along any axis that it lacks."""
    axes = range(pixels.ndim - 1)
    values[tuple(axes)][...] = pixels
    for kind in list(values)[::-1]:
        if len(kind) < len(axes):
            axis = next(i for i in axes if i not in kind)
            around, smallest = values[tuple(sorted((*kind, axis)))], values[kind]
            smallest[...] = np.inf
            _part(smallest, axis, slice(None, -1))[...] = around
            after = _part(smallest, axis, slice(1, None))
            np.minimum(after, around, out=after)


def _part(array: Float, axis: int, part: slice) -> Float:
    """View of an array along one axis."""
    return array[(slice(None),) * axis + (part,)]
