"""Free chain complexes in the scc2020 format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.filtered_complex import FilteredComplex
from tdainv.io._text import PathLike, TextReader, assemble, grade_text, open_text, read_generators


def read_scc(path: PathLike) -> FilteredComplex:
    r"""Read a free chain complex over Z/2 from a file in the scc2020 format.

    The file says ``scc2020``, the number of parameters p, and the numbers of generators from the highest degree down
    to degree 0. Then comes one line a generator, highest degree first: p grades, ``;``, and the positions in the next
    block of the generators in its boundary. ``#`` starts a comment; blank lines do not count.

    Parameters
    ----------
    path : str or path
        Read through gzip if it ends in ``.gz``.

    Returns
    -------
    FilteredComplex
        Each generator is a cell, whose dimension is its degree: the number of blocks after its own. Cells are
        numbered from dimension 0 upwards, within a dimension as in the file.

    Raises
    ------
    ValueError
        For a file that breaks the format, generators that come before their boundary, or boundaries whose boundary
        is not zero. The message names the line.

    Notes
    -----
    Presentations are often written with sizes ``relations generators 0``. Their generators then have degree 1, and
    the presented module is the homology in degree 1. With sizes ``relations generators`` it is that in degree 0.
    Time and memory are linear in the length of the file.

    References
    ----------
    Kerber, Rolle: Fast minimal presentations of bi-graded persistence modules, ALENEX 2021. Their programs introduced
    the format.

    Examples
    --------
    A module with a generator at (0, 0) and relations at (1, 0) and (0, 2):

    >>> import tempfile
    >>> from pathlib import Path
    >>> from tdainv.io import read_scc
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "module.scc")
    ...     _ = path.write_text("scc2020\n2\n2 1 0\n1 0 ; 0\n0 2 ; 0\n0 0 ;\n")
    ...     module = read_scc(path)
    >>> module
    FilteredComplex(0 + 1 + 2 cells, 2 parameters)
    >>> module.boundary_matrix(2)
    GradedMatrix(1 row, 2 columns, 2 entries, 2 parameters)
    """
    with TextReader(path) as reader:
        header = reader.take("'scc2020'")
        if header.lower() != "scc2020":
            raise reader.error("'scc2020'", repr(header[:60]))
        expected = "the number of parameters, an integer of at least 1"
        text = reader.take(expected)
        n_parameters = reader.integers(text, expected)
        if len(n_parameters) != 1 or n_parameters[0] < 1:
            raise reader.error(expected, repr(text[:60]))
        expected = "the numbers of generators of each degree"
        sizes = reader.integers(reader.take(expected), expected)
        dimensions = range(len(sizes) - 1, -1, -1)
        blocks = [
            read_generators(reader, size, n_parameters[0], n_rows, dimension)
            for size, n_rows, dimension in zip(sizes, [*sizes[1:], 0], dimensions, strict=True)
        ]
        reader.finish()
        return FilteredComplex.of_checked(*assemble(reader, blocks[::-1]))


class _Block(NamedTuple):
    """Generators of one degree: the boundary of generator i is ``rows[starts[i]:ends[i]]``."""

    grades: Float
    starts: Int
    ends: Int
    rows: Number


def write_scc(path: PathLike, x: Any, *, shift: int = 0) -> None:
    """Write a free chain complex over Z/2 to a file in the scc2020 format.

    Parameters
    ----------
    path : str or path
        Compressed if it ends in ``.gz``.
    x : FilteredComplex, ChainComplex, GradedMatrix, presentation or free resolution
        A FilteredComplex is written with all its dimensions, a ChainComplex as its three modules, a GradedMatrix (or
        an object with such a ``matrix``) as its columns and rows, a free resolution (an object with GradedMatrix
        ``syzygies`` and ``relations``) as syzygies, relations and generators.
    shift : int, default 0
        Number of empty blocks to end with, so that all degrees go up by it. ``shift=1`` writes a presentation with
        sizes ``relations generators 0``, as many programs expect.

    Raises
    ------
    TypeError
        If `x` is nothing of the above.

    Notes
    -----
    Grades are written so that :func:`read_scc` gives back the same floating-point numbers. A FilteredComplex whose
    cells are listed by increasing dimension is read back equal; from any other order they come back sorted by
    dimension. Vertex labels are not part of the format. See :func:`read_scc` for the format.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from tdainv import GradedMatrix
    >>> from tdainv.io import write_scc
    >>> relation = GradedMatrix(np.array([0, 2]), np.array([0, 1]), np.zeros((2, 2)), np.array([[0.5, 1.0]]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "module.scc")
    ...     write_scc(path, relation)
    ...     print(path.read_text())
    scc2020
    2
    1 2
    0.5 1.0 ; 0 1
    0.0 0.0 ;
    0.0 0.0 ;
    <BLANKLINE>
    """
    if isinstance(shift, bool) or not isinstance(shift, int | np.integer) or shift < 0:
        raise ValueError(f"shift must be an integer of at least 0, got shift={shift!r}.")
    blocks = _blocks(x)
    sizes = [len(block.grades) for block in blocks] + [0] * int(shift)
    with open_text(path, "wt") as file:
        file.write(f"scc2020\n{blocks[0].grades.shape[1]}\n{' '.join(map(str, sizes))}\n")
        for block in blocks:
            file.writelines(_lines(block))


def _blocks(x: Any) -> list[_Block]:
    """Generators of each degree, highest degree first."""
    if isinstance(x, FilteredComplex):
        return _blocks_of_cells(x)
    if isinstance(x, ChainComplex):
        return [_columns(x.upper), _columns(x.lower), _rows(x.lower)]
    if isinstance(x, GradedMatrix):
        return [_columns(x), _rows(x)]
    if isinstance(getattr(x, "syzygies", None), GradedMatrix) and isinstance(x.relations, GradedMatrix):
        return [_columns(x.syzygies), _columns(x.relations), _rows(x.relations)]
    if isinstance(getattr(x, "matrix", None), GradedMatrix):
        return _blocks(x.matrix)
    raise TypeError(
        "x must be a FilteredComplex, a ChainComplex, a GradedMatrix, a presentation or a free resolution, "
        f"got {type(x).__name__}."
    )


def _blocks_of_cells(x: FilteredComplex) -> list[_Block]:
    order = np.argsort(x.dimensions, kind="stable")
    starts = np.searchsorted(x.dimensions[order], np.arange(max(x.dimension, 0) + 2))
    position = np.empty(len(x), np.int64)
    position[order] = np.arange(len(x)) - starts[x.dimensions[order]]
    rows = position[x.indices]
    blocks = []
    for k in range(max(x.dimension, 0), -1, -1):
        members = order[starts[k] : starts[k + 1]]
        blocks.append(_Block(x.grades[members], x.indptr[members], x.indptr[members + 1], rows))
    return blocks


def _columns(matrix: GradedMatrix) -> _Block:
    return _Block(matrix.column_grades, matrix.indptr[:-1], matrix.indptr[1:], matrix.indices)


def _rows(matrix: GradedMatrix) -> _Block:
    nothing = np.zeros(len(matrix.row_grades), np.int64)
    return _Block(matrix.row_grades, nothing, nothing, matrix.indices)


def _lines(block: _Block) -> Iterator[str]:
    for grade, start, end in zip(block.grades.tolist(), block.starts.tolist(), block.ends.tolist(), strict=True):
        rows = " ".join(map(str, block.rows[start:end].tolist()))
        yield f"{grade_text(grade)} ; {rows}\n" if rows else f"{grade_text(grade)} ;\n"
