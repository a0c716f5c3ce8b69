"""Bodies are composed once for all endpoints of one format."""

from __future__ import annotations

import pytest

from schemas.channel import EndpointFormat
from schemas.delivery import EventType
from tests.unit.delivery.webhooks import SAMPLES
from workers.delivery.composed import Composed, compose

SENT = SAMPLES[EventType.CREATED]


@pytest.mark.parametrize("format_", EndpointFormat)
def test_it_says_the_same_as_without(format_: EndpointFormat) -> None:
    composed = Composed("/wirewatch")
    for sample in [*SAMPLES.values(), *SAMPLES.values()]:
        assert composed(sample, format_) == compose(sample, format_, "/wirewatch")


def test_it_is_composed_once_for_each_format() -> None:
    composed = Composed("/wirewatch")
    first = {format_: composed(SENT, format_) for format_ in EndpointFormat}
    assert all(composed(SENT, format_) is parts for format_, parts in first.items())


def test_one_that_was_written_again_under_its_key_says_what_it_says_now() -> None:
    composed = Composed("/wirewatch")
    before = composed(SENT, EndpointFormat.STANDARD)
    again = SENT.model_copy(update={"alerts": (SENT.alerts[0].model_copy(update={"story": "st_other"}),)})
    assert again.key == SENT.key
    assert b"st_other" not in before[1]
    assert b"st_other" in composed(again, EndpointFormat.STANDARD)[1]


def test_it_keeps_the_latest_up_to_so_many_bytes() -> None:
    size = len(compose(SENT, EndpointFormat.STANDARD, "")[1])
    composed = Composed("", kept_bytes=2 * size)
    samples = [SENT.model_copy() for _ in range(3)]
    first, second, third = (composed(each, EndpointFormat.STANDARD) for each in samples)
    assert composed(samples[1], EndpointFormat.STANDARD) is second
    assert composed(samples[2], EndpointFormat.STANDARD) is third
    assert composed(samples[0], EndpointFormat.STANDARD) is not first


def test_one_that_is_larger_than_all_it_keeps_is_composed_all_the_same() -> None:
    composed = Composed("", kept_bytes=1)
    assert composed(SENT, EndpointFormat.STANDARD) == composed(SENT, EndpointFormat.STANDARD)
