"""The classifier of attributed graphs: small networks, few epochs."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

import tdainv
from tdainv.attributed_graphs import AttributedGraphClassifier

torch = pytest.importorskip("torch")
pytest.importorskip("tdainv.attributed_graphs._torch_geometric")

SMALL = {"features": ("attributes",), "n_hidden": 8, "n_layers": 2, "n_epochs": 40, "random_state": 0}


def stars_and_paths(n=8):
    """Stars and paths with three to ten edges; the vector of a node is its degree."""
    graphs, labels = [], []
    for k in range(3, 3 + n):
        for edges, label in (([[0, i + 1] for i in range(k)], "star"), ([[i, i + 1] for i in range(k)], "path")):
            degrees = np.bincount(np.ravel(edges)).astype(float)
            graphs.append(tdainv.AttributedGraph(k + 1, edges, attributes={"degree": degrees}))
            labels.append(label)
    return graphs, np.array(labels)


@pytest.mark.parametrize("network", ["gcn", "gin"])
def test_stars_and_paths_are_told_apart(network):
    graphs, labels = stars_and_paths()
    classifier = AttributedGraphClassifier(network, **SMALL, dropout=0.0, learning_rate=0.02, patience=40)
    assert classifier.fit(graphs, labels).score(graphs, labels) >= 0.9
    probabilities = classifier.predict_proba(graphs)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert classifier.classes_.tolist() == ["path", "star"]
    assert (classifier.classes_[probabilities.argmax(axis=1)] == classifier.predict(graphs)).all()


def test_the_network_of_the_paper_has_its_number_of_parameters():
    from tdainv.attributed_graphs.networks import GCN

    assert sum(p.numel() for p in GCN(35, 256, 4, 10, 0.5).parameters()) == 209_162


def test_seeds_repeat_results_and_leave_the_state_of_torch_alone():
    graphs, labels = stars_and_paths(4)
    before = torch.random.get_rng_state()
    one, two = (AttributedGraphClassifier(**SMALL).fit(graphs, labels) for _ in range(2))
    assert torch.equal(torch.random.get_rng_state(), before)
    np.testing.assert_array_equal(one.predict_proba(graphs), two.predict_proba(graphs))
    assert one.validation_losses_ == two.validation_losses_


def test_the_epoch_with_the_smallest_validation_loss_is_kept():
    graphs, labels = stars_and_paths()
    classifier = AttributedGraphClassifier(**SMALL, patience=3).fit(graphs, labels)
    losses = classifier.validation_losses_
    assert len(losses) == len(classifier.losses_)
    assert len(losses) == 40 or int(np.argmin(losses)) == len(losses) - 4


def test_prediction_does_not_depend_on_company_or_node_order():
    graphs, labels = stars_and_paths(4)
    classifier = AttributedGraphClassifier(**SMALL, batch_size=3).fit(graphs, labels)
    together = classifier.predict_proba(graphs)
    np.testing.assert_allclose(classifier.predict_proba(graphs[2:3])[0], together[2], atol=1e-6)
    graph = graphs[2]
    order = np.random.default_rng(0).permutation(len(graph))
    rows = graph.attributes["degree"][order]
    turned = tdainv.AttributedGraph(len(graph), np.argsort(order)[graph.edges], attributes={"degree": rows})
    np.testing.assert_allclose(classifier.predict_proba([turned])[0], together[2], atol=1e-6)


def test_pickles_and_clones_work_and_all_graphs_may_be_trained_on():
    graphs, labels = stars_and_paths(4)
    classifier = AttributedGraphClassifier(**SMALL, validation_fraction=0).fit(graphs, labels)
    assert classifier.validation_losses_ == []
    assert len(classifier.losses_) == 40
    again = pickle.loads(pickle.dumps(classifier))
    np.testing.assert_array_equal(again.predict_proba(graphs), classifier.predict_proba(graphs))
    with pytest.raises(NotFittedError):
        clone(classifier).predict(graphs)


def test_graphs_of_one_node_and_constant_features_are_classified():
    graphs = [tdainv.AttributedGraph(1, [], attributes={"x": [float(k % 2)], "y": [1.0]}) for k in range(8)]
    classifier = AttributedGraphClassifier("gin", **SMALL).fit(graphs, np.arange(8) % 2)
    assert np.isfinite(classifier.predict_proba(graphs)).all()


@pytest.mark.parametrize(
    "check",
    [
        estimator_checks.check_estimator_cloneable,
        estimator_checks.check_estimator_tags_renamed,
        estimator_checks.check_valid_tag_types,
        estimator_checks.check_estimator_repr,
        estimator_checks.check_no_attributes_set_in_init,
        estimator_checks.check_mixin_order,
        estimator_checks.check_do_not_raise_errors_in_init_or_set_params,
        estimator_checks.check_parameters_default_constructible,
        estimator_checks.check_get_params_invariance,
        estimator_checks.check_set_params,
    ],
    ids=lambda check: check.__name__,
)
def test_scikit_learn_checks_pass(check):
    check("AttributedGraphClassifier", AttributedGraphClassifier())


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"network": "gat"}, "network must be one of 'gcn', 'gin'"),
        ({"features": ("bars",)}, "features must be a sequence of"),
        ({"features": ("filter",)}, r"X\[0\] must have at least one feature a node"),
        ({"n_hidden": 0}, "n_hidden must be an integer of at least 1"),
        ({"dropout": 1.0}, r"dropout must lie in \[0, 1\)"),
        ({"validation_fraction": -0.1}, "validation_fraction must lie in"),
        ({"validation_fraction": 0.99}, "to train on and to hold out"),
        ({"learning_rate": 0.0}, "learning_rate must be a positive"),
    ],
)
def test_bad_parameters_are_refused_by_fit(parameters, message):
    graphs, labels = stars_and_paths(2)
    with pytest.raises(ValueError, match=message):
        AttributedGraphClassifier(**{**SMALL, **parameters}).fit(graphs, labels)


def test_bad_labels_and_other_features_are_refused():
    graphs, labels = stars_and_paths(3)
    with pytest.raises(ValueError, match=r"y must have shape \(6,\)"):
        AttributedGraphClassifier(**SMALL).fit(graphs, labels[:2])
    with pytest.raises(ValueError, match="at least two classes"):
        AttributedGraphClassifier(**SMALL).fit(graphs, np.zeros(6, int))
    with pytest.raises(TypeError, match=r"X\[0\] must be an AttributedGraph"):
        AttributedGraphClassifier(**SMALL).fit([1, 2], [0, 1])
    fitted = AttributedGraphClassifier(**SMALL).fit(graphs, labels)
    other = tdainv.AttributedGraph(1, [], attributes={"degree": [[1.0, 2.0]]})
    with pytest.raises(ValueError, match=r"X\[0\] has 2 features a node, those of fit 1"):
        fitted.predict([other])
