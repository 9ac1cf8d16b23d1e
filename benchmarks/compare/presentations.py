"""Minimal presentations and Hilbert measures of complexes with two parameters: tdainv and mpfree.

    python benchmarks/compare/presentations.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]

mpfree is the program of Kerber and Rolle as bundled in multipers >= 2.6, which runs in a process of its own, with the
interpreter of --multipers-python or of the environment variable TDAINV_MULTIPERS_PYTHON.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from _answers import atom_difference
from _complexes import Instance, instances
from _harness import (
    OURS,
    UNTIMED_SECONDS,
    Contender,
    TaskError,
    Worker,
    add_data_option,
    add_multipers_option,
    command_line,
    disagreements,
    environment,
    fastest,
    race,
    rows_of_race,
    version,
    write_csv,
)

BUDGET = 3.0  # seconds of repetitions of one contender on one case
LEAST = 5  # repetitions
THREADS = {"1 thread": "1", "2 threads": "2"}  # more may be slower: they wait for each other


def judge(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Generators and relations have the same grades, counted with multiplicity, and measures the same atoms."""
    verdict, worst = {}, 0
    for name, other in theirs.items():
        mine = ours[name]
        if name != "measure":
            verdict[name] = len(other)
            mine, other = ((grades, np.ones(len(grades), np.int64)) for grades in (mine, other))
        worst = max(worst, atom_difference(mine, other))
    return {**verdict, "max_difference": worst, "agree": worst == 0}


def peer_versions(worker: Worker, python: str) -> dict[str, str]:
    """Versions in the other interpreter; empty, with a message, if multipers with mpfree is not there."""
    try:
        return worker.run("versions", cap=60.0).result
    except (TaskError, OSError) as error:
        worker.stop()
        print(f"mpfree is not compared: {error} in {python}.")
        print("Name an interpreter that has multipers >= 2.6 with --multipers-python.")
        return {}


def compare(
    instance: Instance, path: Path, workers: dict[str, Worker], theirs: dict[str, str], cap: float
) -> list[dict[str, Any]]:
    """One race; then one run of the peer with syzygies, for which its presentation has no measure to compare."""
    data = (str(path), instance.degree)
    contenders = [
        Contender(f"{OURS} (presentation)", workers[OURS], "presentation", before="load"),
        Contender(f"{OURS} (measure)", workers[OURS], "measure", before="load"),
    ]
    if theirs:
        names = {"before": "load", "after": "betti_grades"}
        ways = [Contender(f"multipers (mpfree, {k})", workers[k], "presentation", **names) for k in THREADS]
        contenders.append(fastest(ways, data, cap))
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    race(contenders, data, cap, BUDGET, LEAST)
    presentation, measure = contenders[:2]
    if not measure.finished:
        raise TaskError(f"{measure.name} did not finish: {measure.error or 'above the cap'}")
    if theirs and contenders[-1].finished:
        names = {"before": "load", "after": "betti_measure"}
        contenders.append(Contender("multipers (mpfree, syzygies)", contenders[-1].worker, "resolution", **names))
        seconds = contenders[-1].attempt(data, cap)
        contenders[-1].seconds += [] if seconds is None else [seconds]
    if presentation.finished:
        presentation.result = presentation.result | measure.result
    for contender in contenders:  # the processes have seen other cases
        contender.peak_mb = peak_memory(contender, data, cap) if instance.measure_memory else None
    with np.load(path, allow_pickle=False) as file:
        cells = " ".join(map(str, np.bincount(file["dimensions"])))
    columns = {"case": instance.case, "cells": cells, "degree": instance.degree}
    versions = {OURS: version("tdainv"), "multipers": theirs.get("multipers", "")}
    rows = rows_of_race(contenders, columns, cap, versions, judge, machine)
    return with_ratios_to_measure(rows, contenders)


def with_ratios_to_measure(rows: list[dict[str, Any]], contenders: list[Contender]) -> list[dict[str, Any]]:
    """Add the ratio of each peer to our time for the measure; `ratio` is to that for the presentation."""
    for row, contender in zip(rows[2:], contenders[2:], strict=True):
        if contender.finished:
            row["ratio_to_measure"] = f"{contender.median / contenders[1].median:.4g}"
            print(f"    {contender.name:36s} {'to our measure':>10s} {float(row['ratio_to_measure']):.1f}x", flush=True)
    return rows


def peak_memory(contender: Contender, data: tuple[Any, ...], cap: float) -> float | None:
    """Peak memory of a new process that loads the complex and does the task once."""
    if not contender.finished:
        return None
    worker = Worker(contender.worker.module, contender.worker.python, contender.worker.environment)
    try:
        worker.run(contender.before, *data, cap=UNTIMED_SECONDS)
        run = worker.run(contender.function, *data, cap=cap)
    finally:
        worker.stop()
    return None if run is None else run.peak_mb


def options_of_command_line() -> argparse.Namespace:
    parser = command_line(__doc__, cap=30.0)
    add_data_option(parser, "presentations", "published presentations (scc)")
    help_complexes = "where complexes are kept from one run to the next (default: nowhere)"
    parser.add_argument("--complexes", type=Path, metavar="FOLDER", help=help_complexes)
    add_multipers_option(parser)
    return parser.parse_args()


def main() -> int:
    options = options_of_command_line()
    workers = {OURS: Worker("_complex_tasks")}
    for threads, number in THREADS.items():
        setting = {"OMP_NUM_THREADS": number}
        workers[threads] = Worker("_presentations_peer", options.multipers_python, setting)
    peer = workers["1 thread"]
    theirs = peer_versions(peer, options.multipers_python)
    rows: list[dict[str, Any]] = []
    failures = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.complexes or Path(temporary)
        folder.mkdir(exist_ok=True)
        for instance in instances(peer if theirs else None, options.data, options.quick):
            if not any(name in instance.case for name in options.only):
                continue
            print(instance.case, flush=True)
            try:
                path = instance.file(folder)
                rows += compare(instance, path, workers, theirs, options.cap)
            except (TaskError, RuntimeError) as error:
                failures += 1
                print(f"    FAILED: {error}")
    for worker in workers.values():
        worker.stop()
    if not options.quick:
        write_csv("presentations.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) or failures else 0


if __name__ == "__main__":
    sys.exit(main())
