"""A classifier of attributed graphs by a graph network."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, check_random_state

from tdainv import _validation as check
from tdainv._typing import ArrayLike, Float, Int, Number
from tdainv.attributed_graphs.attributed_graph import AttributedGraph
from tdainv.attributed_graphs.export import check_features, node_features, require_graph, require_torch_geometric

NETWORKS = ("gcn", "gin")


class AttributedGraphClassifier(ClassifierMixin, BaseEstimator):
    """Classifier of attributed graphs: a graph network on the vectors of the nodes.

    Part of the training graphs is held out; the epoch with the smallest loss there is kept. Nothing is chosen on any
    other data. Columns of the vectors are standardized over the training nodes.

    Parameters
    ----------
    network : {"gcn", "gin"}, default "gcn"
        "gcn": the network of the paper, graph convolutions with ReLU between them, the mean over the nodes, dropout,
        a linear layer. "gin": graph isomorphism network with sums over the nodes of all layers.
    features : sequence of str, default ("attributes", "filter", "positions", "size")
        Vectors of the nodes, see :func:`node_features`. Positions depend on how a shape is turned.
    n_hidden : int, default 256
    n_layers : int, default 4
    dropout : float in [0, 1), default 0.5
    learning_rate : float, default 0.01
        Of Adam.
    n_epochs : int, default 300
        At most so many.
    patience : int, default 50
        Stop after so many epochs without a smaller loss on the held-out graphs.
    batch_size : int, default 512
    validation_fraction : float in [0, 1), default 0.2
        Share of the training graphs that is held out, by class where each class has two graphs. With 0 all are
        trained on, for all epochs, and the last epoch is kept.
    device : str, default "cpu"
        Where torch computes.
    random_state : int, RandomState or None, default None
        Of the split, the first weights, the order of the batches and dropout. The global state of torch is left alone.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
    network_ : torch.nn.Module
    centers_, scales_ : ndarray of shape (n_features,)
        Means and standard deviations of the columns over the training nodes; 1 for constant columns.
    losses_, validation_losses_ : list of float
        Mean loss of each epoch on the graphs that are trained on, and on those held out.

    Raises
    ------
    ImportError
        By fit, if torch or torch-geometric is not installed.

    References
    ----------
    Curry, Mio, Needham, Okutan, Russold: Topologically attributed graphs for shape discrimination, TAG-ML at ICML
    2023, arXiv:2306.17805. The scores there are the largest over all epochs on the test set; here there is no such
    choice.

    Examples
    --------
    >>> from tdainv.attributed_graphs import AttributedGraph, AttributedGraphClassifier
    >>> paths = [AttributedGraph(n, [[i, i + 1] for i in range(n - 1)], filter_values=range(n)) for n in range(3, 9)]
    >>> cycles = [AttributedGraph(n, [[i, (i + 1) % n] for i in range(n)], filter_values=range(n)) for n in range(3, 9)]
    >>> classifier = AttributedGraphClassifier("gin", features=("filter",), n_hidden=8, n_epochs=20, random_state=0)
    >>> classifier.fit(paths + cycles, ["path"] * 6 + ["cycle"] * 6).predict(paths[:1]).shape
    (1,)
    """

    def __init__(
        self,
        network: str = "gcn",
        *,
        features: Sequence[str] = ("attributes", "filter", "positions", "size"),
        n_hidden: int = 256,
        n_layers: int = 4,
        dropout: float = 0.5,
        learning_rate: float = 0.01,
        n_epochs: int = 300,
        patience: int = 50,
        batch_size: int = 512,
        validation_fraction: float = 0.2,
        device: str = "cpu",
        random_state: Any = None,
    ) -> None:
        self.network = network
        self.features = features
        self.n_hidden = n_hidden
        self.n_layers = n_layers
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.n_epochs = n_epochs
        self.patience = patience
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.device = device
        self.random_state = random_state

    def fit(self, X: Sequence[AttributedGraph], y: ArrayLike) -> AttributedGraphClassifier:
        """Train the network.

        Parameters
        ----------
        X : sequence of AttributedGraph
        y : array-like of shape (n_graphs,)
            Classes, at least two.

        Returns
        -------
        self
        """
        self._check_params()
        graphs = self._graphs(X)
        labels = self._labels(y, len(graphs))
        rows = [self._features(graph, i) for i, graph in enumerate(graphs)]
        rng = check_random_state(self.random_state)
        training, validation = self._split(labels, rng)
        nodes = np.concatenate([rows[i] for i in training])
        self.centers_ = nodes.mean(axis=0)
        spread = nodes.std(axis=0)
        self.scales_ = np.where(spread > 0, spread, 1.0)
        self._train(self._data(graphs, rows, labels), training, validation, int(rng.randint(2**31)))
        return self

    def predict_proba(self, X: Sequence[AttributedGraph]) -> Float:
        """Probabilities of the classes.

        Parameters
        ----------
        X : sequence of AttributedGraph

        Returns
        -------
        ndarray of shape (n_graphs, n_classes)
        """
        check_is_fitted(self, "network_")
        graphs = self._graphs(X)
        rows = [self._features(graph, i) for i, graph in enumerate(graphs)]
        for i, each in enumerate(rows):
            if each.shape[1] != len(self.centers_):
                raise ValueError(f"X[{i}] has {each.shape[1]} features a node, those of fit {len(self.centers_)}.")
        import torch

        data = self._data(graphs, rows, np.zeros(len(graphs), np.int64))
        logits, _ = self._logits(self.network_, self._batches(data))
        return np.asarray(torch.softmax(logits.double(), dim=1).numpy())

    def predict(self, X: Sequence[AttributedGraph]) -> Number:
        """Most probable class of each graph.

        Parameters
        ----------
        X : sequence of AttributedGraph

        Returns
        -------
        ndarray of shape (n_graphs,)
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    def score(self, X: Sequence[AttributedGraph], y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Share of the graphs whose class is found.

        Parameters
        ----------
        X : sequence of AttributedGraph
        y : array-like of shape (n_graphs,)
            True classes.
        sample_weight : array-like of shape (n_graphs,), optional

        Returns
        -------
        float
        """
        return float(super().score(X, y, sample_weight))

    def _check_params(self) -> None:
        check.option(self.network, NETWORKS, "network")
        check_features(self.features)
        for name in ("n_hidden", "n_layers", "n_epochs", "patience", "batch_size"):
            check.positive_integer(getattr(self, name), name)
        check.positive(self.learning_rate, "learning_rate")
        for name in ("dropout", "validation_fraction"):
            if not 0 <= check.finite(getattr(self, name), name) < 1:
                raise ValueError(f"{name} must lie in [0, 1), got {name}={getattr(self, name)!r}.")

    @staticmethod
    def _graphs(X: Any) -> list[AttributedGraph]:
        return [require_graph(graph, f"X[{i}]") for i, graph in enumerate(check.collection(X, "AttributedGraph"))]

    def _labels(self, y: Any, n: int) -> Int:
        labels = np.asarray(y)
        if labels.shape != (n,):
            raise ValueError(f"y must have shape ({n},), one class a graph, got shape {labels.shape}.")
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y must have at least two classes, got {self.classes_.tolist()}.")
        return numbers

    def _features(self, graph: AttributedGraph, i: int) -> Float:
        try:
            rows = node_features(graph, self.features)
        except ValueError as error:
            raise ValueError(f"X[{i}]: {error}") from error
        if not rows.shape[1]:
            raise ValueError(f"X[{i}] must have at least one feature a node, got none for features={self.features!r}.")
        return rows

    def _split(self, labels: Int, rng: Any) -> tuple[Int, Int]:
        """Numbers of the graphs that are trained on and of those held out."""
        everything = np.arange(len(labels))
        if self.validation_fraction == 0:
            return everything, everything[:0]
        held_out = max(1, round(self.validation_fraction * len(labels)))
        n_classes, fewest = len(self.classes_), np.bincount(labels).min()
        by_class = fewest >= 2 and n_classes <= held_out <= len(labels) - n_classes
        if held_out >= len(labels):
            raise ValueError("There must be graphs to train on and to hold out: give more, or validation_fraction=0.")
        training, validation = train_test_split(
            everything, test_size=held_out, random_state=rng, stratify=labels if by_class else None
        )
        return training, validation

    def _data(self, graphs: list[AttributedGraph], rows: list[Float], labels: Int) -> list[Any]:
        """Graphs of torch-geometric with standardized features."""
        require_torch_geometric(type(self).__name__)
        import torch

        from tdainv.attributed_graphs._torch_geometric import Data

        found = []
        for graph, each, label in zip(graphs, rows, labels, strict=True):
            if each.shape[1] != len(self.centers_):
                widths = f"{each.shape[1]} and {len(self.centers_)}"
                raise ValueError(f"Graphs must have equally many features a node, got {widths}.")
            ends = np.concatenate([graph.edges, graph.edges[:, ::-1]]).T.copy()
            x = torch.tensor((each - self.centers_) / self.scales_, dtype=torch.float32)
            found.append(Data(x=x, edge_index=torch.tensor(ends, dtype=torch.int64), y=torch.tensor([int(label)])))
        return found

    def _train(self, data: list[Any], training: Int, validation: Int, seed: int) -> None:
        """Train, and keep the epoch with the smallest loss on the graphs held out."""
        import torch

        from tdainv.attributed_graphs.networks import NETWORKS as MODULES

        self.losses_: list[float] = []
        self.validation_losses_: list[float] = []
        held_out = [data[i] for i in validation]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            sizes = (len(self.centers_), self.n_hidden, self.n_layers, len(self.classes_))
            network = MODULES[self.network](*sizes, self.dropout).to(self.device)
            optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate)
            best, waited = np.inf, 0
            kept = network.state_dict()
            batches = self._batches([data[i] for i in training])
            checks = self._batches(held_out)
            for _ in range(self.n_epochs):
                if len(batches) > 1:  # one batch needs no new order
                    batches = self._batches([data[training[i]] for i in torch.randperm(len(training)).tolist()])
                self.losses_.append(self._epoch(network, optimizer, batches))
                if not held_out:
                    continue
                self.validation_losses_.append(self._logits(network, checks)[1])
                waited += 1
                if self.validation_losses_[-1] < best:
                    best, waited = self.validation_losses_[-1], 0
                    kept = copy.deepcopy(network.state_dict())
                if waited == self.patience:
                    break
        if held_out:
            network.load_state_dict(kept)
        self.network_ = network.eval().cpu()

    def _batches(self, data: list[Any]) -> list[Any]:
        """Batches of graphs in their order, the last of which does not hold one graph: a batch norm needs two rows."""
        from tdainv.attributed_graphs._torch_geometric import Batch

        starts = list(range(0, len(data), self.batch_size)) or [0]
        if len(starts) > 1 and len(data) - starts[-1] == 1:
            starts.pop()
        ends = [*starts[1:], len(data)]
        return [Batch.from_data_list(data[start:end]) for start, end in zip(starts, ends, strict=True) if end]

    def _epoch(self, network: Any, optimizer: Any, batches: list[Any]) -> float:
        """One pass over the graphs; the mean loss."""
        import torch

        network.train()
        total = 0.0
        for each in batches:
            batch = each.to(self.device)
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(batch.x, batch.edge_index, batch.batch), batch.y)
            loss.backward()
            optimizer.step()
            total += float(loss.detach()) * len(batch.y)
        return total / sum(len(each.y) for each in batches)

    @staticmethod
    def _logits(network: Any, batches: list[Any]) -> tuple[Any, float]:
        """Logits of graphs, and their mean loss."""
        import torch

        network.eval()
        device = next(network.parameters()).device
        with torch.no_grad():
            on_device = [each.to(device) for each in batches]
            logits = torch.cat([network(each.x, each.edge_index, each.batch).cpu() for each in on_device])
            targets = torch.cat([each.y.cpu() for each in batches])
            return logits, float(torch.nn.functional.cross_entropy(logits, targets))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False
        return tags
