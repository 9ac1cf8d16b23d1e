"""Barcodes of alpha complexes, images and Rips filtrations up to degree 2: tdainv and GUDHI, cripser, ripser.py.

python benchmarks/compare/complex_barcodes.py [--quick] [--only NAME] [--cap SECONDS] [--data FOLDER]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from _answers import TOLERANCE, compare_diagrams
from _harness import (
    OURS,
    UNTIMED_SECONDS,
    Contender,
    TaskError,
    Worker,
    add_data_option,
    command_line,
    disagreements,
    environment,
    fastest,
    race,
    rows_of_race,
    seconds_text,
    version,
    write_csv,
)
from scipy.ndimage import gaussian_filter

from tdainv import datasets

BUDGET = 4.0  # seconds of repetitions of one contender on one case
LEAST = 5  # repetitions
RIPS = {"sphere_3_192": None, "o3_1024": 1.8, "dragon_1000": None}  # longest edge
EXACT = 0.0

# (case, kind, arguments of the tasks, relative tolerance of the answers)
Case = tuple[str, str, tuple[Any, ...], float]


def cases(folder: Path, quick: bool) -> Iterator[Case]:
    n = 1000 if quick else 10_000
    yield f"alpha_{n}", "alpha", (datasets.make_uniform(n, dim=3, random_state=0),), EXACT
    for shape in ((64, 64), (16, 16, 16)) if quick else ((256, 256), (64, 64, 64)):
        noise = np.random.default_rng(0).random(shape)
        for look, image in (("noise", noise), ("smooth", gaussian_filter(noise, 2))):
            for cells in ("vertices", "top"):
                size = "x".join(map(str, shape))
                yield f"cubical_{size}_{look}_{cells}", "cubical", (cells, image), EXACT
    for name, max_edge in RIPS.items():
        path = folder / f"{name}.npz"
        if path.exists() and (not quick or name == "sphere_3_192"):
            with np.load(path, allow_pickle=False) as file:
                yield f"rips_{name}", "rips", (file["points"].astype(np.float64), max_edge), TOLERANCE
    if not folder.exists():
        points = datasets.make_gaussian(192, dim=3, random_state=0)
        points /= np.linalg.norm(points, axis=1, keepdims=True)
        yield "rips_random_sphere_192", "rips", (points, None), TOLERANCE


def contenders_for(kind: str, data: tuple[Any, ...], cap: float) -> list[Contender]:
    """Ours, and each of the peers in the fastest of its ways, without those that are not installed."""
    ours, before = Worker("_complex_tasks"), {"alpha": "load_alpha"}.get(kind, "")
    contenders = [Contender(OURS, ours, f"{kind}_diagrams", before=before)]
    if kind == "alpha":
        names = {"before": "copy_alpha", "after": "alpha_diagrams"}
        peers = {"gudhi": [Contender("gudhi (SimplexTree)", Worker("_complex_peers"), "gudhi_alpha", **names)]}
    elif kind == "cubical":
        gudhi, cripser = Worker("_complex_peers"), Worker("_complex_peers")
        peers = {
            "gudhi": [Contender("gudhi (CubicalComplex)", gudhi, "gudhi_complex")],
            "cripser": [Contender(f"cripser (n_threads={k})", cripser, "cripser", (k,)) for k in (1, 2)],
        }
        cells, image = data
        if cells == "top" and image.ndim == 2:  # elsewhere it does the same as CubicalComplex
            peers["gudhi"].append(Contender("gudhi (CubicalPersistence)", gudhi, "gudhi_transformer"))
    else:
        peers = {"ripser": [Contender("ripser.py", Worker("_complex_peers"), "ripser_py")]}
    for package, ways in peers.items():
        if not version(package):
            print(f"    {package} is not installed: not compared")
        else:
            contenders.append(fastest(ways, data, cap) if len(ways) > 1 else ways[0])
    return contenders


def compare(case: Case, cap: float) -> list[dict[str, Any]]:
    name, kind, data, tolerance = case
    machine = environment()
    contenders = contenders_for(kind, data, cap)
    columns = {"case": name, "shape": "x".join(map(str, data[-1 if kind == "cubical" else 0].shape))}
    try:
        if kind == "alpha":
            build = contenders[0].worker.run("load_alpha", *data, cap=UNTIMED_SECONDS).result
            columns["build_seconds"] = f"{build:.4g}"
            print(f"    our object from the simplex tree, not in the times below: {seconds_text(build)}")
        race(contenders, data, cap, BUDGET, LEAST)
        judge = partial(compare_diagrams, tolerance=tolerance)
        return rows_of_race(contenders, columns, cap, VERSIONS, judge, machine)
    finally:
        for contender in contenders:
            contender.worker.stop()


VERSIONS = {
    OURS: version("tdainv"),
    "gudhi": version("gudhi"),
    "cripser": version("cripser"),
    "ripser.py": version("ripser"),
}


def main() -> int:
    parser = command_line(__doc__, cap=60.0)
    add_data_option(parser, "ph", "published point clouds (npz)")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    failures = 0
    for case in cases(options.data, options.quick):
        if not any(name in case[0] for name in options.only):
            continue
        print(case[0], flush=True)
        try:
            rows += compare(case, options.cap)
        except (TaskError, RuntimeError) as error:
            failures += 1
            print(f"    FAILED: {error}")
    if not options.quick:
        write_csv("complex_barcodes.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) or failures else 0


if __name__ == "__main__":
    sys.exit(main())
