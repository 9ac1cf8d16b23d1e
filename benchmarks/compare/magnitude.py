"""Magnitude: images against a dense Cholesky factorization, point clouds against magnipy.

    python benchmarks/compare/magnitude.py [--quick] [--only NAME] [--cap SECONDS] [--magnipy-python PATH]

magnipy runs in a process of its own, with the interpreter of --magnipy-python or of the environment variable
TDAINV_MAGNIPY_PYTHON: it pins its dependencies.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np
from _harness import (
    OURS,
    Contender,
    TaskError,
    Worker,
    command_line,
    disagreements,
    environment,
    race,
    rows_of_race,
    version,
    write_csv,
)

MAGNIPY_METHODS = ("cholesky", "scipy", "naive", "cg")
CLOSE = 1e-4  # relative, of magnitudes; ours are asked for weights up to 1e-5, magnipy's cg for residuals of 1e-5


def images() -> dict[str, Any]:
    """Smooth shapes with an edge and noise, values in [0, 1]."""
    cases = {}
    for n in (64, 128, 256, 512, 1024):
        y, x = np.indices((n, n)) / n
        shapes = 0.5 + 0.3 * np.sin(7 * x) * np.cos(5 * y) + 0.2 * (np.hypot(x - 0.5, y - 0.5) < 0.3)
        cases[f"image_{n}"] = shapes + 0.02 * np.random.default_rng(n).normal(size=(n, n))
    return cases


def clouds() -> dict[str, tuple[float, Any]]:
    """Uniform points in a square and in a cube, at scales at which most of them are close to others."""
    rng = np.random.default_rng(0)
    return {f"uniform_{dim}d_{n}": (10.0, rng.random((n, dim))) for n in (2000, 5000, 10000) for dim in (2, 3)}


def judge(ours: Any, theirs: Any) -> dict[str, Any]:
    magnitude = abs(theirs.sum() - ours.sum()) / abs(ours.sum())
    weights = np.linalg.norm(theirs - ours) / np.linalg.norm(ours)
    return {
        "magnitude": f"{theirs.sum():.8g}",
        "weights_difference": f"{weights:.1e}",
        "max_difference": f"{magnitude:.1e}",
        "agree": bool(magnitude <= CLOSE),
    }


def image_rows(name: str, image: Any, cap: float) -> list[dict[str, Any]]:
    contenders = [Contender(f"{OURS} (n_jobs={n})", Worker("_magnitude_tasks"), "image_weights", (n,)) for n in (1, 2)]
    if image.size <= 128**2:
        contenders.append(Contender("dense Cholesky", Worker("_magnitude_tasks"), "dense_image_weights"))
    return _raced(name, contenders, (image,), cap, {}, image.size)


def cloud_rows(
    name: str, t: float, points: Any, cap: float, python: str, found: dict[str, str]
) -> list[dict[str, Any]]:
    contenders = [
        Contender(OURS, Worker("_magnitude_tasks"), "cloud_weights", (t,)),
        Contender("dense Cholesky", Worker("_magnitude_tasks"), "dense_cloud_weights", (t,)),
    ]
    if found:
        contenders += [
            Contender(f"magnipy {method}", Worker("_magnipy_peer", python), "cloud_weights", (method, t))
            for method in MAGNIPY_METHODS
            if method != "naive" or len(points) <= 2000
        ]
    return _raced(name, contenders, (points,), cap, found, len(points))


def _raced(
    name: str, contenders: list[Contender], data: tuple[Any, ...], cap: float, found: dict[str, str], size: int
) -> list[dict[str, Any]]:
    print(f"{name}")
    machine = environment()
    race(contenders, data, cap, budget=5.0)
    versions = {OURS: version("tdainv"), "dense": version("scipy"), **found}
    rows = rows_of_race(contenders, {"case": name, "n_points": size}, cap, versions, judge, machine)
    for contender in contenders:
        contender.worker.stop()
    return rows


def magnipy_versions(python: str) -> dict[str, str]:
    worker = Worker("_magnipy_peer", python)
    try:
        return worker.run("versions", cap=120.0).result
    except (TaskError, OSError) as error:
        print(f"magnipy is not compared: {error}. Name an interpreter that has it with --magnipy-python.")
        return {}
    finally:
        worker.stop()


def main() -> int:
    parser = command_line(__doc__, cap=300.0)
    default = os.environ.get("TDAINV_MAGNIPY_PYTHON", sys.executable)
    parser.add_argument("--magnipy-python", default=default, metavar="PATH", help="interpreter that has magnipy")
    options = parser.parse_args()
    found = magnipy_versions(options.magnipy_python)
    rows: list[dict[str, Any]] = []

    def keep(fresh: list[dict[str, Any]]) -> None:
        rows.extend(fresh)
        if not options.quick:  # after each case, so that a run that is stopped keeps what it has
            write_csv("magnitude.csv", fresh, update=True)

    for name, image in images().items():
        if any(part in name for part in options.only) and not (options.quick and image.size > 256**2):
            keep(image_rows(name, image, options.cap))
    for name, (t, points) in clouds().items():
        if any(part in name for part in options.only) and not (options.quick and len(points) > 2000):
            keep(cloud_rows(name, t, points, options.cap, options.magnipy_python, found))
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
