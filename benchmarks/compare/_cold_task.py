"""One fresh process of cold_start.py: prints the times of the first calls, in seconds, as JSON."""

from __future__ import annotations

import json
import sys
import time


def main() -> None:
    what = sys.argv[1]
    start = time.perf_counter()
    import tdainv

    times = {"import": time.perf_counter() - start}
    if what != "import":
        points = tdainv.datasets.make_circle(100, noise=0.1, random_state=0)
        for call in ("first", "second"):
            start = time.perf_counter()
            if what == "barcodes":
                tdainv.barcodes(tdainv.rips(points), (0, 1))
            else:
                tdainv.hilbert_signed_measures(tdainv.codensity_rips(points), (0, 1))
            times[call] = time.perf_counter() - start
    print(json.dumps(times))


if __name__ == "__main__":
    main()
