"""Stories in Redis (7.0 or later, or Valkey): shared by all workers, by Redis's own clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from struct import iter_unpack, pack
from time import monotonic
from typing import Any

import orjson
from redis import exceptions as errors
from redis.asyncio import Redis

from workers.dedup.claims_redis import Script, unavailable
from workers.dedup.placing import POSTED_MAX, Choice, Neighbours, Posted, article_id, choose, to_compare, words_key
from workers.dedup.recent_texts import RecentTexts
from workers.dedup.stories import SOURCES_MAX, STORY_MAX_MS, UPDATE_AT, Fingerprint, Placement, PlacementReason
from workers.dedup.story import story_of
from workers.dedup.text import Text

ROUNDS_MAX = 5  # of thinking a placing out again because others came; then it is placed as it is
TURN_S = 0.05  # of thinking, until something else may be thought
CACHED_WORDS = 300_000  # of other articles, some 200 bytes each: 60 MB

Thought = tuple[Neighbours, Choice]
Think = Callable[[Callable[[], list[Thought]]], Awaitable[list[Thought]]]


async def at_once(work: Callable[[], list[Thought]]) -> list[Thought]:
    """Think on the event loop."""
    return work()


@dataclass(frozen=True, slots=True)
class _Call:
    """One run of a script."""

    keys: Sequence[str]
    arguments: Sequence[str | bytes]


@dataclass(slots=True)
class _Asked:
    """An article on its way, in one round."""

    own: Fingerprint
    article: int
    keys: Sequence[str]  # of Redis
    index_keys: bytes
    near: Neighbours = field(default_factory=Neighbours)
    written: int = 0  # see look.lua
    placed: Placement | None = None


class RedisStories:
    """Stories kept in one slot of a cluster: what one script reads and writes belongs to any two articles.

    A batch takes three round trips: look what is known, fetch the texts that are likely to be the same, place. Placing
    is one script an article, which refuses when another worker has placed a likely copy meanwhile: then the article
    is looked at again, in three more. So of two copies that come at the same moment one is first.

    `client` comes from connect(); `think` does what takes long, elsewhere than on the event loop.
    """

    def __init__(self, client: Redis, key_prefix: str, think: Think = at_once) -> None:
        self._client = client
        self._prefix = f"{{{key_prefix}}}"  # the slot's name
        self._think = think
        self._look = Script.read("look")
        self._place = Script.read("place")
        self._texts = RecentTexts(CACHED_WORDS)

    async def place(self, asked: Sequence[Fingerprint]) -> list[Placement]:
        """See Stories."""
        answers: dict[int, Placement] = {}
        for left in range(ROUNDS_MAX, -1, -1):
            waiting = [number for number in range(len(asked)) if number not in answers]
            if not waiting:
                break
            placed = await self._round([asked[number] for number in waiting], anyway=not left)
            answers.update((number, each) for number, each in zip(waiting, placed, strict=True) if each is not None)
        return [answers[number] for number in range(len(asked))]

    async def _round(self, asked: Sequence[Fingerprint], *, anyway: bool) -> list[Placement | None]:
        """A placement each; None where it is to be thought out again."""
        every = [self._asked(own) for own in asked]
        await self._look_all(every)
        new = [each for each in every if each.placed is None]
        texts = await self._fetch(new)
        batch = _Batch(texts)
        calls: list[_Call] = []
        rest = new
        while rest:
            thoughts = await self._think(partial(batch.think, rest))
            for each, (near, choice) in zip(rest, thoughts, strict=False):
                calls.append(self._call(each, near, choice, "" if anyway else str(each.written + len(calls))))
            rest = rest[len(thoughts) :]
        for each, reply in zip(new, await self._run(self._place, calls), strict=True):
            each.placed = _placement(reply)
            if each.placed is not None:
                self._texts.keep(each.article, each.own.text)
        return [each.placed for each in every]

    async def _look_all(self, every: Sequence[_Asked]) -> None:
        calls = [_Call(each.keys, [each.index_keys, str(len(each.own.text.numbers))]) for each in every]
        for each, reply in zip(every, await self._run(self._look, calls), strict=True):
            placed, *articles, shared, each.written = reply
            each.placed = _placement(placed)
            uri, url, words = (int(article, 16) if article else None for article in articles)
            each.near = Neighbours(uri, url, words, _shared(shared))

    async def _fetch(self, asked: Sequence[_Asked]) -> dict[int, Text]:
        """The texts that choose() will ask for, in one round trip."""
        wanted = dict.fromkeys(article for each in asked for article in to_compare(each.own, each.near))
        texts = {article: text for article in wanted if (text := self._texts.of(article)) is not None}
        missing = [article for article in wanted if article not in texts]
        if missing:
            (entries,) = await self._send([("MGET", *map(self._entry, missing))])
            for article, entry in zip(missing, entries, strict=True):
                text = _text(entry)
                if text is not None:
                    texts[article] = text
                    self._texts.keep(article, text)
        return texts

    def _call(self, each: _Asked, near: Neighbours, choice: Choice, written: str) -> _Call:
        own = each.own
        joins = each.keys[0] if choice.joins is None else self._entry(choice.joins)
        facts = {
            "reason": choice.reason,
            "likeness": choice.likeness,
            "story": story_of(own.uri),
            "uri": own.uri,
            "source": own.source,
            "source_key": story_of(own.source)[:16],
            "keep_ms": own.keep_ms,
            "story_ms": STORY_MAX_MS,
            "sources_max": SOURCES_MAX,
            "update_at": UPDATE_AT,
            "posted_max": POSTED_MAX,
        }
        return _Call(
            [*each.keys, joins, f"{self._prefix}s"],
            [
                each.index_keys,
                _posting(Posted(each.article, len(own.text.numbers))),
                *("" if article is None else f"{article:012x}" for article in (near.uri, near.url, near.words)),
                b"".join(posted.article.to_bytes(6) for posted in near.shared),
                written,
                orjson.dumps(facts),
                own.text.packed,
            ],
        )

    async def _run(self, script: Script, calls: Sequence[_Call]) -> list[Any]:
        """The replies, in one round trip; in two when Redis has forgotten the script: to place again does no harm."""
        if not calls:
            return []
        commands = [("EVALSHA", script.sha, len(call.keys), *call.keys, *call.arguments) for call in calls]
        replies = await self._send(commands)
        if any(isinstance(reply, errors.NoScriptError) for reply in replies):
            replies = (await self._send([("SCRIPT LOAD", script.text), *commands]))[1:]
        return replies

    async def _send(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The replies, in one round trip. Raises Unavailable where one is an error, but for an unknown script."""
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        try:
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc
        for reply in replies:
            if isinstance(reply, Exception) and not isinstance(reply, errors.NoScriptError):
                raise unavailable(self._client, reply) from reply
        return replies

    def _asked(self, own: Fingerprint) -> _Asked:
        article = article_id(own.uri, own.version)
        entry, words = self._entry(article), words_key(own.text)
        keys = [
            entry,
            f"{self._prefix}u:{story_of(own.uri)}",
            f"{self._prefix}l:{story_of(own.url)}" if own.url else entry,
            f"{self._prefix}w:{words}" if words else entry,
            f"{self._prefix}i",
        ]
        return _Asked(own, article, keys, _packed(own.keys))

    def _entry(self, article: int) -> str:
        return f"{self._prefix}a:{article:012x}"


class _Batch:
    """Articles of one round, which know those before them although Redis does not yet."""

    def __init__(self, texts: Mapping[int, Text]) -> None:
        self._texts = dict(texts)
        self._uris: dict[str, int] = {}
        self._urls: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._posted: dict[int, list[Posted]] = {}

    def think(self, asked: Sequence[_Asked]) -> list[Thought]:
        """Of so many of them as are soon thought out, the first ones, at least one."""
        thoughts: list[Thought] = []
        ends_s = monotonic() + TURN_S
        for each in asked:
            thoughts.append(self._think(each.own, each.article, each.near))
            if monotonic() >= ends_s:
                break
        return thoughts

    def _think(self, own: Fingerprint, article: int, near: Neighbours) -> Thought:
        """What is known to Redis and the batch together, and what follows. Packs the text as well: it takes as long."""
        words = words_key(own.text)
        shared = dict(near.shared)
        for key in own.keys:
            for posted in self._posted.get(key, ()):
                shared[posted] = shared.get(posted, 0) + 1
        together = Neighbours(
            self._uris.get(own.uri, near.uri),
            self._urls.get(own.url, near.url) if own.url else None,
            self._words.get(words, near.words) if words else None,
            shared,
        )
        choice = choose(own, together, self._texts)
        _ = own.text.packed
        self._uris[own.uri] = article
        if own.url:
            self._urls[own.url] = article
        if words:
            self._words[words] = article
        self._texts[article] = own.text
        mine = Posted(article, len(own.text.numbers))
        for key in own.keys:
            self._posted.setdefault(key, []).append(mine)
        return together, choice


def _packed(keys: Sequence[int]) -> bytes:
    """Of each key the field, and the bucket, which lacks its last two bits."""
    return pack(f">{len(keys)}Q", *(key & ~3 for key in keys))


def _posting(posted: Posted) -> bytes:
    return pack(">HIH", posted.article >> 32, posted.article & 0xFFFFFFFF, posted.shingles)


def _shared(packed: bytes) -> dict[Posted, int]:
    """What look.lua found: 10 bytes each."""
    return {Posted(high << 32 | low, shingles): keys for high, low, shingles, keys in iter_unpack(">HIHH", packed)}


def _placement(told: bytes) -> Placement | None:
    if not told:
        return None
    fields = orjson.loads(told)
    return Placement(
        story=fields["story"],
        reason=PlacementReason(fields["reason"]),
        same_as=fields["same_as"],
        likeness=fields["likeness"],
        first_uri=fields["first_uri"],
        first_source=fields["first_source"],
        articles=fields["articles"],
        sources=fields["sources"],
        reached=fields["reached"],
    )


def _text(entry: bytes | None) -> Text | None:
    """Of an article's entry, see look.lua; None where there is none that reads."""
    _, found, packed = (entry or b"").partition(b"\n")
    try:
        return Text.unpack(packed) if found else None
    except ValueError:
        return None
