"""Chern numbers of complex line bundles on the torus."""

from __future__ import annotations

import numpy as np

from tdainv._typing import ArrayLike, Number

_LEAST_OVERLAP = 1e-8  # of unit vectors next to each other; below, the phase of the overlap is rounding


def chern_number(states: ArrayLike) -> int:
    """First Chern number of a complex line bundle on the torus, from unit vectors that span it on a grid.

    The line at a grid point is spanned by a vector of C^r; the grid wraps around in both directions. The overlaps
    U = <v, v'> of neighbours have phases; around each small square their product turns by the field strength
    F = Im log(U U' / (U'' U''')), in (-π, π]. The sum of F over all squares is 2π times an integer, whatever the phases
    of the vectors: the Chern number, if the grid is fine enough that |F| < π for the bundle itself
    (Fukui, Hatsugai and Suzuki [1]_). The orientation is that of the axes; the curvature is that of F = dA with
    A = <v, dv> / i.

    Parameters
    ----------
    states : array-like of shape (n_1, n_2, r), complex
        A vector that is not zero at each point of the grid, r >= 2; lengths and phases do not matter.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        For bad input, and where two neighbours are orthogonal, so that the grid is too coarse to say.

    Notes
    -----
    O(n_1 n_2 r) time and memory. `tdainv.datasets.make_haldane_bundle` makes bundles with known Chern number.

    References
    ----------
    .. [1] Fukui, Hatsugai, Suzuki: Chern numbers in discretized Brillouin zone, J. Phys. Soc. Japan 74 (2005).

    Examples
    --------
    >>> import tdainv
    >>> bundle = tdainv.datasets.make_haldane_bundle(mass=0.0, phase=1.57)
    >>> tdainv.chern_number(bundle), tdainv.chern_number(bundle.conj())
    (1, -1)
    """
    vectors = _unit_vectors(states)
    along = [_link(vectors, axis) for axis in (0, 1)]
    # The four links around a square, the last two backwards.
    loop = along[0] * np.roll(along[1], -1, axis=0) * np.conj(np.roll(along[0], -1, axis=1) * along[1])
    return round(float(np.angle(loop).sum() / (2.0 * np.pi)))


def _link(vectors: Number, axis: int) -> Number:
    overlap = (np.conj(vectors) * np.roll(vectors, -1, axis=axis)).sum(axis=-1)
    size = np.abs(overlap)
    if size.min() < _LEAST_OVERLAP:
        i, j = (int(k) for k in np.argwhere(size < _LEAST_OVERLAP)[0])
        raise ValueError(
            f"states must not be orthogonal at neighbouring grid points, but states[{i}, {j}] and the next one along "
            f"axis {axis} are: use a finer grid."
        )
    return overlap / size


def _unit_vectors(states: ArrayLike) -> Number:
    rule = "must be complex numbers of shape (n_1, n_2, r) with n_1, n_2 >= 1 and r >= 2"
    try:
        array = np.asarray(states, np.complex128)
    except (ValueError, TypeError) as error:
        raise ValueError(f"states {rule}, got values that do not form a numeric array ({error}).") from None
    if array.ndim != 3 or 0 in array.shape or array.shape[2] < 2:
        raise ValueError(f"states {rule}, got shape {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"states must be finite, got {array[~np.isfinite(array)][0]}.")
    largest = np.abs(array).max(axis=-1, keepdims=True)
    if not largest.all():
        i, j = (int(k) for k in np.argwhere(largest[..., 0] == 0)[0])
        raise ValueError(f"states must not be zero, got states[{i}, {j}] = 0.")
    array = array / largest
    return array / np.linalg.norm(array, axis=-1, keepdims=True)
