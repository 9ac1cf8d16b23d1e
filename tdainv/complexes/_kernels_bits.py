"""Sets of small integers as uint64 words, with or without a search tree on top; and growing lists.

Element i is bit i % 64 of word i // 64. In a tree of three levels (leaves, nodes, roots) an element of a level stands
for a word of the level below: words that are not zero have their bit set, some that are zero too. That makes changing
an element free of branches and finding the highest one a matter of a few words, for any number of elements.
"""

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from tdainv._numba import block_kernel, inline_kernel

ONE = np.uint64(1)


@intrinsic
def lowest_bit(typing_context, word):
    """Index of the lowest set bit of a non-zero word: one machine instruction."""

    def build(context, builder, signature, arguments):
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), build


@intrinsic
def highest_bit(typing_context, word):
    """Index of the highest set bit of a non-zero word: one machine instruction."""

    def build(context, builder, signature, arguments):
        leading = builder.ctlz(arguments[0], ir.Constant(ir.IntType(1), 1))
        return builder.sub(ir.Constant(ir.IntType(64), 63), leading)

    return types.int64(types.uint64), build


@inline_kernel
def bit(element):
    """Word with only the bit of `element` set."""
    return ONE << np.uint64(element & 63)


@inline_kernel
def row_contains(table, row, element):
    """Whether `element` is in the set of row `row`."""
    return table[row, element >> 6] & bit(element) != 0


@inline_kernel
def first_common(first, second, words):
    """Lowest element of the intersection of two sets, in the first words, or -1."""
    for w in range(words):
        word = first[w] & second[w]
        if word:
            return w * 64 + lowest_bit(word)
    return -1


@inline_kernel
def doubled(values):
    """Copy of a one-dimensional array with room for twice as many elements."""
    longer = np.empty(2 * values.size, values.dtype)
    for i in range(values.size):
        longer[i] = values[i]
    return longer


@inline_kernel
def new_tree(n):
    """Leaves, nodes and roots of the empty set of numbers below n."""
    leaves = np.zeros((n >> 6) + 1, np.uint64)
    nodes = np.zeros((n >> 12) + 1, np.uint64)
    roots = np.zeros((n >> 18) + 1, np.uint64)
    return leaves, nodes, roots


@block_kernel
def toggle(element, leaves, nodes, roots):
    """Add an element to the set, or take it out if it is there."""
    leaves[element >> 6] ^= bit(element)
    nodes[element >> 12] |= bit(element >> 6)
    roots[element >> 18] |= bit(element >> 12)


@block_kernel
def highest(leaves, nodes, roots):
    """Highest element of the set, or -1; forgets the empty words it meets."""
    found = -1
    r = roots.size - 1
    while found < 0 and r >= 0:
        if roots[r] == 0:
            r -= 1
            continue
        n = r * 64 + highest_bit(roots[r])
        if nodes[n] == 0:
            roots[r] ^= bit(n)
            continue
        w = n * 64 + highest_bit(nodes[n])
        if leaves[w] == 0:
            nodes[n] ^= bit(w)
            continue
        found = w * 64 + highest_bit(leaves[w])
    return found
