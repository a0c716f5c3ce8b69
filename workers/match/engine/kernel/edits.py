"""What Python calls to change what the compiled part asks of an article: terms and rules."""

from __future__ import annotations

from workers.match.engine.kernel.arena import shortened
from workers.match.engine.kernel.compiled import entry, inner
from workers.match.engine.kernel.programs import (
    CHECK_WORDS,
    CHECKED,
    FIRST,
    cheapest,
    filed,
    literals_of,
    program_freed,
    program_made,
    slot_made,
    unfiled,
)
from workers.match.engine.kernel.state import (
    DEAD,
    SLOT_FREE,
    SLOTS,
    State,
)
from workers.match.engine.kernel.terms import group_made, phrase_made, released, term_freed, term_made, used


@entry
def add_term(state: State, frequency: int) -> int:
    """A new term."""
    return term_made(state, frequency)


@entry
def use(state: State, term: int) -> int:
    """The term is used once more."""
    used(state, term)
    return 0


@entry
def release(state: State, term: int) -> int:
    """The term is used once less."""
    released(state, term)
    return 0


@entry
def add_phrase(state: State, count: int) -> int:
    """A new term: the phrase of the terms in `extra`."""
    return phrase_made(state, count)


@entry
def add_group(state: State, count: int) -> int:
    """A new term: one of the literals in `extra` holds."""
    return group_made(state, count)


@entry
def next_dead(state: State) -> int:
    """A term that nothing uses any more, which is freed by this; 0 if there is none."""
    dead = state.numbers[DEAD]
    if dead == 0:
        return 0
    term = int(state.arena[dead + state.arena[dead]])
    state.numbers[DEAD] = shortened(state, dead)
    return term


@entry
def free_term(state: State, term: int) -> int:
    """Nothing names the term any more."""
    term_freed(state, term)
    return 0


@inner
def _rule_added(state: State, count: int, confirm: int) -> int:
    slot = slot_made(state)
    program = program_made(state, count, confirm)
    state.slots[2 * slot] = program
    state.slots[2 * slot + 1] = 0
    filed(state, slot, program, cheapest(state, program))
    return slot


@entry
def add_rule(state: State, count: int, confirm: int) -> int:
    """The slot of a rule with the literals in `extra`; it is live at once."""
    return _rule_added(state, count, confirm)


@entry
def add_rules(state: State, rules: int, begin: int) -> int:
    """So many rules, which stand in `extra` from `begin` on; the slot of the first, where no slot was given back.

    Each is its literals' count, what besides, its literals and checks: no more than there is room for before `begin`.
    """
    first = int(state.numbers[SLOTS])
    at = begin
    for _ in range(rules):
        count, confirm = int(state.extra[at]), int(state.extra[at + 1])
        at += 2
        words = count + CHECK_WORDS * max(0, confirm - CHECKED)
        for place in range(words):
            state.extra[place] = state.extra[at + place]
        at += words
        _rule_added(state, count, confirm)
    return first


@entry
def remove_rule(state: State, slot: int) -> int:
    """Take the rule out; its slot may be given to another."""
    program = int(state.slots[2 * slot])
    unfiled(state, slot, program)
    for at in range(program + FIRST, program + FIRST + literals_of(state.arena, program)):
        released(state, int(state.arena[at]) >> 5)
    program_freed(state, program)
    state.slots[2 * slot] = state.numbers[SLOT_FREE]
    state.numbers[SLOT_FREE] = slot
    return 0
