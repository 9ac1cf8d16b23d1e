"""Command line: what is written, what is printed, and how errors end."""

import csv
import re

import numpy as np
import pytest
from typer.testing import CliRunner

import tdainv
from tdainv import cli
from tdainv.cli import _evaluate, _recipe, _report
from tdainv.datasets import Dataset, load_dataset, make_circle

PNG = b"\x89PNG"


@pytest.fixture(autouse=True)
def few_trees(monkeypatch):
    monkeypatch.setattr(_evaluate, "N_TREES", 20)


def run(*args):
    return CliRunner().invoke(cli.app, [str(arg) for arg in args])


def fails(*args, code):
    """Run a command that must fail with one line on stderr; return the line."""
    result = run(*args)
    assert result.exit_code == code, result.output
    assert isinstance(result.exception, SystemExit)
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("Error: ")
    return lines[0]


def read_csv(path):
    with path.open(newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    root = tmp_path / "clouds"
    for name, make in (("circle", lambda: make_circle(20, noise=0.1, random_state=rng)), ("blob", None)):
        (root / name).mkdir(parents=True)
        for i in range(3):
            points = make() if make else rng.normal(size=(20, 2))
            np.savetxt(root / name / f"{i}.csv", points, delimiter=",")
    return root


def test_version():
    assert run("--version").stdout == f"tdainv {tdainv.__version__}\n"


def test_help_without_a_command_lists_the_commands():
    result = run()
    assert result.exit_code == 0
    assert all(name in result.stdout for name in ("datasets", "features", "classify", "show"))


def test_datasets_lists_every_embedded_set():
    result = run("datasets")
    assert result.exit_code == 0
    assert all(name in result.stdout for name in tdainv.datasets.list_datasets())


def test_features_of_a_folder_are_those_of_the_estimator(folder, tmp_path):
    table = tmp_path / "new" / "table.csv"
    result = run("features", folder, "-o", table, "--resolution", 4, "--bandwidth", 0.3)
    assert result.exit_code == 0, result.output
    header, *rows = read_csv(table)
    data = tdainv.datasets.read_folder(folder)
    features = tdainv.TopologicalFeatures(
        tdainv.CodensityRips(bandwidth=0.3, bandwidth_unit="quantile"),
        vectorizer=tdainv.MeasureConvolution(resolution=4, bandwidth=0.1),
    )
    expected = features.fit_transform(data.clouds)
    assert header == ["name", "class", *features.get_feature_names_out()]
    assert [row[:2] for row in rows] == [[name, name.split("/")[0]] for name in data.names]
    np.testing.assert_allclose(np.array([row[2:] for row in rows], float), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("filtration", ["rips", "dtm-rips"])
def test_features_in_one_parameter_are_persistence_images(filtration, tmp_path):
    table = tmp_path / "t.csv"
    args = ("--n-samples", 4, "--n-points", 12, "--filtration", filtration, "--resolution", 3, "-j", 1)
    result = run("features", "proteins", "-o", table, *args)
    assert result.exit_code == 0, result.output
    header, *rows = read_csv(table)
    assert len(rows) == 4
    assert header[2].startswith("image0_h0")
    assert [row[1] for row in rows] == ["closed", "closed", "open", "open"]


def test_seed_and_sizes_reach_the_generators(tmp_path):
    tables = []
    for seed in (0, 0, 1):
        path = tmp_path / "t.csv"
        args = ("--n-samples", 7, "--n-points", 15, "--resolution", 2, "--degrees", 1, "--seed", seed)
        assert run("features", "shapes", "-o", path, *args).exit_code == 0
        tables.append(read_csv(path))
    assert tables[0] == tables[1] != tables[2]
    assert len(tables[0]) == 8
    assert len(tables[0][0]) == 2 + 4


@pytest.mark.parametrize("options", [(), ("--filtration", "rips", "--degrees", "1")])
def test_classify_writes_a_table_and_a_report(options, folder, tmp_path):
    output = tmp_path / "out" / "deeper"
    result = run("classify", folder, "-o", output, "--resolution", 4, *options)
    assert result.exit_code == 0, result.output
    assert (output / "report.png").read_bytes().startswith(PNG)
    assert len(read_csv(output / "features.csv")) == 7
    for text in ("distances (no topology)", "topology", "both together", "0.500", "3 folds", "report.png"):
        assert text in result.stdout
    assert result.stderr == ""  # no progress bar without a terminal


def test_classify_proteins_says_that_groups_are_kept_together(tmp_path):
    args = ("--n-samples", 60, "--n-points", 12, "--resolution", 3, "-j", 2)
    result = run("classify", "proteins", "-o", tmp_path, *args)
    assert result.exit_code == 0, result.output
    assert "5 folds, no group is in two folds" in result.stdout
    assert re.search(r"topology +│ +18 │", result.stdout)


def test_folds_are_stratified_and_never_split_a_group():
    data = load_dataset("proteins", n_samples=100, n_residues=5)
    tested = []
    for train, test in _evaluate.make_folds(data, 0):
        assert not set(data.groups[train]) & set(data.groups[test])
        assert set(data.labels[test]) == {0, 1}
        tested.extend(test)
    assert sorted(tested) == list(range(100))


def test_the_grid_is_learned_from_the_training_folds_only():
    seen = []

    class Spy(tdainv.MeasureConvolution):
        def fit(self, X, y=None):
            seen.append(len(X))
            return super().fit(X, y)

    data = load_dataset("shapes", n_per_class=2, n_points=15)
    recipe = _recipe.parse_recipe("codensity-rips", "0,1", 3, None)
    invariants, _ = _recipe.compute_invariants(data, recipe, 1)
    baseline, _ = _recipe.distance_quantiles(data)
    result = _evaluate.evaluate(data, invariants, baseline, Spy(resolution=3), seed=0, n_jobs=1)
    assert seen == [7, 7]
    assert result.chance == pytest.approx(1 / 7)
    for name, scores in result.scores.items():
        assert scores.mean() == pytest.approx((result.predictions[name] == data.labels).mean())


def test_baseline_is_the_quantiles_of_the_distances():
    square = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 0.0]])
    data = Dataset("d", [square, square[:1]], np.array([0, 1]), ("a", "b"))
    rows, _ = _recipe.distance_quantiles(data)
    assert rows[0, [0, 16, 32]].tolist() == [3.0, 4.0, 5.0]
    assert not rows[1].any()


def test_mean_function_is_the_mean_of_the_hilbert_functions():
    measures = [tdainv.SignedMeasure([[0.0]], [1]), tdainv.SignedMeasure([[1.0]], [3])]
    assert _report._mean_function(measures, [np.array([0.0, 1.0, 2.0])]).tolist() == [0.5, 2.0]


def test_report_of_many_classes_draws_the_first_ones(tmp_path):
    rng = np.random.default_rng(0)
    clouds = [rng.normal(size=(6, 2)) for _ in range(28)]
    names = tuple(f"a class with a rather long name {k}" for k in range(14))
    data = Dataset("many", clouds, np.arange(28) % 14, names)
    recipe = _recipe.parse_recipe("codensity-rips", "0", 3, None)
    invariants, _ = _recipe.compute_invariants(data, recipe, 1)
    predictions = dict.fromkeys((_evaluate.BASELINE, _evaluate.TOPOLOGY, _evaluate.BOTH), data.labels)
    scores = dict.fromkeys(predictions, np.ones(2))
    result = _evaluate.Evaluation(data.labels, scores, predictions, 2, False)
    _report.draw_report(data, recipe, invariants, result, tmp_path / "report.png")
    assert (tmp_path / "report.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize("dim", [1, 2, 3, 5])
def test_show_draws_a_cloud_of_any_dimension(dim, tmp_path):
    file = tmp_path / "cloud.npy"
    np.save(file, np.random.default_rng(0).normal(size=(30, dim)))
    result = run("show", file, "-o", tmp_path / "out" / "p.png", "--n-points", 20, "--bandwidth", 0.2)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "out" / "p.png").read_bytes().startswith(PNG)
    assert "20 of 30 points, chosen at random" in result.stdout


def test_show_samples_the_surface_of_a_mesh(tmp_path):
    file = tmp_path / "triangle.off"
    file.write_text("OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n")
    result = run("show", file, "-o", tmp_path / "p.png", "--n-points", 15)
    assert "15 random points of the surface" in result.stdout


def test_show_draws_a_single_point(tmp_path):
    (tmp_path / "one.csv").write_text("1,2\n")
    result = run("show", tmp_path / "one.csv", "-o", tmp_path / "p.png")
    assert result.exit_code == 0, result.output
    assert "1 point\n" in result.stdout


@pytest.mark.parametrize(
    ("args", "text"),
    [
        (("classify", "protein"), "Did you mean proteins?"),
        (("features", "nowhere"), "or a folder, got 'nowhere'"),
        (("features", "digits", "--filtration", "cech"), "--filtration"),
        (("features", "digits", "--degrees", "2"), "--degrees"),
        (("features", "digits", "--degrees", "0,x"), "--degrees"),
        (("features", "digits", "--degrees", "1,1"), "--degrees"),
        (("features", "digits", "--resolution", "0"), "--resolution"),
        (("features", "digits", "--resolution", "many"), "--resolution"),
        (("features", "digits", "--bandwidth", "1.5"), "--bandwidth"),
        (("features", "digits", "--bandwidth", "0.1", "--filtration", "rips"), "--bandwidth"),
        (("features", "digits", "--n-points", "5"), "--n-points"),
        (("features", "digits", "--n-samples", "0"), "--n-samples"),
        (("features", "digits", "--n-jobs", "0"), "--n-jobs"),
        (("features", "digits", "--seed", "-1"), "--seed"),
        (("features", "digits", "--colour", "red"), "--colour"),
        (("features",), "DATA"),
        (("paint",), "paint"),
        (("show", "x.csv", "--n-points", "0"), "--n-points"),
    ],
)
def test_wrong_usage_ends_with_code_2_and_one_line(args, text):
    assert text in fails(*args, code=2)


def test_samples_of_a_folder_cannot_be_chosen(folder):
    assert "--n-samples" in fails("features", folder, "--n-samples", 3, code=2)


def test_a_class_with_one_member_is_named(tmp_path):
    assert "Class '0' has only one member" in fails("classify", "digits", "--n-samples", 10, "-o", tmp_path, code=1)


def test_bad_folders_and_files_end_with_code_1_and_one_line(folder, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty" in fails("features", tmp_path / "empty", code=1)
    (folder / "circle" / "2.csv").write_text("1,2\n3,oops\n")
    assert "'oops' in line 2" in fails("classify", folder, code=1)
    assert "existing file" in fails("show", tmp_path / "none.csv", code=1)
    (tmp_path / "note.docx").write_text("text")
    assert "suffix" in fails("show", tmp_path / "note.docx", code=1)


def test_an_output_that_cannot_be_written_ends_with_code_1(folder, tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in fails("classify", folder, "-o", tmp_path / "file", code=1)
    (tmp_path / "one.csv").write_text("1,2\n")
    assert "bmpx" in fails("show", tmp_path / "one.csv", "-o", tmp_path / "p.bmpx", code=1)


def test_an_error_in_a_cloud_names_the_cloud():
    bad = Dataset("d", [np.eye(3), np.eye(3)], np.array([0, 1]), ("a", "b"), metric="precomputed", names=("u", "v"))
    recipe = _recipe.parse_recipe("codensity-rips", "0", 3, None)
    with pytest.raises(ValueError, match="u must have a zero diagonal"):
        _recipe.compute_invariants(bad, recipe, 1)


def test_one_class_or_one_group_cannot_be_cross_validated():
    clouds = [np.eye(2)] * 4
    with pytest.raises(ValueError, match="only 'a'"):
        _evaluate.make_folds(Dataset("d", clouds, np.zeros(4, int), ("a", "b")), 0)
    labels = np.array([0, 0, 1, 1])
    with pytest.raises(ValueError, match="one group"):
        _evaluate.make_folds(Dataset("d", clouds, labels, ("a", "b"), groups=np.zeros(4, int)), 0)
