"""The words of a piece or a quote, as places of a phrase: plain, wildcard, stem or exact."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from workers.rules.language.characters import WORD_KINDS
from workers.rules.language.limits import TERMS_MAX
from workers.rules.language.normalise import Normal
from workers.rules.language.refusal import RuleError, shown
from workers.rules.language.split import Token as Part
from workers.rules.language.split import split_normal
from workers.rules.language.tokens import Source
from workers.rules.language.tree import Exact, Query, Span, Stem, Wildcard, Word

# A letter of a dead script stands for `*` and `?` while a piece is split: to the splitter they are part of the word.
# Splitting and folding keep letters in order, so what each one in a word stands for is told by its number.
_STAND_IN = "\N{LINEAR A SIGN AB001}"
_STOOD_FOR = re.compile(f"[*?{_STAND_IN}]")
_WORDLIKE = re.compile(r"[\w*?]")  # without one of these a piece has no word
_HANGUL = re.compile("[가-힣]")
_STEM_MIN = {"*": 3, "?": 1}
_SAMPLE = {"*": "sanction*", "?": "wom?n"}


class Pieces:
    """Makes places of the text between operators, and counts them: the terms of the rule."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._terms = 0

    def plain(self, start: int, end: int) -> list[Query]:
        """Words and wildcards. Raises RuleError for a wildcard with too little before it."""
        text = self._source.text[start:end]
        if text.isascii() and text.isalnum():
            self.count(1, start, end)
            return [Word(text.lower(), span=self._source.span(start, end))]
        if not _WORDLIKE.search(text):
            return []
        if "*" in text or "?" in text:
            return self._made(re.sub("[*?]", _STAND_IN, text), start, end, self._maybe_wildcard)
        return self._made(text, start, end, lambda part, at: Word(part.folded, span=self._span(part, at)))

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
            return self._made(text, start, end, lambda part, at: Stem(part.folded, span=self._span(part, at)))
        return self._made(text, start, end, lambda part, at: Exact(part.exact, span=self._span(part, at)))

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

    def _made(self, text: str, start: int, end: int, make: Callable[[Part, int], Query]) -> list[Query]:
        parts = split_normal(Normal(text))
        self.count(len(parts), start, end)
        return [make(part, start) for part in parts]

    def _span(self, part: Part, at: int) -> Span:
        return self._source.span(at + part.start, at + part.end)

    def _maybe_wildcard(self, part: Part, at: int) -> Query:
        if _STAND_IN not in part.exact:
            return Word(part.folded, span=self._span(part, at))
        signs = _STOOD_FOR.findall(self._source.text, at + part.start, at + part.end)
        written, folded = _put_back(part.exact, signs), _put_back(part.folded, signs)
        for sign, least in _STEM_MIN.items():
            before, found, _ = written.partition(sign)
            left = min(_plain(before), _plain(folded.partition(sign)[0]))  # marks are no letters once they are gone
            if found and left < least:
                raise _too_short(
                    before, sign, self._span(part, at), self._source.text[at + part.start - 1 : at + part.start]
                )
        if "*" not in folded and "?" not in folded:
            return Word(folded, span=self._span(part, at))
        return Wildcard(re.sub(r"\*+", "*", folded), span=self._span(part, at))


def _put_back(word: str, signs: Sequence[str]) -> str:
    following = iter(signs)
    return re.sub(_STAND_IN, lambda _: next(following), word)


def _plain(text: str) -> int:
    """Plain characters; a Hangul syllable is worth three letters."""
    return len(text.replace("'", "").replace("?", "")) + 2 * len(_HANGUL.findall(text))


def _too_short(before: str, sign: str, span: Span, letter: str) -> RuleError:
    """`letter` is the character that touches the word in front."""
    if not _plain(before) and letter.translate(WORD_KINDS) == "I":
        told = f"{sign} stands behind {letter}, which is a word of its own"
        return RuleError(told, *span, f"leave {sign} out: in this script one letter is one word")
    least = _STEM_MIN[sign]
    if not _plain(before):
        message = f"{sign} has nothing on its left in this word"
    else:
        message = f"{shown(before)} is too short before {sign}"
    many = "a letter" if least == 1 else f"at least {least} letters"
    return RuleError(message, *span, f"write {many} before {sign}, right at it, such as {_SAMPLE[sign]}")
