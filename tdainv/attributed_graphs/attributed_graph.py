"""Graphs whose nodes stand for sets of points and carry topology: the object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.persistence.barcode import Barcode

if TYPE_CHECKING:
    from scipy.sparse import csr_array


@dataclass(frozen=True, eq=False, repr=False)
class AttributedGraph:
    """A graph made from data, with what is known of each node: its points, filter values, position and topology.

    Nodes are numbered from 0. Two nodes may be joined by several edges, as a Reeb graph needs; no edge is a loop at
    one node.

    Parameters
    ----------
    n_nodes : int
        At least 1.
    edges : array-like of shape (m, 2), int
        Kept as pairs u < v in lexicographic order, then by length.
    lengths : array-like of shape (m,), default: ones
        Length of each edge, at least 0 and finite.
    members : sequence of n_nodes int arrays, default: empty arrays
        Numbers of the points of each node, kept in increasing order. A point may be in several nodes, or in none.
    filter_values : array-like of shape (n_nodes,) or (n_nodes, q), default: no column
        Values of the filter at each node, kept with two axes.
    positions : array-like of shape (n_nodes, dim), optional
        Where each node lies.
    decorations : mapping of str to sequences of n_nodes objects, default: none
        Invariants of each node, such as its :class:`~tdainv.Barcode` or :class:`~tdainv.SignedMeasure`, by name.
    attributes : mapping of str to array-likes of shape (n_nodes, k), default: none
        Vectors of each node, by name.

    Raises
    ------
    ValueError
        For no node, an edge out of range or from a node to itself, a length below 0, and one entry too few or too
        many of anything.

    Examples
    --------
    A circle cut at its lowest and highest point:

    >>> graph = AttributedGraph(2, [[0, 1], [0, 1]], [2.0, 2.0], filter_values=[-1.0, 1.0])
    >>> graph
    AttributedGraph(2 nodes, 2 edges)
    >>> graph.n_components, graph.n_loops
    (1, 1)
    """

    n_nodes: int
    edges: Int
    lengths: Float = None  # type: ignore[assignment]
    members: Sequence[Int] = None  # type: ignore[assignment]
    filter_values: Float = None  # type: ignore[assignment]
    positions: Float | None = None
    decorations: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    attributes: Mapping[str, Float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = check.positive_integer(self.n_nodes, "n_nodes")
        edges = check.integers(self.edges, "edges", (None, 2)) if np.size(self.edges) else np.zeros((0, 2), np.int64)
        lengths = np.ones(len(edges)) if self.lengths is None else _checked_lengths(self.lengths, len(edges))
        _require_ends(edges, n)
        edges = np.sort(edges, axis=1)
        order = np.lexsort((lengths, edges[:, 1], edges[:, 0]))
        fields = {
            "n_nodes": n,
            "edges": edges[order],
            "lengths": lengths[order],
            "members": _checked_members(self.members, n),
            "filter_values": _checked_rows(self.filter_values, n, "filter_values", default=np.zeros((n, 0))),
            "positions": _checked_rows(self.positions, n, "positions", default=None),
            "decorations": {name: _checked_decorations(each, n, name) for name, each in self.decorations.items()},
            "attributes": {
                name: _checked_rows(each, n, f"attributes[{name!r}]") for name, each in self.attributes.items()
            },
        }
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    @property
    def n_edges(self) -> int:
        """Number of edges m."""
        return len(self.edges)

    @property
    def sizes(self) -> Int:
        """Number of points of each node, shape (n_nodes,)."""
        return np.array([len(points) for points in self.members], np.int64)

    @property
    def components(self) -> Int:
        """Number of the connected component of each node, from 0, shape (n_nodes,)."""
        from scipy.sparse.csgraph import connected_components

        return connected_components(self.adjacency(), directed=False)[1].astype(np.int64)

    @property
    def n_components(self) -> int:
        """Number of connected components."""
        return int(self.components.max()) + 1

    @property
    def n_loops(self) -> int:
        """Number of independent loops: edges - nodes + components.

        For the Reeb graph of a closed connected orientable surface with a Morse function this is the genus
        (Cole-McLaughlin et al., Loops in Reeb graphs of 2-manifolds, 2004).
        """
        return self.n_edges - self.n_nodes + self.n_components

    def adjacency(self, *, weighted: bool = False) -> csr_array:
        """Symmetric sparse adjacency matrix, of ones, or of the lengths of the shortest edge of each pair.

        Parameters
        ----------
        weighted : bool, default False

        Returns
        -------
        scipy.sparse.csr_array of shape (n_nodes, n_nodes)
            With ``weighted=True``, edges of length 0 are explicit zeros.

        Examples
        --------
        >>> AttributedGraph(2, [[0, 1], [0, 1]], [2.0, 3.0]).adjacency(weighted=True).toarray()
        array([[0., 2.],
               [2., 0.]])
        """
        from scipy.sparse import csr_array

        # Edges of a pair come in order of their lengths: the first is the shortest.
        first = np.append(True, (self.edges[1:] != self.edges[:-1]).any(axis=1))[: self.n_edges]
        edges, lengths = self.edges[first], self.lengths[first]
        ends = np.concatenate([edges, edges[:, ::-1]]).T.astype(np.int32)
        values = np.tile(lengths, 2) if weighted else np.ones(2 * len(edges))
        return csr_array((values, (ends[0], ends[1])), shape=(self.n_nodes, self.n_nodes))

    def distances(self, *, weighted: bool = True) -> Float:
        """Lengths of shortest paths between nodes.

        Parameters
        ----------
        weighted : bool, default True
            Whether edges are as long as their lengths; otherwise all have length 1.

        Returns
        -------
        ndarray of shape (n_nodes, n_nodes)
            ``inf`` between components.

        Notes
        -----
        Dijkstra's algorithm, O(n (m + n log n)).

        Examples
        --------
        >>> AttributedGraph(3, [[0, 1]], [2.0]).distances()
        array([[ 0.,  2., inf],
               [ 2.,  0., inf],
               [inf, inf,  0.]])
        """
        from scipy.sparse.csgraph import dijkstra

        paths = np.asarray(dijkstra(self.adjacency(weighted=weighted), directed=False))
        return np.minimum(paths, paths.T)  # there and back, sums are rounded differently

    def membership(self, n_points: int) -> csr_array:
        """Which points are in which nodes.

        Parameters
        ----------
        n_points : int
            Number of points of the data; more than the number of any member.

        Returns
        -------
        scipy.sparse.csr_array of shape (n_nodes, n_points), bool

        Raises
        ------
        ValueError
            If a member has a larger number.

        Examples
        --------
        >>> AttributedGraph(2, [[0, 1]], members=[[0, 1], [1, 2]]).membership(3).toarray().astype(int)
        array([[1, 1, 0],
               [0, 1, 1]])
        """
        from scipy.sparse import csr_array

        self.require_points(check.positive_integer(n_points, "n_points"))
        indices = np.concatenate(self.members).astype(np.int32)
        indptr = np.append(0, np.cumsum(self.sizes)).astype(np.int32)
        return csr_array((np.ones(len(indices), bool), indices, indptr), shape=(self.n_nodes, n_points))

    def require_points(self, n_points: int) -> None:
        """Raise ValueError unless all members are among this many points."""
        for v, points in enumerate(self.members):
            if len(points) and points[-1] >= n_points:
                raise ValueError(
                    f"The graph must be one of these {n_points} points, got point {points[-1]} in node {v}."
                )

    def with_decorations(self, **decorations: Sequence[Any]) -> AttributedGraph:
        """Graph with further decorations, or others of the same names.

        Parameters
        ----------
        **decorations : sequences of n_nodes objects

        Returns
        -------
        AttributedGraph

        Examples
        --------
        >>> import tdainv
        >>> bars = tdainv.Barcode([0.0], [1.0], degree=1)
        >>> AttributedGraph(1, []).with_decorations(local=[bars])
        AttributedGraph(1 node, 0 edges, decorations: local)
        """
        return replace(self, decorations={**self.decorations, **decorations})

    def with_attributes(self, **attributes: ArrayLike) -> AttributedGraph:
        """Graph with further vectors at its nodes, or others of the same names.

        Parameters
        ----------
        **attributes : array-likes of shape (n_nodes, k)

        Returns
        -------
        AttributedGraph
        """
        return replace(self, attributes=dict(self.attributes) | attributes)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return self.n_nodes

    def __repr__(self) -> str:
        parts = [counted(self.n_nodes, "node"), counted(self.n_edges, "edge")]
        parts += [
            f"{kind}: {', '.join(names)}" for kind in ("decorations", "attributes") if (names := getattr(self, kind))
        ]
        return f"AttributedGraph({', '.join(parts)})"

    def __eq__(self, other: object) -> bool:
        """Whether all fields agree, node by node; isomorphism is not looked for."""
        if not isinstance(other, AttributedGraph):
            return NotImplemented
        mine, theirs = self._arrays(), other._arrays()
        return (
            mine.keys() == theirs.keys()
            and all(np.array_equal(mine[name], theirs[name]) for name in mine)
            and {name: list(each) for name, each in self.decorations.items()}
            == {name: list(each) for name, each in other.decorations.items()}
        )

    __hash__ = None  # type: ignore[assignment]

    def _arrays(self) -> dict[str, Any]:
        """All arrays by name."""
        found = {name: getattr(self, name) for name in ("edges", "lengths", "filter_values", "positions")}
        found |= {f"members {v}": points for v, points in enumerate(self.members)}
        found |= {f"attributes {name}": rows for name, rows in self.attributes.items()}
        return {name: array for name, array in found.items() if array is not None}


def _checked_lengths(lengths: ArrayLike, m: int) -> Float:
    rule = f"must be numbers of shape ({m},), one for each edge"
    array = check.float_array(lengths, "lengths", rule)
    if array.shape != (m,):
        raise ValueError(f"lengths {rule}, got shape {array.shape}.")
    wrong = ~(np.isfinite(array) & (array >= 0))
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"lengths must be finite and at least 0, got lengths[{i}] = {array[i]}.")
    return array + 0.0


def _require_ends(edges: Int, n: int) -> None:
    wrong = (edges < 0).any(axis=1) | (edges >= n).any(axis=1) | (edges[:, 0] == edges[:, 1])
    if wrong.any():
        i = int(np.flatnonzero(wrong)[0])
        raise ValueError(f"Edges must join two of the nodes 0..{n - 1}, got edges[{i}] = {tuple(edges[i].tolist())}.")


def _checked_members(members: Sequence[ArrayLike] | None, n: int) -> tuple[Int, ...]:
    if members is None:
        return (np.zeros(0, np.int64),) * n
    if len(members) != n:
        raise ValueError(f"members must hold one array a node, got {len(members)} for {counted(n, 'node')}.")
    found = []
    for v, points in enumerate(members):
        array = check.integers(points, f"members[{v}]", (None,)) if np.size(points) else np.zeros(0, np.int64)
        array = np.sort(array)
        if len(array) and (array[0] < 0 or (array[1:] == array[:-1]).any()):
            raise ValueError(f"members[{v}] must be different numbers of at least 0, got {array[:10].tolist()}.")
        found.append(array)
    return tuple(found)


def _checked_rows(rows: Any, n: int, name: str, default: Any = None) -> Any:
    if rows is None:
        return default
    least = 0 if np.shape(rows) == (n, 0) else 1
    return check.vertex_values(rows, n, name, least=least).reshape(n, -1)


def _checked_decorations(each: Sequence[Any], n: int, name: str) -> tuple[Any, ...]:
    if isinstance(each, Barcode) or not hasattr(each, "__len__") or len(each) != n:
        got = f"{len(each)}" if hasattr(each, "__len__") and not isinstance(each, Barcode) else type(each).__name__
        raise ValueError(f"decorations[{name!r}] must hold one object a node, got {got} for {counted(n, 'node')}.")
    return tuple(each)
