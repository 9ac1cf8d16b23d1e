"""Signed measures as features and in kernels: tdainv and multipers.

    python benchmarks/compare/measures.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]

Convolutions with a Gaussian on a grid, and sliced Wasserstein distances of all pairs, of measures whose atoms are
uniform in the square. multipers runs with the interpreter of --multipers-python or of the environment variable
TDAINV_MULTIPERS_PYTHON, with its defaults and with the fastest of its other settings.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
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

N_DIRECTIONS = 50


class Case(NamedTuple):
    """Data, the task with our arguments and those of multipers by default and in other ways, and the judgement."""

    name: str
    data: tuple[Any, ...]
    task: str
    ours: dict[str, tuple[Any, ...]]
    documented: tuple[Any, ...]
    ways: dict[str, tuple[Any, ...]]
    judge: Callable[[Any, Any], dict[str, Any]]


def measures(n: int, k: int) -> list[Any]:
    """n measures of k atoms and mass zero."""
    rng = np.random.default_rng(0)
    return [(rng.random((k, 2)), rng.permutation(np.repeat([1, -1], k // 2))) for _ in range(n)]


def same_images(ours: Any, theirs: Any) -> dict[str, Any]:
    """The same up to a factor, which depends on the number of atoms and the bandwidth alone."""
    factors = [float((a * b).sum() / (b * b).sum()) for a, b in zip(ours, theirs, strict=True)]
    worst = max(np.abs(a - f * b).max() / np.abs(a).max() for a, b, f in zip(ours, theirs, factors, strict=True))
    same = worst <= 1e-6 and np.ptp(factors) <= 1e-6 * abs(factors[0])
    return {"max_difference": f"{worst:.1e}", "agree": bool(same)}


def near_distances(ours: Any, theirs: Any) -> dict[str, Any]:
    """Both are means over directions of their own; averaged over pairs they come within a few percent."""
    pairs = np.triu_indices(len(ours), 1)
    ratio = float(theirs[pairs].mean() / ours[pairs].mean())
    worst = float(np.abs(theirs[pairs] / ours[pairs] - 1).max())
    return {"ratio_of_means": f"{ratio:.4f}", "max_difference": f"{worst:.1e}", "agree": bool(abs(ratio - 1) <= 0.1)}


def cases(quick: bool) -> Iterator[Case]:
    axes = [np.linspace(0.0, 1.0, 50)] * 2
    ways = {backend: (backend,) for backend in ("pykeops", "jax", "sklearn")}
    for n, k in ((3, 280),) if quick else ((1, 2800), (50, 2800)):
        data = (measures(n, k), axes, 0.05, "gaussian")
        yield Case(f"convolution_{n}_of_{k}_atoms", data, "convolution_of", {"": ()}, ("auto",), ways, same_images)
    for n, k in ((20, 50),) if quick else ((100, 100), (500, 500)):
        data = (measures(n, k), N_DIRECTIONS)
        ours = {"": (1,), " 2 jobs": (2,)}
        yield Case(f"sliced_{n}_of_{k}_atoms", data, "sliced_of", ours, (1,), {"2 jobs": (2,)}, near_distances)


def compare(case: Case, python: str, theirs: dict[str, str], cap: float) -> list[dict[str, Any]]:
    """One race: ours, multipers as it comes, the fastest of its other settings."""
    before = "hold_for_" + case.task.removesuffix("_of")
    contenders = [
        Contender(OURS + label, Worker("_measure_tasks"), case.task, arguments, before)
        for label, arguments in case.ours.items()
    ]
    if theirs:
        default = Worker("_multipers_measures", python)
        contenders.append(Contender("multipers (default)", default, case.task, case.documented, before))
        worker = Worker("_multipers_measures", python)
        ways = [
            Contender(f"multipers ({label})", worker, case.task, arguments, before)
            for label, arguments in case.ways.items()
        ]
        contenders.append(fastest(ways, case.data, cap))
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    try:
        race(contenders, case.data, cap, budget=10.0, least=3)
        versions = {OURS: version("tdainv"), "multipers": theirs.get("multipers", "")}
        return rows_of_race(contenders, {"case": case.name}, cap, versions, case.judge, machine)
    finally:
        for each in contenders:
            each.worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=300.0)
    add_multipers_option(parser)
    options = parser.parse_args()
    theirs = multipers_versions("_multipers_measures", options.multipers_python)
    rows: list[dict[str, Any]] = []
    for case in cases(options.quick):
        if any(name in case.name for name in options.only):
            print(case.name, flush=True)
            rows += compare(case, options.multipers_python, theirs, options.cap)
    if not options.quick:
        write_csv("measures.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
