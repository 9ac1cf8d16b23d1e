"""Command line: tdainv datasets | features | classify | show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tdainv import __version__
from tdainv.cli._console import OneLineErrors, console

app = typer.Typer(
    cls=OneLineErrors,
    add_completion=False,
    no_args_is_help=False,
    help="Topological features of point clouds: exact multi-parameter persistence for machine learning.",
)

Data = Annotated[str, typer.Argument(metavar="DATA", help="Embedded data set, or folder with one sub-folder a class.")]
Filtration = Annotated[str, typer.Option(help="codensity-rips (two parameters), rips or dtm-rips (one).")]
Degrees = Annotated[str, typer.Option(help="Degrees of homology: 0 counts components, 1 loops.")]
Resolution = Annotated[int, typer.Option(help="Grid points of the features along each axis.")]
Bandwidth = Annotated[
    float | None,
    typer.Option(help="Bandwidth of the density, as a quantile of the distances of a cloud; 0.1 if not given."),
]
NPoints = Annotated[int | None, typer.Option(help="Points a cloud: subsample of a file, size of a generated cloud.")]
NSamples = Annotated[
    int | None, typer.Option(help="Number of clouds of an embedded set (at least; classes stay equal).")
]
NJobs = Annotated[int, typer.Option("--n-jobs", "-j", help="Number of workers; -1 for all cores.")]
Seed = Annotated[int, typer.Option(help="Seed of everything random.")]


def _version(value: bool) -> None:
    if value:
        console().print(f"tdainv {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show version.")] = False,
) -> None:
    """Topological features of point clouds: exact multi-parameter persistence for machine learning."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def datasets() -> None:
    """List the embedded data sets."""
    from rich.table import Table

    from tdainv.datasets import list_datasets

    table = Table("Name", "Data", title="Embedded data sets", title_justify="left")
    for name, description in list_datasets().items():
        table.add_row(f"[bold]{name}[/bold]", description)
    console().print(table)


@app.command()
def features(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Table to write.")] = Path("features.csv"),
    filtration: Filtration = "codensity-rips",
    degrees: Degrees = "0,1",
    resolution: Resolution = 20,
    bandwidth: Bandwidth = None,
    n_points: NPoints = None,
    n_samples: NSamples = None,
    n_jobs: NJobs = -1,
    seed: Seed = 0,
) -> None:
    """Write a table of topological features, one row a cloud.

    The grid of the features is fitted to all clouds of the table.
    """
    from tdainv.cli import _recipe

    recipe = _recipe.parse_recipe(filtration, degrees, resolution, bandwidth)
    _recipe.check_jobs(n_jobs)
    dataset = _recipe.load_data(data, n_points=n_points, n_samples=n_samples, seed=seed)
    invariants, seconds = _recipe.compute_invariants(dataset, recipe, n_jobs)
    vectorizer = recipe.make_vectorizer()
    rows = vectorizer.fit_transform(invariants)
    _recipe.write_table(output, dataset, vectorizer.get_feature_names_out(), rows)
    size = f"{rows.shape[0]} clouds, {rows.shape[1]} features, {seconds:.2f} s"
    console().print(f"{output}: {size}", markup=False)


@app.command()
def classify(
    data: Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")] = Path("tdainv-output"),
    filtration: Filtration = "codensity-rips",
    degrees: Degrees = "0,1",
    resolution: Resolution = 20,
    bandwidth: Bandwidth = None,
    n_points: NPoints = None,
    n_samples: NSamples = None,
    n_jobs: NJobs = -1,
    seed: Seed = 0,
) -> None:
    """Compare topological features with a baseline without topology, by cross-validation.

    The baseline are 33 quantiles of the distances between the points of each cloud. All feature sets get the same
    classifier, 300 extremely randomized trees. Folds are stratified and never split a group; grids are fitted to the
    training folds.
    """
    from tdainv.cli import _recipe
    from tdainv.cli._classify import run

    recipe = _recipe.parse_recipe(filtration, degrees, resolution, bandwidth)
    _recipe.check_jobs(n_jobs)
    run(_recipe.load_data(data, n_points=n_points, n_samples=n_samples, seed=seed), recipe, output, seed, n_jobs)


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Points, mesh or image.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Picture to write.")] = Path("picture.png"),
    n_points: Annotated[int, typer.Option(help="Largest number of points; more are subsampled.")] = 1000,
    bandwidth: Bandwidth = None,
    seed: Seed = 0,
) -> None:
    """Draw a cloud, its barcode, its persistence diagram and its Hilbert function."""
    from tdainv.cli import _recipe, _show

    _recipe.check_bandwidth(bandwidth)
    _recipe.check_at_least("--n-points", n_points, 1)
    _recipe.check_at_least("--seed", seed, 0)
    cloud, taken = _show.read_cloud(file, n_points, seed)
    _show.draw_cloud(cloud, f"{file.name}: {taken}", output, bandwidth)
    console().print(f"{output}: {taken}", markup=False)
