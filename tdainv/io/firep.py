"""Short free chain complexes in two parameters in RIVET's firep format."""

from __future__ import annotations

import numpy as np

from tdainv import _validation as check
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.io._rivet_header import read_header
from tdainv.io._text import (
    Generators,
    PathLike,
    TextReader,
    assemble,
    generators_without_lines,
    grade_text,
    open_text,
    read_generators,
)


def read_firep(path: PathLike, *, degree: int = 1) -> ChainComplex:
    r"""Read a short chain complex C_{k+1} → C_k → C_{k-1} in two parameters from a file in RIVET's firep format.

    After the header, a line ``t s r`` has the numbers of generators of C_{k+1}, C_k and C_{k-1}. Then comes one line
    for each of the first t + s of them: two grades, ``;``, and the positions of the generators in its boundary.
    ``#`` starts a comment; blank lines do not count. The header is the line ``firep`` and two lines with the labels
    of the axes (RIVET 1.0), or flags such as ``--datatype firep`` (RIVET 1.1).

    Parameters
    ----------
    path : str or path
        Read through gzip if it ends in ``.gz``.
    degree : int, default 1
        The degree k, which the file does not say.

    Returns
    -------
    ChainComplex
        With two parameters. The format has no grades for C_{k-1}: they are all set to the coordinatewise minimum of
        the grades of C_k. Homology at C_k does not depend on them. Where the file says ``--xreverse``,
        ``--yreverse`` or a label starts with ``[-]``, values decrease along the filtration; these grades are negated.

    Raises
    ------
    ValueError
        For a file that breaks the format, generators that come before their boundary, or boundaries whose boundary
        is not zero. The message names the line; it calls generators of C_{k+1}, C_k, C_{k-1} of dimension 2, 1, 0.

    References
    ----------
    The RIVET developers: RIVET documentation, "Input data files", https://rivet.readthedocs.io.

    Examples
    --------
    The boundary of a triangle, filled in at (1, 0) and at (0, 1):

    >>> import tempfile
    >>> from pathlib import Path
    >>> from tdainv.io import read_firep
    >>> text = "firep\nx\ny\n2 3 3\n1 0 ; 0 1 2\n0 1 ; 0 1 2\n0 0 ; 1 2\n0 0 ; 0 2\n0 0 ; 0 1\n"
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "triangle.txt")
    ...     _ = path.write_text(text)
    ...     read_firep(path)
    ChainComplex(degree 1, 2 → 3 → 3 generators, 2 parameters)
    """
    check.degree(degree)
    with TextReader(path) as reader:
        header = read_header(reader)
        if header.datatype not in (None, "firep"):
            raise reader.error("'firep' or '--datatype firep' at the beginning", repr(header.datatype))
        expected = "the numbers of generators 't s r'"
        text = reader.take(expected)
        sizes = reader.integers(text, expected)
        if len(sizes) != 3:
            raise reader.error(expected, repr(text[:60]))
        signs = np.array(header.signs)
        upper = _signed(read_generators(reader, sizes[0], 2, sizes[1], 2), signs)
        middle = _signed(read_generators(reader, sizes[1], 2, sizes[2], 1), signs)
        reader.finish()
        bottom = middle.grades.min(axis=0) if sizes[1] else np.zeros(2)
        lower = generators_without_lines(np.tile(bottom, (sizes[2], 1)))
        assemble(reader, [lower, middle, upper])
    return ChainComplex(degree, _matrix(upper, middle), _matrix(middle, lower))


def _signed(block: Generators, signs: np.ndarray) -> Generators:
    return block._replace(grades=block.grades * signs + 0.0)


def _matrix(columns: Generators, rows: Generators) -> GradedMatrix:
    column_of = np.repeat(np.arange(len(columns.grades)), np.diff(columns.indptr))
    indices = columns.rows[np.lexsort((columns.rows, column_of))]
    return GradedMatrix(columns.indptr, indices, rows.grades, columns.grades)


def write_firep(path: PathLike, chain_complex: ChainComplex) -> None:
    """Write a short chain complex in two parameters to a file in RIVET's firep format.

    Parameters
    ----------
    path : str or path
        Compressed if it ends in ``.gz``.
    chain_complex : ChainComplex
        With two parameters.

    Raises
    ------
    TypeError, ValueError
        For anything else.

    Notes
    -----
    The header has the style of RIVET 1.0, which all programs for this format read. :func:`read_firep`
    gives back the same matrices and grades, but for the grades of C_{k-1} and the degree, which the format lacks.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import tdainv
    >>> from tdainv.io import write_firep
    >>> points = tdainv.function_rips([[0.0], [1.0]], [0.0, 2.0])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "points.txt")
    ...     write_firep(path, points.chain_complex(0))
    ...     print(path.read_text())
    firep
    parameter 1
    parameter 2
    1 2 0
    1.0 2.0 ; 0 1
    0.0 0.0 ;
    0.0 2.0 ;
    <BLANKLINE>
    """
    if not isinstance(chain_complex, ChainComplex):
        raise TypeError(f"chain_complex must be a ChainComplex, got {type(chain_complex).__name__}.")
    if chain_complex.n_parameters != 2:
        raise ValueError(
            f"The firep format is for 2 parameters, got a chain complex with {chain_complex.n_parameters}."
        )
    upper, lower = chain_complex.upper, chain_complex.lower
    with open_text(path, "wt") as file:
        file.write(f"firep\nparameter 1\nparameter 2\n{upper.shape[1]} {upper.shape[0]} {lower.shape[0]}\n")
        for matrix in (upper, lower):
            ends = matrix.indptr.tolist()
            for j, grade in enumerate(matrix.column_grades.tolist()):
                rows = matrix.indices[ends[j] : ends[j + 1]].tolist()
                file.write(" ".join([grade_text(grade), ";", *map(str, rows)]) + "\n")
