"""From 500 raw clouds of 150 points to 50 x 50 features of H0 and H1, all in one call.

    python benchmarks/compare/many_clouds.py [--quick] [--cap SECONDS] [--multipers-python PATH]

Two groups, each with its own baseline: features of two-parameter Hilbert measures (peer: multipers, measured on the
first clouds and EXTRAPOLATED in proportion), and persistence images of one-parameter barcodes (peer: ripser.py with
the same image in numpy).
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from _harness import OURS, Contender, Worker, environment, race, seconds_text, version, write_csv
from hilbert_measures import multipers_versions
from scipy.spatial.distance import cdist

from tdainv import datasets, kde_codensity

N_POINTS = 150
RESOLUTION = 50
N_EXTRAPOLATED_FROM = 20
TARGET = 4.0  # seconds, on two cores


def make_clouds(n: int) -> list[Any]:
    """Circles with noise and more and more outliers, and tori, in turn."""
    circles = [datasets.make_circle(N_POINTS, noise=0.1, outliers=0.4 * i / n, random_state=i) for i in range(0, n, 2)]
    tori = [datasets.make_torus(N_POINTS, noise=0.1, random_state=i) for i in range(1, n, 2)]
    return [cloud for pair in zip(circles, tori, strict=True) for cloud in pair]


def hilbert_group(clouds: list[Any], python: str, cap: float) -> list[dict[str, Any]]:
    print(
        f"Hilbert measures of codensity-Rips, {RESOLUTION} x {RESOLUTION}, H0 and H1; target {TARGET:g} s on two cores"
    )
    ours = [
        Contender(f"{OURS} (n_jobs={jobs})", Worker("_tdainv_tasks"), "hilbert_features", (jobs,)) for jobs in (1, 2)
    ]
    machine = environment()
    race(ours, (clouds,), cap)
    rows = [_row("hilbert", contender, len(clouds), ours[0], {OURS: version("tdainv")}, machine) for contender in ours]
    theirs = multipers_versions("_multipers_peer", python)
    if theirs:
        some = clouds[:N_EXTRAPOLATED_FROM]
        functions = [kde_codensity(cloud) for cloud in some]
        radii = [float(cdist(cloud, cloud).max(axis=1).min()) for cloud in some]
        peer = Contender("multipers", Worker("_multipers_peer", python), "features")
        race([peer], (some, functions, radii, RESOLUTION), cap)
        if peer.finished:
            factor = len(clouds) / len(some)
            peer.name = f"multipers (EXTRAPOLATED from {len(some)} clouds)"
            peer.seconds = [factor * seconds for seconds in peer.seconds]
            rows.append(_row("hilbert", peer, len(clouds), ours[0], theirs, machine))
        peer.worker.stop()
    return _stop(ours, rows)


def image_group(clouds: list[Any], cap: float) -> list[dict[str, Any]]:
    print(f"Persistence images of Rips barcodes, {RESOLUTION} x {RESOLUTION}, H0 and H1")
    contenders = [
        Contender(f"{OURS} (n_jobs={jobs})", Worker("_tdainv_tasks"), "image_features", (jobs,)) for jobs in (1, 2)
    ]
    if version("ripser"):
        contenders.append(Contender("ripser.py (loop, images in numpy)", Worker("_rips_peers"), "ripser_images"))
    machine = environment()
    race(contenders, (clouds,), cap)
    versions = {OURS: version("tdainv"), "ripser.py": version("ripser")}
    rows = [_row("images", contender, len(clouds), contenders[0], versions, machine) for contender in contenders]
    return _stop(contenders, rows)


def _row(
    case: str, contender: Contender, n: int, ours: Contender, versions: dict[str, str], machine: dict[str, Any]
) -> dict[str, Any]:
    name = contender.name
    row = {"case": case, "n_clouds": n, "n_points": N_POINTS, "contender": name}
    row["version"] = versions.get(name.split()[0], "")
    row["extrapolated"] = "EXTRAPOLATED" in name
    if not contender.finished:
        print(f"    {name:50s} {contender.error or '> cap'}")
        return {**row, "outcome": contender.error or "> cap", **machine}
    row |= {
        "seconds_median": f"{contender.median:.6g}",
        "seconds_best": f"{min(contender.seconds):.6g}",
        "repetitions": len(contender.seconds),
        "outcome": "done",
        "ratio": f"{contender.median / ours.median:.4g}",
    }
    print(f"    {name:50s} {seconds_text(contender.median):>10s} {float(row['ratio']):8.2f}x", flush=True)
    return {**row, **machine}


def _stop(contenders: list[Contender], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for contender in contenders:
        contender.worker.stop()
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="50 clouds; does not write the CSV")
    parser.add_argument("--cap", type=float, default=300.0, metavar="SECONDS", help="longest run")
    parser.add_argument(
        "--multipers-python",
        default=os.environ.get("TDAINV_MULTIPERS_PYTHON", sys.executable),
        metavar="PATH",
        help="interpreter that has multipers",
    )
    options = parser.parse_args()
    clouds = make_clouds(50 if options.quick else 500)
    rows = hilbert_group(clouds, options.multipers_python, options.cap) + image_group(clouds, options.cap)
    if not options.quick:
        write_csv("many_clouds.csv", rows)
    return 0 if all(row["outcome"] == "done" for row in rows if row["contender"].startswith(OURS)) else 1


if __name__ == "__main__":
    sys.exit(main())
