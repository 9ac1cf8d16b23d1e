"""From signed measures found on the host to tensors: which entries of the input the coordinates of an atom are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from tdainv._typing import Float, Int, Number
from tdainv.learn.batches import SignedMeasureBatch
from tdainv.learn.filtrations import FiltrationBatch


class LocatedAtoms(NamedTuple):
    """Atoms of the measure of one item in one degree, and the place in the input of each of their coordinates.

    Attributes
    ----------
    points : ndarray of shape (k, d)
    weights : ndarray of shape (k,)
    places : int ndarray of shape (k, d)
        -1 for coordinates that are constants.
    """

    points: Float
    weights: Number
    places: Int


def require_batch(filtrations: FiltrationBatch) -> None:
    """Raise TypeError for anything else."""
    if not isinstance(filtrations, FiltrationBatch):
        raise TypeError(
            "filtrations must be a FiltrationBatch, as function_rips, graded_complex and lower_star_complex of "
            f"tdainv.learn make them, got {type(filtrations).__name__}."
        )


def places_of(filtrations: FiltrationBatch, item: int, points: Float) -> Int:
    """Places of the coordinates of points in R^p, shape (k, p); -1 for those that no cell has."""
    columns = [filtrations.places(item, axis, points[:, axis]) for axis in range(points.shape[1])]
    return np.column_stack(columns)


def measure_batches(
    filtrations: FiltrationBatch, found: Sequence[Sequence[LocatedAtoms]], degrees: Sequence[int]
) -> tuple[SignedMeasureBatch, ...]:
    """Batches, one a degree, from the atoms of all items; values of an axis are gathered once for all degrees."""
    like, p = filtrations.like, filtrations.n_parameters
    atoms = [located[k] for k in range(len(degrees)) for located in found]
    columns = [
        filtrations.gather(axis % p, [a.points[:, axis] for a in atoms], [a.places[:, axis] for a in atoms])
        for axis in range(atoms[0].points.shape[1])
    ]
    points = torch.stack(columns, dim=1)
    weights = torch.from_numpy(np.concatenate([a.weights for a in atoms])).to(like.device, like.dtype)
    counts = np.array([len(a.weights) for a in atoms]).reshape(len(degrees), len(found))
    items = torch.from_numpy(np.repeat(np.tile(np.arange(len(found)), len(degrees)), counts.ravel())).to(like.device)
    parts = (each.split(counts.sum(axis=1).tolist()) for each in (points, weights, items))
    return tuple(
        SignedMeasureBatch(at, masses, owners, len(found), degree)
        for at, masses, owners, degree in zip(*parts, degrees, strict=True)
    )
