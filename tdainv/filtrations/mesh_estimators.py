"""Lower star filtrations of many meshes: the list version of the function, for pipelines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._base import CollectionTransformer, apply_to_item
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.meshes import MeshFunction, checked_functions, mesh_lower_star
from tdainv.meshes.mesh import Mesh


class MeshLowerStar(CollectionTransformer):
    """Lower star filtration of functions on each mesh. See :func:`tdainv.mesh_lower_star`.

    An item is a Mesh, a trimesh.Trimesh, a pair (vertices, faces) or the path of a file.

    Parameters
    ----------
    functions : str, callable, sequence of these, or None, default ("height",)
        A callable takes a :class:`tdainv.meshes.Mesh` and returns values of its vertices. With None, items are pairs
        (mesh, values), where values, of shape (n,) or (n, q), are functions on its vertices.
    n_jobs : int, optional
        Number of joblib workers; threads unless another backend is active.

    Examples
    --------
    >>> from tdainv import MeshLowerStar
    >>> triangle = [[0, 0, 0], [1, 0, 0], [0, 1, 2]], [[0, 1, 2]]
    >>> MeshLowerStar(functions=("height", "eccentricity")).fit_transform([triangle])
    [FilteredComplex(3 + 3 + 1 cells, 2 parameters)]
    """

    _item = "mesh"

    def __init__(
        self, *, functions: MeshFunction | Sequence[MeshFunction] | None = ("height",), n_jobs: int | None = None
    ) -> None:
        self.functions = functions
        self.n_jobs = n_jobs

    def _check_item(self, item: Any, i: int) -> Any:
        if self.functions is not None:
            return apply_to_item(Mesh.of, item, i)
        mesh, values = check.pair(item, f"X[{i}]", "mesh")
        return apply_to_item(Mesh.of, mesh, i), values

    def _item_function(self) -> Callable[[Any], FilteredComplex]:
        if self.functions is None:
            return _of_pair
        checked_functions(self.functions)
        return partial(mesh_lower_star, functions=self.functions)


def _of_pair(item: Any) -> FilteredComplex:
    mesh, values = item
    return mesh_lower_star(mesh, np.asarray(values))
