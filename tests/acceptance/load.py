"""Numbered articles for tests under load: known words, some of them told twice."""

from __future__ import annotations

import random
from collections.abc import Sequence
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from tests.acceptance.house import House

WORDS = ("ministry", "troops", "harbour", "summit", "pipeline", "verdict", "drought", "tariff", "satellite", "ferry")
QUERIES = {
    "troops": "troops AND summit",
    "phrase": "ministry troops OR harbour ferry",
    "not": "tariff AND NOT drought",
    "broad": "pipeline",
    "title": "title:verdict",
}
CHANNELS = ("desk", "east")
RULES = [
    {"id": rule_id, "query": query, "channels": CHANNELS[: 1 + number % 2]}
    for number, (rule_id, query) in enumerate(QUERIES.items())
]


def make_articles(first: int, count: int, seed: int) -> list[dict[str, Any]]:
    """Articles `first` to `first + count`; one in eight has been published before."""
    chance = random.Random(f"{seed}/{first}")
    made = []
    for number in range(first, first + count):
        again = number > 8 and chance.random() < 1 / 8
        uri = f"load:{chance.randrange(number) if again else number}"
        words = chance.choices(WORDS, k=6)
        made.append({"uri": uri, "title": " ".join(words[:2]), "body": " ".join(words[2:]), "number": number})
    return made


class Load:
    """A steady load from a thread of its own, until the block ends.

    200 articles a second: what comes while workers start keeps them busy, and a slow machine soon has it behind it.
    """

    def __init__(self, house: House, seed: int, articles_a_turn: int = 10, pause_s: float = 0.05) -> None:
        self._house = house
        self._seed = seed
        self._a_turn = articles_a_turn
        self._pause_s = pause_s
        self._stop = Event()
        self._failure: list[Exception] = []
        self._thread = Thread(target=self._run, name="load")
        self.published = 0

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._pause_s):
                self._publish(make_articles(self.published, self._a_turn, self._seed))
        except Exception as exc:  # noqa: BLE001  # handed to the test's own thread
            self._failure.append(exc)

    def _publish(self, articles: Sequence[dict[str, Any]]) -> None:
        self._house.publish(*articles)
        self.published += len(articles)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        if self._failure:
            raise self._failure[0]
