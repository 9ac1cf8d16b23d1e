"""What we run on filtered complexes, images and points with degree 2, in the form the workers call."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Any

import numpy as np

import tdainv

DEGREES = (0, 1, 2)
_held: dict[str, Any] = {}


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    rng = np.random.default_rng(0)
    two_channels = tdainv.cubical(rng.random((6, 6, 6, 2)), channels=True).expand()
    for degree in (0, 1):
        tdainv.minimal_presentation(two_channels, degree)
        tdainv.hilbert_signed_measure(two_channels, degree)
    for cells in ("vertices", "top"):
        for shape in ((9, 9), (6, 6, 6)):
            cubical_diagrams(cells, rng.random(shape))
    tdainv.barcodes(tdainv.FilteredComplex.lower_star([[0, 1, 2, 3]], rng.random(4)), DEGREES)
    rips_diagrams(rng.normal(size=(30, 3)), None)


@lru_cache(maxsize=1)
def _complex(path: str) -> tdainv.FilteredComplex:
    with np.load(path, allow_pickle=False) as file:
        return tdainv.FilteredComplex(file["dimensions"], file["indptr"], file["indices"], file["grades"])


def load(path: str, degree: int) -> None:
    _complex(path)


def presentation(path: str, degree: int) -> dict[str, Any]:
    found = tdainv.minimal_presentation(_complex(path), degree)
    return {"generators": found.generators, "relations": found.relations}


def measure(path: str, degree: int) -> dict[str, Any]:
    found = tdainv.hilbert_signed_measure(_complex(path), degree)
    return {"measure": (found.points, found.weights)}


def load_alpha(points: Any) -> float | None:
    """Make the alpha complex, unless it is there; return the seconds from the simplex tree to our object."""
    import gudhi

    from tdainv.io import from_simplex_tree

    if "alpha" in _held:
        return None
    tree = gudhi.AlphaComplex(points=points).create_simplex_tree()
    start = time.perf_counter()
    _held["alpha"] = from_simplex_tree(tree)
    return time.perf_counter() - start


def alpha_diagrams(points: Any) -> list[Any]:
    return [bars.diagram for bars in tdainv.barcodes(_held["alpha"], DEGREES)]


def cubical_diagrams(cells: str, image: Any) -> list[Any]:
    degrees = DEGREES[: image.ndim]
    return [bars.diagram for bars in tdainv.barcodes(tdainv.cubical(image, cells=cells), degrees)]


def rips_diagrams(points: Any, max_edge: float | None) -> list[Any]:
    return [bars.diagram for bars in tdainv.barcodes(tdainv.rips(points, max_edge=max_edge), DEGREES)]
