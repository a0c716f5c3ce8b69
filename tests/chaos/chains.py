"""Articles that do not stay as they were: changed, corrected, killed, late, under embargo; by number alone."""

from __future__ import annotations

import random
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tests.acceptance.load import WORDS

EMBARGO_S = "embargo_s"  # the field of an article that is held for so long from when it is sent
SHORT_S, LONG_S = 1.0, 2.5  # an embargo that nothing cuts short, and one that a kill or a newer version may
AGAIN, OTHER, NOTHING = "again", "other", "nothing"  # a version's text: as it was, with more words, without any match

Change = Mapping[str, Any]
FIRST: Change = {"text": AGAIN}
KILL: Change = {"version": 2, "status": "canceled", "text": AGAIN}
CORRECTION: Change = {"version": 2, "is_correction": True, "text": OTHER}
CHAINS: Mapping[str, tuple[Change, ...]] = {
    "changed": (FIRST, {"version": 2, "text": OTHER}),
    "changed beyond a match": (FIRST, {"version": 2, "text": NOTHING}),
    "corrected": (FIRST, CORRECTION),
    "killed": (FIRST, KILL),
    "killed in all versions": (FIRST, {"version": 2, "text": OTHER}, {"status": "canceled", "text": NOTHING}),
    "withheld and back": (FIRST, {"status": "withheld", "version": 1, "text": AGAIN}, {"version": 2, "text": AGAIN}),
    "corrected, then killed": (FIRST, CORRECTION, {"version": 3, "status": "canceled", "text": OTHER}),
    "killed first": (KILL, FIRST),
    "late": (CORRECTION, FIRST),
    "corrected, then late": (FIRST, {**CORRECTION, "version": 3}, {"version": 2, "text": NOTHING}),
    "held": ({**FIRST, EMBARGO_S: SHORT_S},),
    "held and held anew": ({**FIRST, EMBARGO_S: LONG_S}, {"version": 2, "text": OTHER, EMBARGO_S: LONG_S}),
    "held and killed": ({**FIRST, EMBARGO_S: LONG_S}, KILL),
    "held and corrected": ({**FIRST, EMBARGO_S: LONG_S}, CORRECTION),
}
STEPS = sum(map(len, CHAINS.values()))
BLOCK = 330  # numbers; each block has each chain once


@lru_cache(maxsize=64)
def _steps(seed: int, block: int) -> dict[int, tuple[str, int]]:
    """The chain and the step of each number of a block that has one; the chains lie in one another."""
    chance = random.Random(f"chains of {seed}/{block}")
    numbers = chance.sample(range(BLOCK), STEPS)
    steps: dict[int, tuple[str, int]] = {}
    for name, changes in CHAINS.items():
        own = sorted(numbers.pop() for _ in changes)
        steps |= {number: (name, at) for at, number in enumerate(own)}
    return steps


def step(seed: int, number: int) -> dict[str, Any] | None:
    """The article of a number that is a step of a chain."""
    block, place = divmod(number, BLOCK)
    found = _steps(seed, block).get(place)
    if found is None:
        return None
    name, at = found
    change = dict(CHAINS[name][at])
    uri = f"chain:{block}:{name.replace(' ', '-')}"
    text = change.pop("text")
    return {"uri": uri, **_text(f"{seed}/{uri}", text, number), **change, "number": number, "chain": name}


def _text(of: str, kind: str, number: int) -> dict[str, str]:
    """Words that some rule says yes to, so that there is something to take back; and those that none does."""
    if kind == NOTHING:
        return {"title": "Nothing any more", "body": f"Said nobody, {number} times."}
    words = random.Random(of).choices(WORDS, k=5)
    more = f" {number} more words" if kind == OTHER else ""
    return {"title": " ".join(words[:2]), "body": " ".join((*words[2:], "pipeline", of)) + more}
