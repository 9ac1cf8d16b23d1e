"""What the comparison scripts share: processes with a time cap, alternating measurements, tables and CSV."""

from __future__ import annotations

import argparse
import csv
import os
import pickle
import platform
import queue
import statistics
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RESULTS = HERE.parent / "results"
OURS = "tdainv"
MAX_REPETITIONS = 9
IMPORT_SECONDS = 300.0
UNTIMED_SECONDS = 300.0
NOT_REPEATED_SECONDS = 15.0


class TaskError(RuntimeError):
    """The task raised in its worker."""


@dataclass(frozen=True)
class Run:
    """One run of a task."""

    seconds: float
    cpu_seconds: float  # of all threads of the process
    result: Any
    peak_mb: float | None


class Worker:
    """A process of its own for one contender; killed and started again where a task takes longer than allowed.

    Only the run of the task is timed: not the start of the process, not imports, not the transfer of data.
    """

    def __init__(self, module: str, python: str | None = None, environment: dict[str, str] | None = None) -> None:
        self.module = module
        self.python = python or sys.executable
        self.environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, function: str, *arguments: Any, cap: float) -> Run | None:
        """Run a function of the module in the process; None if it took longer than `cap` seconds."""
        if self._process is None:
            self._start()
        return self._request(function, arguments, cap)

    def stop(self) -> None:
        """Kill the process, if there is one."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _start(self) -> None:
        self._process = subprocess.Popen(
            [self.python, str(HERE / "_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
        )
        self._answers: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=_read, args=(self._process.stdout, self._answers), daemon=True).start()
        if self._request("prepare", (), IMPORT_SECONDS) is None:
            raise TaskError(f"{self.module} did not start")

    def _request(self, function: str, arguments: tuple[Any, ...], cap: float) -> Run | None:
        pickle.dump((self.module, function, arguments), self._process.stdin)
        self._process.stdin.flush()
        try:
            state, value, result, peak = self._answers.get(timeout=cap)
        except queue.Empty:
            self.stop()
            return None
        if state == "ended":
            self.stop()
        if state != "done":
            raise TaskError(value)
        return Run(*value, result, peak)


def _read(stream: Any, answers: queue.Queue[Any]) -> None:
    try:
        while True:
            answers.put(pickle.load(stream))
    except (EOFError, OSError, ValueError, pickle.UnpicklingError):
        answers.put(("ended", "the process ended (out of memory?)", None, None))


@dataclass
class Contender:
    """One way to compute the answer: a function of a worker, with its first arguments.

    Where only a part of the work is to be timed, two more functions of the worker's module keep the rest out of it.
    """

    name: str
    worker: Worker
    function: str
    arguments: tuple[Any, ...] = ()
    before: str = ""  # makes the objects that a run needs: same arguments as the run, not timed
    after: str = ""  # takes the answer from the objects that a run leaves: no arguments, not timed
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: list[float] = field(default_factory=list)  # of all runs, warm-up included
    capped: bool = False
    error: str = ""
    trial: float | None = None  # a warm-up run that was already made
    result: Any = None
    peak_mb: float | None = None

    def attempt(self, data: tuple[Any, ...], cap: float) -> float | None:
        """Run once; the time is returned, not noted. None if it was capped or failed."""
        arguments = (*self.arguments, *data)
        try:
            if self.before:
                self.worker.run(self.before, *arguments, cap=UNTIMED_SECONDS)
            run = self.worker.run(self.function, *arguments, cap=cap)
            answer = self.worker.run(self.after, cap=UNTIMED_SECONDS) if self.after and run is not None else run
        except TaskError as error:
            self.error = str(error)
            return None
        if run is None or answer is None:
            self.capped = True
            return None
        self.result, self.peak_mb = answer.result, run.peak_mb
        self.cpu_seconds.append(run.cpu_seconds)
        return run.seconds

    @property
    def finished(self) -> bool:
        return bool(self.seconds)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def cpu_median(self) -> float:
        return statistics.median(self.cpu_seconds)


def race(
    contenders: Sequence[Contender], data: tuple[Any, ...], cap: float, budget: float = 10.0, least: int = 1
) -> None:
    """Measure the contenders in turn, A B A B ..., as often as a time budget for each allows.

    The first run of each is a warm-up and tells how often to repeat. It counts where it took more than half the
    budget: one-off costs are small against that. At least `least` runs
    count, but one run is enough that takes longer than 15 seconds.
    """
    planned = {}
    for contender in contenders:
        if contender.capped or contender.error:  # already known from the choice of the fastest way
            continue
        first = contender.attempt(data, cap) if contender.trial is None else contender.trial
        if first is None:
            continue
        if first > budget / 2:
            contender.seconds.append(first)
            planned[contender.name] = least - 1 if first < NOT_REPEATED_SECONDS else 0
        else:
            planned[contender.name] = max(3, least, min(MAX_REPETITIONS, int(budget / max(first, 1e-9))))
    for repetition in range(MAX_REPETITIONS):
        for contender in contenders:
            if repetition < planned.get(contender.name, 0):
                seconds = contender.attempt(data, cap)
                if seconds is not None:
                    contender.seconds.append(seconds)


def fastest(contenders: Sequence[Contender], data: tuple[Any, ...], cap: float) -> Contender:
    """Of several ways to use a library, the one that is fastest on the data, after two runs of each quick one.

    A way that takes much longer than the best one so far is stopped. The run that decided is the contender's trial.
    """
    best = None
    for contender in contenders:
        limit = cap if best is None else min(cap, 1.5 * best.trial + 2)
        seconds = contender.attempt(data, limit)
        if seconds is not None and seconds < 2:  # the first run may pay for something once
            again = contender.attempt(data, limit)
            seconds = seconds if again is None else min(seconds, again)
        contender.trial = seconds
        if seconds is not None and (best is None or seconds < best.trial):
            best = contender
    return best or contenders[0]


def cpu_name() -> str:
    """Name of the processor."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def version(package: str) -> str:
    """Version of an installed distribution, or an empty string."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def environment() -> dict[str, Any]:
    """Columns that every row of every CSV has."""
    return {
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": " ".join(f"{name}={version(name)}" for name in ("tdainv", "numpy", "numba", "scikit-learn")),
        "load_before": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else "",
    }


def write_csv(name: str, rows: Iterable[dict[str, Any]], *, update: bool = False) -> None:
    """Write rows, with all columns that any of them has, to the folder of results.

    With `update`, rows of other cases that the file already has are kept, in their places.
    """
    rows = list(rows)
    if not rows:
        return
    path = RESULTS / name
    if update and path.exists():
        with path.open(newline="", encoding="utf-8") as file:
            rows = _merged(list(csv.DictReader(file)), rows)
    columns = list(dict.fromkeys(key for row in rows for key in row))
    RESULTS.mkdir(exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    print(f"\n{len(rows)} rows in results/{name}")


def _merged(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    cases = list(dict.fromkeys(row["case"] for row in (*old, *new)))
    fresh = {row["case"] for row in new}
    return [row for case in cases for row in (new if case in fresh else old) if row["case"] == case]


def seconds_text(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 10 else f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.1f} ms"


def rows_of_race(
    contenders: Sequence[Contender],
    columns: dict[str, Any],
    cap: float,
    versions: dict[str, str],
    judge: Callable[[Any, Any], dict[str, Any]],
    machine: dict[str, Any],
) -> list[dict[str, Any]]:
    """One row a contender, ours first: times, ratio to ours, and what `judge(ours, theirs)` says of the answers."""
    ours = contenders[0]
    if not ours.finished:
        raise RuntimeError(f"{ours.name} did not finish {columns}: {ours.error or 'above the cap'}.")
    rows = []
    for contender in contenders:
        row = {**columns, "contender": contender.name, "version": versions.get(contender.name.split()[0], "")}
        if contender.finished:
            row |= {
                "seconds_median": f"{contender.median:.6g}",
                "seconds_best": f"{min(contender.seconds):.6g}",
                "cpu_seconds_median": f"{contender.cpu_median:.6g}",
                "repetitions": len(contender.seconds),
                "outcome": "done",
                "ratio": f"{contender.median / ours.median:.4g}",
                "cpu_ratio": f"{contender.cpu_median / ours.cpu_median:.4g}",
            }
            row |= judge(ours.result, contender.result)
        elif contender.capped:
            row |= {"outcome": f"> {cap:g} s", "ratio": f"{cap / ours.median:.4g}"}
        else:
            row |= {"outcome": contender.error}
        if contender.peak_mb is not None:
            row["peak_mb"] = round(contender.peak_mb)
        rows.append(row | machine)
        print(_line(contender, row, ours, cap), flush=True)
    return rows


def _line(contender: Contender, row: dict[str, Any], ours: Contender, cap: float) -> str:
    if contender.finished:
        time, ratio = seconds_text(contender.median), f"{float(row['ratio']):.1f}x"
    elif contender.capped:
        time, ratio = f"> {cap:g} s", f"> {float(row['ratio']):.0f}x"
    else:
        return f"    {contender.name:36s} {contender.error}"
    verdict = "" if contender is ours or not contender.finished else _verdict(row)
    return f"    {contender.name:36s} {time:>10s} {'' if contender is ours else ratio:>9s}   {verdict}"


def _verdict(row: dict[str, Any]) -> str:
    if "agree" not in row:
        return ""
    return f"same answer (max difference {row['max_difference']})" if row["agree"] else f"DIFFERENT ANSWER: {row}"


def command_line(description: str | None, cap: float) -> argparse.ArgumentParser:
    """Options that all scripts have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes only; does not write the CSV")
    help_only = "cases whose name contains NAME; their rows in the CSV are replaced"
    parser.add_argument("--only", nargs="+", default=[""], metavar="NAME", help=help_only)
    parser.add_argument("--cap", type=float, default=cap, metavar="SECONDS", help="longest run of a peer")
    return parser


def add_data_option(parser: argparse.ArgumentParser, folder: str, what: str) -> None:
    """Let the folder of published data be chosen; it lies beside the project by default."""
    default = HERE.parents[2] / "shared" / "data" / folder
    parser.add_argument("--data", type=Path, default=default, metavar="FOLDER", help=what)


def add_multipers_option(parser: argparse.ArgumentParser) -> None:
    """Let the interpreter of multipers be chosen."""
    parser.add_argument(
        "--multipers-python",
        default=os.environ.get("TDAINV_MULTIPERS_PYTHON", sys.executable),
        metavar="PATH",
        help="interpreter that has multipers",
    )


def multipers_versions(module: str, python: str) -> dict[str, str]:
    """Versions in the other interpreter; empty, with a message, if multipers is not there."""
    worker = Worker(module, python)
    try:
        return worker.run("versions", cap=120.0).result
    except (TaskError, OSError) as error:
        print(f"multipers is not compared: {error}. Name an interpreter that has it with --multipers-python.")
        return {}
    finally:
        worker.stop()


def disagreements(rows: Iterable[dict[str, Any]]) -> int:
    """How many rows have a wrong answer; the scripts exit with status 1 if there are any."""
    wrong = [row for row in rows if row.get("agree") is False]
    for row in wrong:
        print("DIFFERENT ANSWER:", row)
    return len(wrong)
