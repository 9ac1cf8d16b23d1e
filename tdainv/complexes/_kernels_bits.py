"""Sets of small integers as uint64 words: element i is bit i % 64 of word i // 64; and growing lists."""

import numpy as np

from tdainv._numba import inline_kernel

ONE = np.uint64(1)


@inline_kernel
def lowest_bit(word):
    """Index of the lowest set bit of a non-zero word."""
    word &= ~word + ONE
    index = 0
    if word >> np.uint64(32):
        index += 32
        word >>= np.uint64(32)
    if word >> np.uint64(16):
        index += 16
        word >>= np.uint64(16)
    if word >> np.uint64(8):
        index += 8
        word >>= np.uint64(8)
    if word >> np.uint64(4):
        index += 4
        word >>= np.uint64(4)
    if word >> np.uint64(2):
        index += 2
        word >>= np.uint64(2)
    if word >> np.uint64(1):
        index += 1
    return index


@inline_kernel
def highest_bit(word):
    """Index of the highest set bit of a non-zero word."""
    index = 0
    if word >> np.uint64(32):
        index += 32
        word >>= np.uint64(32)
    if word >> np.uint64(16):
        index += 16
        word >>= np.uint64(16)
    if word >> np.uint64(8):
        index += 8
        word >>= np.uint64(8)
    if word >> np.uint64(4):
        index += 4
        word >>= np.uint64(4)
    if word >> np.uint64(2):
        index += 2
        word >>= np.uint64(2)
    if word >> np.uint64(1):
        index += 1
    return index


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
