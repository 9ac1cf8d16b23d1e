"""Cross-validated accuracy of feature sets, honest and side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv._typing import Float, Int
from tdainv.cli._console import progress
from tdainv.datasets import Dataset

N_FOLDS = 5
N_TREES = 300
BASELINE, TOPOLOGY, BOTH = "distances (no topology)", "topology", "both together"


@dataclass(frozen=True)
class Evaluation:
    """Results of a cross-validation: for each feature set its accuracy on each fold, and out-of-fold predictions."""

    labels: Int
    scores: dict[str, Float]
    predictions: dict[str, Int]
    n_folds: int
    grouped: bool

    @property
    def chance(self) -> float:
        """Accuracy of always naming the largest class."""
        return float(np.bincount(self.labels).max() / len(self.labels))

    @property
    def protocol(self) -> str:
        """How the accuracy was measured, in one line."""
        folds = "no group is in two folds" if self.grouped else "stratified"
        return f"Extra-Trees, {N_TREES} trees; {self.n_folds} folds, {folds}; mean ± standard deviation over folds"


def make_classifier(seed: int, n_jobs: int) -> Any:
    """Make the classifier of all feature sets: extremely randomized trees, the same for all data.

    Trees need no scaling, so that distances and topology can stand side by side. Random forests have the same
    accuracy on the embedded data sets and take three to five times as long on hundreds of smooth features.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    return ExtraTreesClassifier(N_TREES, random_state=seed, n_jobs=n_jobs)


def evaluate(
    data: Dataset, invariants: Sequence[Any], baseline: Float, vectorizer: Any, *, seed: int, n_jobs: int
) -> Evaluation:
    """Cross-validate the baseline, the topological features and both together.

    Invariants are computed without looking at other clouds; what is learned from data, the grid of the vectorizer
    and the classifier, is learned from the training folds only. Nothing is selected by its score.
    """
    from sklearn.base import clone

    folds = make_folds(data, seed)
    predictions = {name: np.empty_like(data.labels) for name in (BASELINE, TOPOLOGY, BOTH)}
    scores: dict[str, list[float]] = {name: [] for name in predictions}
    with progress(len(folds) * len(predictions), "Classification") as advance:
        for train, test in folds:
            fitted = clone(vectorizer).fit([invariants[i] for i in train])
            rows = fitted.transform(invariants)
            tables = {BASELINE: baseline, TOPOLOGY: rows, BOTH: np.hstack([baseline, rows])}
            for name, table in tables.items():
                model = make_classifier(seed, n_jobs).fit(table[train], data.labels[train])
                predictions[name][test] = model.predict(table[test])
                scores[name].append(float((predictions[name][test] == data.labels[test]).mean()))
                advance()
    means = {name: np.array(values) for name, values in scores.items()}
    return Evaluation(data.labels, means, predictions, len(folds), data.groups is not None)


def make_folds(data: Dataset, seed: int) -> list[tuple[Int, Int]]:
    """Five stratified folds, fewer if a class is smaller; groups stay together.

    Raises
    ------
    ValueError
        If a class has one member only, or there are too few classes or groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    present, counts = np.unique(data.labels, return_counts=True)
    if len(present) < 2:
        raise ValueError(f"There must be at least two classes, got only {data.class_names[present[0]]!r}.")
    if counts.min() < 2:
        name = data.class_names[present[counts.argmin()]]
        raise ValueError(f"Class {name!r} has only one member: a class needs two, to train and to test.")
    n_folds = min(N_FOLDS, int(counts.min()))
    if data.groups is None:
        splitter = StratifiedKFold(n_folds, shuffle=True, random_state=seed)
        return list(splitter.split(data.labels, data.labels))
    n_groups = len(np.unique(data.groups))
    if n_groups < 2:
        raise ValueError("All clouds are in one group: there must be at least two, to train and to test.")
    grouped = StratifiedGroupKFold(min(n_folds, n_groups), shuffle=True, random_state=seed)
    return list(grouped.split(data.labels, data.labels, data.groups))
