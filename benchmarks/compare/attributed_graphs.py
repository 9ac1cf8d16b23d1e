"""Times of attributed graphs: construction, decorations, exact Reeb graphs, distances of 80 graphs.

    python benchmarks/compare/attributed_graphs.py [--repeat 3]

There is no other package with these attributes to compare with: the published code has no licence that allows running
it here. Rows go to benchmarks/results/attributed_graph_times.csv.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from _harness import environment, write_csv
from threadpoolctl import threadpool_limits

import tdainv
from tdainv.attributed_graphs import decorated

ALL = ("local", "global")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    rows = []
    with threadpool_limits(1):
        for name, function in _cases():
            start = environment()
            runs = [_timed(function) for _ in range(options.repeat + 1)][1:]  # the first one compiles
            seconds, cpu_seconds = (round(statistics.median(each), 4) for each in zip(*runs, strict=True))
            row = {"case": name, "seconds": seconds, "cpu_seconds": cpu_seconds, "repetitions": len(runs)}
            rows.append({**row, "tdainv": tdainv.__version__, **start})
            print(f"{name:64} {seconds:8.3f} s, {cpu_seconds:.3f} s of a processor", flush=True)
    write_csv("attributed_graph_times.csv", rows)
    return 0


def _cases() -> list[tuple[str, Callable[[], Any]]]:
    cases: list[tuple[str, Callable[[], Any]]] = []
    for n in (400, 1024, 2048):
        for shape, points in _clouds(n).items():
            cases.append((f"{n} points of a {shape}: Reeb graph, local and global H1", partial(_graph, points)))
    mesh, values = _mesh(71)
    cases.append((f"Reeb graph of a mesh with {len(values)} vertices, random values", lambda: _exact(mesh, values)))
    heights = mesh[0][:, 2]
    cases.append((f"Reeb graph of a mesh with {len(values)} vertices, height", lambda: _exact(mesh, heights)))
    graphs = [_graph(tdainv.datasets.make_torus(300, noise=0.05, random_state=k)) for k in range(80)]
    graphs = tdainv.VectorAttributes(standardize=True).fit_transform(graphs)
    cases.append(("fused Gromov-Wasserstein distances of 80 graphs, 3160 pairs", lambda: tdainv.fgw_distances(graphs)))
    tree = partial(tdainv.decorated_merge_tree, tdainv.rips(tdainv.datasets.make_torus(200, random_state=0)))
    cases.append(("200 points of a torus: decorated merge tree", tree))
    return cases


def _clouds(n: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    return {"torus": tdainv.datasets.make_torus(n, noise=0.05, random_state=0), "cube": rng.random((n, 3))}


def _graph(points: np.ndarray) -> tdainv.AttributedGraph:
    return decorated(tdainv.reeb_graph(points), points, ALL)


def _exact(mesh: Any, values: np.ndarray) -> tdainv.AttributedGraph:
    return tdainv.mesh_reeb_graph(mesh, values)


def _mesh(n: int) -> tuple[Any, np.ndarray]:
    """Torus of n x n vertices that stands upright, and random values."""
    u, v = (grid.ravel() * 2 * np.pi / n for grid in np.indices((n, n)))
    vertices = np.column_stack([(3 + np.cos(v)) * np.cos(u), np.sin(v), (3 + np.cos(v)) * np.sin(u)])
    i, j = (grid.ravel() for grid in np.indices((n, n)))
    corner = [(i + a) % n * n + (j + b) % n for a, b in ((0, 0), (1, 0), (1, 1), (0, 1))]
    faces = np.concatenate([np.column_stack(corner[:3]), np.column_stack([corner[0], corner[2], corner[3]])])
    return (vertices, faces), np.random.default_rng(0).normal(size=n * n)


def _timed(function: Callable[[], Any]) -> tuple[float, float]:
    """Seconds on the clock, and of the processor: on a machine that others use, the second says more."""
    start, cpu_start = time.perf_counter(), time.process_time()
    function()
    return time.perf_counter() - start, time.process_time() - cpu_start


if __name__ == "__main__":
    sys.exit(main())
