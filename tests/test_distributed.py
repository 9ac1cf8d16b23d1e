"""The same results on a cluster: on worker processes of Dask, or of Ray, which are others than this one."""

import os
from functools import cache

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

import tdainv


@pytest.fixture(scope="module")
def dask():
    """Options of joblib for two workers on this machine, each a process of one thread."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster):
        yield {"backend": "dask"}


@pytest.fixture(scope="module")
def ray():
    """Options of joblib for two workers on this machine. Ray starts processes for every call: it has few tests."""
    ray = pytest.importorskip("ray")
    from ray.util.joblib import register_ray

    paths = os.pathsep.join(path for path in (os.path.dirname(__file__), os.environ.get("PYTHONPATH")) if path)
    environment = {"env_vars": {"PYTHONPATH": paths}}
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env=environment)
    register_ray()
    yield {"backend": "ray", "n_jobs": 2}
    ray.shutdown()


@pytest.fixture(params=["dask", "ray"])
def backend(request):
    return request.getfixturevalue(request.param)


@cache
def shapes():
    """Circles and disks of about twenty points, and which is which."""
    rng = np.random.default_rng(0)
    labels = np.arange(12) % 2
    clouds = [rng.normal(size=(20 + rng.integers(5), 2)) for _ in labels]
    return [
        x / np.linalg.norm(x, axis=1, keepdims=True) if label else x for x, label in zip(clouds, labels, strict=True)
    ], labels


def own_process(cloud):
    """Values of the points: the number of the process that asks for them."""
    return np.full(len(cloud), float(os.getpid()))


def scoring_process(estimator, X, y):
    return os.getpid()


def search():
    """A quick one."""
    result = tdainv.make_signed_barcode_classifier(cv=2, random_state=0)
    result.param_grid = {"filtration__bandwidth": [0.1, 0.3], "vectorizer__bandwidth": [0.05]}
    return result.set_params(estimator__classifier__n_estimators=5)


PIPELINES = {
    "measures": make_pipeline(
        tdainv.CodensityRips(), tdainv.RankSignedMeasure(resolution=4), tdainv.MeasureConvolution(resolution=3)
    ),
    "modules": make_pipeline(
        tdainv.CodensityDelaunay(), tdainv.ModuleApproximation(n_lines=20), tdainv.ModuleImage(resolution=6)
    ),
}


def test_filtrations_are_made_by_other_processes(backend):
    clouds, _ = shapes()
    with joblib.parallel_config(**backend):
        filtrations = tdainv.FunctionRips(function=own_process).fit_transform(clouds)
    pids = {int(filtration.vertex_grades[0, 0]) for filtration in filtrations}
    assert pids
    assert os.getpid() not in pids


def test_folds_are_scored_by_other_processes(backend):
    clouds, labels = shapes()
    with joblib.parallel_config(**backend):
        pids = cross_val_score(search(), clouds, labels, cv=2, scoring=scoring_process)
    assert os.getpid() not in pids


def test_fused_features_are_those_of_a_serial_run(backend):
    clouds, _ = shapes()
    features = tdainv.TopologicalFeatures(vectorizer=tdainv.MeasureConvolution(resolution=6))
    serial = features.fit_transform(clouds)
    with joblib.parallel_config(**backend):
        np.testing.assert_array_equal(features.fit_transform(clouds), serial)


@pytest.mark.parametrize("name", PIPELINES)
def test_pipelines_give_the_features_of_a_serial_run(name, dask):
    clouds, _ = shapes()
    serial = clone(PIPELINES[name]).fit(clouds)
    with joblib.parallel_config(**dask):
        distributed = clone(PIPELINES[name]).fit(clouds)
        np.testing.assert_array_equal(distributed.transform(clouds), serial.transform(clouds))
    np.testing.assert_array_equal(distributed.transform(clouds), serial.transform(clouds))


def test_a_search_finds_what_a_serial_one_does(dask):
    clouds, labels = shapes()
    serial = search().fit(clouds, labels)
    with joblib.parallel_config(**dask):
        distributed = search().fit(clouds, labels)
    assert distributed.best_params_ == serial.best_params_
    for name in ("split0_test_score", "split1_test_score"):
        np.testing.assert_array_equal(distributed.cv_results_[name], serial.cv_results_[name])
    np.testing.assert_array_equal(distributed.predict_proba(clouds), serial.predict_proba(clouds))


def test_errors_of_workers_name_the_item(backend):
    clouds, _ = shapes()
    with joblib.parallel_config(**backend), pytest.raises(ValueError, match=r"X\[1\]: "):
        tdainv.FunctionRips(function=too_few_for_large).fit_transform([clouds[0], np.zeros((99, 2))])


def too_few_for_large(cloud):
    return np.zeros(min(len(cloud), 50))
