"""What may stand in a phrase, in NEAR and in ATLEAST: what has a place in the text."""

from __future__ import annotations

from workers.rules.language.slips import Slip
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
)

POSITIONAL = (Word, Wildcard, Stem, Exact, Phrase, ListRef, Near)
FIELDED = (InField, First, Metadata, Codes, Number)

_PHRASE = "a phrase"
_NAMES = {And: "AND", Not: "NOT", NotNear: "NOT NEAR", AtLeast: "ATLEAST", AnyOf: "ANY"}


def unfit(node: Query) -> Query | None:
    """The part that has no place in the text, so that it cannot stand in a phrase or in NEAR; None if all has one.

    The operands of phrases and NEAR were asked when those were made, and no Or stands in an Or.
    """
    operands = node.operands if isinstance(node, Or) else (node,)
    return next((each for each in operands if not isinstance(each, POSITIONAL)), None)


def unfit_slip(node: Query, where: str, operator: str = "") -> Slip:
    """What is said about it; `where` is `a phrase` or an operator, `operator` the node's own as typed."""
    if isinstance(node, FIELDED):
        name: str = "first" if isinstance(node, First) else node.field
        hint = f"join it with AND, or put it around: title:(A {where} B)"
    else:
        name = operator or _NAMES[type(node)]
        hint = "write words, phrases, lists, or brackets of them with OR, NEAR and PRE; join the rest with AND"
    if where == _PHRASE:
        hint = "what stands side by side is a phrase: put AND or OR between the parts"
    return Slip(f"{name} cannot stand inside {where}", hint)
