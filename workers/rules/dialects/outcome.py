"""What became of a query: the rule with all that changed its meaning, or why it was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Code(StrEnum):
    """Why a rule is not the query."""

    WORD_FORMS = "word-forms"  # the tool finds plurals and the like by itself
    STOP_WORDS = "stop-words"  # the tool passes over them; here they are words
    SPELLINGS = "spellings"  # here the other spelling of a word is found too
    PUNCTUATION = "punctuation"  # the tool looks for signs that only separate words here
    EXACT_PHRASE = "exact-phrase"  # the tool holds punctuation and word endings to be part of the phrase
    WILDCARD_IN_BRACES = "wildcard-in-braces"  # a literal sign there, surely meant as a wildcard
    OPERATOR_IN_PHRASE = "operator-in-phrase"  # it means nothing there; read as if outside of the phrase
    AND_IN_PROXIMITY = "and-in-proximity"  # not allowed there; each part is asked to be near
    MIXED_OPERATORS = "mixed-operators"  # the order in which they are read is not laid down
    FIELDS = "fields"  # a field that articles do not have; all text is asked
    SUBJECT_HEADING = "subject-heading"  # a term of a thesaurus; its words are asked of the text
    EXPLOSION = "explosion"  # with the narrower terms of the thesaurus, which are not followed
    MAPPING = "mapping"  # the tool adds terms of its own
    DATABASE_ONLY = "database-only"  # about the records of that database; left out
    LEFT_OUT = "left-out"  # an alternative that no rule can say
    REPAIRED = "repaired"  # the query was broken, and mended


class Change(NamedTuple):
    """One thing that the rule says otherwise than the query."""

    code: Code
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one query."""

    query: str | None  # the rule in canonical form; None where it was not taken
    changes: tuple[Change, ...] = ()
    reason: str = ""  # why it was not taken

    @property
    def taken(self) -> bool:
        """Whether there is a rule."""
        return self.query is not None

    @property
    def without_loss(self) -> bool:
        """Whether the rule says what the query said."""
        return self.taken and not self.changes


class Unsayable(Exception):
    """A part that no rule can say. An alternative beside others may be left out; anything else may not."""


class NotTaken(Exception):
    """The whole query cannot be taken."""
