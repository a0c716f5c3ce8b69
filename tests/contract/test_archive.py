"""What holds for the archive in memory and on Kafka alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas.envelope import Incoming
from schemas.topic import Topic
from tests.services.kafka import KafkaServer
from tests.unit.demo.test_stage import needs_programs
from workers.demo.signals import Signals
from workers.demo.stage import Stage
from workers.errors import Unavailable
from workers.streams.admin import Admin
from workers.streams.archive import Archive, MemoryArchive
from workers.streams.archive_kafka import KafkaArchive

KEPT_MS = 3_600_000
NOW_MS = 1_780_000_000_000
TOPICS = [
    Topic("news", "any", "for this test", partitions=2, config={"retention.ms": "-1"}),
    Topic("told", "any", "for this test", partitions=1, config={"retention.ms": "-1"}),
    Topic("brief", "any", "for this test", partitions=1, config={"retention.ms": str(KEPT_MS)}),
    Topic("kept", "any", "for this test", partitions=1, config={"cleanup.policy": "compact"}),
]
# topic, partition, timestamp behind NOW_MS
ROWS = [("news", 0, 10), ("news", 1, 5), ("told", 0, 10), ("news", 0, 30), ("news", 1, 20), ("news", 1, 15)]
World = tuple[Archive, Callable[[int], None]]


def records() -> list[Incoming]:
    offsets: dict[tuple[str, int], int] = {}
    made = []
    for topic, partition, at in ROWS:
        offset = offsets[topic, partition] = offsets.get((topic, partition), -1) + 1
        made.append(Incoming(topic, partition, offset, NOW_MS + at, b"k", b"%d" % at, (("h", b"v"),)))
    return made


@contextmanager
def memory() -> Iterator[World]:
    archive = MemoryArchive(kept_ms={"brief": KEPT_MS})
    for topic in TOPICS:
        archive.make(topic.name, topic.partitions or 1)
    for record in records():
        archive.put(record)
    yield archive, lambda offset: archive.commits.update({("g", "news"): {1: offset}})


@contextmanager
def on_kafka(bootstrap: str, prefix: str) -> Iterator[World]:
    with Admin(bootstrap, prefix) as admin:
        admin.create(TOPICS, 1, 1)
    producer: Any = KafkaProducer(bootstrap_servers=bootstrap)
    for each in records():
        producer.send(
            prefix + each.topic,
            each.value,
            each.key,
            headers=list(each.headers),
            partition=each.partition,
            timestamp_ms=each.timestamp_ms,
        ).get(10)
    producer.close()

    def commit(offset: int) -> None:
        consumer: Any = KafkaConsumer(bootstrap_servers=bootstrap, group_id=prefix + "g", enable_auto_commit=False)
        consumer.assign([TopicPartition(prefix + "news", 1)])
        consumer.commit({TopicPartition(prefix + "news", 1): OffsetAndMetadata(offset, "", -1)})
        consumer.close()

    with KafkaArchive(bootstrap, prefix) as archive:
        yield archive, commit


@pytest.fixture(params=["memory", "kafka"])
def world(request: pytest.FixtureRequest, topic_prefix: str) -> Iterator[World]:
    if request.param == "memory":
        with memory() as made:
            yield made
        return
    kafka: KafkaServer = request.getfixturevalue("kafka")
    with on_kafka(kafka.bootstrap, topic_prefix) as made:
        yield made


def test_all_records_come_whole_in_the_order_of_time_and_each_partition_in_its_own(world: World) -> None:
    archive, _ = world
    told, news = records()[2], [each for each in records() if each.topic == "news"]
    by_time = {each.timestamp_ms - NOW_MS: each for each in news}
    # 15 stands behind 20 on its partition, and `told` before `news` among topics asked.
    wanted = [by_time[5], told, by_time[10], by_time[20], by_time[15], by_time[30]]
    assert list(archive.history(["told", "news"], 0)) == wanted


def test_reading_begins_at_the_first_record_of_each_partition_that_is_stamped_so(world: World) -> None:
    archive, _ = world
    found = [each.timestamp_ms - NOW_MS for each in archive.history(["news", "told"], NOW_MS + 15)]
    assert found == [20, 15, 30]
    assert archive.size(["news", "told"], NOW_MS + 15) == 3
    assert list(archive.history(["news"], NOW_MS + 1000)) == []


def test_a_topic_that_is_not_there_is_no_topic_without_records(world: World) -> None:
    archive, _ = world
    assert {"news", "told", "brief", "kept"} <= archive.topics()
    with pytest.raises(Unavailable, match=r"no topic .*absent"):
        list(archive.history(["absent"], 0))


def test_only_what_a_group_has_committed_is_told(world: World) -> None:
    archive, commit = world
    assert dict(archive.committed("g", "news")) == {}
    commit(2)
    assert dict(archive.committed("g", "news")) == {1: 2}


@pytest.mark.parametrize(
    ("topic", "kept_from_ms"),
    [("news", 0), ("brief", NOW_MS - KEPT_MS), ("kept", 0)],
    ids=["for ever", "for a time", "compacted"],
)
def test_what_may_have_been_deleted_is_told_by_its_age(world: World, topic: str, kept_from_ms: int) -> None:
    archive, _ = world
    assert archive.kept_from_ms(topic, NOW_MS) == kept_from_ms


@needs_programs
def test_the_last_batch_is_read_whole_where_a_broker_counts_it_as_one_record(topic_prefix: str) -> None:
    with Signals() as signals, Stage(signals) as stage:
        stage.start_broker()
        with Admin(stage.kafka, topic_prefix) as admin:
            admin.create(TOPICS, 1, 1)
        producer: Any = KafkaProducer(bootstrap_servers=stage.kafka, linger_ms=60_000)
        for at in range(5):
            producer.send(topic_prefix + "told", b"%d" % at, partition=0, timestamp_ms=NOW_MS + at)
        producer.flush(10)
        producer.close()
        with KafkaArchive(stage.kafka, topic_prefix) as archive:
            assert [each.value for each in archive.history(["told"], 0)] == [b"0", b"1", b"2", b"3", b"4"]
            assert {each.value for each in archive.history(["told"], NOW_MS + 3)} >= {b"3", b"4"}
