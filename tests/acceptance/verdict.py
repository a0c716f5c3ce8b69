"""The verdict of an independent reader: what came out, against the plain evaluator."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.article import Article
from tests.acceptance.house import House, Row
from tests.acceptance.last_words import Came, Pair, Place, Word, Words, came, judge_words, word
from tests.services import witness
from tests.services.witness import Record
from workers import articles
from workers.errors import Refused
from workers.match import evaluate
from workers.rules.language import expand, parse
from workers.rules.language.tree import Query

MAX_BYTES = 10_485_760
BESIDE_AN_ALERT = ("seen_already",)  # reasons of decisions that say nothing unless there is an alert of the same uri
TELLING_OF = "record"  # the header of an alert that names its article record: topic/partition/offset@timestamp


@dataclass
class Verdict:
    """What is wrong, and what was repeated."""

    matches: int = 0  # article records times rules that say yes, by the plain evaluator
    alerts: int = 0  # different alerts
    lost: list[Pair] = field(default_factory=list)  # matched, and no alert tells of it
    unexplained: list[tuple[Pair, int]] = field(default_factory=list)  # records with neither alert nor decision
    wrong: list[Pair] = field(default_factory=list)  # an alert or a decision, and no match
    repeats: int = 0  # alert records beyond the first of their id
    retold: int = 0  # of these such as tell of another article record than the first: Redis has lost its memory
    changed: list[str] = field(default_factory=list)  # ids of which one article record was told in different bytes
    disordered: list[Pair] = field(default_factory=list)  # alerts that overtook one of the same partition
    channel_differs: list[str] = field(default_factory=list)  # with more, fewer or other bytes, or disordered
    channel_repeats: dict[str, int] = field(default_factory=dict)  # records beyond the first of their bytes
    words: Words = field(default_factory=Words)  # corrections, kills and embargoes
    letters: int = 0

    def assert_nothing_lost(self) -> None:
        """P1, P3, and that no alert says what is not so."""
        assert self.matches, "the load matched nothing: the test shows nothing"
        assert not self.lost, f"{len(self.lost)} lost: {self.lost[:5]}"
        assert not self.unexplained, f"{len(self.unexplained)} without alert or decision: {self.unexplained[:5]}"
        assert not self.wrong, f"{len(self.wrong)} wrong: {self.wrong[:5]}"
        assert not self.disordered, f"{len(self.disordered)} out of order: {self.disordered[:5]}"
        assert not self.channel_differs, f"channels unlike alerts: {self.channel_differs}"
        assert not self.words.untold, f"{len(self.words.untold)} due and not told: {self.words.untold[:5]}"
        assert not self.words.misled, f"{len(self.words.misled)} told amiss: {self.words.misled[:5]}"

    def assert_repeats_at_most(self, records: int) -> None:
        """P2."""
        assert not self.changed, f"repeats with other bytes: {self.changed[:5]}"
        assert not self.retold, f"{self.retold} told again of another article record"
        assert self.repeats <= records, f"{self.repeats} repeats, {records} may be"
        too_many = {name: repeats for name, repeats in self.channel_repeats.items() if repeats > records}
        assert not too_many, f"repeats on channels {too_many}, {records} may be"


def judge(
    house: House, queries: Mapping[str, str], channels: Sequence[str] = (), updating: Collection[str] = ()
) -> Verdict:
    """Read all topics with kafka-python and hold them against the plain evaluator.

    `updating` are the rules that tell of changed versions.
    """
    trees = {rule_id: expand(parse(query), {}) for rule_id, query in queries.items()}
    history = _history(house, trees)
    places = _matches(history)
    verdict = Verdict(matches=sum(map(len, places.values())))
    alerts = witness.read_all(house.bootstrap, house.prefix + "alerts")
    decisions = [
        row for row in house.rows("decisions") if not row.get("channel")
    ]  # else it is of an endpoint, of no match
    told, words = _judge_alerts(alerts, history, places, _held(decisions), verdict)
    _judge_decisions(decisions, places, told, verdict)
    verdict.words = judge_words(history, words, updating)
    verdict.letters = len(house.values("dead-letters"))
    for name in channels:
        judge_channel(name, alerts, witness.read_all(house.bootstrap, f"{house.prefix}alerts.{name}"), verdict)
    return verdict


def judge_channel(name: str, alerts: Sequence[Record], there: Sequence[Record], verdict: Verdict) -> None:
    """Each partition of a channel has the bytes of its alerts in order. A crash may repeat either; that is counted."""
    wanted = [record for record in alerts if name in json.loads(record.value)["channels"]]
    first = _first_of_each(there)
    if first != _first_of_each(wanted):
        verdict.channel_differs.append(name)
    verdict.channel_repeats[name] = len(there) - len(first)


def _first_of_each(records: Sequence[Record]) -> list[tuple[int, bytes]]:
    """Partitions and bytes in order, without what came before in the same partition."""
    return list(dict.fromkeys((record.partition, record.value) for record in records))


def _history(house: House, trees: Mapping[str, Query]) -> dict[str, list[Came]]:
    """Every article record, by uri, each in the order of its partition."""
    history: dict[str, list[Came]] = defaultdict(list)
    known: dict[bytes, tuple[Article, list[str]] | None] = {}
    for record in witness.read_all(house.bootstrap, house.prefix + "articles"):
        if record.value not in known:
            known[record.value] = _matching(record.value, trees)
        if (found := known[record.value]) is not None:
            article, rules = found
            place, before = Place(record.partition, record.offset), history[article.uri]
            before.append(came(place, record.timestamp_ms, article, rules, before))
    return history


def _matching(value: bytes, trees: Mapping[str, Query]) -> tuple[Article, list[str]] | None:
    """The article and the rules that say yes to it; None for what is no article."""
    try:
        article: Article = articles.read(value, MAX_BYTES)
    except Refused:
        return None
    return article, [rule_id for rule_id, tree in trees.items() if evaluate(tree, article)]


def _matches(history: Mapping[str, Sequence[Came]]) -> dict[Pair, list[Place]]:
    """Every article record that a rule says yes to, by rule and uri, each in the order of its partition."""
    places: dict[Pair, list[Place]] = defaultdict(list)
    for uri, records in history.items():
        for each in records:
            for rule_id in each.rules:
                places[Pair(rule_id, uri)].append(each.place)
    return places


def _judge_alerts(
    alerts: Sequence[Record],
    history: Mapping[str, Sequence[Came]],
    places: Mapping[Pair, Sequence[Place]],
    held: Mapping[Pair, set[Place]],
    verdict: Verdict,
) -> tuple[dict[Pair, set[Place]], list[Word]]:
    """The article records that alerts tell of, and each alert once."""
    told: dict[Pair, set[Place]] = defaultdict(set)
    bodies: dict[str, dict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    latest: dict[tuple[int, int], Place] = {}  # by the partitions of the article and of the alert
    words: list[Word] = []
    for record in alerts:
        row: dict[str, Any] = json.loads(record.value)
        said = word(row, _named(dict(record.headers).get(TELLING_OF) or b""))
        if said.pair not in places:
            verdict.wrong.append(said.pair)
            continue
        if said.id in bodies:
            verdict.repeats += 1
        else:
            words.append(said)
            way = said.place.partition, record.partition
            # What was held before a crash and is told after it comes late: what had told of its story was taken back
            # meanwhile. The audit looks whether that is so.
            if not said.catches_up(history[said.pair.uri]) and said.place not in held.get(said.pair, ()):
                if said.place < latest.get(way, said.place):
                    verdict.disordered.append(said.pair)
                latest[way] = said.place
        bodies[said.id][_told_of(row)].add(record.value)
        told[said.pair].add(said.place)
    verdict.alerts = len(bodies)
    verdict.retold = sum(len(by_record) - 1 for by_record in bodies.values())
    verdict.changed = [each for each, found in bodies.items() if any(len(values) > 1 for values in found.values())]
    return told, words


def _told_of(alert: Mapping[str, Any]) -> str:
    """What tells one article record from another of the same uri: when it came, and what is passed on of it."""
    return json.dumps([alert["times"]["received"], alert["article"]["extra"]], sort_keys=True)


def _named(text: bytes) -> Place:
    """Of topic/partition/offset, whatever stands behind an @."""
    _, partition, offset = text.decode().partition("@")[0].split("/")
    return Place(int(partition), int(offset))


def _held(decisions: Iterable[Row]) -> dict[Pair, set[Place]]:
    held: dict[Pair, set[Place]] = defaultdict(set)
    for row in decisions:
        held[Pair(row["rule"]["id"], row["article"]["uri"])].add(_named(row["record"].encode()))
    return held


def _judge_decisions(
    decisions: Sequence[Row],
    places: Mapping[Pair, Sequence[Place]],
    told: Mapping[Pair, set[Place]],
    verdict: Verdict,
) -> None:
    held = _held(decisions)
    without_alert = {
        Pair(row["rule"]["id"], row["article"]["uri"]) for row in decisions if row["reason"] not in BESIDE_AN_ALERT
    }
    verdict.wrong += [pair for pair in held if pair not in places]
    lost = {pair for pair in places if pair not in told and pair not in without_alert}
    verdict.lost = [pair for pair in places if pair in lost]
    for pair, records in places.items():
        missing = set(records) - held[pair] - told.get(pair, set())
        if missing and pair not in lost:
            verdict.unexplained.append((pair, len(missing)))
