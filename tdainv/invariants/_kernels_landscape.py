"""Landscapes of barcodes on lines."""

import numpy as np

from tdainv._numba import kernel


@kernel
def largest_heights(cells, cofaces, births, deaths, line_of, times, n_landscapes):
    """The largest values of min(t - birth, death - t) over the bars of a line, decreasing, shape (n_points, n).

    Point i is on line ``line_of[i]`` at ``times[i]``. Bar v of line l is born at ``cells[l, births[l, v]]`` and dies at
    ``cofaces[l, deaths[l, v]]``, or never if that number is -1. At least 0; zeros where there are fewer bars.
    """
    n_points, last = times.size, n_landscapes - 1
    result = np.zeros((n_points, n_landscapes))
    for i in range(n_points):
        line, time = line_of[i], times[i]
        for v in range(births.shape[1]):
            height = time - cells[line, births[line, v]]
            if height > result[i, last]:  # most bars are born too late
                if deaths[line, v] >= 0:
                    height = min(height, cofaces[line, deaths[line, v]] - time)
                if height > result[i, last]:
                    place = last
                    while place > 0 and result[i, place - 1] < height:
                        result[i, place] = result[i, place - 1]
                        place -= 1
                    result[i, place] = height
    return result
