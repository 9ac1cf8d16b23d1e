"""Laplacians of graphs, and functions on nodes made from their spectra."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import ive

from tdainv import _validation as check
from tdainv._memory import require_memory
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.graphs.degrees import degree
from tdainv.graphs.graph import Graph, require_positive_weights

_REMEDY = "Use a smaller graph, or another function."
_BLOCK_ENTRIES = 1 << 22
_DECIMALS = 12  # the values lie in [0, 1] and are known better than that
_LONG = 1e6  # times after which the series is too long
_TIE = 1e-10  # eigenvalues nearer than this, relative to the largest possible one, are equal


def laplacian(graph: Any, *, normalized: bool = False, weighted: bool = False) -> sparse.csr_array:
    """Laplacian matrix D - A, or the normalized one, I - D^(-1/2) A D^(-1/2).

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    normalized : bool, default False
        Rows and columns of isolated nodes are zero, as in D - A.
    weighted : bool, default False
        Whether the entries of A are the weights, which must be positive, rather than ones.

    Returns
    -------
    scipy.sparse.csr_array of shape (n_nodes, n_nodes)

    Raises
    ------
    ValueError
        For a weight that is not positive.

    Examples
    --------
    >>> laplacian(([[0, 1], [1, 2]], 3)).toarray()
    array([[ 1., -1.,  0.],
           [-1.,  2., -1.],
           [ 0., -1.,  1.]])
    """
    graph = Graph.of(graph)
    entries, diagonal = _entries(graph, weighted, normalized)
    return sparse.csr_array(sparse.diags_array(diagonal) - graph.symmetric_matrix(entries))


def _entries(graph: Graph, weighted: bool, normalized: bool) -> tuple[Float, Float]:
    """Entries of a Laplacian at the edges, without the sign, and on the diagonal."""
    if weighted:
        require_positive_weights(graph, "A Laplacian")
    entries = graph.weights if weighted else np.ones(graph.n_edges)
    degrees = degree(graph, weighted=weighted)
    if not normalized:
        return entries, degrees
    roots = np.sqrt(degrees)[graph.edges]
    return entries / (roots[:, 0] * roots[:, 1]), (degrees > 0).astype(np.float64)


def heat_kernel_signature(graph: Any, *, time: float | ArrayLike = 1.0, weighted: bool = False) -> Float:
    """Heat that is left at each node after some time, if all of it started there: diag(exp(-t L)).

    L is the normalized Laplacian. With its eigenvalues l_k and orthonormal eigenvectors φ_k, the value at node v is
    the sum over k of exp(-t l_k) φ_k(v)².

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    time : positive float, or sequence of them, default 1.0
    weighted : bool, default False
        Whether edges conduct heat in proportion to their weights, which must be positive.

    Returns
    -------
    ndarray of shape (n_nodes,), or (n_nodes, n_times) for a sequence
        In (0, 1]; 1 for isolated nodes. Rounded to 12 decimals, so that nodes that a symmetry of the graph exchanges
        have the same value.

    Raises
    ------
    ValueError
        For a time or weight that is not positive.
    MemoryLimitError
        For a time so large that all eigenvalues are wanted, which would not fit.

    Notes
    -----
    All eigenvalues count. Small graphs have them computed, O(n³) time and 32 n² bytes. For others, exp(-t L) is the
    series of the Chebyshev polynomials of I - L with Bessel functions as coefficients, cut where the rest is below
    1e-14: k = 8 + 8 √t terms or so, O(k m n) time for m edges, and O(m) memory besides a block of n-vectors. Whichever
    is faster is taken: the series from about 200 nodes on for t = 1, 1000 for t = 100.

    References
    ----------
    Sun, Ovsjanikov, Guibas: A concise and provably informative multi-scale signature based on heat diffusion, Computer
    Graphics Forum 28 (2009). Carrière, Chazal, Ike, Lacombe, Royer, Umeda: PersLay, AISTATS 2020, for graphs.

    Examples
    --------
    Two nodes share the heat, (1 + exp(-2 t)) / 2, and one keeps its own:

    >>> heat_kernel_signature(([[0, 1]], 3), time=[0.5, 100.0]).round(3)
    array([[0.684, 0.5  ],
           [0.684, 0.5  ],
           [1.   , 1.   ]])
    """
    graph = Graph.of(graph)
    times = _checked_times(time)
    entries, diagonal = _entries(graph, weighted, normalized=True)
    compute = _by_series if _series_is_faster(graph, times) else _by_eigenvalues
    values = compute(graph, entries, diagonal, times)
    return np.round(values if np.ndim(time) else values[:, 0], _DECIMALS)


def _checked_times(time: float | ArrayLike) -> Float:
    rule = "must be a positive finite number, or a non-empty sequence of them"
    times = check.float_array(time, "time", rule)
    if times.ndim > 1 or times.size == 0 or not (np.isfinite(times).all() and (times > 0).all()):
        raise ValueError(f"time {rule}, got time={time!r}.")
    return times.reshape(-1)


def _series_is_faster(graph: Graph, times: Float) -> bool:
    """Whether the products of the series, of which two terms need one, take less time than all eigenvalues."""
    n, longest = graph.n_nodes, float(times.max())
    # Measured, in units of 0.1 n² nanoseconds: a term takes 35 and one for each entry of a row, a decomposition 3 n.
    return longest <= _LONG and _n_terms(longest) * (35 + 2 * graph.n_edges / n) < 3 * n


@lru_cache(maxsize=64)
def _n_terms(time: float) -> int:
    """Number of terms of the series, an even one, after which those left are below 1e-14 in sum.

    Terms fall off as exp(-k² / (2 t)) for k below t, and faster above.
    """
    n_terms = 8
    while float(ive(np.arange(n_terms, n_terms + 16), time).sum()) > 1e-16:
        n_terms += 2 * (n_terms // 16 + 1)
    return n_terms


def _by_series(graph: Graph, entries: Float, diagonal: Float, times: Float) -> Float:
    """Diagonal of the series exp(-t) (I_0(t) T_0(N) + 2 I_1(t) T_1(N) + ...), where N = I - L."""
    n, n_terms = graph.n_nodes, _n_terms(float(times.max()))
    own = 1 - diagonal
    operator = sparse.csr_array(graph.symmetric_matrix(entries) + sparse.diags_array(own))
    coefficients = 2 * ive(np.arange(n_terms)[:, np.newaxis], times)
    coefficients[0] /= 2
    width = max(1, _BLOCK_ENTRIES // n)
    blocks = [(start, min(start + width, n)) for start in range(0, n, width)]
    return np.vstack([_diagonals(operator, own, start, stop, n_terms).T @ coefficients for start, stop in blocks])


def _diagonals(operator: sparse.csr_array, own: Float, start: int, stop: int, n_terms: int) -> Float:
    """Diagonal entries of the Chebyshev polynomials T_k(N) at the nodes from `start` to `stop`, one row a k.

    With x_k = T_k(N) e_v: those of T_{2k}(N) and T_{2k+1}(N) are 2 x_k·x_k - 1 and 2 x_k·x_{k+1} - N_vv.
    """
    diagonals = np.empty((n_terms, stop - start))
    last = np.zeros((len(own), stop - start))
    np.fill_diagonal(last[start:stop], 1.0)
    current = operator @ last
    operator = 2 * operator
    for k in range(0, n_terms, 2):
        np.einsum("ij,ij->j", last, last, out=diagonals[k])
        np.einsum("ij,ij->j", last, current, out=diagonals[k + 1])
        if k + 2 < n_terms:
            following = operator @ current
            following -= last
            last, current = current, following
    diagonals *= 2
    diagonals[::2] -= 1
    diagonals[1::2] -= own[start:stop]
    return diagonals


def _by_eigenvalues(graph: Graph, entries: Float, diagonal: Float, times: Float) -> Float:
    n = graph.n_nodes
    require_memory(32 * n * n, f"The heat kernel of {counted(n, 'node')} for a time of {times.max():g}", _REMEDY)
    first, last = graph.edges.T
    dense = np.diag(diagonal)
    dense[first, last] = dense[last, first] = -entries
    eigenvalues, vectors = np.linalg.eigh(dense)
    return vectors**2 @ np.exp(-np.outer(np.maximum(eigenvalues, 0.0), times))


def fiedler(graph: Any, *, weighted: bool = False) -> Float:
    """Square of the Fiedler vector of each component: small where the component is best cut in two.

    The Fiedler vector is the unit eigenvector of the second smallest eigenvalue of the Laplacian D - A. Its sign is
    arbitrary, and if that eigenvalue is a multiple one so is its direction; the sum of the squares over an
    orthonormal basis of the eigenspace is not, and is what is returned.

    Parameters
    ----------
    graph : Graph, or whatever :meth:`Graph.of` takes
    weighted : bool, default False
        Whether the Laplacian has the weights, which must be positive.

    Returns
    -------
    ndarray of shape (n_nodes,)
        Between 0 and 1, with the multiplicity of the eigenvalue as sum over each component; 0 for isolated nodes.
        Rounded to 12 decimals.

    Raises
    ------
    ValueError
        For a weight that is not positive.
    MemoryLimitError
        For a component whose dense Laplacian would not fit.

    Notes
    -----
    Dense eigenvalue decompositions: O(n³) time and 32 n² bytes for a component of n nodes. Eigenvalues within a
    relative 1e-10 of the largest degree are held to be equal.

    References
    ----------
    Fiedler: Algebraic connectivity of graphs, Czechoslovak Mathematical Journal 23 (1973).

    Examples
    --------
    A path is cut in the middle; the eigenspace of a triangle is everything orthogonal to the constants:

    >>> fiedler(([[0, 1], [1, 2]], 3))
    array([0.5, 0. , 0.5])
    >>> fiedler(([[0, 1], [0, 2], [1, 2]], 3)).round(3)
    array([0.667, 0.667, 0.667])
    """
    graph = Graph.of(graph)
    matrix = laplacian(graph, weighted=weighted)
    _, labels = connected_components(matrix, directed=False)
    order = np.argsort(labels, kind="stable")
    values = np.zeros(graph.n_nodes)
    for nodes in np.split(order, np.cumsum(np.bincount(labels))[:-1]):
        if len(nodes) > 1:
            values[nodes] = _fiedler_of_component(matrix, nodes)
    return values.round(_DECIMALS)


def _fiedler_of_component(matrix: sparse.csr_array, nodes: Int) -> Float:
    n = len(nodes)
    require_memory(32 * n * n, f"The Fiedler vector of a component of {n} nodes", _REMEDY)
    block = matrix[nodes][:, nodes].toarray()
    eigenvalues, vectors = np.linalg.eigh(block)
    equal = np.flatnonzero(eigenvalues <= eigenvalues[1] + _TIE * block.diagonal().max())[1:]
    return np.asarray(np.square(vectors[:, equal]).sum(axis=1), np.float64)
