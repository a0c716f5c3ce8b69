"""Where two texts that are otherwise alike tell different news: in a number, a date, a name, or a denial.

Both texts are aligned with their numbers masked: places where three words in a row, once in either text, are the same
grow to **blocks** as far as the words agree. Inside a block two numbers that differ are a difference; between two
blocks that follow each other in both texts, a few words against a few others are one when each side has a number,
or each a name, that the other lacks, or when only one of them denies (see denial.py): there one side may have no word
at all. Paragraphs, menus and captions that only one text has are no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from workers.dedup.denial import denies, ranks, says_other
from workers.dedup.text import SHINGLE_WORDS, Text

BLOCK_WORDS = 6  # a shorter block may have been found by chance,
SHORT_BLOCK_WORDS = SHINGLE_WORDS  # less so in a short text
GAP_WORDS = 4  # of each side: more words are another paragraph
TURN_WORDS = 12  # of a side that may deny: `said through a spokesman on Monday that he had not`, or a headline
ADDED_WORDS = 2  # of a longer text, where the other has none: `not`, `did not`
HEADLINES_LIKE_FROM = 0.6  # of the words of the one that has fewer,
ANY_HEADLINE_WORDS = 60  # but whatever they are in a text with fewer: the headline is much of it

DENSE_WORDS = 200  # a text with fewer is a report of figures rather than a page: wherever a number stands, it counts
LONG_WORDS = 400
BRIEF_WORDS = 30  # one with fewer has no word to spare: rates that rose and rates that fell
SLIP_LETTERS = 8  # shorter names may differ in one letter: Iran and Iraq, Marin and Martin

_MASK = "#"
_NUMBER = re.compile(r"\d+([.,]\d+)*(st|nd|rd|th|[%a-z])?")
_SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_NUMBERS = {word: str(value) for value, word in enumerate(_SPELLED, 1)}


class Block(NamedTuple):
    """Words of both texts that agree but for their numbers: `length` of them from these places on."""

    left: int
    right: int
    length: int


class Difference(NamedTuple):
    """What stands in one text and what in the other, at the same place."""

    left: str
    right: str


def difference(left: Text, right: Text) -> Difference | None:
    """The first place where they tell different news; None where there is none."""
    lefts, rights = _read(left), _read(right)
    lacks = _lacked(lefts, rights)
    if min(len(lefts), len(rights)) < DENSE_WORDS:
        numbers = [next(filter(is_number, sorted(each)), None) for each in lacks]
        if numbers[0] and numbers[1]:
            return Difference(numbers[0], numbers[1])
    blocks = _long_enough(lefts, rights)
    turned = _turned(lefts, rights, blocks) or _reworded(lefts, rights, blocks)
    if turned is not None:
        return turned
    for one, other in _replaced(lefts, rights, blocks):
        glued, other_glued = "".join(one), "".join(other)
        if glued in other_glued or other_glued in glued:  # a renderer has lost a space
            continue
        lacking, other_lacking = lacks[0].intersection(one), lacks[1].intersection(other)
        numbers_differ = any(map(is_number, lacking)) and any(map(is_number, other_lacking))
        names, other_names = lacking & left.names, other_lacking & right.names
        if numbers_differ or (names and other_names and not _misspelt(names, other_names)):
            return Difference(" ".join(one), " ".join(other))
    return None


def _lacked(lefts: Sequence[str], rights: Sequence[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Words of which either text has more than the other; of long texts, those that the other has nowhere.

    A long text has small numbers all over it, in lists and menus: that it has one more says nothing.
    """
    if min(len(lefts), len(rights)) < LONG_WORDS:
        counts, other_counts = Counter(lefts), Counter(rights)
        return frozenset(counts - other_counts), frozenset(other_counts - counts)
    words, other_words = frozenset(lefts), frozenset(rights)
    return words - other_words, other_words - words


def _misspelt(names: Iterable[str], others: Iterable[str]) -> bool:
    """Each of the names is one of the others but for a slip of the pen."""
    return all(any(_slipped(name, other) for other in others) for name in names)


def _slipped(one: str, other: str) -> bool:
    """Long words that agree at both ends, of which one lost a letter or has two the wrong way round."""
    shorter, longer = sorted((one, other), key=len)
    start = next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), 0)
    if len(shorter) < SLIP_LETTERS or not 0 < start < len(shorter) - 1:
        return False
    if len(longer) == len(shorter) + 1:
        return shorter[start:] == longer[start + 1 :]
    return one[:start] + one[start + 1] + one[start] + one[start + 2 :] == other


def _turned(lefts: Sequence[str], rights: Sequence[str], blocks: Sequence[Block]) -> Difference | None:
    """Where one text denies what the other says, in a shorter one also where it tells of another office."""
    shorter = min(len(lefts), len(rights))
    added = ADDED_WORDS if shorter >= DENSE_WORDS else TURN_WORDS
    for one, other in _gaps(lefts, rights, blocks, added):
        if "".join(one) == "".join(other):  # a renderer has lost a space
            continue
        if denies(one) != denies(other) or (shorter < DENSE_WORDS and ranks(one) != ranks(other)):
            return Difference(" ".join(one), " ".join(other))
    return None


def _gaps(
    lefts: Sequence[str], rights: Sequence[str], blocks: Sequence[Block], added: int
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """What stands between two blocks in either text, and beyond them at both ends; one of the two may be empty.

    What only one text has may be `added` words long; more are a caption, a link or a sentence of its own. Headlines
    before the first block count where they are alike themselves: a copy may have one that was written anew.
    """
    if not blocks:
        return
    any_headline = min(len(lefts), len(rights)) < ANY_HEADLINE_WORDS
    first, last = Block(0, 0, 0), Block(len(lefts), len(rights), 0)
    for before, behind in pairwise((first, *blocks, last)):
        one = lefts[before.left + before.length : behind.left]
        other = rights[before.right + before.length : behind.right]
        words = TURN_WORDS if one and other else added
        if before is first or behind is last:
            headline = before is first and bool(one and other) and (any_headline or _alike(one, other))
            words = TURN_WORDS if headline else min(added, GAP_WORDS)
        if behind.right >= before.right + before.length and max(len(one), len(other)) <= words:
            yield one, other


def _alike(headline: Sequence[str], other: Sequence[str]) -> bool:
    words, others = set(headline), set(other)
    return len(words & others) >= HEADLINES_LIKE_FROM * min(len(words), len(others))


def _reworded(lefts: Sequence[str], rights: Sequence[str], blocks: Sequence[Block]) -> Difference | None:
    """Where a short text has another word of meaning inside what is the same otherwise."""
    if min(len(lefts), len(rights)) >= BRIEF_WORDS:
        return None
    for before, behind in pairwise(blocks):
        one = lefts[before.left + before.length : behind.left]
        other = rights[before.right + before.length : behind.right]
        glued = "".join(one) == "".join(other)
        if not glued and max(len(one), len(other)) <= GAP_WORDS and says_other(one, other):
            return Difference(" ".join(one), " ".join(other))
    return None


def _long_enough(lefts: Sequence[str], rights: Sequence[str]) -> list[Block]:
    """Blocks that have not been found by chance."""
    least = BLOCK_WORDS if min(len(lefts), len(rights)) >= DENSE_WORDS else SHORT_BLOCK_WORDS
    return [block for block in _blocks(_masked(lefts), _masked(rights)) if block.length >= least]


def _replaced(
    lefts: Sequence[str], rights: Sequence[str], blocks: Sequence[Block]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Words of the left text and those that stand in the right one in their place."""
    for block in blocks:
        for place in range(block.length):
            one, other = lefts[block.left + place], rights[block.right + place]
            if one != other:
                yield (one,), (other,)
    if blocks and 0 < blocks[0].left == blocks[0].right <= GAP_WORDS:  # else a headline was written anew
        yield lefts[: blocks[0].left], rights[: blocks[0].right]
    for before, behind in pairwise(blocks):
        left, right = before.left + before.length, before.right + before.length
        if left < behind.left <= left + GAP_WORDS and right < behind.right <= right + GAP_WORDS:
            yield lefts[left : behind.left], rights[right : behind.right]


def is_number(word: str) -> bool:
    """A word of digits: 12, 1987, 5.3, 12th."""
    return word.isdecimal() or _NUMBER.fullmatch(word) is not None


def _read(text: Text) -> list[str]:
    return [_NUMBERS.get(word, word) for word in text.words]


def _masked(words: Sequence[str]) -> list[str]:
    return [_MASK if is_number(word) else word for word in words]


def _blocks(lefts: Sequence[str], rights: Sequence[str]) -> Iterator[Block]:
    """In the order of the left text; they do not overlap there."""
    where = _once(rights)
    grown = 0  # up to where the left text is in a block
    for shingle, place in sorted(_once(lefts).items(), key=lambda each: each[1]):
        other = where.get(shingle)
        if other is None or place < grown:
            continue
        start = 0
        while start < min(place - grown, other) and lefts[place - start - 1] == rights[other - start - 1]:
            start += 1
        end = SHINGLE_WORDS
        while place + end < len(lefts) and other + end < len(rights) and lefts[place + end] == rights[other + end]:
            end += 1
        grown = place + end
        yield Block(place - start, other - start, start + end)


def _once(words: Sequence[str]) -> dict[tuple[str, ...], int]:
    """Shingles that stand once, and where; those of numbers alone say nothing of the place."""
    found: dict[tuple[str, ...], int] = {}
    twice = set()
    for place, shingle in enumerate(zip(words, words[1:], words[2:], strict=False)):
        if shingle in found:
            twice.add(shingle)
        found[shingle] = place
    return {shingle: place for shingle, place in found.items() if shingle not in twice and set(shingle) != {_MASK}}
