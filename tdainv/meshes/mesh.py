"""Triangle meshes in R^3."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int
from tdainv._words import counted
from tdainv.meshes.incidence import component_labels, distinct_triangles, edges_of, is_surface
from tdainv.meshes.reading import read_arrays

# Far beyond it, areas overflow.
_LARGEST_COORDINATE = 1e100


@dataclass(frozen=True, eq=False, repr=False)
class Mesh:
    """A triangle mesh in R^3: points, and triangles between them.

    Nothing is asked of how triangles meet: meshes may be open, fall into components, have isolated vertices, edges in
    three triangles, triangles without area or given twice, or no triangles at all.

    Parameters
    ----------
    vertices : array-like of shape (n, 3), n >= 1
        Finite, at most 1e100 in absolute value.
    faces : array-like of shape (m, 3), int
        Numbers of the vertices of each triangle, three different ones, in either orientation.

    Raises
    ------
    ValueError
        For wrong shapes, coordinates that are not finite, and a face with a vertex that is repeated or out of range.

    Examples
    --------
    >>> square = Mesh([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], [[0, 1, 2], [0, 2, 3]])
    >>> square
    Mesh(4 vertices, 2 faces)
    >>> square.areas
    array([0.5, 0.5])
    >>> square.is_closed, square.is_manifold, square.euler_characteristic
    (False, True, 1)
    """

    vertices: Float
    faces: Int

    def __post_init__(self) -> None:
        vertices = check.points(self.vertices, "vertices")
        if vertices.shape[1] != 3:
            raise ValueError(f"vertices must have shape (n, 3), got shape {vertices.shape}.")
        largest = np.abs(vertices).max()
        if largest > _LARGEST_COORDINATE:
            raise ValueError(
                f"vertices must be at most {_LARGEST_COORDINATE:g} in absolute value, got {largest:g}: "
                f"rescale the mesh."
            )
        object.__setattr__(self, "vertices", vertices + 0.0)
        object.__setattr__(self, "faces", _checked_faces(self.faces, len(vertices)))

    @classmethod
    def of(cls, item: Any) -> Mesh:
        """Mesh of anything that describes one.

        Parameters
        ----------
        item : Mesh, trimesh.Trimesh, pair (vertices, faces), str or path-like
            Any object with attributes ``vertices`` and ``faces`` will do in place of a trimesh.Trimesh. A path is
            that of a file in one of the formats .off, .ply, .obj, .stl, see Notes.

        Returns
        -------
        Mesh

        Raises
        ------
        TypeError
            For any other object.
        FileNotFoundError
            If there is no such file.
        ValueError
            For a file that cannot be read, and for what the constructor refuses.

        Notes
        -----
        In files, polygons are cut into triangles, and triangles that name a vertex twice are left out. STL repeats a
        vertex in each of its triangles, and OBJ at the seams of textures: vertices of these two formats with exactly
        equal coordinates become one, in the order in which they come first. Vertices of .off and .ply files stay as
        they are, as do those of objects and pairs.

        Examples
        --------
        >>> Mesh.of(([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]]))
        Mesh(3 vertices, 1 face)
        """
        if isinstance(item, cls):
            return item
        if isinstance(item, str | os.PathLike):
            arrays = read_arrays(item)
            try:
                return cls(*arrays)
            except ValueError as error:
                raise ValueError(f"{os.fspath(item)}: {error}") from error
        if hasattr(item, "vertices") and hasattr(item, "faces"):
            return cls(np.asarray(item.vertices), np.asarray(item.faces))
        if isinstance(item, tuple | list) and len(item) == 2:
            return cls(*item)
        raise TypeError(
            f"A mesh must be a Mesh, a trimesh.Trimesh, a pair (vertices, faces) or the path of a file, got an object "
            f"of type {type(item).__name__}."
        )

    @property
    def edges(self) -> Int:
        """Sides of the triangles, each once, shape (n_edges, 2), increasing along rows, in lexicographic order."""
        return edges_of(self.faces, len(self.vertices)).ends

    @property
    def boundary(self) -> Int:
        """Edges in one triangle only, shape (n_boundary_edges, 2)."""
        edges = edges_of(self.faces, len(self.vertices))
        return edges.ends[edges.counts == 1]

    @property
    def is_closed(self) -> bool:
        """Whether no edge lies in one triangle only."""
        return not len(self.boundary)

    @property
    def is_manifold(self) -> bool:
        """Whether this is a surface, with or without boundary.

        The triangles at each vertex form one fan, open or closed: no edge lies in three triangles, no two fans meet
        only in a vertex, and no vertex is isolated.
        """
        return is_surface(self.faces, len(self.vertices))

    @property
    def areas(self) -> Float:
        """Areas of the triangles, shape (m,)."""
        corners = self.vertices[self.faces]
        sides = corners[:, 1:] - corners[:, :1]
        scale = np.abs(sides).max(initial=0.0) or 1.0  # so that no square of an area overflows
        unit = sides / scale
        return np.asarray(np.linalg.norm(np.cross(unit[:, 0], unit[:, 1]), axis=1) * (scale**2 / 2.0))

    @property
    def vertex_areas(self) -> Float:
        """A third of the area of the triangles at each vertex, shape (n,)."""
        thirds = np.repeat(self.areas / 3.0, 3)
        return np.bincount(self.faces.ravel(), weights=thirds, minlength=len(self.vertices)).astype(np.float64)

    @property
    def euler_characteristic(self) -> int:
        """Number of vertices, minus edges, plus distinct triangles."""
        return len(self.vertices) - len(self.edges) + len(distinct_triangles(self.faces))

    @property
    def components(self) -> Int:
        """Number of the connected component of each vertex, from 0, shape (n,)."""
        return component_labels(self.edges, len(self.vertices))

    @property
    def n_components(self) -> int:
        """Number of connected components; an isolated vertex is one."""
        return int(self.components.max()) + 1

    def __repr__(self) -> str:
        return f"Mesh({counted(len(self.vertices), 'vertex', 'vertices')}, {counted(len(self.faces), 'face')})"

    def __eq__(self, other: object) -> bool:
        """Whether vertices and faces agree, in the same order."""
        if not isinstance(other, Mesh):
            return NotImplemented
        return np.array_equal(self.vertices, other.vertices) and np.array_equal(self.faces, other.faces)

    __hash__ = None  # type: ignore[assignment]


def _checked_faces(values: ArrayLike, n_vertices: int) -> Int:
    """Triangles with three different vertices in range; an empty list has none."""
    if getattr(values, "shape", None) == (0,) or (isinstance(values, list | tuple) and not values):
        return np.zeros((0, 3), np.int64)
    faces = check.integers(values, "faces", (None, 3))
    outside = (faces < 0) | (faces >= n_vertices)
    if outside.any():
        i = int(np.flatnonzero(outside.any(axis=1))[0])
        raise ValueError(f"faces must refer to vertices 0 to {n_vertices - 1}, got faces[{i}] = {_shown(faces[i])}.")
    a, b, c = faces.T
    repeated = (a == b) | (b == c) | (c == a)
    if repeated.any():
        i = int(np.flatnonzero(repeated)[0])
        raise ValueError(f"The three vertices of a face must be different, got faces[{i}] = {_shown(faces[i])}.")
    return faces


def _shown(face: Int) -> tuple[int, ...]:
    return tuple(int(v) for v in face)
