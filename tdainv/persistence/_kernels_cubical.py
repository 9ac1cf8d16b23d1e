"""Persistence of images over Z/2: components by union-find, and loops in space by discrete Morse theory.

An image is padded by one pixel on each side, so that every pixel has all its neighbours, and flattened: a place is an
index there, an offset a difference of places. Values are ranks, all different. Pixels are the vertices of a grid, and a
cell of the grid appears with its highest pixel, its owner; the cells of one owner are its lower star. In space, edge
3 p + a leads from place p one step along axis a, and square 3 p + a + b - 1 spans axes a < b from place p.

Cells of one lower star may be matched in pairs, as long as this is acyclic (Forman); the cells that are left, the
critical ones, suffice for the barcode. Robins, Wood, Sheppard (IEEE PAMI 33, 2011) match as many as possible.
"""

import numpy as np

from tdainv._numba import block_kernel, inline_kernel, kernel
from tdainv.complexes._kernels_bits import doubled, highest, lowest_bit, new_tree, toggle
from tdainv.persistence._kernels_forest import find_root

# A lower star in space, without its owner, is a part of the surface of an octahedron. Corner 2 a (or 2 a + 1) of the
# octahedron is the edge of the grid to the pixel before (after) the owner along axis a, its edges are squares, its
# triangles are cubes. Edge k joins the corners FIRST[k] and SECOND[k]; triangle t has the corners 2 a + (bit a of t).
FIRST = np.array([0, 0, 1, 1, 0, 0, 1, 1, 2, 2, 3, 3])
SECOND = np.array([2, 3, 2, 3, 4, 5, 4, 5, 4, 5, 4, 5])
_STEPS = np.array([[(1 if v & 1 else -1) * (v >> 1 == a) for a in range(3)] for v in range(6)])


def _edges_among(corners):
    """Set of the edges with both corners in a set; sets are the bits of an integer."""
    ends = zip(FIRST.tolist(), SECOND.tolist(), strict=True)
    return sum(1 << k for k, (u, v) in enumerate(ends) if corners >> u & corners >> v & 1)


_CORNERS_OF = [1 << (t & 1) | 4 << (t >> 1 & 1) | 16 << (t >> 2) for t in range(8)]
_EDGES_OF = [_edges_among(corners) for corners in _CORNERS_OF]
_SETS = np.arange(4096, dtype=np.int64)
EDGES_AMONG = np.array([_edges_among(corners) for corners in range(64)])
TRIANGLES_AMONG = sum((_SETS & edges == edges).astype(np.int64) << t for t, edges in enumerate(_EDGES_OF))
EDGE_BETWEEN = np.array([[_edges_among(1 << u | 1 << v).bit_length() - 1 for v in range(6)] for u in range(6)])
BESIDE = np.array([[t for t in range(8) if _EDGES_OF[t] >> k & 1] for k in range(12)])  # the triangles beside edge k
SIZE = sum(_SETS >> k & 1 for k in range(12))
JOINED = sum((_SETS >> k & 1) << 6 * SECOND[k] + FIRST[k] for k in range(12))  # corners joined to v, from bit 6 v
JOINED |= sum((_SETS >> k & 1) << 6 * FIRST[k] + SECOND[k] for k in range(12))

# The neighbours of a pixel in space: 6 for the corners, 12 for the edges, 8 for the triangles; and those in one cube.
NEIGHBOURS = np.concatenate(
    [_STEPS, _STEPS[FIRST] + _STEPS[SECOND], [sum(_STEPS[2 * a + (t >> a & 1)] for a in range(3)) for t in range(8)]]
)
IN_CUBE = np.array([_CORNERS_OF[t] | _EDGES_OF[t] << 6 | 1 << 18 + t for t in range(8)])
EVERY_NEIGHBOUR = (1 << 26) - 1

RANK, CELL, SIDE = 0, 1, 2  # columns of a table of critical cells: rank of the owner, cell, places on its two sides
_BLOCK = 4096


@kernel
def stable_order(order, ordered):
    """Given an order that sorts values, and the sorted values, the stable order: a counting sort."""
    run = np.empty(order.size, np.int64)
    start = 0
    for i in range(order.size):
        if ordered[i] != ordered[start]:
            start = i
        run[order[i]] = start
    fill = np.zeros(order.size, np.int64)
    result = np.empty(order.size, np.int64)
    for index in range(order.size):
        start = run[index]
        result[start + fill[start]] = index
        fill[start] += 1
    return result


@kernel
def lower_neighbours(ranks, offsets):
    """For each place the set of its neighbours of lower rank: bit k stands for the one at ``offsets[k]``."""
    lower = np.zeros(ranks.size, np.int32)
    reach = offsets.max()
    for start in range(reach, ranks.size - reach, _BLOCK):
        stop = min(start + _BLOCK, ranks.size - reach)
        for k in range(offsets.size):
            for place in range(start, stop):
                other = np.uint64(place + offsets[k])  # unsigned indices do not wrap around, which lets this vectorise
                lower[place] |= np.int32(ranks[other] < ranks[place]) << np.int32(k)
    return lower


@kernel
def component_pairs(order, ranks, lower, offsets, apart):
    """Ranks at which components appear and at which an older one swallows them: the elder rule.

    ``order`` lists the places of the pixels by rank; padding of rank -1 is one component, there from the start.
    ``lower`` is from :func:`lower_neighbours`. Once neighbour k was looked at, only those in ``apart[k]`` need a look:
    the others are neighbours of neighbour k. O(n α(n)) for n pixels.
    """
    parents = np.zeros(ranks.size, np.int32)
    births = np.empty(order.size, np.int32)
    deaths = np.empty(order.size, np.int32)
    count = 0
    for rank in range(order.size):
        place = order[rank]
        remaining = np.int64(lower[place])
        eldest = place
        while remaining:
            k = lowest_bit(np.uint64(remaining))
            remaining &= apart[k]
            root = find_root(parents, place + offsets[k])
            if eldest == place:
                eldest = root
            elif root != eldest:
                if ranks[root] < ranks[eldest]:
                    root, eldest = eldest, root
                parents[root] = eldest
                births[count] = ranks[root]
                deaths[count] = rank
                count += 1
        parents[place] = eldest
    return births[:count], deaths[:count]


@inline_kernel
def _with_room(table, n_rows):
    """The table, or a copy with twice its rows if ``n_rows`` are all it has."""
    if n_rows < table.shape[0]:
        return table
    longer = np.empty((2 * n_rows, table.shape[1]), table.dtype)
    for i in range(n_rows):
        for j in range(table.shape[1]):
            longer[i, j] = table[i, j]
    return longer


@kernel
def match_edges(order, lower, offsets):
    """Match the edges of each lower star with squares, along a forest that spans the corners of its octahedron.

    The root of the first tree is the edge that is matched with the owner; the other roots are critical edges. A corner
    v whose parent is u stands for an edge that is matched with the square between v and u. Edges that are not matched
    with their owner have numbers 1, 2, ..., by rank of the owner and parents before children: of all edges of a square
    the one matched with it has the highest number.

    Returns the number of each edge (0: none), the square matched with each number or, for the i-th critical edge,
    -1 - i; the table of critical edges; for each pixel the place at the other end of the edge matched with it; and for
    each rank the set of the edges of the octahedron that are outside the forest.
    """
    numbers = np.zeros(3 * lower.size, np.int32)
    square_of = np.zeros(3 * lower.size + 1, np.int32)
    descent = np.zeros(lower.size, np.int32)
    rest = np.empty(order.size, np.int16)
    critical = np.empty((1024, 4), np.int32)
    n_numbers, n_critical = 1, 0
    for rank in range(order.size):
        place = order[rank]
        unseen = np.int64(lower[place]) & 63
        edges = EDGES_AMONG[unseen] & lower[place] >> 6
        joined = JOINED[edges]
        descent[place] = place
        while unseen:
            root = lowest_bit(np.uint64(unseen))
            unseen &= unseen - 1
            if descent[place] == place:
                descent[place] = place + offsets[root]
            else:
                critical = _with_room(critical, n_critical)
                edge = 3 * (place if root & 1 else place + offsets[root]) + (root >> 1)
                critical[n_critical, RANK] = rank
                critical[n_critical, CELL] = edge
                critical[n_critical, SIDE] = place
                critical[n_critical, SIDE + 1] = place + offsets[root]
                numbers[edge] = n_numbers
                square_of[n_numbers] = -1 - n_critical
                n_numbers += 1
                n_critical += 1
            frontier = 1 << root
            while frontier:
                u = lowest_bit(np.uint64(frontier))
                children = joined >> 6 * u & unseen
                unseen ^= children
                frontier = (frontier & frontier - 1) | children
                while children:
                    v = lowest_bit(np.uint64(children))
                    children &= children - 1
                    edges ^= 1 << EDGE_BETWEEN[u, v]
                    start = place if v & 1 else place + offsets[v]
                    numbers[3 * start + (v >> 1)] = n_numbers
                    square_of[n_numbers] = 3 * (start if u & 1 else start + offsets[u]) + (u >> 1) + (v >> 1) - 1
                    n_numbers += 1
        rest[rank] = edges
    return numbers, square_of[:n_numbers], critical[:n_critical], descent, rest


@inline_kernel
def _unmatched(rest, edges, triangles, trees):
    """Edges of a part of the octahedron, of those in ``rest``, that are left when triangles are matched with edges.

    Let trees grow into the part from the regions outside it, over edges in ``rest``: each of these edges is matched
    with the triangle it leads to. There are no cycles, since ``rest`` is the complement of a spanning forest.
    """
    for t in range(8):
        trees[t] = t
    absent = 4095 ^ edges
    while absent:
        k = lowest_bit(np.uint64(absent))
        absent &= absent - 1
        trees[find_root(trees, BESIDE[k, 0])] = find_root(trees, BESIDE[k, 1])
    unmatched = 0
    while rest:
        k = lowest_bit(np.uint64(rest))
        rest &= rest - 1
        one = find_root(trees, BESIDE[k, 0])
        other = find_root(trees, BESIDE[k, 1])
        if triangles >> one & 1:
            trees[one] = other
        elif triangles >> other & 1:
            trees[other] = one
        else:
            unmatched |= 1 << k
    return unmatched


@kernel
def critical_squares(order, lower, offsets, rest):
    """Table of the critical squares, those matched neither with an edge nor with a cube, by rank of the owner.

    On either side of a critical square is a region of the octahedron outside the lower star; in both there are higher
    neighbours of the owner, and the table has one of each. Returned too: for each pixel a higher neighbour, or its own
    place if there is none.
    """
    ascent = np.zeros(lower.size, np.int32)
    critical = np.empty((1024, 4), np.int32)
    n_critical = 0
    trees = np.zeros(8, np.int64)
    for rank in range(order.size):
        place = order[rank]
        star = np.int64(lower[place])
        higher = EVERY_NEIGHBOUR ^ star
        ascent[place] = place
        if higher == 0:
            continue
        ascent[place] = place + offsets[lowest_bit(np.uint64(higher))]
        edges = EDGES_AMONG[star & 63] & star >> 6
        triangles = TRIANGLES_AMONG[edges] & star >> 18
        if SIZE[rest[rank]] == SIZE[triangles]:
            continue
        unmatched = _unmatched(np.int64(rest[rank]), edges, triangles, trees)
        while unmatched:
            k = lowest_bit(np.uint64(unmatched))
            unmatched &= unmatched - 1
            u, v = FIRST[k], SECOND[k]
            corner = place + (0 if u & 1 else offsets[u]) + (0 if v & 1 else offsets[v])
            critical = _with_room(critical, n_critical)
            critical[n_critical, RANK] = rank
            critical[n_critical, CELL] = 3 * corner + (u >> 1) + (v >> 1) - 1
            for side in range(2):
                cube = IN_CUBE[find_root(trees, BESIDE[k, side])]
                critical[n_critical, SIDE + side] = place + offsets[lowest_bit(np.uint64(higher & cube))]
            n_critical += 1
    return critical[:n_critical], ascent


@kernel
def merge_components(cells, forest, times):
    """Place of the root that is swallowed when a critical cell connects two components, or -1 if it does not.

    A component is a tree of the ``forest``, which is changed; its root is the pixel of least time.
    """
    swallowed = np.full(len(cells), -1, np.int32)
    for i in range(len(cells)):
        one = find_root(forest, cells[i, SIDE])
        other = find_root(forest, cells[i, SIDE + 1])
        if one != other:
            younger = one
            if times[one] < times[other]:
                younger, other = other, one
            forest[younger] = other
            swallowed[i] = younger
    return swallowed


@block_kernel
def _toggle_boundary(square, numbers, strides, leaves, nodes, roots):
    corner = square // 3
    axes = square - 3 * corner  # 0, 1, 2 for the axes (0, 1), (0, 2), (1, 2)
    a = axes >> 1
    b = (axes + 3) >> 1
    toggle(numbers[3 * corner + a], leaves, nodes, roots)
    toggle(numbers[3 * corner + b], leaves, nodes, roots)
    toggle(numbers[3 * (corner + strides[b]) + a], leaves, nodes, roots)
    toggle(numbers[3 * (corner + strides[a]) + b], leaves, nodes, roots)


@kernel
def loop_pairs(squares, numbers, square_of, strides, n_critical):
    """Critical edge whose loop each of the critical squares fills, by homology reduction on the Morse complex.

    An edge that is matched with a square is the highest of its boundary, so that adding squares removes such edges
    from a chain from the top down. Edges of number 0 are left out: those matched with their owner and those that
    connect components are never the highest of a cycle. What remains of the boundary of a critical square is a column
    of critical edges. Its pivot is its highest edge, after adding former columns as long as they have the same.
    """
    leaves, nodes, roots = new_tree(square_of.size)
    column_of = np.full(n_critical, -1, np.int32)
    pivots = np.empty(squares.size, np.int32)
    start = np.zeros(squares.size + 1, np.int64)
    pool = np.empty(1024 + 4 * squares.size, np.int32)
    size = 0
    for j in range(squares.size):
        _toggle_boundary(squares[j], numbers, strides, leaves, nodes, roots)
        pivot = -1
        top = highest(leaves, nodes, roots)
        while top > 0:
            square = square_of[top]
            if square >= 0:
                _toggle_boundary(square, numbers, strides, leaves, nodes, roots)
            elif pivot < 0 and column_of[-1 - square] >= 0:
                column = column_of[-1 - square]
                for i in range(start[column], start[column + 1]):
                    toggle(pool[i], leaves, nodes, roots)
            else:
                if pivot < 0:
                    pivot = -1 - square
                if size == pool.size:
                    pool = doubled(pool)
                pool[size] = top
                size += 1
                toggle(top, leaves, nodes, roots)
            top = highest(leaves, nodes, roots)
        if top == 0:
            toggle(0, leaves, nodes, roots)
        assert pivot >= 0, "squares that fill no loop are cleared"
        pivots[j] = pivot
        column_of[pivot] = j
        start[j + 1] = size
    return pivots
