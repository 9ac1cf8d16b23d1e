"""Bandwidths of kernel densities: a distance, or a quantile of the distances between different points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float
from tdainv.filtrations._kernels_distances import upper_triangles
from tdainv.filtrations.pair_quantile import pair_quantile, quantile_of
from tdainv.filtrations.tiles import Tiles

# Share of the pairwise distances below the bandwidth that is taken when no neighbourhood is given.
DEFAULT_QUANTILE = 0.1


class Bandwidth(NamedTuple):
    """A checked bandwidth; exactly one of the two is given."""

    width: float | None = None
    quantile: float | None = None

    def of_matrices(self, matrices: Float) -> Float:
        """The bandwidth in the unit of each checked matrix of distances; infinite ones have no part in quantiles."""
        if self.quantile is None or matrices.shape[-1] == 1:
            return np.full(len(matrices), self.width or 0.0)
        pairs = upper_triangles(matrices)
        if np.isfinite(pairs).all():
            return quantile_of(pairs, self.quantile)
        finite = [row[np.isfinite(row)] for row in pairs]
        return np.array([quantile_of(row, self.quantile) if len(row) else 0.0 for row in finite])

    def of_tiles(self, tiles: Tiles) -> float:
        """The bandwidth in the unit of a cloud."""
        return float(self.width or 0.0) if self.quantile is None else pair_quantile(tiles, self.quantile)


def checked_bandwidth(bandwidth: float | None, unit: str) -> Bandwidth:
    """Check the arguments before any distance is computed."""
    check.option(unit, ("absolute", "quantile"), "bandwidth_unit")
    if bandwidth is None:
        return Bandwidth(quantile=DEFAULT_QUANTILE)
    if unit == "quantile":
        return Bandwidth(quantile=check.fraction(bandwidth, "bandwidth (a quantile)"))
    return Bandwidth(width=check.positive(bandwidth, "bandwidth"))
