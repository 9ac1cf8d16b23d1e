"""Bounds for similarity matrices of pixels: eigenvalues, and what is lost where far pairs are left out.

The proofs are in ``docs/theory/magnitude.md``. `spacing` is the scaled distance of two neighbouring pixels.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int

_NEGLIGIBLE = 46.0  # exp(-46) is about 1e-20
_MOST_TERMS = 10_000_000


class Spectrum(NamedTuple):
    """Bounds that hold for all images: 0 < lowest <= eigenvalues of Z <= highest; lowest is None if none is known."""

    lowest: float | None
    highest: float

    @property
    def condition(self) -> float | None:
        """Bound of the condition number."""
        return None if self.lowest is None else self.highest / self.lowest


def spectrum(spacing: float, dim: int, exponent: float) -> Spectrum:
    """Bounds for the metric l_p on positions and values, p = `exponent`, for images of any size in dimension `dim`.

    For p <= 2 similarities are mixtures of Gaussian-like product kernels, and a factor of values has unit diagonal: by
    Schur's theorem the lowest eigenvalue is at least that of the positions alone, the symbol at (π, ..., π).
    """
    if exponent == 1.0:
        ratio = float(np.tanh(spacing / 2))
        return Spectrum(ratio**dim, ratio**-dim)
    highest = _symbol_at_zero(spacing, dim, exponent)
    if exponent > 2.0:
        return Spectrum(None, highest)
    lowest = _alternating_sum(spacing, dim, exponent)
    if exponent == 2.0:
        lowest = max(_dual_sum(spacing, dim), lowest or 0.0)
    return Spectrum(lowest, highest)


def _symbol_at_zero(spacing: float, dim: int, exponent: float) -> float:
    """Bound of the sum of exp(-spacing |k|) over the integer points k: those with max |k_i| = s have |k| >= s."""
    if exponent == 1.0:
        return float(np.tanh(spacing / 2)) ** -dim
    largest = max(1, int(np.ceil(_NEGLIGIBLE / spacing)) if spacing > _NEGLIGIBLE / _MOST_TERMS else _MOST_TERMS)
    s = np.arange(1.0, largest + 1)
    return float(1.0 + (((2 * s + 1) ** dim - (2 * s - 1) ** dim) * np.exp(-spacing * s)).sum() + 1e-12)


def _dual_sum(spacing: float, dim: int) -> float:
    """Part of the Poisson sum of the symbol of exp(-spacing |k|_2) at (π, ..., π): all its terms are positive."""
    from scipy.special import gamma

    half = {1: 2000, 2: 40}.get(dim, 8 if dim == 3 else 2)
    line = (2 * np.arange(-half, half) + 1) * np.pi
    squares = np.zeros(1)
    for _ in range(dim):
        squares = (squares[:, np.newaxis] + line**2).ravel()
    constant = 2.0**dim * np.pi ** ((dim - 1) / 2) * gamma((dim + 1) / 2)
    with np.errstate(under="ignore"):
        return float(constant * (spacing * (spacing**2 + squares) ** (-(dim + 1) / 2)).sum())


def _alternating_sum(spacing: float, dim: int, exponent: float) -> float | None:
    """Symbol at (π, ..., π) by its series; None where it has too many terms, or rounding takes its digits."""
    half = int(np.ceil(_NEGLIGIBLE / spacing)) if spacing > _NEGLIGIBLE / _MOST_TERMS else _MOST_TERMS
    if (2 * half + 1) ** dim > _MOST_TERMS:
        return None
    line = np.abs(np.arange(-half, half + 1.0))
    powers, signs = np.zeros(1), np.ones(1)
    for _ in range(dim):
        powers = (powers[:, np.newaxis] + line**exponent).ravel()
        signs = (signs[:, np.newaxis] * (1 - 2 * (line % 2))).ravel()
    terms = np.exp(-spacing * powers ** (1 / exponent))
    total, noise = float((signs * terms).sum()), 1e-15 * float(terms.sum()) * np.log2(len(terms))
    return total - noise if total > 10 * noise else None


class Neighbourhood(NamedTuple):
    """Steps from a pixel to the pixels that count, one of each pair k, -k, and a bound for the sum of the others."""

    steps: Int  # (n_steps, dim), first non-zero coordinate positive
    factors: Float  # exp(-spacing |step|)
    lost: float


def neighbourhood(shape: tuple[int, ...], spacing: float, exponent: float, allowed: float) -> Neighbourhood:
    """Smallest ball of steps inside an image such that the similarities of a pixel outside of it sum to <= `allowed`.

    Nothing is lost where the ball is the whole image.
    """
    far = _NEGLIGIBLE / spacing
    reach = [int(min(n - 1, np.ceil(far))) for n in shape]
    n_steps = int(np.prod([2.0 * r + 1 for r in reach]))
    require_memory(
        8 * (len(shape) + 4) * n_steps,
        f"The list of {n_steps} steps between pixels that count",
        "Use a larger position_weight or t, or patch_size.",
    )
    grids = np.meshgrid(*(np.arange(-r, r + 1) for r in reach), indexing="ij")
    steps = np.stack([grid.ravel() for grid in grids], axis=1)[n_steps // 2 + 1 :]
    norms = lattice_norms(steps, exponent)
    order = np.argsort(norms, kind="stable")
    steps, factors = steps[order], np.exp(-spacing * norms[order])
    beyond = _tail(shape, reach, spacing)
    lost = 2.0 * (np.cumsum(factors[::-1])[::-1]) + beyond
    kept = int(np.searchsorted(-lost, -allowed)) if beyond <= allowed else len(steps)
    return Neighbourhood(steps[:kept], factors[:kept], float(lost[kept]) if kept < len(steps) else beyond)


def lattice_norms(steps: Int, exponent: float) -> Float:
    """Norms l_p of integer steps."""
    sizes = np.abs(steps).astype(np.float64)
    if exponent == np.inf:
        return sizes.max(axis=1)
    if exponent == 1.0:
        return sizes.sum(axis=1)
    largest = sizes.max(axis=1)
    return largest * ((sizes / np.maximum(largest, 1.0)[:, np.newaxis]) ** exponent).sum(axis=1) ** (1.0 / exponent)


def _tail(shape: tuple[int, ...], reach: list[int], spacing: float) -> float:
    """Bound for the sum over steps inside an image that leave the box of `reach`."""
    first = min((r for r, n in zip(reach, shape, strict=True) if r < n - 1), default=None)
    if first is None:
        return 0.0
    s = np.arange(first + 1.0, max(shape))
    dim = len(shape)
    return float((((2 * s + 1) ** dim - (2 * s - 1) ** dim) * np.exp(-spacing * s)).sum())
