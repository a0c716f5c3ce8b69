"""Reuters articles of 1987 as records of `articles`: real newswire that nobody on this project wrote."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

CORPUS = Path(__file__).parents[3] / "shared" / "corpora" / "reuters21578.jsonl.gz"
REPEATED_EVERY = 20  # one record in so many brings a story that was there before: work for the claims


class CorpusMissing(Exception):
    """The corpus is not on this machine; it may not be passed on with the repository."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"there is no {path.name} in ../{path.parent.parent.name}/{path.parent.name}: nothing is measured"
        )


@dataclass(frozen=True, slots=True)
class Story:
    """One article of the corpus."""

    number: int
    fields: dict[str, Any]

    @property
    def text(self) -> str:
        """Title and body."""
        return f"{self.fields['title']}\n{self.fields['body']}"


@dataclass(frozen=True, slots=True)
class Publication:
    """A record of the stream: which story, under which uri."""

    uri: str
    story: Story

    def value(self) -> bytes:
        """The record's value."""
        return orjson.dumps({"uri": self.uri, **self.story.fields})


def stories(path: Path = CORPUS) -> list[Story]:
    """All of the corpus in its order. Raises CorpusMissing."""
    if not path.exists():
        raise CorpusMissing(path)
    with gzip.open(path) as file:
        return [_story(orjson.loads(line)) for line in file]


def _story(row: dict[str, Any]) -> Story:
    fields = {
        "title": row["title"],
        "body": row["body"],
        "source": "Reuters",
        "language": "en",
        "places": row["places"],
        "subjects": row["topics"],
    }
    published = _published(row["date"])
    return Story(row["id"], fields | ({"published": published} if published else {}))


def _published(date: str) -> str | None:
    try:
        return datetime.strptime(date.strip().partition(".")[0], "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC).isoformat()
    except ValueError:  # a few dates of the corpus are garbled
        return None


def publications(corpus: Sequence[Story], number: int, seed: int) -> list[Publication]:
    """So many records in an order drawn with the seed.

    The corpus again and again, each time under new uris, but for one record in REPEATED_EVERY: that one is a record
    that was there before, uri and all.
    """
    chance = random.Random(seed)
    fresh = _fresh(corpus, chance)
    made: list[Publication] = []
    for place in range(number):
        repeated = place % REPEATED_EVERY == REPEATED_EVERY - 1
        made.append(chance.choice(made) if repeated else next(fresh))
    return made


def _fresh(corpus: Sequence[Story], chance: random.Random) -> Iterator[Publication]:
    lap = 0
    while True:
        order = list(corpus)
        chance.shuffle(order)
        for story in order:
            yield Publication(f"reuters:{story.number}" + (f":{lap}" if lap else ""), story)
        lap += 1
