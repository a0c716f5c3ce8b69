"""The compiled part's memory as Python holds it: the state, and the buffers through which both hand things over."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np

from workers.match.engine.kernel import entries, learning
from workers.match.engine.kernel.filter import BEGINNINGS_LOG, WANTED_LOG
from workers.match.engine.kernel.state import (
    ALWAYS,
    ARENA_TOP,
    BUCKETS_AT_ONCE,
    CANDIDATES,
    FORM_WIDTH,
    FORMS,
    HITS,
    LIVE_WORDS,
    NUMBERS,
    OPEN,
    RECORDS_AT_ONCE,
    SLOTS,
    TABLE_SHIFT,
    TERM_WIDTH,
    TERMS,
    TESTS,
    UNCONFIRMED,
)

_ARENA_WORDS = 1 << 27
_TERMS = 1 << 22
_SLOTS = 1 << 23
_FORMS = 1 << 19
_CHUNKS_LOG = 14
_PAIRS = 1 << 14
_TEXT_BYTES = 1 << 16
_ID_BYTES = 16
_SLACK_BYTES = 128  # 64 bytes are looked at together
_PADDING = "\0" * 24


class Store:
    """Owns the state. Memory that was reserved and not written to costs nothing."""

    def __init__(self) -> None:
        numbers = np.zeros(NUMBERS, np.int64)
        self.numbers = memoryview(numbers)  # type: ignore[arg-type]
        self.numbers[ARENA_TOP] = 2
        self.numbers[TERMS] = ALWAYS + 1
        self.numbers[SLOTS] = 1
        self.numbers[FORMS] = 1
        self.numbers[TABLE_SHIFT] = 64 - _CHUNKS_LOG
        self._text = np.zeros(_TEXT_BYTES + _SLACK_BYTES, np.uint8)
        self._extra = np.zeros(1 << 12, np.int32)
        self._tests = np.zeros(4 << 6, np.int64)
        buffers = _text_buffers(self._text)
        self.state = _made(numbers, buffers, self._extra, self._tests)
        self.unknown = memoryview(buffers[6])
        self.text = memoryview(self._text)  # type: ignore[arg-type]
        self._long_codes: Sequence[int] = ()
        self._hits: Any = entries.hits(self.state)
        self.extra = memoryview(self._extra)  # type: ignore[arg-type]
        self.tests = memoryview(self._tests)  # type: ignore[arg-type]

    @property
    def candidates(self) -> int:
        """How many records were looked at for the last article."""
        return int(self.numbers[CANDIDATES])

    @property
    def index_bytes(self) -> int:
        """The memory in use for rules, terms and phrases."""
        words = self.numbers[LIVE_WORDS] + 2 * self.numbers[SLOTS] + (TERM_WIDTH + 4) * self.numbers[TERMS]
        return int(4 * words + 2 * self.numbers[TERMS] + 12 * entries.pair_places(self.state))

    def put_text(self, title: str, lead: str, body: str) -> tuple[int, int, int, bool]:
        """Where the three end in the text, and whether it is ASCII; behind each stands a byte that separates."""
        joined = f"{title}\0{lead}\0{body}{_PADDING}"
        ascii_only = joined.isascii()
        if ascii_only:
            data = joined.encode()
            first = len(title)
            second = first + 1 + len(lead)
        else:
            data = joined.encode("utf-8", "surrogatepass")
            first = len(title.encode("utf-8", "surrogatepass"))
            second = first + 1 + len(lead.encode("utf-8", "surrogatepass"))
        if len(data) > len(self.text) - _SLACK_BYTES:
            self._enlarge_text(len(data))
        self.text[: len(data)] = data
        return first, second, len(data) - len(_PADDING), ascii_only

    def put_chunk(self, chunk: str) -> int:
        """Put a chunk where an article's text begins; where it ends."""
        data = chunk.encode("utf-8", "surrogatepass")
        self.text[: len(data)] = data
        return len(data)

    def name(self, first: int, rule_ids: Sequence[str]) -> None:
        """The rules of the slots from the first on: 16 bytes of each id are kept, to sort hits by."""
        begun = b"".join(
            each[:_ID_BYTES].encode("utf-8", "surrogatepass")[:_ID_BYTES].ljust(_ID_BYTES, b"\0") for each in rule_ids
        )
        keys: Any = entries.id_keys(self.state)
        keys[2 * first : 2 * (first + len(rule_ids))] = np.frombuffer(begun, ">u8")

    def put_bytes(self, data: bytes) -> None:
        """Put some thousand bytes where an article's text begins."""
        self.text[: len(data)] = data

    def want(self, word: str, step: int) -> None:
        """Count a folded word that a term wants (1), or wants no more (-1)."""
        if word.isascii() and word.isalnum():
            learning.want_word(self.state, self.put_chunk(word[:9]), step)

    def want_beginning(self, beginning: str, step: int) -> None:
        """Count the three characters, or less, that the words of a wildcard begin with."""
        if not beginning:
            self.want_any(step)
        elif beginning.isascii() and beginning.isalnum():
            self.put_chunk(beginning)
            if len(beginning) < 3:
                learning.want_short_beginning(self.state, len(beginning), step)
            else:
                learning.want_beginning(self.state, step)

    def want_any(self, step: int) -> None:
        """Count a term that may be satisfied by any word."""
        self.numbers[OPEN] += step

    def rest(self) -> None:
        """After an article: give back what only an unusual one needs."""
        if self._long_codes:
            for code in self._long_codes:
                learning.forget_code(self.state, code)
            self.put_long_codes(())
        if len(self.text) > _LARGE_TEXT_BYTES:
            self._enlarge_text(0)

    def _enlarge_text(self, size: int) -> None:
        size = max(_TEXT_BYTES, 1 << size.bit_length())
        self._text = np.zeros(size + _SLACK_BYTES, np.uint8)
        self.text = memoryview(self._text)  # type: ignore[arg-type]
        buffers = _text_buffers(self._text)
        self.unknown = memoryview(buffers[6])
        entries.set_text(self.state, *buffers)

    def put_long_codes(self, codes: Sequence[int]) -> None:
        """What the long chunks of this article stand for, until `rest`."""
        entries.set_long_codes(self.state, np.array(codes, np.int32))
        self._long_codes = codes

    def put(self, values: Sequence[int] | array[int]) -> int:
        """Hand numbers over; how many."""
        count = len(values)
        if count + 8 > len(self.extra):
            self._extra = np.zeros(1 << (count + 8).bit_length(), np.int32)
            self.extra = memoryview(self._extra)  # type: ignore[arg-type]
            entries.set_extra(self.state, self._extra)
        self.extra[:count] = values if isinstance(values, array) else array("i", values)
        return count

    def put_behind(self, terms: Sequence[int]) -> int:
        """Hand over the terms that an article has besides; how many."""
        return self.put(terms)

    def sure_hits(self) -> Any:
        """The slots of the rules that the article matched last makes true, an array, in the order of their ids."""
        if self.numbers[SLOTS] > self._hits.size:
            self._hits = entries.hits(self.state)
        return self._hits[: self.numbers[HITS]]

    def unsure_hits(self) -> list[int]:
        """The slots of those that are to be confirmed, after `sure_hits`."""
        count = self.numbers[UNCONFIRMED]
        return self._hits[self._hits.size - count :].tolist() if count else []

    def count_tests(self, count: int) -> None:
        """So many rows of number tests are in use."""
        self.numbers[TESTS] = count

    def more_tests(self) -> None:
        """Make room for twice as many number tests."""
        self._tests = np.concatenate((self._tests, np.zeros_like(self._tests)))
        self.tests = memoryview(self._tests)  # type: ignore[arg-type]
        entries.set_tests(self.state, self._tests)


_LARGE_TEXT_BYTES = 1 << 22


def _text_buffers(text: Any) -> tuple[Any, ...]:
    """The text, eight bytes of it from anywhere, and room for what is read in it."""
    eights = np.ndarray((text.size - 7,), np.uint64, text, 0, (1,))
    # A byte may make more than one word: normalisation writes some signs in full, three bytes make six words at most.
    tokens, noted = np.zeros(2 * text.size + 64, np.int32), np.zeros(2 * text.size + 64, np.int32)
    edges, places = np.zeros(text.size + 64, np.int32), np.zeros(text.size + 64, np.int32)
    return text, eights, tokens, noted, edges, places, np.zeros(text.size + 64, np.int32)


def _made(numbers: Any, buffers: tuple[Any, ...], extra: Any, tests: Any) -> Any:
    text, eights, tokens, noted, edges, places, unknown = buffers
    return entries.made(
        numbers,
        np.zeros(_ARENA_WORDS, np.int32),
        text,
        eights,
        np.zeros(2 << _CHUNKS_LOG, np.uint64),
        np.zeros(1 << _CHUNKS_LOG, np.int32),
        np.zeros(1 << 17, np.uint64),
        np.zeros(_FORMS * FORM_WIDTH, np.int32),
        np.zeros(_TERMS * TERM_WIDTH, np.int32),
        np.zeros(_TERMS, np.uint8),
        np.zeros(_TERMS, np.uint8),
        np.zeros(2 * _TERMS, np.int32),
        np.zeros(_TERMS, np.int32),
        np.zeros(_TERMS, np.int32),
        tokens,
        noted,
        edges,
        places,
        unknown,
        np.zeros(_SLOTS, np.int32),
        np.zeros(RECORDS_AT_ONCE, np.int32),
        np.zeros(2 * BUCKETS_AT_ONCE + 2, np.int32),
        np.zeros(2 * _SLOTS, np.int32),
        np.zeros(2 * _SLOTS, np.uint64),
        np.zeros(_PAIRS, np.uint64),
        np.zeros(_PAIRS, np.int32),
        np.zeros(1, np.uint64),
        np.zeros(1, np.int32),
        tests,
        extra,
        np.zeros(1 << WANTED_LOG, np.uint8),
        np.zeros(1 << BEGINNINGS_LOG, np.uint8),
        np.zeros(0, np.int32),
    )
