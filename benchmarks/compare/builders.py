"""Building filtrations, and the way from data to a measure: tdainv, GUDHI and multipers.

    python benchmarks/compare/builders.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]

multipers runs with the interpreter of --multipers-python or of the environment variable TDAINV_MULTIPERS_PYTHON. Cases
without a peer that can do them are there for their times alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from _answers import atom_difference
from _harness import (
    OURS,
    Contender,
    Worker,
    add_data_option,
    add_multipers_option,
    command_line,
    disagreements,
    environment,
    multipers_versions,
    race,
    rows_of_race,
    version,
    write_csv,
)

from tdainv import datasets

# GUDHI's values are approximate unless its precision is "exact": up to 1e-5 where triangles are almost flat.
RELATIVE = 1e-5


@dataclass
class Case:
    """Data, what we run on it, and what the peers run on it."""

    name: str
    data: tuple[Any, ...]
    ours: tuple[str, str]  # the task, and the task that takes its answer
    judge: Callable[[Any, Any], dict[str, Any]]
    gudhi: list[tuple[str, str, tuple[Any, ...], str]] = field(default_factory=list)  # name, task, arguments, after
    multipers: list[tuple[str, str, tuple[Any, ...], str]] = field(default_factory=list)


def same_cells(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """As many cells of each dimension, at the same grades."""
    verdict = {"cells": " ".join(map(str, theirs["sizes"]))}
    if not np.array_equal(ours["sizes"], theirs["sizes"]):
        return {**verdict, "max_difference": "cells", "agree": False}
    differences = np.abs(ours["grades"] - theirs["grades"]).max() / np.abs(ours["grades"]).max()
    return {**verdict, "max_difference": f"{differences:.1e}", "agree": bool(differences < RELATIVE)}


def only_sizes(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Approximations differ in their constants: sizes are noted, not judged."""
    return {"cells": " ".join(map(str, theirs["sizes"]))}


def same_measures(ours: list[Any], theirs: list[Any]) -> dict[str, Any]:
    """The same atoms with the same weights, up to a constant of the second coordinate (that of a density)."""
    shift = np.array([0.0, ours[0][0][:, 1].min() - theirs[0][0][:, 1].min()])
    worst = 0
    for mine, other in zip(ours, theirs, strict=True):
        worst = max(worst, atom_difference(mine, (other[0] + shift, other[1])))
    atoms = {f"atoms_h{k}": len(points) for k, (points, _) in enumerate(ours)}
    return {**atoms, "max_difference": worst, "agree": worst == 0}


def same_measures_of_images(ours: list[Any], theirs: list[Any]) -> dict[str, Any]:
    worst = max(atom_difference(m, o) for a, b in zip(ours, theirs, strict=True) for m, o in zip(a, b, strict=True))
    return {"max_difference": worst, "agree": worst == 0}


def cases(quick: bool, folder: Path) -> list[Case]:
    rng = np.random.default_rng(0)
    found = []
    for n in (1000,) if quick else (1000, 10_000, 50_000):
        data = (rng.random((n, 2)), rng.random(n))
        peer = [("multipers", "function_delaunay", (), "cells")]
        found.append(
            Case(f"function_delaunay_plane_{n}", data, ("function_delaunay", "cells"), same_cells, multipers=peer)
        )
    for n in (300,) if quick else (1000, 10_000):
        data = (rng.random((n, 3)), rng.random(n))
        found.append(
            Case(f"function_delaunay_space_{n}", data, ("function_delaunay", "cells"), same_cells, multipers=peer)
        )
    for name, points in alpha_clouds(quick):
        peers = [(f"gudhi ({how})", "alpha", (how,), "alpha_cells") for how in ("safe", "fast", "exact")]
        found.append(Case(f"alpha_{name}", (points,), ("alpha", "cells"), same_cells, gudhi=peers))
    for n in (300,) if quick else (1000, 5000):
        peers = [("gudhi", "sparse_rips", (), "sizes")]
        data = (datasets.make_torus(n, random_state=0), 0.5)
        found.append(Case(f"sparse_rips_torus_{n}", data, ("sparse_rips", "sizes"), only_sizes, gudhi=peers))
    for n in (1000,) if quick else (10_000, 50_000):
        points = datasets.make_circle(n, noise=0.1, outliers=0.1, random_state=0)
        peer = [("multipers", "codensity_measures", (), "")]
        task = ("codensity_measures", "")
        found.append(Case(f"codensity_measure_plane_{n}", (points, 0.1), task, same_measures, multipers=peer))
    n, rows = (60, 10) if quick else (500, 50)
    data = (datasets.make_circle(n, noise=0.1, random_state=0), list(range(0, 2 * rows, 2)))
    peer = [("multipers", "degree_rips", (), "")]
    found.append(Case(f"degree_rips_{n}", data, ("degree_rips", ""), same_measures, multipers=peer))
    n = 20_000 if quick else 1_000_000
    points = datasets.make_torus(n, noise=0.05, random_state=0)
    data = (points, np.linalg.norm(points, axis=1), 100 if quick else 1000, 50)
    found.append(Case(f"sublevel_flood_{n}", data, ("million", ""), same_measures))
    if (path := folder / "mnist_test.npz").exists():
        found.append(digits(path, 20 if quick else 1000))
    return found


def alpha_clouds(quick: bool) -> list[tuple[str, Any]]:
    rng = np.random.default_rng(1)
    sizes = (1000,) if quick else (10_000, 100_000)
    clouds = [(f"uniform_{n}", rng.random((n, 3))) for n in sizes]
    n = sizes[-1]
    clouds.append((f"torus_{n}", datasets.make_torus(n, noise=0.05, random_state=0)))
    clouds.append((f"plane_{n}", rng.random((n, 2))))
    return clouds


def digits(path: Path, n: int) -> Case:
    """Two channels: grey values, bright first, and height."""
    with np.load(path, allow_pickle=False) as file:
        grey = 255.0 - file["images"][:n]
    height = np.broadcast_to(np.arange(28.0)[:, np.newaxis], grey.shape)
    stack = np.stack([grey, height], axis=-1)
    peer = [("multipers (cohomology)", "images", ("GudhiCohomology",), "")]
    return Case(f"digits_{n}", (stack,), ("images", ""), same_measures_of_images, multipers=peer)


def compare(case: Case, python: str, theirs: dict[str, str], cap: float) -> list[dict[str, Any]]:
    contenders = [Contender(OURS, Worker("_builder_tasks"), case.ours[0], after=case.ours[1])]
    for name, task, arguments, after in case.gudhi:
        contenders.append(Contender(name, Worker("_gudhi_builders"), task, arguments, after=after))
    for name, task, arguments, after in case.multipers if theirs else []:
        contenders.append(Contender(name, Worker("_multipers_builders", python), task, arguments, after=after))
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    try:
        race(contenders, case.data, cap, budget=20.0, least=3)
        versions = {OURS: version("tdainv"), "gudhi": version("gudhi"), "multipers": theirs.get("multipers", "")}
        return rows_of_race(contenders, {"case": case.name}, cap, versions, case.judge, machine)
    finally:
        for contender in contenders:
            contender.worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=120.0)
    add_data_option(parser, "images", "folder of mnist_test.npz")
    add_multipers_option(parser)
    options = parser.parse_args()
    theirs = multipers_versions("_multipers_builders", options.multipers_python)
    rows: list[dict[str, Any]] = []
    for case in cases(options.quick, options.data):
        if any(name in case.name for name in options.only):
            print(case.name, flush=True)
            rows += compare(case, options.multipers_python, theirs, options.cap)
    if not options.quick:
        write_csv("builders.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
