"""Stories in this process's memory: the twin of those in Redis."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from workers.dedup.placing import (
    POSTED_MAX,
    Choice,
    Neighbours,
    Posted,
    article_id,
    choose,
    reached,
    to_compare,
    words_key,
)
from workers.dedup.stories import SOURCES_MAX, STORY_MAX_MS, Fingerprint, Placement, PlacementReason
from workers.dedup.story import story_of
from workers.dedup.text import Text

_SWEEP_AT_LEAST = 1024  # articles

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class _Article:
    uri: str
    placement: Placement
    text: Text
    until_ms: int


@dataclass(slots=True)
class _Story:
    uri: str
    source: str
    ends_ms: int  # at the latest
    until_ms: int
    articles: int = 0
    sources: set[str] = field(default_factory=set)


class MemoryStories:
    """Stories for one process, gone with it. Keeps at most twice the living articles and a thousand."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._articles: dict[int, _Article] = {}
        self._stories: dict[str, _Story] = {}
        self._uris: dict[str, int] = {}
        self._urls: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._posted: dict[int, deque[Posted]] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        """How many articles are kept, living or not yet dropped."""
        return len(self._articles)

    async def place(self, asked: Sequence[Fingerprint]) -> list[Placement]:
        """See Stories."""
        now = self._now_ms()
        self._sweep(now)
        return [self._place(each, now) for each in asked]

    def _place(self, own: Fingerprint, now: int) -> Placement:
        placed = self._living(article_id(own.uri, own.version), now)
        if placed is not None:
            return placed.placement
        known = self._known(own, now)
        texts = {each: self._articles[each].text for each in to_compare(own, known)}
        return self._register(own, choose(own, known, texts), now)

    def _known(self, own: Fingerprint, now: int) -> Neighbours:
        shared = Counter(posted for key in own.keys for posted in self._posted.get(key, ()))
        return Neighbours(
            uri=self._still(self._uris.get(own.uri), now),
            url=self._still(self._urls.get(own.url), now) if own.url else None,
            words=self._still(self._words.get(key), now) if (key := words_key(own.text)) else None,
            shared={posted: keys for posted, keys in shared.items() if self._living(posted.article, now)},
        )

    def _register(self, own: Fingerprint, choice: Choice, now: int) -> Placement:
        joined = self._articles[choice.joins] if choice.joins is not None else None
        name = joined.placement.story if joined else story_of(own.uri)
        story = self._stories.get(name)
        if story is None or story.until_ms <= now:
            story = self._stories[name] = _Story(own.uri, own.source, now + STORY_MAX_MS, now)
        until_ms = min(now + own.keep_ms, story.ends_ms)
        story.until_ms = max(story.until_ms, until_ms)
        story.articles += choice.reason is not PlacementReason.SAME_ARTICLE
        before = len(story.sources)
        if before < SOURCES_MAX:
            story.sources.add(own.source)
        placement = Placement(
            story=name,
            reason=choice.reason,
            same_as=joined.uri if joined else None,
            likeness=choice.likeness,
            first_uri=story.uri,
            first_source=story.source,
            articles=story.articles,
            sources=len(story.sources),
            reached=reached(before, len(story.sources)),
        )
        self._keep(own, _Article(own.uri, placement, own.text, until_ms))
        return placement

    def _keep(self, own: Fingerprint, article: _Article) -> None:
        number = article_id(own.uri, own.version)
        self._articles[number] = article
        self._uris[own.uri] = number
        if own.url:
            self._urls[own.url] = number
        if key := words_key(own.text):
            self._words[key] = number
        posted = Posted(number, len(own.text.numbers))
        for each in own.keys:
            self._posted.setdefault(each, deque(maxlen=POSTED_MAX)).append(posted)

    def _living(self, number: int, now: int) -> _Article | None:
        article = self._articles.get(number)
        return article if article is not None and article.until_ms > now else None

    def _still(self, number: int | None, now: int) -> int | None:
        return number if number is not None and self._living(number, now) else None

    def _sweep(self, now: int) -> None:
        """Drop what is over, once the articles have doubled: so it costs each one next to nothing."""
        if len(self._articles) < self._sweep_at:
            return
        self._articles = {number: each for number, each in self._articles.items() if each.until_ms > now}
        self._stories = {name: each for name, each in self._stories.items() if each.until_ms > now}
        self._uris = self._of_living(self._uris)
        self._urls = self._of_living(self._urls)
        self._words = self._of_living(self._words)
        self._posted = {key: kept for key, posted in self._posted.items() if (kept := self._posted_living(posted))}
        self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._articles))

    def _of_living(self, numbers: dict[K, int]) -> dict[K, int]:
        return {key: number for key, number in numbers.items() if number in self._articles}

    def _posted_living(self, posted: Iterable[Posted]) -> deque[Posted]:
        return deque((each for each in posted if each.article in self._articles), maxlen=POSTED_MAX)
