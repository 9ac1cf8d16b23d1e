"""Paths through product grids: when generators appear along them, and what their bars add to a signed barcode.

A path has a low corner a and a high corner b. It moves along axis 0 from (0, a_1, ..., a_{p-1}) to b_0, then along axis
1 to b_1, and so on to the end of the last axis. Time is the number of steps.
"""

import numpy as np

from tdainv._numba import kernel

COUNTS_NOT = -1


@kernel
def times_along_paths(grades, low, high):
    """Time at which generators appear along each path, inf for never, (m, n); grades are indices, (p, n)."""
    m, p = low.shape
    n = grades.shape[1]
    times = np.empty((m, n))
    for r in range(m):
        end = high[r, 0]
        for i in range(n):
            times[r, i] = grades[0, i] if grades[0, i] <= end else np.inf
        reached = high[r, 0]
        for k in range(1, p):
            begin, end, ahead = low[r, k], high[r, k], reached - low[r, k]
            for i in range(n):  # selections and no branches, for vector instructions
                time = max(times[r, i], ahead + grades[k, i]) if grades[k, i] > begin else times[r, i]
                times[r, i] = time if grades[k, i] <= end else np.inf
            reached += end - begin
    return times


@kernel
def changes_of_bars(born, died, low, high, before, previous):
    """Bars that join the first leg of a path to its last, as changes from one path to the next.

    A bar that is born on the first leg, at index s of axis 0, and alive on the last one, up to index t of the last
    axis, counts 1 in the rank from (i, a_1, ..., a_{p-1}) to (b_0, ..., b_{p-2}, j) for s <= i and j <= t. Vine v has
    such a bar with the number s g + t, for g points on the last axis, or COUNTS_NOT. Paths follow one that had the bars
    `before` and the last low coordinate `previous`. A step by one of this coordinate changes nothing else in a path.

    Returns rows (path, s, t, c, sign), and the bars of the last path. With a step from c - 1 to c, or from c to c - 1,
    a row says how often a bar is there at c more than at c - 1; with c = 0, how often it is there at 0.
    """
    m, n_vines = born.shape
    last = low.shape[1] - 1
    bars = before.copy()
    rows = np.empty((1024 + 3 * n_vines, 5), np.int64)
    count = 0
    for r in range(m):
        if count + 3 * n_vines > rows.shape[0]:
            more = np.empty((2 * count + 3 * n_vines, 5), np.int64)
            for i in range(count):
                for k in range(5):
                    more[i, k] = rows[i, k]
            rows = more
        corner = high[r, 0]
        for k in range(1, last):
            corner += high[r, k] - low[r, k]
        now, end = low[r, last], high[r, last]
        for v in range(n_vines):
            bar = COUNTS_NOT
            if born[r, v] <= high[r, 0] and died[r, v] > corner:
                t = end if died[r, v] == np.inf else now + np.int64(died[r, v]) - corner - 1
                bar = np.int64(born[r, v]) * (end + 1) + t
            if now != previous and bar != bars[v]:
                for changed, sign in ((bar, now - previous), (bars[v], previous - now)):
                    if changed >= 0:
                        rows[count] = (r, changed // (end + 1), changed % (end + 1), max(now, previous), sign)
                        count += 1
            if now == 0 and bar >= 0:
                rows[count] = (r, bar // (end + 1), bar % (end + 1), 0, 1)
                count += 1
            bars[v] = bar
        previous = now
    return rows[:count], bars
