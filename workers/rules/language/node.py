"""What all nodes of a syntax tree share.

A chain of NEAR may be a hundred thousand nodes deep on its left, and brackets and NOTs a hundred: comparing, hashing,
printing, copying and pickling keep a stack of their own and never recurse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")


class Span(NamedTuple):
    """Characters `start` (inclusive) to `end` (exclusive) of the rule as typed."""

    start: int
    end: int


NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Node:
    """A node knows where in the typed rule it stands, and compares without that."""

    span: Span = field(default=NOWHERE, kw_only=True)

    inner: ClassVar[tuple[str, ...]] = ()  # the fields that hold a node each
    several: ClassVar[bool] = False  # there is one such field, and it holds a tuple of nodes

    def __eq__(self, other: object) -> bool:
        return _same(self, other) if isinstance(other, Node) else NotImplemented

    def __hash__(self) -> int:
        return fold_up(self, lambda node, given: hash((type(node), values_of(node), *given)))

    def __repr__(self) -> str:
        return "".join(_written(self))

    def __reduce__(self) -> tuple[Callable[[list[_Step]], Node], tuple[list[_Step]]]:
        steps: list[_Step] = []

        def note(node: Node, given: list[None]) -> None:
            steps.append((type(node), values_of(node), len(given), node.span))

        fold_up(self, note)
        return _rebuilt, (steps,)


_Step: TypeAlias = tuple[type[Node], tuple[object, ...], int, Span]  # class, values, number of nodes inside, span


def nodes_in(node: Node) -> tuple[Node, ...]:
    """The nodes directly under `node`, left to right."""
    under = tuple([getattr(node, name) for name in node.inner])
    return under[0] if node.several else under


def names_of(kind: type[Node]) -> tuple[str, ...]:
    """The fields but for the span, in order."""
    names: tuple[str, ...] = kind.__match_args__
    return names


def values_of(node: Node) -> tuple[object, ...]:
    """All that is neither a node nor the span, in order."""
    return tuple(getattr(node, name) for name in names_of(type(node)) if name not in node.inner)


def fold_up(root: Node, combine: Callable[[Any, list[T]], T]) -> T:
    """What `combine` makes of the root, given what it made of the children of each node."""
    made: list[T] = []
    stack: list[tuple[Node, int]] = [(root, -1)]
    while stack:
        node, count = stack.pop()
        if count < 0:
            under = nodes_in(node)
            stack.append((node, len(under)))
            stack.extend((child, -1) for child in reversed(under))
        else:
            made.append(combine(node, _taken(made, count)))
    return made[0]


def made(kind: type[Node], values: Iterable[object], nodes: Sequence[Node], span: Span) -> Any:
    """A node from its parts."""
    under: Iterator[object] = iter((tuple(nodes),) if kind.several else nodes)
    rest = iter(values)
    arguments: list[Any] = [next(under) if name in kind.inner else next(rest) for name in names_of(kind)]
    return kind(*arguments, span=span)


def _rebuilt(steps: list[_Step]) -> Node:
    nodes: list[Node] = []
    for kind, values, count, span in steps:
        nodes.append(made(kind, values, _taken(nodes, count), span))
    return nodes[0]


def _taken(things: list[T], count: int) -> list[T]:
    """The last `count`, which are no longer in `things` then."""
    cut = len(things) - count
    taken = things[cut:]
    del things[cut:]
    return taken


def _same(one: Node, two: Node) -> bool:
    pairs = [(one, two)]
    while pairs:
        one, two = pairs.pop()
        if one is two:
            continue
        if type(one) is not type(two) or values_of(one) != values_of(two):
            return False
        left, right = nodes_in(one), nodes_in(two)
        if len(left) != len(right):
            return False
        pairs.extend(zip(left, right, strict=True))
    return True


def _written(node: Node) -> Iterator[str]:
    """The representation, in pieces: `Near(left=Word(text='a'), …)`."""
    stack: list[Node | str] = [node]
    while stack:
        entry = stack.pop()
        if isinstance(entry, str):
            yield entry
            continue
        parts: list[Node | str] = [f"{type(entry).__name__}("]
        for index, name in enumerate(names_of(type(entry))):
            parts.append(f"{', ' if index else ''}{name}=")
            parts += _parts(getattr(entry, name))
        stack.extend(reversed([*parts, ")"]))


def _parts(value: object) -> list[Node | str]:
    if isinstance(value, Node):
        return [value]
    if not (isinstance(value, tuple) and value and isinstance(value[0], Node)):
        return [repr(value)]
    parts: list[Node | str] = ["("]
    for item in value:
        parts += [item, ", "]
    return [*parts[: -1 if len(value) > 1 else None], ")"]
