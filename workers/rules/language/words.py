"""Step 2 of the words of a text where it is not plain: apostrophes, dots, commas, `&`, `+` and `#`.

A **chunk** is a longest piece that such characters may hold together: runs of letters, digits and
marks, one of them (or `.'`) between two runs, `+`, `++` or `#` behind the last. What stands around
a chunk does not change its words, but for a separate letter (Han, Kana, Thai …) that touches it.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Literal, NamedTuple, TypeAlias

RUN = "[LD][LDM]*+"
CHUNK = rf"{RUN}(?:(?:\.?+'|[.,&]){RUN})*+(?:\+\+?+|#)?+"
"""A chunk, over the kinds of characters (see `characters.py`)."""

_RUN = re.compile(RUN)
_ONE_LETTER = re.compile("LM*+")
_DIGITS = re.compile("(?:DM*+)+")
_FINALS = frozenset(("s", "ll", "ve", "re", "d", "m"))
_FRENCH = ("l", "d", "j", "m", "n", "t", "s", "c", "qu", "jusqu", "lorsqu", "puisqu", "quelqu")
_ITALIAN = ("un", "all", "dall", "dell", "nell", "sull", "quest", "quell")
_ELISIONS = frozenset((*_FRENCH, *_ITALIAN))
_LONGEST_ENDING = 6

_Link: TypeAlias = Literal["acronym", "thousands", "decimal", "and", "apostrophe", "apostrophe after acronym", "none"]
_JOINED_BY: dict[_Link, str] = {"acronym": "", "thousands": "", "decimal": ".", "and": "&"}
_APOSTROPHES = ("apostrophe", "apostrophe after acronym")


class Surroundings(NamedTuple):
    """What of the text around a chunk changes its words."""

    letter_before: bool = False  # a separate letter touches it in front
    letter_behind: bool = False  # a separate letter touches it behind
    apostrophe_before: bool = False  # a separate letter and an apostrophe stand in front: `中's`
    drop_suffixes: bool = False  # the article is Turkish or Azerbaijani


class Found(NamedTuple):
    """A word after step 2: characters `start` to `end` of its chunk made it."""

    exact: str
    start: int
    end: int
    dotted: bool  # it ends in a dotted acronym


def words_of(chunk: str, kinds: str, around: Surroundings) -> list[Found]:
    """The words of one chunk, left to right; time in proportion to it."""
    runs = [found.span() for found in _RUN.finditer(kinds)]
    links = _links(chunk, kinds, runs, around)
    words: list[Found] = []
    first = 0
    for last, link in enumerate(links):
        if link == "none":
            words += _words_of_unit(chunk, kinds, runs, links, range(first, last + 1), around)
            first = last + 1
    return words


def _links(chunk: str, kinds: str, runs: list[tuple[int, int]], around: Surroundings) -> list[_Link]:
    """What holds each run and the next together; `none` behind the last."""
    single = [_ONE_LETTER.fullmatch(kinds, *run) is not None for run in runs]
    opens = single.copy()
    closes = single.copy()
    opens[0] = opens[0] and not around.letter_before
    if runs[-1][1] == len(kinds):
        closes[-1] = closes[-1] and not around.letter_behind
    links: list[_Link] = []
    for place, (left, right) in enumerate(pairwise(runs)):
        between = chunk[left[1] : right[0]]
        sides = _last_kind(kinds, left) + kinds[right[0]]
        if between == "." and opens[place] and closes[place + 1]:
            links.append("acronym")
        elif between == "'":
            links.append("apostrophe")
        elif between == ".'" and links and links[-1] == "acronym":
            links.append("apostrophe after acronym")
        elif between == "&" and sides == "LL":
            links.append("and")
        elif between in {".", ","} and sides == "DD":
            links.append("thousands" if between == "," and _digits(kinds, right) == 3 else "decimal")
        else:
            links.append("none")
    return [*links, "none"]


def _last_kind(kinds: str, run: tuple[int, int]) -> str:
    """The kind of the last letter or digit of a run, whatever marks stand behind it."""
    return kinds[max(kinds.rfind("L", *run), kinds.rfind("D", *run))]


def _digits(kinds: str, run: tuple[int, int]) -> int:
    """How many digits the run begins with."""
    found = _DIGITS.match(kinds, *run)
    return kinds.count("D", *found.span()) if found else 0


def _words_of_unit(
    chunk: str, kinds: str, runs: list[tuple[int, int]], links: list[_Link], unit: range, around: Surroundings
) -> list[Found]:
    """The words of runs that hold together: final endings are dropped, then the other apostrophes are read."""
    after = _after_endings(chunk, runs, links, unit, around)
    words: list[Found] = []
    begin = unit.start
    parts: list[str] = []
    for place in range(unit.start, after):
        start, end = runs[place]
        parts.append(chunk[start:end])
        link = links[place] if place + 1 < after else "none"
        if link == "apostrophe":
            sides = _last_kind(kinds, runs[place]) + kinds[runs[place + 1][0]]
            elision = place == begin and _lower(chunk, runs[place]) in _ELISIONS
            if sides == "LL" and not elision:
                if not around.drop_suffixes:
                    continue
                after = place
        elif link in _JOINED_BY:
            parts.append(_JOINED_BY[link])
            continue
        words.append(_word(chunk, kinds, runs, links, range(begin, place + 1), parts))
        if after == place:
            break
        begin = place + 1
        parts = []
    return words


def _after_endings(
    chunk: str, runs: list[tuple[int, int]], links: list[_Link], unit: range, around: Surroundings
) -> int:
    """The place behind the last run that is no final `'s`, `'ll`, `'ve`, `'re`, `'d` or `'m`."""
    after = unit.stop
    while after - 1 > unit.start and links[after - 2] in _APOSTROPHES and _lower(chunk, runs[after - 1]) in _FINALS:
        after -= 1
    if after == 1 and around.apostrophe_before and _lower(chunk, runs[0]) in _FINALS:
        after = 0
    return after


def _lower(chunk: str, run: tuple[int, int]) -> str:
    """A run in lower case, cut where it is too long for an ending or an elision."""
    return chunk[run[0] : min(run[1], run[0] + _LONGEST_ENDING + 1)].lower()


def _word(
    chunk: str, kinds: str, runs: list[tuple[int, int]], links: list[_Link], places: range, parts: list[str]
) -> Found:
    """The word made of these runs; one letter takes the `+`, `++` or `#` behind it."""
    start, end = runs[places.start][0], runs[places.stop - 1][1]
    dotted = len(places) > 1 and links[places.stop - 2] == "acronym"
    if kinds[end : end + 1] in {"+", "#"} and _ONE_LETTER.fullmatch(kinds, start, end):
        return Found(chunk[start:], start, len(chunk), dotted)
    return Found("".join(parts), start, end, dotted)
