"""Accuracy of persistence, of baselines without it, and of multipers, on real data.

python benchmarks/accuracy/run.py [--sets NAME ...] [--methods NAME ...] [--seed 0] [--quick] [--n-jobs 1]

One row a set and method goes to benchmarks/results/accuracy.csv as soon as it is there; rows that the file has for this
seed and version are skipped, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "compare"))

import methods
import numpy as np
import peer
import sets
from _harness import environment
from invariants import Invariants
from protocol import evaluate
from results import RESULTS, TABLE, append, has
from threadpoolctl import threadpool_limits

import tdainv

ALL_METHODS = (*methods.names("series"), *peer.METHODS)
QUICK_ITEMS = 40


def main() -> int:
    options = _options()
    path = options.output
    key = {"seed": options.seed, "tdainv": tdainv.__version__, "quick": options.quick}
    with threadpool_limits(1):  # as many threads as jobs
        for name in options.sets:
            todo = [m for m in options.methods if not has(path, **key, set=name, method=m)]
            if not todo:
                continue
            data = sets.load(name, options.data, options.seed)
            data = data.first(QUICK_ITEMS) if options.quick else data
            print(f"{name}: {len(data.items)} {data.kind}, {data.protocol}, chance {data.chance:.3f}", flush=True)
            invariants = Invariants(data)
            known = (*methods.names(data.kind, len(data.items)), *peer.METHODS)
            for method in (m for m in todo if m in known):
                row = _measure(method, invariants, options)
                append(path, row)
                print(_line(row), flush=True)
    return 0


def _measure(method: str, invariants: Invariants, options: Any) -> dict[str, Any]:
    data = invariants.data
    row = {
        "set": data.name,
        "kind": data.kind,
        "method": method,
        "n": len(data.items),
        "classes": len(np.unique(data.labels)),
        "folds": len(data.folds),
        "protocol": data.protocol,
        "chance": f"{data.chance:.4f}",
        "seed": options.seed,
        "tdainv": tdainv.__version__,
        "quick": options.quick,
        **environment(),
    }
    try:
        if method in peer.METHODS:
            scores, seconds, versions = peer.measure(method, invariants, options)
            row["peer_versions"] = versions
        else:
            recipe = methods.recipe(method, invariants)
            samples, seconds = invariants.samples(recipe.needs)
            row["seconds_values"] = f"{invariants.seconds['values']:.4g}"
            scores = evaluate(recipe.method, samples, data.labels, data.folds, options.seed, options.n_jobs)
    except peer.NoResultError as error:
        return row | {"outcome": str(error), "seconds_projected": error.projected}
    return row | {
        "outcome": "done",
        "accuracy": f"{np.mean(scores.accuracies):.4f}",
        "inner": f"{scores.inner:.4f}",
        "std": f"{np.std(scores.accuracies):.4f}",
        "seconds_invariants": f"{seconds:.4g}",
        "seconds_fit": f"{scores.fit_seconds:.4g}",
        "seconds_predict": f"{scores.predict_seconds:.4g}",
        "chosen": "; ".join(f"{text} ({n})" for text, n in Counter(scores.chosen).most_common()),
    }


def _line(row: dict[str, Any]) -> str:
    if row["outcome"] != "done":
        return f"    {row['method']:18s} {row['outcome']}"
    seconds = f"{row['seconds_invariants']:>8s} s invariants {row['seconds_fit']:>8s} s fit"
    accuracy = f"{float(row['accuracy']):.3f} ± {float(row['std']):.3f}"
    return f"    {row['method']:18s} {accuracy} {seconds}  {row['chosen'][:90]}"


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=list(sets.LOADERS), default=list(sets.LOADERS), metavar="NAME")
    parser.add_argument("--methods", nargs="+", choices=ALL_METHODS, default=list(ALL_METHODS), metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="few items of each set, two folds: to try things out")
    parser.add_argument("--n-jobs", type=int, default=1, help="folds at the same time")
    parser.add_argument("--data", type=Path, default=sets.default_folder(), metavar="FOLDER")
    parser.add_argument("--output", type=Path, default=None, metavar="CSV", help="by default results/accuracy.csv")
    parser.add_argument("--cap", type=float, default=150.0, metavar="SECONDS", help="longest time of a peer's features")
    parser.add_argument(
        "--multipers-python",
        default=os.environ.get("TDAINV_MULTIPERS_PYTHON", sys.executable),
        metavar="PATH",
        help="interpreter that has multipers",
    )
    options = parser.parse_args()
    if options.output is None:
        options.output = RESULTS / "accuracy_quick.csv" if options.quick else TABLE
    return options


if __name__ == "__main__":
    sys.exit(main())
