"""Point clouds in text files (.csv, .txt, .xyz) and NumPy files (.npy).

Every function takes the bytes of a file and raises a ValueError without the file's name; the caller adds it.
"""

from __future__ import annotations

import csv
from io import BytesIO
from typing import NamedTuple

import numpy as np

from tdainv._typing import Float

__all__ = ["parse_csv", "parse_npy", "parse_text", "parse_xyz"]

_ROW_NUMBERS = (
    "A column without a name usually numbers the rows and is no coordinate: remove it (pandas: to_csv(index=False))."
)


class _Row(NamedTuple):
    line: int  # counted from 1, as editors do
    cells: list[str]


def parse_npy(content: bytes) -> Float:
    """Read a 2-D numeric array. Object arrays, which would need pickle, are refused."""
    try:
        array = np.lib.format.read_array(BytesIO(content), allow_pickle=False)
    except Exception as error:  # a broken header may raise nearly anything
        raise ValueError(f"it must be a .npy file of a plain numeric array, but: {error}") from error
    if array.dtype.kind not in "fiub":
        raise ValueError(f"the array must be numeric and real, got dtype {array.dtype}.")
    if array.ndim != 2:
        raise ValueError(f"the array must have shape (n_points, dim), got shape {array.shape}.")
    return np.ascontiguousarray(array, dtype=np.float64)


def parse_csv(content: bytes) -> Float:
    """Read rows of cells separated by semicolons, if the first row has one, else by commas."""
    # Lines without data become empty, so that line_num still counts every line.
    lines = [line if _has_data(line) else "" for line in _decode(content).splitlines()]
    delimiter = ";" if ";" in next(filter(None, lines), "") else ","
    reader = csv.reader(lines, delimiter=delimiter)
    try:
        return _to_points([_Row(reader.line_num, [cell.strip() for cell in cells]) for cells in reader if cells])
    except csv.Error as error:
        raise ValueError(f"it cannot be read as .csv: {error}.") from error


def parse_text(content: bytes) -> Float:
    """Read rows of numbers separated by whitespace or commas."""
    return _to_points(_split(_decode(content).splitlines()))


def parse_xyz(content: bytes) -> Float:
    """Read rows of coordinates, or the chemistry format: count, comment, "element x y z" per atom."""
    lines = _decode(content).splitlines()
    head = lines[0].split() if lines else []
    if len(head) == 1 and head[0].isdecimal():
        return _parse_atoms(lines, n_atoms=int(head[0]))
    return _to_points(_split(lines))


def _parse_atoms(lines: list[str], n_atoms: int) -> Float:
    rows = [_Row(number, line.split()) for number, line in enumerate(lines[2:], start=3) if line.strip()]
    if len(rows) != n_atoms:
        raise ValueError(
            f"line 1 announces {n_atoms} atoms, so that many lines must follow line 2, got {len(rows)}. "
            "A trajectory must be split into one file per frame."
        )
    for row in rows:
        if len(row.cells) < 4:
            raise ValueError(f"line {row.line} must be 'element x y z', got {' '.join(row.cells)!r}.")
    # Extended files have further columns (charges, forces) after the coordinates.
    return _to_points([_Row(row.line, row.cells[1:4]) for row in rows], header=False)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")  # spreadsheets write a byte order mark
    except UnicodeDecodeError as error:
        raise ValueError(f"it must be UTF-8 text, but: {error}.") from error


def _has_data(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _split(lines: list[str]) -> list[_Row]:
    return [
        _Row(number, [cell.strip() for cell in line.split(",")] if "," in line else line.split())
        for number, line in enumerate(lines, start=1)
        if _has_data(line)
    ]


def _to_points(rows: list[_Row], *, header: bool = True) -> Float:
    """Convert rows to an array, without the first one if none of its cells is a number (and `header`)."""
    names = None
    if header and rows and not any(map(_is_number, rows[0].cells)):
        names, rows = rows[0], rows[1:]
    if not rows:
        raise ValueError("it must hold at least one point, got no rows of numbers.")
    width = len(rows[0].cells)
    if names is not None:
        _check_header(names, width)
    for row in rows:
        if len(row.cells) != width:
            raise ValueError(
                f"line {row.line} must have {width} columns as line {rows[0].line} has, got {len(row.cells)}."
            )
    try:
        return np.array([[float(cell) for cell in row.cells] for row in rows])
    except ValueError:
        line, cell = next((row.line, cell) for row in rows for cell in row.cells if not _is_number(cell))
        raise ValueError(f"every cell must be a number, got {cell!r} in line {line}.") from None


def _check_header(row: _Row, width: int) -> None:
    if "" in row.cells:
        raise ValueError(
            f"every column must have a name in the header, got {row.cells} in line {row.line}. {_ROW_NUMBERS}"
        )
    if len(row.cells) != width:
        raise ValueError(
            f"the header in line {row.line} must name all {width} columns, got {len(row.cells)} names. {_ROW_NUMBERS}"
        )


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
