"""A rule as an AND of clauses, each an OR of literals: what must hold of an article for the rule to be true.

`exact` says that it is also enough. Where it is not, or where the clauses would become too many, the rule may only be
let through too often, and the plain evaluator confirms it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, product
from math import comb

from workers.match.engine.keys import ANYWHERE, FIELD_BITS, Check, Clause, Key, Literal
from workers.match.engine.places import phrase_key, place_key, word_key
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
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

CLAUSES_MAX = 64  # made of one OR, NOT or ANY
GROUPED_FROM = 9  # alternatives; so many are one term, worked out once an article
BRANCHES_MAX = 256
LITERALS_MAX = 1 << 18  # of a rule; the compiled part has room for twice as many
CHECKS_MAX = 1000  # and for four times as many
_LEAST, _MOST = -(1 << 61), 1 << 61


@dataclass(frozen=True, slots=True)
class Need:
    """All of the clauses hold, and the checks come out; `exact` if that is all."""

    clauses: tuple[Clause, ...]
    exact: bool
    checks: tuple[Check, ...] = ()


_FREE = Need((), exact=False)  # may be true of any article


def branches(query: Query) -> list[Need]:
    """The rule is true where one of these is: an OR at the top of more than terms is taken apart."""
    return [_bounded(each) for each in _branches(query)]


def _bounded(found: Need) -> Need:
    """What is needed as far as there is room for it, what is asked most simply first."""
    if len(found.checks) <= CHECKS_MAX and sum(map(len, found.clauses)) <= LITERALS_MAX:
        return found
    left, kept = LITERALS_MAX, list[Clause]()
    for clause in sorted(found.clauses, key=lambda clause: (any(literal.negated for literal in clause), len(clause))):
        left -= len(clause)
        if left < 0:
            break
        kept.append(clause)
    return Need(tuple(kept), exact=False)


def _branches(query: Query) -> list[Need]:
    if not isinstance(query, Or) or len(query.operands) > BRANCHES_MAX:
        return [need(query)]
    found = [need(operand) for operand in query.operands]
    single = [each for each in found if _is_clause(each)]
    rest = [each for each in found if not _is_clause(each)]
    return [_any(single), *rest] if single else rest


def need(node: Query, fields: int = ANYWHERE, where: str = "") -> Need:  # noqa: PLR0911  # one a node
    """What `node` needs in these fields, or in the metadata field `where`."""
    match node:
        case Word() | Wildcard() | Stem() | Exact():
            return _term(word_key(node), fields, where)
        case Phrase():
            key = phrase_key(node)
            return _term(key, fields, where) if key else _loose(_all(need(each, fields, where) for each in node.places))
        case And(operands):
            return _all(need(each, fields, where) for each in operands)
        case Or(operands):
            return _any([need(each, fields, where) for each in operands])
        case Not(operand):
            return _none(need(operand, fields, where))
        case AnyOf(count, items):
            return _any_of(count, [need(each, fields, where) for each in items])
        case Near():
            checked = None if where else _checked(node, fields)
            return checked or _loose(_all(need(each, fields, where) for each in _joined(node)))
        case AtLeast(1, operand):
            return need(operand, fields, where)
        case NotNear(left=operand) | AtLeast(operand=operand):
            return _loose(need(operand, fields, where))
        case _:
            return _elsewhere(node)


def _elsewhere(node: Query) -> Need:
    match node:
        case InField(field, operand):
            return need(operand, FIELD_BITS[field])
        case First(operand=operand):
            return _without_not(need(operand, FIELD_BITS["body"]))
        case Metadata(field, operand):
            return need(operand, ANYWHERE, field)
        case Codes(field, codes):
            return _clause(Literal(("c", field, code)) for code in codes)
        case Number(field, comparison, value):
            return _clause([Literal(("n", field, *_range(comparison, value)))])
    return _FREE


def _range(comparison: str, value: int) -> tuple[int, int]:
    value = max(min(value, _MOST - 1), _LEAST + 1)
    least = {"<": _LEAST, "<=": _LEAST, ">": value + 1}.get(comparison, value)
    most = {">": _MOST, ">=": _MOST, "<": value - 1}.get(comparison, value)
    return least, most


def _term(key: Key, fields: int, where: str) -> Need:
    return _clause([Literal(("m", where, key)) if where else Literal(key, fields)])


def _clause(literals: Iterable[Literal]) -> Need:
    return Need((grouped(_merged(literals)),), exact=True)


def _merged(literals: Iterable[Literal]) -> Clause:
    """The same term in several fields is one literal, and so is what is not in one of two."""
    by_term: dict[tuple[Key, bool], int] = {}
    every = tuple(literals)
    for key, fields, negated in every:
        known = by_term.get((key, negated))
        if known is None:
            by_term[key, negated] = fields
        elif not negated:
            by_term[key, negated] = known | fields
        elif known != fields:
            return frozenset(every)
    return frozenset(Literal(key, fields, negated) for (key, negated), fields in by_term.items())


def grouped(clause: Clause) -> Clause:
    """Many alternatives are one term; a group among them is opened."""
    if len(clause) < GROUPED_FROM or any(literal.negated for literal in clause):
        return clause
    opened: dict[Key, int] = {}
    for key, fields, _ in clause:
        members = key[1] if key[0] == "g" else ((key, fields),)
        for member, its_fields in members:
            opened[member] = opened.get(member, 0) | its_fields
    return frozenset((Literal(("g", frozenset(opened.items()))),))


def _is_clause(found: Need) -> bool:
    return found.exact and len(found.clauses) == 1 and not found.checks


def _loose(found: Need) -> Need:
    """As much is needed, but it is not enough."""
    return Need(found.clauses, exact=False)


def _without_not(found: Need) -> Need:
    """As much is needed but what is negated: what the first words have not, others may have."""
    clauses = tuple(clause for clause in found.clauses if not any(literal.negated for literal in clause))
    return Need(clauses, exact=False)


def _all(found: Iterable[Need]) -> Need:
    clauses: dict[Clause, None] = {}
    checks: dict[Check, None] = {}
    exact = True
    for each in found:
        clauses.update(dict.fromkeys(each.clauses))
        checks.update(dict.fromkeys(each.checks))
        exact = exact and each.exact
    return Need(tuple(clauses), exact, tuple(checks) if exact else ())


def _any(found: Sequence[Need]) -> Need:
    if len(found) == 1:
        return found[0]
    found = [_loose(each) if each.checks else each for each in found]
    if all(len(each.clauses) == 1 for each in found):
        clause = grouped(_merged(chain.from_iterable(each.clauses[0] for each in found)))
        return Need((clause,), all(each.exact for each in found))
    if not all(each.clauses for each in found):
        return _FREE
    if not _many(len(each.clauses) for each in found):
        every = product(*(each.clauses for each in found))
        clauses = dict.fromkeys(grouped(_merged(chain.from_iterable(chosen))) for chosen in every)
        return Need(tuple(clauses), all(each.exact for each in found))
    best = [_best(each) for each in found]
    return Need((grouped(_merged(chain.from_iterable(best))),), exact=False)


def _many(numbers: Iterable[int]) -> bool:
    """Are there more combinations than clauses may be made of?"""
    combined = 1
    for number in numbers:
        combined *= number
        if combined > CLAUSES_MAX:
            return True
    return False


def _best(found: Need) -> Clause:
    """Of the clauses the one that is likely to hold least often."""
    return min(found.clauses, key=lambda clause: (any(literal.negated for literal in clause), _weight(clause)))


def _weight(clause: Clause) -> float:
    return sum(1 / len(str(literal.key[-1])) for literal in clause)


def _none(found: Need) -> Need:
    if not found.exact or found.checks or _many(len(clause) for clause in found.clauses):
        return _FREE
    turned = [[Literal(key, fields, not negated) for key, fields, negated in clause] for clause in found.clauses]
    return Need(tuple(dict.fromkeys(_merged(chosen) for chosen in product(*turned))), exact=True)


def _any_of(count: int, found: Sequence[Need]) -> Need:
    """At least `count` are true: of each `len - count + 1` one is."""
    needed = len(found) - count + 1
    if count == len(found):
        return _all(found)
    if comb(len(found), needed) <= CLAUSES_MAX:
        return _all(_any(chosen) for chosen in combinations(found, needed))
    findable = sorted((each for each in found if each.clauses), key=lambda each: _weight(_best(each)))
    return _loose(_any(findable[:needed])) if len(findable) >= needed else _FREE


def _checked(node: Near, fields: int) -> Need | None:
    """Two words near each other; None where it takes the evaluator."""
    one, other = place_key(node.left), place_key(node.right)
    if one is None or other is None or not isinstance(node.reach, int):
        return None
    clauses = dict.fromkeys(frozenset((Literal(key, fields),)) for key in (one, other))
    return Need(tuple(clauses), True, (Check(one, other, node.reach, node.ordered, fields),))


def _joined(node: Near) -> list[Query]:
    """The operands of a chain of NEAR, which may be long."""
    operands: list[Query] = []
    inside: Query = node
    while isinstance(inside, Near):
        operands.append(inside.right)
        inside = inside.left
    return [inside, *operands]
