"""Which plain words (ASCII letters and digits) no term can want: two small tables of counts, by hashes.

A word whose count is 0 satisfies no word and no exact word of a rule; one whose three first letters have the count 0
satisfies no wildcard: one that begins with less counts for each three that begin so. A count that is not 0
says nothing. Stems cannot be told so: while there are any (`OPEN`), the tables are not asked.
"""

from __future__ import annotations

import numpy as np

from workers.match.engine.kernel.bits import CASE, FIRST_BYTES, index_of, mixed
from workers.match.engine.kernel.compiled import hot
from workers.match.engine.kernel.state import U64

WANTED_LOG = 17
BEGINNINGS_LOG = 12
_WANTED_SHIFT = np.uint64(64 - WANTED_LOG)
_BEGINNINGS_SHIFT = np.uint64(64 - BEGINNINGS_LOG)
_NONE = np.uint64(0)
COUNT_MAX = 255  # a count that has come so far stays there


@hot
def folded_bytes(eight: U64, length: int) -> U64:
    """The first bytes of a plain word, at most eight, in lower case."""
    mask = FIRST_BYTES[min(length, 8)]
    return (eight & mask) | (CASE & mask)


@hot
def wanted_place(word: U64, length: int) -> int:
    """Where a word is counted; `length` is 9 for all that are longer than 8."""
    return index_of(mixed(word, np.uint64(length)) >> _WANTED_SHIFT)


@hot
def beginning_place(word: U64) -> int:
    """Where the first three letters of a word are counted."""
    return index_of(mixed(word & FIRST_BYTES[3], _NONE) >> _BEGINNINGS_SHIFT)
