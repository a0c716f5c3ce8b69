"""How far apart the sides of a NEAR stand that fails, in words."""

from __future__ import annotations

from workers.match.clause import Apart, Clause

_ONE = {"words": "word", "sentences": "sentence", "paragraphs": "paragraph"}


def how_far(clause: Clause, apart: Apart) -> str:
    """As `nearest 12 words apart; the rule allows 5`; of a chain with the sides that are meant."""
    several = len(clause.clauses) + clause.others_true + clause.others_false > 2  # sides
    sides = f"{apart.left} and {apart.right}: " if several else ""
    return f"{sides}{_found(apart)}"


def _found(apart: Apart) -> str:
    if not apart.measured:
        return "how far apart was not measured: there is too much text"
    if not apart.together:
        return "in different texts only, never in one"
    if apart.distance is None and apart.backwards is None:
        return "only where they share words"
    ordered = " in its own" if apart.backwards is not None else ""
    allowed = f"allows {apart.limit}" if apart.unit == "words" else f"wants one {_ONE[apart.unit]}"
    return f"{_nearest(apart)}; the rule {allowed}{ordered}"


def _nearest(apart: Apart) -> str:
    if apart.distance is None:
        return f"only in the other order, nearest {_amount(apart, apart.backwards or 0)}"
    nearest = f"nearest {_amount(apart, apart.distance)}"
    if apart.backwards is None:
        return nearest
    other = apart.backwards if apart.backwards or apart.unit == "words" else f"in one {_ONE[apart.unit]}"
    return f"{nearest}, {other} in the other order"


def _amount(apart: Apart, distance: int) -> str:
    if not distance:
        return f"in one {_ONE[apart.unit]}"
    return f"{distance:,} {_ONE[apart.unit] if distance == 1 else apart.unit} apart"
