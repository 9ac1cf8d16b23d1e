"""PersLay: features of barcodes, pooled over transformed and weighted bars."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tdainv import _validation as check
from tdainv.learn import _checks
from tdainv.learn.bar_pooling import kept_bars, max_rows, mean_rows, sum_rows, top_rows
from tdainv.learn.bar_transforms import BarTransform
from tdainv.learn.batches import BarcodeBatch
from tdainv.persistence.bars import check_essential

POOLINGS = ("sum", "mean", "max", "top")


class PersLay(nn.Module):
    """Features of barcodes: op over the bars p of w(p) φ(p), with learned φ and w.

    Parameters
    ----------
    transform : BarTransform
        φ: :class:`BarGaussian`, :class:`BarTent`, :class:`BarLine` or :class:`BarRationalHat`.
    weight : Module, optional
        w: :class:`PersistenceWeight`, :class:`GridWeight`, :class:`GaussianMixtureWeight`, or any module that maps
        births (k,) and persistences (k,) to weights (k,). By default all weights are 1.
    pooling : {"sum", "mean", "max", "top"}, default "sum"
        The op, feature by feature. "top" lists the `n_top` largest values, decreasing, filled up with zeros.
    n_top : int, default 5
    essential : {"drop", "error"} or float, default "drop"
        What to do with bars that never die: leave them out, raise an error, or let them die at this value.

    Notes
    -----
    Bars are points (birth, persistence). Bars of length 0 do not count. An item without bars has features 0 and gives
    no gradient. A layer is for barcodes of one degree: take one for each, and concatenate. Time and memory are those
    of the numbers of bars times features; "top" sorts them.

    With :meth:`BarGaussian.on_grid` and :class:`PersistenceWeight` this is the persistence image, with :class:`BarTent`
    and "top" the persistence landscape.

    References
    ----------
    Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay: a neural network layer for persistence diagrams and new graph
    topological signatures, AISTATS 2020.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import BarcodeBatch, BarGaussian, PersistenceWeight
    >>> bars = BarcodeBatch(torch.tensor([0.0, 0.0]), torch.tensor([2.0, 2.0]), torch.tensor([0, 0]), 2, 1)
    >>> layer = PersLay(BarGaussian.on_grid([0.0], [2.0], bandwidth=1.0), PersistenceWeight())
    >>> layer(bars)
    tensor([[4.],
            [0.]])
    """

    def __init__(
        self,
        transform: BarTransform,
        weight: nn.Module | None = None,
        *,
        pooling: str = "sum",
        n_top: int = 5,
        essential: str | float = "drop",
    ) -> None:
        super().__init__()
        if not isinstance(transform, BarTransform):
            raise TypeError(f"transform must be a BarTransform such as BarGaussian, got {type(transform).__name__}.")
        if weight is not None and not isinstance(weight, nn.Module):
            raise TypeError(f"weight must be a Module or None, got {type(weight).__name__}.")
        check_essential(essential)
        self.transform = transform
        self.weight = weight
        self.pooling = check.option(pooling, POOLINGS, "pooling")
        self.n_top = check.positive_integer(n_top, "n_top")
        self.essential = essential

    @property
    def n_features(self) -> int:
        """Number of features of an item."""
        return self.transform.n_features * (self.n_top if self.pooling == "top" else 1)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the parameters of transform and weight again."""
        for part in (self.transform, self.weight):
            reset = getattr(part, "reset_parameters", None)
            if reset is not None:
                reset(generator)

    def forward(self, bars: BarcodeBatch) -> Tensor:
        """Features of each item, shape (n_items, n_features); with "top" the largest of all features come first."""
        bars = _checks.require_barcodes(bars)
        _checks.require_like(bars.births, self, "bars")
        kept = kept_bars(bars, self.essential)
        values = self.transform(kept.births, kept.persistence)
        if self.weight is not None:
            values = values * self.weight(kept.births, kept.persistence).unsqueeze(-1)
        if self.pooling == "top":
            return top_rows(values, kept, self.n_top).flatten(1)
        return {"sum": sum_rows, "mean": mean_rows, "max": max_rows}[self.pooling](values, kept)
