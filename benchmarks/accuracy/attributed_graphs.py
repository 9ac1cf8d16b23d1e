"""Attributed graphs: the matching set of the paper, TOSCA with ablations, and how they move under noise.

python benchmarks/accuracy/attributed_graphs.py [--data PATH] [--only matching tosca kinds noise] [--seed 0]

One row a measurement goes to benchmarks/results/attributed_graphs.csv as soon as it is there; rows that are there for
this seed and size are skipped, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "compare"))

import numpy as np
import sets
from _harness import RESULTS, environment
from scipy.stats import special_ortho_group
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import LeaveOneOut, StratifiedKFold, cross_val_predict
from threadpoolctl import threadpool_limits

import tdainv
from tdainv.attributed_graphs import AttributedGraphClassifier, decorated, principal_component

TABLE = RESULTS / "attributed_graphs.csv"
COLUMNS = (
    *("set", "method", "value", "quantity", "n", "classes", "per_class", "seconds_graphs", "seconds_method"),
    *("seed", "tdainv", "cpu", "cores", "python", "versions", "load_before"),
)
KEY = ("set", "method", "per_class", "seed", "tdainv")
LANDMARKS = 300
CLASSES = ("torus", "solid torus", "cylinder", "solid cylinder")

VECTORIZERS = {"statistics": "statistics", "image": tdainv.PersistenceImage(resolution=10, bandwidth=0.1)}

# Nearest neighbour, leave one out: alpha of the distance, and the attributes that are compared.
DISTANCES: dict[str, tuple[float, tuple[str, ...]]] = {
    "plain graph": (1.0, ()),
    "no topology": (0.5, ("plain",)),
    "no graph": (0.0, ("local", "global")),
    "local, alpha 0.25": (0.25, ("local",)),
    "local": (0.5, ("local",)),
    "global": (0.5, ("global",)),
    "local and global, alpha 0.25": (0.25, ("local", "global")),
    "local and global": (0.5, ("local", "global")),
    "all": (0.5, ("plain", "local", "global")),
}


def main() -> int:
    options = _options()
    with threadpool_limits(1):
        for name, method, measure in _measurements(options):
            key = {"set": name, "method": method, "per_class": options.per_class, "seed": options.seed}
            key["tdainv"] = tdainv.__version__
            if _has(key):
                continue
            row = {**key, "load_before": f"{os.getloadavg()[0]:.2f}", **measure()}
            found = environment()
            row |= {column: found[column] for column in COLUMNS if column in found and column not in row}
            _append(row)
            print(f"{name:10} {method:30} {float(row['value']):.3f} {row['quantity']}", flush=True)
    return 0


def _measurements(options: Any) -> Iterator[tuple[str, str, Callable[[], dict[str, Any]]]]:
    """All measurements that are asked for: set, method, and what to call."""
    for name in options.only:
        if name == "noise":
            for kind, vectorizer in VECTORIZERS.items():
                for sd in (0.05, 0.1, 0.2, 0.4):
                    yield name, f"{kind}, sd {sd:g}", lambda sd=sd, v=vectorizer: _under_noise(sd, v, options.seed)
            continue
        load = {
            "matching": lambda: _matching(options.per_class, options.seed),
            "tosca": lambda: _tosca(options.data),
            "kinds": lambda: _kinds(options.data),
        }[name]
        for method in DISTANCES:
            yield name, method, lambda load=load, method=method: _nearest(*load(), method)
        yield name, "features, random forest", lambda load=load: _forest(*load(), options.seed)
        if name == "matching":
            for network in ("gcn", "gin"):
                yield name, network, lambda load=load, network=network: _network(*load(), network, options.seed)


# --- data


def matching_shape(kind: str, rng: np.random.Generator, noise: float = 0.2) -> np.ndarray:
    """A shape of the matching set: tori of radii 6 and 1, cylinders of radius 1 that are as long, hollow or solid.

    Radii vary by up to 0.05. Hollow shapes have 400 points, solid ones 1600; normal noise; random rotation; centred.
    Points are uniform on the surface or in the solid.
    """
    solid = kind.startswith("solid")
    n = 1600 if solid else 400
    major, minor = 6 + 0.05 * rng.random(), 1 + 0.05 * rng.random()
    around = rng.uniform(0, 2 * np.pi, n)
    if "torus" in kind:
        angles, radii = np.empty(0), np.empty(0)
        while len(angles) < n:  # area and volume are in proportion to the distance from the axis
            angle = rng.uniform(0, 2 * np.pi, 4 * n)
            radius = minor * np.sqrt(rng.random(4 * n)) if solid else np.full(4 * n, minor)
            kept = rng.random(4 * n) * (major + minor) < major + radius * np.cos(angle)
            angles, radii = np.append(angles, angle[kept]), np.append(radii, radius[kept])
        angles, radii = angles[:n], radii[:n]
        away = major + radii * np.cos(angles)
        points = np.column_stack([away * np.cos(around), away * np.sin(around), radii * np.sin(angles)])
    else:
        radii = minor * np.sqrt(rng.random(n)) if solid else np.full(n, minor)
        length = rng.uniform(0, 2 * np.pi * (major + minor), n)
        points = np.column_stack([radii * np.cos(around), radii * np.sin(around), length])
    points = points + noise * rng.normal(size=points.shape)
    points = points @ special_ortho_group.rvs(3, random_state=rng)
    return points - points.mean(axis=0)


def graph_of(points: np.ndarray) -> tdainv.AttributedGraph:
    """Decorated Reeb graph of the first principal component, with one bin for a length of two, as in the paper."""
    values = principal_component(points)
    graph = tdainv.reeb_graph(points, values, n_bins=max(1, int(np.ptp(values) / 2) - 1))
    return decorated(graph, points, ("local", "global"), truncation=5.0)


@cache
def _matching(per_class: int, seed: int) -> tuple[list[Any], np.ndarray, float]:
    rng = np.random.default_rng(seed)
    start = time.perf_counter()
    graphs = [graph_of(matching_shape(kind, rng)) for kind in CLASSES for _ in range(per_class)]
    return graphs, np.repeat(np.arange(len(CLASSES)), per_class), time.perf_counter() - start


PEOPLE, ANIMALS = ("david", "man", "michael", "victoria", "woman"), ("cat", "dog", "gorilla", "horse", "wolf")


@cache
def _kinds(path: Path) -> tuple[list[Any], np.ndarray, float]:
    """The meshes of TOSCA as people and animals; centaurs are both."""
    names = np.load(path / "shapes" / "tosca.npz", allow_pickle=False)["class_names"]
    graphs, labels, seconds = _tosca(path)
    kinds = np.array([0 if names[k] in PEOPLE else 1 if names[k] in ANIMALS else 2 for k in labels])
    return [graph for graph, kind in zip(graphs, kinds, strict=True) if kind < 2], kinds[kinds < 2], seconds


@cache
def _tosca(path: Path) -> tuple[list[Any], np.ndarray, float]:
    """Reeb graphs of geodesic eccentricity on landmarks of each mesh, in units of the geodesic diameter."""
    file = np.load(path / "shapes" / "tosca.npz", allow_pickle=False)
    labels = file["labels"]
    kept = np.flatnonzero(np.bincount(labels)[labels] >= 2)  # the only wolf has no neighbour
    graphs = []
    start = time.perf_counter()
    for i in kept:
        vertices = file["points"][file["point_offsets"][i] : file["point_offsets"][i + 1]].astype(float)
        faces = file["faces"][file["face_offsets"][i] : file["face_offsets"][i + 1]]
        landmarks = tdainv.farthest_point_landmarks(vertices, LANDMARKS)
        distances = tdainv.meshes.geodesic_distances((vertices, faces), landmarks)[landmarks]
        distances = np.maximum(distances, distances.T)
        distances /= distances.max()
        graph = tdainv.reeb_graph(distances, "eccentricity", n_bins=10, metric="precomputed")
        graphs.append(decorated(graph, distances, ("local", "global"), truncation=1.5, metric="precomputed"))
    return graphs, labels[kept], time.perf_counter() - start


# --- methods


def _attributed(graphs: list[Any]) -> list[Any]:
    """Graphs with the 30 statistics of each decoration, and the filter and size of nodes, all in units of their spread.

    Units are the only thing that is learned, without labels.
    """
    plain = [np.column_stack([g.filter_values[:, 0], g.sizes / g.sizes.sum()]) for g in graphs]
    nodes = np.concatenate(plain)
    plain = [(each - nodes.mean(axis=0)) / (nodes.std(axis=0) * np.sqrt(2)) for each in plain]
    graphs = tdainv.VectorAttributes(standardize=True).fit_transform(graphs)
    return [graph.with_attributes(plain=each) for graph, each in zip(graphs, plain, strict=True)]


def _nearest(graphs: list[Any], labels: np.ndarray, seconds: float, method: str) -> dict[str, Any]:
    alpha, attributes = DISTANCES[method]
    start = time.perf_counter()
    distances = tdainv.fgw_distances(_attributed(graphs), alpha=alpha, attributes=attributes)
    taken = time.perf_counter() - start
    np.fill_diagonal(distances, np.inf)
    accuracy = (labels[distances.argmin(axis=1)] == labels).mean()
    return _row(graphs, labels, seconds, taken, accuracy, "accuracy of the nearest neighbour, leave one out")


def _forest(graphs: list[Any], labels: np.ndarray, seconds: float, seed: int) -> dict[str, Any]:
    start = time.perf_counter()
    rows = tdainv.GraphFeatures().fit_transform(_attributed(graphs))
    forest = RandomForestClassifier(100, random_state=seed)
    predicted = cross_val_predict(forest, rows, labels, cv=LeaveOneOut())
    taken = time.perf_counter() - start
    return _row(graphs, labels, seconds, taken, (predicted == labels).mean(), "accuracy, leave one out")


def _network(graphs: list[Any], labels: np.ndarray, seconds: float, network: str, seed: int) -> dict[str, Any]:
    start = time.perf_counter()
    hits = []
    for training, test in StratifiedKFold(5, shuffle=True, random_state=seed).split(labels, labels):
        vectors = tdainv.VectorAttributes().fit([graphs[i] for i in training])
        attributed = vectors.transform(graphs)
        classifier = AttributedGraphClassifier(network, features=("attributes", "filter", "size"), random_state=seed)
        classifier.set_params(n_epochs=100, patience=30).fit([attributed[i] for i in training], labels[training])
        hits.append(classifier.score([attributed[i] for i in test], labels[test]))
    taken = time.perf_counter() - start
    return _row(graphs, labels, seconds, taken, np.mean(hits), "accuracy, 5-fold, chosen on held-out training graphs")


def _under_noise(sd: float, vectorizer: Any, seed: int, copies: int = 5) -> dict[str, Any]:
    """Mean distance of noisy copies of one torus from the one without noise, as a share of that of a solid torus."""
    start = time.perf_counter()
    rng = np.random.default_rng(seed)
    clean = matching_shape("torus", rng, noise=0.0)
    other = matching_shape("solid torus", rng, noise=0.0)
    noisy = [clean + sd * rng.normal(size=clean.shape) for _ in range(copies)]
    graphs = [graph_of(points) for points in (clean, other, *noisy)]
    graphs = tdainv.VectorAttributes(vectorizer, standardize=True).fit(graphs[:2]).transform(graphs)
    distances = tdainv.fgw_distances(graphs[:1], graphs[1:], attributes=("local", "global"))[0]
    taken = time.perf_counter() - start
    share = distances[1:].mean() / distances[0]
    return _row(graphs, np.zeros(1), taken, 0.0, share, "distance from the torus without noise / that of a solid one")


def _row(graphs: Any, labels: Any, seconds: float, taken: float, value: float, quantity: str) -> dict[str, Any]:
    return {
        "value": f"{value:.4f}",
        "quantity": quantity,
        "n": len(graphs),
        "classes": len(np.unique(labels)),
        "seconds_graphs": f"{seconds:.2f}",
        "seconds_method": f"{taken:.2f}",
    }


# --- the table


def _read() -> list[dict[str, str]]:
    if not TABLE.exists():
        return []
    with TABLE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _has(key: dict[str, Any]) -> bool:
    return any(all(row[name] == str(key[name]) for name in KEY) for row in _read())


def _append(row: dict[str, Any]) -> None:
    new = not TABLE.exists()
    with TABLE.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=sets.default_folder(), metavar="FOLDER")
    known = ("matching", "noise", "tosca", "kinds")
    parser.add_argument("--only", nargs="+", choices=known, default=known)
    parser.add_argument("--per-class", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
