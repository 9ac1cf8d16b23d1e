"""Files of other programs and objects of other libraries: what comes back is what went out."""

import gzip
import importlib.util
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from oracles import rank_mod_2

import tdainv
from tdainv import Barcode, FilteredComplex, GradedMatrix
from tdainv.io import (
    from_giotto,
    from_gudhi,
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

# The boundary of a triangle at (0, 0), its inside at (1, 0) and at (0, 1).
TRIANGLE = "2 3 3\n1 0 ; 0 1 2\n0 1 ; 0 1 2\n0 0 ; 1 2\n0 0 ; 0 2\n0 0 ; 0 1\n"


def random_complex(rng, n_parameters, labels=None):
    """Some simplices on 7 vertices with monotone grades that do not have short decimals."""
    labels = list(range(7)) if labels is None else labels
    simplices, grades = [], []
    for size in (1, 2, 3, 4):
        for simplex in combinations(range(7), size):
            facets = [simplices.index(f) for f in combinations(simplex, size - 1) if f in simplices]
            if size == 1 or (len(facets) == size and rng.random() < 0.8):
                base = np.max([grades[f] for f in facets], axis=0) if facets else np.full(n_parameters, -1.0)
                simplices.append(simplex)
                grades.append(base + rng.random(n_parameters) * rng.integers(0, 2, n_parameters) / 3)
    return FilteredComplex.from_simplices([[labels[v] for v in s] for s in simplices], np.array(grades))


def betti(complex_, degree, grade):
    """Dimension of the homology of a complex, given by facets, at a grade."""
    present = (complex_.grades <= grade).all(axis=1)

    def rank(dimension):
        columns = np.flatnonzero(present & (complex_.dimensions == dimension))
        facets = [complex_.indices[complex_.indptr[c] : complex_.indptr[c + 1]] for c in columns]
        return rank_mod_2([sum(1 << int(f) for f in column) for column in facets])

    return int((present & (complex_.dimensions == degree)).sum()) - rank(degree) - rank(degree + 1)


# --- scc2020


@pytest.mark.parametrize("n_parameters", [1, 2, 3, 5])
@pytest.mark.parametrize("name", ["complex.scc", "complex.scc.gz"])
def test_a_complex_comes_back_from_an_scc_file_exactly(n_parameters, name, tmp_path):
    written = random_complex(np.random.default_rng(n_parameters), n_parameters)
    write_scc(tmp_path / name, written)
    assert read_scc(str(tmp_path / name)) == written


def test_files_that_end_in_gz_are_compressed(tmp_path):
    write_scc(tmp_path / "complex.scc.gz", random_complex(np.random.default_rng(0), 2))
    with gzip.open(tmp_path / "complex.scc.gz", "rt") as file:
        assert file.readline() == "scc2020\n"


def test_extreme_grades_come_back_exactly(tmp_path):
    grades = np.array([0.1 + 0.2, 5e-324, -1.7976931348623157e308, 1 / 3, np.inf, 1e22])
    written = FilteredComplex(np.zeros(6, int), np.zeros(7, int), np.zeros(0, int), grades)
    write_scc(tmp_path / "points.scc", written)
    np.testing.assert_array_equal(read_scc(tmp_path / "points.scc").grades, grades[:, np.newaxis])


def test_an_scc_file_lists_the_highest_degree_first(tmp_path):
    """A triangle that is filled in at (1, 2), between edges of one grade each, with all that a file may contain."""
    path = tmp_path / "triangle.scc"
    path.write_bytes(
        b"# a triangle\r\nscc2020\r\n\r\n2\r\n1 3 3 # sizes\r\n"
        b"1 2 ; 0 1 2\r\n\r\n  0 0;0 1\r\n0.5 0 ; 0\t2\r\n# edge\r\n1e0 0 ; 2 1\r\n0 0 ;\r\n0 0 ;\r\n-1 -.5 ;\r\n\r\n"
    )
    triangle = read_scc(path)
    np.testing.assert_array_equal(triangle.dimensions, [0, 0, 0, 1, 1, 1, 2])
    np.testing.assert_array_equal(triangle.indptr, [0, 0, 0, 0, 2, 4, 6, 9])
    np.testing.assert_array_equal(triangle.indices, [0, 1, 0, 2, 2, 1, 3, 4, 5])
    np.testing.assert_array_equal(triangle.grades, [[0, 0], [0, 0], [-1, -0.5], [0, 0], [0.5, 0], [1, 0], [1, 2]])


@pytest.mark.parametrize(("sizes", "degree"), [("2 1", 0), ("2 1 0", 1), ("2 1 0 0", 2), ("0 2 1", 0)])
def test_the_degree_of_a_generator_is_the_number_of_blocks_below(sizes, degree, tmp_path):
    path = tmp_path / "module.scc"
    path.write_text(f"scc2020\n2\n{sizes}\n1 0 ; 0\n0 2 ; 0\n0 0 ;\n")
    module = read_scc(path)
    np.testing.assert_array_equal(module.dimensions, [degree, degree + 1, degree + 1])
    for grade, dimension in [((0, 0), 1), ((0.5, 1.5), 1), ((1, 0), 0), ((0, 2), 0), ((-1, 5), 0)]:
        assert betti(module, degree, grade) == dimension


def test_an_scc_file_may_be_empty_in_all_degrees(tmp_path):
    (tmp_path / "zero.scc").write_text("scc2020\n3\n0 0\n")
    zero = read_scc(tmp_path / "zero.scc")
    assert len(zero) == 0
    assert zero.n_parameters == 3
    write_scc(tmp_path / "again.scc", zero)
    assert read_scc(tmp_path / "again.scc") == zero


def test_cells_in_any_order_come_back_by_dimension(tmp_path):
    written = FilteredComplex([1, 0, 0], [0, 2, 2, 2], [2, 1], [[1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    write_scc(tmp_path / "edge.scc", written)
    assert read_scc(tmp_path / "edge.scc") == FilteredComplex(
        [0, 0, 1], [0, 0, 0, 2], [1, 0], [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    )


def test_a_complex_without_vertices_comes_back_in_its_degrees(tmp_path):
    module = FilteredComplex([1, 2], [0, 0, 1], [0], [[0.0, 1.0], [2.0, 1.0]])
    write_scc(tmp_path / "module.scc", module)
    assert (tmp_path / "module.scc").read_text().splitlines()[2] == "1 1 0"
    assert read_scc(tmp_path / "module.scc") == module


@pytest.mark.parametrize("shift", [0, 1])
def test_a_matrix_is_written_as_its_columns_and_rows(shift, tmp_path):
    matrix = GradedMatrix(
        np.array([0, 2, 3]), np.array([0, 2, 1]), np.array([[0.0, 1], [1, 0], [0, 0]]), np.array([[1.5, 2], [1, 1 / 3]])
    )
    write_scc(tmp_path / "matrix.scc", matrix, shift=shift)
    read = read_scc(tmp_path / "matrix.scc")
    assert (tmp_path / "matrix.scc").read_text().splitlines()[2] == ("2 3 0" if shift else "2 3")
    assert read.boundary_matrix(1 + shift) == matrix


def test_a_chain_complex_is_written_as_three_blocks(tmp_path):
    complex_ = tdainv.function_rips([[0.0, 0], [1, 0], [1, 1], [0, 1.2]], [0.3, 0.1, 0.4, 0.1]).chain_complex(1)
    write_scc(tmp_path / "complex.scc", complex_)
    read = read_scc(tmp_path / "complex.scc")
    assert read.boundary_matrix(2) == complex_.upper
    assert read.boundary_matrix(1) == complex_.lower


def test_presentations_and_free_resolutions_are_written_from_the_top(tmp_path):
    (tmp_path / "triangle.txt").write_text("firep\nx\ny\n" + TRIANGLE)
    resolution = tdainv.free_resolution(read_firep(tmp_path / "triangle.txt"), 1)
    write_scc(tmp_path / "resolution.scc", resolution)
    write_scc(tmp_path / "presentation.scc", resolution.presentation)
    read = read_scc(tmp_path / "resolution.scc")
    assert [len(read.cells_of(k)) for k in range(3)] == [1, 2, 1]
    assert read.boundary_matrix(2) == resolution.syzygies
    assert read.boundary_matrix(1) == resolution.relations
    assert read_scc(tmp_path / "presentation.scc").boundary_matrix(1) == resolution.presentation.matrix


def test_public_scc_files_are_read_and_written_back():
    folder = os.environ.get("TDAINV_PRESENTATIONS")
    if not folder:
        pytest.skip("needs a folder of scc2020 files in TDAINV_PRESENTATIONS")
    for path in Path(folder).iterdir():
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt") as file:
            if not file.readline().startswith("scc2020"):
                continue
            n_columns, n_rows, _ = (int(word) for word in file.read().splitlines()[1].split())
        assert read_scc(path).boundary_matrix(2).shape == (n_rows, n_columns)


# --- firep


@pytest.mark.parametrize(
    "header",
    [
        "firep\nparameter 1\nparameter 2\n",
        "--datatype firep\n--xlabel parameter 1\n--ylabel parameter 2\n\n# data\n",
        "--type firep\n",
        "--homology 1\n-x 10\n",
        "",
    ],
)
def test_a_triangle_is_read_from_firep_files_of_all_styles(header, tmp_path):
    path = tmp_path / "triangle.txt"
    path.write_text(header + TRIANGLE)
    complex_ = read_firep(path)
    assert complex_.degree == 1
    np.testing.assert_array_equal(complex_.upper.to_dense(), np.ones((3, 2)))
    np.testing.assert_array_equal(complex_.lower.to_dense(), [[0, 1, 1], [1, 0, 1], [1, 1, 0]])
    np.testing.assert_array_equal(complex_.upper.column_grades, [[1, 0], [0, 1]])
    np.testing.assert_array_equal(complex_.upper.row_grades, np.zeros((3, 2)))
    measure = tdainv.hilbert_signed_measure(complex_, 1)
    np.testing.assert_array_equal(measure.points, [[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(measure.cumulative([[0, 0], [1, 0], [0, 1], [0.5, 0.5], [1, 1]]), [1, 0, 0, 1, 0])


@pytest.mark.parametrize("header", ["--datatype firep\n--yreverse\n", "firep\nx\n[-] y\n"])
def test_values_that_decrease_along_a_firep_are_negated(header, tmp_path):
    (tmp_path / "edge.txt").write_text(header + "1 2 0\n1 3 ; 1 0\n0 3 ;\n1 4 ;\n")
    complex_ = read_firep(tmp_path / "edge.txt", degree=0)
    assert complex_.degree == 0
    np.testing.assert_array_equal(complex_.upper.column_grades, [[1, -3]])
    np.testing.assert_array_equal(complex_.upper.row_grades, [[0, -3], [1, -4]])


@pytest.mark.parametrize("degree", [0, 1])
def test_a_chain_complex_comes_back_from_a_firep_file(degree, tmp_path):
    points = np.random.default_rng(1).normal(size=(25, 2))
    written = tdainv.function_rips(points, points[:, 1]).chain_complex(degree)
    write_firep(tmp_path / "complex.txt.gz", written)
    read = read_firep(tmp_path / "complex.txt.gz", degree=degree)
    assert read.upper == written.upper
    np.testing.assert_array_equal(read.lower.indptr, written.lower.indptr)
    np.testing.assert_array_equal(read.lower.indices, written.lower.indices)
    assert (read.lower.row_grades <= written.lower.column_grades.min(axis=0)).all()
    assert tdainv.hilbert_signed_measure(read, degree) == tdainv.hilbert_signed_measure(written, degree)


# --- RIVET's other files


@pytest.mark.parametrize(
    "text",
    [
        "--datatype points_fn\n--xlabel birth time\n--maxdist 3.2\n\n# function\n3,0.5,4\n# data\n0,0\n1.1,2\n-2 3\n",
        "points\n2\n3.2\nbirth time\n0 0 3\n1.1 2 0.5\n-2 3 4\n",
    ],
)
def test_points_with_a_function_are_read_as_a_function_rips_filtration(text, tmp_path):
    (tmp_path / "points.txt").write_text(text)
    expected = tdainv.function_rips([[0, 0], [1.1, 2], [-2, 3]], [3, 0.5, 4], max_edge=3.2)
    assert read_rivet(tmp_path / "points.txt") == expected


@pytest.mark.parametrize(
    "text", ["--datatype points_fn\n--xreverse\n3 0.5\n0 0\n1 2\n", "points\n2\ninf\n[-] density\n0 0 3\n1 2 0.5\n"]
)
def test_functions_that_decrease_along_the_filtration_are_negated(text, tmp_path):
    (tmp_path / "points.txt").write_text(text)
    assert read_rivet(tmp_path / "points.txt") == tdainv.function_rips([[0, 0], [1, 2]], [-3, -0.5])


@pytest.mark.parametrize(
    "text",
    [
        "-1 2\n3 0\n",
        "--max-dist 9\n-1,2\n3,0\n",
        "--datatype points\n-1 2\n3 0\n",
        "points\n2\n9\nno function\n-1 2\n3 0",
    ],
)
def test_points_without_a_function_are_read_as_a_rips_filtration(text, tmp_path):
    (tmp_path / "points.txt").write_text(text)
    filtration = read_rivet(tmp_path / "points.txt")
    np.testing.assert_array_equal(filtration.distances, tdainv.rips([[-1, 2], [3, 0]]).distances)
    assert filtration.n_parameters == 1
    assert filtration.max_edge == (9 if "9" in text else np.inf)


@pytest.mark.parametrize(
    "text",
    [
        "--datatype metric_fn\n1,1.1,-2\n0,2,3.2\n2,0,1.25\n3.2,1.25,0\n",
        "--datatype metric_fn\n1 1.1 -2\n2 3.2\n1.25\n",
        "metric\nbirth time\n1 1.1 -2\ngeodesic distance\ninf\n2 3.2\n1.25\n",
        "metric\nbirth time\n1 1.1 -2\ngeodesic distance\ninf\n2\n3.2 1.25\n",
    ],
)
def test_a_metric_space_is_read_from_its_matrix_or_what_is_above_the_diagonal(text, tmp_path):
    (tmp_path / "space.txt").write_text(text)
    matrix = [[0, 2, 3.2], [2, 0, 1.25], [3.2, 1.25, 0]]
    expected = tdainv.function_rips(matrix, [1, 1.1, -2], metric="precomputed")
    assert read_rivet(tmp_path / "space.txt") == expected


@pytest.mark.parametrize(
    ("text", "n_points"),
    [
        ("--datatype metric\n2\n", 2),
        ("--datatype metric\n0 1\n1 0\n", 2),
        ("--datatype metric\n1 2\n3\n", 3),
        ("metric\nno function\n3\nscale\n2.5\n2 3.2\n1.25", 3),
        ("metric\nno function\n1\nscale\n2.5\n", 1),
        ("--datatype metric_fn\n7\n", 1),
        ("--datatype metric_fn\n7\n0\n", 1),
    ],
)
def test_small_metric_spaces_have_the_right_number_of_points(text, n_points, tmp_path):
    (tmp_path / "space.txt").write_text(text)
    assert read_rivet(tmp_path / "space.txt").n_vertices == n_points


def test_a_bifiltration_is_read_in_the_order_of_its_lines(tmp_path):
    (tmp_path / "edge.txt").write_text("bifiltration\nx\n[-] y\n9 4 ; 1 2\n9 ; 0 2\n4 ; 1 2.5 1.5 2\n")
    edge = read_rivet(tmp_path / "edge.txt")
    assert edge == FilteredComplex([1, 0, 0], [0, 2, 2, 2], [1, 2], [[1, -2], [0, -2], [1, -2.5]])
    np.testing.assert_array_equal(edge.vertex_labels, [9, 4])


def test_a_multicritical_bifiltration_has_the_homology_of_its_simplices_at_every_grade(tmp_path):
    """The boundary of a triangle at (0, 0), its inside at (0, 1) and at (1, 0), a second boundary at (1, 1)."""
    (tmp_path / "triangles.txt").write_text(
        "--datatype bifiltration\n0 ; 0 0\n1 ; 0 0\n2 ; 0 0\n3 ; 0 0\n0 1 ; 0 0\n0 2 ; 0 0\n1 2 ; 0 0\n"
        "0 1 2 ; 0 1 1 0 1 1\n1 3 ; 1 1\n2 3 ; 1 1\n"
    )
    complex_ = read_rivet(tmp_path / "triangles.txt")
    for grade, components, loops in [
        ((0, 0), 2, 1),
        ((1, 0), 2, 0),
        ((0, 1), 2, 0),
        ((0.5, 0.5), 2, 1),
        ((1, 1), 1, 1),
    ]:
        assert betti(complex_, 0, grade) == components
        assert betti(complex_, 1, grade) == loops


@pytest.mark.parametrize("name", ["complex.txt", "complex.txt.gz"])
def test_a_simplicial_complex_comes_back_from_a_bifiltration_file_exactly(name, tmp_path):
    written = random_complex(np.random.default_rng(2), 2, labels=[30, 10, 5, 11, 7, 8, 90])
    write_rivet(tmp_path / name, written)
    read = read_rivet(tmp_path / name)
    assert read == written
    np.testing.assert_array_equal(read.vertex_labels, written.vertex_labels)


def test_simplices_that_never_appear_are_not_written(tmp_path):
    edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [[0, 0], [0, 0], [0, np.inf]])
    write_rivet(tmp_path / "edge.txt", edge)
    assert len(read_rivet(tmp_path / "edge.txt")) == 2


def test_numbers_may_be_compressed_and_commented(tmp_path):
    with gzip.open(tmp_path / "points.txt.gz", "wt") as file:
        file.write("# a cloud\n\n0 0 # origin\n3 4\n")
    np.testing.assert_array_equal(read_rivet(tmp_path / "points.txt.gz").distances, [[0, 5], [5, 0]])


# --- simplex trees


@pytest.mark.parametrize("seed", range(3))
def test_a_complex_comes_back_from_a_simplex_tree_exactly(seed):
    pytest.importorskip("gudhi")
    complex_ = random_complex(np.random.default_rng(seed), 1, labels=[3, 4, 5, 8, 9, 20, 77])
    back = from_simplex_tree(to_simplex_tree(complex_))
    assert back == complex_
    np.testing.assert_array_equal(back.vertex_labels, complex_.vertex_labels)


def test_simplex_trees_have_the_barcodes_that_gudhi_computes():
    gudhi = pytest.importorskip("gudhi")
    points = np.random.default_rng(3).normal(size=(20, 2))
    tree = gudhi.RipsComplex(points=points).create_simplex_tree(max_dimension=2)
    pairs = tree.persistence()
    bars = tdainv.barcodes(from_simplex_tree(tree), (0, 1))
    assert to_gudhi(bars) == pairs
    assert from_gudhi(pairs) == bars


def test_the_empty_simplex_tree_is_the_empty_complex():
    gudhi = pytest.importorskip("gudhi")
    empty = from_simplex_tree(gudhi.SimplexTree())
    assert (len(empty), empty.n_parameters) == (0, 1)
    assert to_simplex_tree(empty).num_simplices() == 0


def test_simplices_that_never_appear_are_not_in_the_simplex_tree():
    pytest.importorskip("gudhi")
    edge = FilteredComplex.from_simplices([[0], [1], [0, 1]], [0.0, 0.0, np.inf])
    assert to_simplex_tree(edge).num_simplices() == 2


# --- multipers, in a process of its own

MULTIPERS = """
import sys
from pathlib import Path
import numpy as np
import multipers
from tdainv.io import from_multipers, read_rivet, read_scc, to_multipers, write_scc

folder = Path(sys.argv[1])
for path in sorted(folder.glob("complex*.txt")):
    written = read_rivet(path)
    tree = to_multipers(written)
    assert from_multipers(tree) == written
    np.testing.assert_array_equal(from_multipers(tree).vertex_labels, written.vertex_labels)
    assert from_multipers(tree.grid_squeeze()) == written
    slicer = to_multipers(written, kind="slicer")
    back = from_multipers(slicer)
    squeezed = slicer.grid_squeeze()
    assert from_multipers(squeezed) == back
    slicer.to_scc(str(folder / "theirs.scc"))
    write_scc(folder / "ours.scc", written)
    theirs = multipers.Slicer(str(folder / "ours.scc"), vineyard=False)
    for complex_ in (back, read_scc(folder / "theirs.scc"), from_multipers(theirs)):
        for k in range(written.dimension + 1):
            ours, other = written.boundary_matrix(k), complex_.boundary_matrix(k)
            assert sorted(map(tuple, ours.column_grades)) == sorted(map(tuple, other.column_grades))
        write_scc(folder / "back.scc", complex_)
        (mass,) = multipers.signed_measure(slicer, degree=1)
        (other_mass,) = multipers.signed_measure(multipers.Slicer(str(folder / "back.scc"), vineyard=False), degree=1)
        assert sorted(map(tuple, np.column_stack(mass))) == sorted(map(tuple, np.column_stack(other_mass)))

tree = multipers.SimplexTreeMulti(num_parameters=2, kcritical=True)
for simplex, grade in (([0], [0, 0]), ([1], [0, 0]), ([0, 1], [0, 1]), ([0, 1], [1, 0])):
    tree.insert(simplex, np.array(grade, float))
slicer = multipers.Slicer(tree, vineyard=False)
for complex_ in (from_multipers(tree), from_multipers(slicer)):
    assert sorted(map(tuple, complex_.grades[complex_.dimensions == 1])) == [(0, 1), (1, 0)]
    assert complex_.grades[complex_.dimensions == 2].tolist() == [[1, 1]]
empty = from_multipers(multipers.SimplexTreeMulti(num_parameters=2))
assert (len(empty), empty.n_parameters) == (0, 2)
"""


def multipers_python():
    if python := os.environ.get("TDAINV_MULTIPERS_PYTHON"):
        return python
    if importlib.util.find_spec("multipers") is None:
        pytest.skip("needs multipers, or an interpreter that has it in TDAINV_MULTIPERS_PYTHON")
    return sys.executable


def test_complexes_come_back_from_simplex_trees_and_slicers_of_multipers(tmp_path):
    python = multipers_python()
    for seed in range(2):
        labels = [3, 4, 5, 8, 9, 20, 77]
        write_rivet(tmp_path / f"complex{seed}.txt", random_complex(np.random.default_rng(seed), 2, labels))
    environment = {**os.environ, "PYTHONPATH": str(Path(tdainv.__file__).parents[1])}
    run = subprocess.run(
        [python, "-c", MULTIPERS, tmp_path], capture_output=True, text=True, timeout=240, env=environment
    )
    assert run.returncode == 0, run.stderr


def test_without_multipers_the_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "multipers", None)
    with pytest.raises(ImportError, match=r'pip install "tdainv\[multipers\]"'):
        to_multipers(FilteredComplex.from_simplices([[0]], [[0.0, 0.0]]))


def test_importing_the_package_imports_no_other_library():
    code = "import sys, tdainv.io; sys.exit(bool({'gudhi', 'multipers', 'ripser'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


# --- diagrams

BARS = [Barcode([0.0, 0.5, 0.0], [np.inf, 2.0, 1.0], 0), Barcode([], [], 1), Barcode([1.0], [3.0], 2)]


def test_bars_in_the_form_of_gudhi_have_high_degrees_and_long_bars_first():
    assert to_gudhi(BARS) == [(2, (1.0, 3.0)), (0, (0.0, np.inf)), (0, (0.5, 2.0)), (0, (0.0, 1.0))]
    assert from_gudhi(to_gudhi(BARS)) == BARS
    assert from_gudhi([]) == []


def test_bars_in_the_form_of_ripser_are_an_array_a_degree():
    diagrams = to_ripser([BARS[2], BARS[0]])
    assert [diagram.shape for diagram in diagrams] == [(3, 2), (0, 2), (1, 2)]
    np.testing.assert_array_equal(diagrams[0], [[0, 1], [0, np.inf], [0.5, 2]])
    assert from_ripser(diagrams) == BARS
    assert from_ripser({"dgms": diagrams, "cocycles": []}) == BARS


def test_barcodes_are_those_that_ripser_computes():
    ripser = pytest.importorskip("ripser")
    points = np.random.default_rng(4).normal(size=(30, 2))
    theirs = from_ripser(ripser.ripser(points))
    for mine, other in zip(tdainv.barcodes(tdainv.rips(points), (0, 1)), theirs, strict=True):
        np.testing.assert_allclose(mine.diagram, other.diagram, rtol=1e-6)  # ripser computes in single precision


@pytest.mark.parametrize(
    ("essential", "rows"), [("drop", [[0, 1, 0], [0.5, 2, 0]]), (9, [[0, 1, 0], [0, 9, 0], [0.5, 2, 0]])]
)
def test_bars_in_the_form_of_giotto_follow_the_policy_for_essential_bars(essential, rows):
    diagrams = to_giotto(BARS, essential=essential)
    np.testing.assert_array_equal(diagrams, [[*rows, [0, 0, 1], [1, 3, 2]]])


def test_samples_in_the_form_of_giotto_are_filled_up_on_the_diagonal():
    other = [Barcode([0.25], [2.0], 0), Barcode([3.0, 4.0], [5.0, 5.0], 1)]
    diagrams = to_giotto([BARS, other])
    assert diagrams.shape == (2, 5, 3)
    np.testing.assert_array_equal(diagrams[1], [[0.25, 2, 0], [0, 0, 0], [3, 5, 1], [4, 5, 1], [1, 1, 2]])
    np.testing.assert_array_equal(diagrams[0], [[0, 1, 0], [0.5, 2, 0], [3, 3, 1], [3, 3, 1], [1, 3, 2]])
    first, second = from_giotto(diagrams)
    assert first == [Barcode([0.0, 0.5], [1.0, 2.0], 0), *BARS[1:]]
    assert second == [*other, Barcode([], [], 2)]


def test_one_sample_of_giotto_is_one_list_of_barcodes():
    diagrams = to_giotto([BARS[2]])
    assert diagrams.shape == (1, 1, 3)
    assert from_giotto(diagrams[0]) == [Barcode([], [], 0), Barcode([], [], 1), BARS[2]]
    assert from_giotto(np.zeros((2, 0, 3))) == [[], []]


def test_bars_of_length_zero_are_dropped():
    assert from_ripser([[[0.0, 0.0], [0.0, 1.0]]]) == [Barcode([0.0], [1.0], 0)]
    assert from_gudhi([(0, (2.0, 2.0))]) == [Barcode([], [], 0)]
