"""What a fresh process costs: import, and the first results with and without kernels in the cache.

python benchmarks/compare/cold_start.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from _harness import HERE, environment, seconds_text, write_csv

N_IMPORTS = 5


def fresh_process(what: str, cache: str) -> dict[str, float]:
    """Times that a process of its own reports, and its whole duration from outside."""
    command = [sys.executable, str(HERE / "_cold_task.py"), what]
    start = time.perf_counter()
    done = subprocess.run(command, env={**os.environ, "NUMBA_CACHE_DIR": cache}, capture_output=True, check=True)
    return json.loads(done.stdout) | {"process": time.perf_counter() - start}


def main() -> int:
    machine = environment()
    rows: list[dict[str, Any]] = []

    def note(measure: str, cache: str, values: list[float]) -> None:
        median, best = statistics.median(values), min(values)
        rows.append(
            {
                "measure": measure,
                "cache": cache,
                "seconds_median": f"{median:.4g}",
                "seconds_best": f"{best:.4g}",
                "repetitions": len(values),
            }
            | machine
        )
        print(f"    {measure:48s} {cache:6s} {seconds_text(median):>9s}  (best {seconds_text(best)})", flush=True)

    with tempfile.TemporaryDirectory() as unused:
        imports = [fresh_process("import", unused)["import"] for _ in range(N_IMPORTS)]
        note("import tdainv", "any", imports)
    results = (("barcodes", "H0 and H1 barcodes"), ("hilbert", "codensity-Rips Hilbert measures"))
    for what, name in results:
        with tempfile.TemporaryDirectory() as cache:  # each starts with nothing compiled
            for state in ("empty", "full"):
                runs = [fresh_process(what, cache) for _ in range(1 if state == "empty" else N_IMPORTS)]
                note(f"first {name} of 100 points", state, [run["first"] for run in runs])
                note(f"whole process for {name}", state, [run["process"] for run in runs])
            note(f"second call in the process, {name}", state, [run["second"] for run in runs])
    write_csv("cold_start.csv", rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
