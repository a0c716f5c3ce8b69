"""The broker that dies, freezes, and is far away."""

from __future__ import annotations

from tests.chaos.fault import KAFKA, Cost, Fault
from tests.chaos.faults_store import through
from tests.chaos.scene import Scene

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
