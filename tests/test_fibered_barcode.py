"""Fibered barcodes: the one-parameter barcodes of the filtrations restricted to lines."""

from itertools import combinations

import gudhi
import numpy as np
import pytest

import tdainv


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def lower_star_bars(simplices, vertex_times, degree):
    """Bars of a lower-star filtration, computed by gudhi."""
    tree = gudhi.SimplexTree()
    for simplex in simplices:
        for size in range(1, len(simplex) + 1):
            for face in combinations(simplex, size):
                time = max(vertex_times[v] for v in face)
                if np.isfinite(time):
                    tree.insert(face, time)
    tree.compute_persistence(homology_coeff_field=2, min_persistence=0, persistence_dim_max=True)
    return sorted(map(tuple, tree.persistence_intervals_in_dimension(degree)))


def random_lines(rng, m, p):
    directions = rng.random((m, p)) * (rng.random((m, p)) < 0.7)
    directions[np.arange(m), rng.integers(0, p, m)] += 0.2
    return tdainv.Lines(2 * rng.random((m, p)) - 1, directions)


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("p", [1, 2, 3, 4])
def test_bars_are_those_of_the_restricted_filtration(p, degree, rng):
    """The lower star of pushed vertex grades is the pushed lower star: t(join) is the later of the times."""
    triangles = [sorted(rng.choice(9, 3, replace=False).tolist()) for _ in range(12)]
    grades = rng.integers(0, 6, (9, p)) / 5
    used = sorted({v for t in triangles for v in t})
    triangles = [[used.index(v) for v in t] for t in triangles]
    grades = grades[used]
    filtration = tdainv.FilteredComplex.lower_star(triangles, grades)
    lines = random_lines(rng, 25, p)
    fibered = tdainv.fibered_barcode(filtration, degree, lines)
    times = lines.push(grades)
    for i, bars in enumerate(fibered):
        expected = lower_star_bars([*([v] for v in range(len(used))), *triangles], times[i], degree)
        expected = np.array([bar for bar in expected if bar[0] < bar[1]]).reshape(-1, 2)
        np.testing.assert_allclose(bars.diagram, expected, atol=1e-12)


def test_all_kinds_of_filtrations_are_taken(rng):
    cloud = rng.random((10, 2))
    line = ([[0.0, 0.0]], [1.0, 1.0])
    flag = tdainv.codensity_rips(cloud)
    expanded = flag.expand(2)
    expected = tdainv.fibered_barcode(expanded, 1, line)
    for same in (flag, tdainv.minimal_presentation(flag, 1), flag.chain_complex(1)):
        np.testing.assert_allclose(tdainv.fibered_barcode(same, 1, line)[0].diagram, expected[0].diagram)
    rows = tdainv.degree_rips(cloud)
    assert len(tdainv.fibered_barcode(rows, 0, ([[0.0, -4.0]], [1.0, 1.0]))[0]) > 0
    image = tdainv.cubical(rng.random((4, 4, 2)), channels=True)
    assert len(tdainv.fibered_barcode(image, 0, line)[0]) > 0


def test_an_axis_parallel_line_is_a_row_of_the_filtration(rng):
    cloud, values = rng.random((15, 2)), rng.random(15)
    level = np.sort(values)[8]
    fibered = tdainv.fibered_barcode(tdainv.function_rips(cloud, values), 0, ([[0.0, level]], [1.0, 0.0]))
    below = tdainv.rips(cloud[values <= level])
    np.testing.assert_array_equal(fibered[0].diagram, tdainv.barcode(below, 0).diagram)


def test_one_parameter_gives_the_barcode(rng):
    filtration = tdainv.rips(rng.random((20, 2)))
    fibered = tdainv.fibered_barcode(filtration, 1, ([[0.0], [0.1]], [[1.0], [2.0]]))
    diagram = tdainv.barcode(filtration, 1).diagram
    np.testing.assert_allclose(fibered[0].diagram, diagram)
    np.testing.assert_allclose(fibered[1].diagram, (diagram - 0.1) / 2)


def test_the_order_of_lines_does_not_matter(rng):
    filtration = tdainv.function_delaunay(rng.random((60, 2)), rng.random(60))
    lines = random_lines(rng, 40, 2)
    order = rng.permutation(40)
    fibered = tdainv.fibered_barcode(filtration, 1, lines)
    shuffled = tdainv.fibered_barcode(filtration, 1, (lines.bases[order], lines.directions[order]))
    for i in range(40):
        assert shuffled[i] == fibered[order[i]]


def test_a_degree_without_classes_gives_empty_barcodes():
    fibered = tdainv.fibered_barcode(tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0]), 1, ([[0, 0], [1, 1]], [1, 1]))
    assert len(fibered) == 2
    assert [len(bars) for bars in fibered] == [0, 0]


def test_the_result_is_sorted_and_indexed_like_a_sequence(rng):
    fibered = tdainv.fibered_barcode(tdainv.codensity_rips(rng.random((12, 2))), 0, ([[0, 0], [0, 1.0]], [1, 1]))
    assert fibered[-1] == fibered[1]
    assert fibered.offsets[-1] == len(fibered.births) == len(fibered.deaths)
    with pytest.raises(IndexError):
        fibered[2]


@pytest.mark.parametrize("p", [2, 3])
def test_lines_may_come_in_any_order(p, rng):
    filtration = tdainv.function_rips(rng.random((12, 2)), rng.random((12, p - 1)))
    lines = random_lines(rng, 40, p)
    together = tdainv.fibered_barcode(filtration, 0, lines)
    for i in (0, 17, 39):
        assert together[i] == tdainv.fibered_barcode(filtration, 0, lines[i])[0]
    order = rng.permutation(40)
    assert list(tdainv.fibered_barcode(filtration, 0, lines[order])) == [together[int(i)] for i in order]


def test_lines_so_far_away_that_they_cannot_be_compared_have_barcodes():
    points = tdainv.FilteredComplex.lower_star([[0], [1]], [[0.0, 1e-300], [1e-300, 0.0]])
    fibered = tdainv.fibered_barcode(points, 0, ([[0.0, 0.0], [1e300, 1e300], [-1e300, 0.0]], [1.0, 1.0]))
    assert [bars.births.tolist() for bars in fibered] == [[1e-300, 1e-300], [-1e300, -1e300], [1e300, 1e300]]


def test_lines_say_where_they_are_and_where_they_meet_grades():
    lines = tdainv.Lines([[0.0, 1.0], [2.0, 0.0]], [[1.0, 0.0], [1.0, 2.0]])
    np.testing.assert_array_equal(lines.push([[1.0, 1.0], [0.0, 2.0]]), [[1.0, np.inf], [0.5, 1.0]])
    np.testing.assert_array_equal(lines.points([3.0, np.inf]), [[3.0, 1.0], [np.inf, np.inf]])
    np.testing.assert_array_equal(lines.points([[3.0], [1.0]]), [[[3.0, 1.0]], [[3.0, 2.0]]])
    assert len(lines[:1]) == len(lines[1]) == 1


@pytest.mark.parametrize(
    ("bases", "directions", "message"),
    [
        ([[0.0, 0.0]], [1.0, -1.0], r"at least 0, one of them positive, got directions\[0\] = \[1.0, -1.0\]"),
        ([[0.0, 0.0]], [0.0, 0.0], r"one of them positive, got directions\[0\] = \[0.0, 0.0\]"),
        ([[0.0, 0.0], [1.0, 1.0]], [[1.0, 1.0], [1.0, np.inf]], r"finite entries .* directions\[1\]"),
        ([[0.0, 0.0]], [1.0, 1.0, 1.0], r"directions must have shape \(2,\) or \(1, 2\)"),
        ([[0.0, np.nan]], [1.0, 1.0], r"bases must be finite"),
        ([0.0, 1.0], [1.0, 1.0], r"bases must have shape"),
    ],
)
def test_lines_that_are_none_are_refused(bases, directions, message):
    with pytest.raises(ValueError, match=message):
        tdainv.Lines(bases, directions)


def test_lines_of_another_dimension_are_refused():
    filtration = tdainv.rips([[0.0], [1.0]])
    with pytest.raises(ValueError, match=r"lines must lie in R\^1, .*Lines\(1 line in R\^2\)"):
        tdainv.fibered_barcode(filtration, 0, ([[0.0, 0.0]], [1.0, 1.0]))
    with pytest.raises(ValueError, match="lines must be Lines or a pair"):
        tdainv.fibered_barcode(filtration, 0, [[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]])
    with pytest.raises(ValueError, match=r"grades must have shape \(n, 2\)"):
        tdainv.Lines([[0.0, 0.0]], [1.0, 1.0]).push([[1.0]])


def test_more_lines_than_memory_holds_are_refused(monkeypatch, rng):
    filtration = tdainv.codensity_rips(rng.random((30, 2)))
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e4")
    with pytest.raises(tdainv.MemoryLimitError, match="Bars along 5000 lines needs about"):
        tdainv.fibered_barcode(filtration, 0, (np.zeros((5000, 2)), [1.0, 1.0]))
