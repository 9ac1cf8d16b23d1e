"""Array aliases. Shapes are stated in the docstrings."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Float: TypeAlias = NDArray[np.float64]
Int: TypeAlias = NDArray[np.int64]
Number: TypeAlias = NDArray[Any]

__all__ = ["ArrayLike", "Float", "Int", "Number"]
