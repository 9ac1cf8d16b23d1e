"""Features without topology: quantiles of distances, and the raw data as a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse.csgraph import shortest_path
from scipy.spatial.distance import pdist

N_QUANTILES = 33
LEVELS = np.linspace(0.0, 1.0, N_QUANTILES)
MANY_POINTS = 300  # of pixels and of vertices, evenly spaced, for distances
PIXELS = 28  # silhouettes are resized to squares of this side
BINS = 12  # of clouds, along each axis


def distances(kind: str, item: Any, values: Any) -> Any:
    """33 quantiles of the distances of a cloud, of the foreground pixels, of vertices; graphs: of shortest paths."""
    if kind == "graphs":
        return _of_paths(item[0])
    if kind == "images":
        return np.concatenate([_quantiles(np.argwhere(item > 0.4)), moments(item)])
    if kind == "silhouettes":
        scale = np.sqrt(item.sum())
        return np.concatenate([_quantiles(np.argwhere(item) / scale), moments(item)])
    if kind == "meshes":
        return _quantiles(item.vertices / np.sqrt(item.areas.sum()))
    return _quantiles(values)


def _quantiles(points: Any) -> Any:
    some = points[np.linspace(0, len(points) - 1, min(len(points), MANY_POINTS)).astype(int)]
    return np.quantile(pdist(some), LEVELS) if len(some) > 1 else np.zeros(N_QUANTILES)


def _of_paths(graph: Any) -> Any:
    lengths = shortest_path(graph.adjacency(), unweighted=True)
    between = lengths[np.triu_indices(len(lengths), 1)]
    finite = between[np.isfinite(between)]
    degrees = _degrees(graph)
    parts = [np.quantile(finite, LEVELS) if len(finite) else np.zeros(N_QUANTILES), np.quantile(degrees, LEVELS[::4])]
    return np.concatenate([*parts, [graph.n_nodes, graph.n_edges]])


def _degrees(graph: Any) -> Any:
    return np.bincount(np.asarray(graph.edges).ravel(), minlength=graph.n_nodes)


def moments(image: Any) -> Any:
    """Mass, and normalised central moments of orders two and three."""
    image = np.asarray(image, float)
    mass = max(image.sum(), 1e-9)
    rows, columns = np.indices(image.shape)
    y, x = (axis - (axis * image).sum() / mass for axis in (rows, columns))
    orders = [(2, 0), (1, 1), (0, 2), (3, 0), (2, 1), (1, 2), (0, 3)]
    central = [(y**i * x**j * image).sum() / mass ** (1 + (i + j) / 2) for i, j in orders]
    return np.array([mass, *central, image.shape[0] / image.shape[1]])


def raw(kind: str, item: Any, values: Any) -> Any:
    """The data themselves, in rows of equal length.

    Series and small images as they are; clouds as histograms over their bounding boxes, with the number of points;
    graphs as histograms of degrees and labels of nodes, with quantiles of the same functions that filter them;
    silhouettes resized; meshes as quantiles of the functions that filter them.
    """
    if kind == "series":
        return item
    if kind == "images":
        return item.ravel()
    if kind == "silhouettes":
        return _resized(item)
    if kind == "clouds":
        counts = np.histogramdd(_in_box(item), bins=BINS, range=[(0, 1)] * item.shape[1])[0]
        return np.concatenate([counts.ravel() / len(item), [len(item)]])
    if kind == "meshes":
        return np.quantile(values["heat"], LEVELS, axis=0).ravel()
    return _graph_row(*item, values)


def _in_box(points: Any) -> Any:
    low, high = points.min(axis=0), points.max(axis=0)
    return (points - low) / np.where(high > low, high - low, 1.0)


def _resized(image: Any) -> Any:
    """Shares of object in the cells of a square grid over a square about the image."""
    side = max(image.shape)
    square = np.zeros((side, side))
    top, left = ((side - n) // 2 for n in image.shape)
    square[top : top + image.shape[0], left : left + image.shape[1]] = image
    edges = np.linspace(0, side, PIXELS + 1).astype(int)
    sums = np.zeros((side + 1, side + 1))
    sums[1:, 1:] = square.cumsum(axis=0).cumsum(axis=1)
    cells = np.diff(np.diff(sums[np.ix_(edges, edges)], axis=0), axis=1)
    return (cells / np.maximum(np.outer(np.diff(edges), np.diff(edges)), 1)).ravel()


def _graph_row(graph: Any, labels: Any, values: Any) -> Any:
    degrees = np.bincount(np.minimum(_degrees(graph), 31), minlength=32) / graph.n_nodes
    of_labels = np.zeros(0 if labels is None else 40)
    if labels is not None:
        of_labels = np.bincount(np.minimum(labels, 39), minlength=40)
    functions = [values["heat"][:, 0], values["heat"][:, 1], values["closeness"], values["curvature"]]
    quantiles = [np.quantile(each, LEVELS[::4]) if len(each) else np.zeros(9) for each in functions]
    return np.concatenate([degrees, of_labels, *quantiles, [graph.n_nodes, graph.n_edges]])
