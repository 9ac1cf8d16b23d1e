"""The picture of one cloud."""

from __future__ import annotations

from pathlib import Path

from tdainv._typing import Float
from tdainv.datasets import read_points


def read_cloud(file: Path, n_points: int, seed: int) -> tuple[Float, str]:
    """Read a file and take at most `n_points`; also say in words what was taken."""
    full = read_points(file)
    cloud = read_points(file, n_points=n_points, random_state=seed)
    if not (full == cloud[0]).all(axis=1).any():
        return cloud, f"{len(cloud)} random points of the surface"
    if len(cloud) < len(full):
        return cloud, f"{len(cloud)} of {len(full)} points, chosen at random"
    return cloud, f"{len(cloud)} point{'' if len(cloud) == 1 else 's'}"


def draw_cloud(cloud: Float, title: str, picture: Path, bandwidth: float | None) -> None:
    """Draw a cloud, its barcodes, its diagrams and the Hilbert function of loops by codensity, and save it."""
    from matplotlib.figure import Figure

    import tdainv
    from tdainv.plots import plot_barcode, plot_diagram, plot_hilbert, plot_points

    barcodes = tdainv.barcodes(tdainv.rips(cloud), (0, 1))
    unit = "absolute" if bandwidth is None else "quantile"
    bifiltration = tdainv.codensity_rips(cloud, bandwidth=bandwidth, bandwidth_unit=unit)
    measure = tdainv.hilbert_signed_measure(bifiltration, degree=1)
    figure = Figure(figsize=(10.5, 9.0), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)  # type: ignore[union-attr, call-arg]
    figure.suptitle(title, fontsize="x-large")
    first = figure.add_subplot(2, 2, 1, projection="3d" if cloud.shape[1] == 3 else None)
    others = [figure.add_subplot(2, 2, k) for k in (2, 3, 4)]
    codensity = bifiltration.vertex_grades[:, 0]
    plot_points(cloud, values=codensity, value_label="codensity (low where dense)", ax=first)
    plot_barcode(barcodes, ax=others[0])
    plot_diagram(barcodes, ax=others[1])
    plot_hilbert(measure, labels=("diameter", "codensity"), ax=others[2])
    titles = ("Points", "Barcode (Rips)", "Persistence diagram (Rips)", "Hilbert function, $H_1$")
    for ax, text in zip((first, *others), titles, strict=True):
        ax.set_title(text, loc="left")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
