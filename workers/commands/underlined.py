"""Parts of a rule as typed, underlined: as refusals are told, but with any number of places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from workers.commands.terminal import plain
from workers.rules.language.refusal import LINE_BREAKS
from workers.rules.language.tree import Span

LINES_MAX = 10  # that are told
_WIDTH_MAX = 160  # characters of a line that is told whole
_BEFORE_MAX = 60  # of a longer one: characters in front of what is underlined, and behind its beginning
_BEHIND_MAX = 100
_LINE = re.compile(f"[^{LINE_BREAKS}]+")


def underlined(text: str, spans: Sequence[Span]) -> list[str]:
    """The lines of the text that hold one of the spans, each with a line of carets below.

    Of a long line the parts around the spans; `LINES_MAX` of all. One character of the text is one that may be printed.
    """
    told: list[str] = []
    for begin, end in _pieces(text, sorted(set(spans))):
        if len(told) >= 2 * LINES_MAX:
            return [*told, "…"]
        marks = "".join(_mark(text[at], any(start <= at < stop for start, stop in spans)) for at in range(begin, end))
        before = "…" if begin and text[begin - 1] not in LINE_BREAKS else ""
        behind = "…" if end < len(text) and text[end] not in LINE_BREAKS else ""
        told += [f"{before}{plain(text[begin:end])}{behind}", " " * len(before) + marks.rstrip()]
    return told


def _pieces(text: str, spans: Sequence[Span]) -> Iterator[tuple[int, int]]:
    """What is shown: lines, or parts of long ones; none twice."""
    shown = 0
    for start, end in spans:
        for line in _LINE.finditer(text, start, end):
            first = max(line.start(), shown)
            if first >= line.end():
                continue
            begin = _begin(text, first)
            behind = _LINE.match(text, begin)
            stop = behind.end() if behind else first
            if stop - begin > _WIDTH_MAX:
                begin, stop = max(begin, first - _BEFORE_MAX, shown), min(stop, first + _BEHIND_MAX)
            shown = stop
            yield begin, stop


def _begin(text: str, at: int) -> int:
    while at and text[at - 1] not in LINE_BREAKS:
        at -= 1
    return at


def _mark(character: str, inside: bool) -> str:
    return ("^" if inside else " ") * cell_len(plain(character))
