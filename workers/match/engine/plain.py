"""The short way for plain rules: words and quotes in ASCII, AND, OR, NOT and one level of brackets.

    rule = part { ("AND" | "AND NOT" | "NOT") part } | term { "OR" term }
    part = term | "(" term { "OR" term } ")"
    term = word { word } | quote

Gives what the parser's tree needs (a test holds one against the other); anything else is left to the parser, and so is
every refusal.
"""

from __future__ import annotations

import re

from workers.match.engine.clauses import grouped
from workers.match.engine.keys import Clause, Key, Literal
from workers.match.spellings import CLASSES

_CHARACTERS_MAX = 4000
_PLAIN = re.compile(r'(?:[A-Za-z0-9 ()]|"[A-Za-z0-9 ]*")+')
_TOKEN = re.compile(r'"[^"]*"|[()]|[A-Za-z0-9]+')
_LEFT_TO_THE_PARSER = frozenset(("(", "NEAR", "W", "PRE", "ONEAR", "ATLEAST", "ANY"))
_END_OF_TERM = frozenset(("AND", "OR", "NOT", ")", ""))


class _NotPlain(Exception):
    """The parser shall read it."""


def plain_clauses(text: str) -> tuple[Clause, ...] | None:
    """The clauses of a plain rule; None where the parser is to read it."""
    if len(text) > _CHARACTERS_MAX or not _PLAIN.fullmatch(text):
        return None
    tokens = _TOKEN.findall(text)
    tokens.append("")
    try:
        return _rule(tokens)
    except _NotPlain:
        return None


def _rule(tokens: list[str]) -> tuple[Clause, ...]:
    alternatives, at = _alternatives(tokens, 0, bracket=tokens[0] == "(")
    clauses = dict.fromkeys((_clause(alternatives),))
    if tokens[0] != "(" and len(alternatives) > 1 and tokens[at]:
        raise _NotPlain  # AND and OR mixed
    while tokens[at]:
        joined = tokens[at]
        at += 1
        negated = joined == "NOT"
        if joined == "AND":
            negated = tokens[at] == "NOT"
            at += negated
        elif not negated:
            raise _NotPlain
        bracket = tokens[at] == "("
        alternatives, at = _alternatives(tokens, at, bracket=bracket)
        if not bracket and len(alternatives) > 1:
            raise _NotPlain
        if not negated:
            clauses[_clause(alternatives)] = None
            continue
        for key, _, __ in _clause(alternatives):
            clauses[frozenset((Literal(key, negated=True),))] = None
    return tuple(clauses)


def _alternatives(tokens: list[str], at: int, *, bracket: bool) -> tuple[list[Key], int]:
    """term { "OR" term }, in brackets or not; and what stands behind."""
    key, at = _term(tokens, at + bracket)
    keys = [key]
    while tokens[at] == "OR":
        key, at = _term(tokens, at + 1)
        keys.append(key)
    if bracket:
        if tokens[at] != ")":
            raise _NotPlain
        at += 1
    return keys, at


def _term(tokens: list[str], at: int) -> tuple[Key, int]:
    words: list[Key] = []
    while True:
        token = tokens[at]
        if token in _END_OF_TERM:
            break
        if token in _LEFT_TO_THE_PARSER:
            raise _NotPlain
        if token[0] == '"':
            quoted = token[1:-1].split()
            if not quoted:
                raise _NotPlain
            words += [("w", CLASSES.get(word, word)) for word in map(str.lower, quoted)]
        else:
            word = token.lower()
            words.append(("w", CLASSES.get(word, word)))
        at += 1
    if not words:
        raise _NotPlain
    return (words[0] if len(words) == 1 else ("p", tuple(words))), at


def _clause(keys: list[Key]) -> Clause:
    return grouped(frozenset(Literal(key) for key in keys))
