"""Complex line bundles on the torus: lower bands of two-band models."""

from __future__ import annotations

import numbers

import numpy as np

from tdainv._typing import Float, Number
from tdainv.datasets._arguments import check_count, check_real

__all__ = ["haldane_chern_number", "make_haldane_bundle"]


def make_haldane_bundle(
    resolution: int = 32,
    *,
    mass: float = 0.0,
    phase: float = np.pi / 2,
    hopping: float = 1.0,
    second_hopping: float = 0.1,
) -> Number:
    """Lower band of Haldane's model of the honeycomb lattice: a complex line bundle on the torus of momenta.

    The Hamiltonian at momentum k is 2 t2 cos φ Σ cos(k·b_i) + Σ (cos(k·a_i) σ_x + sin(k·a_i) σ_y) t1 +
    (M - 2 t2 sin φ Σ sin(k·b_i)) σ_z, with hoppings t1 to nearest and t2 to second neighbours [1]_. Its gap closes only
    where |M| = 3 √3 |t2 sin φ|: the Chern number of the lower band is that of :func:`haldane_chern_number`.

    Parameters
    ----------
    resolution : int, default 32
        Number of momenta along each axis of the torus, at least 2.
    mass : float, default 0
        Energy M that sets the two sublattices apart.
    phase : float, default π/2
        Phase φ of the second hopping, in radians.
    hopping : float, default 1
        t1, positive.
    second_hopping : float, default 0.1
        t2, at least 0.

    Returns
    -------
    ndarray of shape (resolution, resolution, 2), complex
        Unit eigenvector of the lower energy at k = 2π (i, j) / resolution, in coordinates of the reciprocal lattice;
        shifted by half a step, so that the corners of the gap are not on the grid.

    Raises
    ------
    ValueError
        For bad input, and where the gap closes, within 1e-9 of the hopping.

    References
    ----------
    .. [1] Haldane: Model for a quantum Hall effect without Landau levels, Phys. Rev. Lett. 61 (1988).

    Examples
    --------
    >>> import tdainv
    >>> bundle = tdainv.datasets.make_haldane_bundle(16, mass=2.0)
    >>> bundle.shape, tdainv.chern_number(bundle)
    ((16, 16, 2), 0)
    """
    n = check_count("resolution", resolution, minimum=2)
    mass, phase = _finite("mass", mass), _finite("phase", phase)
    t1 = check_real("hopping", hopping, strict=True)
    t2 = check_real("second_hopping", second_hopping)
    if abs(abs(mass) - 3 * np.sqrt(3) * abs(t2 * np.sin(phase))) < 1e-9 * t1:
        raise ValueError(
            f"The gap must be open, but it closes at |mass| = 3 √3 |second_hopping sin(phase)|, got mass={mass:g}, "
            f"second_hopping={t2:g}, phase={phase:g}."
        )
    line = 2 * np.pi * (np.arange(n) + 0.5) / n
    first, second = np.meshgrid(line, line, indexing="ij")
    # In reciprocal coordinates the nearest neighbours are at phases 0, k1, k2 and the second ones at k1, -k2, k2 - k1.
    off = t1 * (1 + np.exp(1j * first) + np.exp(1j * second))
    turn = np.sin(first) - np.sin(second) + np.sin(second - first)
    return _lower_state(mass - 2 * t2 * np.sin(phase) * turn, off)


def haldane_chern_number(mass: float, phase: float, second_hopping: float = 0.1) -> int:
    """Chern number of the lower band of :func:`make_haldane_bundle`, from the phase diagram.

    Parameters
    ----------
    mass, phase : float
    second_hopping : float, default 0.1

    Returns
    -------
    int
        0 for |mass| > 3 √3 |second_hopping sin(phase)|, else the sign of sin(phase).

    Examples
    --------
    >>> from tdainv.datasets import haldane_chern_number
    >>> [haldane_chern_number(0.0, phase) for phase in (1.0, -1.0)], haldane_chern_number(1.0, 1.0)
    ([1, -1], 0)
    """
    gap = 3 * np.sqrt(3) * check_real("second_hopping", second_hopping) * np.sin(_finite("phase", phase))
    return 0 if abs(_finite("mass", mass)) >= abs(gap) else int(np.sign(gap))


def _lower_state(up: Float, off: Number) -> Number:
    """Unit eigenvector of the lower eigenvalue of [[up, conj off], [off, -up]]: of two forms, the one that is not 0."""
    energy = np.sqrt(up**2 + np.abs(off) ** 2)
    left = np.stack([up - energy, off], axis=-1)
    right = np.stack([-np.conj(off), up + energy], axis=-1)
    state = np.where((up > 0)[..., np.newaxis], right, left)
    return state / np.linalg.norm(state, axis=-1, keepdims=True)


def _finite(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or not np.isfinite(float(value)):
        raise ValueError(f"{name} must be a finite number, got {name}={value!r}.")
    return float(value)
