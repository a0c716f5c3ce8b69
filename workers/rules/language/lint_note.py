"""What lint says: a code, the place in the rule as typed, what it is, and what to write instead."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from workers.rules.language.tree import Query


class Code(StrEnum):
    """What is legal but perhaps not meant."""

    LOWER_CASE_OPERATOR = "lower-case-operator"
    MIXED_AND_OR = "mixed-and-or"
    LONG_IMPLIED_PHRASE = "long-implied-phrase"
    QUESTION_MARK_ENDS_QUOTE = "question-mark-ends-quote"
    PUNCTUATION_SEPARATES = "punctuation-separates"
    LOOKS_LIKE_TEST = "looks-like-test"
    NEVER_TRUE = "never-true"
    ALWAYS_TRUE = "always-true"
    ADDS_NOTHING = "adds-nothing"
    ONE_INFLECTION = "one-inflection"
    SPELLINGS_DIFFER = "spellings-differ"
    WIDE_WILDCARD = "wide-wildcard"
    EQUAL_RULE = "equal-rule"
    COVERED_RULE = "covered-rule"
    EMPTY_FIELD = "empty-field"
    METADATA_ALONE = "metadata-alone"
    NEVER_UPDATED = "never-updated"


class Note(NamedTuple):
    """`start` and `end` are code points of the rule as typed, half-open and within it."""

    code: Code
    start: int
    end: int
    message: str
    proposal: str


def note_on(code: Code, node: Query, message: str, proposal: str) -> Note:
    """A note on the whole of a part."""
    return Note(code, *node.span, message, proposal)
