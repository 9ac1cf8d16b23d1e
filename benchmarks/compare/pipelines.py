"""From series and graphs to tables of features: tdainv and multipers.

    python benchmarks/compare/pipelines.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]
                                           [--data FOLDER]

Series of the UCR archive are embedded with dimension 3 and delay 1; codensity and Rips bifiltration, Hilbert measures
of H0 and H1, convolution on 50 x 50 points each. Graphs: heat kernel signatures at times 1 and 10, which are not timed,
and the same from the lower-star bifiltration on. multipers gets our codensities for nothing, and the radius from which
on nothing happens; of three ways to use two cores its best is shown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "accuracy"))

import sets
from _answers import atom_difference
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

import tdainv as td
from tdainv import graphs

SERIES = (
    *("ItalyPowerDemand", "SyntheticControl", "SonyAIBORobotSurface1", "ProximalPhalanxTW", "ECG200"),
    *("Plane", "PowerCons", "GunPoint", "Coffee"),
)
GRAPHS = ("MUTAG", "COX2", "PROTEINS", "IMDB-BINARY")
SHARE = 0.1  # of the distances, below the bandwidth
QUICK_ITEMS = 10


class Case(NamedTuple):
    name: str
    task: str
    data: tuple[Any, ...]


def cases(folder: Path, quick: bool) -> Iterator[Case]:
    for name in (*SERIES, *GRAPHS):
        items = sets.load(name, folder, 0).items
        items = items[:QUICK_ITEMS] if quick else items
        yield _series(name, items) if name in SERIES else _graphs(name, items)


def _series(name: str, items: Any) -> Case:
    clouds = td.DelayEmbedding(dimension=3, delay=1).transform(items)
    filtrations = td.CodensityRips(bandwidth=SHARE, bandwidth_unit="quantile").fit_transform(clouds)
    functions = [filtration.vertex_grades[:, 0] for filtration in filtrations]
    return Case(name, "series_features", (clouds, functions, [each.cone_value for each in filtrations], SHARE))


def _graphs(name: str, items: Any) -> Case:
    of_items = [graph for graph, _ in items]
    functions = [graphs.heat_kernel_signature(graph, time=[1.0, 10.0]) for graph in of_items]
    complexes = [td.graph_lower_star(*pair) for pair in zip(of_items, functions, strict=True)]
    cells = [(each.dimensions, each.indptr, each.indices, each.grades) for each in complexes]
    edges = [(graph.edges, graph.n_nodes) for graph in of_items]  # objects of ours mean nothing to other interpreters
    return Case(name, "graph_features", (edges, functions, cells))


def judge(ours: Any, theirs: Any) -> dict[str, Any]:
    """The measures of all items are the same; tables have different grids, but the same size."""
    worst = max(
        atom_difference(mu, other)
        for sample, others in zip(ours[0], theirs[0], strict=True)
        for mu, other in zip(sample, others, strict=True)
    )
    return {"items": len(ours[0]), "max_difference": worst, "agree": worst == 0 and ours[1] == tuple(theirs[1])}


def compare(case: Case, python: str, theirs: dict[str, str], cap: float) -> list[dict[str, Any]]:
    """One race: ours with one and two jobs, multipers as documented, and its best way."""
    before = "hold_graphs" if case.task == "graph_features" else ""
    ours = [Contender(OURS + f" ({n} jobs)", Worker("_pipeline_tasks"), case.task, (n,), before) for n in (2, 1)]
    contenders = list(ours)
    if theirs:
        environment_ = {"PYTHONPATH": str(HERE), "KEOPS_VERBOSE": "0"}
        worker = Worker("_multipers_pipelines", python, environment_)
        ways = [Contender(f"multipers ({way})", worker, case.task, (way,)) for way in ("serial", "2 threads", "2 jobs")]
        documented = Worker("_multipers_pipelines", python, environment_)
        contenders.append(Contender("multipers (documented)", documented, case.task, ("documented",)))
        contenders.append(fastest(ways, case.data, cap))
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    try:
        race(contenders, case.data, cap, budget=8.0, least=1)
        versions = {OURS: version("tdainv"), "multipers": theirs.get("multipers", "")}
        return rows_of_race(contenders, {"case": case.name}, cap, versions, judge, machine)
    finally:
        for each in contenders:
            each.worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=120.0)
    add_multipers_option(parser)
    parser.add_argument("--data", type=Path, default=sets.default_folder(), metavar="FOLDER")
    options = parser.parse_args()
    theirs = multipers_versions("_multipers_pipelines", options.multipers_python)
    rows: list[dict[str, Any]] = []
    for case in cases(options.data, options.quick):
        if any(name in case.name for name in options.only):
            print(case.name, flush=True)
            rows += compare(case, options.multipers_python, theirs, options.cap)
    if not options.quick:
        write_csv("pipelines.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
