"""Rips barcodes by other libraries, in the form the workers call: (points or distances) -> [H0, H1] diagrams."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

import numpy as np


def prepare() -> None:
    for name in ("ripser", "gph", "gudhi", "gudhi.sklearn"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def ripser_py(points: Any, is_matrix: bool = False) -> list[Any]:
    from ripser import ripser

    return ripser(points, maxdim=1, distance_matrix=is_matrix)["dgms"]


def giotto_ph(n_threads: int, points: Any, is_matrix: bool = False) -> list[Any]:
    from gph import ripser_parallel

    metric = "precomputed" if is_matrix else "euclidean"
    return ripser_parallel(points, maxdim=1, metric=metric, n_threads=n_threads)["dgms"]


def gudhi_ripser(num_collapses: int | str, points: Any, is_matrix: bool = False) -> list[Any]:
    from gudhi.sklearn import RipsPersistence

    transformer = RipsPersistence(
        homology_dimensions=[0, 1],
        homology_coeff_field=2,
        num_collapses=num_collapses,
        input_type="full distance matrix" if is_matrix else "point cloud",
    )
    return transformer.fit_transform([points])[0]


def gudhi_collapse(points: Any, is_matrix: bool = False) -> list[Any]:
    import gudhi
    from scipy.spatial.distance import cdist

    distances = points if is_matrix else cdist(points, points)
    # From this radius on the complex is a cone: no bars are lost.
    tree = gudhi.SimplexTree.create_from_array(distances, max_filtration=distances.max(axis=1).min())
    tree.collapse_edges()
    tree.expansion(2)
    tree.compute_persistence(homology_coeff_field=2)
    return [tree.persistence_intervals_in_dimension(degree) for degree in (0, 1)]


def ripser_images(clouds: list[Any], resolution: int = 50) -> Any:
    """Barcodes in a loop, then a Gaussian image of the (birth, persistence) points weighted by persistence.

    H0, where all births are 0, is a curve of the same resolution, as in our image.
    """
    from ripser import ripser

    samples = [[bars[np.isfinite(bars).all(axis=1)] for bars in ripser(cloud)["dgms"]] for cloud in clouds]
    blocks = []
    for degree in (0, 1):
        diagrams = [np.column_stack([bars[degree][:, 0], np.diff(bars[degree])[:, 0]]) for bars in samples]
        axes = (1, 0)[degree], 1
        grids = [np.linspace(0, max(d[:, k].max(initial=0) for d in diagrams), resolution) for k in axes]
        blocks.append([_image(d, axes, grids) for d in diagrams])
    return np.hstack([np.stack(block) for block in blocks])


def _image(diagram: Any, axes: tuple[int, int], grids: list[Any]) -> Any:
    left, right = (
        np.exp(-0.5 * ((grid[:, np.newaxis] - diagram[:, k]) / (0.05 * grid[-1])) ** 2)
        for k, grid in zip(axes, grids, strict=True)
    )
    weighted = left * diagram[:, 1]
    return weighted.sum(axis=1) if axes[0] == axes[1] else (weighted @ right.T).ravel()
