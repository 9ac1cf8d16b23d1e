"""Lower star filtrations of functions on meshes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

from tdainv import _validation as check
from tdainv._typing import Float, Number
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.meshes.centrality import eccentricity, geodesic_centrality
from tdainv.meshes.functions import gaussian_curvature, height
from tdainv.meshes.mesh import Mesh

MeshFunction: TypeAlias = str | Callable[[Mesh], Any] | Number

_NAMED: dict[str, Callable[[Mesh], Float]] = {
    "height": height,
    "eccentricity": eccentricity,
    "geodesic_centrality": geodesic_centrality,
    "gaussian_curvature": gaussian_curvature,
}


def mesh_lower_star(mesh: Any, functions: MeshFunction | Sequence[MeshFunction] = ("height",)) -> FilteredComplex:
    """Lower star filtration of a triangle mesh by functions on its vertices, one parameter a function.

    A triangle or an edge appears with the last of its vertices, in each parameter.

    Parameters
    ----------
    mesh : Mesh, trimesh.Trimesh, pair (vertices, faces), str or path-like
        Anything that :meth:`tdainv.meshes.Mesh.of` takes.
    functions : str, callable, ndarray, or a sequence of these, default ("height",)
        A name, "height", "eccentricity", "geodesic_centrality" or "gaussian_curvature", stands for the function of
        :mod:`tdainv.meshes` with this name and its default parameters. A callable takes the :class:`tdainv.meshes.Mesh`
        and returns an array of shape (n,), or (n, q) for q parameters; ``functools.partial`` sets parameters. An array
        has such values. Values are numbers, or ``inf`` for a vertex that never appears.

    Returns
    -------
    FilteredComplex
        With the vertices, in order, the edges, and the triangles, each once.

    Raises
    ------
    TypeError
        If `functions` holds something else.
    ValueError
        For an unknown name, no function, values that are NaN or -inf or have the wrong shape, and a bad mesh.

    Notes
    -----
    Superlevel sets are sublevel sets of the negative function. O(n log n), beside the functions.

    Examples
    --------
    An octahedron on its tip is two arcs, then a sphere without its upper half, then a sphere:

    >>> import tdainv
    >>> corners = [[0, 0, -1], [1, 0, 0], [0, 1, 0], [-1, 0, 0], [0, -1, 0], [0, 0, 1]]
    >>> faces = [[tip, 1 + i, 1 + (i + 1) % 4] for tip in (0, 5) for i in range(4)]
    >>> octahedron = mesh_lower_star((corners, faces))
    >>> octahedron
    FilteredComplex(6 + 12 + 8 cells, 1 parameter)
    >>> tdainv.barcode(octahedron, degree=2).diagram
    array([[ 1., inf]])
    >>> mesh_lower_star((corners, faces), ["height", "gaussian_curvature"]).n_parameters
    2
    """
    chosen = checked_functions(functions)
    mesh = Mesh.of(mesh)
    columns = [_values(function, mesh, f"functions[{i}]") for i, function in enumerate(chosen)]
    return FilteredComplex.lower_star([mesh.faces], np.hstack(columns))


def checked_functions(functions: Any) -> list[Any]:
    """Return the functions as a list, or raise an error, before any mesh is looked at."""
    several = isinstance(functions, Sequence) and not isinstance(functions, str)
    chosen = list(functions) if several else [functions]
    if not chosen:
        raise ValueError("functions must hold at least one function, got none.")
    for i, function in enumerate(chosen):
        name = f"functions[{i}]" if several else "functions"
        if isinstance(function, str):
            check.option(function, tuple(_NAMED), name)
        elif not callable(function) and not isinstance(function, np.ndarray):
            raise TypeError(
                f"{name} must be a name, a callable or an ndarray of values of vertices, got {type(function).__name__}."
            )
    return chosen


def _values(function: Any, mesh: Mesh, name: str) -> Float:
    """Values of one function, shape (n, q)."""
    if isinstance(function, str):
        function = _NAMED[function]
    values = function(mesh) if callable(function) else function
    return check.grades(values, len(mesh.vertices), f"Values of {name}")
