"""Why a rule is refused, and where: the message, the place in the text as typed, the way out."""

from __future__ import annotations

import re
import unicodedata

LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"

_BREAK = re.compile(f"\r\n|[{LINE_BREAKS}]")
_SHOWN_MAX = 40
_WIDTH_MAX = 100  # characters of the line that is shown
_BEFORE_MAX = 60  # characters of it before the caret


class RuleError(ValueError):
    """A rule that cannot be taken.

    `start` and `end` are code points of the rule as typed, half-open and within it; `hint` is the way out.
    `by_lists`: the text is right in itself, and with other lists it may be taken.
    """

    def __init__(self, message: str, start: int, end: int, hint: str, *, by_lists: bool = False) -> None:
        super().__init__(message, start, end, hint)
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint
        self.by_lists = by_lists

    def __str__(self) -> str:
        return self.message

    def told(self, text: str) -> str:
        """The line of the rule with a caret under the place, the message and the hint.

        A rule of several lines shows the one that matters, with its number; a long line is clipped around the caret.
        """
        number, begin, end = _line(text, self.start)
        before, behind = _clipped(text[begin:end], max(0, min(self.start, end) - begin))
        heading = [f"line {number}:"] if _BREAK.search(text.strip()) else []
        caret = " " * sum(map(_columns, before))
        return "\n".join([*heading, before + behind, f"{caret}^ {self.message}", f"  hint: {self.hint}"])


def shown(text: str) -> str:
    """A part of a rule as it may stand in a message: not too long, and on one line."""
    clipped = text[:_SHOWN_MAX]
    return "".join(map(_shown, clipped)) + ("…" if len(text) > len(clipped) else "")


def _line(text: str, position: int) -> tuple[int, int, int]:
    """Number (from 1), begin and end of the line that holds `position`."""
    number, begin = 1, 0
    for found in _BREAK.finditer(text):
        if found.end() > position:
            return number, begin, found.start()
        number, begin = number + 1, found.end()
    return number, begin, len(text)


def _clipped(line: str, caret: int) -> tuple[str, str]:
    """What is shown on each side of the caret's left edge."""
    begin = max(0, caret - _BEFORE_MAX)
    end = begin + _WIDTH_MAX
    before = ("…" if begin else "") + "".join(map(_shown, line[begin:caret]))
    return before, "".join(map(_shown, line[caret:end])) + ("…" if end < len(line) else "")


def _shown(char: str) -> str:
    """The character, or what stands for one that would move the caret or the cursor of a terminal."""
    match unicodedata.category(char):
        case "Cc" | "Zs" | "Zl" | "Zp":
            return "\u3000" if char == "\u3000" else " "
        case "Cf":
            return ""
        case "Cs" | "Cn" | "Co":
            return "\N{REPLACEMENT CHARACTER}"
    return char


def _columns(char: str) -> int:
    """Columns of a terminal: wide characters take two, marks none."""
    if unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
