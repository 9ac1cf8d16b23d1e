"""Hilbert measures of bifiltrations that are given row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdainv._progress import progress
from tdainv._typing import Float, Int
from tdainv.complexes.rowwise import RowwiseBifiltration
from tdainv.invariants.signed_measure import SignedMeasure
from tdainv.persistence.barcode import Barcode, barcodes


def measures_by_rows(filtration: RowwiseBifiltration, degrees: Sequence[int], verbose: bool) -> list[SignedMeasure]:
    """Hilbert measures from the barcodes of the rows.

    The Hilbert function of row j, at (r, s_j), is that of its barcode. Möbius inversion along the second axis: the
    measure is the sum over j of that of row j minus that of row j - 1, at height s_j.
    """
    collected = [SignedMeasure(np.zeros((0, 2)), np.zeros(0, np.int64)) for _ in degrees]
    before = [(np.zeros(0), np.zeros(0, np.int64)) for _ in degrees]
    pending: list[list[tuple[Float, Int]]] = [[] for _ in degrees]
    for j in progress(range(filtration.n_rows), filtration.n_rows, "Rows", verbose):
        for k, bars in enumerate(barcodes(filtration.row(j), degrees)):
            values, weights = _atoms(bars)
            points = np.concatenate([values, before[k][0]])
            heights = np.full(len(points), filtration.levels[j])
            pending[k].append((np.column_stack([points, heights]), np.concatenate([weights, -before[k][1]])))
            before[k] = (values, weights)
    for k, rows in enumerate(pending):
        if rows:
            collected[k] = SignedMeasure(np.concatenate([row[0] for row in rows]), np.concatenate([r[1] for r in rows]))
    return collected


def _atoms(bars: Barcode) -> tuple[Float, Int]:
    ends = bars.deaths[np.isfinite(bars.deaths)]
    return np.concatenate([bars.births, ends]), np.repeat([1, -1], [len(bars), len(ends)])
