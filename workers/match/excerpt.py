"""A short piece of an article's text with the hits between `[[` and `]]`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

OPEN, CLOSE, JOIN = "[[", "]]", " … "
BEFORE, BEHIND = "… ", " …"  # the text goes on
_GOES_ON = len(BEFORE + BEHIND)
_PRINTED = re.compile(r"\S")


class Shown(NamedTuple):
    """A hit: code points `start` to `end` of a field."""

    term: str
    field: str
    start: int
    end: int


class Window(NamedTuple):
    """Code points `start` to `end` of a text field."""

    field: str
    start: int
    end: int


def excerpt(texts: Mapping[str, str], hits: Sequence[Shown], limit_chars: int) -> str:
    """Windows on the hits, joined by ` … `, of `limit_chars` characters together, `[[` and `]]` not counted.

    First the window that shows most terms, then others for the terms that are missing, as long as there is room; they
    stand in the order of the article. A window begins and ends between words, in a text that has spaces. White space
    becomes one space. `…` in front and behind says that the field goes on there, if there is room for it. Where the
    text itself has `[[` or `]]`, or a bracket that touches a mark, `((`, `))`, `(` or `)` stands instead, so every mark
    is ours. Without a hit in the texts it is their beginning.
    """
    shown = [hit for hit in hits if hit.field in texts and hit.end - hit.start <= limit_chars]
    room = _room(texts, shown, limit_chars)
    windows = _widen(_choose(shown, room), texts, room)
    if not windows:
        windows = [_beginning(field, text, room) for field, text in texts.items() if not text.isspace()][:1]
    told = JOIN.join(_marked(texts[window.field], window, shown) for window in windows)
    if not windows or room == limit_chars:
        return told
    first, last = windows[0], windows[-1]
    before = BEFORE if _PRINTED.search(texts[first.field], 0, first.start) else ""
    return before + told + (BEHIND if _PRINTED.search(texts[last.field], last.end) else "")


def _room(texts: Mapping[str, str], hits: Sequence[Shown], limit_chars: int) -> int:
    """The characters for windows: all, where all of the text fits, or no hit would; else some stay for `…`."""
    room = limit_chars - _GOES_ON
    whole = sum(map(len, texts.values())) + len(JOIN) * (len(texts) - 1)
    needed = max((hit.end - hit.start for hit in hits), default=0)
    return limit_chars if whole <= limit_chars or room < max(needed, _GOES_ON) else room


def _choose(hits: Sequence[Shown], limit_chars: int) -> list[Window]:
    """Windows without context, the best first."""
    chosen: list[Window] = []
    missing = {hit.term for hit in hits}
    room = limit_chars
    while missing and (found := _best(hits, missing, room)):
        window, terms = found
        chosen.append(window)
        missing -= terms
        room -= window.end - window.start + len(JOIN)
    return chosen


def _best(hits: Sequence[Shown], missing: set[str], room: int) -> tuple[Window, set[str]] | None:
    """The window of up to `room` characters with most of the missing terms, then the narrowest, then the first."""
    best: tuple[Window, set[str]] | None = None
    best_score = (0, 0)
    for at, first in enumerate(hits):
        if first.term not in missing:
            continue
        terms: set[str] = set()
        for hit in hits[at:]:
            if hit.field != first.field or hit.end - first.start > room or len(terms) == len(missing):
                break
            if hit.term in missing and hit.term not in terms:
                terms.add(hit.term)
                score = (len(terms), first.start - hit.end)
                if best is None or score > best_score:
                    best, best_score = (Window(first.field, first.start, hit.end), set(terms)), score
    return best


def _widen(windows: Sequence[Window], texts: Mapping[str, str], limit_chars: int) -> list[Window]:
    """The room that is left goes to both sides of all windows alike; those that meet become one."""
    if not windows:
        return []
    order = list(texts)
    windows = sorted(windows, key=lambda window: (order.index(window.field), window.start))
    room = limit_chars - sum(window.end - window.start for window in windows) - len(JOIN) * (len(windows) - 1)
    for turn, window in enumerate(windows):
        share = room // (len(windows) - turn)
        wide = _grow(texts[window.field], window, share)
        room -= wide.end - wide.start - (window.end - window.start)
        windows[turn] = wide
    return _joined(windows)


def _grow(text: str, window: Window, share: int) -> Window:
    behind = min(len(text) - window.end, share - min(window.start, share // 2))
    start = _trim_start(text, max(0, window.start - (share - behind)), window.start)
    end = min(len(text), window.end + share - (window.start - start))
    return Window(window.field, start, _trim_end(text, window.end, end))


def _beginning(field: str, text: str, limit_chars: int) -> Window:
    start = len(text) - len(text.lstrip())
    end = min(len(text), start + limit_chars)
    whole = _trim_end(text, start, end)
    return Window(field, start, whole if whole > start else end)  # one word that is longer is cut


def _trim_start(text: str, start: int, latest: int) -> int:
    """Without a piece of a word, or spaces, in front."""
    while start < latest and (text[start].isspace() or not _parts(text, start)):
        start += 1
    return start


def _trim_end(text: str, earliest: int, end: int) -> int:
    """Without a piece of a word, or spaces, behind."""
    while end > earliest and (text[end - 1].isspace() or not _parts(text, end)):
        end -= 1
    return end


def _parts(text: str, at: int) -> bool:
    """May a window begin or end here?"""
    if at in (0, len(text)) or text[at - 1].isspace() or text[at].isspace():
        return True
    return "\u2e80" <= text[at - 1] <= "\u9fff" and "\u2e80" <= text[at] <= "\u9fff"  # Han and Kana write no spaces


def _joined(windows: Iterable[Window]) -> list[Window]:
    joined: list[Window] = []
    for window in windows:
        last = joined[-1] if joined else None
        if last and last.field == window.field and window.start <= last.end:
            joined[-1] = Window(last.field, last.start, max(last.end, window.end))
        else:
            joined.append(window)
    return joined


def _marked(text: str, window: Window, hits: Sequence[Shown]) -> str:
    pieces: list[str] = []
    at = window.start
    for start, end in _spans(window, hits):
        pieces += [text[at:start], text[start:end]]
        at = end
    pieces.append(text[at : window.end])
    pieces = [_spaced(piece).replace(OPEN, "((").replace(CLOSE, "))") for piece in pieces]
    for turn in range(1, len(pieces), 2):
        if pieces[turn - 1].endswith("["):
            pieces[turn - 1] = pieces[turn - 1][:-1] + "("
        if pieces[turn + 1].startswith("]"):
            pieces[turn + 1] = ")" + pieces[turn + 1][1:]
        pieces[turn] = f"{OPEN}{pieces[turn]}{CLOSE}"
    return "".join(pieces)


def _spaced(piece: str) -> str:
    """White space becomes one space; sooner than a regular expression would do it."""
    told = " ".join(piece.split())
    if not told:
        return " " if piece else ""
    return f"{' ' if piece[0].isspace() else ''}{told}{' ' if piece[-1].isspace() else ''}"


def _spans(window: Window, hits: Sequence[Shown]) -> Iterator[tuple[int, int]]:
    """What is marked: hits that overlap become one."""
    inside = sorted(
        (hit.start, hit.end)
        for hit in hits
        if hit.field == window.field and window.start <= hit.start and hit.end <= window.end
    )
    start, end = 0, 0
    for next_start, next_end in inside:
        if next_start < end:
            end = max(end, next_end)
            continue
        if end > start:
            yield start, end
        start, end = next_start, next_end
    if end > start:
        yield start, end
