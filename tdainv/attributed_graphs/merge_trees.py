"""Merge trees: how the components of sublevel sets come and join."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv._words import counted
from tdainv.attributed_graphs._kernels_merge_tree import ancestor_heights, join
from tdainv.complexes.cubical_filtration import CubicalFiltration, with_listed_cells
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.complexes.reduced_flag import connecting_edges


@dataclass(frozen=True, eq=False, repr=False)
class MergeTree:
    """The merge tree of a one-parameter filtration: a leaf for each vertex, an inner node where two components join.

    Parameters
    ----------
    n_leaves : int
        At least 1. Leaves are the nodes 0, ..., n_leaves - 1.
    parents : array-like of shape (n_nodes,), int
        Parent of each node, with a larger number, or -1 for a root: one root a component of the whole complex. Each
        inner node has two children; where three components join at one height, two nodes have that height.
    heights : array-like of shape (n_nodes,)
        Births of the leaves, and values at which components join: finite, at least those of the children.

    Raises
    ------
    ValueError
        For arrays that do not describe such a tree.

    Examples
    --------
    Three points on a line, at distances 1 and 2:

    >>> import tdainv
    >>> tree = tdainv.merge_tree(tdainv.rips([[0.0], [1.0], [3.0]]))
    >>> tree
    MergeTree(3 leaves, 1 root)
    >>> tree.parents.tolist(), tree.heights.tolist()
    ([3, 3, 4, 4, -1], [0.0, 0.0, 0.0, 1.0, 2.0])
    """

    n_leaves: int
    parents: Int
    heights: Float

    def __post_init__(self) -> None:
        n = check.positive_integer(self.n_leaves, "n_leaves")
        parents = check.integers(self.parents, "parents", (None,))
        heights = check.float_array(self.heights, "heights", f"must have shape ({len(parents)},)")
        if heights.shape != parents.shape or not np.isfinite(heights).all():
            raise ValueError(f"heights must be finite, one a node, got shape {heights.shape} for {len(parents)} nodes.")
        _require_tree(n, parents, heights)
        for name, value in {"n_leaves": n, "parents": parents, "heights": heights}.items():
            object.__setattr__(self, name, value)

    @property
    def n_roots(self) -> int:
        """Number of components of the whole complex."""
        return int((self.parents < 0).sum())

    def ancestor_heights(self) -> Float:
        """Height of the least common ancestor of each pair of leaves: the ultramatrix.

        Returns
        -------
        ndarray of shape (n_leaves, n_leaves)
            Symmetric, with the births of the leaves on the diagonal, ``inf`` where leaves never meet.

        Notes
        -----
        O(n²).

        Examples
        --------
        >>> import tdainv
        >>> tdainv.merge_tree(tdainv.rips([[0.0], [1.0], [3.0]])).ancestor_heights()
        array([[0., 1., 2.],
               [1., 0., 2.],
               [2., 2., 0.]])
        """
        require_memory(8 * self.n_leaves**2, f"Heights of pairs of {self.n_leaves} leaves", "Use fewer points.")
        return ancestor_heights(self.n_leaves, self.parents, self.heights)

    def components_at(self, height: float) -> Int:
        """Number of the component of each leaf at a height, from 0, by first leaves; -1 for leaves that come later.

        Parameters
        ----------
        height : float

        Returns
        -------
        ndarray of shape (n_leaves,), int

        Examples
        --------
        >>> import tdainv
        >>> tdainv.merge_tree(tdainv.rips([[0.0], [1.0], [3.0]])).components_at(1.5)
        array([0, 0, 1])
        """
        top = np.arange(len(self.parents))
        # From the roots down: a node takes the component of its parent if that is there already.
        for x in range(len(top) - 1, -1, -1):
            p = self.parents[x]
            if p >= 0 and self.heights[p] <= height:
                top[x] = top[p]
        there = np.flatnonzero(self.heights[: self.n_leaves] <= height)
        labels = np.full(self.n_leaves, -1, np.int64)
        _, firsts, numbers = np.unique(top[there], return_index=True, return_inverse=True)
        labels[there] = np.argsort(np.argsort(firsts))[numbers]
        return labels

    def __repr__(self) -> str:
        return f"MergeTree({counted(self.n_leaves, 'leaf', 'leaves')}, {counted(self.n_roots, 'root')})"

    def __eq__(self, other: object) -> bool:
        """Whether leaves, parents and heights agree, node by node."""
        if not isinstance(other, MergeTree):
            return NotImplemented
        return (
            self.n_leaves == other.n_leaves
            and np.array_equal(self.parents, other.parents)
            and np.array_equal(self.heights, other.heights)
        )

    __hash__ = None  # type: ignore[assignment]


def _require_tree(n: int, parents: Int, heights: Float) -> None:
    numbers = np.arange(len(parents))
    wrong = (parents >= 0) & ((parents <= numbers) | (parents >= len(parents)) | (parents < n))
    if wrong.any() or (parents < -1).any() or len(parents) < n:
        got = parents[:20].tolist()
        raise ValueError(f"parents must hold {n} leaves first, and later inner nodes or -1 as parents, got {got}.")
    inner = parents[parents >= 0]
    if not (np.bincount(inner, minlength=len(parents))[n:] == 2).all():
        raise ValueError("Each inner node must have two children.")
    low = (parents >= 0) & (heights > heights[parents])
    if low.any():
        x = int(np.flatnonzero(low)[0])
        raise ValueError(f"heights must not fall towards the root, got {heights[x]:g} below {heights[parents[x]]:g}.")


def merge_tree(filtration: FlagFiltration | FilteredComplex | CubicalFiltration) -> MergeTree:
    """Merge tree of a filtration with one parameter.

    Parameters
    ----------
    filtration : FlagFiltration, FilteredComplex or CubicalFiltration
        ``tdainv.rips(points)`` gives the tree of single linkage; ``tdainv.graph_lower_star`` and
        ``tdainv.mesh_lower_star`` the tree of a function.

    Returns
    -------
    MergeTree
        Leaves are the vertices, in order.

    Raises
    ------
    TypeError
        For any other filtration.
    ValueError
        For several parameters, and vertices that never come.

    Notes
    -----
    O(n²) for n points, by a minimum spanning forest; O(m log m) for m cells.

    References
    ----------
    Morozov, Beketayev, Weber: Interleaving distance between merge trees, TopoInVis 2013.

    Examples
    --------
    A function on a path with minima 0 and 1, which join at 3:

    >>> import tdainv
    >>> path = tdainv.FilteredComplex.lower_star([[0, 1], [1, 2]], [0.0, 3.0, 1.0])
    >>> tdainv.merge_tree(path).ancestor_heights()
    array([[0., 3., 3.],
           [3., 3., 3.],
           [3., 3., 1.]])
    """
    births, edges, values = _graph_of(filtration)
    order = np.argsort(values, kind="stable")
    parents, heights = join(len(births), edges[order], values[order])
    return MergeTree(len(births), parents, np.concatenate([births, heights]))


def _graph_of(filtration: object) -> tuple[Float, Int, Float]:
    """Births of the vertices, and edges with values that carry all components."""
    if isinstance(filtration, FlagFiltration):
        require_one(filtration.n_parameters)
        edges = connecting_edges(filtration.distances, filtration.vertex_grades, filtration.max_edge)
        return filtration.vertex_births, edges, filtration.distances[edges[:, 0], edges[:, 1]]
    complex_ = with_listed_cells(filtration) if isinstance(filtration, CubicalFiltration) else filtration
    if not isinstance(complex_, FilteredComplex):
        raise TypeError(
            "filtration must be a FlagFiltration, a FilteredComplex or a CubicalFiltration, got "
            f"{type(filtration).__name__}."
        )
    require_one(complex_.n_parameters)
    vertices, cells = complex_.cells_of(0), complex_.cells_of(1)
    grades = complex_.grades[:, 0]
    if not np.isfinite(grades[vertices]).all():
        raise ValueError("Vertices must have finite grades to be leaves.")
    place = np.full(len(complex_), -1, np.int64)
    place[vertices] = np.arange(len(vertices))
    # An edge without two different vertices, a loop, joins nothing.
    cells = cells[np.isfinite(grades[cells]) & (np.diff(complex_.indptr)[cells] == 2)]
    starts = complex_.indptr[cells]
    edges = np.column_stack([place[complex_.indices[starts]], place[complex_.indices[starts + 1]]])
    return grades[vertices], edges.reshape(-1, 2), grades[cells]


def require_one(n_parameters: int) -> None:
    """Raise ValueError unless there is one parameter."""
    if n_parameters != 1:
        raise ValueError(f"A merge tree needs a filtration with one parameter, got {n_parameters}.")
