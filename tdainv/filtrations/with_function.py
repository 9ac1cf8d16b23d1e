"""A further function on the vertices of any filtration: one parameter more."""

from __future__ import annotations

from typing import Protocol, TypeVar

from tdainv._typing import ArrayLike


class Extensible(Protocol):
    """A filtration that takes further functions on its vertices."""

    def with_function(self, vertex_grades: ArrayLike, /) -> Extensible:
        """Filtration with further parameters."""


F = TypeVar("F", bound=Extensible)


def with_function(filtration: F, function: ArrayLike) -> F:
    """Filtration with further parameters: a cell appears once the functions of all its vertices are low enough.

    One parameter becomes two, two become three: Rips becomes function-Rips, a height on a mesh becomes a pair of
    functions, an image gets a second channel.

    Parameters
    ----------
    filtration : FilteredComplex, CubicalFiltration or FlagFiltration
    function : array-like of shape (n_vertices,) or (n_vertices, q)
        Values on the vertices; for a CubicalFiltration on the pixels, of shape (n_1, ..., n_d) or
        (n_1, ..., n_d, q).

    Returns
    -------
    a filtration of the same kind
        With q parameters more.

    Raises
    ------
    TypeError
        For something that takes no further function, such as a multicritical bifiltration.
    ValueError
        For values of the wrong shape, or that are no numbers.

    Notes
    -----
    The cells stay the same. A function on the vertices of an alpha or Delaunay filtration thus restricts one Delaunay
    complex, which is not the filtration of unions of balls by that function: see :func:`function_delaunay` for that.

    Examples
    --------
    >>> import tdainv
    >>> with_function(tdainv.rips([[0.0], [1.0]]), [3.0, 4.0])
    FlagFiltration(2 vertices, 2 parameters)
    """
    require_extensible(filtration)
    return filtration.with_function(function)  # type: ignore[return-value]


def require_extensible(value: object, name: str = "filtration") -> None:
    """Raise TypeError unless the value takes further functions."""
    if not hasattr(value, "with_function"):
        raise TypeError(f"{name} must be a filtration that takes further functions, got {type(value).__name__}.")
