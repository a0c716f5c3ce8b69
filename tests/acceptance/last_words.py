"""The last word on each article: what must be corrected, taken back or released, told to whom, by the evaluator alone.

Of one uri the highest version that came counts; a kill comes last at its version (docs/decisions/what-was-told.md).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from schemas.article import Article, ArticleStatus

RETRACTED, CORRECTED = "retracted", "corrected"
SOURCES = "sources"  # the cause of an update that follows on what another article told


class Place(NamedTuple):
    """An article record."""

    partition: int
    offset: int


class Pair(NamedTuple):
    """A rule and an article's uri: what one alert tells of."""

    rule_id: str
    uri: str


@dataclass(frozen=True, slots=True)
class Came:
    """An article record as the evaluator sees it."""

    place: Place
    version: int
    usable: bool
    correction: bool
    held: bool  # under embargo by its own timestamp
    rules: frozenset[str]  # that say yes
    words: tuple[str, ...]

    @property
    def rank(self) -> int:
        """Orders what came of one uri."""
        return 2 * self.version + (not self.usable)


@dataclass(frozen=True, slots=True)
class Word:
    """An alert, the first of its id."""

    id: str
    kind: str
    pair: Pair
    version: int
    place: Place  # of the article record that it names
    channels: frozenset[str]
    previous: str | None

    def catches_up(self, records: Sequence[Came]) -> bool:
        """Whether it takes back what was told while another worker knew of a kill: by a record that comes late."""
        record = next((each for each in records if each.place == self.place), None)
        return self.kind == RETRACTED and (record is None or _is_late(record, records))


Finding = tuple[Pair, str]


@dataclass
class Words:
    """What is wrong with them."""

    untold: list[Finding] = field(default_factory=list)  # due and not told: a correction, a retraction, a release
    misled: list[Finding] = field(default_factory=list)  # told, and to the wrong ones, too early, or without reason
    overtaken: list[Finding] = field(default_factory=list)  # either, where a version came behind a newer one
    outlived: list[Finding] = field(default_factory=list)  # either, where what it came behind was a kill
    taken_back: int = 0  # retractions and corrections
    held: int = 0  # article records under embargo


def came(place: Place, timestamp_ms: int, article: Article, rules: Collection[str], before: Sequence[Came]) -> Came:
    """Judge a record's standing. A kill that names no version means all that came `before`."""
    usable = article.status is ArticleStatus.USABLE
    version, until = article.version, article.embargoed_until
    if not usable and "version" not in article.model_fields_set:
        version = max([version, *(each.version for each in before)])
    held = usable and until is not None and until > datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    text = " ".join(part for part in (article.title, article.lead, article.body) if part)
    words = tuple(re.findall(r"\w+", text.casefold()))
    return Came(place, version, usable, article.is_correction, held, frozenset(rules), words)


def word(row: Mapping[str, Any], place: Place) -> Word:
    """Of an alert as it stands on the topic, and the record that it names."""
    channels = frozenset((*row["channels"], *row.get("channels_unknown", ())))
    previous = None if row.get("cause") == SOURCES else row.get("previous")
    pair = Pair(row["rule"]["id"], row["article"]["uri"])
    return Word(row["id"], row["kind"], pair, row["article"]["version"], place, channels, previous)


def judge_words(history: Mapping[str, Sequence[Came]], words: Iterable[Word], updating: Collection[str] = ()) -> Words:
    """`history` and `words` in the order of their partitions; `updating` are rules that tell of changed versions.

    An article that came on several partitions has no order, and is not judged.
    """
    said: dict[str, list[Word]] = defaultdict(list)
    for each in words:
        said[each.pair.uri].append(each)
    judged = Words()
    for uri, records in history.items():
        judged.held += sum(each.held for each in records)
        judged.taken_back += sum(each.kind in (RETRACTED, CORRECTED) for each in said[uri])
        if len({each.place.partition for each in records}) > 1:
            continue
        untold = list(_untold(uri, records, said[uri], updating))
        misled = [(each.pair, why) for each in said[uri] if (why := _misled(each, records, said[uri]))]
        newer = [_tops(_out(records, each.place))[0] for each in records if _is_late(each, records)]
        if any(each.usable for each in newer):
            judged.overtaken += [*untold, *misled]
        elif newer:
            judged.outlived += [*untold, *misled]
        else:
            judged.untold += untold
            judged.misled += misled
    return judged


def _out(records: Iterable[Came], until: Place | None = None) -> list[Came]:
    """Those that were not under embargo, up to one of them."""
    return [each for each in records if not each.held and (until is None or each.place <= until)]


def _tops(records: Sequence[Came]) -> list[Came]:
    """Those of the highest rank: several where one came again."""
    highest = max((each.rank for each in records), default=0)
    return [each for each in records if each.rank == highest]


def _is_late(record: Came, records: Sequence[Came]) -> bool:
    return any(each.rank > record.rank for each in _out(records, record.place))


def _misled(told: Word, records: Sequence[Came], said: Sequence[Word]) -> str:
    """What is wrong with an alert by itself; empty where nothing is."""
    record = next((each for each in records if each.place == told.place), None)
    if record is None:
        return f"{told.kind} names no record of the article"
    reason = _holds(told, records) if told.kind == RETRACTED else _may_not(told, record, records)
    return reason or _strays(told, said)


def _holds(retraction: Word, records: Sequence[Came]) -> str:
    tops = _tops(_out(records, retraction.place))
    still = all(each.usable and retraction.pair.rule_id in each.rules for each in tops)
    return "taken back, and it still holds" if still else ""


def _may_not(told: Word, record: Came, records: Sequence[Came]) -> str:
    if record.held:
        return f"{told.kind} tells of what is under embargo"
    if not record.usable or told.pair.rule_id not in record.rules:
        return f"{told.kind} tells of what the rule says no to, or nobody may use"
    return f"{told.kind} tells of version {record.version}, which came late" if _is_late(record, records) else ""


def _strays(told: Word, said: Sequence[Word]) -> str:
    """Whether what follows on an alert goes to those who got it. `said` is in order, and has no id twice."""
    if told.previous is None:
        return f"{told.kind} follows on nothing" if told.kind in (RETRACTED, CORRECTED) else ""
    before = next((each for each in said[: said.index(told)] if each.id == told.previous), None)
    if before is None or before.pair != told.pair or before.kind == RETRACTED:
        return f"{told.kind} follows on what was never told"
    if before.channels != told.channels:
        return f"{told.kind} goes to {sorted(told.channels)}, what it follows on went to {sorted(before.channels)}"
    return ""


def _untold(
    uri: str, records: Sequence[Came], said: Sequence[Word], updating: Collection[str]
) -> Iterable[tuple[Pair, str]]:
    """What is due at the end and was not told. Matches without an answer are not looked for here."""
    waiting, tops = _tops(records), _tops(_out(records))
    if not tops or waiting[0].rank > tops[0].rank:
        yield from ((Pair(rule_id, uri), "never released") for each in waiting for rule_id in sorted(each.rules))
        return
    last = {each.pair.rule_id: each for each in said}
    for rule_id, told in last.items():
        if told.kind == RETRACTED:
            continue
        pair, newest = Pair(rule_id, uri), tops[-1]
        if not newest.usable:
            yield (pair, f"never taken back: version {newest.version} is a kill")
        elif told.version >= newest.version:
            continue
        elif not any(rule_id in each.rules for each in tops):
            yield (pair, f"never taken back: the rule says no to version {newest.version}")
        elif newest.correction:
            yield (pair, f"version {newest.version} is a correction, and was not told")
        elif rule_id in updating and newest.words != _words_of(told, records):
            yield (pair, f"version {newest.version} has other words, and was not told")


def _words_of(told: Word, records: Sequence[Came]) -> tuple[str, ...]:
    return next((each.words for each in records if each.place == told.place), ())
