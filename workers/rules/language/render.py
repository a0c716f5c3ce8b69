"""The canonical form of a rule: `parse(render(tree)) == tree`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from workers.rules.language.limits import DEPTH_MAX
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
    bottom_up,
)
from workers.rules.language.unfold import unfold

_Pieces: TypeAlias = list["str | Query"]

_PLACES = (Word, Wildcard, Stem, Exact, ListRef, Phrase)  # what a field takes without brackets
_LOOSE = (And, Or)


def render(tree: Query) -> str:
    """Plain words and wildcards side by side in one pair of quotes, other places beside them; one space between
    parts; brackets where the meaning needs them and where AND and OR meet. Takes time in proportion to the tree.

    A rule may be so deep that the brackets where AND and OR meet would go beyond the depth that is read: it is
    written without those.
    """
    text, depth = _written(tree, airy=True)
    return text if depth <= DEPTH_MAX else _written(tree, airy=False)[0]


def beginnings(tree: Query, chars_max: int) -> Mapping[int, str]:
    """For the `id` of each node of a tree what `render` gives of it, cut behind `chars_max` characters (500 at most).

    All of them take time in proportion to the tree.
    """
    texts: dict[int, str] = {}

    def begin(node: Query, _: list[None]) -> None:
        text = ""
        for piece in _pieces(node, airy=True):  # too short to be too deep for it
            text += piece if isinstance(piece, str) else texts[id(piece)]
            if len(text) > chars_max:
                text = f"{text[:chars_max]}…"
                break
        texts[id(node)] = text

    bottom_up(tree, begin)
    return texts


def _written(tree: Query, *, airy: bool) -> tuple[str, int]:
    """The text, and how many brackets and NOTs are open in it where there are most."""
    written: list[str] = []
    deepest = 0
    stack: list[tuple[str | Query, int]] = [(tree, 0)]
    while stack:
        entry, depth = stack.pop()
        deepest = max(deepest, depth)
        if isinstance(entry, str):
            written.append(entry)
        else:
            stack.extend(reversed(_with_depths(_pieces(entry, airy), depth)))
    return "".join(written), deepest


def _with_depths(pieces: _Pieces, depth: int) -> list[tuple[str | Query, int]]:
    """Each piece with the depth behind it, for what opens, or at it."""
    result: list[tuple[str | Query, int]] = []
    for piece in pieces:
        if piece == ")":
            depth -= 1
        elif isinstance(piece, str) and piece.endswith(("(", "NOT ")):
            depth += 1
        result.append((piece, depth))
    return result


def _pieces(node: Query, airy: bool) -> _Pieces:
    """The node as text and nodes still to be written."""
    match node:
        case Word(text) | Wildcard(text):
            pieces: _Pieces = [unfold(text)]
        case Stem(text):
            pieces = [f"~{unfold(text)}"]
        case Exact(text):
            pieces = [f"={text}"]
        case ListRef(name):
            pieces = [f"@{name}"]
        case Phrase(places):
            pieces = list(_phrase(places))
        case Codes(name, codes):
            joined = " OR ".join(codes)
            pieces = [f"{name}:{joined}"] if len(codes) == 1 else [f"{name}:(", joined, ")"]
        case Number(name, comparison, value):
            pieces = [f"{name}{comparison}{value}"]
        case First() | InField() | Metadata():
            name = f"first/{node.count}" if isinstance(node, First) else node.field
            pieces = [f"{name}:", *_bracketed(node.operand, not isinstance(node.operand, _PLACES))]
        case _:
            pieces = _operator(node, airy)
    return pieces


def _operator(node: Query, airy: bool) -> _Pieces:
    match node:
        case Near() | NotNear():
            pieces = _near(node)
        case AtLeast(count, operand):
            pieces = [f"ATLEAST/{count}(", operand, ")"]
        case AnyOf(count, items):
            pieces = [f"ANY/{count}(", *_joined(items, ", ", ()), ")"]
        case Not(operand):
            pieces = ["NOT ", *_bracketed(operand, isinstance(operand, _LOOSE))]
        case And(operands):
            pieces = _joined(operands, " AND ", _LOOSE)
        case Or(operands):
            pieces = _joined(operands, " OR ", _LOOSE if airy else ())
        case _:
            raise TypeError(f"no node of a rule: {node!r}")
    return pieces


def _near(node: Near | NotNear) -> _Pieces:
    name = "NOT NEAR" if isinstance(node, NotNear) else "PRE" if node.ordered else "NEAR"
    left = _bracketed(node.left, isinstance(node.left, Or))  # NEAR groups from the left
    return [*left, f" {name}/{node.reach} ", *_bracketed(node.right, isinstance(node.right, Or | Near))]


def _joined(nodes: Sequence[Query], sign: str, loose: tuple[type[Query], ...]) -> _Pieces:
    pieces: _Pieces = []
    for node in nodes:
        pieces += [sign, *_bracketed(node, isinstance(node, loose))]
    return pieces[1:]


def _bracketed(node: Query, needed: bool) -> _Pieces:
    return ["(", node, ")"] if needed else [node]


def _phrase(places: Sequence[Query]) -> Iterator[str | Query]:
    plain: list[str] = []
    for index, place in enumerate(places):
        if isinstance(place, Word | Wildcard):
            plain.append(unfold(place.text if isinstance(place, Word) else place.pattern))
            continue
        if plain:
            yield _quoted(plain) + " "
            plain = []
        yield from _bracketed(place, isinstance(place, Or | Near))
        if index + 1 < len(places):
            yield " "
    if plain:
        yield _quoted(plain)


def _quoted(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f'"{" ".join(words)}"'
