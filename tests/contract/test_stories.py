"""What holds for stories in memory and in Redis alike; what only Redis can suffer is in test_stories_redis.py."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any, Protocol

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis

from schemas.article import Article
from tests.services.redis import RedisServer
from tests.unit.dedup.prose import prose
from workers.dedup import Placement, PlacementReason, Stories, fingerprint, story_of
from workers.dedup.claims_redis import connect
from workers.dedup.stories import DAY_MS
from workers.dedup.stories_memory import MemoryStories
from workers.dedup.stories_redis import RedisStories

pytestmark = pytest.mark.asyncio

HOUR_MS = 3_600_000
PREFIX = "test:stories:"
NEWS = prose(1)


class World(Protocol):
    """A store of stories whose time and memory a test commands."""

    stories: Stories
    other_stories: Stories  # the same store, as another worker sees it

    async def advance(self, passed_ms: int) -> None:
        """Let time pass, for the store."""

    async def flush(self) -> None:
        """The store loses all that it knew."""


class MemoryWorld:
    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000
        self.stories: Stories
        self.other_stories: Stories
        self._begin()

    def _begin(self) -> None:
        self.stories = self.other_stories = MemoryStories(lambda: self.now_ms)

    async def advance(self, passed_ms: int) -> None:
        self.now_ms += passed_ms

    async def flush(self) -> None:
        self._begin()


class RedisWorld:
    def __init__(self, client: Redis, other_client: Redis) -> None:
        self._client = client
        self.stories: Stories = RedisStories(client, PREFIX)
        self.other_stories: Stories = RedisStories(other_client, PREFIX)

    async def advance(self, passed_ms: int) -> None:
        """Make all that Redis keeps so much older: the same as to wait, but no test has to."""
        keys: list[Any] = await self._client.keys("{" + PREFIX + "}*")
        for key in keys:
            for field, value in await self._ends(key):
                await self._client.hset(key, field, value - passed_ms // (HOUR_MS if field == b"!" else 1))
            await self._client.pexpireat(key, max(1, int(await self._client.pexpiretime(key)) - passed_ms))

    async def _ends(self, key: bytes) -> list[tuple[bytes, int]]:
        """Fields that say when something ends, see look.lua and place.lua."""
        if await self._client.type(key) != b"hash":
            return []
        fields: dict[Any, Any] = await self._client.hgetall(key)
        return [(field, int(value)) for field, value in fields.items() if field in (b"end", b"!") or field.isdigit()]

    async def flush(self) -> None:
        await self._client.flushall()


@pytest_asyncio.fixture(params=["memory", "redis"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    server: RedisServer = request.getfixturevalue("own_redis")
    async with connect(server.url, socket_timeout_s=5) as client, connect(server.url, socket_timeout_s=5) as other:
        yield RedisWorld(client, other)


def article(uri: str, body: str = NEWS, **fields: Any) -> Article:
    return Article(uri=uri, body=body, **fields)


async def place(stories: Stories, *articles: Article, keep_ms: int = DAY_MS) -> list[Placement]:
    return await stories.place([fingerprint(each, keep_ms) for each in articles])


def copy_of(text: str, number: int) -> str:
    """With a line below it that no other copy has; without numbers, which would make it other news."""
    return f"{text} Seen in {prose(number, words=3)}"


def trimmed(text: str, part: float) -> str:
    words = text.split()
    return " ".join(words[: int(len(words) * part)])


class TestPlacing:
    async def test_the_first_article_begins_a_story_with_its_own_name(self, world: World) -> None:
        (placed,) = await place(world.stories, article("urn:a", source="Wire"))
        assert placed == Placement(
            story=story_of("urn:a"),
            reason=PlacementReason.FIRST,
            same_as=None,
            likeness=0.0,
            first_uri="urn:a",
            first_source="wire",
            articles=1,
            sources=1,
            reached=None,
        )

    async def test_another_text_is_another_story(self, world: World) -> None:
        one, other = await place(world.stories, article("urn:a"), article("urn:b", prose(2)))
        assert one.story != other.story
        assert other.reason is PlacementReason.FIRST

    async def test_a_copy_joins_and_names_what_it_repeats(self, world: World) -> None:
        await place(world.stories, article("urn:a", source="Wire"))
        (copy,) = await place(world.other_stories, article("urn:b", trimmed(NEWS, 0.7), source="Gazette"))
        assert (copy.story, copy.reason, copy.same_as) == (story_of("urn:a"), PlacementReason.LIKE, "urn:a")
        assert copy.likeness == 1.0
        assert (copy.first_uri, copy.first_source, copy.articles, copy.sources) == ("urn:a", "wire", 2, 2)

    async def test_a_later_one_of_a_batch_sees_the_earlier_ones(self, world: World) -> None:
        placed = await place(world.stories, *(article(f"urn:{n}", copy_of(NEWS, n)) for n in range(5)))
        assert {each.story for each in placed} == {story_of("urn:0")}
        assert [each.articles for each in placed] == [1, 2, 3, 4, 5]

    async def test_the_same_words_are_the_same_story_whatever_the_signs_between(self, world: World) -> None:
        await place(world.stories, article("urn:a", NEWS))
        (copy,) = await place(world.stories, article("urn:b", NEWS.upper().replace(",", " –").replace(".", "!")))
        assert (copy.story, copy.reason) == (story_of("urn:a"), PlacementReason.SAME_TEXT)

    async def test_the_same_address_is_the_same_story_whatever_the_words(self, world: World) -> None:
        await place(world.stories, article("urn:a", url="https://www.example.com/news/1?utm_source=feed"))
        (copy,) = await place(world.stories, article("urn:b", prose(2), url="http://example.com/news/1/#top"))
        assert (copy.story, copy.reason, copy.same_as) == (story_of("urn:a"), PlacementReason.SAME_URL, "urn:a")

    async def test_another_version_stays_in_its_story_and_is_no_other_article(self, world: World) -> None:
        await place(world.stories, article("urn:a", source="Wire"))
        await place(world.stories, article("urn:b", trimmed(NEWS, 0.9)))
        (newer,) = await place(world.stories, article("urn:b", prose(3), version=2))
        assert (newer.story, newer.reason, newer.same_as) == (story_of("urn:a"), PlacementReason.SAME_ARTICLE, "urn:b")
        assert newer.articles == 2

    async def test_a_copy_of_a_later_version_joins_too(self, world: World) -> None:
        await place(world.stories, article("urn:a"), article("urn:a", prose(3), version=2))
        (copy,) = await place(world.stories, article("urn:b", trimmed(prose(3), 0.8)))
        assert copy.story == story_of("urn:a")

    async def test_numbers_changed_are_other_news(self, world: World) -> None:
        await place(world.stories, article("urn:a", NEWS + " The shares fell 12 pct to 340 pence."))
        (other,) = await place(world.stories, article("urn:b", NEWS + " The shares fell 15 pct to 290 pence."))
        assert other.reason is PlacementReason.FIRST

    async def test_stories_are_not_merged_by_an_article_that_is_like_both(self, world: World) -> None:
        await place(world.stories, article("urn:a", NEWS), article("urn:b", prose(2)))
        (both,) = await place(world.stories, article("urn:c", f"{NEWS}\n\n{prose(2)}"))
        a, b = await place(
            world.stories, article("urn:d", trimmed(NEWS, 0.8)), article("urn:e", trimmed(prose(2), 0.8))
        )
        assert both.story in (story_of("urn:a"), story_of("urn:b"))
        assert {a.story, b.story} == {story_of("urn:a"), story_of("urn:b")}

    async def test_nothing_asked_is_nothing_answered(self, world: World) -> None:
        assert await world.stories.place([]) == []

    @pytest.mark.parametrize("text", ["…", "Fire", "火"], ids=["no word", "one word", "one sign"])
    async def test_a_text_of_hardly_a_word_is_nobodys_copy(self, world: World, text: str) -> None:
        one, other = await place(world.stories, article("urn:a", text), article("urn:b", text))
        assert one.story != other.story


class TestReplay:
    async def test_a_repeat_is_answered_as_the_first_time_though_the_story_went_on(self, world: World) -> None:
        batch = [article(f"urn:{n}", trimmed(NEWS, 1 - n / 20), source=f"s{n}") for n in range(5)]
        first = await place(world.stories, *batch)
        await place(world.other_stories, article("urn:more", trimmed(NEWS, 0.85), source="more"))
        assert await place(world.other_stories, *batch) == first
        assert await place(world.stories, *reversed(batch)) == first[::-1]

    async def test_the_same_article_twice_in_a_batch_is_counted_once(self, world: World) -> None:
        one, again, copy = await place(
            world.stories, article("urn:a"), article("urn:a"), article("urn:b", trimmed(NEWS, 0.9))
        )
        assert one == again
        assert copy.articles == 2

    async def test_lost_memory_costs_a_story_told_twice_and_nothing_else(self, world: World) -> None:
        await place(world.stories, article("urn:a"))
        await world.flush()
        copy, first = await place(world.stories, article("urn:b", trimmed(NEWS, 0.8)), article("urn:a"))
        assert copy.reason is PlacementReason.FIRST
        assert first.story == copy.story == story_of("urn:b")


class TestCounts:
    async def test_sources_reach_3_10_and_30_each_once(self, world: World) -> None:
        placed = await place(
            world.stories, *(article(f"urn:{n}", copy_of(NEWS, n), source=f"source {n // 2}") for n in range(64))
        )
        reached = [(each.sources, each.reached) for each in placed if each.reached]
        assert reached == [(3, 3), (10, 10), (30, 30)]
        assert placed[-1].articles == 64
        assert placed[-1].sources == 32

    async def test_articles_without_a_source_are_one_source_and_a_site_is_one(self, world: World) -> None:
        placed = await place(
            world.stories,
            article("urn:a"),
            article("urn:b", NEWS + " Copy."),
            article("urn:c", NEWS + " One more copy.", url="https://www.example.com/1"),
            article("urn:d", NEWS + " And another copy.", url="https://example.com/2"),
        )
        assert [each.sources for each in placed] == [1, 1, 2, 2]


class TestTime:
    async def test_an_article_is_forgotten_when_its_time_is_over(self, world: World) -> None:
        await place(world.stories, article("urn:a", url="https://example.com/1"), keep_ms=HOUR_MS)
        await world.advance(HOUR_MS - 60_000)
        (still,) = await place(world.stories, article("urn:b", trimmed(NEWS, 0.9)), keep_ms=60_000)
        assert still.story == story_of("urn:a")
        await world.advance(60_001)
        (new,) = await place(world.stories, article("urn:c", url="https://example.com/1"), keep_ms=HOUR_MS)
        assert (new.story, new.reason, new.articles) == (story_of("urn:c"), PlacementReason.FIRST, 1)

    async def test_a_story_that_is_seen_again_goes_on_for_seven_days_at_most(self, world: World) -> None:
        # Given a story of which a copy comes every 20 hours
        placed = []
        for number in range(10):
            placed += await place(world.stories, article(f"urn:{number}", copy_of(NEWS, number)))
            await world.advance(20 * HOUR_MS)
        # Then the copies of seven days are one story, and the next one begins another
        days_7 = 1 + 7 * 24 // 20
        assert {each.story for each in placed[:days_7]} == {story_of("urn:0")}
        assert placed[days_7].story == story_of(f"urn:{days_7}")
        assert placed[days_7 - 1].articles == days_7


class TestRaces:
    async def test_near_copies_that_come_to_two_workers_at_once_are_one_story(self, world: World) -> None:
        # Given copies of 40 stories, in two batches that are placed at the same time
        texts = [prose(number) for number in range(40)]
        one = [article(f"urn:one:{n}", text) for n, text in enumerate(texts)]
        other = [article(f"urn:other:{n}", trimmed(text, 0.8)) for n, text in enumerate(texts)]
        first, second = await asyncio.gather(place(world.stories, *one), place(world.other_stories, *reversed(other)))
        for left, right in zip(first, reversed(second), strict=True):
            assert left.story == right.story
            assert {left.articles, right.articles} == {1, 2}
            assert [left.reason, right.reason].count(PlacementReason.FIRST) == 1

    async def test_one_copy_at_many_workers_at_once_is_one_story_each_article_counted_once(self, world: World) -> None:
        copies = [article(f"urn:{n}", copy_of(NEWS, n)) for n in range(12)]
        stories = [world.stories if n % 2 else world.other_stories for n in range(12)]
        placed = await asyncio.gather(*(place(each, copy) for each, copy in zip(stories, copies, strict=True)))
        assert len({each[0].story for each in placed}) == 1
        assert sorted(each[0].articles for each in placed) == list(range(1, 13))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9), size=st.integers(1, 7))
async def test_however_a_stream_is_cut_into_batches_its_placements_are_the_same(
    world: World, seed: int, size: int
) -> None:
    chance = random.Random(seed)
    stream = [article(f"urn:{seed}:{n}", trimmed(prose(seed + n % 4), chance.uniform(0.6, 1))) for n in range(14)]
    await world.flush()
    whole = await place(world.stories, *stream)
    await world.flush()
    parts = [await place(world.other_stories, *stream[at : at + size]) for at in range(0, len(stream), size)]
    assert [each for part in parts for each in part] == whole
