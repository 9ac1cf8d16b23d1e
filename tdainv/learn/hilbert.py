"""Differentiable signed measures of Hilbert functions."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from joblib import effective_n_jobs
from torch import nn

from tdainv import _validation as check
from tdainv.invariants.hilbert import hilbert_signed_measures
from tdainv.invariants.hilbert_batches import measures_of_union, small_batches
from tdainv.learn.batches import SignedMeasureBatch
from tdainv.learn.filtrations import FiltrationBatch
from tdainv.learn.located_atoms import LocatedAtoms, measure_batches, places_of, require_batch
from tdainv.learn.tensor_items import map_on_host


@torch.compiler.disable
def hilbert_measure(
    filtrations: FiltrationBatch, degrees: Sequence[int] = (0, 1), *, n_jobs: int | None = None
) -> tuple[SignedMeasureBatch, ...]:
    """Hilbert signed measures, with gradients in the positions of the atoms; weights are constant.

    Parameters
    ----------
    filtrations : FiltrationBatch
        From :func:`function_rips`, :func:`graded_complex` or :func:`lower_star_complex`.
    degrees : sequence of int, default (0, 1)
    n_jobs : int, optional
        See :func:`rips_barcode`.

    Returns
    -------
    tuple of SignedMeasureBatch
        One a degree. Atoms are exactly those of :func:`tdainv.hilbert_signed_measure`, in its order, rounded to the
        dtype of the input; their total mass is that of the measure.

    Raises
    ------
    TypeError
        For anything but a FiltrationBatch.
    ValueError
        For bad degrees.

    Notes
    -----
    Each coordinate of an atom is a coordinate of the grade of a cell, whose gradient it has; of cells with equal
    coordinates, the first. Atoms at one point are one atom, whose weight is their sum: a gradient can pull them apart
    only if the input does.

    Under :func:`torch.compile` this function is a graph break.

    References
    ----------
    Scoccola, Setlur, Loiseaux, Carrière, Oudot: Differentiability and optimization of multiparameter persistent
    homology, ICML 2024.

    Examples
    --------
    Two points at distance 3, the second of which arrives at 1. The second class begins at (0, 1) and ends at (3, 1):

    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> heights = torch.tensor([[[0.0], [1.0]]], requires_grad=True)
    >>> (measure,) = hilbert_measure(function_rips(torch.tensor([[[0.0], [3.0]]]), heights), degrees=(0,))
    >>> measure.points.tolist(), measure.weights.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]], [1.0, 1.0, -1.0])
    >>> (measure.weights * measure.points.prod(dim=1)).sum().backward()
    >>> heights.grad.ravel()
    tensor([ 0., -3.])
    """
    degrees = check.degrees(degrees)
    require_batch(filtrations)
    blocks = _blocks(filtrations, degrees, effective_n_jobs(n_jobs))
    results = map_on_host(_atoms, [(filtrations, block, degrees) for block in blocks], n_jobs)
    found = {
        i: atoms for block, result in zip(blocks, results, strict=True) for i, atoms in zip(block, result, strict=True)
    }
    return measure_batches(filtrations, [found[i] for i in range(len(filtrations))], degrees)


def _blocks(filtrations: FiltrationBatch, degrees: Sequence[int], n_jobs: int) -> list[list[int]]:
    """Items whose measures are computed together: small ones in batches, enough for all jobs, and each other alone."""
    batches = small_batches(filtrations.filtrations, degrees)
    alone = set(range(len(filtrations))) - {i for batch in batches for i in batch}
    parts = [part for batch in batches for part in (batch[k::n_jobs] for k in range(n_jobs)) if part]
    return [*parts, *([i] for i in sorted(alone))]


def _atoms(filtrations: FiltrationBatch, block: Sequence[int], degrees: tuple[int, ...]) -> list[list[LocatedAtoms]]:
    members = [filtrations.filtrations[i] for i in block]
    measures = measures_of_union(members, degrees) if len(block) > 1 else [hilbert_signed_measures(members[0], degrees)]
    return [
        [LocatedAtoms(m.points, m.weights, places_of(filtrations, i, m.points)) for m in of_item]
        for i, of_item in zip(block, measures, strict=True)
    ]


class HilbertMeasure(nn.Module):
    """Layer of :func:`hilbert_measure`, without parameters of its own.

    Parameters
    ----------
    degrees, n_jobs
        See :func:`hilbert_measure`.

    Examples
    --------
    >>> import torch
    >>> from tdainv.learn import function_rips
    >>> batch = function_rips(torch.zeros(4, 1, 2), torch.zeros(4, 1, 1))
    >>> HilbertMeasure(degrees=(0,))(batch)
    (SignedMeasureBatch(degree 0, 4 items, 4 atoms, 2 parameters),)
    """

    def __init__(self, degrees: Sequence[int] = (0, 1), *, n_jobs: int | None = None) -> None:
        super().__init__()
        self.degrees = check.degrees(degrees)
        self.n_jobs = n_jobs

    def forward(self, filtrations: FiltrationBatch) -> tuple[SignedMeasureBatch, ...]:
        """Hilbert signed measures of the filtrations of a batch, one SignedMeasureBatch a degree."""
        return hilbert_measure(filtrations, self.degrees, n_jobs=self.n_jobs)

    def extra_repr(self) -> str:
        """What the layer shows of its parameters."""
        return f"degrees={self.degrees}"
