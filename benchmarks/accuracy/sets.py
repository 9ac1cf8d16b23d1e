"""The data sets of the accuracy runs: items, labels, and which items are for training in each fold."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.model_selection import StratifiedKFold, StratifiedShuffleSplit

from tdainv import datasets, graphs
from tdainv.meshes import Mesh

Fold = tuple[Any, Any]  # indices of training and of test items
OFFICIAL_REPEATS = 3  # of an official split, with other seeds of the search and the classifier
MNIST_IMAGES = 2000
ORBITS = {"n_per_class": 200, "n_points": 300}
MESH_SMALLEST_CLASS = 4


@dataclass(frozen=True)
class DataSet:
    """Items of one kind ("series", "graphs", "clouds", "images", "silhouettes", "meshes") with their folds."""

    name: str
    kind: str
    items: list[Any]
    labels: Any
    folds: list[Fold]
    protocol: str  # the folds in words

    @property
    def chance(self) -> float:
        """Accuracy of naming the largest training class, mean over folds."""
        return float(
            np.mean([(self.labels[test] == _largest(self.labels[train])).mean() for train, test in self.folds])
        )

    def first(self, n: int) -> DataSet:
        """A small part of the set, with two folds and six or more items a class: to try things out."""
        values, counts = np.unique(self.labels, return_counts=True)
        chosen = values[np.argsort(-counts, kind="stable")][: max(2, n // 6)]
        kept = np.concatenate([np.flatnonzero(self.labels == label)[: max(6, n // len(chosen))] for label in chosen])
        labels = self.labels[kept]
        items = [self.items[i] for i in kept]
        return DataSet(self.name, self.kind, items, labels, _stratified(labels, 2, 0), "2-fold, few items")


def _largest(labels: Any) -> Any:
    values, counts = np.unique(labels, return_counts=True)
    return values[counts.argmax()]


def _stratified(labels: Any, n_folds: int, seed: int) -> list[Fold]:
    return list(StratifiedKFold(n_folds, shuffle=True, random_state=seed).split(labels, labels))


def _pieces(values: Any, offsets: Any) -> list[Any]:
    return [values[start:end] for start, end in pairwise(offsets)]


def _series(path: Path, name: str, seed: int) -> DataSet:
    """Official split; series as they are."""
    file = np.load(path / "ucr" / f"{name}.npz", allow_pickle=False)
    items = [*file["X_train"].astype(float), *file["X_test"].astype(float)]
    labels = np.concatenate([file["y_train"], file["y_test"]])
    split = np.split(np.arange(len(items)), [len(file["y_train"])])
    folds = [(split[0], split[1])] * OFFICIAL_REPEATS
    return DataSet(name, "series", items, labels, folds, f"official split, {OFFICIAL_REPEATS} seeds")


def _graphs(path: Path, name: str, seed: int) -> DataSet:
    """Graphs with the labels of their nodes, or None."""
    file = np.load(path / "graphs" / f"{name}.npz", allow_pickle=False)
    counts = file["node_counts"]
    starts = np.concatenate([[0], np.cumsum(counts)])
    edges = _pieces(file["edges"], file["edge_offsets"])
    of_nodes = _pieces(file["node_labels"], starts) if "node_labels" in file else [None] * len(counts)
    items = [(graphs.Graph.of((pairs, int(n))), nodes) for pairs, n, nodes in zip(edges, counts, of_nodes, strict=True)]
    return DataSet(name, "graphs", items, file["labels"], _stratified(file["labels"], 10, seed), "10-fold")


def _immune_cells(path: Path, name: str, seed: int) -> DataSet:
    file = np.load(path / "immune_cells.npz", allow_pickle=False)
    items = _pieces(file["points"].astype(float), file["offsets"])
    return DataSet(name, "clouds", items, file["labels"], _stratified(file["labels"], 5, seed), "5-fold")


def _orbits(path: Path, name: str, seed: int) -> DataSet:
    orbits = datasets.make_orbit5k(**ORBITS, random_state=seed)
    splitter = StratifiedShuffleSplit(3, test_size=0.3, random_state=seed)
    folds = list(splitter.split(orbits.labels, orbits.labels))
    return DataSet(name, "clouds", list(orbits.clouds), np.asarray(orbits.labels), folds, "3 splits 70/30")


def _silhouettes(path: Path, name: str, seed: int) -> DataSet:
    file = np.load(path / "shapes" / "mpeg7.npz", allow_pickle=False)
    flat = np.unpackbits(file["bits"])[: file["offsets"][-1]].astype(bool)
    pixels = _pieces(flat, file["offsets"])
    items = [image.reshape(shape) for image, shape in zip(pixels, file["shapes"], strict=True)]
    return DataSet(name, "silhouettes", items, file["labels"], _stratified(file["labels"], 5, seed), "5-fold")


def _digits(path: Path, name: str, seed: int) -> DataSet:
    file = np.load(path / "images" / "mnist_test.npz", allow_pickle=False)
    chosen = np.sort(np.random.default_rng(seed).choice(len(file["labels"]), MNIST_IMAGES, replace=False))
    labels = file["labels"][chosen].astype(int)
    items = list(file["images"][chosen] / 255.0)
    return DataSet(name, "images", items, labels, _stratified(labels, 5, seed), "5-fold")


def _meshes(path: Path, name: str, seed: int) -> DataSet:
    """Classes with few poses are left out."""
    file = np.load(path / "shapes" / "tosca.npz", allow_pickle=False)
    vertices = _pieces(file["points"].astype(float), file["point_offsets"])
    faces = _pieces(file["faces"], file["face_offsets"])
    kept = np.flatnonzero(np.bincount(file["labels"])[file["labels"]] >= MESH_SMALLEST_CLASS)
    labels = file["labels"][kept]
    items = [Mesh.of((vertices[i], faces[i])) for i in kept]
    return DataSet(name, "meshes", items, labels, _stratified(labels, 3, seed), "3-fold")


_UCR = (
    "Coffee",
    "GunPoint",
    "ECG200",
    "Plane",
    "PowerCons",
    "SonyAIBORobotSurface1",
    "ItalyPowerDemand",
    "DistalPhalanxOutlineAgeGroup",
    "DistalPhalanxTW",
    "ProximalPhalanxOutlineAgeGroup",
    "ProximalPhalanxTW",
    "SyntheticControl",
    "DistalPhalanxOutlineCorrect",
    "ProximalPhalanxOutlineCorrect",
)
# From cheap to dear.
LOADERS: dict[str, Callable[[Path, str, int], DataSet]] = {
    "MUTAG": _graphs,
    **dict.fromkeys(_UCR, _series),
    "COX2": _graphs,
    "DHFR": _graphs,
    "immune_cells": _immune_cells,
    "TOSCA": _meshes,
    "PROTEINS": _graphs,
    "IMDB-BINARY": _graphs,
    "ORBIT5K": _orbits,
    "MNIST": _digits,
    "MPEG-7": _silhouettes,
}


def default_folder() -> Path:
    """The environment's TDAINV_DATA, or the folder `shared/data` beside the project."""
    named = os.environ.get("TDAINV_DATA")
    return Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"


def load(name: str, folder: Path, seed: int) -> DataSet:
    """Load a data set by its name.

    Raises FileNotFoundError if the folder does not hold it.
    """
    try:
        return LOADERS[name](folder, name, seed)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"{name} is not in {folder}: {error}. Name the folder of data with --data or in TDAINV_DATA."
        ) from error
