"""From bars found on the host to tensors: which entries of the input a birth or death is a function of.

A barcode is computed without gradient. Where all values that it compares are different, its births and deaths are,
near the input, values of fixed simplices: the gradient is that of these values. At ties it is the gradient for one of
the orders of the simplices, the one that the engine takes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from tdainv._typing import Float, Int
from tdainv.learn.batches import BarcodeBatch
from tdainv.persistence.barcode import Barcode


class LocatedBars(NamedTuple):
    """Bars of one item in one degree, and the places in the input that determine them.

    Attributes
    ----------
    births, deaths : ndarray of shape (k,)
        ``inf`` for essential bars.
    birth_places, death_places : int ndarray of shape (k, m)
        Of essential bars, the place of any value.
    """

    births: Float
    deaths: Float
    birth_places: Int
    death_places: Int


def barcode_batches(
    found: Sequence[Sequence[LocatedBars]],
    degrees: Sequence[int],
    values_at: Callable[[Tensor], Tensor],
    like: Tensor,
) -> tuple[BarcodeBatch, ...]:
    """Batches, one a degree, whose births and deaths have gradients.

    Parameters
    ----------
    found : sequence over items of sequences over degrees of LocatedBars
    degrees : sequence of int
    values_at : callable
        Values (k,) in float64 at places, an int64 Tensor (k, m) on the device of `like`, as functions of the input.
        Called once for all bars.
    like : Tensor
        Of the dtype and device of the result.

    Returns
    -------
    tuple of BarcodeBatch
        With exactly the births and deaths that were found, rounded to the dtype of `like`; rounding is monotone, so
        no bar ends before it begins.
    """
    by_degree = [bars[k] for k in range(len(degrees)) for bars in found]
    host = np.concatenate([bars.births for bars in by_degree] + [bars.deaths for bars in by_degree])
    places = np.concatenate([bars.birth_places for bars in by_degree] + [bars.death_places for bars in by_degree])
    values = with_gradient_of(host, values_at(torch.from_numpy(places).to(like.device)), like)
    births, deaths = values.chunk(2) if len(host) else (values, values)
    counts = np.array([len(bars.births) for bars in by_degree]).reshape(len(degrees), len(found))
    items = torch.from_numpy(np.repeat(np.tile(np.arange(len(found)), len(degrees)), counts.ravel())).to(like.device)
    parts = (each.split(counts.sum(axis=1).tolist()) for each in (births, deaths, items))
    return tuple(
        BarcodeBatch(begin, end, owners, len(found), degree)
        for begin, end, owners, degree in zip(*parts, degrees, strict=True)
    )


def paired_cells(bars: Barcode) -> tuple[Int, Int]:
    """Cells that give birth and death to each bar; of essential bars, cell 0 for the death."""
    assert bars.pairing is not None, "only flag filtrations give bars without cells"
    return bars.pairing[:, 0], np.maximum(bars.pairing[:, 1], 0)


def with_gradient_of(host: Float, formula: Tensor, like: Tensor) -> Tensor:
    """Tensor with the values of `host` exactly, and the gradient of `formula`, which may round in another way.

    Infinite values are constants.
    """
    exact = torch.from_numpy(host).to(like.device)
    there = torch.isfinite(exact)
    return torch.where(there, exact + (formula - formula.detach()), exact).to(like.dtype)
