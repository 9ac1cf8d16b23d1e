"""Costs of matchings of bars."""

import numpy as np

from tdainv._numba import kernel


@kernel
def pair_gains(first, second, first_costs, second_costs, order, norm):
    """min(0, |p - q|^order - first_costs[p] - second_costs[q]), what matching p with q changes, shape (n, m).

    `norm` is the exponent of the norm of the plane, inf for the maximum.
    """
    n, m = len(first), len(second)
    result = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            x, y = abs(first[i, 0] - second[j, 0]), abs(first[i, 1] - second[j, 1])
            alone, gain = first_costs[i] + second_costs[j], 0.0
            large = max(x, y)
            if large > 0.0 and norm < np.inf:
                large = x + y if norm == 1.0 else large * (1.0 + (min(x, y) / large) ** norm) ** (1.0 / norm)
            cost = large if order == 1.0 else large**order
            if cost < alone:
                gain = cost - alone
            result[i, j] = gain
    return result


@kernel
def alignment_cost(first, second, first_costs, second_costs, order):
    """Least cost of a matching of numbers, sorted, in which a number may be left over at a cost of its own.

    Costs |x - y|^order are convex, so that some best matching has no crossing pairs:
    C[i, j] = min(C[i - 1, j] + a_i, C[i, j - 1] + b_j, C[i - 1, j - 1] + |x_i - y_j|^order).
    """
    n = second.size
    costs = np.zeros(n + 1)
    for j in range(n):
        costs[j + 1] = costs[j] + second_costs[j]
    for i in range(first.size):
        diagonal = costs[0]
        costs[0] += first_costs[i]
        for j in range(n):
            apart = abs(first[i] - second[j])
            best = min(costs[j + 1] + first_costs[i], costs[j] + second_costs[j])
            matched = diagonal + (apart if order == 1.0 else apart**order)
            diagonal = costs[j + 1]
            costs[j + 1] = min(best, matched)
    return costs[n]
