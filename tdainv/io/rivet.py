"""RIVET's input files: point clouds, metric spaces and bifiltrations."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import combinations
from math import isfinite
from typing import Any

import numpy as np

from tdainv._memory import require_memory
from tdainv._typing import Float, Int
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.complexes.flag_filtration import FlagFiltration
from tdainv.filtrations.distances import distances_of
from tdainv.io._rivet_header import Header, read_header
from tdainv.io._text import PathLike, TextReader, grade_text, open_text, require_rules

_SIMPLEX = "a simplex with its grades, 'vertices ; x y' or 'vertices ; x y x y ...'"


def read_rivet(path: PathLike) -> FlagFiltration | FilteredComplex:
    r"""Read a point cloud, a metric space or a bifiltration from an input file of RIVET.

    Files start with flags such as ``--datatype points_fn`` (RIVET 1.1) or with lines in a fixed order (RIVET 1.0).
    ``#`` starts a comment; blank lines do not count.

    Parameters
    ----------
    path : str or path
        Read through gzip if it ends in ``.gz``.

    Returns
    -------
    FlagFiltration or FilteredComplex
        For ``points_fn`` and ``metric_fn`` the function-Rips filtration with the parameters *distance, function*;
        RIVET itself has them the other way round. For ``points`` and ``metric``, which have no function, the Rips
        filtration with one parameter. For ``bifiltration`` the complex with the two parameters of the file; if
        simplices have several grades, a one-critical complex with the same homology.

    Raises
    ------
    ValueError
        For a file that breaks its format, with the line; for firep files, which :func:`read_firep` reads; and for
        files that ask RIVET to compute a function or a degree-Rips bifiltration.

    Notes
    -----
    ``--maxdist`` becomes the `max_edge` of the filtration. Where the file says ``--xreverse``, ``--yreverse`` or a
    label starts with ``[-]``, values decrease along the filtration; these values are negated. Labels and flags about
    computations are ignored.

    References
    ----------
    The RIVET developers: RIVET documentation, "Input data files", https://rivet.readthedocs.io.

    Examples
    --------
    A metric space, given by its distances above the diagonal, with function values 1, 1.1 and -2:

    >>> import tempfile
    >>> from pathlib import Path
    >>> from tdainv.io import read_rivet
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "space.txt")
    ...     _ = path.write_text("--datatype metric_fn\n1, 1.1, -2\n2, 3.2\n1.25\n")
    ...     space = read_rivet(path)
    >>> space.distances
    array([[0.  , 2.  , 3.2 ],
           [2.  , 0.  , 1.25],
           [3.2 , 1.25, 0.  ]])
    >>> space.vertex_grades.ravel()
    array([ 1. ,  1.1, -2. ])
    """
    with TextReader(path) as reader:
        header = read_header(reader)
        datatype = header.datatype or "points"
        if datatype == "firep":
            raise reader.error("points, a metric space or a bifiltration", "a firep file, which read_firep reads")
        if datatype == "bifiltration":
            return _read_bifiltration(reader, header)
        function = header.function
        if datatype.endswith("_fn") and not header.positional:
            function = reader.numbers(reader.take("the values of the function"), "the values of the function")
        if datatype.startswith("metric"):
            distances = _read_distances(reader, header, function)
        else:
            points = _read_points(reader, header)
            if datatype == "points_fn" and header.positional:
                points, function = points[:, :-1], points[:, -1].tolist()
            distances = distances_of(points, "euclidean")
        return _flag_filtration(reader, header, distances, function)


def _flag_filtration(
    reader: TextReader, header: Header, distances: Float, function: Sequence[float] | None
) -> FlagFiltration:
    if function is not None and len(function) != len(distances):
        found = f"{len(function)} values"
        raise reader.error(f"one value of the function for each of the {len(distances)} points", found)
    values = None if function is None else header.signs[0] * np.array(function)
    try:
        return FlagFiltration(distances, vertex_grades=values, max_edge=header.max_edge)
    except ValueError as error:
        raise ValueError(f"{reader.name}: {error}") from None


def _read_points(reader: TextReader, header: Header) -> Float:
    expected = "the coordinates of a point"
    rows = []
    width = header.width
    for text in reader:
        row = reader.numbers(text, expected)
        width = width or len(row)
        if len(row) != width:
            raise reader.error(f"{width} numbers, as many as for every point", str(len(row)))
        rows.append(row)
    if not rows:
        raise reader.error(expected, "the end of the file")
    return np.array(rows)


def _read_distances(reader: TextReader, header: Header, function: Sequence[float] | None) -> Float:
    """Square matrix, from its rows or from the rows of the part above the diagonal."""
    expected = "distances"
    rows, lines = [], []
    for text in reader:
        rows.append(reader.numbers(text, expected))
        lines.append(reader.line)
    n = header.n_points if function is None else len(function)
    if header.positional:  # line breaks mean nothing
        flat = [value for row in rows for value in row]
        n_pairs = n * (n - 1) // 2 if n else 0
        if len(flat) != n_pairs:
            raise reader.error(f"{n_pairs} distances, one for each pair of {n} points", str(len(flat)))
        return _symmetric(flat, n or 0)
    if not rows and n != 1:
        raise reader.error(expected, "the end of the file")
    # Both forms have as many numbers in their first line as there are lines.
    square = len(rows) == n if n else len(rows) > 1 and len(rows[1]) == len(rows)
    widths = [len(rows)] * len(rows) if square else range(len(rows), 0, -1)
    for row, width, line in zip(rows, widths, lines, strict=True):
        if len(row) != width:
            kind = "the full matrix" if square else "the part of the matrix above the diagonal"
            raise reader.error(f"{width} distances, as in {kind} with {len(rows)} lines", str(len(row)), line)
    return np.array(rows) if square else _symmetric([v for row in rows for v in row], len(rows) + 1)


def _symmetric(above: list[float], n: int) -> Float:
    require_memory(16 * n * n, f"A matrix of {n} x {n} distances", "Subsample.")
    matrix = np.zeros((n, n))
    matrix[np.triu_indices(n, 1)] = above
    return matrix + matrix.T


def _read_bifiltration(reader: TextReader, header: Header) -> FilteredComplex:
    number: dict[tuple[int, ...], int] = {}
    flat, ends, lines = array("d"), array("q", [0]), array("q")
    for text in reader:
        simplex, values = _simplex(reader, text)
        if simplex in number:
            raise reader.error("each simplex once", f"{simplex} again, after line {lines[number[simplex]]}")
        number[simplex] = len(lines)
        flat.extend(values)
        ends.append(len(flat) // 2)
        lines.append(reader.line)
    if not lines:
        raise reader.error(_SIMPLEX, "the end of the file")
    simplices = list(number)
    dimensions = np.array([len(simplex) - 1 for simplex in simplices])
    labels = np.array([simplex[0] for simplex in simplices if len(simplex) == 1])
    indptr, indices = _facets(reader, number, lines)
    grades = np.array(flat).reshape(-1, 2) * header.signs + 0.0
    several = [_minimal(part) for part in np.split(grades, ends[1:-1])] if len(grades) > len(lines) else []
    if all(len(part) == 1 for part in several):
        arrays = dimensions, indptr, indices, np.concatenate(several) if several else grades
        require_rules(reader, arrays, lines, lambda cell: f"the simplex {simplices[cell]}")
        return FilteredComplex.of_checked(*arrays, labels)
    _require_monotone(reader, simplices, indptr, indices, several, lines)
    from tdainv.complexes.multicritical import multicritical_complex

    return multicritical_complex(dimensions, indptr, indices, several, labels)


def _simplex(reader: TextReader, text: str) -> tuple[tuple[int, ...], list[float]]:
    left, separator, right = text.partition(";")
    if not separator:
        raise reader.error(_SIMPLEX, repr(text[:60]))
    vertices = reader.integers(left, "vertices, integers of at least 0, before ';'")
    simplex = tuple(sorted(vertices))
    if len(set(simplex)) < len(simplex):
        raise reader.error("different vertices", repr(left.strip()[:60]))
    values = reader.numbers(right, "grades after ';'")
    if len(values) < 2 or len(values) % 2:
        raise reader.error("two numbers a grade after ';'", str(len(values)))
    return simplex, values


def _minimal(grades: Float) -> Float:
    """Minimal ones among grades in two parameters, by increasing first coordinate."""
    if len(grades) == 1:
        return grades
    grades = grades[np.lexsort((grades[:, 1], grades[:, 0]))]
    lowest = np.minimum.accumulate(grades[:, 1])
    return grades[np.append(True, grades[1:, 1] < lowest[:-1])]


def _facets(reader: TextReader, number: dict[tuple[int, ...], int], lines: Sequence[int]) -> tuple[Int, Any]:
    sizes, indices = [0], []
    for cell, simplex in enumerate(number):
        facets = list(combinations(simplex, len(simplex) - 1)) if len(simplex) > 1 else []
        try:
            indices += sorted([number[facet] for facet in facets])
        except KeyError as missing:
            raise reader.error(
                f"every face of {simplex} to be listed", f"no line for {missing.args[0]}", lines[cell]
            ) from None
        sizes.append(len(facets))
    return np.cumsum(sizes), np.array(indices, np.int32)


def _require_monotone(
    reader: TextReader,
    simplices: list[tuple[int, ...]],
    indptr: Int,
    indices: Any,
    grades: list[Float],
    lines: Sequence[int],
) -> None:
    """Each grade of a simplex must lie at or above some grade of each of its facets."""
    for cell, own in enumerate(grades):
        for facet in indices[indptr[cell] : indptr[cell + 1]]:
            above = (grades[facet] <= own[:, np.newaxis]).all(axis=2).any(axis=1)
            if not above.all():
                raise reader.error(
                    f"grades at or above those of the face {simplices[facet]}",
                    str(tuple(own[int(np.flatnonzero(~above)[0])].tolist())),
                    lines[cell],
                )


def write_rivet(path: PathLike, x: FilteredComplex) -> None:
    """Write a simplicial complex with two parameters to a bifiltration file of RIVET.

    Parameters
    ----------
    path : str or path
        Compressed if it ends in ``.gz``.
    x : FilteredComplex
        Simplicial, with two parameters, vertex labels at least 0.

    Raises
    ------
    TypeError, ValueError
        For anything else.

    Notes
    -----
    The header has the flags of RIVET 1.1. Cells that never appear, with an infinite grade, are left out. All others
    are read back by :func:`read_rivet` with the same vertices and the same floating-point numbers.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from tdainv import FilteredComplex
    >>> from tdainv.io import write_rivet
    >>> edge = FilteredComplex.from_simplices([[4], [9], [4, 9]], [[0, 0], [0, 0], [0.5, 1]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "edge.txt")
    ...     write_rivet(path, edge)
    ...     print(path.read_text())
    --datatype bifiltration
    4 ; 0.0 0.0
    9 ; 0.0 0.0
    4 9 ; 0.5 1.0
    <BLANKLINE>
    """
    if not isinstance(x, FilteredComplex):
        raise TypeError(f"x must be a FilteredComplex, got {type(x).__name__}.")
    if x.n_parameters != 2:
        raise ValueError(f"A bifiltration file is for 2 parameters, got a complex with {x.n_parameters}.")
    vertices: list[list[int]] = [[]] * len(x)
    for k in range(x.dimension + 1):
        for cell, simplex in zip(x.cells_of(k).tolist(), x.simplices(k).tolist(), strict=True):
            vertices[cell] = simplex
    if any(simplex[0] < 0 for simplex in vertices):
        raise ValueError(f"Vertex labels must be at least 0, got {min(vertices)[0]}.")
    appears = [all(map(isfinite, grade)) for grade in x.grades.tolist()]
    with open_text(path, "wt") as file:
        file.write("--datatype bifiltration\n")
        for simplex, grade, present in zip(vertices, x.grades.tolist(), appears, strict=True):
            if present:
                file.write(f"{' '.join(map(str, simplex))} ; {grade_text(grade)}\n")
