"""Bottleneck distance of barcodes of finite bars, exact.

Bars are points of the plane, and two may be matched at cost delta if they are at most delta apart in both coordinates.
Those that are longer than 2 delta must be matched. By the theorem of Mendelsohn and Dulmage, some matching covers them
on both sides if and only if one covers them on each side, so each side is looked at alone.

Differences of floating-point numbers are monotone in both numbers. Costs are compared in that form only, so that the
result is the exact minimum over all matchings of the largest cost as it is computed.
"""

import numpy as np

from tdainv._numba import inline_kernel, kernel

_LEAF = 32  # bars in a leaf of a tree, at most: few enough to be looked at one by one


@inline_kernel
def _half_by_median(births, deaths, start, end):
    """Sort the bars from start to end by birth or by death, whichever has the larger range."""
    keys = births[start:end].copy()
    others = deaths[start:end].copy()
    by_birth = keys.max() - keys.min() >= others.max() - others.min()
    order = np.argsort(keys) if by_birth else np.argsort(others)
    for i in range(order.size):
        births[start + i] = keys[order[i]]
        deaths[start + i] = others[order[i]]


@inline_kernel
def grow_tree(births, deaths):
    """k-d tree of bars: births and deaths in its order, and the bounding boxes of its nodes.

    Node 2^t + i is node i of level t, with the bars from (n i) / 2^t to (n (i + 1)) / 2^t. A box is the least birth,
    largest birth, least death, largest death.
    """
    n = births.size
    births = births.copy()
    deaths = deaths.copy()
    leaves = 1
    while n > _LEAF * leaves:
        for i in range(leaves):
            _half_by_median(births, deaths, n * i // leaves, n * (i + 1) // leaves)
        leaves *= 2
    boxes = np.empty((2 * leaves, 4))
    for node in range(2 * leaves - 1, 0, -1):
        boxes[node, 0] = boxes[node, 2] = np.inf
        boxes[node, 1] = boxes[node, 3] = -np.inf
        if node >= leaves:
            for i in range(n * (node - leaves) // leaves, n * (node - leaves + 1) // leaves):
                boxes[node, 0] = min(boxes[node, 0], births[i])
                boxes[node, 1] = max(boxes[node, 1], births[i])
                boxes[node, 2] = min(boxes[node, 2], deaths[i])
                boxes[node, 3] = max(boxes[node, 3], deaths[i])
        else:
            for child in range(2 * node, 2 * node + 2):
                boxes[node, 0] = min(boxes[node, 0], boxes[child, 0])
                boxes[node, 1] = max(boxes[node, 1], boxes[child, 1])
                boxes[node, 2] = min(boxes[node, 2], boxes[child, 2])
                boxes[node, 3] = max(boxes[node, 3], boxes[child, 3])
    return births, deaths, boxes


@inline_kernel
def _take(birth, death, delta, births, deaths, boxes, left, taken, stack):
    """Take a bar within delta of a point out of a tree and return it, or -1 if none is left."""
    leaves = boxes.shape[0] >> 1
    found = -1
    stack[0] = 1
    size = 1
    node = 1
    while size > 0 and found < 0:
        size -= 1
        node = stack[size]
        if left[node] == 0 or boxes[node, 0] - birth > delta or birth - boxes[node, 1] > delta:
            continue
        if boxes[node, 2] - death > delta or death - boxes[node, 3] > delta:
            continue
        if node < leaves:
            stack[size] = 2 * node + 1
            stack[size + 1] = 2 * node
            size += 2
            continue
        for i in range(births.size * (node - leaves) // leaves, births.size * (node - leaves + 1) // leaves):
            if not taken[i] and abs(births[i] - birth) <= delta and abs(deaths[i] - death) <= delta:
                found = i
                break
    if found >= 0:
        taken[found] = True
        while node > 0:
            left[node] -= 1
            node >>= 1
    return found


@inline_kernel
def _refill(left, taken):
    """Put all bars back into a tree."""
    leaves = left.size >> 1
    for i in range(taken.size):
        taken[i] = False
    for node in range(2 * leaves - 1, 0, -1):
        if node >= leaves:
            left[node] = taken.size * (node - leaves + 1) // leaves - taken.size * (node - leaves) // leaves
        else:
            left[node] = left[2 * node] + left[2 * node + 1]


@inline_kernel
def _half_length(birth, death):
    """Distance of a bar from the diagonal; 0.5 (death - birth) would overflow for numbers beyond 1e308 / 2."""
    return 0.5 * death - 0.5 * birth


@inline_kernel
def _long_bars(births, deaths, delta):
    """Bars whose distance from the diagonal is larger than delta."""
    found = np.empty(births.size, np.int64)
    count = 0
    for i in range(births.size):
        if _half_length(births[i], deaths[i]) > delta:
            found[count] = i
            count += 1
    return found, count


@inline_kernel
def _covers(births, deaths, others, ends, boxes, delta):
    """Whether all long bars have partners within delta, different ones, among the bars [others, ends) of a tree.

    Augmenting paths by depth-first search, in phases: within a phase each partner is looked at once (Pothen and Fan,
    ACM Trans. Math. Softw. 16, 1990). A bar without an augmenting path gets none later on.
    """
    waiting, count = _long_bars(births, deaths, delta)
    if count > others.size:
        return False
    partner = np.full(others.size, -1, np.int64)
    taken = np.empty(others.size, np.bool_)
    left = np.empty(boxes.shape[0], np.int64)
    stack = np.empty(128, np.int64)
    path = np.empty(count + 1, np.int64)
    chosen = np.empty(count + 1, np.int64)
    while count > 0:
        _refill(left, taken)
        failed = 0
        for k in range(count):
            path[0] = waiting[k]
            size = 1
            matched = False
            while size > 0 and not matched:
                bar = path[size - 1]
                other = _take(births[bar], deaths[bar], delta, others, ends, boxes, left, taken, stack)
                if other < 0:
                    size -= 1
                    continue
                chosen[size - 1] = other
                matched = partner[other] < 0
                if not matched:
                    path[size] = partner[other]
                    size += 1
            if not matched:
                if failed == k:  # all searches of this phase failed: nothing was taken from this one
                    return False
                waiting[failed] = waiting[k]
                failed += 1
            for i in range(size if matched else 0):
                partner[chosen[i]] = path[i]
        count = failed
    return True


@inline_kernel
def is_feasible(delta, births, deaths, boxes, other_births, other_deaths, other_boxes):
    """Whether the bottleneck distance of the bars of two trees is at most delta."""
    return _covers(births, deaths, other_births, other_deaths, other_boxes, delta) and _covers(
        other_births, other_deaths, births, deaths, boxes, delta
    )


@inline_kernel
def _least_difference_above(low, least, first, second):
    """Least second[j] - first[i] > low, or `least` if that is less; both arrays are sorted."""
    j = 0
    for i in range(first.size):
        while j < second.size and second[j] - first[i] <= low:
            j += 1
        if j == second.size:
            break
        least = min(least, second[j] - first[i])
    return least


@inline_kernel
def _largest_difference_up_to(high, largest, first, second):
    """Largest second[j] - first[i] ≤ high, or `largest` if that is more; both arrays are sorted."""
    j = 0
    for i in range(first.size):
        while j < second.size and second[j] - first[i] <= high:
            j += 1
        if j > 0:
            largest = max(largest, second[j - 1] - first[i])
    return largest


@inline_kernel
def least_feasible(low, births, deaths, boxes, other_births, other_deaths, other_boxes):
    """Bottleneck distance of the bars of two trees, which is known to be larger than low ≥ 0.

    It is a difference of births, one of deaths, or half the length of a bar. Bisection of the real numbers, where each
    bound is moved to the nearest of these.
    """
    b, d = np.sort(births), np.sort(deaths)
    other_b, other_d = np.sort(other_births), np.sort(other_deaths)
    halves = np.empty(births.size + other_births.size)
    for i in range(births.size):
        halves[i] = _half_length(births[i], deaths[i])
    for i in range(other_births.size):
        halves[births.size + i] = _half_length(other_births[i], other_deaths[i])
    high = halves.max()
    while True:
        following = high
        for i in range(halves.size):
            if low < halves[i] < following:
                following = halves[i]
        following = _least_difference_above(low, following, b, other_b)
        following = _least_difference_above(low, following, other_b, b)
        following = _least_difference_above(low, following, d, other_d)
        following = _least_difference_above(low, following, other_d, d)
        if following >= high:
            return high
        middle = following + 0.5 * (high - following)
        if middle >= high:  # rounded up
            middle = following
        if not is_feasible(middle, births, deaths, boxes, other_births, other_deaths, other_boxes):
            low = middle
            continue
        high = following
        for i in range(halves.size):
            if high < halves[i] <= middle:
                high = halves[i]
        high = _largest_difference_up_to(middle, high, b, other_b)
        high = _largest_difference_up_to(middle, high, other_b, b)
        high = _largest_difference_up_to(middle, high, d, other_d)
        high = _largest_difference_up_to(middle, high, other_d, d)


@kernel
def finite_bottleneck(births, deaths, other_births, other_deaths, low):
    """Bottleneck distance of two barcodes of finite bars, or low ≥ 0 if that is larger."""
    births, deaths, boxes = grow_tree(births, deaths)
    other_births, other_deaths, other_boxes = grow_tree(other_births, other_deaths)
    if is_feasible(low, births, deaths, boxes, other_births, other_deaths, other_boxes):
        return low
    return least_feasible(low, births, deaths, boxes, other_births, other_deaths, other_boxes)
