"""Text files read line by line, with errors that name the file, the line, what was expected and what was found."""

from __future__ import annotations

import gzip
import os
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple

import numpy as np

from tdainv._typing import Float, Int, Number
from tdainv._words import counted
from tdainv.complexes import _kernels_cells as cells

PathLike = str | os.PathLike[str]
Cells = tuple[Int, Int, Number, Float]


def open_text(path: PathLike, mode: Literal["rt", "wt"]) -> IO[str]:
    """Open a text file for reading ("rt") or writing ("wt"), compressed if its name ends in ``.gz``."""
    if Path(path).suffix == ".gz":
        return gzip.open(path, mode, compresslevel=6, encoding="utf-8", errors="replace")
    return open(path, mode, encoding="utf-8", errors="replace")


class TextReader:
    """The lines of a text file that say something: without comments (from ``#`` on) and blank lines.

    Parameters
    ----------
    path : str or path
        Read through gzip if it ends in ``.gz``.

    Attributes
    ----------
    name : str
        The file name, for messages.
    line : int
        Number of the last line read, from 1 on.
    """

    def __init__(self, path: PathLike) -> None:
        self.name = Path(path).name
        self.line = 0
        self._pending: list[str] = []
        self._lines = self._read(path)

    def _read(self, path: PathLike) -> Iterator[str]:
        try:
            with open_text(path, "rt") as file:
                for self.line, raw in enumerate(file, 1):
                    text = raw.partition("#")[0].strip("\ufeff \t\r\n")
                    if text:
                        yield text
                self.line += 1
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise ValueError(f"{self.name}: expected a complete gzip file, got damaged data ({error}).") from None

    def __enter__(self) -> TextReader:
        return self

    def __exit__(self, *exception: object) -> None:
        self._lines.close()  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[str]:
        pending, self._pending = self._pending, []
        return chain(pending, self._lines)

    def take(self, expected: str) -> str:
        """Next line; at the end of the file an error that says what was expected."""
        for text in islice(self, 1):
            return text
        raise self.error(expected, "the end of the file")

    def peek(self, expected: str) -> str:
        """Next line, which will be read again."""
        self._pending = [self.take(expected)]
        return self._pending[0]

    def finish(self) -> None:
        """Raise an error if anything is left."""
        for text in islice(self, 1):
            raise self.error("the end of the file", repr(_short(text)))

    def error(self, expected: str, found: str, line: int | None = None) -> ValueError:
        """Error about a line, the last one read unless told otherwise."""
        return ValueError(f"{self.name}, line {self.line if line is None else line}: expected {expected}, got {found}.")

    def integers(self, text: str, expected: str) -> list[int]:
        """Whole line as integers of at least 0."""
        try:
            values = [int(word) for word in text.split()]
        except ValueError:
            raise self.error(expected, repr(_short(text.strip()))) from None
        if not values or min(values) < 0:
            raise self.error(expected, repr(_short(text.strip())))
        return values

    def numbers(self, text: str, expected: str) -> list[float]:
        """Whole line as finite numbers, at least one, separated by white space or commas."""
        try:
            values = [float(word) for word in text.replace(",", " ").split()]
        except ValueError:
            values = []
        if not values:
            raise self.error(expected, repr(_short(text.strip())))
        if not all(map(isfinite, values)):
            raise self.error(f"{expected}, all finite", repr(_short(text.strip())))
        return values


class Generators(NamedTuple):
    """Generators of one degree of a free chain complex, as columns, and the lines they were read from."""

    grades: Float
    indptr: Int
    rows: Int
    lines: Int


def generators_without_lines(grades: Float) -> Generators:
    """Generators whose boundary is zero, that no line of the file is about."""
    count = len(grades)
    return Generators(grades, np.zeros(count + 1, np.int64), np.zeros(0, np.int64), np.zeros(count, np.int64))


def read_generators(reader: TextReader, count: int, n_parameters: int, n_rows: int, dimension: int) -> Generators:
    """Read lines ``grades ; row indices``.

    Nothing is allocated for generators that are announced but not there.

    Parameters
    ----------
    reader : TextReader
    count : int
        Number of lines.
    n_parameters : int
        Number of grades a line.
    n_rows : int
        Row indices must lie in 0..n_rows - 1.
    dimension : int
        Dimension of the generators, for messages.
    """
    grades, rows, ends, lines = array("d"), array("q"), array("q", [0]), array("q")
    for text in islice(reader, count):
        left, separator, right = text.partition(";")
        values = left.split()
        if not separator:
            raise reader.error("'grades ; row indices'", repr(_short(text)))
        if len(values) != n_parameters:
            raise reader.error(f"{counted(n_parameters, 'grade')} before ';'", str(len(values)))
        try:
            grades.extend(map(float, values))
        except ValueError:
            raise reader.error("numbers before ';'", repr(_short(left.strip()))) from None
        try:
            rows.extend(map(int, right.split()))
        except (ValueError, OverflowError):
            raise reader.error("row indices after ';'", repr(_short(right.strip()))) from None
        ends.append(len(rows))
        lines.append(reader.line)
    if len(lines) < count:
        expected = f"{counted(count, 'generator')} of dimension {dimension}"
        raise reader.error(expected, f"the end of the file after {len(lines)}")
    block = Generators(
        np.array(grades).reshape(count, n_parameters) + 0.0, *(np.array(part, np.int64) for part in (ends, rows, lines))
    )
    _check_generators(reader, block, n_rows, dimension)
    return block


def _check_generators(reader: TextReader, block: Generators, n_rows: int, dimension: int) -> None:
    wrong = np.isnan(block.grades) | np.isneginf(block.grades)
    if wrong.any():
        i, k = np.argwhere(wrong)[0]
        raise reader.error("grades that are numbers or inf", str(block.grades[i, k]), int(block.lines[i]))
    outside = (block.rows < 0) | (block.rows >= n_rows)
    if outside.any():
        i = int(np.flatnonzero(outside)[0])
        line = int(block.lines[np.searchsorted(block.indptr, i, side="right") - 1])
        expected = f"row indices in 0..{n_rows - 1}, generators of dimension {dimension - 1}"
        if n_rows == 0:
            expected = "no row indices, as there are no generators of dimension one less"
        raise reader.error(expected, str(block.rows[i]), line)


def assemble(reader: TextReader, blocks: Sequence[Generators]) -> Cells:
    """Check a free chain complex given degree by degree from 0 on; return its cells, numbered in this order.

    Boundaries must be sums of different generators at grades at or below, with boundary zero.
    """
    sizes = [len(block.lines) for block in blocks]
    starts = np.cumsum([0, *sizes])
    dimensions = np.repeat(np.arange(len(blocks)), sizes)
    counts = np.concatenate([np.diff(block.indptr) for block in blocks])
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    below = [0, *starts[:-2]]
    indices = np.concatenate([block.rows + start for block, start in zip(blocks, below, strict=True)]).astype(np.int32)
    grades = np.concatenate([block.grades for block in blocks])
    lines = np.concatenate([block.lines for block in blocks])

    def describe(cell: int) -> str:
        k = dimensions[cell]
        return f"generator {cell - starts[k]} of dimension {k}"

    require_rules(reader, (dimensions, indptr, indices, grades), lines, describe)
    return dimensions, indptr, indices, grades


def require_rules(
    reader: TextReader, arrays: Cells, lines: Sequence[int] | Int, describe: Callable[[int], str]
) -> None:
    """Raise an error about the line of the first cell that breaks a rule of filtered complexes."""
    rule, cell, other = cells.first_violation(*arrays)
    grades = arrays[3]
    if rule == cells.FINE:
        return
    line = int(lines[cell])
    if rule == cells.NOT_MONOTONE:
        lower, grade = (tuple(grades[i].tolist()) for i in (other, cell))
        raise reader.error(f"a grade at or above {lower}, that of {describe(other)} in its boundary", str(grade), line)
    if rule == cells.REPEATED:
        raise reader.error("different row indices", f"{describe(other)} twice", line)
    raise reader.error(
        f"{describe(cell)} to have a boundary whose boundary is zero mod 2",
        f"{describe(other)} an odd number of times in it",
        line,
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."


def grade_text(grade: Sequence[Any]) -> str:
    """Numbers as text that reads back as the same floating-point numbers."""
    return " ".join(map(repr, grade))
