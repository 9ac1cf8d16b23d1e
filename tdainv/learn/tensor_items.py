"""Items of a batch that come as tensors: checked once, copied to the host once, and flat where gradients start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

import numpy as np
import torch
from joblib import effective_n_jobs
from sklearn.utils.parallel import Parallel, delayed
from torch import Tensor

from tdainv._typing import Int, Number

TensorBatch: TypeAlias = Tensor | Sequence[Tensor]

_TASKS_A_JOB = 4  # items differ in cost: a job that is done early takes another block


@dataclass(frozen=True)
class TensorItems:
    """Tensors of the items of a batch.

    Parameters
    ----------
    flat : Tensor of shape (k,)
        Entries of all items, one item after another: what values are gathered from, with gradients.
    arrays : list of ndarray
        The items on the host, without gradient, in the dtype of the tensors.
    starts : int ndarray of shape (n_items,)
        Where the entries of each item begin in `flat`.

    Examples
    --------
    >>> import torch
    >>> items = tensor_items([torch.tensor([[0.0, 1.0]]), torch.tensor([[2.0, 3.0], [4.0, 5.0]])], "points", 2)
    >>> items.flat
    tensor([0., 1., 2., 3., 4., 5.])
    >>> items.starts
    array([0, 2])
    """

    flat: Tensor
    arrays: list[Number]
    starts: Int

    def __len__(self) -> int:
        return len(self.arrays)


def tensor_items(values: TensorBatch, name: str, n_axes: int, *, finite: bool = True) -> TensorItems:
    """Check a batch: a tensor with one axis more than its items, or a sequence of tensors of different sizes.

    Parameters
    ----------
    values : Tensor of shape (b, ...) or sequence of Tensor
        Of dtype float32 or float64, all on one device.
    name : str
        What to call the batch in errors.
    n_axes : int
        Number of axes of an item.
    finite : bool, default True
        Whether to refuse NaN and infinite values, by a look at the copy on the host.

    Returns
    -------
    TensorItems

    Raises
    ------
    TypeError
        For what is no tensor, and other dtypes.
    ValueError
        For no items, a wrong number of axes, an axis of length 0, several devices, and values that are not finite; the
        error names the item.
    """
    tensors = _tensors(values, name, n_axes)
    shapes = [tuple(tensor.shape) for tensor in tensors]
    for i, shape in enumerate(shapes):
        if len(shape) != n_axes or 0 in shape:
            raise ValueError(f"{name}[{i}] must have {n_axes} axes, none of length 0, got shape {shape}.")
    flat = values.reshape(-1) if isinstance(values, Tensor) else torch.cat([tensor.reshape(-1) for tensor in tensors])
    host = flat.detach().cpu().numpy()
    ends = np.cumsum([prod(shape) for shape in shapes])
    starts = np.concatenate([[0], ends[:-1]])
    arrays = [host[i:j].reshape(shape) for i, j, shape in zip(starts, ends, shapes, strict=True)]
    if finite and not np.isfinite(host).all():
        _refuse_first(arrays, name)
    return TensorItems(flat, arrays, starts)


def _tensors(values: TensorBatch, name: str, n_axes: int) -> TensorBatch:
    """Items of a batch, of one dtype, on one device."""
    if isinstance(values, Tensor):
        if values.ndim != n_axes + 1:
            raise ValueError(
                f"{name} must be a tensor with {n_axes + 1} axes, the first of which numbers the items, or a list of "
                f"tensors with {n_axes}, got shape {tuple(values.shape)}. Pass [{name}] for one item."
            )
    elif not isinstance(values, list | tuple):
        raise TypeError(f"{name} must be a tensor or a list of tensors, got {type(values).__name__}.")
    if len(values) == 0:
        raise ValueError(f"{name} must hold at least one item, got none.")
    for i, tensor in enumerate(values[:1] if isinstance(values, Tensor) else values):
        if not isinstance(tensor, Tensor):
            raise TypeError(f"{name}[{i}] must be a tensor, got {type(tensor).__name__}.")
        if tensor.dtype not in (torch.float32, torch.float64):
            raise TypeError(f"{name}[{i}] must be of dtype float32 or float64, got {tensor.dtype}.")
        first = values[0]
        if tensor.dtype != first.dtype or tensor.device != first.device:
            raise ValueError(
                f"{name} must be of one dtype on one device, got {first.dtype} on {first.device} for {name}[0] and "
                f"{tensor.dtype} on {tensor.device} for {name}[{i}]."
            )
    return values


def _refuse_first(arrays: list[Number], name: str) -> None:
    """Raise ValueError for the first value that is not finite."""
    for i, array in enumerate(arrays):
        wrong = np.argwhere(~np.isfinite(array))
        if len(wrong):
            place = tuple(int(k) for k in wrong[0])
            raise ValueError(f"{name} must be finite, got {name}[{i}][{', '.join(map(str, place))}] = {array[place]}.")


def require_alike(first: TensorItems, second: TensorItems, names: tuple[str, str]) -> None:
    """Raise ValueError unless two batches have as many items, of one dtype, on one device."""
    mine, others = (f"{len(items)} items of {items.flat.dtype} on {items.flat.device}" for items in (first, second))
    if mine != others:
        raise ValueError(f"{names[0]} and {names[1]} must agree, got {mine} and {others}.")


def map_on_host(function: Callable[..., Any], items: Sequence[tuple[Any, ...]], n_jobs: int | None) -> list[Any]:
    """Apply a picklable function to the arguments of each item, in threads by preference: kernels release the GIL."""
    n_workers = effective_n_jobs(n_jobs)
    if n_workers == 1:
        return [function(*arguments) for arguments in items]
    size = -(-len(items) // (_TASKS_A_JOB * n_workers))
    blocks = Parallel(n_jobs=n_jobs, prefer="threads")(
        delayed(_apply)(function, items[k : k + size]) for k in range(0, len(items), size)
    )
    return [result for block in blocks for result in block]


def _apply(function: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [function(*arguments) for arguments in items]
