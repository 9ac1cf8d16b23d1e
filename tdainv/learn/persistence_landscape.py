"""Persistence landscapes as a layer."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.bar_pooling import kept_bars, top_rows
from tdainv.learn.bar_transforms import store, tents
from tdainv.learn.batches import BarcodeBatch
from tdainv.persistence.bars import check_essential


class PersistenceLandscape(nn.Module):
    """Persistence landscapes at given times: λ_k(t) is the k-th largest of max(0, min(t - birth, death - t)).

    The values are those of :func:`tdainv.persistence_landscape`; gradients reach births, deaths, and times.

    Parameters
    ----------
    times : array-like of shape (n_times,)
        Finite.
    n_landscapes : int, default 5
        Landscapes λ_1, ..., λ_n.
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value. ``inf``
        keeps them as they are: they count t - birth.
    learn_times : bool, default False
        Whether the times are a parameter.
    device, dtype : optional
        Of the times.

    Notes
    -----
    O(k n_times log k) for k bars, with k n_times numbers in memory.

    References
    ----------
    Bubenik: Statistical topological data analysis using persistence landscapes, JMLR 16 (2015).

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import BarcodeBatch
    >>> bars = BarcodeBatch(torch.tensor([0.0, 2.0]), torch.tensor([4.0, 4.0]), torch.tensor([0, 0]), 1, 1)
    >>> PersistenceLandscape([0, 1, 2, 3, 4], n_landscapes=2)(bars)
    tensor([[0., 1., 2., 1., 0., 0., 0., 0., 1., 0.]])
    """

    times: Tensor

    def __init__(
        self,
        times: Any,
        *,
        n_landscapes: int = 5,
        essential: str | float = "drop",
        learn_times: bool = False,
        device: Any = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        values = check.float_array(times, "times", "must be a non-empty array of finite numbers, shape (n_times,)")
        if values.ndim != 1 or len(values) == 0:
            raise ValueError(f"times must be non-empty, shape (n_times,), got shape {values.shape}.")
        _checks.require_finite(torch.from_numpy(values), "times")
        check_essential(essential, forever=True)
        store(self, "times", torch.tensor(values, device=device, dtype=dtype or torch.get_default_dtype()), learn_times)
        self.n_landscapes = check.positive_integer(n_landscapes, "n_landscapes")
        self.essential = essential

    @property
    def n_features(self) -> int:
        """Number of features of an item."""
        return self.n_landscapes * len(self.times)

    def forward(self, bars: BarcodeBatch) -> Tensor:
        """Landscapes of each item, one after another, shape (n_items, n_landscapes · n_times)."""
        bars = _checks.require_barcodes(bars)
        _checks.require_like(bars.births, self, "bars")
        kept = kept_bars(bars, self.essential)
        return top_rows(tents(kept.births, kept.deaths, self.times), kept, self.n_landscapes).flatten(1)
