"""Reads a rule: text to tree, in time proportional to the text and without recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workers.rules.language.limits import CHARACTERS_MAX, DEPTH_MAX
from workers.rules.language.normalise import normalise
from workers.rules.language.parser_codes import read_codes
from workers.rules.language.parser_level import Level
from workers.rules.language.refusal import RuleError
from workers.rules.language.scanner import Scanner
from workers.rules.language.slips import Slip
from workers.rules.language.tokens import Kind, Source, Token
from workers.rules.language.tree import CODE_FIELDS, ListRef, Number, Query


@dataclass(frozen=True, slots=True)
class Reading:
    """A rule, or an entry of a list, as it stands."""

    tree: Query
    depth: int  # open brackets and NOTs where there are most
    lists: Mapping[str, int]  # names of lists in it, each with the depth where it stands deepest
    branches: bool  # whether some phrase has alternatives


def read(text: str) -> Reading:
    """What a text says by itself, whatever its lists hold. Raises RuleError."""
    if len(text) > CHARACTERS_MAX:
        raise RuleError(
            f"a rule has at most {CHARACTERS_MAX:,} characters",
            CHARACTERS_MAX,
            len(text),
            "split it into several rules, or move words into lists",
        )
    return _Reader(Source(normalise(text))).read()


class _Reader:
    """place = words | quote | list | "(" group ")" | call "(" … ")" | codes; a group is what Level says."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tokens: Iterator[Token] = Scanner(source).tokens()
        self._levels = [Level(source)]
        self._call: Token | None = None  # ATLEAST or ANY, whose bracket comes next
        self._depth = 0
        self._lists: dict[str, int] = {}
        self._branches = False
        self._takers = {
            Kind.PLACES: self._places,
            Kind.OPEN: self._open,
            Kind.CLOSE: self._close,
            Kind.COMMA: self._comma,
            Kind.AND: self._join,
            Kind.OR: self._join,
            Kind.NOT: self._not,
            Kind.NEAR: self._near,
            Kind.NOT_NEAR: self._near,
            Kind.CALL: self._called,
            Kind.FIELD: self._field,
        }

    def read(self) -> Reading:
        """Everything, once."""
        for token in self._tokens:
            if self._call and token.kind is not Kind.OPEN:
                call = self._call
                raise self._refusal(call, Slip(f"{call.text} needs a bracket behind it", f"write {call.text}( … )"))
            if token.kind is Kind.END:
                break
            self._takers[token.kind](token)
        tree = self._ended(token)
        return Reading(tree, self._depth, self._lists, self._branches or self._levels[0].branches)

    def _ended(self, end: Token) -> Query:
        if len(self._levels) > 1:
            opener = self._levels[-1].opener
            assert opener  # noqa: S101  # only the outermost has none
            raise self._refusal(opener, Slip("this bracket is never closed", "add ) where the group ends"))
        return self._levels[0].closed(end)

    def _places(self, token: Token) -> None:
        level = self._levels[-1]
        if token.nodes and isinstance(token.nodes[0], Number):
            level.check_unfielded(token.nodes[0].field, token)
        elif token.nodes and isinstance(token.nodes[0], ListRef):
            name = token.nodes[0].name
            self._lists[name] = max(level.depth, self._lists.get(name, 0))
        level.add_places(token.nodes, token.start, token.end)

    def _open(self, token: Token) -> None:
        level, call = self._levels[-1], self._call
        self._deepen(level.depth + 1, token)
        self._levels.append(Level(self._source, token, call, field=level.prefix, depth=level.depth + 1))
        self._call = None

    def _close(self, token: Token) -> None:
        if len(self._levels) == 1:
            raise self._refusal(token, Slip("no bracket is open here", "take ) out, or add ( where the group begins"))
        level = self._levels.pop()
        node = level.closed(token)
        self._branches = self._branches or level.branches
        opener = level.call or level.opener or token
        self._levels[-1].add_places([node], opener.start, token.end)

    def _comma(self, token: Token) -> None:
        self._levels[-1].add_comma(token)

    def _join(self, token: Token) -> None:
        self._levels[-1].add_join(token)

    def _near(self, token: Token) -> None:
        self._levels[-1].add_near(token)

    def _not(self, token: Token) -> None:
        level = self._levels[-1]
        level.add_not(token)
        self._deepen(level.depth, token)

    def _called(self, token: Token) -> None:
        self._levels[-1].check_call(token)
        self._call = token

    def _field(self, token: Token) -> None:
        level = self._levels[-1]
        level.add_field(token)
        if token.text in CODE_FIELDS:
            node, end = read_codes(self._source, token, self._tokens, self._open_codes)
            level.add_codes(node, token.start, end)

    def _open_codes(self, token: Token) -> None:
        self._deepen(self._levels[-1].depth + 1, token)

    def _deepen(self, depth: int, token: Token) -> None:
        self._depth = max(depth, self._depth)
        if depth > DEPTH_MAX:
            told = f"brackets and NOTs are more than {DEPTH_MAX} deep here"
            hint = "take out brackets that are not needed, or split the rule"
            raise self._refusal(token, Slip(told, hint))

    def _refusal(self, token: Token, slip: Slip) -> RuleError:
        return self._source.refusal(slip.message, token.start, token.end, slip.hint)
