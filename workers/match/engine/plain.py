"""The short way for plain rules: ASCII words, `word*`, `~word` and quotes, AND, OR, NOT, one level of brackets, NEAR.

    rule = part { ("AND" | "AND NOT" | "NOT") part } | term { "OR" term }
    part = term | "(" term { "OR" term } ")" | place ("NEAR" | "W" | "PRE" | "ONEAR") "/" number place
    term = place { place }
    place = word | word "*" | "~" word | quote

Gives what the parser's tree needs (a test holds one against the other); anything else is left to the parser, and so is
every refusal. It reads a word, or a quote, that rules have in common once: that is what `Tokens` is for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from workers.match.engine.keys import Check, Key
from workers.match.spellings import CLASSES

_CHARACTERS_MAX = 150_000  # so many hold less terms than a rule may have
_PLAIN = re.compile(
    r'(?:[A-Za-z0-9 ()]++|"[A-Za-z0-9 ]*+"'
    r"|(?<=[A-Za-z]{3})\*(?=[ )]|\Z)"
    r"|(?<![^ (])~(?=[A-Za-z]++(?:[ )]|\Z))"
    r"|(?:(?<= NEAR)|(?<= W)|(?<= PRE)|(?<= ONEAR))/[0-9]{1,4}+(?= ))++"
)
_NEAR_MAX = 1000


class Term:
    """A term of plain rules, and its number where that has been looked up."""

    __slots__ = ("key", "number")

    def __init__(self, key: Key) -> None:
        self.key = key
        self.number = 0


class _Mark(NamedTuple):
    """What is no term: an operator, a bracket, the end, or what the parser shall read."""

    name: str


class _Reach(NamedTuple):
    """NEAR and the like."""

    apart: int
    ordered: bool


_AND, _OR, _NOT, _OPEN, _CLOSE, _END, _OTHER = map(_Mark, ("AND", "OR", "NOT", "(", ")", "end", "other"))
_MARKS = {"AND": _AND, "OR": _OR, "NOT": _NOT, "(": _OPEN, ")": _CLOSE}
_ORDERED = {"NEAR": False, "W": False, "PRE": True, "ONEAR": True}
_RESERVED = frozenset((*_MARKS, *_ORDERED, "ATLEAST", "ANY"))
_QUOTE = '"'


class Tokens(dict[str, Any]):
    """What each token stands for: a term or a mark. Grows with the tokens met, for one load of rules.

    A quote is a token without its last quotation mark.
    """

    def __missing__(self, token: str) -> Any:
        found = self[token] = _meaning(token)
        return found

    def of(self, text: str) -> list[Any]:
        """What the tokens of a plain text stand for."""
        found: list[Any] = []
        if _QUOTE in text:
            outside = True
            for part in text.split(_QUOTE):
                found += self._outside(part) if outside else (self[_QUOTE + part],)
                outside = not outside
        else:
            found += self._outside(text)
        found += (_END, _END)
        return found

    def _outside(self, text: str) -> Any:
        return map(self.__getitem__, text.replace("(", " ( ").replace(")", " ) ").split())


def _meaning(token: str) -> Term | _Mark | _Reach:
    if token in _MARKS:
        return _MARKS[token]
    if token[0] == _QUOTE:
        words = [_word(word) for word in token[1:].lower().split()]
        if not words:
            return _OTHER
        return Term(words[0] if len(words) == 1 else ("p", tuple(words)))
    operator, slash, number = token.partition("/")
    if slash and operator in _ORDERED and 1 <= int(number) <= _NEAR_MAX:
        return _Reach(int(number), _ORDERED[operator])
    return _OTHER if slash or token.strip("~*") in _RESERVED else Term(_single(token.lower()))


def _single(piece: str) -> Key:
    if piece[0] == "~":
        return ("~", piece[1:])
    return ("*", piece) if piece[-1] == "*" else _word(piece)


def _word(word: str) -> Key:
    return ("w", CLASSES.get(word, word))


@dataclass(slots=True)
class PlainRule:
    """Of each clause one, none of what is denied, and the checks come out."""

    clauses: list[list[Term]]
    denied: list[list[Term]]
    checks: Sequence[Check] = ()


def plain_rule(text: str, tokens: Tokens) -> PlainRule | None:
    """What a plain rule needs; None where the parser is to read it."""
    if len(text) > _CHARACTERS_MAX or not _PLAIN.fullmatch(text):
        return None
    return _rule(tokens.of(text))


def _rule(tokens: list[Any]) -> PlainRule | None:
    rule = PlainRule([], [])
    at, denied = 0, False
    while True:
        bracket = tokens[at] is _OPEN
        alternatives, at = _alternatives(tokens, at + bracket)
        if bracket:
            if tokens[at] is not _CLOSE:
                return None
            at += 1
        elif len(alternatives) > 1 and (rule.clauses or tokens[at] is not _END):
            return None  # AND and OR mixed
        if tokens[at].__class__ is _Reach:
            if bracket or denied or not _put_near(rule, alternatives, tokens[at], tokens[at + 1]):
                return None
            at += 2
        elif alternatives:
            (rule.denied if denied else rule.clauses).append(alternatives)
        else:
            return None
        joined = tokens[at]
        if joined is _END:
            return rule
        at += 1
        denied = joined is _NOT
        if joined is _AND:
            denied = tokens[at] is _NOT
            at += denied
        elif not denied:
            return None


def _alternatives(tokens: list[Any], at: int) -> tuple[list[Term], int]:
    """term { "OR" term }, and what stands behind; none where a term is missing."""
    alternatives: list[Term] = []
    while True:
        term = tokens[at]
        if term.__class__ is not Term:
            return [], at
        at += 1
        if tokens[at].__class__ is Term:
            term, at = _phrase(tokens, at - 1)
        alternatives.append(term)
        if tokens[at] is not _OR:
            return alternatives, at
        at += 1


def _phrase(tokens: list[Any], at: int) -> tuple[Term, int]:
    """Terms side by side are one, and where it ends."""
    places: list[Key] = []
    while tokens[at].__class__ is Term:
        key = tokens[at].key
        places += key[1] if key[0] == "p" else (key,)
        at += 1
    return Term(("p", tuple(places))), at


def _put_near(rule: PlainRule, alternatives: list[Term], reach: _Reach, behind: Any) -> bool:
    """Two words near each other; False where it takes more than that."""
    if len(alternatives) != 1 or behind.__class__ is not Term:
        return False
    one, other = alternatives[0].key, behind.key
    if "p" in (one[0], other[0]):
        return False
    rule.clauses += (alternatives, [behind])
    rule.checks = (*rule.checks, Check(one, other, reach.apart, reach.ordered))
    return True
