"""Malformed files and objects: errors name the file, the line, what was expected and what was found."""

import gzip
import sys

import numpy as np
import pytest

import tdainv
from tdainv import Barcode, FilteredComplex
from tdainv.io import (
    from_giotto,
    from_gudhi,
    from_multipers,
    from_ripser,
    from_simplex_tree,
    read_firep,
    read_rivet,
    read_scc,
    to_giotto,
    to_gudhi,
    to_multipers,
    to_ripser,
    to_simplex_tree,
    write_firep,
    write_rivet,
    write_scc,
)

EDGE = ["scc2020", "2", "1 2", "1 1 ; 0 1", "0 0 ;", "0 1 ;"]


def message(read, text, folder):
    """What a reader says to a file with this text."""
    path = folder / "x.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"^x\.txt") as caught:
        read(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (1, "firep", "line 1: expected 'scc2020', got 'firep'."),
        (2, "two", "line 2: expected the number of parameters, an integer of at least 1, got 'two'."),
        (2, "0", "line 2: expected the number of parameters, an integer of at least 1, got '0'."),
        (2, "1 2", "line 2: expected the number of parameters, an integer of at least 1, got '1 2'."),
        (3, "1 -2", "line 3: expected the numbers of generators of each degree, got '1 -2'."),
        (3, "1 2.0", "line 3: expected the numbers of generators of each degree, got '1 2.0'."),
        (4, "1 1 1 ; 0 1", "line 4: expected 2 grades before ';', got 3."),
        (4, "1 ; 0 1", "line 4: expected 2 grades before ';', got 1."),
        (4, "1 1 0 1", "line 4: expected 'grades ; row indices', got '1 1 0 1'."),
        (4, "1 one ; 0 1", "line 4: expected numbers before ';', got '1 one'."),
        (4, "1 nan ; 0 1", "line 4: expected grades that are numbers or inf, got nan."),
        (5, "0 -inf ;", "line 5: expected grades that are numbers or inf, got -inf."),
        (4, "1 1 ; 0 1.0", "line 4: expected row indices after ';', got '0 1.0'."),
        (4, "1 1 ; 0 ; 1", "line 4: expected row indices after ';', got '0 ; 1'."),
        (4, "1 1 ; 0 99999999999999999999", "line 4: expected row indices after ';', got '0 99999999999999999999'."),
        (4, "1 1 ; 0 2", "line 4: expected row indices in 0..1, generators of dimension 0, got 2."),
        (
            4,
            "1 1 ; 0 -1",
            "line 4: expected row indices in 0..1, generators of dimension 0, got -1.",
        ),
        (6, "0 1 ; 0", "line 6: expected no row indices, as there are no generators of dimension one less, got 0."),
        (4, "1 1 ; 0 0", "line 4: expected different row indices, got generator 0 of dimension 0 twice."),
        (
            4,
            "1 0 ; 0 1",
            "line 4: expected a grade at or above (0.0, 1.0), that of generator 1 of dimension 0 in its boundary, "
            "got (1.0, 0.0).",
        ),
        (6, "0 1 ;\n0 0 ;", "line 7: expected the end of the file, got '0 0 ;'."),
    ],
)
def test_a_wrong_line_of_an_scc_file_is_named(line, text, expected, tmp_path):
    lines = [*EDGE]
    lines[line - 1] = text
    assert message(read_scc, "\n".join(lines) + "\n", tmp_path) == f"x.txt, {expected}"


@pytest.mark.parametrize("n_lines", range(len(EDGE)))
def test_a_truncated_scc_file_is_refused(n_lines, tmp_path):
    text = message(read_scc, "".join(f"{line}\n" for line in EDGE[:n_lines]), tmp_path)
    assert text.startswith(f"x.txt, line {n_lines + 1}: expected ")
    assert "got the end of the file" in text


def test_a_line_cut_in_the_middle_is_refused(tmp_path):
    text = "\n".join([*EDGE[:5], "0 "])
    assert message(read_scc, text, tmp_path) == "x.txt, line 6: expected 'grades ; row indices', got '0'."


def test_announcing_too_many_generators_takes_no_memory(tmp_path):
    text = message(read_scc, "scc2020\n2\n1000000000000000 2\n0 0 ; 0\n", tmp_path)
    assert text.endswith("expected 1000000000000000 generators of dimension 1, got the end of the file after 1.")


def test_a_boundary_with_a_boundary_is_refused(tmp_path):
    text = "scc2020\n1\n1 3 3\n# not all of them\n2 ; 0 1\n1 ; 0 1\n1 ; 1 2\n1 ; 0 2\n0 ;\n0 ;\n0 ;\n"
    assert message(read_scc, text, tmp_path) == (
        "x.txt, line 5: expected generator 0 of dimension 2 to have a boundary whose boundary is zero mod 2, "
        "got generator 0 of dimension 0 an odd number of times in it."
    )


def test_damaged_compressed_files_are_refused(tmp_path):
    whole = gzip.compress("\n".join(EDGE).encode())
    for data in (whole[:-9], b"scc2020\n", whole[:20] + b"\xff\xff\xff" + whole[23:]):
        (tmp_path / "x.scc.gz").write_bytes(data)
        with pytest.raises(ValueError, match=r"^x\.scc\.gz: expected a complete gzip file, got damaged data"):
            read_scc(tmp_path / "x.scc.gz")


def test_bytes_that_are_not_text_are_refused(tmp_path):
    (tmp_path / "x.txt").write_bytes(b"\xff\xfe\x00scc2020")
    for read in (read_scc, read_firep, read_rivet):
        with pytest.raises(ValueError, match=r"^x\.txt, line 1: expected"):
            read(tmp_path / "x.txt")


@pytest.mark.parametrize("read", [read_scc, read_firep, read_rivet])
def test_files_without_data_and_files_that_are_not_there_are_refused(read, tmp_path):
    for text in ("", "\n\n# nothing\n"):
        assert "got the end of the file" in message(read, text, tmp_path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "missing")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "scc2020\n2\n",
            "line 1: expected points, metric, bifiltration, firep, or flags such as --datatype points, got",
        ),
        ("points\n1\n2\nx\n", "line 4: expected 'firep' or '--datatype firep' at the beginning, got 'points"),
        (
            "--datatype points\n1 1 1\n",
            "line 2: expected 'firep' or '--datatype firep' at the beginning, got 'points'.",
        ),
        ("firep\nx\n", "line 3: expected the label of an axis, got the end of the file."),
        ("firep\nx\ny\n1 2\n", "line 4: expected the numbers of generators 't s r', got '1 2'."),
        ("--datatype firep\n", "line 2: expected data after the flags, got the end of the file."),
        ("1 1 1\n0 0 ; 0\n", "line 3: expected 1 generator of dimension 1, got the end of the file after 0."),
        ("1 1 1\n0 0 ; 0\n0 0 ; 1\n", "line 3: expected row indices in 0..0, generators of dimension 0, got 1."),
        ("1 1 1\n0 0 ; 0\n0 0 ; 0\n", "line 2: expected generator 0 of dimension 2 to have a boundary whose boundary"),
        ("1 1 0\n0 0 0 ; 0\n0 0 ;\n", "line 2: expected 2 grades before ';', got 3."),
        (
            "1 1 0\n0 0 ; 0\n0 1 ;\n",
            "line 2: expected a grade at or above (0.0, 1.0), that of generator 0 of dimension",
        ),
        ("--yreverse\n1 1 0\n0 1 ; 0\n0 0 ;\n", "line 3: expected a grade at or above (0.0, 0.0), that of generator 0"),
        ("0 1 0\n0 0 ;\n0 0 ;\n", "line 3: expected the end of the file, got '0 0 ;'."),
    ],
)
def test_a_wrong_line_of_a_firep_file_is_named(text, expected, tmp_path):
    assert message(read_firep, text, tmp_path).startswith(f"x.txt, {expected}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "hello\n",
            ", line 1: expected points, metric, bifiltration, firep, or flags such as --datatype points, got 'h",
        ),
        ("--color red\n1 2\n", ", line 1: expected one of the flags --datatype, --maxdist, "),
        (
            "--datatype cloud\n1 2\n",
            ", line 1: expected --datatype points | points_fn | metric | metric_fn | bifiltration",
        ),
        ("--maxdist -1\n1 2\n", ", line 1: expected the largest distance, a positive number or inf, got '-1'."),
        ("--maxdist\n1 2\n", ", line 1: expected the largest distance, a positive number or inf, got ''."),
        ("--bifil degree\n1 2\n", ", line 1: expected --bifil function, the only kind that is read, got 'degree'."),
        ("--function balldensity[]\n1 2\n", ", line 1: expected --function user, the only kind that is read, got "),
        ("--datatype firep\n1 1 0\n", ", line 2: expected points, a metric space or a bifiltration, got a firep file"),
        ("1 2\n1 2 3\n", ", line 2: expected 2 numbers, as many as for every point, got 3."),
        ("1 2\n,\n", ", line 2: expected the coordinates of a point, got ','."),
        ("1 2\n1 x\n", ", line 2: expected the coordinates of a point, got '1 x'."),
        ("1 2\n1 nan\n", ", line 2: expected the coordinates of a point, all finite, got '1 nan'."),
        ("points\n2\n1\nno function\n1 2 3\n", ", line 5: expected 2 numbers, as many as for every point, got 3."),
        (
            "points\n0\n1\nf\n1 2 3\n",
            ", line 2: expected the dimension of the space, an integer of at least 1, got '0'.",
        ),
        ("points\n2\n", ", line 3: expected the largest distance, got the end of the file."),
        (
            "--datatype points_fn\n1 2\n1 2 3\n",
            ", line 4: expected one value of the function for each of the 1 points, got 2",
        ),
        ("--datatype points_fn\n1\n", ", line 3: expected the coordinates of a point, got the end of the file."),
        (
            "--datatype metric\n0 1 2\n1 0\n2 3 0\n",
            ", line 4: expected 1 distances, as in the part of the matrix above",
        ),
        (
            "--datatype metric\n0 1 2\n1 0 3\n2 3\n",
            ", line 4: expected 3 distances, as in the full matrix with 3 lines, got 2.",
        ),
        ("--datatype metric\n0 1\n2 0\n", ": distances must be symmetric, got distances[0, 1] = 1"),
        ("--datatype metric\n1 -2\n3\n", ": distances must be at least 0, got distances[0, 2] = -2."),
        ("--datatype metric_fn\n1 2 3\n4 5\n", ", line 3: expected 1 distances, as in the part of the matrix above"),
        ("metric\nf\n1 2 3\nd\n1\n4 5\n", ", line 7: expected 3 distances, one for each pair of 3 points, got 2."),
        (
            "metric\nno function\n-3\nd\n1\n4\n",
            ", line 3: expected the number of points, an integer of at least 1, got '-3'.",
        ),
        ("bifiltration\nx\ny\n", ", line 4: expected a simplex with its grades"),
        ("bifiltration\nx\ny\n0 1 0\n", ", line 4: expected a simplex with its grades"),
        (
            "bifiltration\nx\ny\n-1 ; 0 0\n",
            ", line 4: expected vertices, integers of at least 0, before ';', got '-1'.",
        ),
        ("bifiltration\nx\ny\n0 0 ; 0 0\n", ", line 4: expected different vertices, got '0 0'."),
        ("bifiltration\nx\ny\n0 ; 0 0 1\n", ", line 4: expected two numbers a grade after ';', got 3."),
        ("bifiltration\nx\ny\n0 ;\n", ", line 4: expected grades after ';', got ''."),
        ("bifiltration\nx\ny\n0 ; 0 inf\n", ", line 4: expected grades after ';', all finite, got '0 inf'."),
        (
            "bifiltration\nx\ny\n0 ; 0 0\n\n0 ; 1 1\n",
            ", line 6: expected each simplex once, got (0,) again, after line 4.",
        ),
        (
            "bifiltration\nx\ny\n0 ; 0 0\n0 1 ; 1 1\n",
            ", line 5: expected every face of (0, 1) to be listed, got no line for (1,).",
        ),
        (
            "bifiltration\nx\ny\n0 ; 0 0\n1 ; 0 2\n0 1 ; 1 1\n",
            ", line 6: expected a grade at or above (0.0, 2.0), that of the simplex (1,) in its boundary, got (1",
        ),
        (
            "bifiltration\nx\ny\n0 ; 0 1 1 0\n1 ; 0 0\n0 1 ; 2 2 0.5 0.5\n",
            ", line 6: expected grades at or above those of the face (0,), got (0.5, 0.5).",
        ),
    ],
)
def test_a_wrong_line_of_a_rivet_file_is_named(text, expected, tmp_path):
    assert message(read_rivet, text, tmp_path).startswith(f"x.txt{expected}")


# --- what cannot be written or converted

EDGE_2 = FilteredComplex.from_simplices([[0], [1], [0, 1]], [[0, 0], [0, 0], [1, 1]])
SQUARE = FilteredComplex(
    [0, 0, 0, 0, 1, 1, 1, 1, 2], [0, 0, 0, 0, 0, 2, 4, 6, 8, 12], [0, 1, 1, 2, 2, 3, 3, 0, 4, 5, 6, 7], np.zeros((9, 2))
)
EDGE_BELOW_0 = FilteredComplex.from_simplices([[-3]], [[0, 0]])


@pytest.mark.parametrize(
    ("write", "x", "error", "expected"),
    [
        (write_scc, [1, 2], TypeError, "x must be a FilteredComplex, a ChainComplex, a GradedMatrix"),
        (write_scc, tdainv.rips([[0.0], [1.0]]), TypeError, "got FlagFiltration"),
        (write_firep, EDGE_2, TypeError, "chain_complex must be a ChainComplex, got FilteredComplex"),
        (
            write_firep,
            tdainv.rips([[0.0]]).chain_complex(0),
            ValueError,
            "for 2 parameters, got a chain complex with 1",
        ),
        (write_rivet, 3, TypeError, "x must be a FilteredComplex, got int"),
        (
            write_rivet,
            FilteredComplex.from_simplices([[0]], [0.0]),
            ValueError,
            "for 2 parameters, got a complex with 1",
        ),
        (write_rivet, SQUARE, ValueError, "Cell 8 of dimension 2 is not a simplex"),
        (write_rivet, EDGE_BELOW_0, ValueError, "Vertex labels must be at least 0, got -3"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_before_a_file_is_made(write, x, error, expected, tmp_path):
    with pytest.raises(error, match=expected):
        write(tmp_path / "x", x)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("shift", [-1, 1.0, True])
def test_shift_must_be_a_number_of_blocks(shift, tmp_path):
    with pytest.raises(ValueError, match=f"shift must be an integer of at least 0, got shift={shift}"):
        write_scc(tmp_path / "x", EDGE_2, shift=shift)


@pytest.mark.parametrize(
    ("convert", "x", "error", "expected"),
    [
        (to_simplex_tree, EDGE_2, ValueError, "for 1 parameter, got a complex with 2"),
        (to_simplex_tree, "tree", TypeError, "complex_ must be a FilteredComplex, got str"),
        (to_simplex_tree, FilteredComplex.from_simplices([[2**31]], [0.0]), ValueError, "got 2147483648"),
        (from_simplex_tree, EDGE_2, TypeError, "tree must be a gudhi.SimplexTree, got FilteredComplex"),
        (from_multipers, EDGE_2, TypeError, "x must be a multipers.SimplexTreeMulti or a multipers.Slicer, got Filt"),
        (to_multipers, "tree", TypeError, "complex_ must be a FilteredComplex, got str"),
        (to_gudhi, Barcode([0.0], [1.0], 0), TypeError, "barcodes must be a sequence of Barcode, got Barcode"),
        (to_gudhi, [[0.0, 1.0]], TypeError, r"barcodes\[0\] must be a Barcode, got list"),
        (to_ripser, [Barcode([], [], 1)] * 2, ValueError, "different degrees, got degree 1 twice"),
        (to_giotto, [[Barcode([], [], 1)] * 2], ValueError, "different degrees, got degree 1 twice"),
        (
            from_gudhi,
            [(0, 1.0, 2.0)],
            ValueError,
            r"pairs\[0\] must be \(degree, \(birth, death\)\), got \(0, 1.0, 2.0\)",
        ),
        (from_gudhi, [(-1, (1.0, 2.0))], ValueError, "degree must be an integer of at least 0, got degree=-1"),
        (from_gudhi, [(0, (2.0, 1.0))], ValueError, r"finite births at or before deaths, got the bar \(2, 1\)"),
        (
            from_ripser,
            [[[0.0, np.nan]]],
            ValueError,
            r"diagrams\[0\] must have finite births .* got the bar \(0, nan\)",
        ),
        (from_ripser, [[[-np.inf, 0.0]]], ValueError, r"got the bar \(-inf, 0\)"),
        (from_ripser, [[0.0, 1.0, 2.0]], ValueError, r"diagrams\[0\] must have shape \(n, 2\), got shape \(3,\)"),
        (from_ripser, {"dgm": []}, ValueError, r"must have the key 'dgms', got the keys \['dgm'\]"),
        (from_giotto, [[0.0, 1.0]], ValueError, r"must have shape \(n_samples, n_points, 3\) .* got shape \(1, 2\)"),
        (from_giotto, [[0.0, 1.0, 0.5]], ValueError, "must be integers of at least 0, got 0.5"),
        (from_giotto, [[[3.0, 1.0, 0]]], ValueError, r"degree 0 of sample 0 must have .* got the bar \(3, 1\)"),
    ],
)
def test_what_cannot_be_converted_is_refused(convert, x, error, expected):
    with pytest.raises(error, match=expected):
        convert(x)


def test_an_unknown_kind_of_multipers_object_is_refused():
    with pytest.raises(ValueError, match="kind must be one of 'simplex_tree', 'slicer', got kind='tree'"):
        to_multipers(EDGE_2, kind="tree")


@pytest.mark.parametrize(
    ("essential", "expected"),
    [
        ("error", "sample 0 has 1 essential bars in degree 0"),
        (1.5, "must be born before they die at essential=1.5, but sample 0 has one that is born at 2"),
        ("keep", "essential must be one of 'drop', 'error'"),
        (np.inf, "essential must be a finite number"),
    ],
)
def test_essential_bars_need_a_policy_that_fits(essential, expected):
    with pytest.raises(ValueError, match=expected):
        to_giotto([Barcode([2.0], [np.inf], 0)], essential=essential)


def test_without_gudhi_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "gudhi", None)
    with pytest.raises(ImportError, match="to_simplex_tree needs GUDHI: pip install gudhi"):
        to_simplex_tree(FilteredComplex.from_simplices([[0]], [0.0]))
