"""Attributed graphs for other packages: networkx, torch-geometric, GraphML files. For scipy, see the methods."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv._typing import Float
from tdainv.attributed_graphs.attributed_graph import AttributedGraph

if TYPE_CHECKING:
    import networkx
    import torch_geometric.data

FEATURES = ("attributes", "filter", "positions", "size")


def require_graph(graph: Any, name: str = "graph") -> AttributedGraph:
    """Return the graph, or raise TypeError if it is none."""
    if not isinstance(graph, AttributedGraph):
        raise TypeError(f"{name} must be an AttributedGraph, got {type(graph).__name__}.")
    return graph


def to_networkx(graph: AttributedGraph) -> networkx.MultiGraph:
    """Return an attributed graph as a networkx graph.

    Parameters
    ----------
    graph : AttributedGraph

    Returns
    -------
    networkx.MultiGraph
        Nodes 0, ..., n - 1 with "members", "filter", the dictionaries "decorations" and "attributes", and "position"
        where there are some. Edges have "length".

    Raises
    ------
    ImportError
        If networkx is not installed.

    Examples
    --------
    >>> from tdainv.attributed_graphs import AttributedGraph, to_networkx
    >>> circle = to_networkx(AttributedGraph(2, [[0, 1], [0, 1]], [2.0, 3.0]))
    >>> circle.number_of_edges(), [length for _, _, length in circle.edges(data="length")]
    (2, [2.0, 3.0])
    """
    graph = require_graph(graph)
    try:
        import networkx
    except ImportError:
        raise ImportError('to_networkx needs networkx: pip install "tdainv[graphs]"') from None
    result = networkx.MultiGraph()
    for v in range(graph.n_nodes):
        data: dict[str, Any] = {"members": graph.members[v].tolist(), "filter": graph.filter_values[v].tolist()}
        if graph.positions is not None:
            data["position"] = graph.positions[v].tolist()
        data["decorations"] = {name: each[v] for name, each in graph.decorations.items()}
        data["attributes"] = {name: rows[v].tolist() for name, rows in graph.attributes.items()}
        result.add_node(v, **data)
    for (u, v), length in zip(graph.edges.tolist(), graph.lengths.tolist(), strict=True):
        result.add_edge(u, v, length=length)
    return result


def write_graphml(graph: AttributedGraph, path: str | os.PathLike[str]) -> None:
    """Write an attributed graph to a GraphML file, as read by Gephi, yEd, Cytoscape, igraph and networkx.

    GraphML knows numbers and text only: each column becomes a number of the node, such as "filter_0", members become
    text of numbers with spaces between, and decorations are replaced by their numbers of bars or atoms.

    Parameters
    ----------
    graph : AttributedGraph
    path : str or path-like

    Raises
    ------
    ImportError
        If networkx is not installed.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile, pathlib, networkx
    >>> from tdainv.attributed_graphs import AttributedGraph, write_graphml
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "graph.graphml"
    ...     write_graphml(AttributedGraph(2, [[0, 1]], members=[[0, 1], [2]], filter_values=[0.5, 2.0]), path)
    ...     networkx.read_graphml(path).nodes["0"]
    {'size': 2, 'members': '0 1', 'filter_0': 0.5}
    """
    graph = require_graph(graph)
    try:
        import networkx
    except ImportError:
        raise ImportError('write_graphml needs networkx: pip install "tdainv[graphs]"') from None
    tables = {"filter": graph.filter_values, **({} if graph.positions is None else {"position": graph.positions})}
    tables |= graph.attributes
    result = networkx.MultiGraph()
    for v in range(graph.n_nodes):
        data: dict[str, Any] = {"size": len(graph.members[v]), "members": " ".join(map(str, graph.members[v]))}
        data |= {f"{name}_{k}": float(value) for name, rows in tables.items() for k, value in enumerate(rows[v])}
        data |= {f"{name}_length": _count(each[v]) for name, each in graph.decorations.items()}
        result.add_node(v, **data)
    result.add_edges_from(
        (u, v, {"length": length}) for (u, v), length in zip(graph.edges.tolist(), graph.lengths.tolist(), strict=True)
    )
    networkx.write_graphml(result, os.fspath(path))


def _count(decoration: Any) -> int:
    return len(decoration) if hasattr(decoration, "__len__") else 1


def node_features(graph: AttributedGraph, features: Sequence[str] = FEATURES) -> Float:
    """Vectors of the nodes of a graph, side by side.

    Parameters
    ----------
    graph : AttributedGraph
    features : sequence of str, default ("attributes", "filter", "positions", "size")
        What to take: all attributes in the order of their names' first use, the filter values, the positions, the
        number of points.

    Returns
    -------
    ndarray of shape (n_nodes, n_features)

    Raises
    ------
    ValueError
        For an unknown feature, none at all, or positions of a graph that has none.

    Examples
    --------
    >>> from tdainv.attributed_graphs import AttributedGraph, node_features
    >>> graph = AttributedGraph(2, [[0, 1]], members=[[0, 1], [2]], filter_values=[0.5, 2.0])
    >>> node_features(graph, ("filter", "size"))
    array([[0.5, 2. ],
           [2. , 1. ]])
    """
    graph = require_graph(graph)
    check_features(features)
    blocks: list[Float] = []
    for feature in features:
        if feature == "positions" and graph.positions is None:
            raise ValueError('features must not name "positions" for a graph without positions.')
        if feature == "attributes":
            blocks += graph.attributes.values()
        else:
            sizes = graph.sizes[:, np.newaxis].astype(np.float64)
            block = {"filter": graph.filter_values, "positions": graph.positions, "size": sizes}[feature]
            blocks.append(np.asarray(block, np.float64))
    return np.hstack(blocks) if blocks else np.zeros((graph.n_nodes, 0))


def check_features(features: Any) -> None:
    """Raise ValueError unless these are known features, at least one."""
    if isinstance(features, str) or not len(features) or not set(features) <= set(FEATURES):
        raise ValueError(f"features must be a sequence of {', '.join(map(repr, FEATURES))}, got features={features!r}.")


def require_torch_geometric(what: str) -> None:
    """Import torch-geometric, or raise an ImportError that says what needs it."""
    try:
        import tdainv.attributed_graphs._torch_geometric  # noqa: F401
    except ImportError:
        raise ImportError(f'{what} needs torch-geometric: pip install "tdainv[graphs]"') from None


def to_torch_geometric(graph: AttributedGraph, features: Sequence[str] = FEATURES) -> torch_geometric.data.Data:
    """Return an attributed graph as a graph of torch-geometric.

    Parameters
    ----------
    graph : AttributedGraph
    features : sequence of str
        See :func:`node_features`.

    Returns
    -------
    torch_geometric.data.Data
        With ``x`` (float32), ``edge_index`` with both directions of each edge, ``edge_weight`` (lengths, float32),
        and ``pos`` where there are positions.

    Raises
    ------
    ImportError
        If torch-geometric is not installed.

    Examples
    --------
    >>> from tdainv.attributed_graphs import AttributedGraph, to_torch_geometric
    >>> graph = AttributedGraph(2, [[0, 1]], [3.0], filter_values=[0.5, 2.0])
    >>> data = to_torch_geometric(graph, ("filter",))
    >>> data.x.tolist(), data.edge_index.tolist(), data.edge_weight.tolist()
    ([[0.5], [2.0]], [[0, 1], [1, 0]], [3.0, 3.0])
    """
    graph = require_graph(graph)
    rows = node_features(graph, features)
    require_torch_geometric("to_torch_geometric")
    import torch

    from tdainv.attributed_graphs._torch_geometric import Data

    ends = np.concatenate([graph.edges, graph.edges[:, ::-1]]).T
    position = None if graph.positions is None else torch.tensor(graph.positions, dtype=torch.float32)
    return Data(
        x=torch.tensor(rows, dtype=torch.float32),
        edge_index=torch.tensor(ends.copy(), dtype=torch.int64),
        edge_weight=torch.tensor(np.tile(graph.lengths, 2), dtype=torch.float32),
        pos=position,
        num_nodes=graph.n_nodes,
    )
