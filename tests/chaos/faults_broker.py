"""The broker that dies, freezes, and is far away."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from tests.acceptance.load import CHANNELS
from tests.chaos.fault import KAFKA, Cost, Fault
from tests.chaos.faults_store import through
from tests.chaos.scene import PARTITIONS, Scene
from tests.services.kafka import KafkaServer

OFFSETS, OFFSETS_PARTITIONS = "__consumer_offsets", 4  # as tests/services/kafka.py sets
OUTAGE_TRIES = 4  # so often may a batch be sent in one outage, acknowledged or not


def killed(scene: Scene) -> None:
    """kill -9, and started again."""
    scene.blow_to_all(OUTAGE_TRIES)
    scene.kafka.kill()
    scene.pass_some(0, 1)
    scene.kafka.start()


def restarted(scene: Scene) -> None:
    """SIGTERM and start: the coordinator is loaded anew."""
    scene.blow_to_all(OUTAGE_TRIES)
    scene.kafka.restart()


def frozen(scene: Scene) -> None:
    """SIGSTOP for longer than any request and the session."""
    scene.blow_to_all(OUTAGE_TRIES)
    scene.kafka.pause()
    scene.pass_some(3, 6)
    scene.kafka.resume()


def half_open(scene: Scene) -> None:
    """Connections stay open, and nothing gets through."""
    scene.blow_to_all(OUTAGE_TRIES)
    scene.kafka_proxy.freeze()
    scene.pass_some(3, 6)
    scene.kafka_proxy.thaw()


def slow_link(scene: Scene) -> None:
    """Each piece takes a while either way."""
    scene.kafka_proxy.slow(scene.chance.uniform(0.02, 0.1))
    scene.pass_some(2, 4)
    scene.kafka_proxy.slow(0)


def offsets_lost(scene: Scene) -> None:
    """The group is deleted while no worker runs: everything is read again, and Redis knows what was told."""
    scene.even_out(0)
    with closing(_admin(scene)) as client:
        client.delete_groups([f"{scene.house.prefix}wirewatch-match"])
    scene.fleet.add()


def coordinator_moves(scene: Scene) -> None:
    """A second broker takes over the coordinator of the group, and gives it back."""
    offsets = [TopicPartition(OFFSETS, number) for number in range(OFFSETS_PARTITIONS)]
    _lent_to_a_second_broker(scene, offsets)


def leaders_move(scene: Scene) -> None:
    """A second broker takes over the articles and what comes out, and gives them back."""
    topics = ("articles", "alerts", "decisions", *(f"alerts.{name}" for name in CHANNELS))
    _lent_to_a_second_broker(
        scene, [TopicPartition(scene.house.prefix + topic, number) for topic in topics for number in range(PARTITIONS)]
    )


def _lent_to_a_second_broker(scene: Scene, partitions: Sequence[TopicPartition]) -> None:
    scene.blow_to_all(2 * OUTAGE_TRIES)
    with KafkaServer(eager=True, joins=scene.kafka) as second, closing(_admin(scene)) as client:
        try:
            for node in (2, 1):
                client.alter_partition_reassignments({each: [node] for each in partitions})
                moved_s = scene.until(lambda: not client.list_partition_reassignments(), 30)
                assert moved_s is not None, "the partitions were not moved"
                scene.recover()
                scene.pass_some(0.2, 1)
        finally:
            second.stop()  # in order, so that the first knows that it is gone


def _admin(scene: Scene) -> KafkaAdminClient:
    """A client that knows of every broker there is now."""
    return KafkaAdminClient(bootstrap_servers=scene.kafka.bootstrap)


PROXY = frozenset({KAFKA})
FAULTS = (
    Fault("broker-kill", "kill -9 of the broker; it comes back", Cost.BATCH, killed),
    Fault(
        "broker-restart",
        "the broker is stopped and started: the group's coordinator is loaded anew",
        Cost.BATCH,
        restarted,
    ),
    Fault("broker-freeze", "SIGSTOP of the broker for 3 to 6 s", Cost.BATCH, frozen),
    Fault(
        "offsets-lost",
        "the committed offsets are deleted: everything is read again",
        Cost.NOTHING,
        offsets_lost,
        mixes=False,  # after a loss of Redis it would be told again
    ),
    Fault(
        "coordinator-move",
        "the group's coordinator moves to a second broker, and back",
        Cost.BATCH,
        coordinator_moves,
        mixes=False,  # the second broker is not behind the proxy
    ),
    Fault(
        "leaders-move",
        "the leaders of the articles and of all outputs move to a second broker, and back",
        Cost.BATCH,
        leaders_move,
        mixes=False,
    ),
    Fault(
        "kafka-half-open",
        "no byte to or from the broker for 3 to 6 s, nothing closed",
        Cost.BATCH,
        half_open,
        through=PROXY,
    ),
    Fault(
        "kafka-forgotten",
        "connections to the broker that stay open and silent for ever; new ones work",
        Cost.BATCH,
        through(lambda scene: scene.kafka_proxy.strand(), 2, 3),
        through=PROXY,
    ),
    Fault(
        "kafka-cut",
        "all connections to the broker reset, five times",
        Cost.BATCH,
        through(lambda scene: scene.kafka_proxy.cut(), 5, 0.7),
        through=PROXY,
    ),
    Fault(
        "kafka-slow-link",
        "20 to 100 ms each way to the broker, by the proxy",
        Cost.NOTHING,
        slow_link,
        through=PROXY,
        mild=True,
    ),
)
