"""Every check of user input: each error names the item, the rule and the value."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv._words import counted


def float_array(values: Any, name: str, rule: str) -> Float:
    """Check that values form a dense array of real numbers; `rule` says what they must be."""
    if hasattr(values, "toarray"):
        raise TypeError(f"{name} must be a dense array, got a sparse {type(values).__name__}.")
    try:
        array = np.asarray(values)
        if array.dtype.kind != "c":
            return np.asarray(array, np.float64, order="C")
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} {rule}, got values that do not form a numeric array ({error}).") from None
    raise ValueError(f"{name} {rule}, got complex numbers.")


def points(values: ArrayLike, name: str = "points") -> Float:
    """Check a point cloud: finite, shape (n_points, dim), n_points >= 1, dim >= 1."""
    rule = "must have shape (n_points, dim) with n_points >= 1 and dim >= 1"
    array = float_array(values, name, rule)
    if array.ndim != 2 or 0 in array.shape:
        hint = " Use points.reshape(-1, 1) for points on a line." if array.ndim == 1 and array.size else ""
        raise ValueError(f"{name} {rule}, got shape {array.shape}.{hint}")
    _require_finite(array, name)
    return array


def _require_finite(array: Float, name: str) -> None:
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        index = ", ".join(map(str, where))
        raise ValueError(f"{name} must be finite, got {name}[{index}] = {array[where]}.")


def distance_matrix(values: ArrayLike, name: str = "distances") -> Float:
    """Check a dissimilarity: square, symmetric up to rounding, at least 0, zero diagonal, no NaN.

    Asymmetry up to rounding (relative 1e-8, 1e-5 for float32) is removed by taking the larger value.
    """
    rule = "must have shape (n, n) with n >= 1"
    shape = np.shape(values) if isinstance(values, np.ndarray) else None
    if shape is not None and len(shape) == 2:
        require_memory(8 * shape[0] * shape[1], f"Checking a {shape[0]} x {shape[1]} distance matrix", "Subsample.")
    rounding = 1e-5 if getattr(values, "dtype", None) == np.float32 else 1e-8
    array = float_array(values, name, rule)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.shape[0] == 0:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    if np.isnan(array).any():
        u, v = (int(i) for i in np.argwhere(np.isnan(array))[0])
        raise ValueError(f"{name} must not be NaN, got {name}[{u}, {v}] = nan.")
    if np.signbit(array).any():
        u, v = divmod(int(array.argmin()), len(array))
        if array[u, v] < 0:
            raise ValueError(f"{name} must be at least 0, got {name}[{u}, {v}] = {array[u, v]:g}.")
        array = array + 0.0  # negative zeros become zeros
    if array.diagonal().any():
        u = int(np.flatnonzero(array.diagonal())[0])
        raise ValueError(f"{name} must have a zero diagonal, got {name}[{u}, {u}] = {array[u, u]:g}.")
    return _symmetric(array, rounding, name)


def _symmetric(array: Float, rounding: float, name: str) -> Float:
    if np.array_equal(array, array.T):
        return array
    larger = np.maximum(array, array.T)
    smaller = np.minimum(array, array.T)
    with np.errstate(invalid="ignore"):
        apart = (larger != smaller) & ~(larger - smaller <= rounding * smaller)
    if apart.any():
        u, v = (int(i) for i in np.argwhere(apart)[0])
        raise ValueError(
            f"{name} must be symmetric, got {name}[{u}, {v}] = {array[u, v]:g} and {name}[{v}, {u}] = {array[v, u]:g}."
        )
    return larger


def vertex_values(values: ArrayLike, n: int, name: str, *, least: int = 1) -> Float:
    """Check finite values a vertex: shape (n,), or (n, q) with q >= `least`."""
    rule = f"must have shape ({n},) or ({n}, q) with q >= {least}, one row for each of the {n} points,"
    array = float_array(values, name, rule)
    if array.ndim not in (1, 2) or len(array) != n or (array.ndim == 2 and array.shape[1] < least):
        raise ValueError(f"{name} {rule} got shape {array.shape}.")
    _require_finite(array, name)
    return array + 0.0


def grades(values: ArrayLike, n: int, name: str = "grades") -> Float:
    """Check grades: shape (n, p) or (n,), p >= 1, numbers or inf."""
    rule = f"must have shape ({n}, p) with p >= 1, or ({n},)"
    array = float_array(values, name, rule)
    if array.ndim == 1 and len(array) == n:
        array = array[:, np.newaxis]
    if array.ndim != 2 or len(array) != n or array.shape[1] == 0:
        raise ValueError(f"{name} {rule}, got shape {array.shape}.")
    wrong = np.isnan(array) | np.isneginf(array)
    if wrong.any():
        i, k = (int(index) for index in np.argwhere(wrong)[0])
        raise ValueError(f"{name} must be numbers or inf, got {name}[{i}, {k}] = {array[i, k]}.")
    return array + 0.0


def axes(values: Sequence[ArrayLike], p: int) -> list[Float]:
    """Check the axes of a product grid in R^p: p non-empty arrays of increasing numbers."""
    if not hasattr(values, "__len__") or isinstance(values, str):
        raise TypeError(f"axes must be a sequence of arrays, one for each axis, got {values!r}.")
    if len(values) != p:
        raise ValueError(f"axes must be {counted(p, 'array')}, one for each axis, got {len(values)}.")
    lines = [float_array(axis, f"axes[{k}]", "must be an array of increasing numbers") for k, axis in enumerate(values)]
    for k, line in enumerate(lines):
        if line.ndim != 1 or len(line) == 0 or np.isnan(line).any() or (line[1:] < line[:-1]).any():
            raise ValueError(f"axes[{k}] must be a non-empty increasing one-dimensional array.")
    return lines


def finite_axes(values: Sequence[ArrayLike], p: int) -> list[Float]:
    """Check the axes of a product grid in R^p whose points are all finite."""
    lines = axes(values, p)
    for k, line in enumerate(lines):
        if not np.isfinite(line).all():
            raise ValueError(f"axes[{k}] must be finite, got {line[~np.isfinite(line)][0]}.")
    return lines


def factors(values: ArrayLike, p: int) -> Float:
    """Check factors for the coordinates of R^p: one positive number, or one an axis."""
    rule = f"must be one number or {p}, one an axis,"
    scale = float_array(values, "factors", rule)
    if scale.shape not in ((), (p,)):
        raise ValueError(f"factors {rule} got {values!r}.")
    if not (np.isfinite(scale) & (scale > 0)).all():
        raise ValueError(f"factors must be positive and finite, got {values!r}.")
    return scale


def positive_vector(values: ArrayLike, name: str, p: int) -> Float:
    """Check a vector of R^p with positive finite coordinates."""
    vector = float_array(values, name, f"must have shape ({p},)")
    if vector.shape != (p,) or not (np.isfinite(vector) & (vector > 0)).all():
        raise ValueError(f"{name} must be {counted(p, 'positive finite number')}, got {values!r}.")
    return vector


def ordered_pairs(starts: ArrayLike, ends: ArrayLike, p: int) -> tuple[Float, Float]:
    """Check pairs of grades in R^p, the first at or below the second."""
    low, high = points(starts, "starts"), points(ends, "ends")
    if low.shape[1] != p or low.shape != high.shape:
        raise ValueError(f"starts and ends must have the same shape (m, {p}), got {low.shape} and {high.shape}.")
    wrong = (low > high).any(axis=1)
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            "starts must be at or below ends in every coordinate, got "
            f"starts[{i}] = {low[i].tolist()} and ends[{i}] = {high[i].tolist()}."
        )
    return low, high


def dimension(value: Any) -> int:
    """Check the dimension of a cell: an integer of at least 0."""
    return _natural(value, "dimension")


def _natural(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"{name} must be an integer of at least 0, got {name}={value!r}.")
    return int(value)


def integers(values: ArrayLike, name: str, shape: tuple[int | None, ...]) -> Int:
    """Check an array of integers of the given shape, with None where any length will do."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(f"{name} must be integers, got values that do not form an array ({error}).") from None
    if array.size == 0 and array.dtype.kind == "f":
        array = array.astype(np.int64)
    if array.dtype == np.uint64 and array.size and array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must be integers below 2**63, got {array.max()}.")
    sizes = ", ".join("n" if size is None else str(size) for size in shape) + ("," if len(shape) == 1 else "")
    fits = array.ndim == len(shape) and all(s is None or s == n for s, n in zip(shape, array.shape, strict=True))
    if array.dtype.kind not in "iu" or not fits:
        raise ValueError(
            f"{name} must be integers of shape ({sizes}), got dtype {array.dtype} and shape {array.shape}."
        )
    return array.astype(np.int64, copy=False)


def cells(
    dimensions: ArrayLike, indptr: ArrayLike, indices: ArrayLike, values: ArrayLike
) -> tuple[Int, Int, Number, Float]:
    """Check the arrays of a cell complex, each alone: types, shapes, signs."""
    dims = integers(dimensions, "dimensions", (None,))
    starts = integers(indptr, "indptr", (len(dims) + 1,))
    facets = integers(indices, "indices", (None,))
    if dims.size and dims.min() < 0:
        raise ValueError(f"dimensions must be at least 0, got dimensions[{int(dims.argmin())}] = {dims.min()}.")
    if starts[0] != 0 or starts[-1] != len(facets) or (np.diff(starts) < 0).any():
        raise ValueError(f"indptr must start at 0, not decrease, and end at len(indices) = {len(facets)}.")
    if facets.size and (facets.min() < 0 or facets.max() >= len(dims)):
        i = int(np.flatnonzero((facets < 0) | (facets >= len(dims)))[0])
        cell = int(np.searchsorted(starts, i, side="right")) - 1
        raise ValueError(
            f"indices must lie in 0..{len(dims) - 1}, got the facet {facets[i]} of cell {cell} (indices[{i}])."
        )
    return dims, starts, facets.astype(np.int32), grades(values, len(dims))


def positive(value: Any, name: str) -> float:
    """Check a finite number > 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 < float(value) < np.inf:
        raise ValueError(f"{name} must be a positive finite number, got {name}={value!r}.")
    return float(value)


def finite(value: Any, name: str) -> float:
    """Check a finite number."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not np.isfinite(float(value)):
        raise ValueError(f"{name} must be a finite number, got {name}={value!r}.")
    return float(value)


def positive_integer(value: Any, name: str) -> int:
    """Check an integer >= 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be an integer of at least 1, got {name}={value!r}.")
    return int(value)


def fraction(value: Any, name: str) -> float:
    """Check a number in (0, 1]."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not 0 < float(value) <= 1:
        raise ValueError(f"{name} must lie in (0, 1], got {name}={value!r}.")
    return float(value)


def option(value: Any, allowed: Sequence[str], name: str) -> str:
    """Check a choice among names."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {name}={value!r}.")
    return value


def max_edge(value: Any) -> float:
    """Check a cut-off: a positive number, or None (no cut-off), returned as inf."""
    if value is None or (isinstance(value, numbers.Real) and value == np.inf):
        return np.inf
    return positive(value, "max_edge")


def degree(value: Any) -> int:
    """Check a degree of homology: an integer of at least 0."""
    return _natural(value, "degree")


def degrees(value: Any) -> tuple[int, ...]:
    """Check a non-empty sequence of different degrees."""
    if not isinstance(value, Sequence | np.ndarray) or isinstance(value, str) or len(value) == 0:
        raise ValueError(f"degrees must be a non-empty sequence of degrees such as (0, 1), got degrees={value!r}.")
    result = tuple(degree(k) for k in value)
    if len(set(result)) < len(result):
        raise ValueError(f"degrees must be different, got degrees={value!r}.")
    return result


def collection(X: Any, item: str = "point cloud") -> list[Any]:
    """Check a collection of items: a non-empty sequence, or an array of one dimension more than its items.

    A bare two-dimensional array is refused: it is one item, and would be read as a list of its rows.
    """
    if getattr(X, "ndim", 3) < 3 and not _holds_objects(X):
        raise ValueError(
            f"X must be a sequence with one {item} an entry (or a three-dimensional array), got a single "
            f"{type(X).__name__} of shape {X.shape}. Pass [X] for one {item}."
        )
    if isinstance(X, str | bytes | dict) or not hasattr(X, "__len__") or not hasattr(X, "__iter__"):
        raise TypeError(f"X must be a sequence with one {item} an entry, got {type(X).__name__}.")
    if len(X) == 0:
        raise ValueError(f"X must hold at least one {item}, got an empty {type(X).__name__}.")
    return list(X)


def pair(item: Any, name: str, first: str) -> tuple[Any, Any]:
    """Check an item that is a pair of an object, called `first`, and values of a function on it."""
    if not isinstance(item, tuple | list) or len(item) != 2:
        raise ValueError(
            f"{name} must be a pair ({first}, values), because no function was given, got {type(item).__name__}."
        )
    return item[0], item[1]


def _holds_objects(X: Any) -> bool:
    """Whether an array or series holds objects rather than numbers; a data frame is a table of numbers."""
    return getattr(getattr(X, "dtype", None), "kind", "") == "O"
