"""A broker that counts the last batch of a partition as one record: all of that batch is read, and none of it left."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas.topic import Topic
from tests.contract.test_outbox import options
from tests.unit.demo.test_stage import needs_programs
from workers.demo.signals import Signals
from workers.demo.stage import Stage
from workers.streams.admin import Admin
from workers.streams.past import Past

pytestmark = needs_programs

RECORDS = 700  # more than one poll of kafka-python gives
VALUES = [b"%d" % number for number in range(RECORDS)]
PREFIX = "early-"


@pytest.fixture(scope="module")
def bootstrap() -> Iterator[str]:
    """With one batch on `alerts`."""
    with Signals() as signals, Stage(signals) as stage:
        stage.start_broker()
        with Admin(stage.kafka, PREFIX) as admin:
            admin.create([Topic("alerts", "any", "for this test", partitions=1)], 1, 1)
        producer: Any = KafkaProducer(bootstrap_servers=stage.kafka, linger_ms=60_000)
        for value in VALUES:
            producer.send(PREFIX + "alerts", value)
        producer.flush(10)
        producer.close()
        yield stage.kafka


def test_all_of_it_is_read(bootstrap: str) -> None:
    with Admin(bootstrap, PREFIX) as admin:
        assert [record.value for record in admin.read("alerts")] == VALUES


async def test_all_of_it_is_the_past(bootstrap: str) -> None:
    past = Past(options(bootstrap, PREFIX))
    assert [record.value async for piece in past.since(("alerts",), 0) for record in piece] == VALUES


def test_all_of_it_stands_there_for_one_who_follows_in_the_order_asked_for(bootstrap: str) -> None:
    with Admin(bootstrap, PREFIX) as admin:
        found = islice(admin.follow(["alerts"], True, lambda: False), RECORDS)
        assert [record.value for record in found] == VALUES


def test_none_of_it_is_new_to_one_who_follows_from_the_end(bootstrap: str) -> None:
    deadline = time.monotonic() + 2
    with Admin(bootstrap, PREFIX) as admin:
        assert list(admin.follow(["alerts"], False, lambda: time.monotonic() > deadline)) == []


def test_all_of_it_is_lag_until_it_is_committed(bootstrap: str) -> None:
    partition = TopicPartition(PREFIX + "alerts", 0)
    consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, group_id=PREFIX + "g", enable_auto_commit=False)
    consumer.assign([partition])
    with Admin(bootstrap, PREFIX) as admin:
        assert admin.lag("g", "alerts") is None
        for committed in (RECORDS - 3, RECORDS):
            consumer.commit({partition: OffsetAndMetadata(committed, "", -1)})
            assert admin.lag("g", "alerts") == RECORDS - committed
    consumer.close()
