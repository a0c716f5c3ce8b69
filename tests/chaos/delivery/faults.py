"""The faults of delivery: workers that are killed, frozen and relieved, and what they stand on, gone for a while."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass

from tests.chaos.delivery.alerts import CHANNELS, WAYS
from tests.chaos.delivery.scene import SESSION_S, DeliveryScene
from workers.posting import Step

AT_ONCE = 8  # attempts at an endpoint, unless its record says otherwise
# What a blow may cost: the attempts under way, and as many that are over and whose records are.
BLOW = 2 * AT_ONCE * len(CHANNELS) * len(WAYS)
PASSES = {Step.DISPATCHED: 8, Step.SENT: 120, Step.RECORDED: 20}  # a failpoint goes off at one of the first so many


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """A row of the table."""

    name: str
    does: str
    may_repeat: str
    strike: Callable[[DeliveryScene], None]  # returns when the fault is over
    workers: int = 1  # at the start


def killed_at(step: Step) -> Callable[[DeliveryScene], None]:
    """kill -9 of one of two workers when it passes the step for the Nth time; it is replaced."""

    def strike(scene: DeliveryScene) -> None:
        armed = scene.fleet.launch(deliver_failpoint=f"{step.name}:{scene.chance.randint(1, PASSES[step])}")
        scene.fleet.died(armed, 90)
        scene.blow()
        scene.fleet.launch()

    return strike


def killed_at_random(scene: DeliveryScene) -> None:
    """Again and again, one of two."""
    for _ in range(3):
        scene.fleet.add()
        scene.pass_some(0, 1.5)
        scene.fleet.kill(scene.chance.choice(scene.fleet.members))
        scene.blow()


def relieved(scene: DeliveryScene) -> None:
    """A second joins, the first is killed: they change places, several times."""
    for _ in range(3):
        scene.fleet.add()
        scene.pass_some(0, 1)
        first, _ = scene.fleet.members
        scene.fleet.kill(first)
        scene.blow(2)  # the partitions that moved, and those that stayed
        scene.pass_some(0, 1)


def frozen(scene: DeliveryScene) -> None:
    """SIGSTOP of one of two past its session, at any moment."""
    scene.fleet.add()
    for _ in range(2):
        worker = scene.chance.choice(scene.fleet.members)
        scene.pass_some(0, 1)
        worker.process.send_signal(signal.SIGSTOP)
        scene.pass_some(SESSION_S + 0.5, SESSION_S + 2)
        worker.process.send_signal(signal.SIGCONT)
        scene.blow(2)  # its own, and what the other has taken over meanwhile


def flushed(scene: DeliveryScene) -> None:
    """FLUSHALL, and Redis away for a moment."""
    for _ in range(2):
        scene.redis.flush()
        scene.pass_some(0.2, 1)
    scene.redis.kill()
    scene.pass_some(0.2, 1)
    scene.redis.start()


def broker_restarted(scene: DeliveryScene) -> None:
    """SIGTERM and start."""
    scene.blow(2)
    scene.kafka.restart()


IN_FLIGHT = "what was in flight"
FAULTS = (
    *(
        DeliveryFault(
            f"deliver-kill-{step.name.lower()}",
            f"kill -9 of one of two workers when it passes step {int(step)}, {step.name}",
            IN_FLIGHT,
            killed_at(step),
        )
        for step in Step
    ),
    DeliveryFault(
        "deliver-kill-random", "kill -9 of one of two workers, at any moment, three times", IN_FLIGHT, killed_at_random
    ),
    DeliveryFault(
        "deliver-two-workers", "a second worker joins, the first is killed, three times", IN_FLIGHT, relieved
    ),
    DeliveryFault(
        "deliver-zombie", "SIGSTOP past the session timeout at any moment, SIGCONT, twice", IN_FLIGHT, frozen
    ),
    DeliveryFault("deliver-redis-flush", "FLUSHALL, twice; then Redis is away for a moment", "nothing", flushed),
    DeliveryFault("deliver-broker-restart", "the broker is stopped and started", IN_FLIGHT, broker_restarted),
)
BY_NAME = {fault.name: fault for fault in FAULTS}
