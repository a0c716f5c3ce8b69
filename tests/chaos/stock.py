"""Articles of a limited number for the soak: published again and again, some of them in a new version each time."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.acceptance.load import WORDS
from tests.chaos.chains import EMBARGO_S, SHORT_S

CHANGED = 1 / 10  # of what is published again
NOTHING = {"title": "Nothing any more", "body": "Nobody said so."}
CHANGES: Sequence[Mapping[str, Any]] = (
    {},
    {"is_correction": True},
    {"status": "canceled"},
    {"status": "withheld"},
    NOTHING,
    {EMBARGO_S: SHORT_S},
)

FILLING = [f"filling{number}" for number in range(500)]  # no rule asks for it
LENGTH = 40  # words of it: as long as a short report, so that a worker's bounded caches are full before half-time

Row = dict[str, Any]


def article(number: int, version: int = 1) -> Row:
    """The same for the same number and version."""
    chance = random.Random(number)
    words = chance.choices(WORDS, k=6) + chance.choices(FILLING, k=LENGTH)
    more = "" if version == 1 else f" in version {2 + version % 2}"  # other words than before, of few: caches fill
    text = {"title": " ".join(words[:2]), "body": f"{' '.join(words[2:])} {number}{more}"}
    return {"uri": f"soak:{number}", **text, "version": version}


class Stock:
    """Draws from so many articles; each as it stands now, or changed."""

    def __init__(self, uris: int, chance: random.Random) -> None:
        self._uris = uris
        self._chance = chance
        self._now: dict[int, Row] = {}

    def draw(self, count: int) -> list[Row]:
        """So many, in the order in which they are to be published."""
        return [self._draw() for _ in range(count)]

    def _draw(self) -> Row:
        number = self._chance.randrange(self._uris)
        made = self._now.get(number)
        if made is None:
            made = article(number)
        elif self._chance.random() < CHANGED:
            made = {**article(number, made["version"] + 1), **self._chance.choice(CHANGES)}
        self._now[number] = made
        return made
