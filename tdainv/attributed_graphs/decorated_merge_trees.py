"""Decorated merge trees: a merge tree that knows the loops of each branch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.attributed_graphs.merge_trees import MergeTree, merge_tree, require_one
from tdainv.attributed_graphs.transport import fused_coupling
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.distances.bottleneck import bottleneck_distance
from tdainv.persistence.barcode import Barcode, barcode


@dataclass(frozen=True, eq=False, repr=False)
class DecoratedMergeTree:
    """A merge tree with a barcode at each leaf: the homology of the component of that leaf.

    Parameters
    ----------
    tree : MergeTree
    barcodes : sequence of Barcode
        One a leaf, all of one degree.

    Raises
    ------
    TypeError
        For anything that is no barcode.
    ValueError
        For another number of barcodes, or several degrees.
    """

    tree: MergeTree
    barcodes: tuple[Barcode, ...]

    def __post_init__(self) -> None:
        bars = tuple(self.barcodes)
        for k, each in enumerate(bars):
            if not isinstance(each, Barcode):
                raise TypeError(f"barcodes[{k}] must be a Barcode, got {type(each).__name__}.")
        if len(bars) != self.tree.n_leaves:
            raise ValueError(f"There must be one barcode a leaf, got {len(bars)} for {self.tree.n_leaves} leaves.")
        if len({each.degree for each in bars}) > 1:
            raise ValueError("Barcodes must be of one degree.")
        object.__setattr__(self, "barcodes", bars)

    def __repr__(self) -> str:
        return f"DecoratedMergeTree({counted(self.tree.n_leaves, 'leaf', 'leaves')}, degree {self.barcodes[0].degree})"

    def __eq__(self, other: object) -> bool:
        """Whether trees and barcodes agree, leaf by leaf."""
        if not isinstance(other, DecoratedMergeTree):
            return NotImplemented
        return self.tree == other.tree and self.barcodes == other.barcodes

    __hash__ = None  # type: ignore[assignment]


def decorated_merge_tree(filtration: FlagFiltration, *, degree: int = 1) -> DecoratedMergeTree:
    """Merge tree of a flag filtration, decorated at each leaf x with the barcode of the component of x.

    The component C_x(t) of x in the complex at t grows with t, and its homology is a persistence module. It is that of
    the filtration in which a vertex v comes when it joins x: at the height of their least common ancestor.

    Parameters
    ----------
    filtration : FlagFiltration
        With one parameter, such as ``tdainv.rips(points)``.
    degree : int, default 1
        At least 1.

    Returns
    -------
    DecoratedMergeTree

    Raises
    ------
    TypeError
        If this is no flag filtration.
    ValueError
        For several parameters, or degree 0.

    Notes
    -----
    Barcodes are exact. The published code attaches each bar of the whole complex to one node and cuts it off at other
    branches, which is wrong where a class dies into one of another branch: which of two bars ends then depends on the
    leaf. Before the first bar of the whole complex is born, no component has any, so that leaves which have met by then
    share a barcode: one barcode is computed for each component at that height.

    References
    ----------
    Curry, Hang, Mio, Needham, Okutan: Decorated merge trees for persistent topology, Journal of Applied and
    Computational Topology 6, 2022.

    Examples
    --------
    A square and a point beside it: at the point, the square's loop counts from the distance 3 on, when it is gone.

    >>> import tdainv
    >>> filtration = tdainv.rips([[0, 0], [1, 0], [1, 1], [0, 1], [4, 0]])
    >>> tree = tdainv.decorated_merge_tree(filtration)
    >>> [len(bars) for bars in tree.barcodes]
    [1, 1, 1, 1, 0]
    """
    if not isinstance(filtration, FlagFiltration):
        raise TypeError(f"filtration must be a FlagFiltration, got {type(filtration).__name__}.")
    require_one(filtration.n_parameters)
    if check.degree(degree) == 0:
        raise ValueError("degree must be at least 1: the tree itself is degree 0.")
    tree = merge_tree(filtration)
    whole = barcode(filtration, degree)
    if not len(whole):
        return DecoratedMergeTree(tree, (whole,) * tree.n_leaves)
    labels = tree.components_at(float(whole.births.min()))
    late = np.flatnonzero(labels < 0)
    labels[late] = labels.max() + 1 + np.arange(len(late))
    heights = tree.ancestor_heights()
    found: list[Barcode] = [
        _barcode_of_leaf(filtration, heights[leaf], degree) for leaf in np.unique(labels, return_index=True)[1]
    ]
    return DecoratedMergeTree(tree, tuple(found[label] for label in labels))


def _barcode_of_leaf(filtration: FlagFiltration, joins: Float, degree: int) -> Barcode:
    """Barcode of the component of a leaf; `joins` says when each vertex becomes part of it."""
    there: Int = np.flatnonzero(np.isfinite(joins))
    births = joins[there]
    edges = np.maximum(filtration.distances[np.ix_(there, there)], np.maximum(births[:, np.newaxis], births))
    edges[filtration.distances[np.ix_(there, there)] > filtration.max_edge] = np.inf
    np.fill_diagonal(edges, 0.0)
    bars = barcode(FlagFiltration.of_checked(edges, vertex_births=births, max_edge=np.inf), degree)
    return Barcode(bars.births, bars.deaths, degree)


def labelled_interleaving_bound(
    first: DecoratedMergeTree, second: DecoratedMergeTree, labels: ArrayLike | None = None
) -> float:
    """Distance of two decorated merge trees for a given matching of leaves: the larger of that of trees and barcodes.

    The labels name pairs of leaves, such as the support of a coupling. With U and V the heights of least common
    ancestors of the paired leaves, the value is max(max |U - V|, max bottleneck distance of paired barcodes).

    Parameters
    ----------
    first, second : DecoratedMergeTree
        Of one degree.
    labels : array-like of shape (k, 2), int, optional
        Pairs (leaf of the first, leaf of the second). Every leaf of both must occur; leaves may occur several times.
        Default: the pairs of a fused Gromov--Wasserstein coupling of the heights, with the squares of bottleneck
        distances as costs and alpha = 1/2, which needs POT.

    Returns
    -------
    float
        In the unit of the heights; ``inf`` where a pair of leaves meets in one tree only.

    Raises
    ------
    TypeError
        If one is no decorated merge tree.
    ValueError
        For different degrees, labels that are no leaves, and leaves that do not occur.
    ImportError
        If labels are left out and POT is not installed.

    Notes
    -----
    For labels that reach all leaves, max |U - V| is the interleaving distance of labelled merge trees, and so no less
    than that of the trees without labels (Gasparovic et al.). The second term compares the decorations of the matched
    leaves. The best value over all labels is what the paper estimates with a Gromov--Wasserstein coupling; any labels
    give an upper bound of it. O(k²) and k bottleneck distances, one a pair of different barcodes.

    References
    ----------
    Gasparovic, Munch, Oudot, Turner, Wang, Wang: Intrinsic interleaving distance for merge trees, arXiv:1908.00063.
    Curry, Hang, Mio, Needham, Okutan: Decorated merge trees for persistent topology, Journal of Applied and
    Computational Topology 6, 2022.

    Examples
    --------
    >>> import tdainv
    >>> one, two = (tdainv.decorated_merge_tree(tdainv.rips([[0.0], [x]])) for x in (1.0, 1.5))
    >>> tdainv.labelled_interleaving_bound(one, two, [[0, 0], [1, 1]])
    0.5
    """
    for name, each in (("first", first), ("second", second)):
        if not isinstance(each, DecoratedMergeTree):
            raise TypeError(f"{name} must be a DecoratedMergeTree, got {type(each).__name__}.")
    pairs = _coupled(first, second) if labels is None else check.integers(labels, "labels", (None, 2))
    for column, tree in zip(pairs.T, (first.tree, second.tree), strict=True):
        missing = np.setdiff1d(np.arange(tree.n_leaves), column)
        if len(column) and (column.min() < 0 or column.max() >= tree.n_leaves):
            raise ValueError(f"labels must name leaves 0..{tree.n_leaves - 1}, got {column.min()} to {column.max()}.")
        if len(missing):
            raise ValueError(f"labels must reach every leaf, got none at leaf {missing[0]} of {tree}.")
    pairs = np.unique(pairs, axis=0)
    u = first.tree.ancestor_heights()[np.ix_(pairs[:, 0], pairs[:, 0])]
    v = second.tree.ancestor_heights()[np.ix_(pairs[:, 1], pairs[:, 1])]
    apart = np.abs(np.where(u == v, 0.0, u) - np.where(u == v, 0.0, v)).max()
    return float(max(apart, _largest_bottleneck(first, second, pairs)))


def _coupled(first: DecoratedMergeTree, second: DecoratedMergeTree) -> Int:
    """Pairs of leaves that a fused Gromov--Wasserstein coupling matches."""
    costs = np.array([[bottleneck_distance(a, b) for b in _kinds(second)[0]] for a in _kinds(first)[0]]) ** 2
    costs = costs[np.ix_(_kinds(first)[1], _kinds(second)[1])]
    heights, others = (_capped(each.tree.ancestor_heights()) for each in (first, second))
    plan = fused_coupling(heights, others, _capped(costs)).plan
    return np.argwhere(plan > 0)


def _capped(values: Float) -> Float:
    """Values with twice the largest finite one in place of inf (1 if that is 0)."""
    finite = np.isfinite(values)
    return np.where(finite, values, 2.0 * np.max(np.abs(values), initial=0.0, where=finite) or 1.0)


def _kinds(tree: DecoratedMergeTree) -> tuple[list[Barcode], Int]:
    """Different barcodes of the leaves, and which of them each leaf has."""
    seen: dict[bytes, int] = {}
    numbers = np.array([seen.setdefault(bars.diagram.tobytes(), len(seen)) for bars in tree.barcodes], np.int64)
    firsts = np.unique(numbers, return_index=True)[1]
    return [tree.barcodes[leaf] for leaf in firsts], numbers


def _largest_bottleneck(first: DecoratedMergeTree, second: DecoratedMergeTree, pairs: Int) -> float:
    """Largest bottleneck distance of paired barcodes, each pair of different barcodes once."""
    (kinds, of_first), (others, of_second) = _kinds(first), _kinds(second)
    different = np.unique(np.column_stack([of_first[pairs[:, 0]], of_second[pairs[:, 1]]]), axis=0)
    return max(bottleneck_distance(kinds[i], others[j]) for i, j in different)
