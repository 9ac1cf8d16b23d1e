"""Differentiable signed measures of rank invariants."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.invariants.rank import rank_signed_barcode
from tdainv.learn.batches import SignedMeasureBatch
from tdainv.learn.filtrations import FiltrationBatch
from tdainv.learn.located_atoms import LocatedAtoms, measure_batches, places_of, require_batch
from tdainv.learn.tensor_items import map_on_host


@torch.compiler.disable
def rank_measure(
    filtrations: FiltrationBatch,
    degrees: Sequence[int] = (0, 1),
    *,
    resolution: int | None = None,
    essential: str | ArrayLike = "drop",
    n_jobs: int | None = None,
) -> tuple[SignedMeasureBatch, ...]:
    """Signed barcodes of rank invariants as signed measures on R^{2p}, with gradients in births and deaths.

    Parameters
    ----------
    filtrations : FiltrationBatch
        See :func:`hilbert_measure`.
    degrees : sequence of int, default (0, 1)
    resolution : int, optional
        Greatest number of values of each parameter that are kept, at least 2: grades move up to the next of them. They
        are quantiles of the values that grades take, so that coordinates still are values of the input. By default
        all are kept, and the signed barcode is exact.
    essential : {"drop", "error"}, float or array-like of shape (p,), default "drop"
        What happens to infinite coordinates of deaths, see :meth:`tdainv.SignedBarcode.to_measure`. A value that they
        take is a constant.
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of SignedMeasureBatch
        One a degree, with atoms at (birth, death): exactly those of :func:`tdainv.rank_signed_measure`.

    Raises
    ------
    TypeError
        For anything but a FiltrationBatch.
    ValueError
        For bad degrees, a resolution below 2, and deaths that `essential` does not allow.

    Notes
    -----
    See :func:`hilbert_measure` for gradients, and :func:`tdainv.rank_signed_barcode` for the cost, which grows with the
    number of values of the parameters: give a resolution for more than a few dozen points.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> batch = function_rips(torch.tensor([[[0.0], [3.0]]]), torch.tensor([[[0.0], [1.0]]]))
    >>> rank_measure(batch, degrees=(0,), essential=9.0)[0].points
    tensor([[0., 0., 9., 9.],
            [0., 1., 3., 9.]])
    """
    degrees = check.degrees(degrees)
    require_batch(filtrations)
    _check_resolution(resolution)
    arguments = [(filtrations, i, degrees, resolution, essential) for i in range(len(filtrations))]
    return measure_batches(filtrations, map_on_host(_rank_atoms, arguments, n_jobs), degrees)


def _rank_atoms(
    filtrations: FiltrationBatch,
    item: int,
    degrees: Sequence[int],
    resolution: int | None,
    essential: str | ArrayLike,
) -> list[LocatedAtoms]:
    filtration, p = filtrations.filtrations[item], filtrations.n_parameters
    axes = None
    if resolution is not None:
        axes = [_quantiles(filtration.axis_values(axis), resolution) for axis in range(p)]
    found = []
    for degree in degrees:
        measure = rank_signed_barcode(filtration, degree, axes).to_measure(essential=essential)
        places = np.hstack(
            [places_of(filtrations, item, half) for half in (measure.points[:, :p], measure.points[:, p:])]
        )
        if not isinstance(essential, str):
            places[:, p:][measure.points[:, p:] == np.asarray(essential, np.float64)] = -1
        found.append(LocatedAtoms(measure.points, measure.weights, places))
    return found


def _quantiles(values: Float, n: int) -> Float:
    """At most n of increasing values, with the first and the last."""
    return values[np.unique(np.linspace(0, len(values) - 1, min(n, len(values))).astype(np.int64))]


def _check_resolution(value: int | None) -> None:
    if value is not None and check.positive_integer(value, "resolution") < 2:
        raise ValueError(f"resolution must be at least 2 or None, got resolution={value}.")


class RankMeasure(nn.Module):
    """Layer of :func:`rank_measure`, without parameters of its own.

    Parameters
    ----------
    degrees, resolution, essential, n_jobs
        See :func:`rank_measure`.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> batch = function_rips(torch.zeros(4, 1, 2), torch.zeros(4, 1, 1))
    >>> RankMeasure(degrees=(0,), essential=1.0)(batch)
    (SignedMeasureBatch(degree 0, 4 items, 4 atoms, 4 parameters),)
    """

    def __init__(
        self,
        degrees: Sequence[int] = (0, 1),
        *,
        resolution: int | None = None,
        essential: str | ArrayLike = "drop",
        n_jobs: int | None = None,
    ) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        _check_resolution(resolution)
        self.resolution = resolution
        self.essential = essential
        self.n_jobs = n_jobs

    def forward(self, filtrations: FiltrationBatch) -> tuple[SignedMeasureBatch, ...]:
        """Measures of the rank invariants of the filtrations of a batch, one SignedMeasureBatch a degree."""
        return rank_measure(
            filtrations, self.degrees, resolution=self.resolution, essential=self.essential, n_jobs=self.n_jobs
        )

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}, resolution={self.resolution}, essential={self.essential!r}"
