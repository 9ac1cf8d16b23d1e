"""Curves of barcodes at given times: each bar is spread over the times that it spans."""

import numpy as np

from tdainv._numba import inline_kernel, kernel


@kernel
def sum_of_steps(starts, stops, values, n_times):
    """Σ values[i] over the bars with starts[i] <= j < stops[i], for each j < n_times."""
    result = np.zeros(n_times)
    for i in range(starts.size):
        value = values[i]
        for j in range(starts[i], stops[i]):
            result[j] += value
    return result


@kernel
def sum_of_tents(births, deaths, starts, stops, weights, times):
    """Σ weights[i] min(t - births[i], deaths[i] - t) over the bars with starts[i] <= j < stops[i], t = times[j]."""
    result = np.zeros(times.size)
    for i in range(births.size):
        birth, death, weight = births[i], deaths[i], weights[i]
        for j in range(starts[i], stops[i]):
            result[j] += weight * min(times[j] - birth, death - times[j])
    return result


@inline_kernel
def _insert(sorted_values, n, value):
    """Insert a value into `n` numbers, sorted decreasingly, of which the least is lost."""
    place = n - 1
    while place > 0 and sorted_values[place - 1] < value:
        sorted_values[place] = sorted_values[place - 1]
        place -= 1
    sorted_values[place] = value


@kernel
def largest_tents(births, deaths, starts, stops, times, n_landscapes):
    """The largest values of min(t - birth, death - t) at each time, decreasing, shape (n_times, n_landscapes).

    Bars must be sorted by birth, and by decreasing death among equal births. A bar inside `n_landscapes` others that
    come before it is nowhere among the largest: their tents lie above its own.
    """
    n = n_landscapes
    result = np.zeros((times.size, n))
    latest = np.full(n, -np.inf)  # the largest deaths so far
    for i in range(births.size):
        birth, death = births[i], deaths[i]
        if death > latest[n - 1]:
            _insert(latest, n, death)
            for j in range(starts[i], stops[i]):
                height = min(times[j] - birth, death - times[j])
                if height > result[j, n - 1]:
                    place = n - 1
                    while place > 0 and result[j, place - 1] < height:
                        result[j, place] = result[j, place - 1]
                        place -= 1
                    result[j, place] = height
    return result
