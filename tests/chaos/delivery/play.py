"""One run: a flow of alerts, faults that strike, and the verdict of an independent reader."""

from __future__ import annotations

import random
import shutil
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from kafka.errors import KafkaError
from redis import RedisError

from tests.chaos.delivery.faults import BLOW, FAULTS, DeliveryFault
from tests.chaos.delivery.outcome import DeliveryOutcome
from tests.chaos.delivery.scene import FULL, LIMIT_S, DeliveryScene, Size, endpoints, scene
from tests.chaos.delivery.verdict import judge
from tests.chaos.scene import Stage
from tests.services import witness
from workers.errors import Unavailable

KEPT = Path(__file__).parents[3] / ".cache" / "chaos"  # what is left of runs that failed
LARGEST_SEQUENCE = 3
CAME_OFF = (AssertionError, OSError, RuntimeError, KafkaError, RedisError, Unavailable)


def drawn(seed: int) -> list[DeliveryFault]:
    """The faults of a seed: two or three, in its order."""
    chance = random.Random(f"faults of delivery of {seed}")
    return chance.sample(FAULTS, chance.randint(2, LARGEST_SEQUENCE))


def play(stage: Stage, faults: Sequence[DeliveryFault], seed: int, size: Size = FULL) -> DeliveryOutcome:
    """Run it and judge it; what goes wrong with the run itself is a complaint too."""
    started_s = time.monotonic()
    outcome = DeliveryOutcome([fault.name for fault in faults], seed)
    outcome.date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    with scene(stage, seed, size) as set_:
        try:
            _strike(set_, faults, outcome)
            _judge(set_, outcome)
        except CAME_OFF as exc:
            where = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(exc.__traceback__)]
            outcome.complaints.append(f"the run did not come off: {exc!r} at {' '.join(where)}"[-3000:])
        outcome.ended += set_.fleet.ended
        outcome.complaints += [f"a worker ended {each}" for each in set_.fleet.ended]
        if outcome.complaints:
            _keep(set_, f"{'+'.join(outcome.faults)}-{seed}")
    outcome.took_s = round(time.monotonic() - started_s, 1)
    return outcome


def _strike(set_: DeliveryScene, faults: Sequence[DeliveryFault], outcome: DeliveryOutcome) -> None:
    set_.fleet.add(max(fault.workers for fault in faults))
    set_.flow.start()
    assert set_.until(lambda: any((set_.alerts_lag.committed() or {}).values())) is not None, "no worker began"
    for fault in faults:
        set_.even_out(fault.workers)
        set_.pass_some(0.2, 1.2)
        set_.recovery_s = 0.0
        fault.strike(set_)
        set_.recover()
        outcome.recovery_s.append(round(set_.recovery_s, 2))
    assert set_.until(lambda: set_.flow.sent >= set_.size.alerts, LIMIT_S) is not None, "the flow has stopped"
    unacknowledged = set_.flow.stop()
    if unacknowledged:
        outcome.complaints.append(f"{unacknowledged} alerts were never acknowledged by the broker")
    if set_.until(set_.is_done, LIMIT_S) is None:
        outcome.complaints.append("something was open at the end")
    set_.even_out(0)


def _judge(set_: DeliveryScene, outcome: DeliveryOutcome) -> None:
    alerts, deliveries, letters = (
        witness.read_all(set_.kafka.bootstrap, set_.house.prefix + topic)
        for topic in ("alerts", "deliveries", "dead-letters")
    )
    verdict = judge(alerts, deliveries, set_.receiver.account(), endpoints())
    outcome.take(verdict, len(letters), may_repeat=set_.blows * BLOW)


def _keep(set_: DeliveryScene, name: str) -> None:
    """The logs of the workers, and what stood on the topics."""
    shutil.rmtree(KEPT / name, ignore_errors=True)
    shutil.copytree(set_.folder, KEPT / name)
    for topic in ("alerts", "deliveries", "decisions"):
        records = witness.read_all(set_.kafka.bootstrap, set_.house.prefix + topic)
        lines = [
            f"{each.partition}/{each.offset} {each.timestamp_ms} {dict(each.headers)} {each.value.decode()[:2000]}\n"
            for each in records
        ]
        (KEPT / name / f"{topic}.txt").write_text("".join(lines))
    lines = [f"{place} {line}\n" for place, lines in set_.receiver.account().items() for line in lines]
    (KEPT / name / "received.txt").write_text("".join(lines))
