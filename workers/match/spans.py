"""Occurrences that may reach over a long sentence or paragraph, in proportion to their ends and not to their pairs.

`S NEAR/S T` joins every S to every T behind it: as many occurrences as pairs, and where they are operands of `/n` or
places of a phrase each of them counts. But whether [first, last] is one of them needs two numbers only: the least last
of an S that begins at `first`, and the greatest first of a T that ends at `last`. So a `Wide` keeps, for each sentence
or paragraph, an `opens` of each first and a `closes` of each last:

    [first, last] is an occurrence where opens[first] <= closes[last], for a sentence or paragraph that has both.

That survives `/n`: where T stands up to n behind the end of a wide one, [S.first, T.last] is one if S.first opens at or
below the greatest close in reach of T; so only the closes move, and in the other order only the opens. Joining two wide
ones keeps the opens of one (or the closes of the other), so the result is wide again.

In what is short the rows of `near` are smaller, and one place may be in reach of many: a sentence or paragraph whose
occurrences reach no further than `LONG` words gives rows, and only longer ones are wide. Memory is occurrences x
(reach + LONG) bits, and occurrences x (2 + reach / LONG) opens and closes for each wide. An unordered `/n` makes two
wides of one, as its operand stands in front or behind; beyond `WIDES_MAX` different ones they are written out as rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from workers.match.near import Rows, Shortest, before, lasts, least, shortest_of, union

LONG = 1000
WIDES_MAX = 64

Ends: TypeAlias = dict[int, dict[int, int]]  # of each sentence or paragraph: first -> opens, or last -> closes


class Wide(NamedTuple):
    """Occurrences of long sentences, or of long paragraphs; positions may be negative (see `_mirrored`)."""

    opens: Ends
    closes: Ends
    paragraphs: bool


class Spans(NamedTuple):
    """The occurrences of a term: those of the rows, and those of each wide."""

    rows: Rows
    wides: Sequence[Wide] = ()


def joined(earlier: Spans, later: Spans, reach: int) -> Spans:
    """`earlier` up to `reach` words before `later`."""
    wides = [_before_rows(wide, later.rows, reach) for wide in earlier.wides if later.rows]
    wides += [_behind_rows(wide, earlier.rows, reach) for wide in later.wides if earlier.rows]
    for left in earlier.wides:
        for right in later.wides:
            if right.paragraphs and not left.paragraphs:  # few paragraphs are near to a sentence, not the reverse
                wides.append(_mirrored(_before_wide(_mirrored(right), _mirrored(left), reach)))
            else:
                wides.append(_before_wide(left, right, reach))
    return Spans(before(earlier.rows, later.rows, reach), [wide for wide in wides if wide.opens and wide.closes])


def joined_within(earlier: Spans, later: Spans, ends: Sequence[int], *, paragraphs: bool) -> Spans:
    """`earlier` before `later`, whole in one sentence or paragraph; `ends[p]` is the last position of p's one."""
    opens: Ends = {}
    closes: Ends = {}
    for first, last in shortest_spans(earlier).items():
        opens.setdefault(ends[first], {})[first] = last + 1
    for last, first in latest(later, ends).items():
        closes.setdefault(ends[first], {})[last] = first
    found: Rows = {}
    wide = Wide({}, {}, paragraphs)
    for unit in opens.keys() & closes.keys():
        if max(closes[unit]) - min(opens[unit]) <= LONG:
            found.update(_written_out(opens[unit], closes[unit]))
        elif min(opens[unit].values()) <= max(closes[unit].values()):
            wide.opens[unit], wide.closes[unit] = opens[unit], closes[unit]
    return Spans(dict(sorted(found.items())), [wide] if wide.opens else ())


def united(parts: Sequence[Spans]) -> Spans:
    """The occurrences of all parts."""
    if len(parts) == 1:
        return parts[0]
    wides: list[Wide] = []
    for part in parts:
        wides += [wide for wide in part.wides if wide not in wides]
    spans = Spans(union([part.rows for part in parts]), wides)
    return spans if len(wides) <= WIDES_MAX else Spans(rows_of(spans))


def rows_of(spans: Spans) -> Rows:
    """All of them as rows: occurrences x words of the longest sentence bits, where there are wides."""
    parts = [spans.rows]
    for wide in spans.wides:
        parts += [_written_out(wide.opens[unit], wide.closes[unit]) for unit in wide.opens.keys() & wide.closes.keys()]
    return union(parts)


def shortest_spans(spans: Spans) -> Shortest:
    """For each first, the least last."""
    parts = [shortest_of(spans.rows)]
    for wide in spans.wides:
        for unit in wide.opens.keys() & wide.closes.keys():
            at_least = sorted(((closes, -last) for last, closes in wide.closes[unit].items()), reverse=True)
            asked = sorted(((opens, first) for first, opens in wide.opens[unit].items()), reverse=True)
            parts.append({first: -last for first, last in _greatest(asked, at_least)})
    return least(parts)


def least_from(spans: Spans, bounds: Mapping[int, int]) -> Shortest:
    """For each of these firsts, the least last at its bound or behind, if any."""
    from_rows: Shortest = {}
    for first, bound in bounds.items():
        row = spans.rows.get(first, 0) >> max(bound - first, 0)
        if row:
            from_rows[first] = max(bound, first) + (row & -row).bit_length() - 1
    parts = [from_rows]
    for wide in spans.wides:
        for unit in wide.opens.keys() & wide.closes.keys():
            opened = {first: bounds[first] for first in wide.opens[unit] if first in bounds}
            parts.append(dict(_least_behind(wide.opens[unit], wide.closes[unit], opened)))
    return least(parts)


def _least_behind(
    opens: dict[int, int], closes: dict[int, int], bounds: Mapping[int, int]
) -> Iterable[tuple[int, int]]:
    """Of one sentence or paragraph; each last is looked at once, the latest first."""
    places = sorted(closes)
    ends: list[int] = []  # of those seen the ones that close more than all earlier ones do, the latest first
    closed: list[int] = []  # what they close, negative: ascending
    for bound, first in sorted(((bound, first) for first, bound in bounds.items()), reverse=True):
        while places and places[-1] >= bound:
            last = places.pop()
            while closed and -closed[-1] <= closes[last]:
                closed.pop()
                ends.pop()
            closed.append(-closes[last])
            ends.append(last)
        at = bisect_right(closed, -opens[first])
        if at:
            yield first, ends[at - 1]


def longest_spans(spans: Spans) -> dict[int, int]:
    """For each first, ascending, the greatest last."""
    longest = {first: first + row.bit_length() - 1 for first, row in spans.rows.items()}
    for wide in spans.wides:
        for unit in wide.opens.keys() & wide.closes.keys():
            at_least = sorted(((closes, last) for last, closes in wide.closes[unit].items()), reverse=True)
            asked = sorted(((opens, first) for first, opens in wide.opens[unit].items()), reverse=True)
            for first, last in _greatest(asked, at_least):
                longest[first] = max(last, longest.get(first, last))
    return dict(sorted(longest.items()))


def _greatest(asked: Iterable[tuple[int, int]], given: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """For each (bound, key), bounds descending: the key, and the greatest value that is given at or above the bound."""
    at = 0
    best: int | None = None
    for bound, key in asked:
        while at < len(given) and given[at][0] >= bound:
            best = given[at][1] if best is None else max(best, given[at][1])
            at += 1
        if best is not None:
            yield key, best


def latest(spans: Spans, ends: Sequence[int]) -> dict[int, int]:
    """For each last, the greatest first of those whole in one sentence or paragraph."""
    latest: dict[int, int] = {}
    longest = max(map(int.bit_length, spans.rows.values()), default=0)
    seen = behind = 0  # lasts found already, counted from the first that is looked at
    for first in reversed(spans.rows):
        seen = (seen << (behind - first)) & ((1 << longest) - 1) if seen else 0
        whole = min(ends[first] - first, longest)  # no wider a mask than any row: there may be one for each word
        row = spans.rows[first] & ((2 << whole) - 1) & ~seen
        latest.update(dict.fromkeys(lasts(first, row), first))
        seen, behind = seen | row, first
    for wide in spans.wides:
        for unit in wide.opens.keys() & wide.closes.keys():
            at_most = sorted((-opens, first) for first, opens in wide.opens[unit].items())[::-1]
            asked = sorted((-closes, last) for last, closes in wide.closes[unit].items())[::-1]
            for last, first in _greatest(asked, at_most):
                if ends[first] >= last:  # where the greatest begins too early, so do all
                    latest[last] = max(first, latest.get(last, first))
    return latest


def _written_out(opens: dict[int, int], closes: dict[int, int]) -> Rows:
    """The rows of one sentence or paragraph."""
    begin = min(opens)
    given = sorted(((closed, last) for last, closed in closes.items()), reverse=True)
    found: Rows = {}
    at = bits = 0
    for opened, first in sorted(((opened, first) for first, opened in opens.items()), reverse=True):
        while at < len(given) and given[at][0] >= opened:
            if given[at][1] >= begin:
                bits |= 1 << (given[at][1] - begin)
            at += 1
        if bits:
            found[first] = bits >> (first - begin)
    return found


def _before_rows(wide: Wide, later: Rows, reach: int) -> Wide:
    firsts = list(later)
    closes: Ends = {}
    for unit, closed in wide.closes.items():
        ends: dict[int, int] = {}
        for first, greatest in _in_reach(closed, firsts, reach).items():
            for last in lasts(first, later[first]):
                if ends.get(last, -1) < greatest:
                    ends[last] = greatest
        if ends:
            closes[unit] = ends
    return _trimmed(Wide(wide.opens, closes, wide.paragraphs))


def _behind_rows(wide: Wide, earlier: Rows, reach: int) -> Wide:
    firsts = list(earlier)
    longest = max(map(int.bit_length, earlier.values()))
    opens: Ends = {}
    for unit, opened in wide.opens.items():
        near = range(bisect_left(firsts, min(opened) - reach - longest), bisect_left(firsts, max(opened)))
        places = {last for at in near for last in lasts(firsts[at], earlier[firsts[at]])}
        least_in_reach = _in_reach(_negative(opened), sorted(-place for place in places), reach)
        begins: dict[int, int] = {}
        for first in (firsts[at] for at in near):
            found = [least_in_reach[-last] for last in lasts(first, earlier[first]) if -last in least_in_reach]
            if found:
                begins[first] = -max(found)
        if begins:
            opens[unit] = begins
    return _trimmed(Wide(opens, wide.closes, wide.paragraphs))


def _before_wide(earlier: Wide, later: Wide, reach: int) -> Wide:
    """The opens of the earlier one, and what closes when a later one comes in reach."""
    closes: Ends = {}
    starts = {unit: sorted(opened) for unit, opened in later.opens.items() if unit in later.closes}
    for unit, closed in earlier.closes.items():
        begin, end = min(closed), max(closed) + reach
        ends: dict[int, int] = {}
        for other, firsts in starts.items():
            if firsts[-1] <= begin or firsts[0] > end:
                continue
            found = _in_reach(closed, firsts, reach)
            opened = later.opens[other]
            at_most = sorted((-opened[first], greatest) for first, greatest in found.items())[::-1]
            asked = sorted((-close, last) for last, close in later.closes[other].items())[::-1]
            for last, greatest in _greatest(asked, at_most):
                ends[last] = max(greatest, ends.get(last, greatest))
        if ends:
            closes[unit] = ends
    return _trimmed(Wide(earlier.opens, closes, earlier.paragraphs))


def _in_reach(closed: dict[int, int], firsts: Sequence[int], reach: int) -> dict[int, int]:
    """For each of `firsts` (ascending) the greatest that closes up to `reach` words before it, if any."""
    places = sorted(closed)
    descending: deque[int] = deque()  # places whose closes descend: an earlier and lesser one is never the greatest
    at = 0
    found: dict[int, int] = {}
    for first in firsts[bisect_right(firsts, places[0]) : bisect_right(firsts, places[-1] + reach)]:
        while at < len(places) and places[at] < first:
            while descending and closed[descending[-1]] <= closed[places[at]]:
                descending.pop()
            descending.append(places[at])
            at += 1
        while descending and descending[0] < first - reach:
            descending.popleft()
        if descending:
            found[first] = closed[descending[0]]
    return found


def _trimmed(wide: Wide) -> Wide:
    """Without the sentences and paragraphs where nothing can close what opens."""
    both = [
        unit
        for unit in wide.opens.keys() & wide.closes.keys()
        if min(wide.opens[unit].values()) <= max(wide.closes[unit].values())
    ]
    return Wide({u: wide.opens[u] for u in both}, {u: wide.closes[u] for u in both}, wide.paragraphs)


def _mirrored(wide: Wide) -> Wide:
    """The same, read from the end of the text: a position p is -p, and what closed now opens."""
    opens = {unit: _negative(closed) for unit, closed in wide.closes.items()}
    closes = {unit: _negative(opened) for unit, opened in wide.opens.items()}
    return Wide(opens, closes, wide.paragraphs)


def _negative(ends: dict[int, int]) -> dict[int, int]:
    return {-place: -bound for place, bound in ends.items()}
