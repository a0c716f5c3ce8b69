"""Larger arrays with the same numbers in them."""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.state import Bytes, Int32s, Uint64s


@inner
def grown(array: Int32s, used: int, size: int) -> Int32s:
    """The first `used` numbers, and room for `size`; what is behind is not set."""
    larger: Int32s = np.empty(size, np.int32)
    for at in range(used):
        larger[at] = array[at]
    return larger


@inner
def doubled(array: Int32s) -> Int32s:
    """All numbers, and zeros behind."""
    larger: Int32s = np.zeros(2 * array.size, np.int32)
    for at in range(array.size):
        larger[at] = array[at]
    return larger


@inner
def bytes_doubled(array: Bytes) -> Bytes:
    """All bytes, and zeros behind."""
    larger: Bytes = np.zeros(2 * array.size, np.uint8)
    for at in range(array.size):
        larger[at] = array[at]
    return larger


@inner
def longs_doubled(array: Uint64s) -> Uint64s:
    """All numbers, and zeros behind."""
    larger: Uint64s = np.zeros(2 * array.size, np.uint64)
    for at in range(array.size):
        larger[at] = array[at]
    return larger
