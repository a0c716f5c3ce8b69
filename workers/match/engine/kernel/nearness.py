"""Two words near each other: asked of the tokens of an article, in one pass over them."""

from __future__ import annotations

from workers.match.engine.kernel.compiled import hot
from workers.match.engine.kernel.marks import has
from workers.match.engine.kernel.programs import CHECK_WORDS, CHECKED, FIRST, besides_of, literals_of
from workers.match.engine.kernel.state import TOKENS, Views

NO, YES, UNSURE = range(3)


@hot
def near(views: Views, one: int, other: int, reach: int, fields: int) -> bool:
    """Is a word with the term `other` at most `reach >> 1` behind one with the term `one` in one of the fields?

    The lowest bit of `reach` says that it may not be before it. One word is never near itself.
    """
    tokens, forms, arena = views.tokens, views.forms, views.arena
    most, ordered = reach >> 1, reach & 1
    field = 1
    last_one, last_other = -most - 1, -most - 1
    for at in range(1, views.numbers[TOKENS]):
        if tokens[at] == 0:
            field <<= 1
            last_one, last_other = -most - 1, -most - 1
            continue
        if not field & fields:
            continue
        is_one, is_other = has(tokens, forms, arena, at, one), has(tokens, forms, arena, at, other)
        if is_other and at - last_one <= most:
            return True
        if is_one and not ordered and at - last_other <= most:
            return True
        if is_one:
            last_one = at
        if is_other:
            last_other = at
    return False


@hot
def verdict(views: Views, slot: int) -> int:
    """Is a rule true whose clauses hold: NO, YES, or UNSURE, which the evaluator says."""
    arena = views.arena
    program = views.slots[2 * slot]
    checks = besides_of(arena, program) - CHECKED
    if checks < 0:
        return UNSURE
    at = program + FIRST + literals_of(arena, program)
    for check in range(checks):
        begin = at + CHECK_WORDS * check
        if not near(views, arena[begin], arena[begin + 1], arena[begin + 2], arena[begin + 3]):
            return NO
    return YES
