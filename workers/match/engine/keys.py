"""What a rule may ask of an article, as keys: two rules that ask the same share one term.

("w", word)            a word in any of its spellings, by the one that stands for all
("*", pattern)         a wildcard
("~", word)            a stem
("=", word)            a word as written
("o", {key, …})        one of several of the above, where a phrase has room for one word
("p", (key, key, …))   words side by side
("m", field, key)      any of the above in an entry of a metadata field
("c", field, code)     a code or its longer form
("n", field, least, most)   a number test
("g", {(key, fields), …})   one of many, in some fields
("always",)            what every article has
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

Key: TypeAlias = tuple[Any, ...]
ALWAYS_KEY: Key = ("always",)

ANYWHERE = 7
FIELD_BITS = {"title": 1, "lead": 2, "body": 4, "text": ANYWHERE}


class Literal(NamedTuple):
    """The article has the term in one of the fields, or, negated, it has not."""

    key: Key
    fields: int = ANYWHERE
    negated: bool = False


class Check(NamedTuple):
    """The two terms, of one word each, stand near each other: what clauses cannot tell."""

    one: Key
    other: Key
    apart: int  # words, at most
    ordered: bool
    fields: int = ANYWHERE


Clause: TypeAlias = frozenset[Literal]
