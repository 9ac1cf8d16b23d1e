"""The file of results: one row a set and method."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from _harness import RESULTS

COLUMNS = (
    *("set", "kind", "method", "outcome", "n", "classes", "folds", "protocol", "accuracy", "std", "inner", "chance"),
    *("seconds_invariants", "seconds_values", "seconds_fit", "seconds_predict", "seconds_projected", "chosen"),
    *("seed", "tdainv", "peer_versions", "quick"),
    *("cpu", "cores", "python", "versions", "load_before"),
)
TABLE = RESULTS / "accuracy.csv"
KEY = ("set", "method", "seed", "tdainv", "quick")


def read(path: Path = TABLE) -> list[dict[str, str]]:
    """Rows of a table of results."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def has(path: Path, **wanted: Any) -> bool:
    """Whether there is a row with these values of the columns of the key."""
    texts = {name: str(wanted[name]) for name in KEY}
    return any(all(row[name] == text for name, text in texts.items()) for row in read(path))


def append(path: Path, row: dict[str, Any]) -> None:
    """Add a row; what was there stays."""
    path.parent.mkdir(exist_ok=True)
    new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        if new:
            writer.writeheader()
        writer.writerow(row)
