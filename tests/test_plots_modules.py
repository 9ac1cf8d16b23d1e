"""Plots of fibered barcodes, signed barcodes and sums of intervals: the artists have the right coordinates."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.path import Path
from mpl_toolkits.mplot3d import art3d

import tdainv
from tdainv.invariants.fibered import FiberedBarcode, fibered_barcode
from tdainv.invariants.interval_module import IntervalModule
from tdainv.invariants.signed_barcode import SignedBarcode
from tdainv.persistence.lines import Lines
from tdainv.plots import plot_fibered_barcode, plot_module, plot_signed_barcode

BOX = [[0.0, 0.0], [3.0, 3.0]]
INF = np.inf
LINES = Lines([[0.0, 0.0], [0.5, 0.0], [0.0, -2.0]], [1.0, 2.0])
FIBERED = FiberedBarcode(
    np.array([0.0, 1.0, 0.5]), np.array([INF, 3.0, 4.0]), np.array([0, 2, 3, 3]), lines=LINES, degree=1
)
NO_LINES = FiberedBarcode(np.zeros(0), np.zeros(0), np.zeros(1, int), Lines([[0.0, 0.0]], [1.0, 1.0])[:1], 0)
SIGNED = SignedBarcode([[0, 0], [0, 1], [1, 0]], [[2, 3], [2, 4], [INF, 2]], [4, -1, 1], degree=0)
L_SHAPE = ([[0, 1], [1, 0]], [[2, 2]])
STAIRS = IntervalModule.from_summands([([[0, 0]], [[1, 2], [2, 1]]), L_SHAPE], degree=0, box=BOX)
SOLID = IntervalModule.from_summands([([[0, 0, 0]], [[1, 2, 3]])], degree=0, box=[[0, 0, 0], [4, 4, 4]])


def rectangles(births, deaths, box=BOX):
    return IntervalModule.from_rectangles(births, deaths, 0, box=box)


@pytest.fixture
def ax():
    return Figure().subplots()


class RecordedFaces(art3d.Poly3DCollection):
    """Faces in space, whose corners matplotlib does not give back."""

    def __init__(self, verts, **kwargs):
        self.corners = np.array(verts)
        super().__init__(verts, **kwargs)


@pytest.fixture
def space(monkeypatch):
    monkeypatch.setattr(art3d, "Poly3DCollection", RecordedFaces)
    return Figure().add_subplot(projection="3d")


@pytest.fixture
def pyplot(monkeypatch):
    from matplotlib import pyplot as plt

    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show"))
    yield plt
    plt.close("all")


CASES = [
    (plot_signed_barcode, SIGNED),
    (plot_signed_barcode, SignedBarcode([[0, 0]], [[INF, INF]], [-2], degree=0, kind="hook")),
    (plot_signed_barcode, SignedBarcode(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros(0, int), degree=0)),
    (plot_module, STAIRS),
    (plot_module, rectangles(np.zeros((0, 2)), np.zeros((0, 2)))),
    (plot_module, rectangles([[5, 5]], [[6, 6]])),
    (plot_module, rectangles([[0, 0]], [[1, 1]], box=[[0, 0], [0, 3]])),
    (plot_module, rectangles([[0.0], [1.0]], [[INF], [2.0]], box=[[0], [3]])),
    (plot_module, SOLID),
    (plot_module, rectangles(np.zeros((0, 3)), np.zeros((0, 3)), box=[[0, 0, 0], [1, 1, 1]])),
]


@pytest.mark.parametrize(("plot", "result"), CASES)
def test_plot_draws_on_the_axes_it_is_given_and_leaves_the_settings_alone(plot, result, ax, space, tmp_path):
    before = dict(mpl.rcParams)
    target = space if result.n_parameters == 3 else ax
    assert plot(result, ax=target) is target
    target.figure.savefig(tmp_path / "picture.png")
    assert dict(mpl.rcParams) == before


def text_of(ax):
    return [text.get_text() for text in ax.texts]


# --- fibered barcodes


def test_each_line_has_a_panel_with_its_bars():
    panels = plot_fibered_barcode(FIBERED, axes=Figure().subplots(3))
    assert panels.shape == (3,)
    end = panels[0].get_xlim()[1]
    assert 4.0 < end < 4.5 and all(ax.get_xlim() == (0.0, end) for ax in panels)
    first, second, third = ([s.tolist() for s in ax.collections[0].get_segments()] for ax in panels)
    assert first == [[[0.0, 0.0], [end, 0.0]], [[1.0, 1.0], [3.0, 1.0]]]
    assert second == [[[0.5, 0.0], [4.0, 0.0]]] and third == []
    assert [len(ax.collections[1].get_offsets()) for ax in panels] == [1, 0, 0]
    assert panels[0].collections[1].get_offsets().tolist() == [[end, 0.0]]
    assert [ax.get_title() for ax in panels] == ["(0, 0) + t (1, 2)", "(0.5, 0) + t (1, 2)", "(0, -2) + t (1, 2)"]
    assert text_of(panels[2]) == ["no bars"]


def test_bars_are_sorted_by_birth_then_death():
    fibered = FiberedBarcode(np.array([1.0, 0.0, 0.0]), np.array([2.0, 5.0, 3.0]), np.array([0, 3]), LINES[:1], 0)
    (panel,) = plot_fibered_barcode(fibered, axes=Figure().subplots())
    segments = [segment[:, 0].tolist() for segment in panel.collections[0].get_segments()]
    assert segments == [[0.0, 3.0], [0.0, 5.0], [1.0, 2.0]]


def test_lines_can_be_chosen_in_any_order():
    panels = plot_fibered_barcode(FIBERED, lines=[2, 0], axes=Figure().subplots(1, 3))
    assert [ax.get_title()[:5] for ax in panels] == ["(0, -", "(0, 0"]


def test_panels_of_many_lines_are_spread_from_the_first_to_the_last(pyplot):
    m = 31
    lines = Lines(np.column_stack([np.arange(m), np.zeros(m)]), [1.0, 1.0])
    fibered = FiberedBarcode(np.zeros(m), np.ones(m), np.arange(m + 1), lines, 0)
    titles = [ax.get_title().split(",")[0] for ax in plot_fibered_barcode(fibered, max_panels=4)]
    assert titles == ["(0", "(10", "(20", "(30"]
    assert len(pyplot.gcf().axes) == 4


def test_new_panels_do_not_cover_a_figure_in_use(pyplot):
    used = pyplot.gcf()
    used.subplots()
    panels = plot_fibered_barcode(FIBERED)
    assert all(ax.figure is not used for ax in panels)
    pyplot.close("all")
    empty = pyplot.figure()
    assert all(ax.figure is empty for ax in plot_fibered_barcode(FIBERED))


def test_panels_show_the_barcodes_of_a_filtration_without_dust_in_the_titles():
    filtration = tdainv.function_rips([[0.0], [3.0]], [0.0, 1.0])
    fibered = fibered_barcode(filtration, 0, Lines([[0.0, 0.0], [1e-16, 1.0]], [1.0, 1.0]))
    panels = plot_fibered_barcode(fibered, axes=Figure().subplots(2))
    for ax, barcode in zip(panels, fibered, strict=True):
        drawn = np.array([segment[:, 0] for segment in ax.collections[0].get_segments()])
        np.testing.assert_array_equal(drawn, np.minimum(barcode.diagram, ax.get_xlim()[1]))
    assert panels[1].get_title() == "(0, 1) + t (1, 1)"


def test_no_lines_give_no_panels(pyplot):
    panels = plot_fibered_barcode(NO_LINES)
    assert panels.shape == (0,)
    assert text_of(pyplot.gca()) == ["no lines"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lines": [3]}, r"lines must lie in 0..2, the numbers of the 3 lines, got 3"),
        ({"lines": [-1]}, "got -1"),
        ({"lines": [0.5]}, "lines must be integers"),
        ({"max_panels": 0}, "max_panels must be"),
        ({"axes": [1, 2]}, "axes must be at least 3, one a line, got 2"),
    ],
)
def test_bad_choices_of_panels_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_fibered_barcode(FIBERED, **arguments)


# --- signed barcodes


def test_signed_bars_are_segments_from_birth_to_death_by_sign(ax):
    plot_signed_barcode(SIGNED, ax=ax)
    positive, negative = ax.collections
    right = ax.get_xlim()[1]
    assert [s.tolist() for s in positive.get_segments()] == [[[0, 0], [2, 3]], [[1, 0], [right, 2]]]
    assert [s.tolist() for s in negative.get_segments()] == [[[0, 1], [2, 4]]]
    assert right > 2.0 and ax.get_ylim()[1] > 4.0  # beyond all finite corners
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["positive rectangles", "negative rectangle"]


def test_larger_weights_are_wider_and_more_opaque(ax):
    plot_signed_barcode(SIGNED, ax=ax)
    heavy, light = ax.collections[0].get_linewidths()
    assert heavy > 1.5 * light
    assert ax.collections[1].get_linewidths()[0] == pytest.approx(light)
    heavy, light = ax.collections[0].get_colors()[:, 3]
    assert 1.0 >= heavy > 1.5 * light > 0.3


def test_signed_bars_of_one_sign_are_one_collection(ax):
    plot_signed_barcode(SignedBarcode([[0, 0]], [[1, INF]], [1], degree=0, kind="hook"), ax=ax, labels=("a", "b"))
    (bars,) = ax.collections
    assert bars.get_segments()[0].tolist() == [[0.0, 0.0], [ax.get_xlim()[1], ax.get_ylim()[1]]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("a", "b")


def test_empty_signed_barcode_says_so(ax):
    plot_signed_barcode(CASES[2][1], ax=ax)
    assert text_of(ax) == ["no bars"] and not ax.collections


def test_signed_barcodes_that_cannot_be_drawn_are_refused(ax):
    with pytest.raises(ValueError, match="with 2 parameters can be drawn, got one with 1"):
        plot_signed_barcode(SignedBarcode([[0]], [[1]], [1], degree=0), ax=ax)
    with pytest.raises(TypeError, match="must be a SignedBarcode, got list"):
        plot_signed_barcode([1], ax=ax)


# --- modules in the plane


def area(vertices):
    x, y = np.asarray(vertices).T
    return 0.5 * (x @ np.roll(y, -1) - y @ np.roll(x, -1))


def regions(ax):
    """Outlines of each summand, without repeated corners at the end."""
    return [[path.vertices[:-1] for path in collection.get_paths()] for collection in ax.collections]


def test_regions_are_the_supports_by_hand(ax):
    plot_module(STAIRS, ax=ax)
    (first,), (second,) = regions(ax)
    corners = [{tuple(v) for v in vertices.tolist()} for vertices in (first, second)]
    stairs = {(0, 0), (1, 0), (2, 0), (2, 1), (1, 1), (1, 2), (0, 2)}
    l_shape = {(0, 1), (1, 1), (1, 0), (2, 0), (2, 2), (1, 2), (0, 2)}
    assert corners == [stairs, l_shape]
    assert area(first) == area(second) == 3.0
    assert ax.get_xlim() == ax.get_ylim() == (0.0, 3.0)


@pytest.mark.parametrize("seed", range(5))
def test_a_point_is_in_a_region_exactly_if_it_is_in_the_support(seed, ax):
    rng = np.random.default_rng(seed)
    summands = []
    for size in (1, 3, 6):
        births = rng.integers(-2, 8, (size, 2))
        deaths = births[rng.integers(0, size, 2 * size)] + rng.integers(1, 7, (2 * size, 2)).astype(float)
        deaths[rng.random(deaths.shape) < 0.1] = INF
        summands.append((births, deaths))
    module = IntervalModule.from_summands(summands, degree=0, box=[[0, 0], [9, 8]])
    plot_module(module, ax=ax)
    middles = np.stack(np.meshgrid(np.arange(9) + 0.5, np.arange(8) + 0.5), axis=-1).reshape(-1, 2)
    drawn = [
        np.logical_or.reduce([Path(outline).contains_points(middles) for outline in outlines])
        for outlines in regions(ax)
    ]
    order = np.argsort(-module.volumes(), kind="stable")
    np.testing.assert_array_equal(np.array(drawn), module.contains(middles).T[order])
    for outlines, i in zip(regions(ax), order, strict=True):
        assert sum(map(area, outlines)) == pytest.approx(module.volumes()[i])


def test_regions_that_only_meet_in_a_corner_are_separate(ax):
    parts = IntervalModule.from_summands([([[0, 1], [1, 0]], [[1, 2], [2, 1]])], degree=0, box=BOX)
    plot_module(parts, ax=ax)
    assert [area(outline) for outline in regions(ax)[0]] == [1.0, 1.0]


def test_largest_summands_come_first_and_only_so_many(ax):
    module = rectangles([[0, 0], [0, 0], [1, 1], [9, 9]], [[1, 1], [INF, INF], [3, 2], [10, 10]])
    plot_module(module, max_summands=2, ax=ax)
    assert [area(*outlines) for outlines in regions(ax)] == [9.0, 2.0]
    assert ax.get_title() == "the largest 2 of 4 summands"
    colors = [tuple(collection.get_edgecolor()[0]) for collection in ax.collections]
    assert len(set(colors)) == 2
    assert all(0 < collection.get_facecolor()[0, 3] < 1 for collection in ax.collections)


def test_summands_outside_of_the_box_are_no_reason_for_a_title(ax):
    plot_module(rectangles([[0, 0], [9, 9]], [[1, 1], [10, 10]]), ax=ax)
    assert ax.get_title() == "" and len(ax.collections) == 1


def test_hilbert_function_lies_below_the_summands(ax):
    plot_module(STAIRS, hilbert=STAIRS.hilbert_measure(), ax=ax)
    mesh, *summands = ax.collections
    assert len(summands) == 2 and len(ax.figure.axes) == 2  # the colour bar
    np.testing.assert_array_equal(mesh.get_coordinates()[0, :, 0], [0, 1, 2, 3])
    # rows from below: one of the two in the lower left and upper right cells, both beside them
    assert mesh.get_array().tolist() == [[1, 2, 0], [2, 1, 0], [0, 0, 0]]


def test_fine_hilbert_functions_are_sampled_on_the_box(ax):
    points = np.random.default_rng(0).uniform(-1, 4, (900, 2))
    measure = tdainv.SignedMeasure(points, np.ones(900, int))
    plot_module(STAIRS, hilbert=measure, ax=ax)
    mesh = ax.collections[0]
    edges = mesh.get_coordinates()[0, :, 0]
    np.testing.assert_allclose(edges, np.linspace(0, 3, 201))
    np.testing.assert_array_equal(mesh.get_array(), measure.cumulative_on_grid([edges[:-1]] * 2).T)


@pytest.mark.parametrize("module", [CASES[4][1], CASES[5][1]])
def test_modules_without_summands_in_the_box_say_so(module, ax):
    plot_module(module, ax=ax)
    assert text_of(ax) == ["no summands in the box"] and not ax.collections


# --- modules on a line and in space


def test_with_one_parameter_there_are_bars(ax):
    plot_module(rectangles([[0.0], [1.0]], [[2.0], [INF]], box=[[0], [3]]), ax=ax)
    bars = [path.vertices[:, 0] for path in ax.collections[0].get_paths()]
    assert [bar.min() for bar in bars] == [0.0, 1.0] and bars[0].max() == 2.0
    assert len(ax.collections[1].get_offsets()) == 1
    assert ax.get_xlabel() == "diameter"


def test_a_box_in_space_has_six_faces(space):
    plot_module(SOLID, ax=space)
    faces = space.collections[0].corners
    assert faces.shape == (6, 4, 3)
    corners = {tuple(corner) for corner in faces.reshape(-1, 3).tolist()}
    assert corners == {(x, y, z) for x in (0, 1) for y in (0, 2) for z in (0, 3)}
    areas = [np.prod([side for side in np.ptp(face, axis=0) if side > 0]) for face in faces]
    assert sorted(areas) == [2, 2, 3, 3, 6, 6]
    # from one corner of a face to the next along one axis
    assert ((np.roll(faces, -1, axis=1) != faces).sum(axis=2) == 1).all()
    assert space.get_zlim() == (0.0, 4.0) and space.get_zlabel() == "second function"


@pytest.mark.parametrize("seed", range(3))
def test_rays_enter_and_leave_a_body_through_its_faces(seed, space):
    rng = np.random.default_rng(seed)
    births = rng.integers(0, 4, (3, 3))
    deaths = births[rng.integers(0, 3, 5)] + rng.integers(1, 4, (5, 3)).astype(float)
    deaths[0, 0] = INF
    module = IntervalModule.from_summands([(births, deaths)], degree=0, box=[[0, 0, 0], [6, 6, 6]])
    plot_module(module, ax=space)
    faces = space.collections[0].corners
    grid = np.stack(np.meshgrid(*[np.arange(6) + 0.5] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    inside = np.zeros(len(grid), int)
    for axis in range(3):
        others = [k for k in range(3) if k != axis]
        low, high = faces.min(axis=1), faces.max(axis=1)
        across = np.ones((len(grid), len(faces)), bool)
        for k in others:
            across &= (low[:, k] < grid[:, k, np.newaxis]) & (grid[:, k, np.newaxis] < high[:, k])
        crossed = across & (low[:, axis] == high[:, axis]) & (low[:, axis] < grid[:, axis, np.newaxis])
        inside += crossed.sum(axis=1) % 2
    np.testing.assert_array_equal(inside, 3 * module.contains(grid)[:, 0])


def test_many_corners_in_space_are_rounded_to_a_coarser_grid(space):
    t = np.linspace(0.0, 1.0, 60)
    births = np.column_stack([t, 1.0 - t, np.zeros(60)])
    module = IntervalModule.from_summands([(births, [[2, 2, 2]])], degree=0, box=[[0, 0, 0], [2, 2, 2]])
    plot_module(module, ax=space)
    assert len(np.unique(space.collections[0].corners[:, :, 0])) <= 41


def test_thin_summands_in_space_do_not_vanish_by_rounding(space):
    t = np.linspace(0.0, 1.0, 60)
    births = np.column_stack([t, 1.0 - t, np.zeros(60)])
    module = IntervalModule.from_summands([(births, births + 1e-6)], degree=0, box=[[0, 0, 0], [2, 2, 2]])
    plot_module(module, ax=space)
    faces = space.collections[0].corners
    assert len(faces) >= 6
    np.testing.assert_allclose([faces.min(axis=(0, 1)), faces.max(axis=(0, 1))], [[0, 0, 0], [1, 1, 0]], atol=2e-6)


def test_space_is_made_in_an_empty_figure_and_asked_for_otherwise(pyplot):
    assert plot_module(SOLID).name == "3d"
    assert plot_module(SOLID) is pyplot.gca()
    with pytest.raises(ValueError, match='needs Axes with projection="3d"'):
        plot_module(SOLID, ax=Figure().subplots())


@pytest.mark.parametrize(("plot", "result"), [(plot_signed_barcode, SIGNED), (plot_module, STAIRS)])
def test_without_axes_the_current_axes_are_used(plot, result, pyplot):
    current = pyplot.gca()
    assert plot(result) is current


def test_modules_that_cannot_be_drawn_are_refused(ax):
    four = rectangles([[0] * 4], [[1] * 4], box=[[0] * 4, [1] * 4])
    with pytest.raises(ValueError, match="at most 3 parameters can be drawn, got one with 4"):
        plot_module(four, ax=ax)
    with pytest.raises(TypeError, match="must be an IntervalModule, got tuple"):
        plot_module((1, 2), ax=ax)
    with pytest.raises(TypeError, match="must be a FiberedBarcode, got Barcode"):
        plot_fibered_barcode(tdainv.Barcode([0.0], [1.0], 0))
    with pytest.raises(TypeError, match="hilbert must be a SignedMeasure"):
        plot_module(STAIRS, hilbert=3, ax=ax)
    for module, measure in ((SOLID, STAIRS.hilbert_measure()), (STAIRS, SOLID.hilbert_measure())):
        with pytest.raises(ValueError, match=r"A Hilbert function on R\^2"):
            plot_module(module, hilbert=measure, ax=ax)
    for labels in (("a",), "ab", ("a", "b", "c")):
        with pytest.raises(ValueError, match="labels must be 2 strings"):
            plot_module(STAIRS, labels=labels, ax=ax)
    with pytest.raises(ValueError, match="max_summands must be"):
        plot_module(STAIRS, max_summands=0, ax=ax)
