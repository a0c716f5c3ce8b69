"""What stories are measured on: one page rendered by many programs, and newswire with its templates."""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from schemas.article import Article
from tests.benchmarks.reuters import CORPUS, CorpusMissing

PAGES = CORPUS.with_name("near_duplicates.jsonl.gz")
PAIRS = CORPUS.with_name("reuters21578_near_duplicates.tsv")
SURE_JACCARD = 0.8
# 6-1/2 is one number, 11-20 are two.
_SPELLED = {word: str(at) for at, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)}
_NUMBER = re.compile(rf"\d+-\d+/\d+|\d+(?:[.,/]\d+)*|\b(?:{'|'.join(_SPELLED)})\b")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two Reuters reports that are alike."""

    left: int
    right: int
    jaccard: float


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs in one story, against pairs that belong in one."""

    precision: float
    recall: float
    f1: float
    stories: int


def pages() -> tuple[list[Article], list[str]]:
    """Renderings of pages, and of which page each is. Raises CorpusMissing."""
    rows = _rows(PAGES)
    return [Article(uri=f"page:{at}", body=row["text"]) for at, row in enumerate(rows)], [r["article_id"] for r in rows]


def newswire() -> dict[int, Article]:
    """Reuters reports by their numbers, in the order of the corpus. Raises CorpusMissing."""
    return {
        row["id"]: Article(uri=f"reuters:{row['id']}", title=row["title"] or None, body=row["body"], source="Reuters")
        for row in _rows(CORPUS)
        if row["body"].strip() or row["title"]
    }


def pairs() -> list[Pair]:
    """Of these reports, the likest first. Raises CorpusMissing."""
    if not PAIRS.exists():
        raise CorpusMissing(PAIRS)
    rows = [line.split("\t") for line in PAIRS.read_text().splitlines()[1:]]
    return sorted((Pair(int(a), int(b), float(j)) for a, b, j in rows), key=lambda each: -each.jaccard)


def numbers_apart(left: Article, right: Article) -> tuple[list[str], list[str]]:
    """The numbers that either text has more often than the other. An independent reading of what the product does."""
    one, other = _numbers(left), _numbers(right)
    return sorted((one - other).elements()), sorted((other - one).elements())


def only_numbers_apart(left: Article, right: Article) -> bool:
    """Are the texts the same but for their numbers?"""
    one, other = (re.sub(r"\W+", " ", _NUMBER.sub("#", _text(each).lower())).split() for each in (left, right))
    return one == other


def score(stories: Sequence[str], truth: Sequence[str]) -> Score:
    """By pairs."""
    groups: dict[str, list[str]] = defaultdict(list)
    for story, true in zip(stories, truth, strict=True):
        groups[story].append(true)
    wanted = sum(map(_pairs, Counter(truth).values()))
    made = sum(_pairs(len(group)) for group in groups.values())
    right = sum(_pairs(number) for group in groups.values() for number in Counter(group).values())
    precision, recall = (right / made if made else 1.0), right / wanted
    return Score(precision, recall, 2 * precision * recall / (precision + recall), len(groups))


def _pairs(number: int) -> int:
    return number * (number - 1) // 2


def _text(article: Article) -> str:
    return f"{article.title or ''}\n{article.body or ''}"


def _numbers(article: Article) -> Counter[str]:
    return Counter(_SPELLED.get(found, found.replace(",", "")) for found in _NUMBER.findall(_text(article).lower()))


def _rows(path: Path) -> list[Mapping[str, Any]]:
    if not path.exists():
        raise CorpusMissing(path)
    with gzip.open(path) as file:
        return [orjson.loads(line) for line in file]
