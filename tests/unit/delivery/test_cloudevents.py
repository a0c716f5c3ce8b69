"""CloudEvents 1.0 in both modes; the SDK `cloudevents` is the judge."""

from __future__ import annotations

import json

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from cloudevents.core.v1.event import CloudEvent
from hypothesis import given
from hypothesis import strategies as st

from schemas import Notification
from schemas.delivery import EventType
from tests.unit.delivery.webhooks import CREATED, NOON, SAMPLES, notification
from workers.delivery import cloudevents, event

SOURCE = "https://news.example/wirewatch"
MODES = pytest.mark.parametrize("mode", [cloudevents.structured, cloudevents.binary])
SOURCES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def read(parts: cloudevents.Parts) -> BaseCloudEvent:
    headers, body = parts
    return from_http_event(HTTPMessage(headers, body))


class TestOracle:
    @MODES
    @pytest.mark.parametrize("type_", EventType)
    def test_the_sdk_reads_each_type_in_both_modes(self, mode: cloudevents.Mode, type_: EventType) -> None:
        sent = SAMPLES[type_]
        got = read(mode(sent, SOURCE))
        assert isinstance(got, CloudEvent)
        assert got.get_attributes() == {
            "specversion": "1.0",
            "id": sent.id,
            "source": SOURCE,
            "type": f"wirewatch.{type_.value}",
            "subject": sent.channel,
            "time": NOON,
            "datacontenttype": "application/json",
        }
        assert got.get_data() == json.loads(event.data(sent))

    @MODES
    @given(source=SOURCES)
    def test_any_source_arrives_as_it_is(self, mode: cloudevents.Mode, source: str) -> None:
        assert read(mode(SAMPLES[EventType.CREATED], source)).get_source() == source


class TestBinary:
    @given(source=SOURCES)
    def test_headers_are_of_visible_ascii_alone(self, source: str) -> None:
        headers, _ = cloudevents.binary(SAMPLES[EventType.CREATED], source)
        assert all("!" <= character <= "~" for value in headers.values() for character in value)

    def test_values_are_encoded_as_the_binding_asks(self) -> None:
        """The example of its section 3.1.3.2, and the characters that it names."""
        headers, _ = cloudevents.binary(SAMPLES[EventType.CREATED], "Euro € 😀")
        assert headers["ce-source"] == "Euro%20%E2%82%AC%20%F0%9F%98%80"
        headers, _ = cloudevents.binary(SAMPLES[EventType.CREATED], "/a%20b?c=\"d\"&e='f'#~g\r\n")
        assert headers["ce-source"] == "/a%2520b?c=%22d%22&e='f'#~g%0D%0A"

    def test_the_body_is_the_alert_and_nothing_else(self) -> None:
        headers, body = cloudevents.binary(SAMPLES[EventType.CREATED], SOURCE)
        assert body == CREATED.model_dump_json().encode()
        assert headers["content-type"] == "application/json"
        assert "ce-datacontenttype" not in headers


class TestStructured:
    def test_it_has_no_header_of_the_other_mode(self) -> None:
        headers, body = cloudevents.structured(SAMPLES[EventType.CREATED], SOURCE)
        assert headers == {"content-type": "application/cloudevents+json"}
        assert json.loads(body)["data"] == CREATED.model_dump(mode="json")

    @MODES
    def test_the_bytes_are_the_same_after_the_notification_was_read_back(self, mode: cloudevents.Mode) -> None:
        sent = notification(EventType.CREATED, CREATED, made=NOON.replace(microsecond=123_456))
        assert mode(sent, SOURCE) == mode(Notification.model_validate_json(sent.model_dump_json()), SOURCE)
