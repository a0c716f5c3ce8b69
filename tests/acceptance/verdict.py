"""The verdict of an independent reader: what came out, against the plain evaluator."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from schemas.article import Article
from tests.acceptance.house import House
from tests.services import witness
from tests.services.witness import Record
from workers import articles
from workers.errors import Refused
from workers.match import evaluate
from workers.rules.language import expand, parse
from workers.rules.language.tree import Query

MAX_BYTES = 10_485_760
BESIDE_AN_ALERT = ("seen_already",)  # reasons of decisions that say nothing unless there is an alert of the same uri


class Place(NamedTuple):
    """An article record."""

    partition: int
    offset: int


class Pair(NamedTuple):
    """A rule and an article's uri: what one alert tells of."""

    rule_id: str
    uri: str


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
    letters: int = 0

    def assert_nothing_lost(self) -> None:
        """P1, P3, and that no alert says what is not so."""
        assert self.matches, "the load matched nothing: the test shows nothing"
        assert not self.lost, f"{len(self.lost)} lost: {self.lost[:5]}"
        assert not self.unexplained, f"{len(self.unexplained)} without alert or decision: {self.unexplained[:5]}"
        assert not self.wrong, f"{len(self.wrong)} wrong: {self.wrong[:5]}"
        assert not self.disordered, f"{len(self.disordered)} out of order: {self.disordered[:5]}"
        assert not self.channel_differs, f"channels unlike alerts: {self.channel_differs}"

    def assert_repeats_at_most(self, records: int) -> None:
        """P2."""
        assert not self.changed, f"repeats with other bytes: {self.changed[:5]}"
        assert not self.retold, f"{self.retold} told again of another article record"
        assert self.repeats <= records, f"{self.repeats} repeats, {records} may be"
        too_many = {name: repeats for name, repeats in self.channel_repeats.items() if repeats > records}
        assert not too_many, f"repeats on channels {too_many}, {records} may be"


def judge(house: House, queries: Mapping[str, str], channels: Sequence[str] = ()) -> Verdict:
    """Read all topics with kafka-python and hold them against the plain evaluator."""
    trees = {rule_id: expand(parse(query), {}) for rule_id, query in queries.items()}
    places = _matches(house, trees)
    verdict = Verdict(matches=sum(map(len, places.values())))
    told = _judge_alerts(house, places, verdict)
    _judge_decisions(house, places, told, verdict)
    verdict.letters = len(house.values("dead-letters"))
    alerts = witness.read_all(house.bootstrap, house.prefix + "alerts")
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


def _matches(house: House, trees: Mapping[str, Query]) -> dict[Pair, list[Place]]:
    """Every article record that a rule says yes to, by rule and uri, each in the order of its partition."""
    places: dict[Pair, list[Place]] = defaultdict(list)
    known: dict[bytes, list[Pair]] = {}
    for record in witness.read_all(house.bootstrap, house.prefix + "articles"):
        if record.value not in known:
            known[record.value] = _matching(record.value, trees)
        for pair in known[record.value]:
            places[pair].append(Place(record.partition, record.offset))
    return places


def _matching(value: bytes, trees: Mapping[str, Query]) -> list[Pair]:
    try:
        article: Article = articles.read(value, MAX_BYTES)
    except Refused:
        return []
    return [Pair(rule_id, article.uri) for rule_id, tree in trees.items() if evaluate(tree, article)]


def _judge_alerts(house: House, places: Mapping[Pair, list[Place]], verdict: Verdict) -> dict[Pair, set[str]]:
    """The article records that alerts tell of."""
    told: dict[Pair, set[str]] = defaultdict(set)
    bodies: dict[str, dict[str, set[bytes]]] = defaultdict(lambda: defaultdict(set))
    latest: dict[tuple[int, int], Place] = {}  # by the partitions of the article and of the alert
    for record in witness.read_all(house.bootstrap, house.prefix + "alerts"):
        row: dict[str, Any] = json.loads(record.value)
        pair = Pair(row["rule"]["id"], row["article"]["uri"])
        if pair not in places:
            verdict.wrong.append(pair)
            continue
        if row["id"] in bodies:
            verdict.repeats += 1
        else:
            place = places[pair][0]
            way = place.partition, record.partition
            if place < latest.get(way, place):
                verdict.disordered.append(pair)
            latest[way] = place
        bodies[row["id"]][_told_of(row)].add(record.value)
        told[pair].add(_told_of(row))
    verdict.alerts = len(bodies)
    verdict.retold = sum(len(by_record) - 1 for by_record in bodies.values())
    verdict.changed = [each for each, found in bodies.items() if any(len(values) > 1 for values in found.values())]
    return told


def _told_of(alert: Mapping[str, Any]) -> str:
    """What tells one article record from another of the same uri: when it came, and what is passed on of it."""
    return json.dumps([alert["times"]["received"], alert["article"]["extra"]], sort_keys=True)


def _judge_decisions(
    house: House, places: Mapping[Pair, list[Place]], told: Mapping[Pair, set[str]], verdict: Verdict
) -> None:
    held: dict[Pair, set[str]] = defaultdict(set)
    without_alert = set()
    for row in house.rows("decisions"):
        if row["channel"]:  # what it holds back of an alert
            continue
        pair = Pair(row["rule"]["id"], row["article"]["uri"])
        held[pair].add(row["record"])
        if row["reason"] not in BESIDE_AN_ALERT:
            without_alert.add(pair)
    verdict.wrong += [pair for pair in held if pair not in places]
    lost = {pair for pair in places if pair not in told and pair not in without_alert}
    verdict.lost = [pair for pair in places if pair in lost]
    for pair, records in places.items():
        if pair in lost:
            continue
        missing = len(records) - len(held[pair]) - len(told.get(pair, ()))
        if missing > 0:
            verdict.unexplained.append((pair, missing))
