"""What only the twin in memory can suffer: it must not grow without end."""

from __future__ import annotations

import pytest

from schemas.article import Article
from tests.unit.dedup.prose import prose
from workers.dedup import fingerprint
from workers.dedup.stories_memory import MemoryStories

HOUR_MS = 3_600_000

pytestmark = pytest.mark.asyncio


async def test_articles_whose_time_is_over_are_dropped_in_the_end() -> None:
    now_ms = 0
    stories = MemoryStories(lambda: now_ms)
    for number in range(5000):
        now_ms += HOUR_MS // 100
        article = Article(uri=f"urn:{number}", body=prose(number, words=15), url=f"https://example.com/{number}")
        await stories.place([fingerprint(article, HOUR_MS)])
    assert len(stories) <= 1200
