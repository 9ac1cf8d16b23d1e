"""The command classify: features, cross-validation, table and report."""

from __future__ import annotations

from pathlib import Path

from tdainv.cli import _evaluate as ev
from tdainv.cli._console import console
from tdainv.cli._evaluate import Evaluation, evaluate, make_folds
from tdainv.cli._recipe import Recipe, compute_invariants, distance_quantiles, write_table
from tdainv.cli._report import draw_report
from tdainv.datasets import Dataset


def run(data: Dataset, recipe: Recipe, output: Path, seed: int, n_jobs: int) -> Evaluation:
    """Evaluate, write features.csv and report.png into a folder, and print what came out."""
    from time import perf_counter

    make_folds(data, seed)  # what cannot be cross-validated is refused before any work
    output.mkdir(parents=True, exist_ok=True)
    invariants, seconds = compute_invariants(data, recipe, n_jobs)
    baseline, baseline_seconds = distance_quantiles(data)
    vectorizer = recipe.make_vectorizer()
    start = perf_counter()
    rows = vectorizer.fit_transform(invariants)
    seconds += perf_counter() - start
    result = evaluate(data, invariants, baseline, vectorizer, seed=seed, n_jobs=n_jobs)
    table, picture = output / "features.csv", output / "report.png"
    write_table(table, data, vectorizer.get_feature_names_out(), rows)
    draw_report(data, recipe, invariants, result, picture)
    times = {ev.BASELINE: baseline_seconds, ev.TOPOLOGY: seconds, ev.BOTH: seconds + baseline_seconds}
    widths = {ev.BASELINE: baseline.shape[1], ev.TOPOLOGY: rows.shape[1], ev.BOTH: baseline.shape[1] + rows.shape[1]}
    _print(data, recipe, result, times, widths)
    for path in (table, picture):
        console().print(str(path), markup=False)
    return result


def _print(data: Dataset, recipe: Recipe, result: Evaluation, times: dict[str, float], widths: dict[str, int]) -> None:
    from rich.table import Table

    degrees = ", ".join(f"H{degree}" for degree in recipe.degrees)
    table = Table(title=f"{data.name}: {len(data)} clouds, {recipe.filtration}, {degrees}", title_justify="left")
    table.add_column("Features")
    for name in ("Columns", "Accuracy", "Seconds", "ms a cloud"):
        table.add_column(name, justify="right")
    for name, scores in result.scores.items():
        accuracy = f"{scores.mean():.3f} ± {scores.std():.3f}"
        cost = (f"{times[name]:.2f}", f"{1000 * times[name] / len(data):.2f}")
        table.add_row(name, str(widths[name]), accuracy, *cost, style="bold" if name == ev.TOPOLOGY else None)
    table.add_row("largest class", "", f"{result.chance:.3f}", "", "", style="dim")
    console().print(table)
    console().print(result.protocol + ".", markup=False)
