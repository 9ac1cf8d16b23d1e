"""How kernels are compiled.

Kernels release the GIL, so that threads scale, and are cached on disk, so that only the first call on a machine
compiles. Set ``TDAINV_NUMBA_CACHE=0`` where the package folder and numba's cache folder are both read-only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from numba import njit

CACHE = os.environ.get("TDAINV_NUMBA_CACHE", "1") != "0"


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` with numba: lazily, cached, without the GIL."""
    return njit(cache=CACHE, nogil=True)(function)


def inline_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper that is only called by other kernels; they carry its code in their own cache."""
    return njit(nogil=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function)
