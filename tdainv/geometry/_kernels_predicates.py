"""Signs of orientation and in-sphere determinants, exact for coordinates that are integers below 2^200.

Each is evaluated in floats first. By Higham's lemma (Accuracy and Stability of Numerical Algorithms, 3.1) a sum of
products is in error by at most m u / (1 - m u) times the sum of the absolute values of the terms, if each term takes
part in at most m roundings; u = 2^-53. The terms are bounded by the largest entry of each column. So with `bound`, the
product of these, the error is less than

    xy   m =  4,  2 terms:   8 u bound        xy, norm^2   m = 12,  6 terms:   72 u bound
    xyz  m =  8,  6 terms:  48 u bound        xyz, norm^2  m = 16, 24 terms:  384 u bound

and the constants below are larger by more than the rounding of `bound` itself. Where that does not decide, all
differences, products and sums are integers of at most 24 bound; if that is below 2^53 they are without error. (If a
bound is 0, so is the determinant, as floats have the difference 0 only if they are equal.) That settles grids.
What is left goes to integers of many digits.
"""

from __future__ import annotations

from tdainv._numba import inline_kernel, kernel
from tdainv.geometry._kernels_exact import IN_CIRCLE, IN_SPHERE, ORIENT_XY, ORIENT_XYZ, exact_sign

_U = 2.0**-53
_ERROR_2, _ERROR_3, _ERROR_CIRCLE, _ERROR_SPHERE = 10 * _U, 52 * _U, 80 * _U, 400 * _U
_WITHOUT_ERROR = 2.0**48  # 24 times that is below 2^53
_UNDECIDED = 2


@inline_kernel
def _largest(a, b, c):
    return max(abs(a), abs(b), abs(c))


@inline_kernel
def _quick_orient2(x, a, b, p, column):
    """Sign of det (a - p, b - p) in the coordinates 0 and `column`."""
    adx, ady = x[a, 0] - x[p, 0], x[a, column] - x[p, column]
    bdx, bdy = x[b, 0] - x[p, 0], x[b, column] - x[p, column]
    det = adx * bdy - bdx * ady
    bound = max(abs(adx), abs(bdx)) * max(abs(ady), abs(bdy))
    if abs(det) > _ERROR_2 * bound or bound < _WITHOUT_ERROR:
        return 1 if det > 0 else (-1 if det < 0 else 0)
    return _UNDECIDED


@inline_kernel
def _quick_orient3(x, a, b, c, p):
    """Sign of det (a - p, b - p, c - p)."""
    px, py, pz = x[p, 0], x[p, 1], x[p, 2]
    adx, ady, adz = x[a, 0] - px, x[a, 1] - py, x[a, 2] - pz
    bdx, bdy, bdz = x[b, 0] - px, x[b, 1] - py, x[b, 2] - pz
    cdx, cdy, cdz = x[c, 0] - px, x[c, 1] - py, x[c, 2] - pz
    det = adz * (bdx * cdy - cdx * bdy) + bdz * (cdx * ady - adx * cdy) + cdz * (adx * bdy - bdx * ady)
    bound = _largest(adx, bdx, cdx) * _largest(ady, bdy, cdy) * _largest(adz, bdz, cdz)
    if abs(det) > _ERROR_3 * bound or bound < _WITHOUT_ERROR:
        return 1 if det > 0 else (-1 if det < 0 else 0)
    return _UNDECIDED


@inline_kernel
def _quick_in_circle(x, a, b, c, p):
    """Sign of det (a - p, b - p, c - p), rows with x, y and the squared norm."""
    px, py, pz = x[p, 0], x[p, 1], x[p, 2]
    adx, ady, adz = x[a, 0] - px, x[a, 1] - py, x[a, 2] - pz
    bdx, bdy, bdz = x[b, 0] - px, x[b, 1] - py, x[b, 2] - pz
    cdx, cdy, cdz = x[c, 0] - px, x[c, 1] - py, x[c, 2] - pz
    a_lift = adx * adx + ady * ady + adz * adz
    b_lift = bdx * bdx + bdy * bdy + bdz * bdz
    c_lift = cdx * cdx + cdy * cdy + cdz * cdz
    det = a_lift * (bdx * cdy - cdx * bdy) + b_lift * (cdx * ady - adx * cdy) + c_lift * (adx * bdy - bdx * ady)
    bound = _largest(adx, bdx, cdx) * _largest(ady, bdy, cdy) * max(a_lift, b_lift, c_lift)
    if abs(det) > _ERROR_CIRCLE * bound or bound < _WITHOUT_ERROR:
        return 1 if det > 0 else (-1 if det < 0 else 0)
    return _UNDECIDED


@inline_kernel
def _quick_in_sphere(x, a, b, c, d, p):
    """Sign of det (a - p, b - p, c - p, d - p), rows with x, y, z and the squared norm."""
    px, py, pz = x[p, 0], x[p, 1], x[p, 2]
    adx, ady, adz = x[a, 0] - px, x[a, 1] - py, x[a, 2] - pz
    bdx, bdy, bdz = x[b, 0] - px, x[b, 1] - py, x[b, 2] - pz
    cdx, cdy, cdz = x[c, 0] - px, x[c, 1] - py, x[c, 2] - pz
    ddx, ddy, ddz = x[d, 0] - px, x[d, 1] - py, x[d, 2] - pz
    ab = adx * bdy - bdx * ady
    bc = bdx * cdy - cdx * bdy
    cd = cdx * ddy - ddx * cdy
    da = ddx * ady - adx * ddy
    ac = adx * cdy - cdx * ady
    bd = bdx * ddy - ddx * bdy
    a_lift = adx * adx + ady * ady + adz * adz
    b_lift = bdx * bdx + bdy * bdy + bdz * bdz
    c_lift = cdx * cdx + cdy * cdy + cdz * cdz
    d_lift = ddx * ddx + ddy * ddy + ddz * ddz
    det = (d_lift * (adz * bc - bdz * ac + cdz * ab) - c_lift * (ddz * ab + adz * bd + bdz * da)) + (
        b_lift * (cdz * da + ddz * ac + adz * cd) - a_lift * (bdz * cd - cdz * bd + ddz * bc)
    )
    bound = max(abs(adx), abs(bdx), abs(cdx), abs(ddx)) * max(abs(ady), abs(bdy), abs(cdy), abs(ddy))
    bound *= max(abs(adz), abs(bdz), abs(cdz), abs(ddz)) * max(a_lift, b_lift, c_lift, d_lift)
    if abs(det) > _ERROR_SPHERE * bound or bound < _WITHOUT_ERROR:
        return 1 if det > 0 else (-1 if det < 0 else 0)
    return _UNDECIDED


@kernel
def sign(x, determinant, a, b, c, d, p):
    """Sign of one of the determinants of `_kernels_exact.py`, of as many of the points of x as it has, and p.

    ORIENT_XY: 1 if a, b, p turn left. IN_CIRCLE, where they do: 1 if p lies inside the circle of a, b, c. The plane is
    seen through its first two coordinates, which must be coordinates of it; the third counts for lengths.
    IN_SPHERE, where ORIENT_XYZ of a, b, c, d is 1: 1 if p lies inside the sphere of these.
    """
    if determinant == IN_SPHERE:
        found = _quick_in_sphere(x, a, b, c, d, p)
    elif determinant == IN_CIRCLE:
        found = _quick_in_circle(x, a, b, c, p)
    elif determinant == ORIENT_XYZ:
        found = _quick_orient3(x, a, b, c, p)
    else:
        found = _quick_orient2(x, a, b, p, 1 if determinant == ORIENT_XY else 2)
    if found == _UNDECIDED:
        found = exact_sign(x, a, b, c, d, p, determinant)
    return found
