"""Rules as the compiled part keeps them: a program each, filed under the terms of its cheapest clause.

program = literals, begin of the pivot, end of the pivot, what besides, literals of all clauses, checks
check = term, term, most words apart << 1 | in this order, fields

What besides: 0 nothing, 1 the evaluator confirms it, 2 + so many checks that must come out.
"""

from __future__ import annotations

from workers.match.engine.kernel.arena import given_back, size_class, taken
from workers.match.engine.kernel.buckets import ANY_FIELD, MORE, NEGATED, closed, opened
from workers.match.engine.kernel.compiled import inner
from workers.match.engine.kernel.growth import doubled
from workers.match.engine.kernel.state import FREQUENCY, SLOT_FREE, SLOTS, TERM_WIDTH, USES, Int32s, State

LITERALS, PIVOT, PIVOT_END, CONFIRM, FIRST = range(5)
CHECKED = 2
CHECK_WORDS = 4
_NEVER = 1 << 60


@inner
def clause_end(arena: Int32s, at: int) -> int:
    """Behind the last literal of the clause that begins at `at`."""
    while arena[at] & MORE:
        at += 1
    return at + 1


@inner
def clause_cost(state: State, at: int) -> int:
    """In how many sampled articles the clause makes its rules be looked at, about; one with NOT can be no pivot."""
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
def cheapest(state: State, program: int, but: int) -> int:
    """Where the cheapest clause begins, except the one at `but`; -1 if there is none to be a pivot."""
    arena = state.arena
    at, end = program + FIRST, program + FIRST + arena[program + LITERALS]
    best, least = -1, _NEVER
    while at < end:
        if at != but:
            cost = clause_cost(state, at)
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
    if slot + 1 > state.hits.size:
        state.hits = doubled(state.hits)
    return slot


@inner
def program_made(state: State, count: int, confirm: int) -> int:
    """The program of the literals in `extra`; its terms are used once more each."""
    behind = count + CHECK_WORDS * max(0, confirm - CHECKED)
    program = taken(state, size_class(FIRST + behind))
    arena, extra, terms = state.arena, state.extra, state.terms
    arena[program + LITERALS] = count
    arena[program + CONFIRM] = confirm
    for at in range(count):
        arena[program + FIRST + at] = extra[at]
        terms[TERM_WIDTH * (int(extra[at]) >> 5) + USES] += 1
    for at in range(count, behind):
        arena[program + FIRST + at] = extra[at]
    return program


@inner
def program_freed(state: State, program: int) -> None:
    """Give the program's memory back."""
    checks = max(0, state.arena[program + CONFIRM] - CHECKED)
    given_back(state, program, size_class(FIRST + state.arena[program + LITERALS] + CHECK_WORDS * checks))


@inner
def _write_record(state: State, slot: int, program: int, literal_at: int, guard: int) -> None:
    arena = state.arena
    literal = arena[literal_at]
    pivot, end = program + arena[program + PIVOT], program + arena[program + PIVOT_END]
    count = arena[program + LITERALS] - (end - pivot)
    confined = literal & ANY_FIELD != ANY_FIELD
    if confined:
        count += 1
    to = opened(state, literal >> 5, 2 + count)
    arena = state.arena
    arena[to] = slot
    arena[to + 1] = 2 * count + (1 if arena[program + CONFIRM] else 0)
    to += 2
    if confined:
        arena[to] = literal & ~MORE
        to += 1
    guard_end = guard
    if guard >= 0:
        guard_end = clause_end(arena, guard)
        for at in range(guard, guard_end):
            arena[to] = arena[at]
            to += 1
    for at in range(program + FIRST, program + FIRST + arena[program + LITERALS]):
        if not (pivot <= at < end or guard <= at < guard_end):
            arena[to] = arena[at]
            to += 1


@inner
def filed(state: State, slot: int, program: int, pivot: int) -> None:
    """File the rule under each term of the clause that begins at `pivot`."""
    arena = state.arena
    end = clause_end(arena, pivot)
    arena[program + PIVOT] = pivot - program
    arena[program + PIVOT_END] = end - program
    guard = cheapest(state, program, pivot)
    for at in range(pivot, end):
        _write_record(state, slot, program, at, guard)


@inner
def unfiled(state: State, slot: int, program: int) -> None:
    """Take the rule out of the buckets of its pivot."""
    for at in range(state.arena[program + PIVOT], state.arena[program + PIVOT_END]):
        closed(state, state.arena[program + at] >> 5, slot)


@inner
def refiled(state: State, slot: int) -> None:
    """File the rule under another clause where that has become less than half as costly."""
    program = state.slots[2 * slot]
    pivot = cheapest(state, program, -1)
    if pivot < 0:
        return
    current = program + state.arena[program + PIVOT]
    if 2 * clause_cost(state, pivot) + 4 < clause_cost(state, current):
        unfiled(state, slot, program)
        filed(state, slot, program, pivot)
