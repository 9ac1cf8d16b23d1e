"""Exact Hilbert measures of H0 and H1 of codensity-Rips bifiltrations: tdainv and multipers.

    python benchmarks/compare/hilbert_measures.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]

multipers runs in a process of its own, with the interpreter of --multipers-python or of the environment variable
TDAINV_MULTIPERS_PYTHON, so that it may have other versions of its dependencies.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from _answers import RELATIVE, atom_difference
from _harness import (
    OURS,
    Contender,
    Worker,
    add_multipers_option,
    command_line,
    disagreements,
    environment,
    fastest,
    multipers_versions,
    race,
    rows_of_race,
    version,
    write_csv,
)
from scipy.spatial.distance import cdist

from tdainv import datasets, kde_codensity

SIZES = (100, 200, 300, 500)
LARGE_SIZES = (1000, 2000)
N_GRADES = 2000


def clouds(n: int) -> dict[str, Any]:
    return {
        "circle_outliers": datasets.make_circle(n, noise=0.1, outliers=0.1, random_state=0),
        "uniform": datasets.make_uniform(n, random_state=0),
        "torus": datasets.make_torus(n, random_state=0),
    }


def judge(ours: list[Any], theirs: list[Any]) -> dict[str, Any]:
    """Atoms and weights are the same, and so are the cumulative functions at random grades."""
    verdict, worst = {}, 0
    for degree, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        verdict[f"atoms_h{degree}"] = len(other[1])
        worst = max(worst, atom_difference(mine, other), _cumulative_difference(mine, other, degree))
    return {**verdict, "max_difference": worst, "agree": worst == 0}


def _cumulative_difference(mine: Any, other: Any, seed: int) -> int:
    """Largest difference of the Hilbert functions at grades made of coordinates of atoms."""
    rng = np.random.default_rng(seed)
    pool = np.concatenate([mine[0], other[0]])
    grades = np.column_stack([rng.choice(column, N_GRADES) for column in pool.T])
    grades += RELATIVE * np.abs(pool).max(axis=0)
    values = [(points <= grades[:, np.newaxis]).all(axis=2) @ weights for points, weights in (mine, other)]
    return int(np.abs(values[0] - values[1]).max())


def peers(python: str, data: tuple[Any, ...], cap: float) -> list[Contender]:
    """The documented path, and the fastest of the other ways that the version offers."""
    documented = Contender("multipers (documented)", Worker("_multipers_peer", python), "documented")
    worker = Worker("_multipers_peer", python)
    ways = [
        Contender("multipers (cohomology)", worker, "cohomology", (-1, -1, False)),
        Contender("multipers (cohomology, 1 job)", worker, "cohomology", (-1, 1, False)),
        Contender("multipers (cohomology, squeezed)", worker, "cohomology", (-1, -1, True)),
        Contender("multipers (cohomology, one collapse)", worker, "cohomology", (1, -1, False)),
        Contender("multipers (minimal presentations)", worker, "minimal_presentations"),
    ]
    return [documented, fastest(ways, data, cap)]


def compare(case: str, points: Any, python: str, theirs: dict[str, str], cap: float) -> list[dict[str, Any]]:
    """One race. Both see the bifiltration up to the enclosing radius, which is their default."""
    function = kde_codensity(points)
    radius = float(cdist(points, points).max(axis=1).min())
    data = (points, function, radius)
    contenders = [Contender(OURS, Worker("_tdainv_tasks"), "hilbert_measures")]
    if theirs:
        contenders += peers(python, data, cap)
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    try:
        race(contenders, data, cap)
        columns = {"case": f"{case}_{len(points)}", "n": len(points), "dim": points.shape[1]}
        versions = {OURS: version("tdainv"), "multipers": theirs.get("multipers", "")}
        return rows_of_race(contenders, columns, cap, versions, judge, machine)
    finally:
        for contender in contenders:
            contender.worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=120.0)
    add_multipers_option(parser)
    options = parser.parse_args()
    theirs = multipers_versions("_multipers_peer", options.multipers_python)
    rows: list[dict[str, Any]] = []
    for n in (100, 200) if options.quick else (*SIZES, *LARGE_SIZES):
        for case, points in clouds(n).items():
            if not any(name in f"{case}_{n}" for name in options.only):
                continue
            print(f"{case}_{n} ({n} points in R^{points.shape[1]})", flush=True)
            present = theirs if n in SIZES else {}
            rows += compare(case, points, options.multipers_python, present, options.cap)
    if not options.quick:
        write_csv("hilbert_measures.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
