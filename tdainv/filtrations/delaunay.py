"""Delaunay filtrations by the radius of the smallest enclosing ball, alone and with a function on the points."""

from __future__ import annotations

from tdainv import _validation as check
from tdainv._typing import ArrayLike
from tdainv.complexes.delaunay_complex import delaunay_complex, filtered, selective_complex, spatial_points
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.filtrations.codensity import checked_codensity
from tdainv.geometry._kernels_balls import largest_of_facets
from tdainv.geometry.balls import ball_radii
from tdainv.geometry.insertion_order import function_order


def delaunay(points: ArrayLike) -> FilteredComplex:
    """Delaunay--Čech filtration: a Delaunay simplex enters at the radius of the smallest ball around its vertices.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        With dim at most 3.

    Returns
    -------
    FilteredComplex
        With one parameter, the *radius*, in the unit of the points: not its square, and half the length of an edge.
        Vertex i is point i, at 0. Cells are listed by dimension, then in lexicographic order.

    Raises
    ------
    ValueError
        For bad data or more than three dimensions.
    MemoryLimitError
        If the complex would not fit.

    Notes
    -----
    Persistent homology is that of the Čech and of the :func:`alpha` filtration [1]_; simplices enter no later than in
    the latter. A point equal to an earlier one is joined to it by an edge at 0.

    References
    ----------
    .. [1] Bauer, Edelsbrunner: The Morse theory of Čech and Delaunay complexes, Trans. Amer. Math. Soc. 369 (2017).

    Examples
    --------
    A triangle with a blunt angle is there once its longest edge is, of length 4:

    >>> import tdainv
    >>> tdainv.delaunay([[0, 0], [4, 0], [2, 1]]).grades.ravel().round(3)
    array([0.   , 0.   , 0.   , 2.   , 1.118, 1.118, 2.   ])
    """
    cloud = spatial_points(points)
    complex_ = delaunay_complex(cloud)
    return filtered(complex_, ball_radii(cloud, complex_.levels, complex_.facets))


def function_delaunay(points: ArrayLike, function: ArrayLike) -> FilteredComplex:
    """Function-Delaunay bifiltration: a small complex with the homology of all sublevel offsets of a function.

    At the grade (r, t) it has the homology of the union of the balls of radius r around the points of function value
    at most t, and maps between grades agree too: it is a small model of the function-Čech bifiltration, in which all
    sets of points are simplices.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        With dim at most 3.
    function : array-like of shape (n_points,) or (n_points, 1)

    Returns
    -------
    FilteredComplex
        With two parameters. A simplex enters at (radius of the smallest ball around its vertices, largest function
        value of its vertices); the *radius* is in the unit of the points: not its square, and half the length of an
        edge. Vertex i is point i. Cells are listed by dimension, then in lexicographic order.

    Raises
    ------
    ValueError
        For bad data, more than three dimensions, a function of the wrong length, or several functions.
    MemoryLimitError
        If the complex would not fit.

    Notes
    -----
    Points are added to a Delaunay triangulation in the order of the function (ties: in one fixed random order). A new
    point p removes cells, those whose circumscribed sphere it is inside; the complex keeps them all, and their joins
    with p fill what lies between the old and the new triangulation [1]_. Simplices have up to dim + 2 vertices. There
    are O(n^⌈(dim + 1) / 2⌉) of them; for random order, about 20 n in the plane.

    ``delaunay(points).with_function(function)`` is smaller, but another filtration: the points of small value there
    are joined by the Delaunay triangulation of *all* points, which may leave them apart for ever.

    References
    ----------
    .. [1] Alonso, Kerber, Lam, Lesnick: Delaunay bifiltrations of functions on point clouds, SODA 2024.

    Examples
    --------
    Two points at distance 4 meet at radius 2, and at radius 1 once there is the point between them:

    >>> import tdainv
    >>> line = tdainv.function_delaunay([[0.0], [2.0], [4.0]], [0, 1, 0])
    >>> line.grades[line.cells_of(1)]
    array([[1., 1.],
           [2., 0.],
           [1., 1.]])
    """
    cloud = spatial_points(points)
    values = check.vertex_values(function, len(cloud), "function")
    if values.ndim == 2:
        if values.shape[1] > 1:
            raise ValueError(
                f"function must have one value a point, got shape {values.shape}: there is no Delaunay complex for "
                "several functions here. Use function_rips. (delaunay(points).with_function(function) exists, but is "
                "another filtration: there, Delaunay simplices of all points join those of small values.)"
            )
        values = values[:, 0]
    complex_ = selective_complex(cloud, function_order(values))
    highest = [values]
    for table in complex_.facets[1:]:
        highest.append(largest_of_facets(table, highest[-1]))
    return filtered(complex_, ball_radii(cloud, complex_.levels, complex_.facets), highest)


def codensity_delaunay(
    points: ArrayLike,
    *,
    bandwidth: float | None = None,
    bandwidth_unit: str = "absolute",
    mass: float | None = None,
    n_neighbors: int | None = None,
) -> FilteredComplex:
    """Function-Delaunay bifiltration by codensity: dense points first, so that outliers do not hide the shape.

    Parameters
    ----------
    points : array-like of shape (n_points, dim)
        With dim at most 3.
    bandwidth, bandwidth_unit
        Gaussian kernel density, :func:`kde_codensity`; the default, with the 0.1 quantile of the distances.
    mass : float, optional
        Distance to measure instead, :func:`distance_to_measure`.
    n_neighbors : int, optional
        Distance to the k-th neighbour instead, :func:`knn_codensity`.

    Returns
    -------
    FilteredComplex
        With two parameters: the radius, and the codensity. See :func:`function_delaunay`.

    Raises
    ------
    ValueError
        If more than one of bandwidth, mass and n_neighbors is given, or one is out of range; for bad data.
    MemoryLimitError
        If the complex would not fit.

    Examples
    --------
    >>> import tdainv
    >>> tdainv.codensity_delaunay([[0.0], [0.1], [3.0]], bandwidth=1.0)
    FilteredComplex(3 + 2 cells, 2 parameters)
    """
    codensity = checked_codensity(bandwidth, bandwidth_unit, mass, n_neighbors)
    cloud = spatial_points(points)
    return function_delaunay(cloud, codensity.of_points(cloud, "euclidean"))
