"""Representations of interval modules against counting lattice cells, closed forms and numpy."""

import math
import pickle
from itertools import product

import numpy as np
import pytest

from tdainv.invariants.interval_module import IntervalModule
from tdainv.vectorizers.module_image import ModuleImage, module_image, multiparameter_persistence_kernel
from tdainv.vectorizers.module_representation import ModuleRepresentation

SHARES = ("interleaving", "volume", "rectangle")
DISTANCES = ("gaussian", "exponential", "linear")
SIDE = 6  # of the box of random modules


def module_of(summands, box, degree=1):
    """Module of pairs (births, deaths)."""
    births, deaths = ([np.asarray(corners, float) for corners in each] for each in zip(*summands, strict=True))
    offsets = [np.append(0, np.cumsum([len(corners) for corners in each])) for each in (births, deaths)]
    return IntervalModule(np.concatenate(births), offsets[0], np.concatenate(deaths), offsets[1], degree, box)


def empty_module(p):
    none = np.zeros((0, p))
    return IntervalModule(none, [0], none, [0], 1, [[0.0] * p, [float(SIDE)] * p])


def random_module(rng, p, n=4, *, integers=True):
    """Summands with up to four corners of each kind, in (0, 6)^p, some of which never die."""
    summands = []
    for _ in range(n):
        births, deaths = (rng.uniform(0, SIDE, size=(rng.integers(1, 5), p)) for _ in range(2))
        if integers:
            births, deaths = np.floor(births), np.ceil(deaths)
        deaths[0] = births[0] + (rng.integers(1, 4, size=p) if integers else rng.uniform(0.5, 3, size=p))
        deaths[rng.random(deaths.shape) < 0.1] = np.inf
        summands.append((births, deaths))
    return module_of(summands, [[0] * p, [SIDE] * p])


def summands_of(module):
    for i in range(len(module)):
        births = module.births[module.birth_offsets[i] : module.birth_offsets[i + 1]]
        yield births, module.deaths[module.death_offsets[i] : module.death_offsets[i + 1]]


# --- one summand, counted on the lattice: corners, centres and sides of cubes are integers


def holds_cell(births, deaths, cell):
    """Whether the support holds the middle of a unit cell, given by its lower corner."""
    middle = np.asarray(cell) + 0.5
    return (births <= middle).all(axis=1).any() and (middle < deaths).all(axis=1).any()


def cells_of(low, high):
    return product(*(range(int(a), int(b)) for a, b in zip(low, high, strict=True)))


def counted_volume(births, deaths, low, high):
    return sum(holds_cell(births, deaths, cell) for cell in cells_of(low, high))


def counted_rectangle(births, deaths, low, high):
    """Largest number of cells of a lattice box whose cells are all in the support."""
    inside = {cell for cell in cells_of(low, high) if holds_cell(births, deaths, cell)}
    best = 0
    for a in inside:
        for b in inside:
            size = math.prod(y - x + 1 for x, y in zip(a, b, strict=True))
            if all(x <= y for x, y in zip(a, b, strict=True)) and size > best:
                best = size if inside.issuperset(cells_of(a, np.add(b, 1))) else best
    return best


def counted_diagonal(births, deaths, low, high):
    """Longest row of cells of the support on a diagonal."""
    best = 0
    for start in cells_of(low, high):
        length = 0
        while holds_cell(births, deaths, np.add(start, length)) and (np.add(start, length) < high).all():
            length += 1
        best = max(best, length)
    return best


COUNTED = {"interleaving": counted_diagonal, "volume": counted_volume, "rectangle": counted_rectangle}


@pytest.mark.parametrize("local", SHARES)
@pytest.mark.parametrize(("p", "seed"), [(1, 0), (2, 0), (2, 1), (2, 2), (3, 0), (3, 1)])
def test_shares_of_cubes_are_those_counted_on_the_lattice(local, p, seed):
    rng = np.random.default_rng(seed)
    module = random_module(rng, p, n=3)
    axes = [np.sort(rng.choice(np.arange(-1, SIDE + 2), size=4 if p < 3 else 2, replace=False)) for _ in range(p)]
    delta = 2
    found = ModuleRepresentation(delta, local).local_values(module, axes)
    whole = 2 * delta if local == "interleaving" else (2 * delta) ** p
    for (births, deaths), values in zip(summands_of(module), found, strict=True):
        for node, value in zip(product(*axes), values.ravel(), strict=True):
            x = np.array(node)
            assert value == pytest.approx(COUNTED[local](births, deaths, x - delta, x + delta) / whole, abs=1e-14)


@pytest.mark.parametrize(("p", "seed"), [(1, 0), (2, 0), (2, 1), (3, 0)])
def test_distances_are_those_to_lattice_points_of_the_closed_support(p, seed):
    rng = np.random.default_rng(10 + seed)
    module = random_module(rng, p, n=3)
    axes = [np.arange(-2, SIDE + 1, 2)] * p
    found = {local: ModuleRepresentation(2.0, local).local_values(module, axes) for local in DISTANCES}
    for i, (births, deaths) in enumerate(summands_of(module)):
        cells = [c for c in cells_of([0] * p, [SIDE + 4] * p) if holds_cell(births, deaths, c)]
        points = np.unique([np.add(cell, corner) for cell in cells for corner in product((0, 1), repeat=p)], axis=0)
        for j, node in enumerate(product(*axes)):
            r = np.abs(points - node).max(axis=1).min() / 2.0
            wanted = {"gaussian": math.exp(-(r**2) / 2), "exponential": math.exp(-r), "linear": max(1 - r, 0)}
            for local in DISTANCES:
                assert found[local][i].ravel()[j] == pytest.approx(wanted[local], abs=1e-14)


@pytest.mark.parametrize(("p", "seed"), [(1, 0), (2, 0), (2, 1), (3, 0)])
def test_landscape_of_a_summand_is_its_depth_along_the_diagonal(p, seed):
    module = random_module(np.random.default_rng(20 + seed), p, n=3)
    axes = [np.arange(0, SIDE + 1)] * p
    found = ModuleRepresentation(local="landscape").local_values(module, axes)
    for (births, deaths), values in zip(summands_of(module), found, strict=True):
        for node, value in zip(product(*axes), values.ravel(), strict=True):
            depth = 0
            while all(holds_cell(births, deaths, np.add(node, shift)) for shift in (depth, -1 - depth)):
                depth += 1
            assert value == depth


@pytest.mark.parametrize("p", [1, 2, 3])
def test_weights_are_sizes_in_the_box(p):
    rng = np.random.default_rng(p)
    module = random_module(rng, p)
    low, high = np.array([1, 2, 0])[:p], np.array([5, 6, 3])[:p]
    module = IntervalModule(*corners(module), 1, [low, high])
    diagonals = [counted_diagonal(births, deaths, low, high) / 2 for births, deaths in summands_of(module)]
    volumes = [counted_volume(births, deaths, low, high) for births, deaths in summands_of(module)]
    np.testing.assert_array_equal(ModuleRepresentation(1.0).weights(module), diagonals)
    np.testing.assert_allclose(ModuleRepresentation(1.0, weight="volume").weights(module), volumes, rtol=1e-14)
    np.testing.assert_array_equal(ModuleRepresentation(1.0, weight="uniform").weights(module), np.ones(len(module)))


def corners(module):
    return module.births, module.birth_offsets, module.deaths, module.death_offsets


@pytest.mark.parametrize("p", [2, 3])
@pytest.mark.parametrize("local", SHARES)
def test_shares_agree_with_random_samples_of_the_cube(p, local):
    rng = np.random.default_rng(p)
    module = random_module(rng, p, n=3, integers=False)
    x, delta = rng.uniform(1, 5, size=p), rng.uniform(0.5, 1.5, size=p)
    found = ModuleRepresentation(tuple(delta), local).local_values(module, [[c] for c in x]).ravel()
    t = np.linspace(-1, 1, 1001)
    for (births, deaths), value in zip(summands_of(module), found, strict=True):
        samples = x + delta * rng.uniform(-1, 1, size=(20_000, p))
        share = contains(births, deaths, samples).mean()
        if local == "volume":
            assert value == pytest.approx(share, abs=4 * 0.5 / math.sqrt(20_000))
        elif local == "interleaving":  # lengths along many lines in direction delta through the cube
            on_lines = samples[:300, np.newaxis] + 2 * delta * t[:, np.newaxis]
            inside = (np.abs(on_lines - x) <= delta).all(axis=2) & contains(births, deaths, on_lines)
            longest = inside.sum(axis=1).max() / 500
            assert longest - 0.004 <= value <= longest + 0.15
        else:
            assert value <= share + 0.02


def contains(births, deaths, points):
    above = (births <= points[..., np.newaxis, :]).all(axis=-1).any(axis=-1)
    return above & (points[..., np.newaxis, :] < deaths).all(axis=-1).any(axis=-1)


# --- by hand


def test_rectangle_by_hand():
    module = module_of([([[0, 0]], [[4, 2]])], [[0, 0], [4, 4]])
    axes = [[2.0, 4.0, 5.5], [1.0]]
    # About (2, 1) the square of side 2 is in the support, about (4, 1) its left half, about (5.5, 1) nothing is.
    for local in SHARES:
        np.testing.assert_allclose(ModuleRepresentation(1.0, local).local_values(module, axes).ravel(), [1, 0.5, 0])
    e = math.exp
    for local, wanted in (("gaussian", e(-0.5 * 1.5**2)), ("exponential", e(-1.5)), ("linear", 0.0)):
        found = ModuleRepresentation(1.0, local).local_values(module, axes).ravel()
        np.testing.assert_allclose(found, [1, 1, wanted], rtol=1e-15)
    np.testing.assert_allclose(ModuleRepresentation(1.0).weights(module), [1.0])  # half the shorter side
    np.testing.assert_allclose(ModuleRepresentation(1.0, weight="volume").weights(module), [8.0])


def test_l_shape_by_hand():
    # The square [0, 2)² without its lower left quarter; the cube about (1, 1) is the square.
    module = module_of([([[0, 1], [1, 0]], [[2, 2]])], [[0, 0], [2, 2]])
    found = {local: ModuleRepresentation(1.0, local).local_values(module, [[1.0], [1.0]]).item() for local in SHARES}
    assert found == {"interleaving": 0.5, "volume": 0.75, "rectangle": 0.5}


def test_bandwidths_an_axis_by_hand():
    module = module_of([([[0, 0]], [[4, 2]])], [[0, 0], [4, 4]])
    found = {s: ModuleRepresentation((4.0, 1.0), s).local_values(module, [[0.0], [0.0]]).item() for s in SHARES}
    assert found == {"interleaving": 0.5, "volume": 0.25, "rectangle": 0.25}
    assert ModuleRepresentation((2.0, 0.5), "linear").local_values(module, [[5.0], [1.0]]).item() == 0.5


def test_mean_of_two_bars_by_hand():
    # Weights 1 and 2; at 1 the first counts 1, the second not; at 3 the second counts 1/2.
    module = module_of([([[0]], [[2]]), ([[3]], [[7]])], [[0], [10]])
    axes = [[1.0, 3.0]]
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0), [1 / 3, 2 / 3 * 0.5])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, power=2), [1 / 5, 4 / 5 * 0.5])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, power=0), [1 / 2, 1 / 2 * 0.5])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, power=np.inf), [1, 0.5])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, op="sum"), [1, 1])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, op="max", power=3), [1, 4])
    np.testing.assert_allclose(module_image(module, axes, bandwidth=1.0, op=2), [0, 0])


# --- putting summands together


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("local", [*SHARES, *DISTANCES, "landscape"])
def test_operations_are_those_of_numpy_on_all_terms(p, local):
    rng = np.random.default_rng(p)
    module = random_module(rng, p, n=6, integers=False)
    axes = [np.sort(rng.uniform(0, SIDE, size=size)) for size in (7, 5, 4)[:p]]
    for weight, power in (("interleaving", 1.0), ("volume", 0.5), ("uniform", 2), (lambda m: np.arange(len(m)), 0)):
        options = {"bandwidth": 1.0, "local": local, "weight": weight, "power": power}
        representation = ModuleRepresentation(**options)
        weights = representation.weights(module)
        weights = np.where(weights > 0, weights**power, 0.0)
        terms = weights.reshape(-1, *[1] * p) * representation.local_values(module, axes)
        ranked = np.sort(terms, axis=0)[::-1]
        wanted = {"sum": terms.sum(axis=0), "mean": terms.sum(axis=0) / weights.sum(), "max": ranked[0]}
        wanted |= {k: ranked[k - 1] for k in (1, 2, 3, 6)} | {7: 0 * ranked[0], 50: 0 * ranked[0]}
        for op, values in wanted.items():
            np.testing.assert_allclose(module_image(module, axes, op=op, **options), values, rtol=1e-12, atol=1e-15)
        found = module_image(module, axes, op=lambda rows: np.median(rows, axis=0), **options)
        np.testing.assert_allclose(found, np.median(terms, axis=0), rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("op", ["mean", "sum", "max", 1, 2, 3, 9])
def test_callables_that_do_what_names_do_give_the_same(op):
    module = random_module(np.random.default_rng(3), 2, n=5, integers=False)
    axes = [np.linspace(0, SIDE, 6), np.linspace(0, SIDE, 5)]

    def linear(births, deaths, points):
        far = [
            np.maximum(np.maximum(b - points, points - d), 0).max(axis=1)
            for b in births
            for d in deaths
            if (b < d).all()
        ]
        return np.maximum(1 - np.min(far, axis=0), 0)

    named = module_image(module, axes, bandwidth=1.0, local="linear", op=op)
    for power in (1.0, 0, np.inf) if op == "mean" else (1.0, 0):
        named = module_image(module, axes, bandwidth=1.0, local="linear", op=op, power=power)
        called = module_image(module, axes, local=linear, op=op, power=power)
        np.testing.assert_allclose(called, named, rtol=1e-12, atol=1e-15)


def test_a_local_function_may_be_negative_where_others_do_not_count():
    module = module_of([([[0]], [[2]]), ([[20]], [[21]])], [[0], [10]])  # the second is outside the box
    for op in ("max", "mean", 1):
        found = module_image(module, [[1.0]], local=lambda births, deaths, points: -points[:, 0], op=op)
        np.testing.assert_array_equal(found, [-1.0])


@pytest.mark.parametrize("op", ["mean", "sum", "max", 2])
@pytest.mark.parametrize("local", [*SHARES, *DISTANCES])
def test_order_of_summands_does_not_matter(local, op):
    summands = list(summands_of(random_module(np.random.default_rng(4), 2, n=6, integers=False)))
    box, axes = [[0, 0], [SIDE, SIDE]], [np.linspace(-1, 7, 9)] * 2
    one, two = (module_image(module_of(s, box), axes, bandwidth=0.7, local=local, op=op) for s in
                (summands, summands[::-1]))  # fmt: skip
    np.testing.assert_allclose(one, two, rtol=1e-13)


@pytest.mark.parametrize("local", SHARES)
@pytest.mark.parametrize("power", [1.0, 2.0, np.inf])
def test_a_tiny_summand_changes_little_and_one_outside_the_box_nothing(local, power):
    summands = list(summands_of(random_module(np.random.default_rng(5), 2, integers=False)))
    box, axes = [[0, 0], [SIDE, SIDE]], [np.linspace(0, SIDE, 8)] * 2
    options = {"bandwidth": 1.0, "local": local, "power": power}
    alone = module_image(module_of(summands, box), axes, **options)
    tiny = module_image(module_of([*summands, ([[1, 1]], [[1 + 1e-9, 1 + 1e-9]])], box), axes, **options)
    np.testing.assert_allclose(tiny, alone, atol=1e-8)
    outside = module_image(module_of([*summands, ([[6.5, 0]], [[9, 9]])], box), axes, **options)
    np.testing.assert_array_equal(outside, alone)


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("local", [*SHARES, *DISTANCES, "landscape"])
def test_modules_without_summands_are_zero(p, local):
    axes = [np.arange(3.0)] * p
    for op in ("mean", "sum", "max", 2, lambda terms: terms.max(axis=0)):
        found = module_image(empty_module(p), axes, bandwidth=1.0, local=local, op=op)
        np.testing.assert_array_equal(found, np.zeros((3,) * p))
    assert ModuleRepresentation(1.0, local).local_values(empty_module(p), axes).shape == (0, *(3,) * p)


def test_bars_that_never_die_are_cut_by_the_box_only_in_weights():
    module = module_of([([[1]], [[np.inf]])], [[0], [5]])
    representation = ModuleRepresentation(1.0)
    np.testing.assert_array_equal(representation.weights(module), [2.0])
    np.testing.assert_array_equal(representation(module, [[1.0, 7.0]]), [0.5, 1.0])
    np.testing.assert_array_equal(ModuleRepresentation.landscape()(module, [[0.0, 7.0]]), [0.0, 6.0])


def test_large_powers_of_weights_stay_finite_in_means():
    module = module_of([([[0]], [[2]]), ([[1]], [[7]])], [[0], [10]])
    found = module_image(module, [[1.0]], bandwidth=1.0, power=5000)
    np.testing.assert_allclose(found, 0.5)
    with pytest.raises(ValueError, match=r"weight \*\* power overflows: the largest weight is 3, power=5000"):
        module_image(module, [[1.0]], bandwidth=1.0, power=5000, op="sum")


# --- instances from the literature


def test_persistence_image_is_a_sum_of_gaussians_of_distances():
    module = module_of([([[0]], [[2]]), ([[3]], [[7]])], [[0], [10]])
    found = ModuleRepresentation.persistence_image(2.0, power=2)(module, [[2.5]])
    np.testing.assert_allclose(found, (1 + 4) * math.exp(-(0.5**2) / 2.0**2), rtol=1e-14)


def test_landscapes_are_ranked_depths():
    module = module_of([([[0]], [[10]]), ([[3]], [[7]])], [[0], [10]])
    wanted = {1: [5, 3, 0], 2: [2, 0, 0], 3: [0, 0, 0]}
    for k, values in wanted.items():
        np.testing.assert_array_equal(ModuleRepresentation.landscape(k)(module, [[5.0, 7.0, 12.0]]), values)


@pytest.mark.parametrize("p", [1, 2])
def test_kernel_is_the_double_sum_over_pairs_of_summands(p):
    rng = np.random.default_rng(p)
    modules = [random_module(rng, p, integers=False) for _ in range(3)]
    axes = [np.linspace(0, SIDE, 7), np.linspace(1, SIDE, 6)][:p]
    representation = ModuleRepresentation(1.0, "gaussian", "volume", "sum", 0.5)
    found = multiparameter_persistence_kernel(modules, modules[:2], axes=axes, representation=representation)
    for i, j in np.ndindex(3, 2):
        total = 0.0
        for v, f in zip(*terms_of(modules[i], representation, axes), strict=True):
            for w, g in zip(*terms_of(modules[j], representation, axes), strict=True):
                integral = f * g
                for axis in reversed(axes):
                    integral = ((integral[..., 1:] + integral[..., :-1]) / 2) @ np.diff(axis)
                total += math.sqrt(v * w) * integral
        assert found[i, j] == pytest.approx(total, rel=1e-12)
    gram = multiparameter_persistence_kernel(modules, axes=axes, representation=representation)
    np.testing.assert_allclose(gram, gram.T, rtol=1e-14)
    np.testing.assert_allclose(gram[:, :2], found, rtol=1e-14)
    assert np.linalg.eigvalsh(gram).min() > -1e-12 * gram.max()


def terms_of(module, representation, axes):
    return representation.weights(module), representation.local_values(module, axes)


# --- stability


@pytest.mark.parametrize("p", [1, 2, 3])
@pytest.mark.parametrize("epsilon", [0.02, 0.2])
@pytest.mark.parametrize("delta", [0.5, 2.0])
def test_moving_corners_changes_the_representation_by_at_most_the_bound(p, epsilon, delta):
    # Corners that move by at most ε give summands at interleaving distance at most ε.
    rng = np.random.default_rng(p)
    for _ in range(5):
        module = random_module(rng, p, n=5, integers=False)
        moved = [corner + rng.uniform(-epsilon, epsilon, size=corner.shape) for corner in corners(module)[::2]]
        starts = corners(module)[1::2]
        moved = IntervalModule(moved[0], starts[0], moved[1], starts[1], 1, module.box)
        axes = [np.linspace(0, SIDE, 9 if p < 3 else 5)] * p

        def change(local="interleaving", module=module, moved=moved, axes=axes, **options):
            representation = ModuleRepresentation(delta, local, **options)
            return np.abs(representation(module, axes) - representation(moved, axes)).max()

        step = min(epsilon, delta) / delta
        mean = max(ModuleRepresentation(delta).weights(each).mean() for each in (module, moved))
        slack = 1 + 1e-9
        assert 0 < change(power=np.inf) <= step * slack
        assert 0 < change(power=0) <= step * slack
        assert 0 < change(power=1) <= (step + epsilon / mean) * slack
        assert change("rectangle", power=np.inf) <= p * step * slack
        assert change("volume", power=np.inf) <= 2 * p * step * slack
        assert change("gaussian", power=np.inf) <= math.exp(-0.5) * epsilon / delta * slack
        assert change("exponential", power=np.inf) <= epsilon / delta * slack
        assert change("linear", power=np.inf) <= epsilon / delta * slack
        assert change("landscape", weight="uniform", op=2) <= epsilon * slack


# --- the estimator


def training_modules(p=2):
    rng = np.random.default_rng(7)
    return [random_module(rng, p, n=n, integers=False) for n in (3, 5, 1)]


@pytest.mark.parametrize("local", [*SHARES, *DISTANCES, "landscape"])
@pytest.mark.parametrize("unit", ["range", "absolute"])
def test_rows_are_images_in_the_unit_and_the_box_of_the_training_modules(local, unit):
    modules = training_modules()
    modules[0] = IntervalModule(*corners(modules[0]), 1, [[1, -2], [7, 5]])
    image = ModuleImage(resolution=(5, 4), bandwidth=(0.2, 0.3), bandwidth_unit=unit, local=local, op="sum")
    rows = image.fit_transform(modules)
    low, high = np.array([0.0, -2.0]), np.array([7.0, 6.0])
    scale = high - low if unit == "range" else np.ones(2)
    axes = [np.linspace(a, b, n) for a, b, n in zip(low, high, (5, 4), strict=True)]
    for axis, found in zip(axes, image.plans_[0].grid.axes, strict=True):
        np.testing.assert_allclose(found, axis)
    for row, module in zip(rows, modules, strict=True):
        births, starts, deaths, ends = corners(module)
        scaled = IntervalModule(births / scale, starts, deaths / scale, ends, 1, [low / scale, high / scale])
        lines = [axis / s for axis, s in zip(axes, scale, strict=True)]
        wanted = module_image(scaled, lines, bandwidth=(0.2, 0.3), local=local, op="sum")
        np.testing.assert_allclose(row, wanted.ravel(), rtol=1e-12, atol=1e-14)


def test_images_in_the_range_are_independent_of_units():
    modules = training_modules()
    factors = np.array([1000.0, 1e-3])
    scaled = [
        IntervalModule(m.births * factors, m.birth_offsets, m.deaths * factors, m.death_offsets, 1, m.box * factors)
        for m in modules
    ]
    for op in ("mean", "sum"):
        image = ModuleImage(resolution=6, op=op)
        np.testing.assert_allclose(image.fit_transform(scaled), image.fit_transform(modules), rtol=1e-9, atol=1e-12)


def test_a_callable_weight_gets_the_module_as_it_is():
    modules = training_modules()

    def number_of_corners(module):
        assert any(module is each for each in modules)
        return np.diff(module.birth_offsets)

    rows = ModuleImage(resolution=3, weight=number_of_corners).fit_transform(modules)
    assert rows.shape == (3, 9) and (rows > 0).any()


def test_features_are_named_by_place_degree_and_grid_point():
    pairs = [(m, IntervalModule(*corners(m), 0, m.box)) for m in training_modules()]
    image = ModuleImage(resolution=(2, 3)).fit(pairs)
    names = [f"module{k}_h{1 - k}_{i}_{j}" for k in range(2) for i in range(2) for j in range(3)]
    assert list(image.get_feature_names_out()) == names
    assert list(image.set_output(transform="pandas").transform(pairs).columns) == names


def test_threads_copies_and_read_only_arrays_give_the_same():
    modules = training_modules()
    rows = ModuleImage(resolution=5).fit_transform(modules)
    np.testing.assert_array_equal(ModuleImage(resolution=5, n_jobs=2).fit_transform(modules), rows)
    image = pickle.loads(pickle.dumps(ModuleImage(resolution=5).fit(modules)))
    for module in modules:
        for name in ("births", "deaths", "birth_offsets", "death_offsets", "box"):
            getattr(module, name).flags.writeable = False
    np.testing.assert_array_equal(image.transform(modules), rows)


@pytest.mark.parametrize("local", [*SHARES, *DISTANCES, "landscape"])
def test_rows_are_finite_whatever_the_modules(local):
    never = module_of([([[0, 0]], [[np.inf, np.inf]])], [[0, 0], [SIDE, SIDE]])
    flat = IntervalModule(*corners(never), 1, [[0, 3], [SIDE, 3]])
    for training in ([empty_module(2)], [never], [flat], [flat, never, empty_module(2)]):
        for resolution in (1, 4):
            image = ModuleImage(resolution=resolution, local=local).fit(training)
            rows = image.transform([never, flat, empty_module(2)])
            assert np.isfinite(rows).all()
            np.testing.assert_array_equal(rows[2], 0)


# --- bad input


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bandwidth": 0.0}, r"bandwidth must be a positive finite number, got bandwidth=0\.0"),
        ({"bandwidth": (1.0, -1.0)}, r"bandwidth must be a positive finite number, got bandwidth=-1\.0"),
        ({"bandwidth": (1.0, 1.0, 1.0)}, r"bandwidth must be one number or one an axis \(2\)"),
        ({"local": "square"}, "local must be one of .* got local='square'"),
        ({"weight": "heavy"}, "weight must be one of .* got weight='heavy'"),
        ({"op": "median"}, "op must be one of .* got op='median'"),
        ({"op": 0}, "op must be an integer of at least 1, got op=0"),
        ({"op": True}, "op must be an integer of at least 1, got op=True"),
        ({"power": -1}, "power must be a number of at least 0, or inf, got power=-1"),
        ({"power": math.nan}, "power must be a number of at least 0, or inf, got power=nan"),
        ({"power": np.inf, "op": "sum"}, "power=inf is the supremum .* got op='sum'"),
        ({"weight": lambda module: np.ones(9)}, r"weight must return one finite number a summand, shape \(4,\)"),
        ({"weight": lambda module: -np.ones(4)}, "weight must return numbers of at least 0, got -1"),
        ({"local": lambda births, deaths, x: np.ones(2)}, r"local must return one finite number a point, shape \(9,\)"),
        ({"op": lambda terms: terms}, r"op must return one finite number a grid point, shape \(9,\), got .*\(4, 9\)"),
        ({"op": lambda terms: terms[0] * np.nan}, "op must return one finite number a grid point"),
    ],
)
def test_wrong_parameters_are_refused(options, message):
    module = random_module(np.random.default_rng(0), 2)
    with pytest.raises(ValueError, match=message):
        module_image(module, [np.arange(3.0)] * 2, **({"bandwidth": 1.0} | options))
    with pytest.raises(ValueError, match=message):
        ModuleImage(resolution=3, **options).fit([module]).transform([module])


def test_named_local_functions_need_a_bandwidth():
    module = random_module(np.random.default_rng(0), 1)
    with pytest.raises(ValueError, match="bandwidth must be a positive finite number, got bandwidth=None"):
        module_image(module, [[0.0]])
    assert module_image(module, [[0.0]], local="landscape").shape == (1,)


def test_wrong_axes_and_modules_are_refused():
    module = random_module(np.random.default_rng(0), 2)
    with pytest.raises(ValueError, match="axes must be 2 arrays, one for each axis, got 1"):
        module_image(module, [[0.0]], bandwidth=1.0)
    with pytest.raises(ValueError, match=r"axes\[1\] must be finite"):
        module_image(module, [[0.0], [0.0, np.inf]], bandwidth=1.0)
    with pytest.raises(TypeError, match="module must be an IntervalModule, got list"):
        module_image([module], [[0.0], [0.0]], bandwidth=1.0)
    with pytest.raises(TypeError, match=r"X\[1\] must be an IntervalModule, got str"):
        multiparameter_persistence_kernel(
            [module, "module"], axes=[[0.0], [0.0]], representation=ModuleRepresentation(1.0)
        )
    with pytest.raises(TypeError, match="representation must be a ModuleRepresentation, got str"):
        multiparameter_persistence_kernel([module], axes=[[0.0], [0.0]], representation="image")


def test_modules_of_other_dimensions_are_refused():
    line, plane = (random_module(np.random.default_rng(0), p) for p in (1, 2))
    with pytest.raises(ValueError, match=r"same R\^p, got p in \[1, 2\] at place 0"):
        ModuleImage().fit([line, plane])
    with pytest.raises(ValueError, match=r"^X\[1\]: the module lives on R\^2, those of fit on R\^1"):
        ModuleImage().fit([line]).transform([line, plane])


def test_arrays_that_do_not_fit_into_memory_are_refused(monkeypatch):
    module = random_module(np.random.default_rng(0), 2)
    monkeypatch.setenv("TDAINV_MEMORY_LIMIT", "10000")
    with pytest.raises(MemoryError, match="A grid of 10000 points needs"):
        module_image(module, [np.arange(100.0)] * 2, bandwidth=1.0)
    with pytest.raises(MemoryError, match="Values of 4 summands at 10000 points need"):
        ModuleRepresentation(1.0).local_values(module, [np.arange(100.0)] * 2)
