"""What we run on invariants beyond the Hilbert function, in the form the workers call."""

from __future__ import annotations

from typing import Any

import numpy as np

import tdainv

_held: dict[str, Any] = {}


def prepare() -> None:
    """Compile or load the kernels, so that compilation is not timed."""
    rng = np.random.default_rng(0)
    points, function = rng.random((60, 2)), rng.random(60)
    complexes = [tdainv.function_delaunay(points, values) for values in (function, function + 0.1 * rng.random(60))]
    axes = [np.linspace(0.0, 1.0, 6)] * 2
    box = [[0.0, 0.0], [1.0, 1.0]]
    module = tdainv.module_approximation(complexes[0], 1, n_lines=20)
    for filtration in (complexes[0], tdainv.minimal_presentation(complexes[0], 1)):
        tdainv.module_approximation(filtration, 1, n_lines=20)
        tdainv.fibered_barcode(filtration, 1, tdainv.Lines(box, [1.0, 2.0]))
    tdainv.rank_signed_barcode(complexes[0], 1, axes)
    tdainv.multiparameter_landscape(complexes[0], 1, axes)
    for local in ("interleaving", "gaussian", "exponential"):
        tdainv.module_image(module, axes, bandwidth=0.1, local=local, op="sum")
    presentations = [tdainv.minimal_presentation(complex_, 1) for complex_ in complexes]
    tdainv.matching_distance(*presentations, 1, relative_error=0.5)
    approximation_of_rips(points, None, None, 20, np.zeros((1, 2)))


def _complex(path: str) -> tdainv.FilteredComplex:
    with np.load(path, allow_pickle=False) as file:
        return tdainv.FilteredComplex(file["dimensions"], file["indptr"], file["indices"], file["grades"])


def load(path: str, degree: int, *_: Any) -> None:
    """Hold the complex of a file."""
    if _held.get("path") != path:
        _held.clear()
        _held.update(path=path, complex=_complex(path))


def load_presentation(path: str, degree: int, *_: Any) -> None:
    """Hold the complex and its minimal presentation."""
    load(path, degree)
    if "presentation" not in _held:
        _held["presentation"] = tdainv.minimal_presentation(_held["complex"], degree)


# Module approximations along `n_lines`; `bases` are those of the diagonal lines to check on.


def approximation(path: str, degree: int, n_lines: int, bases: Any) -> None:
    """Of the presentation that is held."""
    _approximate(_held["presentation"], degree, n_lines, bases)


def approximation_of_complex(path: str, degree: int, n_lines: int, bases: Any) -> None:
    _approximate(_held["complex"], degree, n_lines, bases)


def approximation_of_rips(points: Any, function: Any, radius: Any, n_lines: int, bases: Any) -> None:
    """From points. The function is left to us: computing it is part of our time; the radius is our default."""
    _approximate(tdainv.codensity_rips(points), 1, n_lines, bases)


def _approximate(filtration: Any, degree: int, n_lines: int, bases: Any) -> None:
    _held["module"] = tdainv.module_approximation(filtration, degree, n_lines=n_lines)
    _held["checked"] = filtration, bases


def module() -> dict[str, Any]:
    """Corners of the summands, the bound on the error, and the true bars along the lines to check on."""
    found = _held["module"]
    filtration, bases = _held["checked"]
    true = tdainv.fibered_barcode(filtration, found.degree, tdainv.Lines(bases, [1.0, 1.0]))
    names = ("births", "birth_offsets", "deaths", "death_offsets", "box", "error")
    bars = np.column_stack([true.births, true.deaths])
    bars = np.split(bars, true.offsets[1:-1])
    return {name: getattr(found, name) for name in names} | {"bars": bars, "bases": bases}


def rank(path: str, degree: int, axes: Any) -> None:
    _held["signed"] = tdainv.rank_signed_barcode(_held["complex"], degree, axes)


def measure() -> Any:
    """Atoms (birth, death) in R^4 with their weights."""
    signed = _held["signed"]
    return np.hstack([signed.births, signed.deaths]), signed.weights


def lines(path: str, degree: int, bases: Any, directions: Any) -> None:
    _held["fibered"] = tdainv.fibered_barcode(_held["presentation"], degree, tdainv.Lines(bases, directions))


def bars() -> Any:
    """Rows (number of the line, birth, death)."""
    found = _held["fibered"]
    return np.column_stack([np.repeat(np.arange(len(found)), np.diff(found.offsets)), found.births, found.deaths])


def load_module(local: str, dump: Any, degree: int, *_: Any) -> None:
    """Hold a module (box, [(births, deaths, degree), ...]), so that both sides have the same summands."""
    box, summands = dump
    corners = [(births, deaths) for births, deaths, _ in summands]
    _held["module"] = tdainv.IntervalModule.from_summands(corners, degree=degree, box=box)


def image(local: str, dump: Any, degree: int, axes: Any, bandwidth: float) -> Any:
    return tdainv.module_image(_held["module"], axes, bandwidth=bandwidth, local=local, op="sum")


def landscape(path: str, degree: int, n_lines: int, axes: Any, n_landscapes: int) -> Any:
    return tdainv.multiparameter_landscape(_held["complex"], degree, axes, n_landscapes=n_landscapes)


def load_pair(first: str, second: str, degree: int, *_: Any) -> None:
    """Hold the presentations of two files' complexes."""
    if _held.get("pair") != (first, second):
        found = [tdainv.minimal_presentation(_complex(path), degree) for path in (first, second)]
        _held.update(pair=(first, second), presentations=found)


def matching_distance(first: str, second: str, degree: int, relative_error: float) -> float:
    return tdainv.matching_distance(*_held["presentations"], degree, error=0.0, relative_error=relative_error)
