"""Where the terms of a rule occur in one text: words, phrases, brackets of alternatives, NEAR and PRE."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from sys import maxsize

from workers.errors import Broken
from workers.match.near import Rows, Shortest, least, shortest_within
from workers.match.reading import Text
from workers.match.spans import Spans, joined, joined_within, least_from, longest_spans, rows_of, shortest_spans, united
from workers.match.spellings import spellings
from workers.match.stems import stem
from workers.rules.language.tree import Exact, Near, NotNear, Or, Phrase, Query, Reach, Stem, Wildcard, Word


def rows(node: Query, text: Text) -> Rows:
    """Every occurrence (first, last) of a term. Raises Broken for a node that occurs nowhere: it asks an article."""
    return rows_of(spans(node, text))


def spans(node: Query, text: Text) -> Spans:
    """What `rows` says; what reaches over long sentences and paragraphs is not written out."""
    match node:
        case Word() | Wildcard() | Stem() | Exact():
            return Spans(dict.fromkeys(positions(node, text), 1))
        case Phrase(places):
            found = spans(places[0], text)
            for place in places[1:]:
                if not (found.rows or found.wides):
                    break
                found = joined(found, spans(place, text), 1)
            return found
        case Or(operands):
            return united([spans(operand, text) for operand in operands])
        case Near():
            return deque(spans_of_chain(node, text), maxlen=1)[0]
    raise Broken(f"{type(node).__name__} has no occurrences")


def shortest(node: Query, text: Text) -> Shortest:
    """For each word where an occurrence begins, the shortest one; raises Broken as `rows` does."""
    match node:
        case Or(operands):
            return least([shortest(operand, text) for operand in operands])
        case Near(reach="S" | "P"):
            return _shortest_of_chain(node, text)
        case _:
            return shortest_spans(spans(node, text))


def rows_of_chain(node: Near, text: Text) -> list[Rows]:
    """What `rows` says of the innermost left operand of a chain of NEAR, and of each join around it."""
    return [rows_of(each) for each in spans_of_chain(node, text)]


def spans_of_chain(node: Near, text: Text) -> Iterator[Spans]:
    """The innermost left operand of a chain of NEAR, then each join around it.

    A chain is grouped from the left and may be long, so it is walked and not recursed into.
    """
    innermost, joins = chain(node)
    left = spans(innermost, text)
    yield left
    for join in joins:
        right = spans(join.right, text) if left.rows or left.wides else Spans({})
        found = [_before(left, right, join.reach, text)]
        if not join.ordered:
            found.append(_before(right, left, join.reach, text))
        left = united(found)
        yield left


def _shortest_of_chain(node: Near, text: Text) -> Shortest:
    innermost, joins = chain(node)
    within = len(joins)  # from here on all joins are of sentences and paragraphs
    while within and not isinstance(joins[within - 1].reach, int):
        within -= 1
    left = shortest(joins[within - 1] if within else innermost, text)
    for join in joins[within:]:
        if not left:
            break
        right = shortest(join.right, text)
        ends = _ends(join.reach, text)
        found = [shortest_within(left, right, ends)]
        if not join.ordered:
            found.append(shortest_within(right, left, ends))
        left = least(found)
    return left


def chain(node: Query) -> tuple[Query, list[Near]]:
    """The innermost left operand of a chain of NEAR, and the joins around it, inside out."""
    joins: list[Near] = []
    while isinstance(node, Near):
        joins.append(node)
        node = node.left
    return node, joins[::-1]


def _before(earlier: Spans, later: Spans, reach: Reach, text: Text) -> Spans:
    if isinstance(reach, int):
        return joined(earlier, later, reach)
    return joined_within(earlier, later, _ends(reach, text), paragraphs=reach == "P")


def _ends(reach: Reach, text: Text) -> Sequence[int]:
    return text.sentence_ends if reach == "S" else text.paragraph_ends


def alone(node: NotNear, text: Text, stretch: range | None = None) -> Rows:
    """The occurrences of `left` with no `right` in reach: none that overlaps it, none that would be NEAR it.

    With a stretch of the text: those that lie in it, their places counted from where it begins.
    """
    begin = stretch.start if stretch else 0
    found = rows(node.left, text.between(stretch.start, stretch.stop) if stretch else text)
    if not found:
        return {}
    room = _room(node, text)
    kept: Rows = {}
    for at, row in found.items():
        first = begin + at
        free = room(first)
        below = (1 << max(min(free.stop - first, row.bit_length()), 0)) - 1
        if bits := row & below & (-1 << (free.start - first)):
            kept[at] = bits
    return kept


def shortest_alone(node: NotNear, text: Text) -> Shortest:
    """For each word where an occurrence that is `alone` begins, the shortest of these, without looking at others."""
    left = shortest(node.left, text)
    if not left:
        return {}
    room = _room(node, text)
    free = {first: room(first) for first in left}
    early = {first: free[first].start for first, last in left.items() if last < free[first].start < free[first].stop}
    if early:
        left = {**left, **_shortest_from(node.left, text, early)}
    return {first: last for first, last in left.items() if last in free[first]}


def _shortest_from(node: Query, text: Text, bounds: Mapping[int, int]) -> Shortest:
    """For each of these firsts, the least last of an occurrence that ends at its bound or behind, if any."""
    if isinstance(node, Or):
        return least([_shortest_from(operand, text, bounds) for operand in node.operands])
    return least_from(spans(node, text), bounds)


def _room(node: NotNear, text: Text) -> Callable[[int], range]:
    """Tells of an occurrence by its first the lasts with which it has no `right` in reach: they are a range.

    The longer it is, the sooner a `right` is within `/n` of it or overlaps it. But where a `right` is in the sentence
    (paragraph) of its first, only one that ends behind the sentence is not within it.
    """
    right = spans(node.right, text)
    longest = longest_spans(right)
    firsts, furthest = list(longest), list(accumulate(longest.values(), max))

    def below(first: int) -> int:
        """Where the earliest `right` begins that ends at `first` or behind."""
        at = bisect_left(furthest, first)
        return firsts[at] if at < len(firsts) else maxsize

    if isinstance(reach := node.reach, int):
        return lambda first: range(first, below(first - reach) - reach)
    ends = _ends(reach, text)
    occupied = {ends[first] for first, last in shortest_spans(right).items() if last <= ends[first]}
    return lambda first: range(ends[first] + 1 if ends[first] in occupied else first, below(first))


def positions(node: Word | Wildcard | Stem | Exact, text: Text) -> list[int]:
    """Where a term of one word stands, in order."""
    match node:
        case Exact(written):
            return text.exact.get(written, [])
        case Word(word):
            found = [at for each in spellings(word) if (at := text.at(each))]
        case Wildcard(pattern):
            fits = fitting(pattern).fullmatch
            head = pattern.partition("*")[0].partition("?")[0]
            found = [text.words[word] for word in text.beginning(head) if fits(word)]
        case Stem(word):
            forms = spellings(word)
            stems = {stem(form, text.language) for form in forms}
            same = {each for found_stem in stems for each in text.stems.get(found_stem, ())}
            found = [text.words[each] for each in same | forms if each in text.words]
    return found[0] if len(found) == 1 else sorted(position for at in found for position in at)


@lru_cache(maxsize=10_000)
def fitting(pattern: str) -> re.Pattern[str]:
    """What a wildcard pattern stands for, to be asked of a whole folded word.

    Each `*` but the last takes the nearest place where the following piece fits and never goes back (a later place
    leaves no more to the right, and what it skips, this one may not contain either), so long words cost no more.
    """
    first, *pieces = [_piece(piece) for piece in pattern.split("*")]
    if not pieces:
        return re.compile(first)
    middle = "".join(f"(?>{_ANY}*?{piece})" for piece in pieces[:-1])
    return re.compile(f"{first}{middle}{_ANY}*{pieces[-1]}")


_ANY = "[^&+#.]"  # a folded word has letters, marks and digits besides


def _piece(piece: str) -> str:
    return r"[^\W_]".join(map(re.escape, piece.split("?")))
