"""Where along lines generators appear."""

import numpy as np

from tdainv._numba import kernel


@kernel
def push_grades(bases, directions, grades):
    """First times t with base + t direction ≥ grade: max over i of (grade_i - base_i) / direction_i.

    A direction of 0 sets no bound if the base is not below the grade there, and never gets there otherwise.
    """
    n_lines, p = bases.shape
    times = np.empty((n_lines, len(grades)))
    for line in range(n_lines):
        for j in range(len(grades)):
            time = -np.inf
            for i in range(p):
                ahead = grades[j, i] - bases[line, i]
                if directions[line, i] > 0.0:
                    time = max(time, ahead / directions[line, i])
                elif ahead > 0.0:
                    time = np.inf
            times[line, j] = time
    return times
