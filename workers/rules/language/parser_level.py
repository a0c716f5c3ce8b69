"""One open bracket of a rule while it is read: what it has so far of each rank of operator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from workers.rules.language.operands import unfit, unfit_slip
from workers.rules.language.refusal import RuleError
from workers.rules.language.slips import Slip
from workers.rules.language.tokens import Kind, Source, Token
from workers.rules.language.tree import (
    METADATA_FIELDS,
    And,
    AnyOf,
    AtLeast,
    Codes,
    First,
    InField,
    ListRef,
    Metadata,
    MetadataField,
    Near,
    Not,
    NotNear,
    Or,
    Phrase,
    Query,
    TextField,
)

_NAMED = {Kind.AND, Kind.OR, Kind.NOT, Kind.NEAR, Kind.NOT_NEAR}


class Level:
    """What stands between two brackets, or the whole rule.

    group = and { "OR" and }
    and   = unit { "AND" unit | "NOT" unit }
    unit  = { "NOT" } chain
    chain = run { near run }
    run   = [ field ] place { place }

    Each token is taken once, in order; nothing here calls itself. Raises RuleError where the order is wrong.
    """

    def __init__(
        self,
        source: Source,
        opener: Token | None = None,
        call: Token | None = None,
        *,
        field: str = "",
        depth: int = 0,
    ) -> None:
        self.opener = opener
        self.call = call  # ATLEAST or ANY before the bracket
        self.field = field  # in force inside of the bracket
        self.branches = False  # whether a phrase in it has alternatives
        self._source = source
        self._depth = depth
        self._items: list[Query] = []
        self._clear()

    def _clear(self) -> None:
        self._ors: list[Query] = []
        self._ands: list[Query] = []
        self._nots: list[Token] = []
        self._left: Query | None = None
        self._link: Token | None = None
        self._prefix: Token | None = None
        self._joint: Token | None = None  # the first AND, or the NOT that stands for it
        self._places: list[Query] = []
        self._waiting: Token | None = None  # the operator or field whose right side is to come
        self._group_start = self._and_start = self._chain_start = self._run_start = -1
        self._end = 0

    @property
    def depth(self) -> int:
        """Brackets and NOTs that are open here."""
        return self._depth + len(self._nots)

    @property
    def prefix(self) -> str:
        """The field in force for the next place."""
        return self._prefix.text if self._prefix else self.field

    def check_call(self, call: Token) -> None:
        """ATLEAST and ANY are no places of a run that a field holds."""
        if self._prefix and not self._places:
            raise self._missing(call)

    def check_unfielded(self, name: str, token: Token) -> None:
        """No field stands inside a field."""
        if self.prefix:
            told = f"{name} stands inside {self.prefix}:"
            raise self._refusal(
                token, Slip(told, "a field cannot stand inside a field: close that one first, then AND")
            )

    def add_places(self, nodes: Sequence[Query], start: int, end: int) -> None:
        """Places side by side: words, a list, a test, or what a bracket held."""
        if not nodes:
            return  # signs only
        self._begin(start)
        self._places += nodes
        self._waiting = None
        self._end = end

    def add_codes(self, node: Codes, start: int, end: int) -> None:
        """What `add_field` announced, when the field was one of codes."""
        self._prefix = None
        self.add_places([node], start, end)

    def add_field(self, token: Token) -> None:
        """What binds the run that follows."""
        if self._places:
            raise self._refusal(
                token, Slip(f"{token.text}: cannot stand inside a run of words", f"put AND or OR before {token.text}:")
            )
        self.check_unfielded(f"{token.text}:", token)
        self._begin(token.start)
        self._prefix = self._waiting = token

    def add_not(self, token: Token) -> None:
        """NOT before its operand, or `A NOT B`."""
        if self._prefix and not self._places:
            raise self._missing(token)
        if self._link and not self._places:
            hint = f"write A NOT {self._link.text} B" if self._link.kind is Kind.NEAR else "take NOT out"
            raise self._refusal(token, Slip(f"NOT cannot stand inside {self._link.text}", hint))
        if self._places:
            self._end_unit(token)
            self._joint = self._joint or token
        if self._group_start < 0:
            self._group_start = token.start
        if self._and_start < 0:
            self._and_start = token.start
        self._nots.append(token)
        self._waiting = token

    def add_join(self, token: Token) -> None:
        """AND, OR."""
        self._end_unit(token)
        if token.kind is Kind.OR:
            self._end_and()
        else:
            self._joint = self._joint or token
        self._waiting = token

    def add_near(self, token: Token) -> None:
        """NEAR, PRE, NOT NEAR: one rank, grouped from the left."""
        left = self._ended_chain(token)
        self._check_operand(left, token)
        self._left, self._link, self._waiting = left, token, token

    def add_comma(self, token: Token) -> None:
        """The end of an item of ANY."""
        self._items.append(self._ended_group(token))
        self._clear()

    def closed(self, token: Token) -> Query:
        """What the bracket held, ATLEAST and ANY with it. `token` is what closes: a bracket, or the end."""
        node = self._ended_group(token)
        call = self.call
        if call is None:
            return node
        span = self._source.span(call.start, token.end)
        if call.text.startswith("ATLEAST"):
            self._check_operand(node, call)
            return AtLeast(call.count, node, span=span)
        items = (*self._items, node)
        if call.count > len(items):
            told = f"{call.text} has only {len(items)} item{'s' if len(items) > 1 else ''}"
            raise self._refusal(call, Slip(told, f"write ANY/{len(items)}, or add items with commas between them"))
        return AnyOf(call.count, items, span=span)

    def _begin(self, start: int) -> None:
        if self._run_start < 0:
            self._run_start = start
        if self._chain_start < 0:
            self._chain_start = start
        if self._and_start < 0:
            self._and_start = start
        if self._group_start < 0:
            self._group_start = start

    def _ended_run(self, by: Token) -> Query:
        if not self._places:
            raise self._missing(by)
        node = self._places[0] if len(self._places) == 1 else self._phrase()
        if self._prefix:
            node = self._held(self._prefix, node)
        self._places, self._prefix, self._run_start = [], None, -1
        return node

    def _phrase(self) -> Phrase:
        places: list[Query] = []
        for place in self._places:
            wrong = unfit(place)
            if wrong:
                raise self._unfit(wrong, "a phrase")
            places += place.places if isinstance(place, Phrase) else (place,)
            self.branches = self.branches or isinstance(place, Or | Near | ListRef)
        return Phrase(tuple(places), span=self._source.span(self._run_start, self._end))

    def _held(self, prefix: Token, node: Query) -> Query:
        span = self._source.span(prefix.start, self._end)
        if prefix.text == "first":
            return First(prefix.count, node, span=span)
        if prefix.text in METADATA_FIELDS:
            return Metadata(cast("MetadataField", prefix.text), node, span=span)
        return InField(cast("TextField", prefix.text), node, span=span)

    def _ended_chain(self, by: Token) -> Query:
        right = self._ended_run(by)
        left, link = self._left, self._link
        if left is None or link is None:
            return right
        self._check_operand(right, link)
        self._left = self._link = None
        span = self._source.span(self._chain_start, self._end)
        if link.kind is Kind.NOT_NEAR:
            self._source.joined(span, link)
            return NotNear(left, right, link.reach, span=span)
        return Near(left, right, link.reach, link.ordered, span=span)

    def _end_unit(self, by: Token) -> None:
        node = self._ended_chain(by)
        for token in reversed(self._nots):
            node = Not(node, span=self._source.span(token.start, self._end))
        self._ands += node.operands if isinstance(node, And) else (node,)
        self._nots, self._chain_start = [], -1

    def _end_and(self) -> None:
        ands = self._ands
        span = self._source.span(self._and_start, self._end)
        node = ands[0] if len(ands) == 1 else And(tuple(ands), span=span)
        if self._joint:
            self._source.joined(span, self._joint)
        self._ors += node.operands if isinstance(node, Or) else (node,)
        self._ands, self._and_start, self._joint = [], -1, None

    def _ended_group(self, by: Token) -> Query:
        self._end_unit(by)
        self._end_and()
        ors = self._ors
        return ors[0] if len(ors) == 1 else Or(tuple(ors), span=self._source.span(self._group_start, self._end))

    def _check_operand(self, node: Query, operator: Token) -> None:
        wrong = unfit(node)
        if wrong:
            raise self._unfit(wrong, operator.text)

    def _missing(self, by: Token) -> RuleError:
        """Nothing stands where an operand should be."""
        if self._waiting:
            return self._refusal(self._waiting, self._missing_right(self._waiting))
        if by.kind in _NAMED:
            return self._refusal(by, Slip(f"{by.text} has nothing on its left", _missing_hint(by)))
        if by.kind is Kind.COMMA or (self.call and self._items):
            return self._refusal(by, Slip("an item of ANY is empty", "write it, or take out the comma"))
        if self.opener:
            return self._source.refusal(
                "there is nothing in this bracket", self.opener.start, by.end, "write something in it, or take it out"
            )
        return self._source.refusal("there is no word to look for", 0, by.end, "write one, such as: Russia")

    def _missing_right(self, token: Token) -> Slip:
        if token.kind is Kind.FIELD:
            name = f"first/{token.count}:" if token.text == "first" else f"{token.text}:"
            return Slip(f"{name} has no word or bracket behind it", f"write words behind it, or {name}( … )")
        return Slip(f"{token.text} has nothing on its right", _missing_hint(token))

    def _refusal(self, token: Token, slip: Slip) -> RuleError:
        return self._source.refusal(slip.message, token.start, token.end, slip.hint)

    def _unfit(self, node: Query, where: str) -> RuleError:
        """At the operator that made the node, where it has one between its sides."""
        operator = self._source.operator_of(node.span) if isinstance(node, And | NotNear) else None
        if operator:
            return self._refusal(operator, unfit_slip(node, where, operator.text))
        slip = unfit_slip(node, where)
        return RuleError(slip.message, *node.span, slip.hint)


def _missing_hint(token: Token) -> str:
    word = "" if "/" in token.text else f'; for the word itself write "{token.text.lower()}" in quotes'
    return f"write what should stand there{word}"
