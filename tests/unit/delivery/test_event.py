"""Bodies of events: the same bytes, the alert as it stands on its topic, and the samples that are documented."""

from __future__ import annotations

import json
import re
import tomllib
from datetime import datetime, timedelta, timezone

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from schemas import Alert, Notification, Rule, WordList
from schemas.delivery import EventType
from schemas.reasons import HeldReason
from tests.sources import ROOT
from tests.unit.delivery.webhooks import CREATED, NOON, SAMPLES, UPDATED, notification
from tests.unit.pipeline_world import World
from workers.delivery import event

DOCUMENT = (ROOT / "docs" / "webhooks.md").read_text()
OF_ALERTS = [EventType.CREATED, EventType.UPDATED, EventType.CORRECTED, EventType.RETRACTED]
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
LEFT_OUT = {HeldReason.THROTTLED: {"suez": 2}, HeldReason.SILENCED: {"suez": 1}}
WIDTH = 110


def read_back(sent: Notification) -> Notification:
    """As another worker has it, from the topic."""
    return Notification.model_validate_json(sent.model_dump_json())


def data_of(body: bytes) -> bytes:
    """What stands behind `"data":`, as it stands there."""
    return re.fullmatch(rb'\{"type":"[a-z.]+","timestamp":"[^"]+","data":(.*)\}', body, re.DOTALL)[1]  # type: ignore[index]


def written(seconds: float) -> str:
    """As people write it: 5 s, 30 min, 2 h."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def pretty(value: object, indent: str = "") -> str:
    """JSON for people: what fits in a line stands in one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent + line) <= WIDTH or not isinstance(value, dict | list) or not value:
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        rows = [f"{deeper}{json.dumps(key)}: {pretty(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    return "[\n" + ",\n".join(deeper + pretty(each, deeper) for each in value) + f"\n{indent}]"


class TestAlerts:
    @pytest.mark.parametrize("type_", OF_ALERTS)
    def test_the_data_of_an_alert_are_its_bytes_on_the_topic(self, type_: EventType) -> None:
        sent = SAMPLES[type_]
        body = event.body(sent)
        assert data_of(body) == sent.alerts[0].model_dump_json().encode()
        assert json.loads(body).keys() == {"type", "timestamp", "data"}

    @given(title=TEXTS, extra=st.dictionaries(TEXTS, VALUES, max_size=4))
    def test_also_of_one_that_was_read_back_whatever_it_holds(self, title: str, extra: dict[str, object]) -> None:
        article = CREATED.article.model_copy(update={"title": title, "extra": extra})
        on_topic = CREATED.model_copy(update={"article": article}).model_dump_json().encode()
        sent = notification(EventType.CREATED, Alert.model_validate_json(on_topic))
        assert data_of(event.body(sent)) == data_of(event.body(read_back(sent))) == on_topic

    @pytest.mark.parametrize("held", [None, HeldReason.GROUPED], ids=["at once", "after it was held"])
    def test_what_was_noted_on_the_way_does_not_show(self, held: HeldReason | None) -> None:
        changed = SAMPLES[EventType.CREATED].model_copy(update={"held": held, "replay": "ada", "detail": "waits"})
        assert event.body(changed) == event.body(SAMPLES[EventType.CREATED])


class TestDigests:
    def test_it_says_its_channel_what_was_left_out_and_each_alert_as_it_is(self) -> None:
        data = {"because": HeldReason.GROUPED, "group": {"rule": "suez"}, "again": False, "left_out": LEFT_OUT}
        body = event.body(notification(EventType.DIGEST, CREATED, UPDATED, data={**data, "left_out_keys": ["a/b"]}))
        assert json.loads(body)["data"] == {
            "channel": "desk",
            "because": "grouped",
            "group": {"rule": "suez"},
            "again": False,
            "left_out": {"throttled": {"suez": 2}, "silenced": {"suez": 1}},
            "alerts": [each.model_dump(mode="json") for each in (CREATED, UPDATED)],
        }
        assert CREATED.model_dump_json().encode() + b"," + UPDATED.model_dump_json().encode() in body

    def test_a_digest_of_one_alert_is_a_digest(self) -> None:
        assert len(json.loads(event.body(notification(EventType.DIGEST, CREATED)))["data"]["alerts"]) == 1


class TestBytes:
    @pytest.mark.parametrize("type_", EventType)
    def test_they_are_the_same_after_they_were_read_back(self, type_: EventType) -> None:
        sent = SAMPLES[type_]
        assert event.body(sent) == event.body(sent) == event.body(read_back(sent))

    def test_they_do_not_tell_in_which_order_something_was_counted(self) -> None:
        one, other = (
            {"group": None, "left_out": dict(each)} for each in (LEFT_OUT.items(), reversed(LEFT_OUT.items()))
        )
        bodies = {event.body(notification(EventType.DIGEST, CREATED, data=each)) for each in (one, other)}
        assert len(bodies) == 1
        assert bodies == {event.body(read_back(notification(EventType.DIGEST, CREATED, data=one)))}

    def test_times_in_them_are_written_as_on_the_topic(self) -> None:
        sent = notification(EventType.TEST, id="te_1", data={"at": NOON})
        assert event.body(sent) == event.body(read_back(sent))

    @pytest.mark.parametrize(
        ("made", "written"),
        [
            (NOON, "2026-05-01T12:00:00.000Z"),
            (NOON.replace(microsecond=123_999), "2026-05-01T12:00:00.123Z"),
            (datetime(2026, 5, 2, 1, 30, tzinfo=timezone(timedelta(hours=13.5))), "2026-05-01T12:00:00.000Z"),
        ],
        ids=["noon", "parts of a second", "another zone"],
    )
    def test_the_time_is_in_utc(self, made: datetime, written: str) -> None:
        assert json.loads(event.body(notification(EventType.CREATED, CREATED, made=made)))["timestamp"] == written


class TestSize:
    async def test_the_bodies_of_the_demos_alerts_are_as_small_as_documented(self) -> None:
        samples = ROOT / "workers" / "demo" / "samples"
        world = World()
        for words in (told := yaml.safe_load((samples / "rules.yaml").read_text()))["lists"]:
            world.book.put_list(WordList.model_validate(words))
        for rule in told["rules"]:
            world.book.put_rule(Rule.model_validate(rule))
        await world.run(*(samples / "articles.jsonl").read_bytes().splitlines())
        sizes = [len(event.body(notification(EventType.CREATED, alert))) / 1000 for alert in world.alerts]
        assert len(sizes) > 20
        assert f"have {min(sizes):.1f} to {max(sizes):.1f} kB" in DOCUMENT


class TestDocument:
    @pytest.mark.parametrize("type_", EventType)
    def test_it_shows_each_type_as_it_is(self, type_: EventType) -> None:
        section = re.search(rf"^### `{re.escape(type_.value)}`$(.*?)(?=^##|\Z)", DOCUMENT, re.MULTILINE | re.DOTALL)
        assert section, f"docs/webhooks.md says nothing of {type_.value}"
        (shown,) = re.findall(r"^```json\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
        assert shown == pretty(json.loads(event.body(SAMPLES[type_]))) + "\n"

    def test_it_tells_the_pauses_and_limits_of_the_settings(self) -> None:
        deliver = tomllib.loads((ROOT / "config" / "defaults.toml").read_text())["deliver"]
        first, *pauses = (written(float(each)) for each in deliver["retry_delays_s"].split(","))
        told = " ".join(DOCUMENT.split())
        assert first == "0 s"
        assert f"tried at once, and then after {', '.join(pauses[:-1])} and {pauses[-1]} more" in told
        connect, first_byte, total = (f"{deliver[name]} s" for name in ("connect_s", "first_byte_s", "total_s"))
        assert f"{connect} to connect, {first_byte} to the first byte of the answer and {total} for all of it" in told

    def test_it_has_a_section_for_no_other_type(self) -> None:
        assert sorted(re.findall(r"^### `([a-z.]+)`$", DOCUMENT, re.MULTILINE)) == sorted(EventType)
