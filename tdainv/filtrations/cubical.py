"""Cubical filtrations of images of any dimension."""

from __future__ import annotations

from tdainv._typing import ArrayLike
from tdainv.complexes.cubical_filtration import CubicalFiltration


def cubical(image: ArrayLike, *, cells: str = "vertices", channels: bool = False) -> CubicalFiltration:
    """Sublevel filtration of an image on a grid of vertices, edges, squares, cubes, ...

    With ``cells="vertices"`` pixels are the vertices of the grid, and a cube appears with its last vertex: at time t
    pixels of value at most t are connected with their 2 d neighbours along the axes (V-construction). With
    ``cells="top"`` pixels are the cubes of full dimension, and a face appears with its first cube: pixels are
    connected with all 3^d - 1 neighbours (T-construction).

    Parameters
    ----------
    image : array-like of shape (n_1, ..., n_d), or (n_1, ..., n_d, p) with ``channels=True``
        Values of the pixels: numbers, or ``inf`` for a pixel that never appears.
    cells : {"vertices", "top"}, default "vertices"
    channels : bool, default False
        Whether the last axis holds p values a pixel, one a parameter of the filtration. A cube then appears at the
        coordinatewise largest grade of its vertices.

    Returns
    -------
    CubicalFiltration
        Its method ``expand`` lists the cells.

    Raises
    ------
    ValueError
        For an image without pixels, a value that is NaN or -inf, and for ``cells="top"`` with more than one
        parameter: the grade at which a face appears would not be unique.

    Notes
    -----
    The barcodes of images with up to three axes are computed from the pixels, without listing a cell; other
    invariants list the (2 n_1) ... (2 n_d) cells and cancel pairs of equal grade.

    References
    ----------
    Bleile, Garin, Heiss, Maggs, Robins: The persistent homology of dual digital image constructions, Research in
    Computational Topology 2, 2022.

    Examples
    --------
    A ring of zeros around a pixel of value 5 is a loop that is filled at time 5:

    >>> import tdainv
    >>> ring = [[0, 0, 0], [0, 5, 0], [0, 0, 0]]
    >>> grid = cubical(ring)
    >>> grid
    CubicalFiltration(3 x 3 pixels as vertices, 1 parameter)
    >>> grid.expand()
    FilteredComplex(9 + 12 + 4 cells, 1 parameter)
    >>> tdainv.barcode(grid, degree=1).diagram
    array([[0., 5.]])

    Two pixels that touch in a corner are connected only as squares:

    >>> corner = [[0, 9], [9, 0]]
    >>> tdainv.barcode(cubical(corner), degree=0).diagram
    array([[ 0.,  9.],
           [ 0., inf]])
    >>> tdainv.barcode(cubical(corner, cells="top"), degree=0).diagram
    array([[ 0., inf]])
    """
    return CubicalFiltration(image, cells, channels)
