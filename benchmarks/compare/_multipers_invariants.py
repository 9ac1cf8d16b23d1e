"""Module approximations, rank measures, fibered barcodes and images by multipers, in the form the workers call.

Imported only by the interpreter that holds multipers. What we found of its conventions, by running 2.6.1:

- A slicer of a presentation has its generators as cells of the dimension of the homology. It is not a vineyard, and
  `module_approximation` makes one of it, in no time to speak of.
- `module_approximation` takes diagonal lines at distance δ = (sum of the sides of the box) / nlines, in two parameters.
  Corners beyond the box are moved to infinity. With `complete` corners closer than 0.99 δ are merged, so that the
  bars along its own lines are no longer exact.
- The box is that of the grades of what it is given. Summands of all degrees come along.
- `barcode2` without a direction returns bars (-inf, inf); nothing here uses it.
- Bars along a line are times t of base + t direction, with bars of length zero, one array a degree.
- With a grid, rank measures are those of the complex with grades moved to the nearest point of the grid. Ours keep the
  ranks between its points, for which grades must move up; both agree on grades that lie on the grid.
- A death that is not on the grid is inf in the rank measure. A squeezed presentation keeps only the values of the grid
  that occur in it; the measure in real coordinates stays the same.
- Weights of summands in images are lengths of diagonals, not half of them; `resolution` leaves out the upper end of
  the box, `grid` is taken as it is.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

os.environ.setdefault("KEOPS_VERBOSE", "0")
_held: dict[str, Any] = {}


def prepare() -> None:
    """Load what its first calls load."""
    edge = [[], [], np.array([0, 1], np.uint32)]
    grades = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    _hold("", _slicer(edge, np.array([0, 0, 1], np.int32), grades), 0)
    _present()
    _held["module"] = _approximate(_held["presentation"], 5)
    lines("Matrix", "", 0, np.zeros((2, 2)), np.ones((2, 2)))
    for way in (rank_of_complex, rank_of_presentation, rank_squeezed):
        way("GudhiCohomology", "", 0, [np.arange(3.0)] * 2)
    for kernel in ("linear", "gaussian", "exponential"):
        image(kernel, -1, _held["module"].dump(), 0, [np.arange(3.0)] * 2, 1.0)
    landscape("", 0, 5, [np.arange(3.0)] * 2, 2)


def versions() -> dict[str, str]:
    from importlib import metadata

    return {name: metadata.version(name) for name in ("multipers", "gudhi", "numpy")}


def _slicer(boundaries: list[Any], dimensions: Any, grades: Any) -> Any:
    import multipers

    kind = multipers.Slicer(None, return_type_only=True, dtype=np.float64, kcritical=False)
    return kind(boundaries, dimensions, grades)


def load(path: str, degree: int, *_: Any) -> None:
    """Hold the complex of a file as a Slicer, with its cells in the order that mpfree wants."""
    if _held.get("path") == path:
        return
    with np.load(path, allow_pickle=False) as file:
        dimensions, grades = file["dimensions"].astype(np.int32), file["grades"].astype(np.float64)
        indptr, indices = file["indptr"].astype(np.int64), file["indices"].astype(np.int64)
    order = np.lexsort((grades[:, 0], grades[:, 1], dimensions))
    position = np.empty(len(order), np.uint32)
    position[order] = np.arange(len(order))
    rows = position[indices]
    boundaries = [np.sort(rows[indptr[cell] : indptr[cell + 1]]) for cell in order]
    _hold(path, _slicer(boundaries, dimensions[order], np.ascontiguousarray(grades[order])), degree)


def _hold(path: str, slicer: Any, degree: int) -> None:
    _held.clear()
    _held.update(path=path, complex=slicer, degree=degree)


def load_presentation(path: str, degree: int, *_: Any) -> None:
    """Hold the complex and its minimal presentation."""
    load(path, degree)
    if "presentation" not in _held:
        _present()


def load_chosen(_choice: str, *data: Any) -> None:
    """For a task whose first argument chooses how it is done."""
    load(*data)


def load_presentation_chosen(_choice: str, *data: Any) -> None:
    load_presentation(*data)


def _present() -> None:
    _held["presentation"] = _presentation(_held["complex"], _held["degree"])


def _presentation(slicer: Any, degree: int) -> Any:
    from multipers.ops import minimal_presentation

    return minimal_presentation(slicer, degree=degree, backend="mpfree", full_resolution=False)


def _approximate(slicer: Any, n_lines: int) -> Any:
    import multipers

    return multipers.module_approximation(slicer, nlines=n_lines)


# Module approximations along about `n_lines` lines; `bases` are those of the diagonal lines to check on.


def approximation(path: str, degree: int, n_lines: int, bases: Any) -> None:
    """Of the presentation that is held."""
    _held.update(module=_approximate(_held["presentation"], n_lines), n_lines=n_lines, bases=bases)


def approximation_of_complex(path: str, degree: int, n_lines: int, bases: Any) -> None:
    """As documented: of the complex as it is."""
    _held.update(module=_approximate(_held["complex"], n_lines), n_lines=n_lines, bases=bases)


def approximation_by_presentation(path: str, degree: int, n_lines: int, bases: Any) -> None:
    """Of the complex, by way of its presentation."""
    _present()
    approximation(path, degree, n_lines, bases)


def approximation_of_rips(
    collapses: int, present: bool, points: Any, function: Any, radius: float, n_lines: int, bases: Any
) -> None:
    """From points and a function of them: edge collapse, expansion, and a presentation or not."""
    import multipers
    from multipers.filtrations import RipsLowerstar

    tree = RipsLowerstar(points=points, function=function, threshold_radius=radius)
    tree.collapse_edges(collapses)
    tree.expansion(2)
    _hold("", multipers.Slicer(tree), 1)
    if present:
        _present()
    _held.update(module=_approximate(_held["presentation" if present else "complex"], n_lines))
    _held.update(n_lines=n_lines, bases=bases)


def module() -> dict[str, Any]:
    """Corners of the summands, its precision δ, and the true bars along the lines to check on."""
    if "presentation" not in _held:
        _present()
    box = np.asarray(_held["module"].get_box(), np.float64)
    summands = _held["module"].get_module_of_degree(_held["degree"]).dump()[1]
    births, deaths = ([np.asarray(s[k], np.float64).reshape(-1, 2) for s in summands] for k in range(2))
    found = _held["presentation"].persistence_on_lines(_held["bases"], np.ones_like(_held["bases"]))
    return {
        "births": np.concatenate(births),
        "birth_offsets": np.cumsum([0, *map(len, births)]),
        "deaths": np.concatenate(deaths),
        "death_offsets": np.cumsum([0, *map(len, deaths)]),
        "box": box,
        "error": 2 * (box[1] - box[0]).sum() / _held["n_lines"],
        "bars": [np.asarray(bars[_held["degree"]], np.float64).reshape(-1, 2) for bars in found],
        "bases": _held["bases"],
    }


# Rank measures on a grid: `backend` computes the slices.


def rank_of_complex(backend: str, path: str, degree: int, axes: Any) -> None:
    """With its default backend, "Matrix", this is the documented path."""
    _held["measure"] = _rank(_held["complex"], backend, degree, {"grid": axes})


def rank_of_presentation(backend: str, path: str, degree: int, axes: Any) -> None:
    _held["measure"] = _rank(_presentation(_held["complex"], degree), backend, degree, {"grid": axes})


def rank_squeezed(backend: str, path: str, degree: int, axes: Any) -> None:
    """Complex moved to the grid, presentation of that, rank measure: the fastest way found."""
    squeezed = _held["complex"].grid_squeeze(axes)
    _held["measure"] = _rank(_presentation(squeezed, degree), backend, degree, {})


def _rank(slicer: Any, backend: str, degree: int, grid: dict[str, Any]) -> Any:
    import multipers

    if backend != "Matrix":
        slicer = multipers.Slicer(slicer, backend=backend)
    return multipers.signed_measure(slicer, degree=degree, invariant="rank", **grid)


def measure() -> Any:
    """Atoms (birth, death) in R^4 with their weights."""
    ((points, weights),) = _held["measure"]
    return np.asarray(points, np.float64).reshape(-1, 4), np.asarray(weights)


# Fibered barcodes of the presentation that is held.


def lines(kind: str, path: str, degree: int, bases: Any, directions: Any) -> None:
    """`kind` is a backend, or "vineyard"."""
    slicer = _held["presentation"]
    if kind != "Matrix":
        import multipers

        slicer = multipers.Slicer(slicer, **({"vineyard": True} if kind == "vineyard" else {"backend": kind}))
    _held["bars"] = slicer.persistence_on_lines(bases, directions)


def bars() -> Any:
    """Rows (number of the line, birth, death)."""
    found = [np.asarray(line[_held["degree"]], np.float64).reshape(-1, 2) for line in _held["bars"]]
    return np.column_stack([np.repeat(np.arange(len(found)), [len(b) for b in found]), np.concatenate(found)])


# Images and landscapes.


def load_module(kernel: str, n_jobs: int, dump: Any, *_: Any) -> None:
    """Hold a module (box, [(births, deaths, degree), ...]), so that both sides have the same summands."""
    from multipers.multiparameter_module_approximation import from_dump_f64

    _held["module"] = from_dump_f64(dump)


def image(kernel: str, n_jobs: int, dump: Any, degree: int, axes: Any, bandwidth: float) -> Any:
    """Sum over summands of weight times local weight, without normalisation."""
    found = _held["module"].representation(
        degrees=[degree], bandwidth=bandwidth, kernel=kernel, p=1, grid=axes, n_jobs=n_jobs
    )
    return np.asarray(found, np.float64)[0]


def landscape(path: str, degree: int, n_lines: int, axes: Any, n_landscapes: int) -> Any:
    """Of the approximation of the presentation of the complex."""
    found = _approximate(_presentation(_held["complex"], degree), n_lines)
    return np.asarray(found.landscapes(degree, ks=list(range(n_landscapes)), grid=axes), np.float64)


def load_pair(strategy: str, first: str, second: str, degree: int, *_: Any) -> None:
    """Hold the presentations of two files' complexes."""
    if _held.get("pair") == (first, second):
        return
    found = []
    for path in (first, second):
        load_presentation(path, degree)
        found.append(_held["presentation"])
    _held.update(presentations=found, pair=(first, second))


def matching_distance(strategy: str, first: str, second: str, degree: int, relative_error: float) -> float:
    """`delta` is the relative error of "hera"; "monte_carlo", the default, takes 128 random lines, without a bound."""
    from multipers.distances import matching_distance

    found = matching_distance(*_held["presentations"], degree=degree, strategy=strategy, delta=relative_error)
    return float(found)
