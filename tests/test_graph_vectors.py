"""Vectors and plain features of attributed graphs."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import tdainv


def reeb_graphs(decorations=("local", "global")):
    clouds = [tdainv.datasets.make_torus(150, random_state=seed) for seed in range(3)]
    return tdainv.ReebGraph(filter="coordinate", n_bins=3, decorations=decorations).fit_transform(clouds)


def test_the_thirty_statistics_are_those_of_numpy():
    graphs = reeb_graphs()
    rows = tdainv.VectorAttributes().fit_transform(graphs)[0].attributes["local"]
    assert max(map(len, graphs[0].decorations["local"])) > 1
    for bars, row in zip(graphs[0].decorations["local"], rows, strict=True):
        births, deaths = bars.diagram[np.isfinite(bars.deaths)].T
        if not len(births):
            np.testing.assert_array_equal(row, 0)
            continue
        lengths = deaths - births
        shares = lengths / lengths.sum()
        expected = [len(births), -(shares * np.log(shares)).sum()]
        for sample in (births, deaths, (births + deaths) / 2, lengths):
            expected += [sample.mean(), sample.std(), *np.quantile(sample, [0.1, 0.25, 0.5, 0.75, 0.9])]
        np.testing.assert_allclose(row, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "vectorizer"),
    [
        ("local", tdainv.PersistenceImage(resolution=4)),
        ("two_parameter", tdainv.MeasureConvolution(resolution=3, bandwidth_unit="absolute", bandwidth=0.3)),
    ],
    ids=["image", "convolution"],
)
def test_images_and_measures_become_attributes(name, vectorizer):
    graphs = reeb_graphs(("local", "two_parameter"))
    found = tdainv.VectorAttributes(vectorizer, decorations=[name]).fit_transform(graphs)[1]
    assert list(found.attributes) == [name]
    nodes = [each for graph in graphs for each in graph.decorations[name]]
    expected = clone(vectorizer).fit(nodes).transform(list(graphs[1].decorations[name]))
    assert expected.any()
    np.testing.assert_array_equal(found.attributes[name], expected)


def test_standardized_vectors_are_centred_and_of_root_mean_square_one():
    graphs = tdainv.VectorAttributes(standardize=True).fit_transform(reeb_graphs())
    for name in ("local", "global"):
        rows = np.concatenate([graph.attributes[name] for graph in graphs])
        np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(np.square(rows).sum(axis=1).mean(), 1)


def test_features_count_what_is_there():
    graph = tdainv.AttributedGraph(
        6, [[0, 1], [1, 2], [1, 2], [1, 3]], [1.0, 2.0, 4.0, 1.0], attributes={"a": np.arange(12.0).reshape(6, 2)}
    )
    features = tdainv.GraphFeatures().set_output(transform="pandas").fit_transform([graph]).iloc[0]
    expected = {"nodes": 6, "edges": 4, "components": 3, "loops": 1, "leaves": 2, "branchings": 1}
    for name, value in expected.items():
        assert features[f"graph0_{name}"] == value
    assert features["graph0_diameter"] == 3.0
    assert features["graph0_total_length"] == 8.0
    assert features["graph0_a1_max"] == 11.0
    assert features["graph0_a0_mean"] == 5.0
    assert len(features) == 9 + 8


def test_one_node_has_finite_features():
    rows = tdainv.GraphFeatures().fit_transform([tdainv.AttributedGraph(1, [])])
    np.testing.assert_array_equal(rows, [[1, 0, 1, 0, 0, 0, 0, 0, 0]])


def test_a_pipeline_from_clouds_to_classes_tells_circles_from_clusters():
    rng = np.random.default_rng(0)
    clouds = [tdainv.datasets.make_circle(40, noise=0.05, random_state=k) for k in range(6)]
    clouds += [rng.normal(size=(40, 2)) / 2 for _ in range(6)]
    reeb = tdainv.ReebGraph(n_bins=4)
    pipeline = make_pipeline(reeb, tdainv.VectorAttributes(), tdainv.GraphFeatures(), SVC())
    labels = [0] * 6 + [1] * 6
    assert pipeline.fit(clouds[::2], labels[::2]).score(clouds[1::2], labels[1::2]) == 1.0


def test_bad_vectorizers_and_missing_decorations_are_refused():
    graphs = reeb_graphs()
    with pytest.raises(ValueError, match='vectorizer must be "statistics" or a vectorizer'):
        tdainv.VectorAttributes("image").fit(graphs)
    with pytest.raises(ValueError, match=r"X\[0\] must have the decoration 'far', got \['local', 'global'\]"):
        tdainv.VectorAttributes(decorations=["far"]).fit(graphs)
    with pytest.raises(ValueError, match="decorations must be a sequence of names"):
        tdainv.VectorAttributes(decorations="local").fit(graphs)
    with pytest.raises(ValueError, match=r"X\[0\] must have a decoration"):
        tdainv.VectorAttributes().fit([tdainv.AttributedGraph(1, [])])
    with pytest.raises(TypeError, match=r"X\[1\] must be an AttributedGraph"):
        tdainv.VectorAttributes().fit([graphs[0], 3])
    fitted = tdainv.VectorAttributes().fit(graphs)
    with pytest.raises(ValueError, match=r"X\[0\]: The graph must have the decoration 'local'"):
        fitted.transform([tdainv.AttributedGraph(1, [])])
    bare = tdainv.AttributedGraph(1, [])
    with pytest.raises(ValueError, match="attributes and widths"):
        tdainv.GraphFeatures().fit([bare.with_attributes(a=[1.0]), bare])
