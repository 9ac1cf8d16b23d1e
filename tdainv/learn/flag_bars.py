"""Bars of flag filtrations on the host, each with the two edges whose values are its birth and its death."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tdainv._typing import Float, Int
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.learn.located_bars import LocatedBars
from tdainv.persistence._kernels_loops import central_keys, loop_pairs
from tdainv.persistence.barcode import Barcode, barcodes

_MOST_VERTICES = 512


def flag_bars(filtration: FlagFiltration, degrees: Sequence[int], first_vertex: int) -> list[LocatedBars]:
    """Bars of a flag filtration with one parameter. Places are edges (u, v); u = v stands for a vertex.

    Vertices of the filtration are numbered from `first_vertex` on.
    """
    others = [degree for degree in degrees if degree != 1 or filtration.n_vertices > _MOST_VERTICES]
    found = dict(zip(others, barcodes(filtration, others), strict=True)) if others else {}
    return [
        _located(filtration, found[degree], first_vertex) if degree in found else _loops(filtration, first_vertex)
        for degree in degrees
    ]


def _loops(filtration: FlagFiltration, first_vertex: int) -> LocatedBars:
    """Loops of few points, by kernels that do all steps: calls between the steps would take as long as the steps."""
    distances = filtration.distances
    order, working, keys = central_keys(distances, min(filtration.max_edge, np.finfo(float).max))
    keys.sort()
    births, deaths, in_order = loop_pairs(order, working, keys)
    if not in_order:
        return _located(filtration, barcodes(filtration, (1,))[0], first_vertex)
    begins, ends = distances[births[:, 0], births[:, 1]], distances[deaths[:, 0], deaths[:, 1]]
    ends[deaths[:, 0] < 0] = np.inf
    long = np.flatnonzero(begins < ends)
    long = long[np.lexsort((ends[long], begins[long]))]
    return LocatedBars(
        begins[long], ends[long], births[long] + first_vertex, np.maximum(deaths[long], 0) + first_vertex
    )


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
    edges = np.column_stack(np.triu_indices(len(distances), 1))
    found = first_places(distances[edges[:, 0], edges[:, 1]], values)
    return np.where(found[:, np.newaxis] < 0, 0, edges[found]) if len(edges) else np.zeros((len(values), 2), np.int64)


def first_places(candidates: Float, values: Float) -> Int:
    """Lowest i with candidates[i] = values[j], for each j; -1 if there is none."""
    wanted, back = np.unique(values, return_inverse=True)
    first = np.full(len(wanted), -1)
    if len(wanted) and len(candidates):
        near = np.minimum(np.searchsorted(wanted, candidates), len(wanted) - 1)
        equal = np.flatnonzero(wanted[near] == candidates)[::-1]  # the first is written last
        first[near[equal]] = equal
    return first[back]
