"""What we run, in the form the workers call."""

from __future__ import annotations

from typing import Any

import tdainv


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    points = tdainv.datasets.make_circle(40, noise=0.1, random_state=0)
    rips_diagrams(points)
    hilbert_measures(points, None)


def rips_diagrams(points: Any, is_matrix: bool = False) -> list[Any]:
    filtration = tdainv.rips(points, metric="precomputed" if is_matrix else "euclidean")
    return [bars.diagram for bars in tdainv.barcodes(filtration, (0, 1))]


def hilbert_measures(points: Any, function: Any, max_edge: float | None = None) -> list[Any]:
    """From points to measures. The function is left to us: computing it is part of our time."""
    filtration = tdainv.codensity_rips(points, max_edge=max_edge)
    measures = tdainv.hilbert_signed_measures(filtration, (0, 1))
    return [(mu.points, mu.weights) for mu in measures]


def hilbert_features(n_jobs: int, clouds: list[Any]) -> Any:
    return tdainv.TopologicalFeatures(n_jobs=n_jobs).fit_transform(clouds)


def image_features(n_jobs: int, clouds: list[Any]) -> Any:
    features = tdainv.TopologicalFeatures(
        tdainv.Rips(), tdainv.PersistenceBarcode(), tdainv.PersistenceImage(resolution=50), n_jobs=n_jobs
    )
    return features.fit_transform(clouds)
