"""Draw the ratios of the CSV files in benchmarks/results as one figure.

python benchmarks/compare/plot_results.py
"""

from __future__ import annotations

import csv
import sys
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
from _harness import OURS, RESULTS
from matplotlib.lines import Line2D

PANELS = (
    ("rips_barcodes.csv", "H0 and H1 barcodes of Rips filtrations"),
    ("hilbert_measures.csv", "Hilbert measures"),
    ("presentations.csv", "Minimal presentations"),
    ("complex_barcodes.csv", "Barcodes up to degree 2"),
)
COLORS = {
    "ripser.py": "#4477aa",
    "giotto-ph": "#228833",
    "gudhi": "#ccbb44",
    "cripser": "#66ccee",
    "multipers (documented)": "#ee6677",
    "multipers (fastest other way)": "#aa3377",
    "multipers (mpfree)": "#aa3377",
    "multipers (mpfree, syzygies)": "#ee99aa",
}


def read(name: str) -> list[dict[str, str]]:
    path = RESULTS / name
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["ratio"] and not row["contender"].startswith(OURS)]


def label(contender: str) -> str:
    library = contender.split()[0]
    if "mpfree" in contender:
        return "multipers (mpfree, syzygies)" if "syzygies" in contender else "multipers (mpfree)"
    if library != "multipers" or "documented" in contender:
        return contender if library == "multipers" else library
    return "multipers (fastest other way)"


def draw(ax: Any, rows: list[dict[str, str]], title: str) -> None:
    """One line a case, one mark a peer; a triangle with an arrow where it hit the cap: the ratio is a lower bound."""
    cases = list(dict.fromkeys(row["case"] for row in rows))
    names = [name for name in COLORS if any(label(row["contender"]) == name for row in rows)]
    for row in rows:
        name = label(row["contender"])
        # Marks of one case lie a little below each other, so that none hides another.
        y = cases.index(row["case"]) + 0.22 * (names.index(name) - (len(names) - 1) / 2)
        ratio, done = float(row["ratio"]), row["outcome"] == "done"
        ax.plot(ratio, y, "o" if done else ">", color=COLORS[name], ms=5)
        if not done:
            ax.annotate("", (2 * ratio, y), (ratio, y), arrowprops={"arrowstyle": "->", "color": COLORS[name]})
    ax.axvline(1.0, color="black", lw=1)
    ax.set_xscale("log")
    ratios = [float(row["ratio"]) for row in rows]
    ax.set_xlim(min(0.5, 0.7 * min(ratios)), 3 * max(ratios))
    ax.set_yticks(range(len(cases)), cases)
    ax.set_ylim(len(cases) - 0.5, -0.5)
    ax.grid(axis="x", which="both", color="0.92")
    ax.set_axisbelow(True)
    ax.set_title(title)
    ax.set_xlabel("time of the peer / time of tdainv")
    marks = [Line2D([], [], ls="", marker="o", color=COLORS[name], label=name) for name in names]
    if any(row["outcome"] != "done" for row in rows):
        marks.append(Line2D([], [], ls="", marker=">", color="0.4", label="stopped at the cap"))
    ax.legend(handles=marks, loc="upper center", bbox_to_anchor=(0.5, -0.05), ncols=4, frameon=False, fontsize="small")


def main() -> int:
    panels = [(rows, title) for name, title in PANELS if (rows := read(name))]
    if not panels:
        print("No CSV files in benchmarks/results: run the compare scripts first.")
        return 1
    tallest = max(len({row["case"] for row in rows}) for rows, _ in panels)
    lines, columns = (len(panels) + 1) // 2, min(len(panels), 2)
    size = (6.5 * columns, lines * (2 + 0.27 * tallest))
    figure, axes = plt.subplots(lines, columns, figsize=size, squeeze=False)
    for ax, (rows, title) in zip(axes.ravel(), panels, strict=False):
        draw(ax, rows, title)
    for ax in axes.ravel()[len(panels) :]:
        ax.set_axis_off()
    figure.tight_layout()
    figure.savefig(RESULTS / "ratios.png", dpi=120, bbox_inches="tight")
    print("results/ratios.png")
    return 0


if __name__ == "__main__":
    sys.exit(main())
