"""The tokens of a rule: operators, brackets, prefixes, and the words between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from workers.rules.language.normalise import Normal
from workers.rules.language.refusal import RuleError
from workers.rules.language.tree import CODE_FIELDS, METADATA_FIELDS, TEXT_FIELDS, Query, Reach, Span

FIELDS = (*TEXT_FIELDS, "text", *METADATA_FIELDS, *CODE_FIELDS)  # what may stand before a colon, besides first/n


class Kind(Enum):
    """What a token is to the parser."""

    PLACES = auto()  # a piece or a quote: places of a phrase side by side
    OPEN = auto()
    CLOSE = auto()
    COMMA = auto()  # only directly in ANY( )
    AND = auto()
    OR = auto()
    NOT = auto()
    NEAR = auto()
    NOT_NEAR = auto()
    CALL = auto()  # ATLEAST/n or ANY/n
    FIELD = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token with its place in the normal text, half-open."""

    kind: Kind
    start: int
    end: int
    text: str  # as written; a quote without its marks; a field or a call by its name alone
    nodes: Sequence[Query] = ()
    count: int = 0  # of ATLEAST, ANY, first
    reach: Reach = 0  # of NEAR
    ordered: bool = False


class Source:
    """The normal text of a rule, which knows the places of the text as typed."""

    def __init__(self, normal: Normal) -> None:
        self.text = normal.text
        self._normal = normal
        self._operators: dict[Span, Token] = {}

    def joined(self, span: Span, operator: Token) -> None:
        """Note the first operator of a node: a refusal of the node points at it."""
        self._operators[span] = operator

    def operator_of(self, span: Span) -> Token | None:
        """What was noted."""
        return self._operators.get(span)

    def span(self, start: int, end: int) -> Span:
        """The place in the text as typed."""
        return Span(*self._normal.span(start, end))

    def refusal(self, message: str, start: int, end: int, hint: str) -> RuleError:
        """The error for a place of the normal text."""
        return RuleError(message, *self.span(start, end), hint)
