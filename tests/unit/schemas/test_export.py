"""The exported JSON Schemas: fresh, sound, and true of the records."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema
import pytest

from schemas import (
    Alert,
    Article,
    Channel,
    DeadLetter,
    Decision,
    Delivery,
    EndpointHealth,
    Inhibition,
    Notification,
    Rule,
    Silence,
    WordList,
)
from schemas.alert import (
    AlertKind,
    ArticleReference,
    Evidence,
    Hit,
    RuleReference,
    Times,
)
from schemas.channel import Digest, Endpoint, Grouping, Picks, QuietHours, SealedSecret, Throttle
from schemas.dead_letter import Header
from schemas.delivery import Attempt, AttemptOutcome, DeliveryState, EventType
from schemas.export import FOLDER, render, write
from schemas.reasons import HeldReason, RefusalReason
from schemas.record import Record
from schemas.silence import Matcher, MatcherOp

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULE = RuleReference(id="r1", name="Pact", version=1, query="russia AND korea", priority=2, tags=("asia",))
ARTICLE = ArticleReference(uri="wire:1", version=1, title="Pact", published=NOON, extra={"desk": [1, None]})
ALERT = Alert(
    id="a1",
    kind=AlertKind.CREATED,
    rule=RULE,
    article=ARTICLE,
    story="s1",
    evidence=Evidence(hits=(Hit(term="russia", field="title", start=0, end=6),), excerpt="[[Russia]]"),
    channels=("asia",),
    times=Times(published=NOON, received=NOON),
)
CHANNEL = Channel(
    id="asia",
    name="Asia desk",
    picks=Picks(tags=("asia",)),
    endpoints=(Endpoint(id="crm", url="https://example.org/in", secrets=(SealedSecret(sealed="x", created=NOON),)),),
    group=Grouping(by=("story", "rule")),
    digest=Digest(at=("07:30",), time_zone="Europe/Berlin"),
    quiet=(QuietHours(start="22:00", end="06:00"),),
    throttle=Throttle(),
    alarms="operators",
)
MATCHERS = (Matcher(field="tag", value="asia"), Matcher(field="source", op=MatcherOp.LIKE, value="wire*"))
EXAMPLES: dict[str, Record] = {
    "article": Article(uri="wire:1", title="Pact", published=NOON, authors=("A",), alt_ids={"x": "1"}, urgency=1),
    "rule": Rule(id="r1", query="russia", channels=("asia",), tags=("a",)),
    "list": WordList(id="firms", entries=("acme", '"big co"')),
    "channel": CHANNEL,
    "silence": Silence(
        id="s1", matchers=MATCHERS, author="ada", reason="a drill", starts=NOON, ends=NOON + timedelta(hours=1)
    ),
    "inhibition": Inhibition(id="i1", source=MATCHERS, target=MATCHERS, author="ada"),
    "notification": Notification(
        id="a1", type=EventType.CREATED, channel="asia", endpoints=("crm",), made=NOON, alerts=(ALERT,)
    ),
    "delivery": Delivery(
        notification="a1",
        type=EventType.CREATED,
        channel="asia",
        endpoint="crm",
        alerts=("a1",),
        state=DeliveryState.PENDING,
        attempts=1,
        last=Attempt(number=1, at=NOON, outcome=AttemptOutcome.BUSY, took_ms=12.5, status=429),
        due=NOON,
    ),
    "endpoint-health": EndpointHealth(channel="asia", endpoint="crm", at=NOON, failing_since=NOON, warned=50),
    "alert": ALERT,
    "decision": Decision(
        id="d1",
        reason=HeldReason.SEEN_ALREADY,
        rule=RULE,
        article=ARTICLE,
        story="s1",
        record="articles/0/7",
        received=NOON,
    ),
    "dead-letter": DeadLetter(
        topic="articles",
        partition=0,
        offset=7,
        timestamp=NOON,
        reason=RefusalReason.NOT_JSON,
        message="no JSON at byte 0",
        key=b"\xff\xfe?",
        value=None,
        size_bytes=3,
        sha256="00",
        headers=(Header(name="h", value=b"\x00"),),
    ),
}


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return schema


def test_the_exported_schemas_are_those_of_the_models() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert there == render(), "run: python -m schemas.export"


def test_writing_them_makes_the_same_files(tmp_path: Any) -> None:
    write(tmp_path / "json")
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "json").iterdir()} == render()


def test_every_record_has_a_schema_and_an_example() -> None:
    assert {f"{name}.json" for name in EXAMPLES} == set(render())


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_true_to_its_schema_and_comes_back_the_same(name: str) -> None:
    schema, example = schema_of(name), EXAMPLES[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    text = example.model_dump_json()
    jsonschema.validate(json.loads(text), schema, format_checker=jsonschema.FormatChecker())
    assert type(example).model_validate_json(text) == example


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("article", {"uri": "u"}, id="article without text"),
        pytest.param("article", {"uri": "u", "title": " ", "body": None}, id="article of white space"),
        pytest.param("article", {"title": "t"}, id="article without uri"),
        pytest.param("article", {"uri": "u", "title": "t", "schema_version": 2}, id="other version"),
        pytest.param("rule", {"id": "a b", "query": "x"}, id="rule id with a space"),
        pytest.param("rule", {"id": "a", "query": "x", "status": "on"}, id="rule status"),
        pytest.param("list", {"id": "a", "entries": []}, id="empty list"),
        pytest.param("channel", {"id": "A.b"}, id="channel id"),
        pytest.param("alert", {"id": "a"}, id="alert with nothing"),
    ],
)
def test_what_the_models_refuse_the_schemas_refuse(name: str, value: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(value, schema_of(name))


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_time_without_zone_is_in_no_record(name: str) -> None:
    bare = json.loads(EXAMPLES[name].model_dump_json().replace("12:00:00Z", "12:00:00"))
    if bare != json.loads(EXAMPLES[name].model_dump_json()):
        with pytest.raises(ValueError, match="timezone"):
            type(EXAMPLES[name]).model_validate(bare)
