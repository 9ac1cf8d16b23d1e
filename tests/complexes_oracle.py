"""Random filtered complexes with many ties, and slow computations on them that share nothing with tdainv."""

from itertools import combinations, product

import numpy as np
from oracles import rank_mod_2

from tdainv.complexes.filtered_complex import FilteredComplex

# --- random complexes


def random_simplices(rng, n_vertices, dimension, p, n_values, *, never=0.0):
    """Simplices and grades, in random order: random faces of random simplices, isolated vertices among them."""
    closed = set()
    for _ in range(rng.integers(1, 2 * n_vertices)):
        size = min(n_vertices, int(rng.integers(1, dimension + 2)))
        top = sorted(int(v) for v in rng.choice(n_vertices, size=size, replace=False))
        closed.update(face for k in range(1, size + 1) for face in combinations(top, k))
    simplices = sorted(closed, key=lambda simplex: (len(simplex), simplex))
    grade = {}
    for simplex in simplices:
        faces = [grade[face] for face in combinations(simplex, len(simplex) - 1) if face]
        grade[simplex] = np.max([_random_grade(rng, p, n_values, never), *faces], axis=0)
    order = rng.permutation(len(simplices))
    return [simplices[i] for i in order], np.array([grade[simplices[i]] for i in order])


def random_simplicial(rng, n_vertices, dimension, p, n_values, *, never=0.0):
    return FilteredComplex.from_simplices(*random_simplices(rng, n_vertices, dimension, p, n_values, never=never))


def random_free_complex(rng, sizes, p, n_values, *, never=0.0):
    """Chain complex with sizes[k] generators in degree k whose boundaries are random cycles, of any size, also zero."""
    boundaries, grades, levels = [], [], []
    for k, size in enumerate(sizes):
        cycles = [] if k == 0 else kernel_mod_2({i: _mask(boundaries[i]) for i in levels[k - 1]})
        levels.append(range(len(boundaries), len(boundaries) + size))
        for _ in range(size):
            chain = 0
            for cycle in cycles:
                if rng.random() < rng.choice([0.2, 0.6]):
                    chain ^= cycle
            facets = elements(chain)
            boundaries.append(facets)
            below = [grades[i] for i in facets]
            grades.append(np.max([_random_grade(rng, p, n_values, never), *below], axis=0))
    dimensions = np.repeat(np.arange(len(sizes)), sizes)
    return permuted(rng, complex_of(dimensions, boundaries, np.reshape(grades, (len(dimensions), p))))


def random_module(rng, n_generators, n_relations, p, n_values):
    """A few early generators with many relations, as a complex of dimension 1: its H_0 has many syzygies."""
    grades = [rng.integers(0, 3, p).astype(float) for _ in range(n_generators)]
    boundaries = [[] for _ in grades]
    for _ in range(n_relations):
        boundaries.append(np.flatnonzero(rng.random(n_generators) < 0.5).tolist())
        below = [grades[i] for i in boundaries[-1]]
        grades.append(np.max([_random_grade(rng, p, n_values, 0.0), *below], axis=0))
    dimensions = np.repeat([0, 1], [n_generators, n_relations])
    return permuted(rng, complex_of(dimensions, boundaries, np.array(grades)))


def random_cubical(rng, shape, p, n_values, *, never=0.0):
    """All cubes of a grid of vertices of this shape, with random monotone grades, in random order."""
    dimensions, boundaries = cubes(shape)
    grades = np.zeros((len(dimensions), p))
    for cell in np.argsort(dimensions, kind="stable"):
        below = [grades[facet] for facet in boundaries[cell]]
        grades[cell] = np.max([_random_grade(rng, p, n_values, never), *below], axis=0)
    return permuted(rng, complex_of(dimensions, boundaries, grades))


def cubes(shape):
    """Dimensions and facets of the cubes of a grid; odd coordinates are intervals."""
    cells = list(product(*(range(2 * size - 1) for size in shape)))
    number = {cell: i for i, cell in enumerate(cells)}
    dimensions = np.array([sum(c % 2 for c in cell) for cell in cells])
    boundaries = [
        [number[(*cell[:i], c + step, *cell[i + 1 :])] for i, c in enumerate(cell) if c % 2 for step in (-1, 1)]
        for cell in cells
    ]
    return dimensions, boundaries


def random_complex(rng, p, n_values, *, never=0.0):
    """One of the four kinds."""
    kind = rng.integers(4)
    if kind == 0:
        return random_simplicial(rng, int(rng.integers(1, 8)), int(rng.integers(0, 4)), p, n_values, never=never)
    if kind == 1:
        sizes = rng.integers(0, 8, size=rng.integers(1, 5))
        return random_free_complex(rng, sizes, p, n_values, never=never)
    if kind == 2:
        return random_module(rng, int(rng.integers(1, 5)), int(rng.integers(1, 15)), p, n_values)
    shape = [(5,), (3, 3), (2, 4), (2, 2, 2), (3, 1, 2)][rng.integers(5)]
    return random_cubical(rng, shape, p, n_values, never=never)


def _random_grade(rng, p, n_values, never):
    grade = rng.integers(0, n_values, p).astype(float)
    if rng.random() < never:
        grade[rng.integers(p)] = np.inf
    return grade


def complex_of(dimensions, boundaries, grades):
    """Complex of lists of facets."""
    indptr = np.cumsum([0, *map(len, boundaries)])
    indices = np.array([facet for facets in boundaries for facet in facets], int)
    return FilteredComplex(dimensions, indptr, indices, grades)


def permuted(rng, complex_):
    """The same complex with its cells and the facets of each cell in another order."""
    order = rng.permutation(len(complex_))
    place = np.argsort(order)
    boundaries = [rng.permutation(place[facets_of(complex_, cell)]) for cell in order]
    return complex_of(complex_.dimensions[order], boundaries, complex_.grades[order])


def facets_of(complex_, cell):
    return complex_.indices[complex_.indptr[cell] : complex_.indptr[cell + 1]].tolist()


# --- linear algebra over Z/2, with Python integers as bit masks


def kernel_mod_2(columns):
    """Basis of the kernel, as masks of column numbers, of the matrix with the given columns {number: mask}."""
    pivots, kernel = {}, []
    for number, column in columns.items():
        combination = 1 << number
        while column and column.bit_length() in pivots:
            other, how = pivots[column.bit_length()]
            column, combination = column ^ other, combination ^ how
        if column:
            pivots[column.bit_length()] = column, combination
        else:
            kernel.append(combination)
    return kernel


def elements(mask):
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def _mask(numbers):
    return sum(1 << int(i) for i in numbers)


def product_mod_2(first, second):
    """Entries of a product of two GradedMatrix."""
    return first.to_dense().astype(int) @ second.to_dense().astype(int) % 2


def rank_of_columns(dense):
    return rank_mod_2([_mask(np.flatnonzero(column)) for column in np.asarray(dense).T])


# --- homology at one grade


def columns_at(complex_, dimension, grade):
    """Boundary, as a mask, of each cell of a dimension that has appeared at a grade."""
    there = np.flatnonzero((complex_.dimensions == dimension) & (complex_.grades <= grade).all(axis=1))
    return {int(cell): _mask(facets_of(complex_, cell)) for cell in there}


def betti_numbers_at(complex_, grade, top):
    """Betti numbers of degrees 0, ..., top of the cells at or below a finite grade."""
    columns = [columns_at(complex_, k, grade) for k in range(top + 2)]
    ranks = [rank_mod_2(level.values()) for level in columns]
    return [len(columns[k]) - ranks[k] - ranks[k + 1] for k in range(top + 1)]


def grid_of(complex_, *, margin=True):
    """Axes with every finite value that occurs, and one below and one above all of them."""
    axes = []
    for column in complex_.grades.T:
        values = np.unique(column[np.isfinite(column)])
        ends = (values.min() - 1, values.max() + 1) if len(values) else (0.0, 1.0)
        axes.append(np.concatenate([[ends[0]], values, [ends[1]]]) if margin else values)
    return axes


def hilbert_functions(complex_, axes, top):
    """Betti numbers on a product grid, shape (top + 1, *grid)."""
    shape = [len(axis) for axis in axes]
    values = np.zeros((top + 1, *shape), int)
    for index in product(*map(range, shape)):
        grade = np.array([axis[i] for axis, i in zip(axes, index, strict=True)])
        values[(slice(None), *index)] = betti_numbers_at(complex_, grade, top)
    return values


def moebius_inversion(values):
    """Iterated differences along all axes."""
    for axis in range(values.ndim):
        values = np.diff(values, axis=axis, prepend=0)
    return values


def cokernel_dimensions(matrix, axes):
    """Dimension of the cokernel of a GradedMatrix at each point of a grid."""
    dense = matrix.to_dense()
    shape = [len(axis) for axis in axes]
    values = np.zeros(shape, int)
    for index in product(*map(range, shape)):
        grade = np.array([axis[i] for axis, i in zip(axes, index, strict=True)])
        rows = (matrix.row_grades <= grade).all(axis=1)
        columns = (matrix.column_grades <= grade).all(axis=1)
        values[index] = rows.sum() - rank_of_columns(dense[:, columns])
    return values


# --- bigraded Betti numbers from their definition


def koszul_betti_numbers(complex_, degree):
    """Grades of generators, relations and syzygies of H_degree in two parameters, each sorted, with repetition.

    ξ_i(g) is the dimension of the i-th homology of the Koszul complex M(g - e1 - e2) → M(g - e1) + M(g - e2) → M(g)
    of the module M on the grid of all values that occur, with the maps that inclusions of cells induce.
    """
    axes = grid_of(complex_, margin=False)
    n = len(complex_)
    spaces = {}
    for i, j in product(range(-1, len(axes[0])), range(-1, len(axes[1]))):
        if min(i, j) < 0:
            spaces[i, j] = [], []
        else:
            grade = np.array([axes[0][i], axes[1][j]])
            boundaries = list(columns_at(complex_, degree + 1, grade).values())
            spaces[i, j] = kernel_mod_2(columns_at(complex_, degree, grade)), boundaries
    found = [], [], []
    for i, j in product(range(len(axes[0])), range(len(axes[1]))):
        (corner, corner_b), (left, left_b), (low, low_b), (here, here_b) = (
            spaces[place] for place in ((i - 1, j - 1), (i - 1, j), (i, j - 1), (i, j))
        )
        onto = rank_mod_2([*here_b, *left, *low]) - rank_mod_2(here_b)
        both_b = [*left_b, *(b << n for b in low_b)]
        into = rank_mod_2([*both_b, *(z | z << n for z in corner)]) - rank_mod_2(both_b)
        dims = [
            len(cycles) - rank_mod_2(bounding)
            for cycles, bounding in ((corner, corner_b), (left, left_b), (low, low_b), (here, here_b))
        ]
        numbers = dims[3] - onto, dims[1] + dims[2] - onto - into, dims[0] - into
        for grades, number in zip(found, numbers, strict=True):
            grades.extend([[axes[0][i], axes[1][j]]] * number)
    return tuple(np.reshape(grades, (-1, 2)) for grades in found)


# --- components


def n_components(nodes, edges):
    """Number of components of a graph, by merging sets of labels."""
    root = {node: node for node in nodes}

    def find(node):
        while root[node] != node:
            node = root[node]
        return node

    for a, b in edges:
        root[find(a)] = find(b)
    return sum(root[node] == node for node in root)


def embedded_betti_numbers(complex_, grade, d):
    """b_0 and b_{d-1} of a full-dimensional complex in R^d at a grade: components of it and of its complement."""
    there = (complex_.grades <= grade).all(axis=1)
    vertices = np.flatnonzero(there & (complex_.dimensions == 0))
    edges = [facets_of(complex_, e) for e in np.flatnonzero(there & (complex_.dimensions == 1))]
    cofaces = {int(wall): [] for wall in np.flatnonzero(complex_.dimensions == d - 1)}
    for top in np.flatnonzero(complex_.dimensions == d):
        for wall in facets_of(complex_, top):
            cofaces[wall].append(int(top))
    outside = -1
    open_cells = [outside, *np.flatnonzero(~there & (complex_.dimensions == d)).tolist()]
    doors = [(*sides, outside)[:2] for wall, sides in cofaces.items() if not there[wall]]
    return n_components(vertices.tolist(), edges), n_components(open_cells, doors) - 1
