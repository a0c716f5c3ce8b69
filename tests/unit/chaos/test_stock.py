"""What the soak publishes is of a limited number, and no version goes back."""

from __future__ import annotations

import random

import orjson

from tests.acceptance.verdict import MAX_BYTES
from tests.chaos.stock import CHANGES, Stock
from workers import articles

URIS, COUNT = 40, 4_000


def test_articles_come_again_as_they_were_or_in_the_next_version() -> None:
    latest: dict[str, dict[str, object]] = {}
    changed = 0
    for row in Stock(URIS, random.Random(1)).draw(COUNT):
        read = articles.read(orjson.dumps(row), MAX_BYTES)
        before = latest.get(read.uri)
        if before is not None and before != row:
            assert row["version"] == before["version"] + 1  # type: ignore[operator]
            changed += 1
        latest[read.uri] = row
    assert len(latest) == URIS
    assert COUNT / 20 < changed < COUNT / 5


def test_every_change_is_among_them() -> None:
    rows = Stock(URIS, random.Random(1)).draw(COUNT)
    for change in CHANGES:
        assert [row for row in rows if row["version"] > 1 and change.items() <= row.items()], change
