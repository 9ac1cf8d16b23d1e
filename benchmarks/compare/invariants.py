"""Invariants beyond the Hilbert function, and what is made of them: tdainv and multipers.

    python benchmarks/compare/invariants.py [--quick] [--only NAME] [--cap SECONDS] [--multipers-python PATH]

Module approximations, rank measures on grids, barcodes along lines, images of modules, multiparameter landscapes,
matching distances. multipers runs with the interpreter of --multipers-python or of the environment variable
TDAINV_MULTIPERS_PYTHON, on the documented path and, where that differs, on the fastest of several others.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import gudhi
import numpy as np
from _answers import RELATIVE, atom_difference
from _harness import (
    OURS,
    Contender,
    Worker,
    add_multipers_option,
    command_line,
    disagreements,
    environment,
    fastest,
    multipers_versions,
    race,
    rows_of_race,
    version,
    write_csv,
)
from scipy.spatial.distance import cdist

import tdainv

N_LINES = 557  # of module approximations: the default of multipers
MATCHING_ERROR = 0.1  # relative
COHOMOLOGY = "GudhiCohomology"


class Way(NamedTuple):
    """A task of a worker's module; see Contender for `before` and `after`."""

    task: str
    arguments: tuple[Any, ...] = ()
    before: str = ""
    after: str = ""


@dataclass
class Case:
    """Data, how we work on it, how multipers does, and what is said of the answers."""

    name: str
    data: tuple[Any, ...]
    ours: Way
    judge: Callable[[Any, Any], dict[str, Any]]
    documented: Way | None = None
    ways: dict[str, Way] = field(default_factory=dict)  # the fastest one is measured


# --- data


def function_delaunay(n: int, dimension: int, seed: int = 0, noise: float = 0.0) -> tdainv.FilteredComplex:
    """Of uniform points in the cube with uniform values, which may be disturbed."""
    rng = np.random.default_rng(seed)
    points, function = rng.random((n, dimension)), rng.random(n)
    return tdainv.function_delaunay(points, function + noise * rng.normal(size=n))


def written(folder: Path, name: str, complex_: tdainv.FilteredComplex) -> str:
    """Path of a file that both sides read."""
    path = folder / f"{name}.npz"
    np.savez(path, **{key: getattr(complex_, key) for key in ("dimensions", "indptr", "indices", "grades")})
    return str(path)


def box_of(filtration: Any) -> Any:
    """Lower and upper corner of the grades of generators and relations of H1."""
    presentation = tdainv.minimal_presentation(filtration, 1)
    grades = np.concatenate([presentation.generators, presentation.relations])
    return np.array([grades.min(axis=0), grades.max(axis=0)])


def points_in(box: Any, n: int, seed: int = 0) -> Any:
    return box[0] + np.random.default_rng(seed).random((n, box.shape[1])) * (box[1] - box[0])


def axes_of(box: Any, resolution: int) -> list[Any]:
    return list(np.linspace(*box, resolution, axis=1))


# --- judgements


def same_bars(ours: Any, theirs: Any) -> dict[str, Any]:
    """Rows (number of the line, birth, death), bars of length zero aside, are the same up to rounding."""
    scale = np.abs(ours[:, 1:][np.isfinite(ours[:, 1:])]).max(initial=0.0)
    mine, other = (bars[bars[:, 2] - bars[:, 1] > RELATIVE * scale] for bars in (ours, theirs))
    worst = atom_difference(*((finite(bars), np.ones(len(bars), np.int64)) for bars in (mine, other)))
    return {"bars": len(other), "max_difference": worst, "agree": worst == 0}


def same_measures(ours: Any, theirs: Any) -> dict[str, Any]:
    """The same atoms with the same weights, coordinates up to rounding."""
    worst = atom_difference(*((finite(points), weights) for points, weights in (ours, theirs)))
    return {"atoms": len(theirs[1]), "max_difference": worst, "agree": worst == 0}


def finite(points: Any) -> Any:
    """A value that no other is near in place of infinity."""
    return np.where(np.isinf(points), 2.0 * np.abs(points[np.isfinite(points)]).max(initial=1.0), points)


def near_modules(ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """Both see the same true bars along random diagonal lines; those of each module are within its bound of them.

    `distance_to_true` is the largest bottleneck distance of the bars of the module to the true ones, inside its box;
    `max_difference` that to the bars of our module, inside both boxes.
    """
    mine, other = bars_of_module(ours), bars_of_module(theirs)
    common = np.array([np.maximum(ours["box"][0], theirs["box"][0]), np.minimum(ours["box"][1], theirs["box"][1])])
    distance = worst_bottleneck(theirs["bars"], other, theirs["bases"], theirs["box"])
    true = [numbered(each["bars"]) for each in (ours, theirs)]
    return {
        "summands": len(other[0]),
        "error_bound": f"{theirs['error']:.2g}",
        "distance_to_true": f"{distance:.2g}",
        "max_difference": f"{worst_bottleneck(mine, other, ours['bases'], common):.2g}",
        "agree": same_bars(*true)["agree"] and distance <= theirs["error"] * (1 + 1e-6),
    }


def numbered(bars: list[Any]) -> Any:
    """One array of rows (number of the line, birth, death)."""
    return np.column_stack([np.repeat(np.arange(len(bars)), [len(each) for each in bars]), np.concatenate(bars)])


def bars_of_module(module: dict[str, Any]) -> list[Any]:
    """Bars (birth, death) of all summands along the diagonal lines through the bases; some are empty, birth > death."""
    found = []
    for base in module["bases"]:
        births = np.minimum.reduceat((module["births"] - base).max(axis=1), module["birth_offsets"][:-1])
        deaths = np.maximum.reduceat((module["deaths"] - base).min(axis=1), module["death_offsets"][:-1])
        found.append(np.column_stack([births, deaths]))
    return found


def worst_bottleneck(first: list[Any], second: list[Any], bases: Any, box: Any) -> float:
    """Largest bottleneck distance of bars along diagonal lines, cut to the times inside a box."""
    worst = 0.0
    for bars, others, base in zip(first, second, bases, strict=True):
        start, end = (box[0] - base).max(), (box[1] - base).min()
        cut = [np.clip(each, start, max(start, end)) for each in (bars, others)]
        worst = max(worst, gudhi.bottleneck_distance(*(each[each[:, 0] < each[:, 1]] for each in cut)))
    return worst


def near_landscapes(bound: float, room: Any, ours: Any, theirs: Any) -> dict[str, Any]:
    """Theirs are of an approximation, which stops at the box: `room` is the way from each point to its upper end."""
    worst = np.abs(np.minimum(ours, room) - np.minimum(theirs, room)).max()
    return {"error_bound": f"{bound:.2g}", "max_difference": f"{worst:.2g}", "agree": bool(worst <= bound)}


def compared_images(ours: Any, theirs: Any) -> dict[str, Any]:
    """Only reported, for images with other normalisations: largest difference of images with maximum 1."""
    worst = np.abs(ours / ours.max() - theirs / theirs.max()).max()
    return {"max_difference": f"{worst:.1e}", "ratio_of_maxima": f"{theirs.max() / ours.max():.6g}"}


def near_distances(ours: float, theirs: float) -> dict[str, Any]:
    """Both are lower bounds. With the relative error of both kept, the difference is below it."""
    worst = abs(ours - theirs) / max(ours, theirs)
    return {"distance": f"{theirs:.6g}", "max_difference": f"{worst:.1e}", "agree": bool(worst <= MATCHING_ERROR)}


# --- cases


def cases(quick: bool, folder: Path) -> Iterator[Case]:
    yield from approximations(quick, folder)
    yield rips_approximation(100 if quick else 500)
    yield from rank_measures(quick, folder)
    yield from fibered_barcodes(60 if quick else 240, folder)
    yield from images(60 if quick else 500)
    yield landscape(60 if quick else 300, folder)
    yield matching(20 if quick else 40, folder)


def approximations(quick: bool, folder: Path) -> Iterator[Case]:
    """Of a presentation that is there, and of a complex; `bases` are those of lines to check on."""
    for n, n_checked in ((200, 20),) if quick else ((1000, 20), (10_000, 5)):
        complex_ = function_delaunay(n, 2)
        path = written(folder, f"plane_{n}", complex_)
        data = (path, 1, N_LINES, points_in(box_of(complex_), n_checked))
        way = Way("approximation", (), "load_presentation", "module")
        yield Case(f"approximation_of_presentation_{n}", data, way, near_modules, ways={"": way})
        way = Way("approximation_of_complex", (), "load", "module")
        best = {"presentation": Way("approximation_by_presentation", (), "load", "module")}
        documented = way if n <= 1000 else None
        yield Case(f"approximation_of_complex_{n}", data, way, near_modules, documented, best)


def rips_approximation(n: int) -> Case:
    points = tdainv.datasets.make_circle(n, noise=0.1, outliers=0.1, random_state=0)
    function = tdainv.kde_codensity(points)
    radius = float(cdist(points, points).max(axis=1).min())  # the default of both
    checked = points_in(box_of(tdainv.codensity_rips(points)), 20)
    task = "approximation_of_rips"
    ways = {f"presentation, collapse_edges({k})": Way(task, (k, True), after="module") for k in (-1, -2, 1)}
    data, documented = (points, function, radius, N_LINES, checked), Way(task, (-1, False), after="module")
    return Case(f"approximation_of_rips_{n}", data, Way(task, after="module"), near_modules, documented, ways)


def rank_measures(quick: bool, folder: Path) -> Iterator[Case]:
    """On regular grids; grades lie on the grid, for multipers would move them to the nearest point of it."""
    ways = {
        f"{name}, {backend}": Way(task, (backend,), "load_chosen", "measure")
        for name, task in (("presentation", "rank_of_presentation"), ("squeezed presentation", "rank_squeezed"))
        for backend in ("Matrix", COHOMOLOGY)
    }
    ways |= {COHOMOLOGY: Way("rank_of_complex", (COHOMOLOGY,), "load_chosen", "measure")}
    documented = Way("rank_of_complex", ("Matrix",), "load_chosen", "measure")
    n = 60 if quick else 300
    for name, dimension, resolution in (("plane", 2, 20), ("plane", 2, 50), ("space", 3, 20)):
        complex_ = function_delaunay(n, dimension)
        axes = axes_of(np.array([complex_.grades.min(axis=0), complex_.grades.max(axis=0)]), resolution)
        path = written(folder, f"{name}_{n}_{resolution}", complex_.on_grid(axes))
        ours = Way("rank", (), "load", "measure")
        yield Case(f"rank_{name}_{n}_grid_{resolution}", (path, 1, axes), ours, same_measures, documented, ways)


def fibered_barcodes(n: int, folder: Path) -> Iterator[Case]:
    """Of a presentation along 1000 lines, in random directions, and diagonal ones side by side."""
    complex_ = function_delaunay(n, 2)
    path, box = written(folder, f"plane_{n}", complex_), box_of(complex_)
    directions = 0.01 + np.random.default_rng(1).random((1000, 2))
    offsets = np.linspace(-1.0, 1.0, 1000)[:, np.newaxis] * [1.0, -1.0]
    diagonal = box[0] + np.maximum(offsets, 0.0) * (box[1] - box[0])
    families = {"random": (points_in(box, 1000), directions), "diagonal": (diagonal, np.ones((1000, 2)))}
    kinds = ("Matrix", COHOMOLOGY, "vineyard")
    documented, *others = (Way("lines", (kind,), "load_presentation_chosen", "bars") for kind in kinds)
    ours = Way("lines", (), "load_presentation", "bars")
    for name, (bases, along) in families.items():
        ways = dict(zip(kinds[1:], others, strict=True))
        yield Case(f"lines_{name}_1000", (path, 1, bases, along), ours, same_bars, documented, ways)


def images(n: int) -> Iterator[Case]:
    """Sums over the summands of one module, which both get, of weight times local function; 50 x 50 points."""
    module = tdainv.module_approximation(function_delaunay(n, 2), 1, n_lines=N_LINES)
    dump = (module.box, [(births, deaths, 1) for births, deaths in module])
    bandwidth = 0.05 * float(np.ptp(module.box, axis=0).max())
    data = (dump, 1, axes_of(module.box, 50), bandwidth)
    for local, kernel in (("interleaving", "linear"), ("gaussian", "gaussian"), ("exponential", "exponential")):
        documented, *others = (Way("image", (kernel, n_jobs), "load_module") for n_jobs in (0, 1, -1))
        ways = dict(zip(("1 job", "all jobs"), others, strict=True))
        ours = Way("image", (local,), "load_module")
        yield Case(f"image_{local}_{len(module)}_summands", data, ours, compared_images, documented, ways)


def landscape(n: int, folder: Path) -> Case:
    """Five landscapes on 50 x 50 points, from a complex: exact for us, of a module approximation for multipers."""
    complex_ = function_delaunay(n, 2)
    box = box_of(complex_)
    axes = axes_of(box, 50)
    room = np.minimum(*np.meshgrid(*(line[-1] - line for line in axes), indexing="ij"))
    bound = 2 * float((box[1] - box[0]).sum()) / N_LINES
    data = (written(folder, f"plane_{n}", complex_), 1, N_LINES, axes, 5)
    way = Way("landscape", (), "load")
    return Case(f"landscape_{n}", data, way, partial(near_landscapes, bound, room), way)


def matching(n: int, folder: Path) -> Case:
    """Of H1 of a cloud with a function and with the disturbed function, from presentations."""
    paths = [written(folder, f"pair_{k}_{n}", function_delaunay(n, 2, noise=0.1 * k)) for k in range(2)]
    task = "matching_distance"
    ours, documented, best = (Way(task, a, "load_pair") for a in ((), ("monte_carlo",), ("hera",)))
    return Case(f"matching_distance_{n}", (*paths, 1, MATCHING_ERROR), ours, near_distances, documented, {"hera": best})


def compare(case: Case, python: str, theirs: dict[str, str], cap: float) -> list[dict[str, Any]]:
    """One race: ours, the documented path, the fastest of the other ways."""
    contenders = [contender(OURS, Worker("_invariant_tasks"), case.ours)]
    if theirs and case.documented:
        name = "multipers (documented)" if case.ways else "multipers"
        contenders.append(contender(name, Worker("_multipers_invariants", python), case.documented))
    if theirs and case.ways:
        worker = Worker("_multipers_invariants", python)
        ways = [
            contender(f"multipers ({label})" if label else "multipers", worker, w) for label, w in case.ways.items()
        ]
        contenders.append(fastest(ways, case.data, cap) if len(ways) > 1 else ways[0])
    machine = environment() | {"peer_versions": " ".join(f"{name}={v}" for name, v in theirs.items())}
    try:
        race(contenders, case.data, cap, budget=10.0, least=3)
        versions = {OURS: version("tdainv"), "multipers": theirs.get("multipers", "")}
        return rows_of_race(contenders, {"case": case.name}, cap, versions, case.judge, machine)
    finally:
        for each in contenders:
            each.worker.stop()


def contender(name: str, worker: Worker, way: Way) -> Contender:
    return Contender(name, worker, way.task, way.arguments, way.before, way.after)


def main() -> int:
    parser = command_line(__doc__, cap=120.0)
    add_multipers_option(parser)
    options = parser.parse_args()
    theirs = multipers_versions("_multipers_invariants", options.multipers_python)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases(options.quick, Path(folder)):
            if any(name in case.name for name in options.only):
                print(case.name, flush=True)
                rows += compare(case, options.multipers_python, theirs, options.cap)
    if not options.quick:
        write_csv("invariants.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
