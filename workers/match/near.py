"""Occurrences that stand near each other, without looking at their pairs.

An occurrence is the positions it reaches over, `first` to `last`. Of two occurrences that share no word one is
earlier, so NEAR is `A before B` or `B before A`, and only "S before T" has to be worked out:

- `/n`: 1 <= T.first - S.last <= n.
- `/S`, `/P`: S.last < T.first, and S.first to T.last lies in one sentence or paragraph.

Both give [S.first, T.last]. Such results are operands again: a longer one may be near to what a shorter one is not,
so every (first, last) counts, and there may be as many as pairs. They are kept as `Rows`: for each first, one whole
number whose bit d says that [first, first + d] is an occurrence. All lasts of a first then move in one operation, and
a row is no longer than the rule's reach: along a chain of words and phrases the work is occurrences x reach / 64, for
any number of pairs. (Where both sides are NEAR, each row may be moved once for each of its lasts: x reach again.)

Sentences and paragraphs have no such bound, but need less. Whether S and T fit into one depends on S by its last (the
earlier, the better: for each first the shortest is enough), and on T in the same way. So `shortest`, a last for each
first, is closed under `/S` and `/P`: the shortest result of a first comes from the shortest S of that first and a
shortest T. It answers whether there is any, and where they begin, in linear work. Where such a NEAR is itself an
operand of `/n` or a place of a phrase, all its lasts count: see `spans`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Rows: TypeAlias = dict[int, int]  # first -> bit d is set: [first, first + d]; firsts ascend
Shortest: TypeAlias = dict[int, int]  # first -> the least last; firsts ascend


def union(parts: Sequence[Rows]) -> Rows:
    """The occurrences of all parts."""
    if len(parts) == 1:
        return parts[0]
    merged: Rows = {}
    for part in parts:
        for first, row in part.items():
            merged[first] = merged.get(first, 0) | row
    return dict(sorted(merged.items()))


def lasts(first: int, row: int) -> Iterator[int]:
    """The lasts of a row, ascending."""
    while row:
        lowest = row & -row
        yield first + lowest.bit_length() - 1
        row ^= lowest


def shortest_of(rows: Rows) -> Shortest:
    """For each first, the least last."""
    return {first: first + (row & -row).bit_length() - 1 for first, row in rows.items()}


def least(parts: Sequence[Shortest]) -> Shortest:
    """For each first of any part, the least last."""
    if len(parts) == 1:
        return parts[0]
    merged: Shortest = {}
    for part in parts:
        for first, last in part.items():
            merged[first] = min(last, merged.get(first, last))
    return dict(sorted(merged.items()))


def before(earlier: Rows, later: Rows, reach: int) -> Rows:
    """`earlier` up to `reach` words before `later`: side by side is 1, so 1 joins the places of a phrase.

    Either each length of the later ones is looked at once for each earlier row, or each last of the earlier ones once:
    whichever there are fewer of. Single words, and phrases of one length, have one.
    """
    if not earlier or not later:
        return {}
    lengths = 0
    for row in later.values():
        lengths |= row
    if lengths.bit_count() <= max(map(int.bit_count, earlier.values())):
        return _before_layers(earlier, later, reach)
    behind = _lasts_behind(sorted({last for first, row in earlier.items() for last in lasts(first, row)}), later, reach)
    found: Rows = {}
    for first, row in earlier.items():
        joined = 0
        for last in lasts(first, row):
            joined |= behind[last] << (last - first)
        if joined:
            found[first] = joined
    return found


def _before_layers(earlier: Rows, later: Rows, reach: int) -> Rows:
    layers: dict[int, list[int]] = {}  # of the later ones: length - 1 -> firsts, ascending
    for first, row in later.items():
        for last in lasts(first, row):
            layers.setdefault(last - first, []).append(first)
    windows = [_Window(firsts) for firsts in layers.values()]
    found: Rows = {}
    for first, row in earlier.items():
        starts = smear(row << 1, reach)
        joined = 0
        for length, window in zip(layers, windows, strict=True):
            joined |= (starts & window.seen_from(first, first + starts.bit_length())) << length
        if joined:
            found[first] = joined
    return found


def _lasts_behind(places: Sequence[int], later: Rows, reach: int) -> dict[int, int]:
    """For each place (ascending) the lasts of what begins up to `reach` words behind it, counted from the place.

    What is in reach moves along as a queue of two halves: the front keeps for each entry the union with those behind
    it in the front, the back one union of all. A half that is used up is made of the other, so an entry is joined
    to others twice, however many places it is in reach of.
    """
    firsts = list(later)
    front = [0] * len(firsts)  # counted from the entry's own first
    back = 0  # counted from the first of entry `middle`
    head = middle = tail = 0
    behind: dict[int, int] = {}
    for place in places:
        while tail < len(firsts) and firsts[tail] <= place + reach:
            back |= later[firsts[tail]] << (firsts[tail] - firsts[middle])
            tail += 1
        while head < tail and firsts[head] <= place:
            if head == middle:
                joined = 0
                for at in range(tail - 1, middle - 1, -1):
                    joined = later[firsts[at]] | (joined << (firsts[at + 1] - firsts[at]) if joined else 0)
                    front[at] = joined
                middle, back = tail, 0
            head += 1
        in_front = front[head] << (firsts[head] - place) if head < middle else 0
        behind[place] = in_front | (back << (firsts[middle] - place) if back else 0)
    return behind


class _Window:
    """Ascending positions seen from a place that moves on: bit d is set where place + d is one of them."""

    __slots__ = ("_bits", "_next", "_place", "_positions")

    def __init__(self, positions: list[int]) -> None:
        self._positions = positions
        self._next = 0
        self._place = 0
        self._bits = 0

    def seen_from(self, place: int, end: int) -> int:
        """Those from `place` (never before the last one) up to `end`, which is not included."""
        self._bits >>= place - self._place
        self._place = place
        positions, at = self._positions, self._next
        while at < len(positions) and positions[at] < end:
            if positions[at] >= place:
                self._bits |= 1 << (positions[at] - place)
            at += 1
        self._next = at
        return self._bits


def bits_at(positions: Sequence[int]) -> int:
    """A bit for each of these, ascending."""
    octets = bytearray(positions[-1] // 8 + 1 if positions else 0)
    for position in positions:
        octets[position // 8] |= 1 << position % 8
    return int.from_bytes(octets, "little")


def smear(bits: int, times: int) -> int:
    """Each bit, and the `times` - 1 places above it."""
    done = 1
    while done < times:
        step = min(done, times - done)
        bits |= bits << step
        done += step
    return bits


def shortest_within(earlier: Shortest, later: Shortest, ends: Sequence[int]) -> Shortest:
    """`earlier` before `later`, whole in one sentence or paragraph; `ends[p]` is the last position of p's one."""
    firsts = list(later)
    nowhere = ends[-1] + 1 if ends else 0
    behind = [nowhere] * (len(firsts) + 1)
    for at in range(len(firsts) - 1, -1, -1):
        first = firsts[at]
        if later[first] <= ends[first]:
            behind[at] = later[first]
        if at + 1 < len(firsts) and ends[firsts[at + 1]] == ends[first]:
            behind[at] = min(behind[at], behind[at + 1])
    found: Shortest = {}
    for first, last in earlier.items():
        at = bisect_right(firsts, last)
        if at < len(firsts) and behind[at] != nowhere and ends[firsts[at]] == ends[first]:
            found[first] = behind[at]
    return found
