"""The results of the accuracy runs as a table and as a figure.

python benchmarks/accuracy/table.py            # prints, writes docs/accuracy_table.md and results/accuracy.png
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "compare"))
mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
from methods import BASELINES, OF_SERIES, TOPOLOGY
from peer import METHODS as PEER
from results import TABLE, read

ROOT = HERE.parents[1]
GROUPS = {"tdainv": (*TOPOLOGY, *OF_SERIES), "no topology": BASELINES, "multipers": PEER}
COLORS = {"tdainv": "#4477aa", "no topology": "#bbbbbb", "multipers": "#ee6677"}
TIE = 1e-9


def best(rows: list[dict[str, Any]], group: str, by: str) -> dict[str, Any] | None:
    """The row of a group with the largest value of a column."""
    done = [row for row in rows if row["method"] in GROUPS[group] and row["outcome"] == "done"]
    return max(done, key=lambda row: float(row[by])) if done else None


def lines(rows: list[dict[str, Any]]) -> list[str]:
    """A line a set: the best of each group, and that of ours which the training folds would have chosen."""
    head = "| set | chance | ours, chosen in training | ours, best | no topology, best | multipers, best | |"
    found = [head, "|---|---|---|---|---|---|---|"]
    for name in dict.fromkeys(row["set"] for row in rows):
        of_set = [row for row in rows if row["set"] == name]
        chosen = best(of_set, "tdainv", "inner")
        ours, baseline, peer = (best(of_set, group, "accuracy") for group in GROUPS)
        cells = [name, f"{float(of_set[0]['chance']):.3f}", _cell(chosen), _cell(ours), _cell(baseline)]
        cells += [_cell(peer) if peer else _outcome(of_set), _verdict(ours, baseline, peer)]
        found.append("| " + " | ".join(cells) + " |")
    return found


def _cell(row: dict[str, Any] | None) -> str:
    if row is None:
        return "–"
    method = row["method"].removeprefix("multipers ")
    return f"{float(row['accuracy']):.3f} ± {float(row['std']):.3f} ({method})"


def _outcome(rows: list[dict[str, Any]]) -> str:
    outcomes = [row["outcome"].split(" (")[0] for row in rows if row["method"] in PEER]
    return outcomes[0] if outcomes else "–"


def _verdict(ours: Any, baseline: Any, peer: Any) -> str:
    """Where topology does not help, and where the peer is ahead; nothing where ours is at or above both."""
    words = []
    if ours and baseline and float(ours["accuracy"]) < float(baseline["accuracy"]) - TIE:
        words.append("topology does not help")
    if ours and peer and float(ours["accuracy"]) < float(peer["accuracy"]) - TIE:
        words.append("multipers ahead")
    return ", ".join(words)


def summary(rows: list[dict[str, Any]]) -> list[str]:
    """On how many sets ours is at or above the others; with the method that training chose, and with the best."""
    found = []
    for words, by in (("the method chosen in training", "inner"), ("the best method", "accuracy")):
        for group in ("no topology", "multipers"):
            pairs = []
            for name in dict.fromkeys(row["set"] for row in rows):
                of_set = [row for row in rows if row["set"] == name]
                ours, other = best(of_set, "tdainv", by), best(of_set, group, "accuracy")
                if ours and other:
                    pairs.append(float(ours["accuracy"]) >= float(other["accuracy"]) - TIE)
            if pairs:
                found.append(f"Ours, {words}, is at or above the best of {group} on {sum(pairs)} of {len(pairs)} sets.")
    return found


def all_methods(rows: list[dict[str, Any]]) -> list[str]:
    """A line a set, a column a method."""
    methods = [method for group in ("no topology", "tdainv", "multipers") for method in GROUPS[group]]
    found = ["| set | " + " | ".join(methods) + " |", "|---" * (len(methods) + 1) + "|"]
    for name in dict.fromkeys(row["set"] for row in rows):
        cells = {row["method"]: row for row in rows if row["set"] == name}
        values = [float(row["accuracy"]) for row in cells.values() if row["outcome"] == "done"]
        top = max(values, default=0.0)
        found.append("| " + " | ".join([name, *(_number(cells.get(method), top) for method in methods)]) + " |")
    return found


def _number(row: dict[str, Any] | None, top: float) -> str:
    if row is None:
        return ""
    if row["outcome"] != "done":
        return row["outcome"].split(" (")[0]
    text = f"{float(row['accuracy']):.3f}"
    return f"**{text}**" if float(row["accuracy"]) >= top - TIE else text


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """One line a set, one mark a group, with the standard deviation over folds."""
    names = list(dict.fromkeys(row["set"] for row in rows))
    figure, ax = plt.subplots(figsize=(7, 1.2 + 0.3 * len(names)), layout="constrained")
    for k, group in enumerate(GROUPS):
        label = f"{group}, best method"
        for y, name in enumerate(names):
            row = best([row for row in rows if row["set"] == name], group, "accuracy")
            if row is not None:
                place = y + 0.22 * (k - 1)
                ax.errorbar(
                    float(row["accuracy"]),
                    place,
                    xerr=float(row["std"]),
                    fmt="o",
                    color=COLORS[group],
                    ms=4,
                    label=label,
                )
                label = None
    ax.plot(
        [float(next(r for r in rows if r["set"] == name)["chance"]) for name in names],
        np.arange(len(names)),
        "|",
        color="black",
        label="largest class",
    )
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.grid(axis="x", color="0.92")
    ax.set_axisbelow(True)
    ax.set_xlabel("accuracy")
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize="small")
    figure.savefig(path, dpi=130)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=TABLE, metavar="CSV")
    parser.add_argument("--seed", default="0")
    options = parser.parse_args()
    rows = [row for row in read(options.results) if row["seed"] == options.seed]
    if not rows:
        print(f"There are no results with seed {options.seed} in {options.results}: see run.py.")
        return 1
    text = [*lines(rows), "", *summary(rows), "", "All methods; the best of each set in bold:", "", *all_methods(rows)]
    print("\n".join(text))
    (ROOT / "docs" / "accuracy_table.md").write_text("\n".join(text) + "\n", encoding="utf-8")
    draw(rows, TABLE.with_suffix(".png"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
