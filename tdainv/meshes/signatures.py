"""Spectral signatures of the vertices of a mesh: heat and wave kernels."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.meshes.mesh import Mesh
from tdainv.meshes.spectrum import Spectrum, laplacian_spectrum

# Width of a band of the wave kernel, in steps between energies.
_WIDTH = 7.0
_LEAST_WIDTH = 1e-300
_LARGEST_ENERGY = 1e3  # logarithms of floating point numbers are smaller


def heat_kernel_signature(
    mesh: Mesh, *, times: ArrayLike | int = 16, n_eigenpairs: int = 100, scale_invariant: bool = False
) -> Float:
    """Heat kernel signature: density of the heat that stays at a vertex, of a unit put there, after each time.

    h(x, t) = Σ_i exp(-λ_i t) φ_i(x)², over eigenvalues λ_i and eigenfunctions φ_i of the Laplacian. At short times it
    is large at tips and small in hollows; with time it tends to 1/area.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
        With at least one triangle.
    times : int or array-like of shape (q,), default 16
        Positive times, in units of area; or their number, and then they are spaced evenly in the logarithm from
        4 log(10) / λ_max to 4 log(10) / λ_min, of the largest and smallest positive eigenvalue in use.
    n_eigenpairs : int, default 100
        Number of positive eigenvalues, see :func:`laplacian_spectrum`.
    scale_invariant : bool, default False
        Whether the mesh is scaled to a total area of 1 first; `times` are then those of the scaled mesh.

    Returns
    -------
    ndarray of shape (n, q)
        In 1/area, one column a time; 0 at isolated vertices.

    Raises
    ------
    ValueError
        If there is no triangle, or a time is not positive.

    Notes
    -----
    If lengths are multiplied by s, and times by s², values are divided by s². Bending a mesh without stretching it
    changes nothing. The sum is cut after `n_eigenpairs`, so that values at times far below 4 log(10) / λ_max are too
    small.

    References
    ----------
    Sun, Ovsjanikov, Guibas: A concise and provably informative multi-scale signature based on heat diffusion,
    Computer Graphics Forum 28 (2009).

    Examples
    --------
    The vertices of a regular tetrahedron are alike, and after a long time heat is spread over the area 8 √3:

    >>> corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    >>> faces = [[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]
    >>> heat_kernel_signature((corners, faces), times=[1000.0]).ravel().round(5)
    array([0.07217, 0.07217, 0.07217, 0.07217])
    """
    number, given = _samples(times, "times", "must be positive numbers or how many of them")
    if given is not None and (given <= 0.0).any():
        raise ValueError(f"times must be positive, got {given.min():g}.")
    values, functions, _ = _scaled_spectrum(mesh, n_eigenpairs, scale_invariant)
    if given is None:
        given = 4.0 * np.log(10.0) / np.geomspace(values[-1], values[values > 0.0][0], number)
    with np.errstate(over="ignore", under="ignore"):  # exp(-inf) is the right limit
        decay = np.exp(-np.outer(values, given))
    return np.asarray(functions**2 @ decay)


def wave_kernel_signature(
    mesh: Mesh,
    *,
    energies: ArrayLike | int = 16,
    sigma: float | None = None,
    n_eigenpairs: int = 100,
    scale_invariant: bool = False,
) -> Float:
    """Wave kernel signature: mean density at a vertex of a quantum particle, for each distribution of its energy.

    w(x, e) = Σ_i g_i(e) φ_i(x)², over positive eigenvalues λ_i, with weights g_i(e) that are proportional to
    exp(-(e - log λ_i)² / (2 σ²)) and add up to 1. Large energies tell small details.

    Parameters
    ----------
    mesh : Mesh, or what :meth:`Mesh.of` takes
        With at least one triangle.
    energies : int or array-like of shape (q,), default 16
        Logarithms of energies; or their number, and then they are spaced evenly from log λ_min + 2σ to log λ_max - 2σ,
        of the smallest and largest positive eigenvalue in use.
    sigma : float, optional
        Width σ of the distributions. By default 7 times the step between energies, as if q of them were spaced evenly
        as above.
    n_eigenpairs : int, default 100
        Number of positive eigenvalues, see :func:`laplacian_spectrum`.
    scale_invariant : bool, default False
        Whether the mesh is scaled to a total area of 1 first; `energies` are then those of the scaled mesh.

    Returns
    -------
    ndarray of shape (n, q)
        In 1/area, one column an energy; 0 at isolated vertices.

    Raises
    ------
    ValueError
        If there is no triangle, an energy is not finite, or sigma is not positive.

    Notes
    -----
    If lengths are multiplied by s, and 2 log s is subtracted from energies, values are divided by s².

    References
    ----------
    Aubry, Schlickewei, Cremers: The wave kernel signature: a quantum mechanical approach to shape analysis, ICCV
    Workshops 2011.

    Examples
    --------
    The vertices of a regular tetrahedron are alike:

    >>> corners = [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]
    >>> faces = [[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]
    >>> wave_kernel_signature((corners, faces), energies=1).ravel().round(5)
    array([0.07217, 0.07217, 0.07217, 0.07217])
    """
    number, given = _samples(energies, "energies", "must be numbers or how many of them")
    if given is not None and np.abs(given).max() > _LARGEST_ENERGY:
        raise ValueError(
            f"energies must be logarithms, at most {_LARGEST_ENERGY:g} in absolute value, got "
            f"{given[np.abs(given).argmax()]:g}."
        )
    width = None if sigma is None else check.positive(sigma, "sigma")
    values, functions, _ = _scaled_spectrum(mesh, n_eigenpairs, scale_invariant)
    positive = values > 0.0
    logs = np.log(values[positive])
    span = logs[-1] - logs[0]
    # By default there are q - 1 steps between the energies and two widths at either end.
    width = width or span * _WIDTH / (number - 1 + 4.0 * _WIDTH)
    if given is None:
        margin = min(2.0 * width, span / 2.0)
        given = np.linspace(logs[0] + margin, logs[-1] - margin, number)
    return np.asarray(functions[:, positive] ** 2 @ _energy_weights(logs, given, width))


def _energy_weights(logs: Float, energies: Float, width: float) -> Float:
    """Normal weights of the eigenvalues for each energy, as columns that add up to 1."""
    away = np.abs(energies - logs[:, np.newaxis])
    nearest = away.min(axis=0)
    unit = max(width, _LEAST_WIDTH)
    with np.errstate(over="ignore", under="ignore"):  # exp(-inf) is the right limit
        # The difference of squares from the nearest: no weight of all of them is zero.
        weights = np.exp(-((away - nearest) / unit) * ((away + nearest) / unit) / 2.0)
    return np.asarray(weights / weights.sum(axis=0))


def _scaled_spectrum(mesh: Mesh, n_eigenpairs: int, scale_invariant: bool) -> Spectrum:
    """Spectrum of the mesh, scaled to area 1 if asked for."""
    if not isinstance(scale_invariant, bool | np.bool_):
        raise ValueError(f"scale_invariant must be True or False, got scale_invariant={scale_invariant!r}.")
    values, functions, area = laplacian_spectrum(mesh, n_eigenpairs=n_eigenpairs)
    if not scale_invariant:
        return Spectrum(values, functions, area)
    return Spectrum(values * area, functions * np.sqrt(area), 1.0)


def _samples(values: ArrayLike | int, name: str, rule: str) -> tuple[int, Float | None]:
    """Number of samples, and the samples if they are given."""
    if isinstance(values, int | np.integer):
        return check.positive_integer(values, name), None
    array = check.float_array(values, name, rule)
    if array.ndim != 1 or not len(array) or not np.isfinite(array).all():
        raise ValueError(f"{name} {rule}, finite, in a non-empty list, got {name}={values!r}.")
    return len(array), array
