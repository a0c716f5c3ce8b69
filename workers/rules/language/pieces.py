"""The words of a piece or a quote, as places of a phrase: plain, wildcard, stem or exact."""

from __future__ import annotations

import re
from collections.abc import Callable

from workers.rules.language.limits import TERMS_MAX
from workers.rules.language.normalise import Normal
from workers.rules.language.refusal import RuleError
from workers.rules.language.slips import shown
from workers.rules.language.split import Token as Part
from workers.rules.language.split import split_normal
from workers.rules.language.tokens import Source
from workers.rules.language.tree import Exact, Query, Span, Stem, Wildcard, Word

# Letters of a dead script stand for `*` and `?` while a piece is split: to the splitter they are part of the word.
_STAND_INS = (range(0x10600, 0x10737), range(0x12000, 0x1239A), range(0x13000, 0x13430))
_HANGUL = re.compile("[가-힣]")
_STEM_MIN = {"*": 3, "?": 1}
_SAMPLE = {"*": "sanction*", "?": "wom?n"}


class Pieces:
    """Makes places of the text between operators, and counts them: the terms of the rule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._terms = 0
        self._any, self._one = self._stand_ins()

    def plain(self, start: int, end: int) -> list[Query]:
        """Words and wildcards. Raises RuleError for a wildcard with too little before it."""
        text = self._source.text[start:end]
        if text.isascii() and text.isalnum():
            self.count(1, start, end)
            return [Word(text.lower(), span=self._source.span(start, end))]
        if "*" in text or "?" in text:
            text = text.replace("*", self._any).replace("?", self._one)
        return self._made(text, start, end, self._word)

    def prefixed(self, sign: str, start: int, end: int) -> list[Query]:
        """Stems for `~`, exact words for `=`; the sign stands right before `start` (or before its quote)."""
        text = self._source.text[start:end]
        found = re.search(r"[*?]", text)
        if found:
            at = start + found.start()
            raise self._source.refusal(
                f"{sign} cannot stand before a wildcard", at, at + 1, f"leave out either {sign} or {found.group()}"
            )
        if sign == "~":
            return self._made(text, start, end, lambda part, span: Stem(part.folded, span=span))
        return self._made(text, start, end, lambda part, span: Exact(part.exact, span=span))

    def count(self, terms: int, start: int, end: int) -> None:
        """Terms of the rule, words or not. Raises RuleError where there are too many."""
        self._terms += terms
        if self._terms > TERMS_MAX:
            raise self._source.refusal(
                f"a rule has at most {TERMS_MAX:,} terms; this one goes beyond",
                start,
                end,
                "split it into several rules, or move words into lists",
            )

    def _made(self, text: str, start: int, end: int, make: Callable[[Part, Span], Query]) -> list[Query]:
        parts = split_normal(Normal(text))
        self.count(len(parts), start, end)
        span = self._source.span
        return [make(part, span(start + part.start, start + part.end)) for part in parts]

    def _word(self, part: Part, span: Span) -> Query:
        if self._any not in part.exact and self._one not in part.exact:
            return Word(part.folded, span=span)
        written = part.exact.replace(self._any, "*").replace(self._one, "?")
        for sign, least in _STEM_MIN.items():
            before, found, _ = written.partition(sign)
            if found and _plain(before) < least:
                raise _too_short(before, sign, span)
        folded = part.folded.replace(self._any, "*").replace(self._one, "?")
        return Wildcard(re.sub(r"\*+", "*", folded), span=span)

    def _stand_ins(self) -> tuple[str, str]:
        text = self._source.text
        if "*" not in text and "?" not in text:
            return "*", "?"
        seen = set(text)
        free = (chr(code) for codes in _STAND_INS for code in codes if chr(code) not in seen)
        return next(free), next(free)


def _plain(text: str) -> int:
    """Plain characters; a Hangul syllable is worth three letters."""
    return len(text.replace("'", "").replace("?", "")) + 2 * len(_HANGUL.findall(text))


def _too_short(before: str, sign: str, span: Span) -> RuleError:
    least = _STEM_MIN[sign]
    if not _plain(before):
        message = f"{sign} has nothing on its left in this word"
    else:
        message = f"{shown(before)} is too short before {sign}"
    many = "a letter" if least == 1 else f"at least {least} letters"
    return RuleError(message, *span, f"write {many} before {sign}, right at it, such as {_SAMPLE[sign]}")
