"""Optimal transport between the neighbourhoods of the ends of an edge, in whole numbers of units of mass.

The primal-dual method: potentials such that no arc has a negative reduced cost, the largest flow along the *tight*
arcs, those of reduced cost zero (Dinic's algorithm), new potentials by Dijkstra's algorithm, and so on. Distances of
unweighted graphs are 1, 2 or 3, so that there are few rounds. Sources are numbered first, then sinks.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel

_ROUNDING = 1e-12  # reduced costs up to this, relative to the largest cost, are zero


@inline_kernel
def _levels(supply, demand, flow, cost, potential, zero, level):
    """Number of tight arcs from a source with supply to each node, -1: none; whether a sink with demand is reached."""
    n_sources, n_sinks = cost.shape
    queue = np.empty(n_sources + n_sinks, np.int64)
    end = 0
    for node in range(n_sources + n_sinks):
        level[node] = -1
        if node < n_sources and supply[node] > 0:
            level[node] = 0
            queue[end] = node
            end += 1
    head = 0
    reached = False
    while head < end:
        node = queue[head]
        head += 1
        if node < n_sources:
            for j in range(n_sinks):
                other = n_sources + j
                if level[other] < 0 and cost[node, j] + potential[node] - potential[other] <= zero:
                    level[other] = level[node] + 1
                    reached = reached or demand[j] > 0
                    queue[end] = other
                    end += 1
        else:
            for i in range(n_sources):
                if level[i] < 0 and flow[i, node - n_sources] > 0:
                    level[i] = level[node] + 1
                    queue[end] = i
                    end += 1
    return reached


@inline_kernel
def _next_arc(node, following, flow, cost, potential, zero, level):
    """First node from ``following[node]`` on, by number among sources or sinks, to go on to; or their number."""
    n_sources, n_sinks = cost.shape
    other = following[node]
    if node < n_sources:
        while other < n_sinks:
            sink = n_sources + other
            if level[sink] == level[node] + 1 and cost[node, other] + potential[node] - potential[sink] <= zero:
                break
            other += 1
    else:
        while other < n_sources and not (level[other] == level[node] + 1 and flow[other, node - n_sources] > 0):
            other += 1
    following[node] = other
    return other


@inline_kernel
def _send(path, length, supply, demand, flow):
    """Send as much as possible along a path of nodes, from a source with supply to a sink with demand."""
    n_sources = supply.size
    sink = path[length - 1] - n_sources
    amount = min(supply[path[0]], demand[sink])
    for k in range(2, length, 2):
        amount = min(amount, flow[path[k], path[k - 1] - n_sources])
    for k in range(1, length, 2):
        flow[path[k - 1], path[k] - n_sources] += amount
        if k + 1 < length:
            flow[path[k + 1], path[k] - n_sources] -= amount
    supply[path[0]] -= amount
    demand[sink] -= amount
    return amount


@inline_kernel
def _blocking_flow(supply, demand, flow, cost, potential, zero, level):
    """Send mass along paths of increasing levels until there is none; return how much."""
    n_sources, n_sinks = cost.shape
    following = np.zeros(n_sources + n_sinks, np.int64)
    path = np.empty(n_sources + n_sinks, np.int64)
    sent = 0
    one = np.int64(1)
    for source in range(n_sources):
        path[0] = source
        length = one
        while length > 0 and supply[source] > 0:
            node = path[length - 1]
            if node >= n_sources and demand[node - n_sources] > 0:
                sent += _send(path, length, supply, demand, flow)
                length = one
                continue
            other = _next_arc(node, following, flow, cost, potential, zero, level)
            if other < (n_sinks if node < n_sources else n_sources):
                path[length] = other + n_sources if node < n_sources else other
                length += 1
            else:
                length -= 1
                if length > 0:
                    following[path[length - 1]] += 1
    return sent


@inline_kernel
def _raise_potentials(supply, demand, flow, cost, potential):
    """Add to each potential the distance from the sources with supply, at most that of the nearest sink with demand."""
    n_sources, n_sinks = cost.shape
    n = n_sources + n_sinks
    distance = np.full(n, np.inf)
    done = np.zeros(n, np.bool_)
    for i in range(n_sources):
        if supply[i] > 0:
            distance[i] = 0.0
    nearest = np.inf
    while True:
        node = -1
        for other in range(n):
            if not done[other] and (node < 0 or distance[other] < distance[node]):
                node = other
        if node < 0 or distance[node] == np.inf:
            break
        done[node] = True
        if node < n_sources:
            for j in range(n_sinks):
                arc = max(0.0, cost[node, j] + potential[node] - potential[n_sources + j])
                distance[n_sources + j] = min(distance[n_sources + j], distance[node] + arc)
        else:
            if demand[node - n_sources] > 0:
                nearest = distance[node]
                break
            for i in range(n_sources):
                if flow[i, node - n_sources] > 0:
                    distance[i] = min(distance[i], distance[node])
    for node in range(n):
        potential[node] += min(distance[node], nearest)


@inline_kernel
def transport_cost(supply, demand, cost):
    """Least cost of moving the supply (S,) to the demand (T,), int64 with equal sums, both of which are used up."""
    n_sources, n_sinks = cost.shape
    flow = np.zeros((n_sources, n_sinks), np.int64)
    potential = np.zeros(n_sources + n_sinks)
    level = np.empty(n_sources + n_sinks, np.int64)
    zero = 0.0
    left = 0
    for i in range(n_sources):
        left += supply[i]
    for j in range(n_sinks):
        least = np.inf
        for i in range(n_sources):
            least = min(least, cost[i, j])
            zero = max(zero, _ROUNDING * cost[i, j])
        potential[n_sources + j] = least
    while left > 0:
        while _levels(supply, demand, flow, cost, potential, zero, level):
            left -= _blocking_flow(supply, demand, flow, cost, potential, zero, level)
        if left > 0:
            _raise_potentials(supply, demand, flow, cost, potential)
    total = 0.0
    for i in range(n_sources):
        for j in range(n_sinks):
            total += flow[i, j] * cost[i, j]
    return total


@inline_kernel
def _fill_hops(sources, sinks, indptr, nodes, mark, stamp, cost):
    """Hop distances between neighbours of adjacent nodes: 1, 2, or 3, since there is a path of three edges."""
    for i in range(cost.shape[0]):
        stamp += 1
        for k in range(indptr[sources[i]], indptr[sources[i] + 1]):
            mark[nodes[k]] = stamp
        for j in range(cost.shape[1]):
            t = sinks[j]
            hops = 3.0
            if mark[t] == stamp:
                hops = 1.0
            else:
                for k in range(indptr[t], indptr[t + 1]):
                    if mark[nodes[k]] == stamp:
                        hops = 2.0
                        break
            cost[i, j] = hops
    return stamp


@inline_kernel
def _spread(v, lazy, share, indptr, nodes, excess):
    """Add a multiple of the measure of v: `lazy` units at v, and `share` at each neighbour."""
    excess[v] += lazy
    for k in range(indptr[v], indptr[v + 1]):
        excess[nodes[k]] += share


@inline_kernel
def _collect(v, sign, indptr, nodes, excess, found):
    """List the nodes at v where the excess has this sign, or none; return how many there are."""
    count = 0
    for k in range(indptr[v] - 1, indptr[v + 1]):
        w = v if k < indptr[v] else nodes[k]
        if sign * excess[w] > 0:
            found[count] = w
            count += 1
    return count


@inline_kernel
def _common_multiple(a, b):
    x = a
    y = b
    while y:
        x, y = y, x % y
    return a // x * b


@kernel
def ollivier_curvatures(indptr, nodes, edges, lengths, lazy, unit):
    """Curvature 1 - W / d of each edge, where `lazy` of each `unit` units of mass stay at a node.

    ``lengths`` has the distances of all nodes, or is empty: then they are numbers of edges. What two measures have in
    common stays where it is, by the triangle inequality; the rest is on disjoint sets.
    """
    n = indptr.size - 1
    excess = np.zeros(n, np.int64)
    mark = np.zeros(n, np.int64)
    stamp = np.int64(0)  # integers that are no literals: numba compiles helpers for each kind
    plus = np.int64(1)
    result = np.empty(edges.shape[0])
    for e in range(edges.shape[0]):
        u = edges[e, 0]
        v = edges[e, 1]
        degree_u = indptr[u + 1] - indptr[u]
        degree_v = indptr[v + 1] - indptr[v]
        multiple = _common_multiple(degree_u, degree_v)
        share_u = (unit - lazy) * (multiple // degree_u)
        share_v = (unit - lazy) * (multiple // degree_v)
        _spread(u, lazy * multiple, share_u, indptr, nodes, excess)
        _spread(v, -lazy * multiple, -share_v, indptr, nodes, excess)
        sources = np.empty(degree_u + 1, np.int64)
        sinks = np.empty(degree_v + 1, np.int64)
        n_sources = _collect(u, plus, indptr, nodes, excess, sources)
        n_sinks = _collect(v, -plus, indptr, nodes, excess, sinks)
        supply = np.empty(n_sources, np.int64)
        demand = np.empty(n_sinks, np.int64)
        for i in range(n_sources):
            supply[i] = excess[sources[i]]
        for j in range(n_sinks):
            demand[j] = -excess[sinks[j]]
        _spread(u, -lazy * multiple, -share_u, indptr, nodes, excess)
        _spread(v, lazy * multiple, share_v, indptr, nodes, excess)
        cost = np.empty((n_sources, n_sinks))
        distance = 1.0
        if lengths.size == 0:
            stamp = _fill_hops(sources, sinks, indptr, nodes, mark, stamp, cost)
        else:
            distance = lengths[u, v]
            for i in range(n_sources):
                for j in range(n_sinks):
                    cost[i, j] = lengths[sources[i], sinks[j]]
        mass = distance * (unit * multiple)
        result[e] = (mass - transport_cost(supply, demand, cost)) / mass
    return result
