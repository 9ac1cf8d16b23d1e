"""From the options of the command line to data and features."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from time import perf_counter
from typing import Any, NoReturn

import numpy as np
import typer

from tdainv._typing import Float
from tdainv.cli._console import progress
from tdainv.datasets import Dataset, list_datasets, load_dataset, read_folder

FILTRATIONS = ("codensity-rips", "rips", "dtm-rips")
N_QUANTILES = 33
# Standard deviation of the Gaussian of the vectorizers, as a share of the grid: fixed for all data in advance.
_SMOOTHING = 0.1
# What an embedded data set calls its number of points and its number of clouds.
_ARGUMENTS = {
    "digits": (None, "n_samples"),
    "orbit5k": ("n_points", "n_per_class"),
    "proteins": ("n_residues", "n_samples"),
    "shapes": ("n_points", "n_per_class"),
}
_N_CLASSES = {"orbit5k": 5, "shapes": 7}


@dataclass(frozen=True)
class Recipe:
    """How clouds become rows.

    A bifiltration by codensity goes to its Hilbert signed measure, smoothed; a filtration in one parameter to its
    barcode and persistence image.
    """

    filtration: str
    degrees: tuple[int, ...]
    resolution: int
    bandwidth: float | None

    @property
    def n_parameters(self) -> int:
        """Number of parameters of the filtration."""
        return 2 if self.filtration == "codensity-rips" else 1

    def make_filtration(self, metric: str) -> Any:
        """Make the estimator of filtrations."""
        from tdainv.filtrations.estimators import CodensityRips, Rips, WeightedRips

        if self.filtration == "rips":
            return Rips(metric=metric)
        if self.filtration == "dtm-rips":
            return WeightedRips(metric=metric)
        unit = "absolute" if self.bandwidth is None else "quantile"
        return CodensityRips(bandwidth=self.bandwidth, bandwidth_unit=unit, metric=metric)

    def make_invariant(self) -> Any:
        """Make the estimator of invariants."""
        from tdainv.invariants.estimators import HilbertSignedMeasure, PersistenceBarcode

        return (HilbertSignedMeasure if self.n_parameters == 2 else PersistenceBarcode)(degrees=self.degrees)

    def make_vectorizer(self) -> Any:
        """Make the estimator of rows."""
        from tdainv.vectorizers.measure_convolution import MeasureConvolution
        from tdainv.vectorizers.persistence_image import PersistenceImage

        vectorizer = MeasureConvolution if self.n_parameters == 2 else PersistenceImage
        return vectorizer(resolution=self.resolution, bandwidth=_SMOOTHING)


def parse_recipe(filtration: str, degrees: str, resolution: int, bandwidth: float | None) -> Recipe:
    """Check the options that make a recipe."""
    if filtration not in FILTRATIONS:
        _refuse("--filtration", f"must be one of {', '.join(FILTRATIONS)}, got {filtration!r}.")
    try:
        parsed = tuple(int(degree) for degree in degrees.split(","))
    except ValueError:
        parsed = ()
    if not parsed or not set(parsed) <= {0, 1} or len(set(parsed)) < len(parsed):
        _refuse("--degrees", f"must be 0, 1 or 0,1, got {degrees!r}.")
    check_at_least("--resolution", resolution, 1)
    check_bandwidth(bandwidth)
    if bandwidth is not None and filtration != "codensity-rips":
        _refuse("--bandwidth", f"goes with --filtration codensity-rips only, not with {filtration}.")
    return Recipe(filtration, parsed, resolution, bandwidth)


def check_at_least(option: str, value: int | None, minimum: int) -> None:
    """Refuse a number that is too small."""
    if value is not None and value < minimum:
        _refuse(option, f"must be at least {minimum}, got {value}.")


def check_bandwidth(bandwidth: float | None) -> None:
    """Refuse a bandwidth that is no quantile."""
    if bandwidth is not None and not 0 < bandwidth <= 1:
        _refuse("--bandwidth", f"is a quantile of the distances, in (0, 1], got {bandwidth:g}.")


def check_jobs(n_jobs: int) -> None:
    """Refuse no jobs at all."""
    if n_jobs == 0:
        _refuse("--n-jobs", "must be a number of workers, or -1 for all cores, got 0.")


def load_data(data: str, *, n_points: int | None, n_samples: int | None, seed: int) -> Dataset:
    """Load an embedded data set by its name, or else read a folder with one sub-folder a class."""
    check_at_least("--n-points", n_points, 1)
    check_at_least("--n-samples", n_samples, 1)
    check_at_least("--seed", seed, 0)
    if data in list_datasets():
        return load_dataset(data, **_arguments(data, n_points, n_samples, seed))
    if not Path(data).exists():
        names = list(list_datasets())
        close = get_close_matches(data, names, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        _refuse("DATA", f"must be an embedded data set ({', '.join(names)}) or a folder, got {data!r}.{hint}")
    if n_samples is not None:
        _refuse("--n-samples", "goes with embedded data sets; of a folder every file is read.")
    return read_folder(data, n_points=n_points, random_state=seed)


def _arguments(name: str, n_points: int | None, n_samples: int | None, seed: int) -> dict[str, int]:
    points_name, samples_name = _ARGUMENTS[name]
    arguments = {} if name == "digits" else {"random_state": seed}
    if n_points is not None:
        if points_name is None:
            _refuse("--n-points", f"cannot be chosen for {name}, whose points are pixels.")
        arguments[points_name] = n_points
    if n_samples is not None:
        arguments[samples_name] = math.ceil(n_samples / _N_CLASSES.get(name, 1))
    return arguments


def _refuse(option: str, message: str) -> NoReturn:
    raise typer.BadParameter(message, param_hint=option)


def cloud_names(data: Dataset) -> list[str]:
    """Name of each cloud: its own, or the name of the data set and a number."""
    return list(data.names) if data.names is not None else [f"{data.name}-{i:04d}" for i in range(len(data))]


def compute_invariants(data: Dataset, recipe: Recipe, n_jobs: int) -> tuple[list[Any], float]:
    """Invariants of all clouds, and the seconds it took without the compilation of the kernels."""
    from sklearn.utils.parallel import Parallel, delayed

    filtration, invariant = recipe.make_filtration(data.metric), recipe.make_invariant()
    names = cloud_names(data)
    _invariant_of(filtration, invariant, data.clouds[0], names[0])  # compiles the kernels
    invariants = []
    start = perf_counter()
    # A cloud goes to its invariant in one task: its filtration, of n x n distances, is not kept.
    tasks = Parallel(n_jobs=n_jobs, prefer="threads", return_as="generator")(
        delayed(_invariant_of)(filtration, invariant, cloud, name)
        for cloud, name in zip(data.clouds, names, strict=True)
    )
    with progress(len(data), "Topology") as advance:
        for item in tasks:
            invariants.append(item)
            advance()
    return invariants, perf_counter() - start


def _invariant_of(filtration: Any, invariant: Any, cloud: Float, name: str) -> Any:
    try:
        return invariant.transform(filtration.transform([cloud]))[0]
    except (ValueError, MemoryError) as error:
        raise type(error)(str(error).replace("X[0]", name)) from error


def distance_quantiles(data: Dataset) -> tuple[Float, float]:
    """Quantiles of the distances between the points of each cloud, a baseline without topology; and the seconds."""
    from scipy.spatial.distance import pdist, squareform

    start = perf_counter()
    levels = np.linspace(0.0, 1.0, N_QUANTILES)
    rows = np.zeros((len(data), N_QUANTILES))
    for row, cloud in zip(rows, data.clouds, strict=True):
        if len(cloud) > 1:
            pairs = squareform(cloud, checks=False) if data.metric == "precomputed" else pdist(cloud)
            row[:] = np.quantile(pairs, levels)
    return rows, perf_counter() - start


def write_table(path: Path, data: Dataset, feature_names: Sequence[str], rows: Float) -> None:
    """Write one row a cloud: name, class, features."""
    import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["name", "class", *feature_names])
        for name, label, row in zip(cloud_names(data), data.labels, rows, strict=True):
            writer.writerow([name, data.class_names[label], *(f"{value:.10g}" for value in row)])
