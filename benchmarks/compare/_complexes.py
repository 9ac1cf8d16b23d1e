"""Complexes with two parameters to compare presentations on, as npz files that all contenders read.

A file has `dimensions (m,)`, `indptr (m + 1,)`, `indices (n_entries,)`, the facets, and `grades (m, 2)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _harness import TaskError, Worker
from scipy.ndimage import gaussian_filter
from scipy.spatial import Delaunay

from tdainv import ChainComplex, FilteredComplex, codensity_rips, cubical, datasets
from tdainv.io import read_scc

DELAUNAY_SECONDS = 200.0


@dataclass(frozen=True)
class Instance:
    """A complex, written to a file when it is asked for, and the degree of the homology to present."""

    name: str
    degree: int
    write: Callable[[Path], None]
    measure_memory: bool = False

    @property
    def case(self) -> str:
        return f"{self.name}_h{self.degree}"

    def file(self, folder: Path) -> Path:
        """Path of the file, which is written if it is not there."""
        path = folder / f"{self.name}.npz"
        if not path.exists():
            self.write(path)
        return path


def instances(peer: Worker | None, presentations: Path, quick: bool) -> Iterator[Instance]:
    """All instances; function-Delaunay complexes are made by the peer, in its absence triangulations take their place.

    `presentations` is a folder of scc2020 files of minimal presentations, which may be missing.
    """
    for n in (1000,) if quick else (10_000, 50_000):
        if peer is None:
            yield Instance(f"triangulation_{n}", 1, partial(_write, partial(triangulation, n)), n >= 50_000)
        else:
            yield Instance(f"delaunay_{n}", 1, partial(function_delaunay, peer, n), n >= 50_000)
    for kind, sigma in (("noise", 0.0), ("smooth", 3.0)):
        side = 32 if quick else 128
        for degree in (0, 1):
            yield Instance(f"image_{side}_{kind}", degree, partial(_write, partial(image, (side, side), sigma)))
        side = 8 if quick else 24
        yield Instance(f"volume_{side}_{kind}", 1, partial(_write, partial(image, (side,) * 3, sigma)))
    for n in (100,) if quick else (500, 2000):
        yield Instance(f"function_rips_{n}", 1, partial(_write, partial(function_rips, n)))
    for path in sorted([*presentations.glob("*.scc.gz"), *presentations.glob("*.firep.gz")]):
        yield Instance(path.name.split(".")[0], 0, partial(_write, partial(published, path)))


def _write(make: Callable[[], FilteredComplex], path: Path) -> None:
    complex_ = make()
    names = ("dimensions", "indptr", "indices", "grades")
    np.savez(path, **{name: getattr(complex_, name) for name in names})


def function_delaunay(peer: Worker, n: int, path: Path) -> None:
    """Function-Delaunay complex of random points in the plane with random values, by multipers."""
    if peer.run("function_delaunay", n, 0, str(path), cap=DELAUNAY_SECONDS) is None:
        raise TaskError(f"the function-Delaunay complex of {n} points takes more than {DELAUNAY_SECONDS:g} s")


def triangulation(n: int) -> FilteredComplex:
    """Delaunay triangulation of random points in the plane, by the lower stars of two random smooth functions."""
    rng = np.random.default_rng(0)
    points = rng.random((n, 2))
    functions = np.column_stack([_waves(points, rng), _waves(points, rng)])
    return FilteredComplex.lower_star([Delaunay(points).simplices], functions)


def _waves(points: Any, rng: np.random.Generator) -> Any:
    frequencies, phases = rng.normal(scale=40, size=(2, 30)), rng.uniform(0, 2 * np.pi, 30)
    return np.cos(points @ frequencies + phases).sum(axis=1)


def image(shape: tuple[int, ...], sigma: float) -> FilteredComplex:
    """Image of noise with two channels, smoothed by a Gaussian filter."""
    noise = np.random.default_rng(0).random((*shape, 2))
    return cubical(gaussian_filter(noise, [sigma] * len(shape) + [0]), channels=True).expand()


def function_rips(n: int) -> FilteredComplex:
    """Codensity-Rips bifiltration of points in the plane, as reduced to the edges and triangles that matter for H1."""
    points = datasets.make_circle(n, noise=0.1, outliers=0.1, random_state=0)
    return _listed(codensity_rips(points).chain_complex(1))


def _listed(complex_: ChainComplex) -> FilteredComplex:
    """The generators of a chain complex as cells of three dimensions, the lowest of which is 0."""
    lower, upper = complex_.lower, complex_.upper
    sizes = (len(lower.row_grades), len(lower.column_grades), len(upper.column_grades))
    indptr = np.concatenate([np.zeros(sizes[0], np.int64), lower.indptr, lower.indptr[-1] + upper.indptr[1:]])
    indices = np.concatenate([lower.indices, sizes[0] + upper.indices])
    grades = np.concatenate([lower.row_grades, lower.column_grades, upper.column_grades])
    return FilteredComplex(np.repeat([0, 1, 2], sizes), indptr, indices, grades)


def published(path: Path) -> FilteredComplex:
    """Presentation of a file in the scc2020 format: generators are cells of dimension 0, relations of dimension 1."""
    complex_ = read_scc(path)
    lowest = complex_.dimensions.min()
    return FilteredComplex(complex_.dimensions - lowest, complex_.indptr, complex_.indices, complex_.grades)
