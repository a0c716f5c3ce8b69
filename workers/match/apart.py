"""How far apart the sides of a NEAR stand that all occur, and nowhere as near as it asks.

Only ends matter, so no pairs are looked at. Words are counted from the last word of the earlier side to the first of
the later one. Sentences and paragraphs are counted that both reach over together: for each first word of the earlier
side its shortest occurrence is enough, and of those behind it the one that ends soonest.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from operator import attrgetter
from typing import NamedTuple

from workers.match.clause import Apart, Occurrence, Unit
from workers.match.occurrences import chain, spans, spans_of_chain
from workers.match.reading import Text
from workers.match.sightings import Scope, Stretch, told
from workers.match.spans import Spans, latest, shortest_spans
from workers.match.wording import Wording
from workers.rules.language.tree import Near, Query, Reach

_UNITS: dict[Reach, Unit] = {"S": "sentences", "P": "paragraphs"}
_NUMBERS = {"S": attrgetter("sentence"), "P": attrgetter("paragraph")}
_NOTHING = Spans({})


class _Pair(NamedTuple):
    """Two occurrences, one behind the other: the first and last word of each."""

    distance: int
    earlier: tuple[int, int]
    later: tuple[int, int]


class _Nearest(NamedTuple):
    """The nearest pair of the texts."""

    pair: _Pair
    at: int  # which text
    terms: tuple[Query, Query]  # the earlier one, and the later


class Distances:
    """Measures distances until it has gone through `words_max` words of texts."""

    def __init__(self, words_max: int, wording: Wording) -> None:
        self._words_left = words_max
        self._wording = wording

    def of(self, node: Near, scope: Scope, list_name: str | None) -> Apart:
        """How far apart the sides of `node` stand, which all occur, though it is false.

        Of a chain it is told of the first NEAR, inside out, that fails; of one that is not measured, of the last.
        `list_name` is that of the list that the term stands in.
        """
        _, joins = chain(node)
        words = len(joins) * sum(len(asked.text) for asked in scope.texts)
        if words > self._words_left:
            return self._told(node, measured=False)
        self._words_left -= words
        reached, lefts = _furthest(node, scope)
        join = joins[reached]
        rights = [spans(join.right, asked.text) for asked in scope.texts]
        forth = _nearest((join.left, join.right), lefts, rights, scope, join.reach)
        back = _nearest((join.right, join.left), rights, lefts, scope, join.reach)
        if not join.ordered:
            either = [each for each in (forth, back) if each]
            forth, back = min(either, key=lambda each: each.pair.distance, default=None), None
        together = any(_any(left) and _any(right) for left, right in zip(lefts, rights, strict=True))
        shown = self._shown(forth or back, scope, list_name)
        return self._told(join, forth, back, together=together, nearest=shown)

    def _told(
        self,
        join: Near,
        forth: _Nearest | None = None,
        back: _Nearest | None = None,
        *,
        together: bool = False,
        measured: bool = True,
        nearest: tuple[Occurrence, ...] = (),
    ) -> Apart:
        return Apart(
            left=self._wording.text(join.left),
            right=self._wording.text(join.right),
            unit=_UNITS.get(join.reach, "words"),
            limit=join.reach if isinstance(join.reach, int) else 0,
            distance=forth.pair.distance if forth else None,
            backwards=back.pair.distance if back else None,
            together=together,
            measured=measured,
            nearest=nearest,
        )

    def _shown(self, found: _Nearest | None, scope: Scope, list_name: str | None) -> tuple[Occurrence, ...]:
        if not found:
            return ()
        (_, *both), at, terms = found
        return tuple(
            told(term, Stretch(scope.texts[at], *words), list_name or self._wording.list_of(term), counted=False)
            for term, words in zip(terms, both, strict=True)
        )


def _furthest(node: Near, scope: Scope) -> tuple[int, list[Spans]]:
    """How many NEARs of a chain hold in some text, inside out; and what stands there of so many, text by text."""
    reached: list[tuple[int, Spans]] = []
    for asked in scope.texts:
        held = enumerate(takewhile(_any, spans_of_chain(node, asked.text)))
        reached += deque(held, maxlen=1) or [(-1, _NOTHING)]
    most = max(count for count, _ in reached)
    return most, [found if count == most else _NOTHING for count, found in reached]


def _any(found: Spans) -> bool:
    return bool(found.rows or found.wides)


def _nearest(
    terms: tuple[Query, Query], earlier: Sequence[Spans], later: Sequence[Spans], scope: Scope, reach: Reach
) -> _Nearest | None:
    """Of those as near as each other the first one."""
    found = [
        _Nearest(pair, at, terms)
        for at, (asked, left, right) in enumerate(zip(scope.texts, earlier, later, strict=True))
        if (pair := min(_pairs(left, right, asked.text, reach), default=None))
    ]
    return min(found, key=lambda each: each.pair.distance, default=None)


def _pairs(earlier: Spans, later: Spans, text: Text, reach: Reach) -> Iterator[_Pair]:
    """Behind each end of the earlier ones the nearest of the later ones, if any."""
    begins = shortest_spans(later)
    starts = list(begins)
    if isinstance(reach, int):
        ends = [len(text) - 1] * len(text)  # no end but that of the text
        for last, first in latest(earlier, ends).items():
            at = bisect_right(starts, last)
            if at < len(starts):
                yield _Pair(starts[at] - last, (first, last), (starts[at], begins[starts[at]]))
        return
    number = _NUMBERS[reach]
    soonest = list(accumulate(((begins[start], start) for start in reversed(starts)), min))[::-1]
    for first, last in shortest_spans(earlier).items():
        at = bisect_right(starts, last)
        if at < len(starts):
            end, start = soonest[at]
            yield _Pair(number(text.tokens[end]) - number(text.tokens[first]), (first, last), (start, end))
