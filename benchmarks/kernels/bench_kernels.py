"""Kernels by themselves, compiled before they are timed, on fixed data.

    pytest benchmarks/kernels/bench_kernels.py --benchmark-sort=name

Compare with an earlier state of the code by --benchmark-save=NAME there and --benchmark-compare here.
"""

from __future__ import annotations

import numpy as np
import pytest

from tdainv import barcode, codensity_rips, datasets, hilbert_signed_measure, rips
from tdainv.complexes import reduced_flag
from tdainv.complexes._kernels_expansion import expand_triangles
from tdainv.complexes._kernels_flag import cone_radii, reduce_flag
from tdainv.persistence._kernels_reduction import reduce_columns

N = 1000
CLOUDS = {
    "circle": datasets.make_circle(N, noise=0.1, outliers=0.1, random_state=0),
    "torus": datasets.make_torus(N, random_state=0),
    "gauss10d": datasets.make_gaussian(N, dim=10, random_state=0),
}
FILTRATIONS = {"one": rips, "two": codensity_rips}


class Stages:
    """Input of each kernel for one filtration."""

    def __init__(self, filtration):
        self.working = reduced_flag._working_labels(filtration.distances, filtration.vertex_grades)
        self.radii = cone_radii(self.working.distances, self.working.ranks)
        self.keys = reduced_flag._sorted_keys(self.working.distances, self.radii)
        codes, self.triangles = self.reduce_flag()
        self.rows = np.argsort(codes)
        self.codes = codes[self.rows].astype(np.int64)
        self.complex = filtration.chain_complex(1)

    def sorted_keys(self):
        return reduced_flag._sorted_keys(self.working.distances, self.radii)

    def reduce_flag(self):
        return reduce_flag(self.keys, self.working.ranks, self.working.prefix)

    def expand_triangles(self):
        w = self.working
        return expand_triangles(w.distances, w.ranks, w.prefix, self.codes, self.rows, self.triangles)


@pytest.fixture(scope="module", params=[(c, f) for c in CLOUDS for f in FILTRATIONS], ids="-".join)
def stages(request):
    cloud, parameters = request.param
    return Stages(FILTRATIONS[parameters](CLOUDS[cloud]))


@pytest.mark.parametrize("kernel", ["sorted_keys", "reduce_flag", "expand_triangles"])
def test_flag(benchmark, stages, kernel):
    run = getattr(stages, kernel)
    run()
    benchmark(run)


def test_reduce_columns(benchmark, stages):
    """The boundary of the triangles: all levels of a second parameter, or one level."""
    matrix = stages.complex.upper
    grades = matrix.column_grades
    columns = np.lexsort(grades.T[::-1])
    rows = np.argsort(matrix.row_grades[:, 0], kind="stable")
    second, levels = np.unique(grades[columns, -1] if grades.shape[1] > 1 else 0 * columns, return_inverse=True)
    indptr, indices = _arrays(matrix.rearrange(rows, columns))
    arguments = indptr, indices, len(rows), levels, len(second), 0
    reduce_columns(*arguments)
    benchmark(reduce_columns, *arguments)


def _arrays(matrix):
    return (matrix.indptr, matrix.indices) if hasattr(matrix, "indptr") else matrix


@pytest.mark.parametrize("n", [100, 1000])
def test_barcode(benchmark, n):
    points = CLOUDS["circle"][:n]
    run = lambda: barcode(rips(points), 1)  # noqa: E731
    run()
    benchmark(run)


@pytest.mark.parametrize("n", [100, 1000])
def test_hilbert_measure(benchmark, n):
    points = CLOUDS["circle"][:n]
    run = lambda: hilbert_signed_measure(codensity_rips(points), 1)  # noqa: E731
    run()
    benchmark(run)
