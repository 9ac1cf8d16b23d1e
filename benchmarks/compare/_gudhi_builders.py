"""Filtrations built by GUDHI, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np

_held: dict[str, Any] = {}


def prepare() -> None:
    rng = np.random.default_rng(0)
    alpha("safe", rng.random((20, 3)))
    sparse_rips(rng.random((20, 2)), 0.5)


def alpha(precision: str, points: Any) -> None:
    """Simplex tree of the alpha complex."""
    import gudhi

    _held["tree"] = gudhi.AlphaComplex(points=points, precision=precision).create_simplex_tree()


def alpha_cells() -> dict[str, Any]:
    """Number of simplices by dimension, and their sorted grades: gudhi's are squared."""
    dimensions, values = _simplices()
    return {"sizes": np.bincount(dimensions), "grades": np.sort(np.sqrt(values))[:, np.newaxis]}


def sparse_rips(points: Any, epsilon: float) -> None:
    """Simplex tree of the sparse Rips complex. Their parameter s gives the factor 1 / (1 - s), ours 1 + epsilon."""
    import gudhi

    _held["tree"] = gudhi.RipsComplex(points=points, sparse=epsilon / (1 + epsilon)).create_simplex_tree(
        max_dimension=2
    )


def sizes() -> dict[str, Any]:
    return {"sizes": np.bincount(_simplices()[0])}


def _simplices() -> tuple[Any, Any]:
    cells = [(len(simplex) - 1, value) for simplex, value in _held["tree"].get_filtration()]
    return np.array([k for k, _ in cells]), np.array([value for _, value in cells])
