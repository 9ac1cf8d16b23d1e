"""Bars of flag filtrations on the host, each with the two edges whose values are its birth and its death."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.learn.located_bars import LocatedBars
from tdainv.persistence.barcode import Barcode, barcodes


def flag_bars(filtration: FlagFiltration, degrees: Sequence[int], first_vertex: int) -> list[LocatedBars]:
    """Bars of a flag filtration with one parameter. Places are edges (u, v); u = v stands for a vertex.

    Vertices of the filtration are numbered from `first_vertex` on.
    """
    return [_located(filtration, bars, first_vertex) for bars in barcodes(filtration, degrees)]


def _located(filtration: FlagFiltration, bars: Barcode, first_vertex: int) -> LocatedBars:
    births: Int
    deaths: Int
    if bars.birth_simplices is None or bars.death_simplices is None:
        births, deaths = (edges_of_values(filtration.distances, values) for values in (bars.births, bars.deaths))
    else:
        # The first two vertices of a simplex span its longest edge.
        ends = [0, 0] if bars.degree == 0 else [0, 1]
        births, deaths = bars.birth_simplices[:, ends], np.maximum(bars.death_simplices[:, :2], 0)
    return LocatedBars(bars.births, bars.deaths, births + first_vertex, deaths + first_vertex)


def edges_of_values(distances: Float, values: Float) -> Int:
    """First edge (u, v), u < v, of each value, shape (k, 2); the vertex (0, 0) for infinite ones.

    Births and deaths of a flag filtration are values of its edges in every degree from 1 on: a simplex enters with
    one of its edges. Where no two edges are equal, equality of floats tells which.
    """
    found = np.zeros((len(values), 2), np.int64)
    finite = np.isfinite(values)
    if finite.any():
        first, second = np.triu_indices(len(distances), 1)
        lengths = distances[first, second]
        order = np.argsort(lengths, kind="stable")
        edges = order[np.searchsorted(lengths[order], values[finite])]
        found[finite] = np.column_stack([first[edges], second[edges]])
    return found
