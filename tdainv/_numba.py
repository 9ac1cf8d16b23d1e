"""How kernels are compiled.

Kernels release the GIL, so that threads scale, and are cached on disk, so that only the first call on a machine
compiles. What keeps them quick to compile and to run:

* No assignment of slices: numba compiles its error message for seconds. Copies are loops.
* No rebinding of an array, no view of a row, no call with array arguments inside an innermost loop: each costs
  atomic reference counts, and together they cost more than the work.
* One return in a block kernel: with two, LLVM no longer sees through the inlined code.

Set ``TDAINV_NUMBA_CACHE=0`` where the package folder and numba's cache folder are both read-only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from numba import njit, types
from numba.extending import intrinsic

CACHE = os.environ.get("TDAINV_NUMBA_CACHE", "1") != "0"


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile `function` with numba: lazily, cached, without the GIL."""
    return njit(cache=CACHE, nogil=True)(function)


def inline_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper that only other kernels call; they carry its code in their own cache."""
    options: dict[str, Any] = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return njit(**options)(function)


def block_kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a helper into the one place that calls it: in an inner loop, array arguments cost atomic counts."""
    return njit(nogil=True, inline="always")(function)


@intrinsic
def fused_multiply_add(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
    """Return x * y + z, rounded once: one machine instruction instead of two, on all but very old processors."""

    def build(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float64(types.float64, types.float64, types.float64), build
