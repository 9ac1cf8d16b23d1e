"""Plots: they draw what the result says, on the Axes they are given, and change nothing else."""

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

import tdainv
from tdainv import Barcode, SignedMeasure
from tdainv.plots import plot_barcode, plot_diagram, plot_hilbert, plot_measure, plot_points
from tdainv.plots.measures import cell_edges, integer_bins

EMPTY = Barcode(np.zeros(0), np.zeros(0), 1)
ESSENTIAL = Barcode([0.0], [np.inf], 0)
SINGLE = Barcode([1.0], [2.0], 1)
NO_ATOMS = SignedMeasure(np.zeros((0, 2)), np.zeros(0, int))
CORNERS = SignedMeasure([[0.0, 0.0], [0.0, 1.0], [3.0, 1.0]], [1, 2, -1])

CASES = [
    (plot_points, [[0.0, 0.0], [1.0, 2.0]]),
    (plot_points, [[1.0]]),
    (plot_points, [[1.0, 2.0, 3.0]]),
    (plot_points, [[1.0, 2.0, 3.0, 4.0]]),
    (plot_barcode, EMPTY),
    (plot_barcode, [ESSENTIAL, EMPTY]),
    (plot_barcode, SINGLE),
    (plot_diagram, EMPTY),
    (plot_diagram, [ESSENTIAL, SINGLE]),
    (plot_diagram, ESSENTIAL),
    (plot_hilbert, CORNERS),
    (plot_hilbert, CORNERS * 0.5),
    (plot_hilbert, CORNERS * -20),
    (plot_hilbert, NO_ATOMS),
    (plot_hilbert, NO_ATOMS * 0.5),
    (plot_hilbert, SignedMeasure([[1.0, 2.0]], [1])),
    (plot_hilbert, SignedMeasure([[1.0]], [1])),
    (plot_hilbert, SignedMeasure(np.zeros((0, 1)), np.zeros(0, int))),
    (plot_measure, CORNERS),
    (plot_measure, NO_ATOMS),
    (plot_measure, SignedMeasure([[0.0], [1.0]], [1, -1])),
]


@pytest.fixture
def ax():
    return Figure().subplots()


@pytest.mark.parametrize(("plot", "result"), CASES)
def test_plot_draws_on_the_axes_it_is_given_and_leaves_the_settings_alone(plot, result, ax, tmp_path):
    before = dict(mpl.rcParams)
    assert plot(result, ax=ax) is ax
    ax.figure.savefig(tmp_path / "picture.png")
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize(("plot", "result"), [(plot_barcode, SINGLE), (plot_hilbert, CORNERS), (plot_points, [[1.0]])])
def test_without_axes_the_current_axes_are_used(plot, result, pyplot):
    current = pyplot.gca()
    assert plot(result) is current


def test_cloud_in_space_makes_axes_in_space(pyplot):
    assert plot_points(np.eye(3)).name == "3d"


@pytest.fixture
def pyplot(monkeypatch):
    from matplotlib import pyplot as plt

    plt.switch_backend("agg")
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a plot must not show"))
    yield plt
    plt.close("all")


def test_points_are_drawn_where_they_are_with_their_values(ax):
    plot_points([[0.0, 1.0], [2.0, 3.0]], values=[5.0, 7.0], ax=ax)
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), [[0.0, 1.0], [2.0, 3.0]])
    np.testing.assert_array_equal(ax.collections[0].get_array(), [5.0, 7.0])
    assert len(ax.figure.axes) == 2  # the colour bar


def test_points_on_a_line_have_height_zero(ax):
    plot_points([[4.0], [1.0]], ax=ax)
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), [[4.0, 0.0], [1.0, 0.0]])


def test_points_in_high_dimension_are_projected_with_the_most_variance_first(ax):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(300, 5)) * [1.0, 9.0, 0.1, 3.0, 0.1]
    plot_points(points, ax=ax)
    drawn = np.asarray(ax.collections[0].get_offsets())
    assert abs(np.corrcoef(drawn[:, 0], points[:, 1])[0, 1]) > 0.99
    assert abs(np.corrcoef(drawn[:, 1], points[:, 3])[0, 1]) > 0.99
    assert "principal component 1" in ax.get_xlabel()


def test_projection_of_a_cloud_in_the_span_of_few_points_is_isometric(ax):
    points = np.array([[0.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 4.0]])
    plot_points(points, ax=ax)
    first, second = np.asarray(ax.collections[0].get_offsets())
    assert np.linalg.norm(first - second) == pytest.approx(5.0)


def test_cloud_in_space_is_projected_on_plane_axes_and_drawn_whole_in_space(ax):
    plot_points(np.eye(3), ax=ax)
    assert "principal" in ax.get_xlabel()
    space = plot_points(np.eye(3), ax=Figure().add_subplot(projection="3d"))
    assert space.get_zlabel() == "z"


@pytest.mark.parametrize("values", [[1.0], [1.0, np.nan]])
def test_bad_values_are_refused(values, ax):
    with pytest.raises(ValueError, match="values"):
        plot_points(np.eye(2), values=values, ax=ax)


def test_barcode_has_one_bar_an_interval_from_birth_to_death(ax):
    barcode = Barcode([0.0, 1.0, 0.5], [2.0, 4.0, np.inf], 1)
    plot_barcode(barcode, ax=ax)
    bars = [path.vertices[:, 0] for path in ax.collections[0].get_paths()]
    assert [bar.min() for bar in bars] == [0.0, 0.5, 1.0]
    assert [bar.max() for bar in bars] == [2.0, ax.get_xlim()[1], 4.0]
    assert len(ax.collections[1].get_offsets()) == 1  # the arrow of the essential bar


def test_barcodes_of_several_degrees_do_not_overlap(ax):
    many = Barcode(np.zeros(500), np.linspace(0.1, 1.0, 500), 0)
    plot_barcode([many, SINGLE], ax=ax)
    top = max(path.vertices[:, 1].max() for path in ax.collections[0].get_paths())
    assert top < ax.collections[2].get_paths()[0].vertices[:, 1].min()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["$H_{0}$\n500 bars", "$H_{1}$\n1 bar"]


def test_diagram_puts_essential_bars_on_the_infinity_line_above_all_deaths(ax):
    plot_diagram([Barcode([0.0, 0.0], [1.0, np.inf], 0), Barcode([0.5], [3.0], 1)], ax=ax)
    components, loops = (np.asarray(c.get_offsets()) for c in ax.collections[:2])
    np.testing.assert_array_equal(loops, [[0.5, 3.0]])
    assert components[0].tolist() == [0.0, 1.0]
    assert 3.0 < components[1, 1] < ax.get_ylim()[1]
    assert "∞" in [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("plot", [plot_barcode, plot_diagram])
def test_what_is_no_barcode_is_refused(plot, ax):
    with pytest.raises(TypeError, match=r"barcodes\[1\] must be a Barcode"):
        plot([SINGLE, "bar"], ax=ax)
    with pytest.raises(ValueError, match="at least one barcode"):
        plot([], ax=ax)


@pytest.mark.parametrize("resolution", [5, 200])
@pytest.mark.parametrize("degree", [0, 1])
def test_heat_map_is_the_hilbert_function_at_the_corners_of_the_cells(degree, resolution, ax):
    points = tdainv.datasets.make_circle(40, noise=0.1, random_state=0)
    measure = tdainv.hilbert_signed_measure(tdainv.codensity_rips(points), degree=degree)
    plot_hilbert(measure, resolution=resolution, ax=ax)
    mesh = ax.collections[0]
    x, y = (mesh.get_coordinates()[0, :-1, 0], mesh.get_coordinates()[:-1, 0, 1])
    assert len(x) <= resolution
    np.testing.assert_array_equal(mesh.get_array(), measure.cumulative_on_grid([x, y]).T)
    assert sum(len(atoms.get_offsets()) for atoms in ax.collections[1:]) == len(measure)


def test_heat_map_cells_end_at_the_coordinates_if_these_are_few(ax):
    np.testing.assert_array_equal(cell_edges(np.array([3.0, 0.0, 3.0]), 2)[:-1], [0.0, 3.0])
    assert len(cell_edges(np.arange(10.0), 4)) == 5


def test_atoms_can_be_left_out(ax):
    plot_hilbert(CORNERS, atoms=False, ax=ax)
    assert len(ax.collections) == 1


def test_step_function_has_the_values_of_the_hilbert_function(ax):
    plot_hilbert(SignedMeasure([[0.0], [1.0], [2.0]], [1, 2, -3]), ax=ax)
    values, edges, _ = ax.patches[-1].get_data()
    np.testing.assert_array_equal(values, [1, 3, 0])
    np.testing.assert_array_equal(edges[:3], [0.0, 1.0, 2.0])


def test_atoms_are_separated_by_sign_and_larger_with_their_weight(ax):
    plot_measure(CORNERS, ax=ax)
    positive, negative = ax.collections
    np.testing.assert_array_equal(positive.get_offsets(), [[0.0, 0.0], [0.0, 1.0]])
    np.testing.assert_array_equal(negative.get_offsets(), [[3.0, 1.0]])
    assert positive.get_sizes()[1] == pytest.approx(2 * positive.get_sizes()[0])


@pytest.mark.parametrize(
    ("low", "high", "bounds", "names"),
    [
        (0, 0, [-0.5, 0.5], ["0"]),
        (0, 2, [-0.5, 0.5, 1.5, 2.5], ["0", "1", "2"]),
        (-1, 1, [-1.5, -0.5, 0.5, 1.5], ["−1", "0", "1"]),
        (0, 9, [-0.5, 0.5, 1.5, 2.5, 4.5, 8.5, 9.5], ["0", "1", "2", "3–4", "5–8", "9"]),
    ],
)
def test_integer_bins(low, high, bounds, names):
    result = integer_bins(low, high)
    np.testing.assert_array_equal(result[0], bounds)
    assert result[1] == names


@pytest.mark.parametrize(("low", "high"), [(0, 1000), (-37, 5), (-9, 16), (0, 64)])
def test_integer_bins_are_increasing_and_cover_all_values(low, high):
    bounds, names = integer_bins(low, high)
    assert (np.diff(bounds) > 0).all()
    assert bounds[0] == low - 0.5
    assert bounds[-1] == high + 0.5
    assert len(names) == len(bounds) - 1


@pytest.mark.parametrize("plot", [plot_hilbert, plot_measure])
def test_measures_that_cannot_be_drawn_are_refused(plot, ax):
    with pytest.raises(ValueError, match=r"R\^3"):
        plot(SignedMeasure([[0.0, 0.0, 0.0]], [1]), ax=ax)
    with pytest.raises(TypeError, match="SignedMeasure"):
        plot([1], ax=ax)
