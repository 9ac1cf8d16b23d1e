"""Time series as point clouds: delay embeddings, the estimation of their parameters, and sliding windows."""

from tdainv.series.delay import auto_mutual_information, estimate_delay
from tdainv.series.dimension import estimate_dimension, false_neighbors
from tdainv.series.embedding import delay_embedding
from tdainv.series.windows import sliding_windows

__all__ = [
    "auto_mutual_information",
    "delay_embedding",
    "estimate_delay",
    "estimate_dimension",
    "false_neighbors",
    "sliding_windows",
]
