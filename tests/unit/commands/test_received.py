"""`tail` puts alerts and decisions in the order in which their articles came."""

from __future__ import annotations

import pytest

from schemas.envelope import Incoming
from workers.commands.tail import received_ms

STAMPED_MS = 1_780_000_000_000
BEFORE = b"2026-05-01T12:00:00.5Z"
BEFORE_MS = 1_777_636_800_500


@pytest.mark.parametrize(
    ("topic", "value", "wanted"),
    [
        pytest.param("alerts", b'{"times": {"received": "%s"}}' % BEFORE, BEFORE_MS, id="an alert"),
        pytest.param("alerts.asia", b'{"times": {"received": "%s"}}' % BEFORE, BEFORE_MS, id="on a channel"),
        pytest.param("decisions", b'{"received": "%s"}' % BEFORE, BEFORE_MS, id="a decision"),
        pytest.param("alerts", b'{"times": {"received": "2999-01-01T00:00:00Z"}}', STAMPED_MS, id="by a clock ahead"),
        pytest.param("alerts", b'{"times": {"received": "0001-01-01T00:00:00"}}', None, id="long ago"),
        pytest.param("alerts", b'{"times": {"received": 5}}', STAMPED_MS, id="a number"),
        pytest.param("alerts", b'{"times": []}', STAMPED_MS, id="of another shape"),
        pytest.param("decisions", b"[]", STAMPED_MS, id="a list"),
        pytest.param("decisions", b"not json", STAMPED_MS, id="no JSON"),
        pytest.param("decisions", None, STAMPED_MS, id="a tombstone"),
    ],
)
def test_when_an_article_came_is_read_from_what_is_told_of_it(
    topic: str, value: bytes | None, wanted: int | None
) -> None:
    found = received_ms(Incoming(topic, 0, 1, STAMPED_MS, None, value))
    assert found == wanted if wanted is not None else found <= STAMPED_MS
