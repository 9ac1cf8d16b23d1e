"""Module approximations: exact along sampled lines, exact for sums of intervals, within the stated error elsewhere."""

import os
import subprocess

import gudhi
import numpy as np
import pytest

import tdainv
from tdainv.complexes.chain_complex import ChainComplex, GradedMatrix
from tdainv.complexes.order import lexicographic_order


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def bottleneck(first, second):
    return gudhi.bottleneck_distance(first.diagram, second.diagram)


def bars_of_corners(module, base):
    """Bars of the summands along the diagonal line through a point, straight from the definition."""
    bars = []
    for births, deaths in module.summands:
        born, died = (births - base).max(axis=1).min(), (deaths - base).min(axis=1).max()
        if born < died - 1e-12:
            bars.append((born, died))
    births, deaths = np.array(sorted(bars)).reshape(-1, 2).T
    return tdainv.Barcode(births, deaths, module.degree)


def sampled_bases(module, spacing):
    """Bases of the lines in two parameters: even steps of at most `spacing` on both lower faces of the box."""
    bases = []
    for axis in range(2):
        low, high = module.box[:, axis]
        values = np.linspace(low, high, int(np.ceil((high - low) / spacing - 1e-9)) + 1)
        face = np.tile(module.box[0], (len(values), 1))
        face[:, axis] = values
        bases.append(face)
    return np.concatenate(bases)


def two_parameter_filtrations():
    rng = np.random.default_rng(3)
    cloud = rng.random((30, 2))
    return {
        "delaunay": tdainv.function_delaunay(cloud, rng.random(30)),
        "delaunay of a grid": tdainv.function_delaunay(
            rng.integers(0, 5, (25, 2)).astype(float), rng.integers(0, 3, 25).astype(float)
        ),
        "rips": tdainv.codensity_rips(cloud),
        "image": tdainv.cubical(rng.integers(0, 9, (6, 7, 2)).astype(float), channels=True),
        "degree-rips": tdainv.degree_rips(cloud[:15]),
    }


FILTRATIONS = two_parameter_filtrations()


@pytest.mark.parametrize("spacing", [0.05, 0.3, 3.0])
@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("name", FILTRATIONS)
def test_barcodes_along_sampled_lines_are_exact(name, degree, spacing):
    filtration = FILTRATIONS[name]
    module = tdainv.module_approximation(filtration, degree, spacing=spacing)
    bases = sampled_bases(module, spacing)
    fibered = tdainv.fibered_barcode(filtration, degree, (bases, [1.0, 1.0]))
    for base, bars in zip(bases, fibered, strict=True):
        assert bottleneck(bars, bars_of_corners(module, base)) < 1e-9


@pytest.mark.parametrize("n_lines", [3, 20, 200])
@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("name", FILTRATIONS)
def test_barcodes_along_other_lines_are_within_the_stated_error(name, degree, n_lines, rng):
    filtration = FILTRATIONS[name]
    module = tdainv.module_approximation(filtration, degree, n_lines=n_lines)
    bases = module.box[0] + rng.random((15, 2)) * (module.box[1] - module.box[0])
    fibered = tdainv.fibered_barcode(filtration, degree, (bases, [1.0, 1.0]))
    distances = [bottleneck(bars, bars_of_corners(module, b)) for b, bars in zip(bases, fibered, strict=True)]
    assert max(distances) <= module.error * (1 + 1e-9)


def staircase(rng, n_steps):
    """Birth corners, death corners and the relations (grade, generators in it) of an interval."""
    x, late_x = (0.973 * np.sort(rng.choice(size, n_steps, replace=False)) for size in (20, 9))
    y, late_y = (1.041 * np.sort(rng.choice(size, n_steps, replace=False))[::-1] for size in (20, 9))
    late_x, late_y = late_x + x[-1] + 1.0, late_y + y[0] + 1.0
    relations = [((x[i + 1], y[i]), {i, i + 1}) for i in range(n_steps - 1)]
    relations += [(corner, {0}) for corner in zip(late_x, late_y, strict=True)]  # kills the class
    deaths = np.column_stack([np.append(late_x, np.inf), np.insert(late_y, 0, np.inf)])
    return np.column_stack([x, y]), deaths, relations


def interval_sum(rng, n_summands, n_steps):
    """Presentation of a sum of staircase intervals, in a random basis, and the corners of the intervals."""
    rows, columns, entries, summands = [], [], [], []
    for _ in range(n_summands):
        births, deaths, relations = staircase(rng, n_steps)
        columns += [corner for corner, _ in relations]
        entries += [{len(rows) + i for i in generators} for _, generators in relations]
        rows += births.tolist()
        summands.append((births, deaths))
    rows, columns = np.array(rows), np.array(columns, float)
    for i, j in below(rows, rng):  # generator j becomes the sum of i and j
        entries = [column ^ {i} if j in column else column for column in entries]
    for i, j in below(columns, rng):
        entries[j] = entries[j] ^ entries[i]
    row_order, column_order = lexicographic_order(rows), lexicographic_order(columns)
    number = np.argsort(row_order)
    lists = [sorted(number[list(entries[j])].tolist()) for j in column_order]
    indptr = np.concatenate([[0], np.cumsum([len(each) for each in lists])])
    upper = GradedMatrix(indptr, np.concatenate([*lists, []]).astype(int), rows[row_order], columns[column_order])
    lower = GradedMatrix(np.zeros(len(rows) + 1, int), [], np.zeros((0, 2)), rows[row_order])
    return ChainComplex(0, upper, lower), summands


def below(grades, rng):
    """Some pairs of different grades of which the first is at or below the second."""
    pairs = [
        (i, j)
        for i in range(len(grades))
        for j in range(len(grades))
        if (grades[i] <= grades[j]).all() and (grades[i] < grades[j]).any()
    ]
    return [pair for pair in pairs if rng.random() < 0.3]


@pytest.mark.parametrize("seed", range(12))
def test_a_sum_of_intervals_comes_out_as_it_is(seed):
    rng = np.random.default_rng(seed)
    complex_, summands = interval_sum(rng, 1 + seed % 4, 1 + seed % 3)
    module = tdainv.module_approximation(complex_, 0, spacing=0.05)
    expected = tdainv.IntervalModule.from_summands(summands, 0, box=module.box)
    np.testing.assert_array_equal(module.birth_offsets, expected.birth_offsets)
    np.testing.assert_allclose(module.births, expected.births, atol=1e-9)
    np.testing.assert_allclose(module.deaths, expected.deaths, atol=1e-9)


def test_rectangles_in_three_parameters_come_out_as_they_are():
    births = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 0.5]])
    deaths = np.array([[4.0, 5.0, 4.5], [3.0, 6.0, 5.5]])
    columns = []
    for i in range(2):
        for axis in range(3):
            corner = births[i].copy()
            corner[axis] = deaths[i, axis]
            columns.append((corner.tolist(), i))
    columns.sort()
    upper = GradedMatrix(
        np.arange(7), [number for _, number in columns], births, np.array([corner for corner, _ in columns])
    )
    lower = GradedMatrix(np.zeros(3, int), [], np.zeros((0, 3)), births)
    module = tdainv.module_approximation(ChainComplex(0, upper, lower), 0, spacing=0.3)
    np.testing.assert_allclose(module.births, births)
    np.testing.assert_allclose(module.deaths, deaths)
    assert module.error == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize("degree", [0, 1])
@pytest.mark.parametrize("n_lines", [30, 300])
def test_three_parameters_are_within_the_stated_error(degree, n_lines, rng):
    filtration = tdainv.function_rips(rng.random((8, 2)), rng.random((8, 2)))
    module = tdainv.module_approximation(filtration, degree, n_lines=n_lines)
    bases = module.box[0] + rng.random((20, 3)) * (module.box[1] - module.box[0])
    fibered = tdainv.fibered_barcode(filtration, degree, (bases, np.ones(3)))
    distances = [bottleneck(bars, bars_of_corners(module, b)) for b, bars in zip(bases, fibered, strict=True)]
    assert max(distances) <= module.error * (1 + 1e-9)


def test_one_parameter_gives_the_barcode(rng):
    filtration = tdainv.rips(rng.random((15, 2)))
    module = tdainv.module_approximation(filtration, 0)
    bars = tdainv.barcode(filtration, 0)
    np.testing.assert_array_equal(module.births.ravel(), bars.births)
    np.testing.assert_allclose(module.deaths.ravel(), bars.deaths)
    assert module.error == 0


def test_a_module_that_is_no_sum_of_intervals_has_the_right_dimensions_on_sampled_lines():
    """k at three corners, k² at their common upper bounds, where (1, 0), (0, 1) and (1, 1) come from them."""
    grades = np.array([[0.0, 2.0], [1.0, 1.0], [2.0, 0.0]])
    upper = GradedMatrix([0, 3], [0, 1, 2], grades, np.array([[2.0, 2.0]]))
    lower = GradedMatrix(np.zeros(4, int), [], np.zeros((0, 2)), grades)
    module = tdainv.module_approximation(ChainComplex(0, upper, lower), 0, spacing=0.5)
    points = np.array([[0.5, 2.5], [1.5, 1.5], [2.5, 2.5], [3.0, 2.5], [1.5, 2.0]])
    np.testing.assert_array_equal(module.dimension(points), [1, 1, 2, 2, 2])


def test_spacing_and_error_are_related_as_documented():
    filtration = FILTRATIONS["delaunay"]
    assert tdainv.module_approximation(filtration, 1, error=0.01).error <= 0.01
    assert tdainv.module_approximation(filtration, 1, spacing=0.02).error <= 0.01
    coarse, fine = (tdainv.module_approximation(filtration, 1, n_lines=n).error for n in (100, 200))
    assert fine == pytest.approx(coarse / 2, rel=0.05)


def test_an_error_that_is_not_reached_in_three_parameters_is_announced(rng):
    filtration = tdainv.cubical(np.random.default_rng(0).random((4, 4, 3)), channels=True)
    with pytest.warns(tdainv.TdainvWarning, match="more than the 0.1 asked for"):
        tdainv.module_approximation(filtration, 0, error=0.1)


def test_the_order_of_cells_does_not_matter(rng):
    cloud, values = rng.random((25, 2)), rng.random(25)
    order = rng.permutation(25)
    module = tdainv.module_approximation(tdainv.function_delaunay(cloud, values), 1, n_lines=100)
    again = tdainv.module_approximation(tdainv.function_delaunay(cloud[order], values[order]), 1, n_lines=100)
    np.testing.assert_allclose(module.births, again.births)
    np.testing.assert_allclose(module.deaths, again.deaths)


def test_a_direction_is_a_change_of_units(rng):
    cloud, values = rng.random((20, 2)), rng.random(20)
    plain = tdainv.module_approximation(tdainv.function_rips(cloud, values), 0, n_lines=60)
    stretched = tdainv.function_rips(cloud, 4 * values)
    module = tdainv.module_approximation(stretched, 0, n_lines=60, direction=[1.0, 4.0])
    np.testing.assert_allclose(module.births, plain.births * [1, 4])
    np.testing.assert_allclose(module.deaths, plain.deaths * [1, 4])
    assert module.error == pytest.approx(plain.error)


def test_a_box_shows_the_part_of_the_module_inside(rng):
    filtration = FILTRATIONS["delaunay"]
    box = np.array([[0.05, 0.3], [0.3, 0.8]])
    module = tdainv.module_approximation(filtration, 1, box=box, spacing=0.002)
    np.testing.assert_array_equal(module.box, box)
    assert (module.births >= box[0]).all()
    assert (module.births <= box[1]).all()
    points = box[0] + rng.random((200, 2)) * (box[1] - box[0])
    expected = tdainv.hilbert_signed_measure(filtration, 1).cumulative(points)
    assert (module.dimension(points) == expected).mean() > 0.95


def test_a_constant_second_parameter_leaves_one_row(rng):
    cloud = rng.random((12, 2))
    module = tdainv.module_approximation(tdainv.function_rips(cloud, np.zeros(12)), 0, n_lines=10)
    bars = tdainv.barcode(tdainv.rips(cloud), 0)
    np.testing.assert_allclose(np.sort(module.deaths[:, 0]), np.sort(bars.deaths))
    np.testing.assert_array_equal(module.births, 0)


@pytest.mark.parametrize("filtration", [tdainv.rips([[0.0], [1.0]]), tdainv.function_rips([[0.0], [1.0]], [0.0, 1.0])])
def test_a_degree_without_classes_gives_no_summands(filtration):
    module = tdainv.module_approximation(filtration, 1)
    assert len(module) == 0
    assert module.n_parameters == filtration.n_parameters


def test_a_single_point_gives_one_summand_without_end():
    module = tdainv.module_approximation(tdainv.function_rips([[0.0, 0.0]], [2.0]), 0)
    assert len(module) == 1
    np.testing.assert_array_equal(module.births, [[0.0, 2.0]])
    np.testing.assert_array_equal(module.deaths, [[np.inf, np.inf]])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"spacing": 0.0}, "spacing must be a positive finite number, got spacing=0.0"),
        ({"spacing": -1.0}, "spacing must be a positive finite number"),
        ({"error": np.nan}, "error must be a positive finite number"),
        ({"n_lines": 0}, "n_lines must be an integer of at least 1"),
        ({"n_lines": 10, "error": 0.1}, "Only one of n_lines, spacing and error may be given, got n_lines and error"),
        ({"box": [[0.0, 0.0], [1.0, np.inf]]}, "box must be finite with its lower corner first"),
        ({"box": [[0.0, 1.0], [1.0, 0.0]]}, "box must be finite with its lower corner first"),
        ({"box": [0.0, 1.0]}, r"box must have shape \(2, 2\)"),
        ({"direction": [1.0, 0.0]}, "direction must be 2 positive finite numbers"),
        ({"direction": [1.0]}, "direction must be 2 positive finite numbers"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        tdainv.module_approximation(FILTRATIONS["delaunay"], 0, **options)


def test_more_lines_than_memory_holds_are_refused(monkeypatch):
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "1e6")
    with pytest.raises(tdainv.MemoryLimitError, match=r"lines needs about .* Choose a larger spacing"):
        tdainv.module_approximation(FILTRATIONS["delaunay"], 0, spacing=1e-9)
    image = tdainv.cubical(np.random.default_rng(0).random((6, 6, 3)), channels=True)
    with pytest.raises(tdainv.MemoryLimitError, match=r"bars along .* lines needs about"):
        tdainv.module_approximation(image, 0, n_lines=20_000)


# --- another library

MULTIPERS = """
import sys
import numpy as np
import multipers
from multipers.filtrations import DelaunayLowerstar

data = np.load(sys.argv[1])
slicer = DelaunayLowerstar(data["points"], function=data["values"])
module = multipers.module_approximation(slicer, nlines=int(data["n_lines"]))
found = {"box": np.asarray(module.get_box(), float)}
for degree in (0, 1):
    for i, summand in enumerate(module.get_module_of_degree(degree).dump()[1]):
        for kind, corners in zip(("births", "deaths"), summand):
            found[f"{kind}{degree}_{i}"] = np.asarray(corners, float).reshape(-1, 2)
np.savez(sys.argv[2], **found)
"""


def cut(barcode, base, box):
    """Bars along a diagonal line inside a box."""
    start, end = (box[0] - base).max(), (box[1] - base).min()
    bars = np.clip(barcode.diagram, start, max(start, end))
    return bars[bars[:, 0] < bars[:, 1]]


@pytest.mark.skipif("TDAINV_MULTIPERS_PYTHON" not in os.environ, reason="needs an interpreter with multipers")
def test_multipers_has_a_module_with_nearly_the_same_barcodes(rng, tmp_path):
    n_lines = 200
    cloud, values = rng.random((40, 2)), rng.random(40)
    np.savez(tmp_path / "data.npz", points=cloud, values=values, n_lines=n_lines)
    python = os.environ["TDAINV_MULTIPERS_PYTHON"]
    subprocess.run([python, "-c", MULTIPERS, str(tmp_path / "data.npz"), str(tmp_path / "found.npz")], check=True)
    found = np.load(tmp_path / "found.npz")
    box = found["box"]
    filtration = tdainv.function_delaunay(cloud, values)
    for degree in (0, 1):
        n = sum(name.startswith(f"births{degree}_") for name in found.files)
        summands = [(found[f"births{degree}_{i}"], found[f"deaths{degree}_{i}"]) for i in range(n)]
        theirs = tdainv.IntervalModule.from_summands(summands, degree, box=box)
        ours = tdainv.module_approximation(filtration, degree, n_lines=n_lines)
        bound = ours.error + 2 * np.ptp(box, axis=0).sum() / n_lines  # theirs is within 2 δ
        for base in box[0] + rng.random((25, 2)) * (box[1] - box[0]):
            bars = (cut(module.on_line(base, [1.0, 1.0]), base, box) for module in (ours, theirs))
            assert gudhi.bottleneck_distance(*bars) <= bound
