"""The beginning of RIVET's input files: flags (RIVET 1.1) or lines in a fixed order (RIVET 1.0)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tdainv.io._text import TextReader

DATATYPES = ("points", "points_fn", "metric", "metric_fn", "bifiltration", "firep")
_ALIASES = {"type": "datatype", "max-dist": "maxdist"}
_USED = ("datatype", "maxdist", "xreverse", "yreverse", "bifil", "function")
# Labels of axes, and what a computation is to do with the data.
_IGNORED = (
    *("xlabel", "ylabel", "H", "homology", "x", "xbins", "y", "ybins"),
    *("num_threads", "V", "verbosity", "k", "koszul"),
)
_FLAG = re.compile(r"-(?:-([A-Za-z][\w-]*)|([A-Za-z]))(?:\s+(.*))?")  # negative numbers are data


@dataclass
class Header:
    """What comes before the data."""

    datatype: str | None = None
    max_edge: float | None = None
    reverse: tuple[bool, bool] = (False, False)
    positional: bool = False  # whether the header has the style of RIVET 1.0
    width: int | None = None  # numbers a point, where the header tells
    function: list[float] | None = None
    n_points: int | None = None

    @property
    def signs(self) -> tuple[float, float]:
        """Factor of each coordinate of a grade: -1 where the filtration is by decreasing values."""
        x, y = (-1.0 if reverse else 1.0 for reverse in self.reverse)
        return x, y


def read_header(reader: TextReader) -> Header:
    """Read flags, or the lines that RIVET 1.0 wants, up to the data."""
    text = reader.peek("a header or data")
    if _FLAG.fullmatch(text) is None and text[0].isalpha():
        return _read_positional(reader)
    return _read_flags(reader)


def _read_flags(reader: TextReader) -> Header:
    header = Header()
    while match := _FLAG.fullmatch(reader.peek("data after the flags")):
        text = reader.take("a flag")
        name, value = match[1] or match[2], match[3] or ""
        name = _ALIASES.get(name, name)
        if name in _USED:
            _use_flag(reader, header, name, value.strip())
        elif name not in _IGNORED:
            raise reader.error(f"one of the flags {', '.join('--' + flag for flag in _USED + _IGNORED)}", repr(text))
    return header


def _use_flag(reader: TextReader, header: Header, name: str, value: str) -> None:
    if name == "datatype":
        if value not in DATATYPES:
            raise reader.error(f"--datatype {' | '.join(DATATYPES)}", repr(value))
        header.datatype = value
    elif name == "maxdist":
        header.max_edge = _length(reader, value)
    elif name == "xreverse":
        header.reverse = (True, header.reverse[1])
    elif name == "yreverse":
        header.reverse = (header.reverse[0], True)
    elif value != (allowed := {"bifil": "function", "function": "user"}[name]):
        raise reader.error(f"--{name} {allowed}, the only kind that is read", repr(value))


def _length(reader: TextReader, text: str) -> float | None:
    expected = "the largest distance, a positive number or inf"
    if text in ("inf", "infinity"):
        return None
    values = reader.numbers(text, expected)
    if len(values) != 1 or values[0] <= 0:
        raise reader.error(expected, repr(text))
    return values[0]


def _read_positional(reader: TextReader) -> Header:
    datatype = reader.take("a kind of data")
    if datatype not in ("points", "metric", "bifiltration", "firep"):
        raise reader.error("points, metric, bifiltration, firep, or flags such as --datatype points", repr(datatype))
    header = Header(datatype, positional=True)
    if datatype == "points":
        _read_points_header(reader, header)
    elif datatype == "metric":
        _read_metric_header(reader, header)
    else:
        header.reverse = (_label(reader)[1], _label(reader)[1])
    return header


def _label(reader: TextReader) -> tuple[str, bool]:
    """Label of an axis, and whether ``[-]`` before it says that the filtration is by decreasing values."""
    text = reader.take("the label of an axis")
    return text.removeprefix("[-]").strip(), text.startswith("[-]")


def _one_integer(reader: TextReader, expected: str) -> int:
    text = reader.take(expected)
    values = reader.integers(text, expected)
    if len(values) != 1 or values[0] < 1:
        raise reader.error(expected, repr(text[:60]))
    return values[0]


def _read_points_header(reader: TextReader, header: Header) -> None:
    header.width = _one_integer(reader, "the dimension of the space, an integer of at least 1")
    header.max_edge = _length(reader, reader.take("the largest distance"))
    label, reverse = _label(reader)
    if label != "no function":
        header.datatype, header.reverse = "points_fn", (reverse, False)
        header.width += 1  # the value of the function comes last


def _read_metric_header(reader: TextReader, header: Header) -> None:
    label, reverse = _label(reader)
    if label == "no function":
        header.n_points = _one_integer(reader, "the number of points, an integer of at least 1")
    else:
        header.datatype, header.reverse = "metric_fn", (reverse, False)
        expected = "the values of the function"
        header.function = reader.numbers(reader.take(expected), expected)
        header.n_points = len(header.function)
    _label(reader)
    header.max_edge = _length(reader, reader.take("the largest distance"))
