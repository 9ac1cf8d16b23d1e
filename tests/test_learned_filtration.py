"""Learned filtrations: modules, training, the classifier."""

import pickle
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import tdainv

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from tdainv.learn import (  # noqa: E402
    BifiltrationLearner,
    DeepSets,
    DistanceMatrixDeepSets,
    FiltrationLearner,
    FrameAveraging,
    LearnedFiltrationClassifier,
    TopologicalClassifier,
    WeightNetwork,
    training,
)
from tdainv.learn.blocks import WeightedBatchNorm  # noqa: E402
from tdainv.learn.checkpoints import Checkpoint  # noqa: E402
from tdainv.learn.ragged import padded  # noqa: E402
from tdainv.learn.training import Schedule  # noqa: E402
from tdainv.learn.training_items import TrainingItems  # noqa: E402

FAST = {"epochs": 3, "backbone_epochs": 3, "width": 6, "n_centers": 6, "n_features": 4, "random_state": 0}


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@cache
def rings(n_per_class=6, seed=0, n_points=24):
    return tdainv.datasets.make_marked_rings(n_per_class, n_points, random_state=seed)


@cache
def ragged(seed=0):
    """Twelve clouds of different sizes, of two classes."""
    rng = np.random.default_rng(seed)
    clouds = [tdainv.datasets.make_circle(n, 0.1, random_state=rng) * (1 + n % 2) for n in range(8, 20)]
    return clouds, np.arange(12) % 2


def distances(n_items=3, n_points=12, seed=0, dtype=torch.float64):
    points = np.random.default_rng(seed).normal(size=(n_items, n_points, 2))
    return torch.tensor(np.stack([cdist(p, p) for p in points]), dtype=dtype)


def new_learner(kind="learned", **options):
    if kind == "bifiltration":
        return BifiltrationLearner(4, width=6, generator=generator(), **options).double()
    return FiltrationLearner(4, weights=kind, width=6, n_centers=5, generator=generator(), **options).double()


# --- the filtration


@pytest.mark.parametrize("degrees", [(1,), (0, 1)])
def test_barcodes_without_weights_are_those_of_rips(degrees):
    D = distances()
    found = new_learner("none", degrees=degrees).barcodes(D)
    for degree, batch in zip(degrees, found, strict=True):
        for i, matrix in enumerate(D):
            bars = tdainv.barcode(tdainv.rips(matrix.numpy(), metric="precomputed"), degree)
            np.testing.assert_array_equal(batch[i].numpy(), np.column_stack([bars.births, bars.deaths]))


def test_barcodes_with_dtm_weights_are_those_of_dtm_rips():
    D = distances()
    (found,) = new_learner("dtm", mass=0.3).barcodes(D)
    for i, matrix in enumerate(D):
        bars = tdainv.barcode(tdainv.dtm_rips(matrix.numpy(), mass=0.3, metric="precomputed"), 1)
        np.testing.assert_array_equal(found[i].numpy(), np.column_stack([bars.births, bars.deaths]))


def test_barcodes_with_learned_weights_are_those_of_weighted_rips():
    D, learner = distances(), new_learner()
    weights = learner.weights_of(D).detach().numpy()
    assert (weights.min(axis=1) == 0).all() and (weights.max(axis=1) > 0).all()
    (found,) = learner.barcodes(D)
    for i, matrix in enumerate(D.numpy()):
        bars = tdainv.barcode(tdainv.weighted_rips(matrix, weights[i], metric="precomputed"), 1)
        np.testing.assert_array_equal(found[i].detach().numpy(), np.column_stack([bars.births, bars.deaths]))


def test_measures_of_the_learned_bifiltration_are_those_of_function_rips():
    D, learner = distances(), new_learner("bifiltration")
    values = learner.weights_of(D).detach().numpy()
    assert (values.min(axis=1) == 0).all() and (values < 1).all()
    (found,) = learner.measures(D)
    for i, matrix in enumerate(D.numpy()):
        expected = tdainv.hilbert_signed_measure(tdainv.function_rips(matrix, values[i], metric="precomputed"), 1)
        points, weights = found[i]
        np.testing.assert_array_equal(points.detach().numpy(), expected.points)
        np.testing.assert_array_equal(weights.numpy(), expected.weights)


@pytest.mark.parametrize("kind", ["learned", "bifiltration"])
def test_gradients_of_the_weights_agree_with_finite_differences(kind):
    D, learner = distances(2, 14), new_learner(kind)
    learner.reset_from(D, generator())
    parameter = learner.network.last.weight
    learner(D).square().sum().backward()
    k = int(parameter.grad.abs().argmax())
    assert parameter.grad[0, k] != 0
    values = []
    for step in (1e-6, -1e-6):
        with torch.no_grad():
            parameter[0, k] += step
            values.append(float(learner(D).square().sum()))
            parameter[0, k] -= step
    assert float(parameter.grad[0, k]) == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-4)


@pytest.mark.parametrize("kind", ["learned", "dtm", "none", "bifiltration"])
def test_an_item_of_a_batch_of_different_sizes_is_as_alone(kind):
    learner = new_learner(kind).eval()
    D = [distances(1, n, seed=n)[0] for n in (5, 12, 1, 2)]
    together = learner(D)
    for i, matrix in enumerate(D):
        torch.testing.assert_close(together[i], learner(matrix.unsqueeze(0))[0], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("kind", ["learned", "dtm", "none", "bifiltration"])
def test_the_order_of_points_does_not_matter(kind):
    learner, D = new_learner(kind), distances()
    order = torch.randperm(D.shape[1], generator=generator())
    torch.testing.assert_close(learner(D[:, order][:, :, order]), learner(D), rtol=1e-9, atol=1e-9)
    if kind != "none":
        moved = learner.weights_of(D[:, order][:, :, order])
        torch.testing.assert_close(moved, learner.weights_of(D)[:, order], rtol=1e-9, atol=1e-9)


def test_a_constant_added_to_all_weights_changes_nothing_unless_asked():
    class Shifted(nn.Module):
        def __init__(self, shift):
            super().__init__()
            self.shift = shift

        def forward(self, D, mask):
            return D.mean(dim=2) + self.shift

    D = distances()
    features = [new_learner(Shifted(shift))(D) for shift in (0.0, 2.0)]
    torch.testing.assert_close(features[0], features[1])
    births = [new_learner(Shifted(s), from_zero=False).barcodes(D)[0].births for s in (0.0, 2.0)]
    torch.testing.assert_close(births[0] + 4.0, births[1])


def test_start_from_data_centres_and_scales_features():
    D, learner = distances(8), new_learner()
    learner.reset_from(D, generator())
    standard = learner.standardize(learner._pooled(learner.barcodes(D))).detach()
    torch.testing.assert_close(standard.mean(dim=0), torch.zeros(5, dtype=torch.float64))
    torch.testing.assert_close(standard.std(dim=0, unbiased=False), torch.ones(5, dtype=torch.float64))


@pytest.mark.parametrize("kind", ["learned", "none", "bifiltration"])
def test_single_points_have_finite_features_and_gradients(kind):
    learner = new_learner(kind)
    D = torch.zeros(2, 1, 1, dtype=torch.float64)
    learner.reset_from(D, generator())
    learner(D).sum().backward()
    gradients = [p.grad for p in learner.parameters() if p.grad is not None]
    assert gradients and all(torch.isfinite(g).all() for g in gradients)


@pytest.mark.parametrize("kind", ["learned", "dtm", "bifiltration"])
def test_a_learner_comes_back_from_its_state_and_pickle(kind):
    D, learner = distances(), new_learner(kind)
    learner.reset_from(D, generator())
    again = new_learner(kind)
    again.load_state_dict(learner.state_dict())
    assert torch.equal(again(D), learner(D))
    assert torch.equal(pickle.loads(pickle.dumps(learner))(D), learner(D))


def test_training_lowers_a_loss_of_the_filtration():
    D = distances(4, 14)
    learner = FiltrationLearner(width=16, generator=generator()).double()
    optimizer = torch.optim.Adam(learner.network.parameters(), lr=0.02)
    totals = []
    for _ in range(15):
        total = learner.barcodes(D)[0].persistence.sum()
        optimizer.zero_grad()
        (-total).backward()
        optimizer.step()
        totals.append(float(total.detach()))
    assert totals[-1] > 1.02 * totals[0] > 0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: FiltrationLearner(weights="magic"), ValueError, "weights must be one of .* got weights='magic'"),
        (lambda: FiltrationLearner(mass=2.0), ValueError, "mass must lie in"),
        (lambda: FiltrationLearner(degrees=()), ValueError, "degrees must be"),
        (lambda: FiltrationLearner(0), ValueError, "n_features must be an integer of at least 1"),
        (lambda: BifiltrationLearner(function=3), TypeError, "function must be a Module"),
        (lambda: BifiltrationLearner(resolution=(1, 5)), ValueError, "resolution must be two integers"),
        (lambda: TopologicalClassifier(2), ValueError, "learner or backbone must be a module"),
        (lambda: TopologicalClassifier(2, backbone=nn.Flatten()), ValueError, "backbone_features must be an integer"),
        (lambda: TopologicalClassifier(2, learner=nn.Flatten()), ValueError, "learner.n_features must be an integer"),
        (lambda: TopologicalClassifier(1, backbone=DeepSets(2)), ValueError, "n_classes must be at least 2"),
        (lambda: TopologicalClassifier(2, backbone=DeepSets(2))(), ValueError, "points must be given"),
        (lambda: new_learner()(distances(dtype=torch.float32)), TypeError, "float64"),
        (lambda: new_learner()(distances() * torch.nan), ValueError, "finite"),
    ],
)
def test_bad_arguments_of_modules_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# --- two phases


def test_a_frozen_backbone_is_not_trained():
    backbone = DeepSets(2, n_features=3, dropout=0.5)
    module = TopologicalClassifier(2, learner=new_learner().float(), backbone=backbone, frozen=True)
    assert module.train().learner.training and not module.backbone.training
    points = torch.rand(3, 10, 2, generator=generator())
    module(torch.cdist(points, points), points).sum().backward()
    assert all(p.grad is None for p in backbone.parameters())
    assert all(p.grad is not None for p in module.learner.network.parameters())
    assert module.features(torch.cdist(points, points), points).shape == (3, 7)


def test_scores_are_no_probabilities():
    module = TopologicalClassifier(3, learner=new_learner().float(), generator=generator())
    assert not torch.allclose(module(distances(dtype=torch.float32)).sum(dim=1), torch.ones(3))


def test_padding_tells_points_apart():
    stacked, mask = padded([torch.ones(2, 2), torch.ones(3, 3)])
    assert stacked.shape == (2, 3, 3) and float(stacked[0].sum()) == 4
    assert mask.tolist() == [[True, True, False], [True, True, True]]
    assert padded([torch.ones(2, 2)] * 2)[1] is None


def test_the_learning_rate_rises_and_falls():
    schedule = Schedule(100, 40, 0.5, 10, 0.0, 20)
    assert [schedule.rate(k) for k in (1, 10, 40)] == pytest.approx([0.05, 0.5, 0.25])


# --- the classifier


def test_a_learned_filtration_solves_the_rings_and_rips_cannot():
    train, test = rings(40, 0, 40), rings(30, 1, 40)
    options = {"epochs": 14, "width": 16, "n_centers": 16, "validation_fraction": 0, "random_state": 0}
    learned = LearnedFiltrationClassifier(**options).fit(train.clouds, train.labels)
    fixed = LearnedFiltrationClassifier("rips", **options).fit(train.clouds, train.labels)
    assert learned.score(test.clouds, test.labels) > 0.9
    assert fixed.score(test.clouds, test.labels) < 0.85


CASES = {
    "learned": {},
    "dtm": {"filtration": "dtm"},
    "rips": {"filtration": "rips", "degrees": (0, 1)},
    "bifiltration": {"filtration": "bifiltration"},
    "module": {
        "filtration": WeightNetwork(pair_widths=(4,), row_widths=(4,), cloud_widths=(4,), generator=generator())
    },
    "deepsets": {"backbone": "deepsets"},
    "pointnet": {"filtration": None, "backbone": "pointnet"},
    "pointmlp": {"filtration": "rips", "backbone": "pointmlp"},
    "distances": {"filtration": None, "backbone": "distances"},
    "frames": {"filtration": "rips", "backbone": FrameAveraging(DeepSets(2, point_widths=(4,), cloud_widths=(4,)), 2)},
}


@cache
def fitted(case):
    X, y = ragged()
    return LearnedFiltrationClassifier(**{**FAST, **CASES[case]}).fit(X, y)


@pytest.mark.parametrize("case", CASES)
def test_outputs_have_their_shapes_and_names(case):
    X, _ = ragged(1)
    model = fitted(case)
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (12, 2) and np.isfinite(probabilities).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), model.classes_[probabilities.argmax(axis=1)])
    scores = model.decision_function(X)
    np.testing.assert_allclose(expit(scores), probabilities[:, 1], rtol=1e-6, atol=1e-12)
    rows, names = model.transform(X), model.get_feature_names_out()
    assert rows.shape == (12, len(names)) and len(set(names)) == len(names)
    assert set(model.history_) == {
        name for name, part in (("backbone", model.backbone), ("filtration", model.filtration)) if part is not None
    }


@pytest.mark.parametrize("case", CASES)
def test_fit_is_repeatable_and_survives_clone_and_pickle(case):
    X, y = ragged()
    model = fitted(case)
    again = clone(model).fit(X, y)
    np.testing.assert_array_equal(again.transform(X), model.transform(X))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("deepsets", "pointnet", "pointmlp")])
def test_motions_and_orders_of_points_change_no_prediction(case):
    X, _ = ragged()
    rng = np.random.default_rng(3)
    turn = np.array([[0.6, -0.8], [0.8, 0.6]]) @ np.diag([1.0, -1.0])
    moved = [rng.permutation(cloud @ turn.T + 5.0) for cloud in X]
    model = fitted(case)
    np.testing.assert_allclose(model.decision_function(moved), model.decision_function(X), rtol=2e-2, atol=2e-3)


@pytest.mark.parametrize("case", ["learned", "bifiltration", "pointmlp"])
def test_samples_do_not_see_each_other(case):
    X, _ = ragged()
    model = fitted(case)
    rows = model.transform(X)
    np.testing.assert_allclose(model.transform(X[3:4])[0], rows[3], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(model.transform(X[::-1]), rows[::-1], rtol=1e-3, atol=1e-4)


def test_units_do_not_matter():
    X, y = ragged()
    scaled = clone(fitted("learned")).fit([1024 * cloud for cloud in X], y)
    np.testing.assert_array_equal(scaled.transform([1024 * cloud for cloud in X]), fitted("learned").transform(X))


def test_distance_matrices_give_what_their_points_give():
    X, y = ragged()
    matrices = [cdist(cloud, cloud) for cloud in X]
    model = LearnedFiltrationClassifier(metric="precomputed", **FAST).fit(matrices, y)
    np.testing.assert_allclose(model.transform(matrices), fitted("learned").transform(X), rtol=1e-5, atol=1e-5)
    both = LearnedFiltrationClassifier(
        "rips", DistanceMatrixDeepSets(3, pair_widths=(4,), row_widths=(), cloud_widths=()), **FAST
    )
    assert both.set_params(metric="precomputed").fit(matrices, y).transform(matrices).shape == (12, 7)


def test_weights_of_points_give_the_filtration_in_the_unit_of_the_data():
    X, _ = ragged()
    model = fitted("learned")
    weights = model.point_weights(X[:2])
    assert [len(w) for w in weights] == [len(cloud) for cloud in X[:2]]
    (bars,) = model.module_.learner.barcodes([torch.tensor(cdist(X[1], X[1]) / model.unit_, dtype=torch.float32)])
    expected = tdainv.barcode(tdainv.weighted_rips(X[1], weights[1]), 1)
    np.testing.assert_allclose(bars.births.detach() * model.unit_, expected.births, rtol=1e-4)
    (values,) = fitted("bifiltration").point_weights(X[:1])
    assert values.min() == 0 and 0 < values.max() < 1
    with pytest.raises(ValueError, match="filtration must not be None"):
        fitted("distances").point_weights(X[:1])


def test_labels_may_be_words_of_any_order():
    X, y = ragged()
    model = LearnedFiltrationClassifier("rips", **FAST).fit(X, np.array(["b", "a"])[y])
    assert model.classes_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(
        model.transform(X), LearnedFiltrationClassifier("rips", **FAST).fit(X, 1 - y).transform(X)
    )


def test_states_of_randomness_are_what_the_rest_of_the_library_takes():
    X, y = ragged()
    first, second = (
        LearnedFiltrationClassifier("rips", **{**FAST, "random_state": np.random.default_rng(7)}).fit(X, y)
        for _ in range(2)
    )
    np.testing.assert_array_equal(first.transform(X), second.transform(X))
    other = LearnedFiltrationClassifier("rips", **{**FAST, "random_state": 1}).fit(X, y)
    assert not np.array_equal(other.transform(X), first.transform(X))


def test_the_generators_of_torch_and_numpy_stay_as_they_were():
    X, y = ragged()
    torch.manual_seed(5)
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    LearnedFiltrationClassifier("rips", "deepsets", **FAST).fit(X, y)
    assert torch.equal(torch.random.get_rng_state(), before[0])
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


@pytest.mark.parametrize("case", ["module", "deepsets"])
def test_statistics_of_batches_are_those_of_the_training_items(case):
    X, y = ragged()
    options = {
        **FAST,
        **CASES[case],
        "filtration": CASES[case].get("filtration"),
        "validation_fraction": 0,
        "batch_size": 12,
    }
    model = LearnedFiltrationClassifier(**options).fit(X, y)
    module, items = model.module_, _items(model, X)
    norms = [part for part in module.modules() if isinstance(part, WeightedBatchNorm)]
    # The first layer sees no other statistics: its mean over all rows can be taken by hand.
    first = module.backbone.point if case == "deepsets" else module.learner.network.cloud.pairs.perceptron
    if case == "deepsets":
        inputs = torch.cat(items.points)
    else:
        inputs = torch.cat([matrix.reshape(-1, 1) for matrix in items.distances])
    expected = torch.relu(first.linears[0](inputs)).mean(dim=0).detach()
    torch.testing.assert_close(first.norms[0].running_mean, expected, rtol=1e-4, atol=1e-5)
    before = [(norm.running_mean.clone(), norm.running_variance.clone(), norm.momentum) for norm in norms]
    for norm in norms:
        norm.running_mean.fill_(7.0)
    training.recalibrate(module, items, np.arange(len(X)), 12)
    for norm, (mean, variance, momentum) in zip(norms, before, strict=True):
        torch.testing.assert_close(norm.running_mean, mean, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(norm.running_variance, variance, rtol=1e-4, atol=1e-5)
        assert norm.momentum == momentum and not norm.training


def _items(model, X):
    matrices = [cdist(cloud, cloud) for cloud in X]
    points = None if model.backbone is None else [cloud - cloud.mean(axis=0) for cloud in X]
    return TrainingItems.of_arrays(matrices, points, model.unit_, "cpu")


def test_early_stopping_keeps_the_epoch_with_the_lowest_loss():
    train = rings(20)
    model = LearnedFiltrationClassifier(
        "rips", epochs=60, patience=4, validation_fraction=0.3, n_centers=6, learning_rate=0.3, random_state=0
    ).fit(train.clouds, train.labels)
    losses = [row["validation_loss"] for row in model.history_["filtration"]]
    best = int(np.argmin(losses))
    assert len(losses) == best + 5 < 60
    shorter = clone(model).set_params(epochs=best + 1).fit(train.clouds, train.labels)
    np.testing.assert_array_equal(shorter.transform(train.clouds), model.transform(train.clouds))


def test_it_works_in_pipelines_searches_and_cross_validation():
    X, y = ragged()
    model = LearnedFiltrationClassifier("rips", **FAST)
    assert np.isfinite(cross_val_score(model, X, y, cv=2, error_score="raise")).all()
    search = GridSearchCV(model, {"degrees": [(0,), (0, 1)]}, cv=2, error_score="raise").fit(X, y)
    assert search.best_estimator_.transform(X).shape == (12, 4)
    table = make_pipeline(model.set_output(transform="pandas")).fit_transform(X, y)
    assert list(table.columns) == [f"filtration{k}" for k in range(4)]
    assert make_pipeline(clone(model), StandardScaler()).fit_transform(X, y).shape == (12, 4)


def test_fit_leaves_parameters_and_inputs_alone():
    X, y = ragged()
    X = [cloud.copy() for cloud in X]
    for cloud in X:
        cloud.flags.writeable = False
    network = WeightNetwork(pair_widths=(4,), row_widths=(4,), cloud_widths=(4,), generator=generator())
    state = {name: values.clone() for name, values in network.state_dict().items()}
    model = LearnedFiltrationClassifier(network, **FAST)
    before = model.get_params()
    assert model.fit(X, y) is model
    assert model.get_params() == before
    assert all(torch.equal(values, state[name]) for name, values in network.state_dict().items())
    with pytest.raises(NotFittedError):
        LearnedFiltrationClassifier().predict(X)


# --- checkpoints


class Interruption(Exception):
    """Stands for a power cut."""


@pytest.mark.parametrize(
    ("phase_epochs", "options"), [(3, {}), (3, {"backbone": "deepsets"}), (7, {"backbone": "deepsets"})]
)
def test_a_fit_that_was_interrupted_goes_on_to_the_same_result(tmp_path, monkeypatch, phase_epochs, options):
    X, y = ragged()
    options = {**FAST, **options, "epochs": 5, "backbone_epochs": 5, "validation_fraction": 0.2}
    whole = LearnedFiltrationClassifier(**options).fit(X, y)
    path = tmp_path / "state.pt"
    model = LearnedFiltrationClassifier(**options, checkpoint=path, checkpoint_every=2)
    done, epoch = [], training.Phase._epoch

    def counted(self, number):
        if len(done) == phase_epochs:
            raise Interruption
        done.append(number)
        epoch(self, number)

    monkeypatch.setattr(training.Phase, "_epoch", counted)
    with pytest.raises(Interruption):
        model.fit(X, y)
    monkeypatch.setattr(training.Phase, "_epoch", epoch)
    assert path.exists() and len(list(tmp_path.iterdir())) == 1
    resumed = clone(model).fit(X, y)
    np.testing.assert_array_equal(resumed.transform(X), whole.transform(X))
    np.testing.assert_array_equal(resumed.predict_proba(X), whole.predict_proba(X))
    assert resumed.history_ == whole.history_


def test_a_finished_fit_is_read_from_its_file(tmp_path, monkeypatch):
    X, y = ragged()
    model = LearnedFiltrationClassifier(**{**FAST, "random_state": None}, checkpoint=tmp_path / "state.pt").fit(X, y)
    monkeypatch.setattr(training.Phase, "_epoch", None)
    np.testing.assert_array_equal(clone(model).fit(X, y).transform(X), model.transform(X))


def city_block(first, second):
    return float(np.abs(first - second).sum())


def test_a_function_as_metric_has_a_name_in_the_file(tmp_path):
    X, y = ragged()
    options = {**FAST, "epochs": 1, "metric": city_block, "checkpoint": tmp_path / "state.pt"}
    first = LearnedFiltrationClassifier("rips", **options).fit(X, y)
    identity = torch.load(tmp_path / "state.pt", weights_only=True)["identity"]
    text = repr(first._identity([]))
    assert "city_block" in text and hex(id(city_block)) not in text
    assert len(identity) == 64
    np.testing.assert_array_equal(clone(first).fit(X, y).transform(X), first.transform(X))


def test_a_file_of_another_training_is_refused(tmp_path):
    X, y = ragged()
    path = tmp_path / "state.pt"
    model = LearnedFiltrationClassifier("rips", **FAST, checkpoint=path).fit(X, y)
    with pytest.raises(ValueError, match="belongs to a training with other data or other parameters"):
        clone(model).fit(X, 1 - y)
    with pytest.raises(ValueError, match="belongs to a training with other data or other parameters"):
        clone(model).set_params(learning_rate=0.5).fit(X, y)
    path.write_bytes(b"no checkpoint")
    with pytest.raises(ValueError, match=r"state\.pt'.* cannot be read"):
        clone(model).fit(X, y)


def test_a_failed_writing_leaves_the_old_file(tmp_path, monkeypatch):
    checkpoint = Checkpoint(tmp_path / "state.pt", "identity", 1)
    checkpoint.save({"epoch": 1})
    monkeypatch.setattr(torch, "save", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        checkpoint.save({"epoch": 2})
    assert checkpoint.load()["epoch"] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["state.pt"]


# --- errors


class Blunt(nn.Module):
    """No backbone: one number a cloud, not a row."""

    def forward(self, points, mask):
        return points.sum(dim=(1, 2))


GOOD, LABELS = [np.eye(3)] * 4, [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("options", "X", "y", "error", "message"),
    [
        ({}, GOOD, [1, 1, 1, 1], ValueError, "y must hold at least two classes, got one: .*1"),
        ({}, GOOD, [0, 1], ValueError, r"y must have shape \(4,\)"),
        ({}, GOOD, None, ValueError, "y must hold a class for each item"),
        ({}, GOOD, [0.5, 1, 0, 1], ValueError, r"y must be classes, got the number y\[0\] = 0.5"),
        ({}, GOOD, np.array(["a", 1, "a", 1], dtype=object), TypeError, "y must hold classes of one type"),
        ({}, GOOD, [np.nan, 1, 0, 1], ValueError, r"y must be finite, got y\[0\]"),
        ({}, [*GOOD[:3], [[np.nan, 0.0]]], LABELS, ValueError, r"X\[3\] must be finite"),
        ({}, [*GOOD[:3], np.zeros((0, 2))], LABELS, ValueError, r"X\[3\] must have shape"),
        ({}, np.eye(4), LABELS, ValueError, "X must be a sequence with one point cloud an entry"),
        ({}, [], [], ValueError, "X must hold at least one point cloud"),
        ({}, [*GOOD[:3], 1e35 * np.eye(3)], LABELS, ValueError, r"Distances of X\[3\] must be finite and below"),
        ({"metric": "precomputed"}, GOOD, LABELS, ValueError, r"X\[0\] must have a zero diagonal"),
        (
            {"metric": "precomputed"},
            [np.array([[0, np.inf], [np.inf, 0]])] * 4,
            LABELS,
            ValueError,
            r"X\[0\] must be fin",
        ),
        (
            {"metric": "precomputed", "backbone": "deepsets"},
            GOOD,
            LABELS,
            ValueError,
            "backbone='deepsets' reads points",
        ),
        ({"backbone": "deepsets"}, [*GOOD[:3], np.eye(2)], LABELS, ValueError, r"X\[3\] must have 3 coordinates"),
        ({"filtration": "magic"}, GOOD, LABELS, ValueError, "filtration must be one of"),
        ({"filtration": 3}, GOOD, LABELS, TypeError, "filtration must be a name, a Module or None"),
        ({"filtration": None}, GOOD, LABELS, ValueError, "filtration and backbone must not both be None"),
        ({"backbone": Blunt()}, GOOD, LABELS, ValueError, r"features of shape \(1, n_features\), got \(1,\)"),
        ({"epochs": 0}, GOOD, LABELS, ValueError, "epochs must be an integer of at least 1"),
        ({"learning_rate": -1}, GOOD, LABELS, ValueError, "learning_rate must be a positive"),
        ({"weight_decay": -1}, GOOD, LABELS, ValueError, "weight_decay must be at least 0"),
        ({"validation_fraction": 1}, GOOD, LABELS, ValueError, "validation_fraction must lie in"),
        ({"device": "nowhere"}, GOOD, LABELS, ValueError, "device must be a device that torch finds here"),
        ({"device": "cuda:77"}, GOOD, LABELS, ValueError, "device must be a device that torch finds here"),
        ({"checkpoint": "no/such/folder/a"}, GOOD, LABELS, ValueError, "checkpoint must lie in a folder that exists"),
        ({"random_state": -1}, GOOD, LABELS, ValueError, "random_state must be"),
        ({"metric": "unknown"}, GOOD, LABELS, ValueError, "metric"),
        ({}, GOOD, [0, 1, 1, 1], ValueError, "at least two items of each class"),
    ],
)
def test_bad_input_is_named_before_any_training(options, X, y, error, message):
    with pytest.raises(error, match=message):
        LearnedFiltrationClassifier(**{**FAST, **options}).fit(X, y)


def test_clouds_for_prediction_are_checked_too():
    with pytest.raises(ValueError, match=r"X\[1\] must be finite"):
        fitted("learned").predict([np.eye(2), [[np.inf, 0.0]]])
    with pytest.raises(ValueError, match=r"X\[0\] must have 2 coordinates as the clouds of fit"):
        fitted("deepsets").predict([np.eye(3)])


def test_a_training_that_diverges_says_so():
    class Bad(nn.Module):
        def __init__(self):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor(1.0))

        def forward(self, points, mask):
            return points.sum(dim=(1, 2)).unsqueeze(-1) * self.scale * torch.inf

    X, y = ragged()
    with pytest.raises(ValueError, match=r"The training diverged: the loss is nan\. Use a smaller learning_rate"):
        LearnedFiltrationClassifier(None, Bad(), **FAST).fit(X, y)


def test_equal_points_and_single_points_are_data():
    X = [np.zeros((4, 2)), np.ones((1, 2)), np.zeros((3, 2)), np.ones((1, 2))]
    model = LearnedFiltrationClassifier(**FAST).fit(X, LABELS)
    assert model.unit_ == 1.0
    assert np.isfinite(model.predict_proba(X)).all()


def test_without_torch_the_import_says_which_extra():
    code = "import sys; sys.modules['torch'] = None\nimport tdainv\nimport tdainv.learn"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert 'tdainv.learn needs PyTorch: pip install "tdainv[learn]"' in result.stderr


# --- the runner of the experiment

RUNNER = Path(__file__).resolve().parents[1] / "benchmarks" / "accuracy" / "learned.py"


@pytest.mark.skipif(not RUNNER.exists(), reason="benchmarks are not in this copy")
def test_a_quick_run_writes_rows_and_goes_on_where_it_was(tmp_path):
    output = tmp_path / "learned.csv"
    command = [sys.executable, str(RUNNER), "--quick", "--output", str(output), "--sets", "marked rings"]
    command += ["--methods", "rips"]
    first = subprocess.run([*command, "--folds", "0"], capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    rows = output.read_text().splitlines()
    assert len(rows) == 2
    again = subprocess.run([*command, "--folds", "0"], capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert output.read_text().splitlines() == rows


@pytest.mark.skipif(not RUNNER.exists(), reason="benchmarks are not in this copy")
def test_the_corrected_test_agrees_with_its_formula(monkeypatch):
    monkeypatch.syspath_prepend(str(RUNNER.parent))
    monkeypatch.syspath_prepend(str(RUNNER.parents[1] / "compare"))
    from learned import corrected_t_test

    differences = [0.1, 0.2, 0.15, 0.05, 0.1]
    # mean 0.12, variance 0.00325, (1/5 + 1/4) * variance = 0.0014625, so that t = 0.12 / 0.038243 = 3.1379
    mean, p = corrected_t_test(differences, 0.25)
    assert mean == pytest.approx(0.12)
    assert p == pytest.approx(0.0349, abs=2e-4)
