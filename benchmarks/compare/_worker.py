"""A process that runs benchmark tasks one after another and can be killed: see Worker in _harness.py.

Started by the interpreter that holds the library to measure, so it imports nothing but the standard library itself.
Messages are pickles on the standard streams. A request is (module, function, arguments); the function gets the
arguments, and only its run is timed. A module may have a function `prepare`, called once and not timed.
"""

from __future__ import annotations

import importlib
import os
import pickle
import sys
import time


def peak_memory() -> float | None:
    """Peak resident memory of this process in MB, where the system tells."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


def main() -> None:
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print must not end up among the answers
    while True:
        try:
            module_name, function_name, arguments = pickle.load(requests)
        except EOFError:
            return
        try:
            function = getattr(importlib.import_module(module_name), function_name)
            start, cpu_start = time.perf_counter(), time.process_time()
            result = function(*arguments)
            cpu_seconds = time.process_time() - cpu_start
            answer = ("done", (time.perf_counter() - start, cpu_seconds), result, peak_memory())
        except Exception as error:
            answer = ("failed", f"{type(error).__name__}: {error}", None, None)
        pickle.dump(answer, answers)
        answers.flush()


if __name__ == "__main__":
    main()
