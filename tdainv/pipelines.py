"""Ready pipelines: from data of a kind to a classifier, with a grid of parameters to search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from tdainv import _validation as check
from tdainv import meshes
from tdainv.distances.sliced_wasserstein_estimators import SlicedWassersteinKernel
from tdainv.filtrations.delaunay_estimators import CodensityDelaunay
from tdainv.filtrations.estimators import CodensityRips
from tdainv.filtrations.graph_estimators import GraphLowerStar
from tdainv.filtrations.image_estimators import Cubical
from tdainv.filtrations.image_filter_estimators import ImageFilter
from tdainv.filtrations.mesh_estimators import MeshLowerStar
from tdainv.filtrations.series_estimators import DelayEmbedding
from tdainv.invariants.estimators import EulerSignedMeasure, HilbertSignedMeasure
from tdainv.invariants.grade_scaler import GradeScaler
from tdainv.invariants.module_estimators import ModuleApproximation
from tdainv.invariants.rank_estimators import RankSignedMeasure
from tdainv.vectorizers.measure_convolution import MeasureConvolution
from tdainv.vectorizers.module_image import ModuleImage

# The steps of a pipeline, and the values to search of parameters of theirs.
_Steps = tuple[list[tuple[str, Any]], dict[str, Sequence[Any]]]

_INVARIANTS = ("hilbert", "euler", "rank", "module")
_VECTORIZERS = ("convolution", "sliced_wasserstein")


def make_signed_barcode_classifier(
    kind: str = "points",
    *,
    invariant: str = "hilbert",
    vectorizer: str = "convolution",
    degrees: Sequence[int] = (0, 1),
    classifier: Any = None,
    cv: Any = 5,
    n_jobs: int | None = None,
    random_state: Any = None,
    memory: Any = None,
) -> GridSearchCV:
    """Classifier of shapes by their signed barcodes, with parameters chosen by cross-validation.

    A search of a small grid of parameters over a pipeline with the steps "filtration", "invariant", "vectorizer" and
    "classifier", which are estimators of this package before the last. Only the folds that are trained on are looked
    at, so that :func:`sklearn.model_selection.cross_val_score` of it is an honest estimate.

    Parameters
    ----------
    kind : {"points", "series", "graphs", "images", "meshes"}, default "points"
        What a sample is, and its filtration in two parameters:

        - "points": a cloud; :class:`tdainv.CodensityRips`, by distance and codensity.
        - "series": a time series; a step "embedding" before, :class:`tdainv.DelayEmbedding` in dimension 3.
        - "graphs": :class:`tdainv.GraphLowerStar`, by degree and heat kernel signature.
        - "images": a grey or binary image of any size with a light foreground; a step "channels" before,
          :class:`tdainv.ImageFilter`: the negative of the image, and the signed distance to the foreground, which
          Otsu's threshold separates. Then :class:`tdainv.Cubical`.
        - "meshes": :class:`tdainv.MeshLowerStar`, by heat kernel signature and eccentricity, both of the mesh scaled
          to an area of 1.
    invariant : {"hilbert", "euler", "rank", "module"}, default "hilbert"
        :class:`tdainv.HilbertSignedMeasure`, :class:`tdainv.EulerSignedMeasure`, :class:`tdainv.RankSignedMeasure` or
        :class:`tdainv.ModuleApproximation`. The Euler characteristic needs all cells: filtrations of points and
        series are then :class:`tdainv.CodensityDelaunay`, for points in R^1 to R^3.
    vectorizer : {"convolution", "sliced_wasserstein"}, default "convolution"
        Features on a grid by :class:`tdainv.MeasureConvolution`, of modules by :class:`tdainv.ModuleImage`; or the
        kernel :class:`tdainv.SlicedWassersteinKernel` of measures, after a step "scaler", :class:`tdainv.GradeScaler`.
    degrees : sequence of int, default (0, 1)
        Degrees of homology; the Euler characteristic is of all.
    classifier : classifier, optional
        By default :class:`sklearn.ensemble.RandomForestClassifier`, for which features need no scaling, and for the
        kernel :class:`sklearn.svm.SVC`. Another one gets what the vectorizer gives: a table of features, or a square
        matrix of kernel values. It is not searched.
    cv : int, splitter or iterable, default 5
        Folds of the search, see :class:`sklearn.model_selection.GridSearchCV`.
    n_jobs : int, optional
        Number of joblib workers of the search. Steps have ``n_jobs=None`` and work under the backend that is active.
    random_state : int, RandomState or None, default None
        Of the forest, and of the directions of the sliced Wasserstein kernel.
    memory : str or joblib.Memory, optional
        Where to keep what steps give for training data, see :class:`sklearn.pipeline.Pipeline`. Without it, every
        candidate computes its filtrations and invariants again. With it, only those do that differ in parameters of
        these steps; validation folds are computed for each candidate in any case.

    Returns
    -------
    GridSearchCV
        Not fitted. ``search.estimator`` is the pipeline and ``search.param_grid`` a dict that may be changed.

    Raises
    ------
    ValueError
        For an unknown choice, or choices that do not go together.
    TypeError
        If `classifier` is none.

    Notes
    -----
    Searched are:

    - points and series: the bandwidth of the codensity, the 0.1 and 0.3 quantiles of the distances in a cloud;
    - convolution: its bandwidth, 0.01, 0.05 and 0.2 of the range of the grid (0.1 and 0.3 for rank invariants, whose
      grid in R^4 is coarse);
    - images of modules: bandwidths 0.05 and 0.2, and powers 0 and 1 of the weights of summands;
    - sliced Wasserstein kernel: its bandwidth, 0.3, 1 and 3, where the unit of distances is their median; and C of the
      support vector machine, 1, 10 and 100.

    Filtrations of all training samples are held at once: n x n distances for each cloud of n points. For many large
    clouds search a pipeline with :class:`tdainv.TopologicalFeatures`.

    References
    ----------
    Loiseaux, Scoccola, Carrière, Botnan, Oudot: Stable vectorization of multiparameter persistent homology using signed
    barcodes as measures, NeurIPS 2023.

    Examples
    --------
    >>> from tdainv import datasets, make_signed_barcode_classifier
    >>> shapes = datasets.make_shapes(n_per_class=4, n_points=30, random_state=0)
    >>> search = make_signed_barcode_classifier("points", degrees=(1,), cv=2, random_state=0)
    >>> list(search.estimator.named_steps)
    ['filtration', 'invariant', 'vectorizer', 'classifier']
    >>> search.param_grid = {"vectorizer__bandwidth": [0.05, 0.2]}
    >>> bool(search.fit(shapes.clouds, shapes.labels).best_score_ > 1 / 7)
    True
    >>> search.predict(shapes.clouds[:1]).shape
    (1,)
    """
    check.option(kind, tuple(_KINDS), "kind")
    check.option(invariant, _INVARIANTS, "invariant")
    check.option(vectorizer, _VECTORIZERS, "vectorizer")
    if invariant == "module" and vectorizer != "convolution":
        raise ValueError(
            "vectorizer must be 'convolution' with invariant='module', which is no measure, got "
            f"vectorizer={vectorizer!r}."
        )
    if classifier is not None and not (hasattr(classifier, "fit") and hasattr(classifier, "predict")):
        raise TypeError(
            f"classifier must be a classifier with fit and predict, or None, got classifier={classifier!r}."
        )
    parts = (
        _KINDS[kind](invariant == "euler"),
        _invariant(invariant, check.degrees(degrees)),
        _vectorizer(invariant, vectorizer, random_state),
        _classifier(vectorizer, classifier, random_state),
    )
    steps = [step for some, _ in parts for step in some]
    grid = {name: values for _, some in parts for name, values in some.items()}
    return GridSearchCV(Pipeline(steps, memory=memory), grid, cv=cv, n_jobs=n_jobs, error_score="raise")


def _points(cells: bool) -> _Steps:
    """Clouds; with `cells` the filtration lists them."""
    filtration = CodensityDelaunay if cells else CodensityRips
    grid: dict[str, Sequence[Any]] = {"filtration__bandwidth": [0.1, 0.3]}
    return [("filtration", filtration(bandwidth=0.1, bandwidth_unit="quantile"))], grid


def _series(cells: bool) -> _Steps:
    steps, grid = _points(cells)
    return [("embedding", DelayEmbedding(dimension=3, delay=1)), *steps], grid


def _graphs(cells: bool) -> _Steps:
    return [("filtration", GraphLowerStar(functions=("degree", "heat_kernel_signature")))], {}


def _images(cells: bool) -> _Steps:
    channels = ImageFilter(("negative", "signed_distance"), threshold="otsu")
    return [("channels", channels), ("filtration", Cubical(channels=True))], {}


def _meshes(cells: bool) -> _Steps:
    heat = partial(meshes.heat_kernel_signature, times=(0.1,), scale_invariant=True)
    eccentricity = partial(meshes.eccentricity, scale_invariant=True)
    return [("filtration", MeshLowerStar(functions=(heat, eccentricity)))], {}


_KINDS: dict[str, Callable[[bool], _Steps]] = {
    "points": _points,
    "series": _series,
    "graphs": _graphs,
    "images": _images,
    "meshes": _meshes,
}


def _invariant(invariant: str, degrees: tuple[int, ...]) -> _Steps:
    step: Any
    if invariant == "hilbert":
        step = HilbertSignedMeasure(degrees=degrees)
    elif invariant == "euler":
        step = EulerSignedMeasure()
    elif invariant == "rank":
        step = RankSignedMeasure(degrees=degrees, resolution=10)
    else:
        step = ModuleApproximation(degrees=degrees, n_lines=200)
    return [("invariant", step)], {}


def _vectorizer(invariant: str, vectorizer: str, random_state: Any) -> _Steps:
    if vectorizer == "sliced_wasserstein":
        kernel = SlicedWassersteinKernel(balance="top", random_state=random_state)
        return [("scaler", GradeScaler()), ("vectorizer", kernel)], {"vectorizer__bandwidth": [0.3, 1.0, 3.0]}
    if invariant == "module":
        grid: dict[str, Sequence[Any]] = {"vectorizer__bandwidth": [0.05, 0.2], "vectorizer__power": [0.0, 1.0]}
        return [("vectorizer", ModuleImage(resolution=20))], grid
    if invariant == "rank":
        convolution = MeasureConvolution(resolution=5, bandwidth=0.1)
        return [("vectorizer", convolution)], {"vectorizer__bandwidth": [0.1, 0.3]}
    return [("vectorizer", MeasureConvolution(resolution=20))], {"vectorizer__bandwidth": [0.01, 0.05, 0.2]}


def _classifier(vectorizer: str, classifier: Any, random_state: Any) -> _Steps:
    if classifier is not None:
        return [("classifier", classifier)], {}
    if vectorizer == "sliced_wasserstein":
        return [("classifier", SVC(kernel="precomputed"))], {"classifier__C": [1.0, 10.0, 100.0]}
    return [("classifier", RandomForestClassifier(random_state=random_state))], {}
