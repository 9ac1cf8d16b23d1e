"""The reduced flag multifiltration against brute force."""

import numpy as np
import pytest
from oracles import hilbert_functions

import tdainv


def random_case(rng, p, *, n, kind, ties):
    """Distances, vertex births and vertex grades of a random flag filtration."""
    if kind == "dissimilarity":
        distances = rng.uniform(size=(n, n))
    else:
        points = rng.normal(size=(n, rng.integers(1, 6)))
        if ties:
            points = np.round(points)
        distances = np.abs(points[:, None] - points).max(axis=2)
    if ties:
        distances = np.round(distances * 4) / 4
    distances = np.triu(distances, 1)
    distances = distances + distances.T
    grades = rng.integers(0, 3, size=(n, p - 1)).astype(float) if ties else rng.normal(size=(n, p - 1))
    births = np.zeros(n)
    if kind == "births":
        births = rng.uniform(0, 0.5, size=n)
        distances = np.maximum(distances, np.maximum(births[:, None], births))
        np.fill_diagonal(distances, 0)
    if kind == "disconnected":
        distances[:2, 2:] = distances[2:, :2] = np.inf
    return distances, births, grades


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("kind", ["metric", "dissimilarity", "births", "disconnected"])
@pytest.mark.parametrize("ties", [False, True])
def test_hilbert_measure_equals_brute_force(p, kind, ties):
    rng = np.random.default_rng([p, len(kind), ties])
    for _ in range(12 if p < 3 else 5):
        n = int(rng.integers(1, 11 if p == 1 else 9 if p == 2 else 7))
        distances, births, grades = random_case(rng, p, n=n, kind=kind, ties=ties)
        max_edge = rng.choice([np.inf, 0.7]) if kind != "births" else np.inf
        filtration = tdainv.FlagFiltration(distances, births, grades, max_edge=max_edge)
        nodes, betti = hilbert_functions(distances, births, grades, max_edge)
        for degrees in ((0,), (1,), (0, 1), (1, 0)):
            for degree, measure in zip(degrees, tdainv.hilbert_signed_measures(filtration, degrees), strict=True):
                np.testing.assert_array_equal(measure.cumulative(nodes), betti[:, degree])
