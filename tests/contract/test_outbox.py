"""What holds for the way out in memory and on Kafka alike."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from schemas.envelope import Outgoing
from schemas.topic import Topic
from tests.services import witness
from tests.services.kafka import KafkaServer
from workers.errors import Unavailable
from workers.streams import MemoryOutbox, Outbox
from workers.streams.admin import Admin
from workers.streams.options import Options
from workers.streams.outbox_kafka import KafkaOutbox

MAX_BYTES = 4096
TOPIC = Topic("out", "any", "for this test", partitions=2, config={"max.message.bytes": str(MAX_BYTES)})
Rows = list[tuple[bytes | None, bytes | None]]
World = tuple[Outbox, Callable[[], Rows]]


def options(bootstrap: str, prefix: str) -> Options:
    return Options(
        bootstrap=bootstrap,
        prefix=prefix,
        group="test",
        batch_max_records=10,
        batch_max_bytes=1_000_000,
        batch_max_wait_ms=20,
        session_timeout_s=6,
        rebalance_timeout_s=6,
        heartbeat_interval_s=1,
        request_timeout_s=3,
        stop_timeout_s=1,
        stall_timeout_s=10,
        outage_timeout_s=10,
        max_request_bytes=1_000_000,
    )


@asynccontextmanager
async def memory() -> AsyncIterator[World]:
    outbox = MemoryOutbox(MAX_BYTES)
    yield outbox, lambda: [(each.key, each.value) for each in outbox.topics.get("out", [])]


@asynccontextmanager
async def on_kafka(bootstrap: str, prefix: str) -> AsyncIterator[World]:
    with Admin(bootstrap, prefix) as admin:
        admin.create([TOPIC], 1, 1)
    outbox = KafkaOutbox(options(bootstrap, prefix))
    try:
        # The witness cannot tell a tombstone from an empty value; here it is one.
        yield outbox, lambda: [(each.key, each.value or None) for each in witness.read_all(bootstrap, prefix + "out")]
    finally:
        await outbox.stop()


@pytest.fixture(params=["memory", "kafka"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        async with memory() as made:
            yield made
        return
    server: KafkaServer = request.getfixturevalue("kafka")
    async with on_kafka(server.bootstrap, request.getfixturevalue("topic_prefix")) as made:
        yield made


async def test_what_is_published_is_there_when_publish_returns(world: World) -> None:
    outbox, rows = world
    assert await outbox.publish([Outgoing("out", b"k", b"v", (("id", b"1"),)), Outgoing("out", b"gone", None)]) == []
    assert sorted(rows(), key=str) == [(b"gone", None), (b"k", b"v")]


async def test_messages_of_one_key_keep_their_order(world: World) -> None:
    outbox, rows = world
    values = [str(number).encode() for number in range(500)]
    await outbox.publish([Outgoing("out", b"one", value) for value in values[:300]])
    await outbox.publish([Outgoing("out", b"one", value) for value in values[300:]])
    assert [value for _, value in rows()] == values


async def test_what_is_too_large_comes_back_and_all_others_are_safe(world: World) -> None:
    outbox, rows = world
    large = Outgoing("out", b"k", b"x" * MAX_BYTES * 2)
    sent = [Outgoing("out", b"k", b"a"), large, Outgoing("out", b"k", b"b")]
    assert await outbox.publish(sent) == [large]
    assert [value for _, value in rows()] == [b"a", b"b"]
    assert await outbox.publish([Outgoing("out", b"k", b"c")]) == []
    assert [value for _, value in rows()] == [b"a", b"b", b"c"]


async def test_what_stands_behind_a_message_too_large_goes_through_in_its_order(world: World) -> None:
    """Each in a batch of its own: the refused batch uses up sequence numbers of the idempotent producer."""
    outbox, rows = world
    values = [f"{number}".encode() * 1500 for number in range(8)]
    large = Outgoing("out", b"k", b"x" * MAX_BYTES * 2)
    sent = [Outgoing("out", b"k", value) for value in values]
    assert await outbox.publish([*sent[:3], large, *sent[3:]]) == [large]
    assert [value for _, value in rows()] == values


async def test_several_may_publish_at_once(world: World) -> None:
    outbox, rows = world
    await asyncio.gather(*(outbox.publish([Outgoing("out", b"k", str(n).encode())]) for n in range(20)))
    assert sorted(value or b"" for _, value in rows()) == sorted(str(n).encode() for n in range(20))


async def test_nothing_to_publish_is_published(world: World) -> None:
    outbox, rows = world
    assert await outbox.publish([]) == []
    assert rows() == []


async def test_a_broker_that_is_away_is_unavailable_and_later_takes_all(
    own_kafka: KafkaServer, topic_prefix: str
) -> None:
    async with on_kafka(own_kafka.bootstrap, topic_prefix) as (outbox, rows):
        own_kafka.stop()
        with pytest.raises(Unavailable, match=own_kafka.bootstrap):
            await outbox.publish([Outgoing("out", b"k", b"v")])
        own_kafka.start()
        assert await outbox.publish([Outgoing("out", b"k", b"v")]) == []
        assert (b"k", b"v") in rows()


async def test_a_topic_that_is_made_later_does_not_stop_the_others(kafka: KafkaServer, topic_prefix: str) -> None:
    async with on_kafka(kafka.bootstrap, topic_prefix) as (outbox, rows):
        assert await outbox.publish([Outgoing("out", b"k", b"before")]) == []
        with Admin(kafka.bootstrap, topic_prefix) as admin:
            admin.create([Topic("later", "any", "for this test")], 1, 1)
        assert await outbox.publish([Outgoing("out", b"k", b"with it"), Outgoing("later", b"k", b"v")]) == []
        assert [value for _, value in rows()] == [b"before", b"with it"]


async def test_a_topic_that_does_not_exist_is_known_to_be_missing_until_it_is_made(
    kafka: KafkaServer, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.streams.outbox_kafka.ASK_AGAIN_S", 0)
    async with on_kafka(kafka.bootstrap, topic_prefix) as (outbox, _):
        assert await outbox.missing(["out", "ghost"]) == {"ghost"}
        with Admin(kafka.bootstrap, topic_prefix) as admin:
            admin.create([Topic("ghost", "any", "later", partitions=1)], 1, 1)
        async with asyncio.timeout(10):
            while await outbox.missing(["ghost"]):
                await asyncio.sleep(0.05)
        assert await outbox.publish([Outgoing("ghost", b"k", b"v")]) == []
