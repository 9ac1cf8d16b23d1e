"""H0 and H1 barcodes of Rips filtrations: tdainv and ripser.py, giotto-ph, GUDHI.

python benchmarks/compare/rips_barcodes.py [--quick] [--only NAME] [--cap SECONDS] [--data FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from _answers import TOLERANCE, compare_diagrams
from _harness import (
    OURS,
    Contender,
    Worker,
    add_data_option,
    command_line,
    disagreements,
    environment,
    fastest,
    race,
    rows_of_race,
    version,
    write_csv,
)
from scipy.spatial.distance import squareform

from tdainv import datasets

PUBLISHED = ("sphere_3_192", "klein_400", "celegans", "fractal_r", "dragon_1000", "o3_1024", "dragon_2000")
FIRST_2000 = ("annulus10k", "torus10k", "clifford_torus")


def generated(sizes: tuple[int, ...]) -> Iterator[tuple[str, Any, bool]]:
    for n in sizes:
        yield f"circle_{n}", datasets.make_circle(n, noise=0.05, random_state=0), False
        yield f"torus_{n}", datasets.make_torus(n, random_state=0), False
        yield f"uniform_{n}", datasets.make_uniform(n, random_state=0), False
        yield f"gauss10d_{n}", datasets.make_gaussian(n, dim=10, random_state=0), False
        normal = datasets.make_gaussian(n, dim=3, random_state=0)
        yield f"sphere_{n}", normal / np.linalg.norm(normal, axis=1, keepdims=True), False


def published(folder: Path, quick: bool) -> Iterator[tuple[str, Any, bool]]:
    for name in (*PUBLISHED, *FIRST_2000):
        path = folder / f"{name}.npz"
        if not path.exists() or (quick and name not in PUBLISHED[:3]):
            continue
        with np.load(path, allow_pickle=False) as file:
            if "distances" in file:
                yield name, squareform(file["distances"].astype(np.float64)), True
            else:
                points = file["points"].astype(np.float64)
                yield (f"{name}_first2000", points[:2000], False) if name in FIRST_2000 else (name, points, False)


def judge(ours: list[Any], theirs: list[Any]) -> dict[str, Any]:
    return compare_diagrams(ours, theirs, TOLERANCE)


def contenders_for(case: str, data: tuple[Any, ...], cap: float) -> list[Contender]:
    """Ours, ripser.py, giotto-ph with the better number of threads, GUDHI in the fastest of three ways."""
    contenders = [Contender(OURS, Worker("_tdainv_tasks"), "rips_diagrams")]
    if version("ripser"):
        contenders.append(Contender("ripser.py", Worker("_rips_peers"), "ripser_py"))
    if version("giotto-ph"):
        worker = Worker("_rips_peers")
        threads = [Contender(f"giotto-ph ({k} threads)", worker, "giotto_ph", (k,)) for k in (1, 2)]
        contenders.append(fastest(threads, data, cap))
    if version("gudhi"):
        worker = Worker("_rips_peers")
        ways = [
            Contender("gudhi (RipsPersistence)", worker, "gudhi_ripser", ("auto",)),
            Contender("gudhi (RipsPersistence, 1 collapse)", worker, "gudhi_ripser", (1,)),
            Contender("gudhi (collapse_edges, expansion)", worker, "gudhi_collapse"),
        ]
        contenders.append(fastest(ways, data, cap))
    return contenders


VERSIONS = {
    OURS: version("tdainv"),
    "ripser.py": version("ripser"),
    "giotto-ph": version("giotto-ph"),
    "gudhi": version("gudhi"),
}


def large(cap: float) -> list[dict[str, Any]]:
    """5000 points in the plane: ours in a fresh process for its time and peak memory; the peer under the cap."""
    points = datasets.make_uniform(5000, random_state=0)
    contenders = [
        Contender(OURS, Worker("_tdainv_tasks"), "rips_diagrams"),
        Contender("ripser.py", Worker("_rips_peers"), "ripser_py"),
    ]
    print("uniform_5000 (5000 points in R^2); targets 10 s, 2 GB")
    return finish("uniform_5000", points, False, contenders, cap)


def finish(case: str, points: Any, is_matrix: bool, contenders: list[Contender], cap: float) -> list[dict[str, Any]]:
    machine = environment()
    try:
        race(contenders, (points, is_matrix), cap)
        columns = {"case": case, "n": len(points), "dim": "matrix" if is_matrix else points.shape[1]}
        return rows_of_race(contenders, columns, cap, VERSIONS, judge, machine)
    finally:
        for contender in contenders:
            contender.worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=120.0)
    add_data_option(parser, "ph", "published point clouds (npz)")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    cases = [
        *generated((100, 500) if options.quick else (100, 500, 1000, 2000)),
        *published(options.data, options.quick),
    ]
    for case, points, is_matrix in cases:
        if not any(name in case for name in options.only):
            continue
        print(f"{case} ({len(points)} points{', distances' if is_matrix else f' in R^{points.shape[1]}'})", flush=True)
        contenders = contenders_for(case, (points, is_matrix), options.cap)
        rows += finish(case, points, is_matrix, contenders, options.cap)
    if not options.quick and any(name in "uniform_5000" for name in options.only):
        rows += large(options.cap)
    if not options.quick:
        write_csv("rips_barcodes.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
