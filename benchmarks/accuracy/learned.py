"""Accuracy of learned filtrations, of fixed ones and of baselines without topology, on the same folds.

python benchmarks/accuracy/learned.py [--sets NAME ...] [--methods NAME ...] [--seed 1] [--quick]
python benchmarks/accuracy/learned.py --table    # writes docs/learned_table.md from the rows that are there

One row a set, method and fold goes to benchmarks/results/learned.csv as soon as it is there; rows that the file has for
this seed and version are skipped, so that a run that was stopped goes on where it was.

Sets. proteins: 1000 distance matrices of 60 residues of a protein, drawn from 14 structures, with noise of standard
deviation 0.1 on every distance; "proteins" are five stratified random folds, "proteins pairs" seven folds, each without
the two structures of a pair. marked rings: 200 clouds of 60 points, five stratified random folds.

Nothing is learned or chosen with test items: the unit, the Gaussians and the parameter C of the logistic regression
(three inner folds) come from the training items. Numbers of epochs, the learning rate and the normalisation of networks
are the same for all folds; they were tried on the first fold of the proteins of seed 0. So the rows that count are
those of seed 1, the default: other clouds, noise and folds. The rings have twice as many epochs, since their training
accuracy with the learned filtration was below 1 in some folds with the number that the proteins have.

Test. Two methods are compared by the corrected resampled t-test of Nadeau and Bengio (Machine Learning 52, 2003) on the
differences of accuracies fold by fold: t = mean / sqrt((1/k + n_test/n_train) variance) with k - 1 degrees of freedom.
Training sets of different folds share most of their items, which makes the plain paired t-test far too sure of itself;
the term n_test/n_train corrects for that. An exact sign test cannot fall below p = 0.06 with five folds, whatever the
accuracies are.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "compare"))

import numpy as np
import torch
from _harness import RESULTS, environment
from results import read
from scipy import stats
from scipy.spatial.distance import squareform
from sets import DataSet
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, LeaveOneGroupOut, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

import tdainv
from tdainv import datasets
from tdainv.learn import LearnedFiltrationClassifier

TABLE = RESULTS / "learned.csv"
COLUMNS = (
    *("set", "protocol", "noise", "method", "fold", "n_train", "n_test", "accuracy", "training_accuracy"),
    *("epochs", "seconds", "cpu_seconds", "weight_spread", "weight_centrality", "seed", "tdainv", "quick"),
    *("cpu", "cores", "python", "versions", "load_before"),
)
KEY = ("set", "method", "fold", "seed", "tdainv", "quick")
NOISE = 0.1
RINGS_A_CLASS = 100
N_QUANTILES = 33
QUICK_ITEMS = 40
LEVEL = 0.05


def quantiles(matrices: Sequence[Any]) -> Any:
    """Quantiles of the distances of each cloud: no topology."""
    levels = np.linspace(0, 1, N_QUANTILES)
    return np.array([np.quantile(squareform(matrix, checks=False), levels) for matrix in matrices])


def _regression(seed: int, epochs: int) -> Any:
    pipeline = make_pipeline(
        FunctionTransformer(quantiles), StandardScaler(), LogisticRegression(max_iter=5000, random_state=seed)
    )
    return GridSearchCV(pipeline, {"logisticregression__C": [0.01, 0.1, 1.0, 10.0]}, cv=3)


def _learned(filtration: Any, backbone: Any = None) -> Callable[[int, int], Any]:
    def make(seed: int, epochs: int) -> Any:
        return LearnedFiltrationClassifier(
            filtration,
            backbone,
            metric="precomputed",
            width=16,
            epochs=epochs,
            backbone_epochs=epochs,
            learning_rate=0.005,
            warmup=5,
            validation_fraction=0,
            random_state=seed,
        )

    return make


# Method, and its number of epochs: fixed filtrations are cheap, and get more. Few items make few steps an epoch.
METHODS: dict[str, tuple[Callable[[int, int], Any], int]] = {
    "quantiles": (_regression, 1),
    "network": (_learned(None, "distances"), 20),
    "rips": (_learned("rips"), 40),
    "dtm": (_learned("dtm"), 40),
    "learned": (_learned("learned"), 14),
    "bifiltration": (_learned("bifiltration"), 14),
}
FEW_ITEMS, MORE_EPOCHS = 300, 2
TOPOLOGY = ("rips", "dtm", "learned", "bifiltration")


def load(name: str, seed: int) -> DataSet:
    """Distance matrices with labels and folds."""
    if name == "marked rings":
        data = datasets.make_marked_rings(RINGS_A_CLASS, random_state=seed)
        items = [_distances(cloud) for cloud in data.clouds]
        return DataSet(name, "clouds", items, data.labels, _stratified(data.labels, seed), "5-fold")
    data = datasets.load_proteins(noise=NOISE, random_state=seed)
    if name == "proteins":
        return DataSet(name, "clouds", data.clouds, data.labels, _stratified(data.labels, seed), "5-fold")
    folds = list(LeaveOneGroupOut().split(data.labels, groups=data.groups))
    return DataSet(name, "clouds", data.clouds, data.labels, folds, "leave one pair of structures out")


SETS = ("marked rings", "proteins", "proteins pairs")


def _distances(cloud: Any) -> Any:
    return tdainv.rips(cloud).distances


def _stratified(labels: Any, seed: int) -> list[Any]:
    return list(StratifiedKFold(5, shuffle=True, random_state=seed).split(labels, labels))


def measure(method: str, data: DataSet, fold: int, seed: int, quick: bool) -> dict[str, Any]:
    """One row."""
    make, epochs = METHODS[method]
    train, test = data.folds[fold]
    epochs *= MORE_EPOCHS if len(train) < FEW_ITEMS else 1
    model = make(seed + fold, min(epochs, 2) if quick else epochs)
    training, tested = ([data.items[i] for i in part] for part in (train, test))
    start, cpu = time.perf_counter(), time.process_time()
    model.fit(training, data.labels[train])
    row = {
        "set": data.name,
        "protocol": data.protocol,
        "noise": NOISE if data.name.startswith("proteins") else 0.05,
        "method": method,
        "fold": fold,
        "n_train": len(train),
        "n_test": len(test),
        "accuracy": f"{model.score(tested, data.labels[test]):.4f}",
        "seconds": f"{time.perf_counter() - start:.1f}",
        "cpu_seconds": f"{time.process_time() - cpu:.1f}",
        "training_accuracy": f"{model.score(training, data.labels[train]):.4f}",
        "seed": seed,
        "tdainv": tdainv.__version__,
        "quick": quick,
    }
    if isinstance(model, LearnedFiltrationClassifier):
        row["epochs"] = sum(len(rows) for rows in model.history_.values())
        if method in TOPOLOGY[1:]:
            row |= _weights(model, tested)
    return row | environment()


def _weights(model: Any, matrices: Sequence[Any]) -> dict[str, str]:
    """Spread of the weights in a cloud, in units of the mean distance, and whether far points have large ones."""
    weights = model.point_weights(matrices)
    scale = 1.0 if model.filtration == "bifiltration" else 1 / model.unit_
    found = [stats.spearmanr(w, matrix.mean(axis=1)).statistic for w, matrix in zip(weights, matrices, strict=True)]
    return {
        "weight_spread": f"{scale * np.mean([w.std() for w in weights]):.4f}",
        "weight_centrality": f"{np.nanmean(found):.3f}",
    }


def corrected_t_test(differences: Sequence[float], test_to_train: float) -> tuple[float, float]:
    """Mean difference and two-sided p of the test of Nadeau and Bengio; p is 1 where all differences are 0."""
    d = np.asarray(differences, dtype=float)
    mean, variance = d.mean(), d.var(ddof=1)
    if variance == 0:
        return float(mean), 1.0 if mean == 0 else 0.0
    t = mean / np.sqrt((1 / len(d) + test_to_train) * variance)
    return float(mean), float(2 * stats.t.sf(abs(t), len(d) - 1))


def lines(rows: list[dict[str, str]]) -> list[str]:
    """Tables of accuracies, and of differences to the learned filtrations."""
    names = [method for method in METHODS if any(row["method"] == method for row in rows)]
    found = ["| set | folds | " + " | ".join(names) + " |", "|---" * (len(names) + 2) + "|"]
    for name in (name for name in SETS if any(row["set"] == name for row in rows)):
        of_set = [row for row in rows if row["set"] == name]
        n_folds = len({row["fold"] for row in of_set})
        cells = [_cell(_values(of_set, method), n_folds) for method in names]
        found.append(f"| {name} | {of_set[0]['protocol']} | " + " | ".join(cells) + " |")
    found += ["", "| set | compared | difference | p | folds won | |", "|---|---|---|---|---|---|"]
    for name in SETS:
        for first in ("learned", "bifiltration"):
            for second in (method for method in METHODS if method != first):
                found += _comparison([row for row in rows if row["set"] == name], name, first, second)
    found += ["", "| set | method | training accuracy | epochs | CPU seconds a fold | spread of weights | far points |"]
    found += ["|---" * 7 + "|"]
    for name in SETS:
        for method in names:
            found += _details([row for row in rows if row["set"] == name and row["method"] == method], name, method)
    return found


def _values(rows: list[dict[str, str]], method: str, column: str = "accuracy") -> dict[str, float]:
    return {row["fold"]: float(row[column]) for row in rows if row["method"] == method and row[column]}


def _cell(values: dict[str, float], n_folds: int) -> str:
    if not values:
        return "–"
    text = f"{np.mean(list(values.values())):.3f} ± {np.std(list(values.values())):.3f}"
    return text if len(values) == n_folds else f"{text} ({len(values)} of {n_folds} folds)"


def _comparison(rows: list[dict[str, str]], name: str, first: str, second: str) -> list[str]:
    ours, theirs = _values(rows, first), _values(rows, second)
    folds = sorted(ours.keys() & theirs.keys())
    if len(folds) < 2:
        return []
    d = [ours[fold] - theirs[fold] for fold in folds]
    ratio = np.mean([float(row["n_test"]) / float(row["n_train"]) for row in rows])
    mean, p = corrected_t_test(d, float(ratio))
    verdict = "" if p >= LEVEL else f"{first if mean > 0 else second} is better"
    won = f"{sum(value > 0 for value in d)} of {len(d)}"
    return [f"| {name} | {first} – {second} | {mean:+.3f} | {p:.3g} | {won} | {verdict} |"]


def _details(rows: list[dict[str, str]], name: str, method: str) -> list[str]:
    if not rows:
        return []
    columns = ("training_accuracy", "epochs", "cpu_seconds", "weight_spread", "weight_centrality")
    numbers = [list(_values(rows, method, column).values()) for column in columns]
    texts = [f"{np.mean(each):.3g}" if each else "" for each in numbers]
    return ["| " + " | ".join([name, method, *texts]) + " |"]


def _append(path: Path, row: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)


def _has(path: Path, **wanted: Any) -> bool:
    texts = {name: str(wanted[name]) for name in KEY}
    return any(all(row[name] == text for name, text in texts.items()) for row in read(path))


def _write_table(path: Path, seed: int) -> int:
    rows = [row for row in read(path) if row["seed"] == str(seed) and row["quick"] == "False"]
    if not rows:
        print(f"There are no results with seed {seed} in {path}.")
        return 1
    text = "\n".join(lines(rows)) + "\n"
    print(text)
    (HERE.parents[1] / "docs" / "learned_table.md").write_text(text, encoding="utf-8")
    return 0


def main() -> int:
    options = _options()
    if options.table:
        return _write_table(options.output, options.seed)
    torch.set_num_threads(options.threads)
    for name in options.sets:
        data = load(name, options.seed)
        data = data.first(QUICK_ITEMS) if options.quick else data
        print(f"{name}: {len(data.items)} items, {data.protocol}", flush=True)
        for fold in options.folds or range(len(data.folds)):
            for method in options.methods:
                key = {"set": name, "method": method, "fold": fold, "seed": options.seed, "quick": options.quick}
                if _has(options.output, tdainv=tdainv.__version__, **key):
                    continue
                row = measure(method, data, fold, options.seed, options.quick)
                _append(options.output, row)
                print(f"    fold {fold} {method:14s} {row['accuracy']}  {row['seconds']:>7s} s", flush=True)
    return 0


def _options() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS), metavar="NAME")
    parser.add_argument("--methods", nargs="+", choices=list(METHODS), default=list(METHODS), metavar="NAME")
    parser.add_argument("--folds", nargs="+", type=int, default=None, metavar="K", help="by default all, from 0 on")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="threads of torch")
    parser.add_argument("--quick", action="store_true", help="few items, two folds, two epochs: to try things out")
    parser.add_argument("--table", action="store_true", help="only write docs/learned_table.md")
    parser.add_argument("--output", type=Path, default=None, metavar="CSV", help="by default results/learned.csv")
    options = parser.parse_args()
    if options.output is None:
        options.output = RESULTS / "learned_quick.csv" if options.quick else TABLE
    return options


if __name__ == "__main__":
    sys.exit(main())
