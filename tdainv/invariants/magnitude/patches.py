"""Magnitude of images by overlapping patches: an approximation that solves many small equations."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float
from tdainv.invariants.magnitude.image import check_options, error_bound, similarity_product, solve_pixels
from tdainv.invariants.magnitude.image_metric import ImageMetric, PixelSpace, pixel_space
from tdainv.invariants.magnitude.image_operator import thread_map
from tdainv.invariants.magnitude.lattice import spectrum
from tdainv.invariants.magnitude.solution import MagnitudeSolution

_PROBE = 1e-6  # the bound of the error is computed up to this


def patched_image_magnitude(
    image: ArrayLike,
    *,
    patch_size: int = 64,
    overlap: int = 8,
    metric: ImageMetric = "l1",
    position_weight: float = 1.0,
    value_weight: float = 1.0,
    t: float = 1.0,
    channels: bool = False,
    n_jobs: int | None = None,
) -> MagnitudeSolution:
    """Magnitude vector of an image by overlapping patches, with a bound for its error.

    Every patch of `patch_size` pixels an axis is solved with `overlap` more pixels on each side, which are cut off
    again, as the authors of the magnitude vector did [1]_. :func:`image_magnitude` is as fast and exact; this one needs
    memory for one patch a thread only.

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, n_channels) with ``channels=True``
    patch_size : int, default 64
        At least 1.
    overlap : int, default 8
        At least 0; each pixel more lowers the error by about exp(-t position_weight).
    metric : {"l1", "l2", "linf", "hamming"} or float, default "l1"
    position_weight, value_weight, t : float, default 1
    channels : bool, default False
        See :func:`image_magnitude` for these.
    n_jobs : int, optional
        Threads, each with its own patches.

    Returns
    -------
    MagnitudeSolution
        `error` bounds |w - exact| / |w|: by one product with the whole matrix, the residual over the smallest
        eigenvalue. None for p > 2.

    References
    ----------
    .. [1] Adamer, De Brouwer, O'Bray, Rieck: The magnitude vector of images, arXiv:2110.15188.

    Examples
    --------
    >>> import numpy as np
    >>> import tdainv
    >>> image = np.arange(400.0).reshape(20, 20) % 7
    >>> exact = tdainv.image_magnitude(image)
    >>> for overlap in (0, 3, 6):
    ...     patched = tdainv.patched_image_magnitude(image, patch_size=5, overlap=overlap)
    ...     error = np.linalg.norm(patched.weights - exact) / np.linalg.norm(exact)
    ...     print(f"{error:.0e}", bool(error <= patched.error))
    2e-01 True
    5e-03 True
    3e-04 True
    """
    options = check_options(1e-6, "auto", 1000, metric)
    size = check.positive_integer(patch_size, "patch_size")
    margin = _overlap(overlap)
    space = pixel_space(image, metric, position_weight, value_weight, t, channels)
    values = space.values.reshape(*space.shape, -1)
    weights = np.empty(space.shape)

    def solve(corner: tuple[int, ...]) -> None:
        outer, inner, target = _windows(space.shape, corner, size, margin)
        part = np.ascontiguousarray(values[outer])
        patch = space._replace(shape=part.shape[:-1], values=part.reshape(-1, part.shape[-1]))
        weights[target] = solve_pixels(patch, options, map).weights[inner]

    corners = list(product(*(range(0, n, size) for n in space.shape)))
    with thread_map(n_jobs) as mapped:
        list(mapped(solve, corners))
        return _judged(space, weights, mapped)


def _windows(
    shape: tuple[int, ...], corner: tuple[int, ...], size: int, margin: int
) -> tuple[tuple[slice, ...], tuple[slice, ...], tuple[slice, ...]]:
    """Where a patch with its margin lies, where its core lies in that, and where the core lies in the image."""
    starts = [max(0, c - margin) for c in corner]
    stops = [min(n, c + size + margin) for n, c in zip(shape, corner, strict=True)]
    ends = [min(n, c + size) for n, c in zip(shape, corner, strict=True)]
    outer = tuple(slice(a, b) for a, b in zip(starts, stops, strict=True))
    inner = tuple(slice(c - a, e - a) for c, a, e in zip(corner, starts, ends, strict=True))
    return outer, inner, tuple(slice(c, e) for c, e in zip(corner, ends, strict=True))


def _judged(space: PixelSpace, weights: Float, mapped: Any) -> MagnitudeSolution:
    bounds = spectrum(space.spacing, len(space.shape), space.exponent)
    allowed = _PROBE * (bounds.lowest if bounds.lowest is not None else 1e-2)
    multiply, lost, _ = similarity_product(space, allowed, bounds, _PROBE, mapped)
    flat = weights.ravel()
    residual = float(np.linalg.norm(1.0 - multiply(flat)))
    error = error_bound(bounds, residual, lost, flat)
    return MagnitudeSolution(weights, "patches", 0, residual / float(np.sqrt(flat.size)), bounds.condition, error)


def _overlap(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 0:
        raise ValueError(f"overlap must be an integer of at least 0, got overlap={value!r}.")
    return int(value)
