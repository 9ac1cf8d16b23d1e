"""Barcodes of complexes, images and Rips filtrations up to degree 2 by other libraries, as the workers call them."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any

import numpy as np

DEGREES = (0, 1, 2)
_held: dict[str, Any] = {}


def prepare() -> None:
    for name in ("gudhi", "gudhi.sklearn", "cripser", "ripser"):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def copy_alpha(points: Any) -> None:
    """Hold a new copy of the simplex tree: computing persistence leaves its order of simplices in the tree."""
    import gudhi

    if "alpha" not in _held:
        _held["alpha"] = gudhi.AlphaComplex(points=points).create_simplex_tree()
    _held["copy"] = _held["alpha"].copy()


def gudhi_alpha(points: Any) -> None:
    _held["copy"].compute_persistence(homology_coeff_field=2, min_persistence=0)


def alpha_diagrams() -> list[Any]:
    return [_held["copy"].persistence_intervals_in_dimension(degree) for degree in DEGREES]


def gudhi_complex(cells: str, image: Any) -> list[Any]:
    import gudhi

    complex_ = gudhi.CubicalComplex(**{"vertices" if cells == "vertices" else "top_dimensional_cells": image})
    complex_.compute_persistence(homology_coeff_field=2, min_persistence=0)
    return [complex_.persistence_intervals_in_dimension(degree) for degree in DEGREES[: image.ndim]]


def gudhi_transformer(cells: str, image: Any) -> list[Any]:
    from gudhi.sklearn import CubicalPersistence

    transformer = CubicalPersistence(
        homology_dimensions=list(DEGREES[: image.ndim]),
        homology_coeff_field=2,
        input_type="vertices" if cells == "vertices" else "top_dimensional_cells",
    )
    return transformer.fit_transform([image])[0]


def cripser(n_threads: int, cells: str, image: Any) -> list[Any]:
    from cripser import compute_ph

    degrees = DEGREES[: image.ndim]
    kind = "V" if cells == "vertices" else "T"
    bars = compute_ph(image, filtration=kind, maxdim=degrees[-1], n_threads=n_threads)
    return [bars[bars[:, 0] == degree, 1:3] for degree in degrees]


def ripser_py(points: Any, max_edge: float | None) -> list[Any]:
    from ripser import ripser

    return ripser(points, maxdim=DEGREES[-1], thresh=np.inf if max_edge is None else max_edge)["dgms"]
