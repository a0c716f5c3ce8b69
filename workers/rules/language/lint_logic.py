"""Parts of a rule that are never true, always true, or could be left out: each claim a proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workers.rules.language.lint_consequences import Consequences
from workers.rules.language.lint_meaning import Meanings, Part, Spellings
from workers.rules.language.lint_note import Code, Note, note_on
from workers.rules.language.refusal import shown
from workers.rules.language.tree import (
    And,
    AtLeast,
    Near,
    NotNear,
    Or,
    Phrase,
    Query,
    children,
)

_SIBLINGS_MAX = 32  # ANDs beside each other of which one is held against another
_NEVER = {
    "and": ("this can never be true: its parts exclude each other", "take one of them out, or join them with OR"),
    "number": ("this can never be true: no number passes the test", "compare with another number"),
    "in": ("this can never be true: it has more words than first/n leaves", "write a larger number behind first/"),
    "notnear": ("this can never be true: what is on the left always holds what is on the right", "take one side out"),
}
_POSITIONAL = (AtLeast, Near, NotNear, Phrase)


def logic(text: str, tree: Query, spellings: Spellings | None) -> Iterator[Note]:
    """The notes, in no order. Time in proportion to the tree."""
    meanings = Meanings(spellings)
    root = meanings.read(tree)
    alternatives = [node for node in _in_places(tree) if isinstance(node, Or)]
    for node in alternatives:
        for each in node.operands:
            meanings.shape(each)
    known = Consequences(meanings)
    yield from _Logic(text, known).notes(root)
    for node in alternatives:
        yield from _same_places(text, node, meanings, known)


class _Logic:
    def __init__(self, text: str, known: Consequences) -> None:
        self._text = text
        self._known = known

    def notes(self, root: Part) -> Iterator[Note]:
        """Of all parts."""
        constant, new = self._known.constant[root.statement], self._known.new[root.statement]
        if constant is not None and not new:  # the part that makes it so is told as well
            yield self._constant(root, constant)
        stack = [root]
        while stack:
            part = stack.pop()
            constant = self._known.constant[part.statement]
            if constant is not None and self._known.new[part.statement]:
                yield self._constant(part, constant)
            if constant is None and part.kind is And:
                yield from self._in_and(part)
            elif constant is None and part.kind is Or:
                yield from self._in_or(part.parts, {})
            stack.extend(part.parts)

    def _constant(self, part: Part, constant: bool) -> Note:
        if constant:
            told = "this is true of every article"
            return note_on(Code.ALWAYS_TRUE, part.node, told, "leave it out, or say what should be there")
        told, proposal = _NEVER.get(self._known.structure(part.statement)[0], _NEVER["and"])
        return note_on(Code.NEVER_TRUE, part.node, told, proposal)

    def _in_and(self, part: Part) -> Iterator[Note]:
        """Operands that follow from others; and in brackets with OR what the others decide."""
        given = _Given()
        for at, each in enumerate(part.parts):
            for statement in self._known.following[each.statement]:
                given.learn(statement, at)
        nots = [each for each in part.parts if self._is_not(each)]
        denied = {every for each in nots for every in self._known.operands("or", self._inner(each))}
        for at, each in enumerate(part.parts):
            if self._known.constant[each.statement] is not None:
                continue
            by = given.by(at, self._known.operands("or", each.statement))
            if by is None and len(self._known.operands("or", each.statement)) > 1:
                by = given.by(at, (each.statement,))
            if by is not None and not self._later(each, part.parts[by], at, by):
                yield self._nothing(each, part.parts[by], "is true wherever", "is")
            elif each.kind is Or:
                yield from self._never_here(each, denied, given, at)
        yield from self._denied(nots, either=True)

    def _never_here(self, group: Part, denied: set[int], given: _Given, at: int) -> Iterator[Note]:
        """Operands of an OR that the parts beside its bracket exclude."""
        for each in group.parts:
            if self._known.constant[each.statement] is not None:
                continue
            against = [self._inner_of(every) for every in self._known.operands("and", each.statement)]
            excluded = any(inner is not None and given.by(at, (inner,)) is not None for inner in against)
            if excluded or self._known.following[each.statement] & denied:
                told = "this can never be true here: what stands beside its bracket excludes it"
                yield note_on(Code.NEVER_TRUE, each.node, told, "take it out of the bracket")

    def _in_or(self, parts: Sequence[Part], also: dict[int, int]) -> Iterator[Note]:
        """Operands that are true only where another is."""
        first = dict(also)
        for at, each in enumerate(parts):
            first.setdefault(each.statement, at)
        handles = self._handles(parts)
        for at, each in enumerate(parts):
            if self._known.constant[each.statement] is not None:
                continue
            by = self._wider(at, each, parts, first, handles)
            if by is not None:
                yield self._nothing(each, parts[by], "is true only where", "is already")
        yield from self._denied([each for each in parts if self._is_not(each)], either=False)

    def _wider(
        self, at: int, part: Part, parts: Sequence[Part], first: dict[int, int], handles: dict[int, list[int]]
    ) -> int | None:
        """The place of an operand that is true wherever this one is."""
        following = self._known.following[part.statement]
        for each in following:
            by = first.get(each)
            if by is not None and by != at and not self._later(part, parts[by], at, by):
                return by
        for each in following:
            for by in handles.get(each, ()):
                operands = self._known.operands("and", parts[by].statement)
                if by != at and following.issuperset(operands) and not self._later(part, parts[by], at, by):
                    return by
        return None

    def _handles(self, parts: Sequence[Part]) -> dict[int, list[int]]:
        """Short ANDs by their first operand."""
        handles: dict[int, list[int]] = {}
        for at, each in enumerate(parts):
            operands = self._known.operands("and", each.statement)
            some = handles.setdefault(operands[0], [])
            if 1 < len(operands) <= _SIBLINGS_MAX and len(some) < _SIBLINGS_MAX:
                some.append(at)
        return handles

    def _denied(self, parts: Sequence[Part], *, either: bool) -> Iterator[Note]:
        """Among NOTs side by side: `NOT A AND NOT "A B"` is `NOT (A OR "A B")`."""
        first: dict[int, int] = {}
        for at, each in enumerate(parts):
            first.setdefault(self._inner(each), at)
        for at, each in enumerate(parts):
            inner = self._inner(each)
            for other in self._known.following[inner]:
                by = first.get(other)
                if by is None or by == at or self._known.constant[parts[by].statement] is not None:
                    continue
                if other == inner:  # equal operands are told where all operands are
                    continue
                mutual = inner in self._known.following[other]
                if either and not (mutual and at < by):
                    yield self._nothing(each, parts[by], "is true wherever", "is")
                    break
                if not either and not (mutual and by < at):
                    yield self._nothing(parts[by], each, "is true only where", "is already")

    def _later(self, part: Part, other: Part, at: int, by: int) -> bool:
        """Of two that say the same only the later is told to go."""
        following = self._known.following
        back = part.statement in following[other.statement]
        return at < by and back and other.statement in following[part.statement]

    def _nothing(self, part: Part, by: Part, is_true: str, ends: str) -> Note:
        other = shown(self._text[by.node.span.start : by.node.span.end])
        told = f"this adds nothing: it {is_true} {other} {ends}"
        return note_on(
            Code.ADDS_NOTHING, part.node, told, f"leave it out, or look whether {other} is meant as it stands"
        )

    def _is_not(self, part: Part) -> bool:
        return bool(self._known.structure(part.statement)[0] == "not")

    def _inner(self, part: Part) -> int:
        return int(self._known.structure(part.statement)[1])

    def _inner_of(self, statement: int) -> int | None:
        structure = self._known.structure(statement)
        return int(structure[1]) if structure[0] == "not" else None


class _Given:
    """What follows from the operands of an AND, and from which: the first two of each are kept."""

    def __init__(self) -> None:
        self._by: dict[int, tuple[int, int]] = {}

    def learn(self, statement: int, at: int) -> None:
        """It follows from the operand at this place."""
        one, two = self._by.get(statement, (at, at))
        self._by[statement] = (one, two if two != one else at)

    def by(self, at: int, statements: Sequence[int]) -> int | None:
        """The place of another operand that one of these follows from."""
        for statement in statements:
            for place in self._by.get(statement, ()):
                if place != at:
                    return place
        return None


def _in_places(tree: Query) -> Iterator[Query]:
    """The nodes inside of phrases, NEAR and ATLEAST."""
    stack = [(tree, False)]
    while stack:
        node, inside = stack.pop()
        if inside:
            yield node
        inside = inside or isinstance(node, _POSITIONAL)
        stack.extend((child, inside) for child in children(node))


def _same_places(text: str, node: Or, meanings: Meanings, known: Consequences) -> Iterator[Note]:
    """In a bracket inside of a phrase or NEAR: words that stand only where another stands."""
    shapes = [meanings.shape(each) for each in node.operands]
    first: dict[int, int] = {}
    for at, shape in enumerate(shapes):
        first.setdefault(shape, at)
    for at, (each, shape) in enumerate(zip(node.operands, shapes, strict=True)):
        wider = (first[other] for other in known.shapes.holding[shape] if other in first)
        for by in wider:
            mutual = shape in known.shapes.holding[shapes[by]]
            if by != at and known.shapes.same_place(shape, shapes[by]) and not (mutual and at < by):
                other = shown(text[node.operands[by].span.start : node.operands[by].span.end])
                told = f"this adds nothing: it stands only where {other} stands"
                yield note_on(
                    Code.ADDS_NOTHING, each, told, f"leave it out, or look whether {other} is meant as it stands"
                )
                break
