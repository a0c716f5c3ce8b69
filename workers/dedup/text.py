"""The words of an article as they are compared, and their shingles: three words in a row."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cached_property
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

SHINGLE_WORDS = 3
KEYS_LEAST, KEYS_MOST = 16, 256
SHINGLES_PER_KEY = 16
_LEVEL = 6  # of zlib: higher ones gain 1 % and take twice as long
_NAME = "^"  # no word begins with it
_FACTORS = tuple(map(np.uint64, (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)))  # by place in it; odd
_MIX, _HIGH, _HALF, _ONE = map(np.uint64, (0xBF58476D1CE4E5B9, 29, 32, 1))
_FIRST = np.ones(1, np.bool_)


class Text:
    """Folded words, and which of them are names (of people, places, days: what is written with a capital).

    Two words count as the same wherever their 32-bit checksums agree, as far as shingles go.
    """

    def __init__(self, words: Sequence[str], names: frozenset[str] = frozenset()) -> None:
        self.words = tuple(words)
        self.names = names

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def numbers(self) -> NDArray[np.uint64]:
        """Each three words in a row, once, as a number of 64 bits; the same in every process. Ascending."""
        numbers = _numbers(self.words)
        numbers.sort()
        once: NDArray[np.uint64] = numbers[np.concatenate((_FIRST[: len(numbers)], numbers[1:] != numbers[:-1]))]
        return once

    @cached_property
    def shingles(self) -> frozenset[int]:
        """The same, to be compared with others."""
        return frozenset(self.numbers.tolist())

    @cached_property
    def digest(self) -> str:
        """The same for texts of the same words, 32 hexadecimal digits."""
        return blake2b(" ".join(self.words).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    @cached_property
    def packed(self) -> bytes:
        """For a store; some 40 % of the text's own size."""
        names = self.names
        marked = [_NAME + word if word in names else word for word in self.words]
        return zlib.compress(" ".join(marked).encode("utf-8", "surrogatepass"), _LEVEL)

    @staticmethod
    def unpack(packed: bytes) -> Text:
        """What was packed. Raises ValueError for anything else."""
        try:
            words = zlib.decompress(packed).decode("utf-8", "surrogatepass").split()
        except zlib.error as exc:
            raise ValueError("no packed text") from exc
        names = frozenset(word[1:] for word in words if word.startswith(_NAME))
        return Text([word.removeprefix(_NAME) for word in words], names)


def _numbers(words: Sequence[str]) -> NDArray[np.uint64]:
    """For each place of the words but the last two, the number of the three words there."""
    last = len(words) - SHINGLE_WORDS + 1
    if last < 1:
        return np.zeros(0, np.uint64)
    written = " ".join(words).encode("utf-8", "surrogatepass").split(b" ")
    sums = np.fromiter(map(zlib.crc32, written), np.uint64, len(words))
    sums += _ONE
    mixed = np.zeros(last, np.uint64)
    part = np.empty(last, np.uint64)  # most texts are short: what takes time is the number of arrays that are made
    for place, factor in enumerate(_FACTORS):
        mixed += np.multiply(sums[place : place + last], factor, out=part)
        mixed ^= np.right_shift(mixed, _HIGH, out=part)
        mixed *= _MIX
        mixed ^= np.right_shift(mixed, _HALF, out=part)
    return mixed


def least_numbers(text: Text) -> tuple[int, ...]:
    """The least of its shingles' numbers: of texts that share shingles some are the same (MinHash, bottom k)."""
    return tuple(text.numbers[: keys_of(len(text.numbers))].tolist())


def keys_of(shingles: int) -> int:
    """How many numbers stand for a text: a part of all, so that a piece of a long text is found by some of them."""
    return min(shingles, max(KEYS_LEAST, min(shingles // SHINGLES_PER_KEY, KEYS_MOST)))
