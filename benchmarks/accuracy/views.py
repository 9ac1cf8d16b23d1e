"""Filtrations of the data, by kind: several views of one item, with two parameters and with one.

A view is a two-parameter filtration, such as a cloud by distance and codensity. The search in the training folds
chooses one, or all of them side by side. Values that take long, of functions on graphs and meshes, are made once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

import tdainv as td
from tdainv import graphs, images
from tdainv.meshes import heat_kernel_signature

HKS_TIMES = 4
FOREGROUND = 0.4  # of digits, in shares of white


def prepare(kind: str, items: list[Any]) -> list[Any]:
    """What all filtrations of a kind start from."""
    if kind == "series":
        return td.DelayEmbedding(dimension=3, delay=1).transform(items)
    steps = {"graphs": _graph_values, "meshes": _mesh_values, "silhouettes": _silhouette_values}
    return [steps[kind](item) for item in items] if kind in steps else list(items)


def _graph_values(item: Any) -> dict[str, Any]:
    graph, _ = item
    return {
        "graph": graph,
        "heat": graphs.heat_kernel_signature(graph, time=[1.0, 10.0]),
        "closeness": -graphs.closeness(graph),
        "degree": -graphs.degree(graph),
        "curvature": graphs.ollivier_ricci(graph),
    }


def _mesh_values(mesh: Any) -> dict[str, Any]:
    heat = heat_kernel_signature(mesh, times=HKS_TIMES, n_eigenpairs=50, scale_invariant=True)
    return {"mesh": mesh, "heat": -np.log(np.maximum(heat, 1e-12))}


def _silhouette_values(image: Any) -> dict[str, Any]:
    """Functions of a padded image of half the size, in units of the square root of the area of the object."""
    small = np.pad(image[::2, ::2], 3)
    unit = np.sqrt(max(small.sum(), 1))
    return {
        "image": small,
        "signed": images.signed_distance(small) / unit,
        "dilation": images.dilation(small) / unit,
        "radial": _from_centroid(small) / unit,
    }


def _from_centroid(foreground: Any) -> Any:
    """Distance of each pixel to the centroid of the foreground."""
    at = np.argwhere(foreground)
    centre = at.mean(axis=0) if len(at) else np.array(foreground.shape) / 2
    rows, columns = np.indices(foreground.shape)
    return np.hypot(rows - centre[0], columns - centre[1])


# Two parameters.


def _codensity(rips: bool, **options: Any) -> Callable[[Any], Any]:
    return partial(td.codensity_rips if rips else td.codensity_delaunay, **options)


def _on_graph(node_functions: tuple[Any, ...], edge_functions: tuple[str, ...], values: Any) -> Any:
    columns = [values[name] if k is None else values[name][:, k] for name, k in node_functions]
    return td.graph_lower_star(values["graph"], columns, edge_functions=[values[name] for name in edge_functions])


def _on_mesh(columns: tuple[int, ...], values: Any) -> Any:
    return td.mesh_lower_star(values["mesh"], values["heat"][:, columns])


def _channels(names: tuple[str, ...], values: Any) -> Any:
    return td.cubical(np.stack([values[name] for name in names], axis=-1), channels=len(names) > 1)


def _sweep(axis: int, sign: int, image: Any) -> Any:
    """Dark pixels appear last; the second parameter sweeps over the image."""
    return td.cubical(np.stack([1 - image, sign * np.indices(image.shape)[axis]], axis=-1), channels=True)


def _series_sweep(superlevel: bool, time: str, cloud: Any) -> Any:
    """The series of an embedding with delay 1: its first coordinates, and the rest of the last point."""
    return td.series_sublevel(np.concatenate([cloud[:, 0], cloud[-1, 1:]]), superlevel=superlevel, time=time)


def _from_centre(image: Any) -> Any:
    return td.cubical(np.stack([1 - image, _from_centroid(image > FOREGROUND)], axis=-1), channels=True)


TWO: dict[str, dict[str, tuple[Callable[[Any], Any], ...]]] = {
    "series": {
        "kde10": (_codensity(True, bandwidth=0.1, bandwidth_unit="quantile"),),
        "kde30": (_codensity(True, bandwidth=0.3, bandwidth_unit="quantile"),),
    },
    "graphs": {
        "heat": (partial(_on_graph, (("heat", 0), ("heat", 1)), ()),),
        "curvature": (partial(_on_graph, (("closeness", None),), ("curvature",)),),
    },
    "clouds": {
        "kde": (_codensity(False, bandwidth=0.05, bandwidth_unit="quantile"),),
        "neighbours": (_codensity(False, n_neighbors=10),),
    },
    "silhouettes": {
        "signed": (partial(_channels, ("signed", "radial")),),
        "dilation": (partial(_channels, ("dilation", "radial")),),
    },
    "images": {
        "radial": (_from_centre,),
        "sweeps": tuple(partial(_sweep, axis, sign) for axis in (0, 1) for sign in (1, -1)),
    },
    "meshes": {"short": (partial(_on_mesh, (0, 2)),), "long": (partial(_on_mesh, (1, 3)),)},
}
# Sublevel and superlevel sets of a series up to a time, and from a time on: no embedding.
SWEEPS = {
    "series": {
        "sweeps": tuple(partial(_series_sweep, up, way) for up in (False, True) for way in ("forward", "backward"))
    }
}
# The Euler characteristic of a Rips filtration needs all its simplices: Delaunay complexes stand in.
EULER = {
    **TWO,
    "series": {
        "kde10": (_codensity(False, bandwidth=0.1, bandwidth_unit="quantile"),),
        "kde30": (_codensity(False, bandwidth=0.3, bandwidth_unit="quantile"),),
    },
}


# One parameter.


def _grey(image: Any) -> Any:
    return td.cubical(1 - image)


ONE: dict[str, dict[str, tuple[Callable[[Any], Any], ...]]] = {
    "series": {"rips": (td.rips,), "dtm": (partial(td.dtm_rips, mass=0.1),)},
    "graphs": {
        "heat": (partial(_on_graph, (("heat", 0),), ()), partial(_on_graph, (("heat", 1),), ())),
        "curvature": (partial(_on_graph, (("closeness", None),), ()), partial(_on_graph, (), ("curvature",))),
    },
    "clouds": {"alpha": (td.alpha,)},
    "silhouettes": {"signed": (partial(_channels, ("signed",)),), "radial": (partial(_channels, ("radial",)),)},
    "images": {"grey": (_grey,)},
    "meshes": {
        "short": (partial(_on_mesh, (0,)), partial(_on_mesh, (2,))),
        "long": (partial(_on_mesh, (1,)), partial(_on_mesh, (3,))),
    },
}
