"""What only stories in Redis can suffer: round trips, other workers, lost scripts, strangers in our keys, failures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from itertools import count
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from schemas.article import Article
from tests.services.redis import RedisServer
from tests.unit.dedup.prose import prose
from workers.dedup import Placement, PlacementReason, fingerprint, story_of
from workers.dedup.claims_redis import connect
from workers.dedup.stories import DAY_MS
from workers.dedup.stories_memory import MemoryStories
from workers.dedup.stories_redis import ROUNDS_MAX, RedisStories, Thought
from workers.errors import Unavailable

pytestmark = pytest.mark.asyncio

PREFIX = "test:stories:"
NEWS = prose(1)
HOUR_MS = 3_600_000


@pytest_asyncio.fixture
async def client(own_redis: RedisServer) -> AsyncIterator[Redis]:
    async with connect(own_redis.url, socket_timeout_s=2) as client:
        yield client


@pytest.fixture
def stories(client: Redis) -> RedisStories:
    return RedisStories(client, PREFIX)


def article(uri: str, body: str = NEWS, **fields: Any) -> Article:
    return Article(uri=uri, body=body, **fields)


def trimmed(text: str, part: float) -> str:
    words = text.split()
    return " ".join(words[: int(len(words) * part)])


async def place(stories: RedisStories, *articles: Article, keep_ms: int = DAY_MS) -> list[Placement]:
    return await stories.place([fingerprint(each, keep_ms) for each in articles])


def count_trips(client: Redis, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Fills with the number of commands of each round trip from now on."""
    trips: list[int] = []
    execute = type(client.pipeline()).execute

    async def counted(pipeline: Any, *given: Any, **options: Any) -> Any:
        trips.append(len(pipeline))
        return await execute(pipeline, *given, **options)

    monkeypatch.setattr(type(client.pipeline()), "execute", counted)
    return trips


class Meddler:
    """Thinks, and each time lets another worker place an article first."""

    def __init__(self, client: Redis, bring: Callable[[int], Article | None]) -> None:
        self._other = RedisStories(client, PREFIX)
        self._bring = bring
        self.times = 0

    async def __call__(self, work: Callable[[], list[Thought]]) -> list[Thought]:
        thought = work()
        brought = self._bring(self.times)
        self.times += 1
        if brought is not None:
            await place(self._other, brought)
        return thought


class TestRoundTrips:
    @pytest.mark.parametrize("size", [1, 40], ids=["one article", "forty articles"])
    async def test_a_batch_takes_three_round_trips_whatever_its_size(
        self, client: Redis, stories: RedisStories, monkeypatch: pytest.MonkeyPatch, size: int
    ) -> None:
        # Given texts that other workers have placed, and scripts that Redis knows
        await place(RedisStories(client, PREFIX), *(article(f"urn:{n}", prose(n)) for n in range(40)))
        copies = [article(f"urn:copy:{n}", trimmed(prose(n), 0.8)) for n in range(size)]
        trips = count_trips(client, monkeypatch)
        # When copies of them come
        placed = await place(stories, *copies)
        # Then Redis was asked three times: what is known, the texts, the placing
        assert {each.reason for each in placed} == {PlacementReason.LIKE}
        assert trips == [size, 1, size]

    async def test_a_repeated_batch_is_answered_in_one_round_trip(
        self, client: Redis, stories: RedisStories, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await place(stories, *(article(f"urn:{n}", prose(n)) for n in range(10)))
        trips = count_trips(client, monkeypatch)
        await place(stories, *(article(f"urn:{n}", prose(n)) for n in range(10)))
        assert trips == [10]


async def test_texts_of_all_lengths_are_placed_as_in_memory(stories: RedisStories) -> None:
    # Given a page, pieces of it of all lengths, alone and in texts of their own, and other news with the same footer
    page, footer = prose(1, words=3000).split(), prose(2, words=60)
    texts = [" ".join(page)]
    for number in range(1, 40):
        piece = " ".join(page[60 * number : 60 * number + 12 + 9 * number])
        texts += [piece, f"{prose(100 + number, words=20 * number)} {piece}", f"{prose(200 + number)} {footer}"]
    articles = [article(f"urn:{number}", text) for number, text in enumerate(texts)]
    # When they come one by one
    placed = [each for one in articles for each in await place(stories, one)]
    # Then Redis finds the same by the keys that they share
    assert placed == await MemoryStories(lambda: 0).place([fingerprint(each) for each in articles])
    assert {each.reason for each in placed} == {PlacementReason.FIRST, PlacementReason.LIKE}


class TestThinking:
    @pytest.mark.parametrize(("seconds", "turns"), [(0, 1), (1, 5)], ids=["soon done", "long texts"])
    async def test_a_batch_is_thought_out_in_turns_that_are_short(
        self, client: Redis, monkeypatch: pytest.MonkeyPatch, seconds: float, turns: int
    ) -> None:
        clock = count(step=seconds)
        monkeypatch.setattr("workers.dedup.stories_redis.monotonic", lambda: next(clock))
        meddler = Meddler(client, lambda _: None)
        placed = await place(RedisStories(client, PREFIX, think=meddler), *(article(f"urn:{n}") for n in range(5)))
        assert [each.articles for each in placed] == [1, 2, 3, 4, 5]
        assert meddler.times == turns


class TestOtherWorkers:
    @pytest.mark.parametrize(
        "first",
        [
            article("urn:other", trimmed(NEWS, 0.8)),
            article("urn:other", NEWS.upper()),
            article("urn:other", prose(7), url="https://example.com/1"),
            article("urn:a", prose(7), version=2),
        ],
        ids=["a copy", "the same words", "the same address", "another version"],
    )
    async def test_what_comes_between_looking_and_placing_is_not_overlooked(
        self, client: Redis, first: Article
    ) -> None:
        meddler = Meddler(client, lambda time: first if time == 0 else None)
        stories = RedisStories(client, PREFIX, think=meddler)
        (placed,) = await place(stories, article("urn:a", url="https://example.com/1"))
        assert placed.story == story_of(first.uri)
        assert placed.same_as == first.uri
        assert meddler.times == 2

    async def test_what_comes_meanwhile_does_not_pass_for_what_was_refused_before_it_in_its_batch(
        self, client: Redis
    ) -> None:
        # Given another worker's article, of the address of our first one and the words of our second
        came = article("urn:other", url="https://example.com/1")
        meddler = Meddler(client, lambda time: came if time == 0 else None)
        # When both are placed behind it: the first is refused, so what was written since is not ours
        both = article("urn:a", prose(7), url="https://example.com/1"), article("urn:b", trimmed(NEWS, 0.8))
        placed = await place(RedisStories(client, PREFIX, think=meddler), *both)
        # Then the second is its copy nevertheless
        assert [each.reason for each in placed] == [PlacementReason.SAME_URL, PlacementReason.LIKE]
        assert {each.story for each in placed} == {story_of("urn:other")}

    async def test_what_has_nothing_to_do_with_it_is_no_reason_to_think_again(self, client: Redis) -> None:
        meddler = Meddler(client, lambda time: article(f"urn:other:{time}", prose(100 + time)))
        (placed,) = await place(RedisStories(client, PREFIX, think=meddler), article("urn:a"))
        assert placed.reason is PlacementReason.FIRST
        assert meddler.times == 1

    async def test_an_article_that_others_overtake_again_and_again_is_placed_in_the_end(self, client: Redis) -> None:
        meddler = Meddler(client, lambda time: article(f"urn:other:{time}", trimmed(NEWS, 0.9 - time / 50)))
        (placed,) = await place(RedisStories(client, PREFIX, think=meddler), article("urn:a"))
        assert placed.story == story_of("urn:other:0")
        assert meddler.times == ROUNDS_MAX + 1

    async def test_an_article_that_went_while_one_was_thinking_is_not_joined(self, client: Redis) -> None:
        await place(RedisStories(client, PREFIX), article("urn:gone"))

        async def forget(work: Callable[[], list[Thought]]) -> list[Thought]:
            thought = work()
            await client.flushall()
            return thought

        (placed,) = await place(RedisStories(client, PREFIX, think=forget), article("urn:a", trimmed(NEWS, 0.9)))
        assert (placed.story, placed.reason) == (story_of("urn:a"), PlacementReason.FIRST)


class TestMemory:
    async def test_every_key_expires_within_an_hour_of_its_last_article(
        self, client: Redis, stories: RedisStories
    ) -> None:
        bodies = [NEWS, trimmed(NEWS, 0.8), prose(2), prose(3)]
        await place(stories, *(article(f"urn:{n}", body, url=f"https://e.com/{n}") for n, body in enumerate(bodies)))
        keys: list[Any] = await client.keys()
        left_ms = {key: int(await client.pttl(key)) for key in keys}
        assert len(left_ms) > 50
        assert min(left_ms.values()) > 0
        counter = f"{{{PREFIX}}}i".encode()
        buckets = {key for key in left_ms if key.startswith(counter + b":") and key.count(b":", len(counter)) > 1}
        assert max(left_ms[key] for key in buckets) <= DAY_MS + HOUR_MS
        assert max(left for key, left in left_ms.items() if key not in {counter, *buckets}) <= DAY_MS

    async def test_all_keys_are_in_one_slot(self, client: Redis, stories: RedisStories) -> None:
        await place(stories, article("urn:a", url="https://e.com/{1}"), article("{urn}:b", trimmed(NEWS, 0.8)))
        keys: list[Any] = await client.keys()
        assert {key.partition(b"}")[0] for key in keys} == {b"{" + PREFIX.encode()}

    async def test_under_one_key_stand_the_latest_eight_articles(self, client: Redis, stories: RedisStories) -> None:
        footer = prose(9, words=40)
        await place(stories, *(article(f"urn:{n}", f"{prose(100 + n, 200)} {footer}") for n in range(30)))
        values = [
            value for key in await client.keys(f"{{{PREFIX}}}i:*:*") for value in (await client.hgetall(key)).values()
        ]
        assert max(map(len, values)) == 64


class TestLostScripts:
    async def test_scripts_that_redis_forgot_are_loaded_again(self, client: Redis, stories: RedisStories) -> None:
        await place(stories, article("urn:a"))
        await client.script_flush()
        (copy,) = await place(stories, article("urn:b", trimmed(NEWS, 0.8)))
        assert copy.story == story_of("urn:a")


class TestStrangersInOurKeys:
    @pytest.mark.parametrize(
        "value",
        [b"", b"gibberish", b"{}\n", b'{"story": \n', b"[1]\nx", b"\xff\xfe\x00\n\x00", b'"story"\n', b"zzzzzzzzzzzz"],
        ids=["empty", "no form", "no story", "cut", "a list", "bytes", "a text", "no number"],
    )
    async def test_a_value_that_does_not_read_counts_as_absent(
        self, client: Redis, stories: RedisStories, value: bytes
    ) -> None:
        await place(stories, article("urn:a", url="https://e.com/1"))
        for key in await client.keys():
            if await client.type(key) == b"string":
                await client.set(key, value)
            else:
                for field in await client.hkeys(key):
                    await client.hset(key, field, value)
        (placed,) = await place(stories, article("urn:b", trimmed(NEWS, 0.9), url="https://e.com/1"))
        assert (placed.story, placed.reason) == (story_of("urn:b"), PlacementReason.FIRST)
        (again,) = await place(stories, article("urn:a", url="https://e.com/2"))
        assert again.story == story_of("urn:b")

    async def test_a_key_of_another_type_counts_as_absent(self, client: Redis, stories: RedisStories) -> None:
        await place(stories, article("urn:a", url="https://e.com/1"))
        for key in await client.keys():
            await client.delete(key)
            await client.rpush(key, "stranger")
        first, copy = await place(
            stories,
            article("urn:a", url="https://e.com/1"),
            article("urn:b", trimmed(NEWS, 0.9), url="https://e.com/1"),
        )
        assert first.reason is PlacementReason.FIRST
        assert copy.story == first.story


class TestAServerThatFails:
    async def test_a_redis_that_is_gone_is_unavailable_and_the_batch_can_be_placed_again(
        self, own_redis: RedisServer, stories: RedisStories
    ) -> None:
        await place(stories, article("urn:a"))
        own_redis.kill()
        with pytest.raises(Unavailable, match=r"cannot be reached"):
            await place(stories, article("urn:b", prose(2)))
        own_redis.start()
        (placed,) = await place(stories, article("urn:b", prose(2)))
        assert placed.reason is PlacementReason.FIRST

    async def test_a_full_redis_is_unavailable(self, client: Redis, stories: RedisStories) -> None:
        await client.config_set("maxmemory", "1")
        with pytest.raises(Unavailable, match="is full"):
            await place(stories, article("urn:a"))
        await client.config_set("maxmemory", "0")
        (placed,) = await place(stories, article("urn:a"))
        assert placed.articles == 1
