"""Checks of tensors that reach layers: each error names the argument, the rule and the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn.batches import BarcodeBatch, SignedMeasureBatch

REDUCTIONS = ("mean", "sum", "none")


def require_tensor(values: Any, name: str) -> Tensor:
    """Check that values are a tensor of floating point numbers."""
    if not isinstance(values, Tensor):
        raise TypeError(f"{name} must be a tensor, got {type(values).__name__}.")
    if not values.is_floating_point():
        raise TypeError(f"{name} must hold floating point numbers, got {values.dtype}.")
    return values


def require_like(values: Tensor, module: nn.Module, name: str) -> None:
    """Raise unless values have the dtype and the device of the parameters and buffers of a module."""
    for own in (*module.parameters(), *module.buffers()):
        if not own.is_floating_point():
            continue
        layer = type(module).__name__
        if own.dtype != values.dtype:
            raise TypeError(
                f"{name} must be {own.dtype} as {layer} is, got {values.dtype}. Move one of them with to()."
            )
        if own.device != values.device:
            raise ValueError(
                f"{name} must be on {own.device} as {layer} is, got {values.device}. Move one of them with to()."
            )
        return


def require_finite(values: Tensor, name: str) -> None:
    """Raise ValueError at the first number that is not finite; compiled code does not look."""
    if torch.compiler.is_compiling():
        return
    wrong = ~torch.isfinite(values.detach())
    if bool(wrong.any()):
        where = [int(i) for i in wrong.nonzero()[0]]
        index = ", ".join(map(str, where))
        raise ValueError(f"{name} must be finite, got {name}[{index}] = {float(values[tuple(where)])}.")


def require_barcodes(bars: Any, name: str = "bars") -> BarcodeBatch:
    """Check a batch of barcodes: finite births, deaths that are at least the births."""
    if not isinstance(bars, BarcodeBatch):
        raise TypeError(f"{name} must be a BarcodeBatch, got {type(bars).__name__}.")
    if torch.compiler.is_compiling():
        return bars
    _require_order(bars.items, bars.n_items, name)
    births, deaths = bars.births.detach(), bars.deaths.detach()
    wrong = ~torch.isfinite(births) | ~(births <= deaths)
    if bool(wrong.any()):
        i = int(wrong.nonzero()[0])
        raise ValueError(
            f"{name} must have finite births and deaths of at least that, got the bar ({float(births[i])}, "
            f"{float(deaths[i])}) in item {int(bars.items[i])}."
        )
    return bars


def require_measures(measures: Any, name: str = "measures") -> SignedMeasureBatch:
    """Check a batch of signed measures: finite points."""
    if not isinstance(measures, SignedMeasureBatch):
        raise TypeError(f"{name} must be a SignedMeasureBatch, got {type(measures).__name__}.")
    if not torch.compiler.is_compiling():
        _require_order(measures.items, measures.n_items, name)
    require_finite(measures.points, f"points of {name}")
    return measures


def _require_order(items: Tensor, n_items: int, name: str) -> None:
    """Raise ValueError unless the rows of each item of a batch follow one another."""
    if len(items) and (bool((items.diff() < 0).any()) or int(items[0]) < 0 or int(items[-1]) >= n_items):
        raise ValueError(f"items of {name} must not decrease, and lie in 0..{n_items - 1}.")


def points_and_mask(points: Any, mask: Any, module: nn.Module, dim: int | None = None) -> tuple[Tensor, Tensor | None]:
    """Check a batch of clouds, shape (b, n, d), and its mask; padding is set to zero."""
    points = require_tensor(points, "points")
    if points.ndim != 3 or 0 in points.shape[1:]:
        raise ValueError(f"points must have shape (b, n, d) with n, d >= 1, got {tuple(points.shape)}.")
    if dim is not None and points.shape[2] != dim:
        raise ValueError(f"points must have {dim} coordinates as {type(module).__name__} has, got {points.shape[2]}.")
    require_like(points, module, "points")
    if mask is not None:
        mask = require_mask(mask, points)
        points = torch.where(mask.unsqueeze(-1), points, 0.0)
    require_finite(points, "points")
    return points, mask


def require_mask(mask: Any, values: Tensor) -> Tensor:
    """Check the mask of a batch of items: bool, shape (b, n), at least one point an item."""
    shape = tuple(values.shape[:2])
    if not isinstance(mask, Tensor) or mask.dtype != torch.bool or tuple(mask.shape) != shape:
        found = f"{mask.dtype} {tuple(mask.shape)}" if isinstance(mask, Tensor) else type(mask).__name__
        raise ValueError(f"mask must be a bool tensor of shape {shape}, true at points, got {found}.")
    if mask.device != values.device:
        raise ValueError(f"mask must be on {values.device} as the items are, got {mask.device}.")
    if not torch.compiler.is_compiling() and not bool(mask.any(dim=1).all()):
        item = int((~mask.any(dim=1)).nonzero()[0])
        raise ValueError(f"mask must leave each item at least one point, item {item} has none.")
    return mask


def widths(values: Any, name: str) -> tuple[int, ...]:
    """Check widths of layers: a sequence of positive integers."""
    if not isinstance(values, Sequence) or isinstance(values, str):
        raise TypeError(f"{name} must be a sequence of integers, got {values!r}.")
    return tuple(check.positive_integer(width, name) for width in values)


def probability(value: Any, name: str) -> float:
    """Check a number in [0, 1)."""
    number = check.finite(value, name)
    if not 0 <= number < 1:
        raise ValueError(f"{name} must lie in [0, 1), got {name}={value!r}.")
    return number


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """Mean, sum or the losses themselves, one an item; the mean over no items is 0."""
    check.option(reduction, REDUCTIONS, "reduction")
    if reduction == "none":
        return losses
    return losses.sum() / max(1, len(losses)) if reduction == "mean" else losses.sum()
