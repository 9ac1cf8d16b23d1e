"""Interleaving distances of interval modules over R^p given by their corners, exact.

An interval M is U ∩ D, U the union of the quadrants above its births and D of those below its deaths. By the theorem of
Dey and Xin, connected intervals M and N are δ-interleaved if and only if each point x of M with x + 2δ in M lies in a
valid component of M ∩ (N - δ), with x + δ in one of N ∩ (M - δ), and the same with M and N exchanged. A component Q of
A ∩ B is valid, that is, there is a morphism A → B that is not zero on it, if

- y ≤ x, x in Q, y in A imply that y is in B: each birth of A that is below a point of Q lies above a birth of B;
- z ≥ x, x in Q, z in B imply that z is in A: each death of B that is above a point of Q lies below a death of A.

All of this is decided at corners. Nothing is decided by equal numbers: δ is never a value where two of them meet.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel
from tdainv.persistence._kernels_forest import find_root


@inline_kernel
def _below(first, second, shift):
    """Whether first + shift ≤ second in every coordinate."""
    for i in range(first.size):
        if first[i] + shift > second[i]:
            return False
    return True


@inline_kernel
def _below_one(point, corners, shift):
    """Whether point + shift is at or below one of some corners."""
    for k in range(len(corners)):
        if _below(point, corners[k], shift):
            return True
    return False


@inline_kernel
def _above_one(point, corners, shift):
    """Whether point is at or above one of corners + shift."""
    for k in range(len(corners)):
        if _below(corners[k], point, shift):
            return True
    return False


@inline_kernel
def _joins(first, second, shift, sign):
    """Minimal ones of the joins a ∨ (b + shift) of two sets of corners; with sign -1 maximal ones of the meets."""
    p = first.shape[1]
    corners = np.empty((len(first) * len(second), p))
    count = 0
    for a in range(len(first)):
        for b in range(len(second)):
            needed = True
            kept = 0
            for k in range(count):
                below, above = True, True  # the new join, all signs changed, compared with corner k
                for i in range(p):
                    x = max(sign * first[a, i], sign * (second[b, i] + shift))
                    below = below and x <= corners[k, i]
                    above = above and x >= corners[k, i]
                if above:  # then it is not below any other one
                    needed = False
                    break
                if not below:
                    for i in range(p):
                        corners[kept, i] = corners[k, i]
                    kept += 1
            if needed:
                for i in range(p):
                    corners[kept, i] = max(sign * first[a, i], sign * (second[b, i] + shift))
                count = kept + 1
    for k in range(count):
        for i in range(p):
            corners[k, i] *= sign
    return corners[:count]


@inline_kernel
def _components(lows, highs):
    """Number of the connected component of each low corner, then of each high one."""
    n = len(lows)
    parents = np.arange(n + len(highs))
    for a in range(n):
        for b in range(len(highs)):
            if _below(lows[a], highs[b], 0.0):
                parents[find_root(parents, a)] = find_root(parents, n + b)
    for i in range(parents.size):
        parents[i] = find_root(parents, i)
    return parents


@inline_kernel
def _intersection(births, deaths, other_births, other_deaths, delta):
    """High corners of A ∩ (B - δ), and whether there is a morphism A → B - δ that is not zero where they are."""
    lows = _joins(births, other_births, -delta, 1.0)
    highs = _joins(deaths, other_deaths, -delta, -1.0)
    n = len(lows)
    component = _components(lows, highs)
    valid = np.ones(component.size, np.bool_)
    for a in range(len(births)):
        if not _above_one(births[a], other_births, -delta):
            for k in range(len(highs)):
                if _below(births[a], highs[k], 0.0):
                    valid[component[n + k]] = False
    for b in range(len(other_deaths)):
        if not _below_one(other_deaths[b], deaths, -delta):
            for k in range(n):
                if _below(lows[k], other_deaths[b], delta):
                    valid[component[k]] = False
    high_valid = np.empty(len(highs), np.bool_)
    for k in range(len(highs)):
        high_valid[k] = valid[component[n + k]]
    return highs, high_valid


@inline_kernel
def _reaches(point, shift, highs, valid):
    """Whether point + shift, above a low corner, lies in a valid component."""
    for k in range(len(highs)):
        if _below(point, highs[k], shift):
            return valid[k]
    return False


@inline_kernel
def _goes_there_and_back(births, deaths, other_births, there, back, other_deaths, delta):
    """Whether the maps there and back make up the map of a module over 2δ."""
    for a in range(len(births)):
        if _below_one(births[a], deaths, 2 * delta):
            if not _above_one(births[a], other_births, -delta):
                return False
            if not (_reaches(births[a], 0.0, *there) and _reaches(births[a], delta, *back)):
                return False
    for b in range(len(deaths)):
        if _above_one(deaths[b], births, 2 * delta) and not _below_one(deaths[b], other_deaths, -delta):
            return False
    return True


@inline_kernel
def _are_interleaved(births, deaths, other_births, other_deaths, delta):
    there = _intersection(births, deaths, other_births, other_deaths, delta)
    back = _intersection(other_births, other_deaths, births, deaths, delta)
    return _goes_there_and_back(
        births, deaths, other_births, there, back, other_deaths, delta
    ) and _goes_there_and_back(other_births, other_deaths, births, back, there, deaths, delta)


@inline_kernel
def _meeting_values(births, deaths, other_births, other_deaths, low, high):
    """Values of δ, between two bounds, where coordinates meet: sorted, those that differ by rounding once."""
    p = births.shape[1]
    n, m = len(births) + len(deaths), len(other_births) + len(other_deaths)
    values = np.empty(p * (n * m + len(births) * len(deaths) + len(other_births) * len(other_deaths)) + 1)
    first, second = np.empty(n), np.empty(m)
    values[0] = low
    count, scale = 1, 0.0
    for i in range(p):
        for k in range(n):
            first[k] = births[k, i] if k < len(births) else deaths[k - len(births), i]
        for k in range(m):
            second[k] = other_births[k, i] if k < len(other_births) else other_deaths[k - len(other_births), i]
        for a in range(n):
            if first[a] < np.inf:
                scale = max(scale, abs(first[a]))
            for b in range(m):
                value = abs(first[a] - second[b])
                if low < value < high:
                    values[count] = value
                    count += 1
        for b in range(m):
            if second[b] < np.inf:
                scale = max(scale, abs(second[b]))
        for numbers, n_births in ((first, len(births)), (second, len(other_births))):
            for a in range(n_births):
                for b in range(n_births, numbers.size):
                    value = 0.5 * (numbers[b] - numbers[a])
                    if low < value < high:
                        values[count] = value
                        count += 1
    values = np.sort(values[:count])
    kept = 0
    for k in range(1, count):
        if values[k] - values[kept] > 1e-13 * scale:
            kept += 1
            values[kept] = values[k]
    return values[: kept + 1]


@inline_kernel
def _lower_bound(births, deaths, weight, other_births, other_deaths):
    """The longest diagonal of a module, if it is not as short as 2δ, must lie within δ of the other module."""
    found = 0.0
    for a in range(len(births)):
        for b in range(len(deaths)):
            length = np.inf
            for i in range(births.shape[1]):
                length = min(length, deaths[b, i] - births[a, i])
            if length < 2 * weight:
                continue
            below, above = np.inf, np.inf
            for k in range(len(other_births)):
                most = 0.0
                for i in range(births.shape[1]):
                    most = max(most, other_births[k, i] - births[a, i])
                below = min(below, most)
            for k in range(len(other_deaths)):
                most = 0.0
                for i in range(births.shape[1]):
                    if other_deaths[k, i] < np.inf:
                        most = max(most, deaths[b, i] - other_deaths[k, i])
                above = min(above, most)
            found = max(found, min(weight, max(below, above)))
    return found


@inline_kernel
def _interval_distance(births, deaths, weight, other_births, other_deaths, other_weight, most):
    """Interleaving distance of two connected intervals with given distances from zero.

    Or a lower bound of it, if that is larger than `most` or not below both distances from zero.
    """
    trivial = max(weight, other_weight)
    low = 0.0 if weight == other_weight else abs(weight - other_weight)
    if low <= most:
        low = max(low, _lower_bound(births, deaths, weight, other_births, other_deaths))
    if low <= most:
        low = max(low, _lower_bound(other_births, other_deaths, other_weight, births, deaths))
    if low > most or low >= trivial:
        return low
    values = _meeting_values(births, deaths, other_births, other_deaths, low, trivial)
    first, last = 0, values.size
    while first < last:  # the least k such that they are interleaved beyond values[k]
        k = (first + last) // 2
        following = values[k + 1] if k + 1 < values.size else (trivial if trivial < np.inf else 2 * values[k] + 1.0)
        middle = values[k] + 0.5 * (following - values[k])
        if _are_interleaved(births, deaths, other_births, other_deaths, middle):
            last = k
        else:
            first = k + 1
    return values[first] if first < values.size else trivial


@inline_kernel
def _doubled(pairs, distances):
    """The same arrays, with room for as many more."""
    n = distances.size
    more_pairs, more_distances = np.empty((2 * n, 2), np.int64), np.empty(2 * n)
    for k in range(n):
        more_pairs[k, 0], more_pairs[k, 1], more_distances[k] = pairs[k, 0], pairs[k, 1], distances[k]
    return more_pairs, more_distances


@kernel
def interval_distances(births, birth_offsets, deaths, death_offsets, weights, others, most):
    """Pairs of a summand of one module and one of another that are worth matching, and their distances.

    ``others`` are the same arrays of the other module. A pair is worth it if its distance is less than the larger of
    the distances of its summands from zero, and at most `most`. Returns the numbers of the summands and the distances.
    """
    other_births, other_birth_offsets, other_deaths, other_death_offsets, other_weights = others
    pairs, distances = np.empty((256, 2), np.int64), np.empty(256)
    count = 0
    for a in range(weights.size):
        b, d = births[birth_offsets[a] : birth_offsets[a + 1]], deaths[death_offsets[a] : death_offsets[a + 1]]
        for c in range(other_weights.size):
            other_b = other_births[other_birth_offsets[c] : other_birth_offsets[c + 1]]
            other_d = other_deaths[other_death_offsets[c] : other_death_offsets[c + 1]]
            distance = _interval_distance(b, d, weights[a], other_b, other_d, other_weights[c], most)
            if distance < max(weights[a], other_weights[c]) and distance <= most:
                if count == distances.size:
                    pairs, distances = _doubled(pairs, distances)
                pairs[count, 0], pairs[count, 1], distances[count] = a, c, distance
                count += 1
    return pairs[:count], distances[:count]
