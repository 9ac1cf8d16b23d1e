"""multipers on the same folds and views, in a process of its own with a time cap on its invariants.

It gets what it needs to build the same filtrations: points and their codensity, cells with grades, pixels. Values of
functions are ours, and not in its time. Vectorizers are its own, the protocol and the classifiers are the same.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import views
from _harness import TaskError, Worker
from invariants import Invariants

METHODS = ("multipers hilbert", "multipers modules")
N_CHUNKS = 25
LONGEST_FIT = 1800.0
EARLY_SECONDS, HOPELESS = 20.0, 1.5  # stop after so long, if the projected time is so many times the cap


class NoResultError(RuntimeError):
    """The peer did not finish, or failed; the message is the outcome."""

    projected = ""  # seconds of all invariants, from those that were done


def measure(method: str, invariants: Invariants, options: Any) -> Any:
    """Scores, seconds of invariants and versions of the peer."""
    worker = Worker(
        "_multipers",
        options.multipers_python,
        {"PYTHONPATH": str(Path(__file__).resolve().parent), "KEOPS_VERBOSE": "0"},
    )
    data = invariants.data
    try:
        versions = worker.run("versions", cap=120).result
        seconds = timed_invariants(worker, method.split()[1], invariants, options.cap)
        run = worker.run("accuracy", data.kind, data.labels, data.folds, options.seed, cap=LONGEST_FIT)
        if run is None:
            raise NoResultError(f"> {LONGEST_FIT:g} s of vectorizers and classifiers")
        return run.result, seconds, " ".join(f"{name}={text}" for name, text in versions.items())
    except (TaskError, OSError) as error:
        raise NoResultError(f"failed: {error}") from error
    finally:
        worker.stop()


def timed_invariants(worker: Worker, invariant: str, invariants: Invariants, cap: float) -> float:
    """Let the worker compute and hold the invariants of all items; the seconds of that alone."""
    kind, values = invariants.data.kind, invariants.values
    size = max(1, -(-len(values) // N_CHUNKS))
    start, seconds, done = time.perf_counter(), 0.0, 0
    while done < len(values):
        chunk = [dict(_specifications(kind, value)) for value in values[done : done + size]]
        run = worker.run("invariants", invariant, chunk, cap=max(1.0, cap - seconds))
        done += len(chunk)
        seconds += cap if run is None else run.seconds
        projected = seconds * len(values) / done
        early = time.perf_counter() - start > EARLY_SECONDS and projected > HOPELESS * cap
        if done < len(values) and (run is None or seconds > cap or early):
            raise NoResultError(
                f"did not finish in {cap:g} s ({done / len(values):.0%} of the items in {seconds:.0f} s)"
            )
    return seconds


def _specifications(kind: str, value: Any) -> Iterator[tuple[str, list[Any]]]:
    """For each view what its filtrations are made from."""
    for key, filtrations in views.TWO[kind].items():
        yield key, [_specification(kind, value, make(value)) for make in filtrations]


def _specification(kind: str, value: Any, filtration: Any) -> Any:
    if kind == "series":
        return "rips", value, filtration.vertex_grades[:, 0], filtration.cone_value
    if kind == "clouds":
        return "delaunay", value, filtration.grades[: len(value), 1]
    if kind in ("images", "silhouettes"):
        return "cubical", filtration.pixels
    return "complex", filtration.dimensions, filtration.indptr, filtration.indices, filtration.grades
