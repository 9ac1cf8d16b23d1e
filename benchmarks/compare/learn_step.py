"""One training step of a learned weighted Rips filtration, forward and backward: tdainv.learn and GUDHI.

python benchmarks/compare/learn_step.py [--quick] [--only NAME] [--cap SECONDS]

A batch of clouds, weights that a network could have made, the H1 barcodes of the weighted Rips filtrations, the sum of
the squares of their persistences, and its gradient in the weights.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
from _harness import (
    OURS,
    Contender,
    Worker,
    command_line,
    disagreements,
    environment,
    race,
    rows_of_race,
    version,
    write_csv,
)
from scipy.spatial.distance import cdist

TOLERANCE = 1e-9  # relative: the two sum in different orders
VERSIONS = {OURS: version("tdainv"), "gudhi": version("gudhi")}


def batch(n_clouds: int, n_points: int) -> tuple[Any, Any]:
    """Distances of points on a sphere with noise, and weights up to a tenth of its diameter."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(n_clouds, n_points, 3))
    points /= np.linalg.norm(points, axis=2, keepdims=True)
    points += rng.normal(scale=0.1, size=points.shape)
    return np.stack([cdist(cloud, cloud) for cloud in points]), rng.uniform(0, 0.2, size=(n_clouds, n_points))


def judge(ours: tuple[float, Any], theirs: tuple[float, Any]) -> dict[str, Any]:
    """Compare loss and gradient, relative to the largest entry of each."""
    of_loss = abs(ours[0] - theirs[0]) / abs(ours[0])
    of_gradient = np.abs(ours[1] - theirs[1]).max() / np.abs(ours[1]).max()
    worst = max(of_loss, float(of_gradient))
    return {"max_difference": f"{worst:.1e}", "agree": worst <= TOLERANCE}


def main() -> int:
    options = command_line(__doc__, cap=120.0).parse_args()
    rows: list[dict[str, Any]] = []
    for n_clouds, n_points in ((4, 64),) if options.quick else ((40, 60), (40, 128), (40, 256)):
        case = f"{n_clouds}_clouds_of_{n_points}"
        if not any(name in case for name in options.only):
            continue
        print(f"{case}: forward and backward", flush=True)
        contenders = [Contender(OURS, Worker("_learn_tasks"), "step")]
        if version("gudhi"):
            contenders.append(Contender("gudhi (2-skeleton)", Worker("_learn_peers"), "step", (False,)))
            contenders.append(Contender("gudhi (2-skeleton up to the cone)", Worker("_learn_peers"), "step", (True,)))
        machine = environment() | {"torch": version("torch")}
        try:
            race(contenders, batch(n_clouds, n_points), options.cap)
            columns = {"case": case, "clouds": n_clouds, "points": n_points}
            rows += rows_of_race(contenders, columns, options.cap, VERSIONS, judge, machine)
        finally:
            for contender in contenders:
                contender.worker.stop()
    if not options.quick:
        write_csv("learn_step.csv", rows, update=options.only != [""])
    return 1 if disagreements(rows) else 0


if __name__ == "__main__":
    sys.exit(main())
