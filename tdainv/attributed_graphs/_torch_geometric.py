"""What is used of torch-geometric, imported without the warnings that its import makes."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # It calls functions of torch that new versions deprecate; no user can do anything about it.
    warnings.simplefilter("ignore", DeprecationWarning)
    from torch_geometric.data import Batch, Data
    from torch_geometric.nn import GCNConv, GINConv, global_add_pool, global_mean_pool

__all__ = ["Batch", "Data", "GCNConv", "GINConv", "global_add_pool", "global_mean_pool"]
