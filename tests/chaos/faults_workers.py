"""Workers that are killed, frozen, added and taken away."""

from __future__ import annotations

import signal
from collections.abc import Callable

from tests.chaos.fault import Cost, Fault
from tests.chaos.fleet import ASSIGNED, wait_stopped
from tests.chaos.scene import PARTITIONS, Scene
from tests.chaos.shim import STOP
from workers.pipeline import Step

ALL = f'"partitions": {list(range(PARTITIONS))}'
PASSES = 8  # a failpoint goes off at one of the first so many
SESSION_S = 1.5


def killed_at(step: Step) -> Callable[[Scene], None]:
    """kill -9 of one of two workers when it passes the step for the Nth time; it is replaced."""

    def strike(scene: Scene) -> None:
        armed = scene.fleet.launch(match_failpoint=f"{step.name}:{scene.chance.randint(1, PASSES)}")
        scene.fleet.died(armed)
        scene.blow()
        scene.fleet.launch()

    return strike


def stopped_at(step: Step) -> Callable[[Scene], None]:
    """SIGSTOP of one of two workers at the step until the other has all partitions; then SIGCONT."""

    def strike(scene: Scene) -> None:
        (other,) = scene.fleet.members
        before = other.log.count(ALL)
        frozen = scene.fleet.launch({STOP: f"{step.name}:{scene.chance.randint(1, PASSES)}"})
        wait_stopped(frozen)
        scene.blow()
        other.wait_logged(ALL, times=before + 1)
        scene.recover()  # the other has repeated the batch of the frozen one
        scene.pass_some(0, 1)
        assigned = frozen.log.count(ASSIGNED)
        frozen.process.send_signal(signal.SIGCONT)
        frozen.wait_logged(ASSIGNED, times=assigned + 1)

    return strike


def stopped_at_random(scene: Scene) -> None:
    """SIGSTOP of one of two past its session, at any moment."""
    scene.fleet.add()
    for _ in range(2):
        frozen = scene.chance.choice(scene.fleet.members)
        scene.pass_some(0, 0.5)
        frozen.process.send_signal(signal.SIGSTOP)
        scene.pass_some(SESSION_S + 0.2, SESSION_S + 1.5)
        frozen.process.send_signal(signal.SIGCONT)
        scene.blow()


def killed_at_random(scene: Scene) -> None:
    """Again and again, one of two."""
    for _ in range(3):
        scene.fleet.add()
        scene.pass_some(0, 0.8)
        scene.fleet.kill(scene.chance.choice(scene.fleet.members))
        scene.blow()


def group_killed_in_a_rebalance(scene: Scene) -> None:
    """A third joins two, and all of them are killed while the group comes together."""
    scene.fleet.add()
    third = scene.fleet.launch()
    third.wait_logged('"missing": ["partitions"]')
    scene.pass_some(0, 0.3)
    scene.blow_to_all()
    scene.fleet.kill(*scene.fleet.members)
    for _ in range(2):
        scene.fleet.launch()


def scaled(scene: Scene) -> None:
    """1 → 3 → 1."""
    scene.fleet.add(2)
    scene.pass_some(0.2, 1)
    leaving = scene.chance.sample(scene.fleet.members, 2)
    scene.fleet.dismiss(*leaving)


def _step_name(step: Step) -> str:
    return step.name.lower().replace("_", "-")


FAULTS = (
    *(
        Fault(
            f"kill-{_step_name(step)}",
            f"kill -9 of one of two workers when it passes step {int(step)}, {step.name}",
            Cost.BATCH if step in (Step.PUBLISHED, Step.REMEMBERED) else Cost.NOTHING,
            killed_at(step),
        )
        for step in Step
    ),
    Fault("kill-random", "kill -9 of one of two workers, at any moment, three times", Cost.BATCH, killed_at_random),
    *(
        Fault(
            f"zombie-{_step_name(step)}",
            f"SIGSTOP at step {int(step)}, {step.name}, until another worker has its partitions; then SIGCONT",
            Cost.BATCH,
            stopped_at(step),
        )
        for step in (Step.CLAIMED, Step.PUBLISHED, Step.CONFIRMED)
    ),
    Fault(
        "zombie-random", "SIGSTOP past the session timeout at any moment, SIGCONT, twice", Cost.BATCH, stopped_at_random
    ),
    Fault(
        "group-kill",
        "kill -9 of all three workers while the group comes together; two come back",
        Cost.BATCH,
        group_killed_in_a_rebalance,
    ),
    Fault("scale", "1 → 3 → 1 workers, by SIGTERM", Cost.NOTHING, scaled, mild=True),
)
