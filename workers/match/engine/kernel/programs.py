"""Rules as the compiled part keeps them: a program each, filed under the terms of its cheapest clause.

program = literals << 12 | what besides, begin of the pivot << 2 | width of the guards, literals of all clauses, checks
check = term, term, most words apart << 1 | in this order, fields

What besides: 0 nothing, 1 the evaluator confirms it, 2 + so many checks that must come out.
"""

from __future__ import annotations

from workers.match.engine.kernel.arena import given_back, size_class, taken
from workers.match.engine.kernel.buckets import (
    ANY_FIELD,
    GUARD_MAX,
    LONE,
    MORE,
    NEGATED,
    WHOLE,
    closed,
    opened,
)
from workers.match.engine.kernel.compiled import hot, inner
from workers.match.engine.kernel.growth import doubled, longs_doubled
from workers.match.engine.kernel.state import (
    ALWAYS,
    FREQUENCY,
    SLOT_FREE,
    SLOTS,
    TERM_WIDTH,
    USES,
    Bytes,
    Int32s,
    State,
)

COUNTS, PIVOT, FIRST = range(3)
CHECKED = 2
CHECK_WORDS = 4
_NEVER = 1 << 60
_BESIDES = 12  # bits: of a rule's checks there are some hundreds at most, of its literals less than half a million
_WIDTH = 2  # bits


@hot
def literals_of(arena: Int32s, program: int) -> int:
    """How many literals all clauses have."""
    return int(arena[program + COUNTS]) >> _BESIDES


@hot
def besides_of(arena: Int32s, program: int) -> int:
    """What is asked besides the clauses."""
    return int(arena[program + COUNTS]) & (1 << _BESIDES) - 1


@hot
def pivot_of(arena: Int32s, program: int) -> int:
    """Where the pivot begins."""
    return program + (int(arena[program + PIVOT]) >> _WIDTH)


@hot
def width_of(arena: Int32s, program: int) -> int:
    """The width of the guards in the records."""
    return int(arena[program + PIVOT]) & (1 << _WIDTH) - 1


@hot
def clause_end(arena: Int32s, at: int) -> int:
    """Behind the last literal of the clause that begins at `at`."""
    while arena[at] & MORE:
        at += 1
    return at + 1


@inner
def clause_cost(state: State, at: int) -> int:
    """In how many sampled articles one of the clause's literals holds, about; a NOT holds in nearly all."""
    arena, terms = state.arena, state.terms
    cost = 0
    while True:
        literal = int(arena[at])
        if literal & NEGATED:
            return _NEVER
        cost += terms[TERM_WIDTH * (literal >> 5) + FREQUENCY] + 1
        at += 1
        if not literal & MORE:
            return cost


@inner
def guard_of(state: State, program: int, pivot: int) -> int:
    """Where the cheapest clause begins that fits into a record, the one at `pivot` apart; -1 if there is none."""
    arena = state.arena
    at, end = program + FIRST, program + FIRST + literals_of(arena, program)
    best, least = -1, 2 * _NEVER
    while at < end:
        behind = clause_end(arena, at)
        if at != pivot and behind - at <= GUARD_MAX:
            cost = clause_cost(state, at)
            if cost < least:
                best, least = at, cost
        at = behind
    return best


@inner
def cheapest(state: State, program: int) -> int:
    """Where the clause begins that makes the best pivot.

    That is the one that makes the rule be looked at least often, and each look is as dear as the longest clause that
    cannot be a guard: it is gone through word for word.
    """
    arena = state.arena
    at, end = program + FIRST, program + FIRST + literals_of(arena, program)
    longest, second, place = 0, 0, -1
    while at < end:
        behind = clause_end(arena, at)
        if behind - at > longest:
            longest, second, place = behind - at, longest, at
        elif behind - at > second:
            second = behind - at
        at = behind
    best, least = -1, _NEVER
    at = program + FIRST
    while at < end:
        others = second if at == place else longest
        cost = clause_cost(state, at)
        if cost < _NEVER:
            cost *= others if others > GUARD_MAX else 1
            if cost < least:
                best, least = at, cost
        at = clause_end(arena, at)
    return best


@inner
def slot_made(state: State) -> int:
    """A free slot."""
    numbers = state.numbers
    slot = numbers[SLOT_FREE]
    if slot:
        numbers[SLOT_FREE] = state.slots[2 * slot]
        return slot
    slot = numbers[SLOTS]
    numbers[SLOTS] = slot + 1
    if 2 * slot + 2 > state.slots.size:
        state.slots = doubled(state.slots)
        state.id_keys = longs_doubled(state.id_keys)
    if slot + 1 > state.hits.size:
        state.hits = doubled(state.hits)
    return slot


@inner
def program_made(state: State, count: int, confirm: int) -> int:
    """The program of the literals in `extra`; its terms are used once more each."""
    behind = count + CHECK_WORDS * max(0, confirm - CHECKED)
    program = taken(state, size_class(FIRST + behind))
    arena, extra, terms = state.arena, state.extra, state.terms
    arena[program + COUNTS] = count << _BESIDES | confirm
    for at in range(count):
        arena[program + FIRST + at] = extra[at]
        terms[TERM_WIDTH * (int(extra[at]) >> 5) + USES] += 1
    for at in range(count, behind):
        arena[program + FIRST + at] = extra[at]
    return program


@inner
def program_freed(state: State, program: int) -> None:
    """Give the program's memory back."""
    checks = max(0, besides_of(state.arena, program) - CHECKED)
    given_back(state, program, size_class(FIRST + literals_of(state.arena, program) + CHECK_WORDS * checks))


@hot
def true_of(arena: Int32s, seen: Bytes, program: int) -> bool:
    """Do all clauses of the program hold?"""
    at = program + FIRST
    behind = at + literals_of(arena, program)
    while at < behind:
        literal = int(arena[at])
        at += 1
        if (seen[literal >> 5] & (literal >> 2) & 7 != 0) != (literal & NEGATED != 0):
            while literal & MORE:
                literal = int(arena[at])
                at += 1
        elif not literal & MORE:
            return False
    return True


@inner
def _write_record(state: State, slot: int, program: int, literal_at: int, guard: int, width: int) -> None:
    arena = state.arena
    literal = int(arena[literal_at])
    pivot = pivot_of(arena, program)
    count = clause_end(arena, pivot) - pivot
    guards = clause_end(arena, guard) - guard if guard >= 0 else 0
    anywhere = literal & ANY_FIELD == ANY_FIELD
    whole = anywhere and literals_of(arena, program) == count + guards and not besides_of(arena, program)
    to = opened(state, literal >> 5, width)
    arena = state.arena
    arena[to] = slot << 2 | (WHOLE if whole else 0) | (LONE if count == 1 else 0)
    for place in range(1 << width):
        arena[to + 1 + place] = arena[guard + min(place, guards - 1)] if guards else ALWAYS << 5 | ANY_FIELD


@inner
def filed(state: State, slot: int, program: int, pivot: int) -> None:
    """File the rule under each term of the clause that begins at `pivot`."""
    arena = state.arena
    guard = guard_of(state, program, pivot)
    width, literals = 0, clause_end(arena, guard) - guard if guard >= 0 else 1
    while 1 << width < literals:
        width += 1
    arena[program + PIVOT] = (pivot - program) << _WIDTH | width
    for at in range(pivot, clause_end(arena, pivot)):
        _write_record(state, slot, program, at, guard, width)


@inner
def unfiled(state: State, slot: int, program: int) -> None:
    """Take the rule out of the buckets of its pivot."""
    pivot = pivot_of(state.arena, program)
    for at in range(pivot, clause_end(state.arena, pivot)):
        closed(state, state.arena[at] >> 5, width_of(state.arena, program), slot)


@inner
def refiled(state: State, slot: int) -> None:
    """File the rule under another clause where that has become less than half as costly."""
    program = int(state.slots[2 * slot])
    pivot = cheapest(state, program)
    current = pivot_of(state.arena, program)
    if pivot < 0 or pivot == current:
        return
    if 2 * clause_cost(state, pivot) + 4 < clause_cost(state, current):
        unfiled(state, slot, program)
        filed(state, slot, program, pivot)
