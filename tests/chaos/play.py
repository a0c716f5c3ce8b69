"""One run: a flow, faults that strike, and the verdict of an independent reader."""

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

from tests.acceptance.audited import SURPLUS, audited
from tests.acceptance.load import CHANNELS
from tests.acceptance.verdict import judge
from tests.chaos.fault import Cost, Fault
from tests.chaos.faults import FAULTS
from tests.chaos.outcome import Outcome
from tests.chaos.scene import UPDATING, Scene, Stage
from tests.services import witness
from workers.errors import Unavailable
from workers.ledger import Slip

KEPT = Path(__file__).parents[2] / ".cache" / "chaos"  # what is left of runs that failed
LARGEST_SEQUENCE = 3
CAME_OFF = (AssertionError, OSError, RuntimeError, KafkaError, RedisError, Unavailable)


def drawn(seed: int) -> list[Fault]:
    """The faults of a seed: two or three that may stand together, in its order."""
    chance = random.Random(f"faults of {seed}")
    return chance.sample([fault for fault in FAULTS if fault.mixes], chance.randint(2, LARGEST_SEQUENCE))


def play(stage: Stage, faults: Sequence[Fault], seed: int) -> Outcome:
    """Run it and judge it; what goes wrong with the run itself is a complaint too."""
    started_s = time.monotonic()
    outcome = Outcome([fault.name for fault in faults], seed)
    outcome.date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    through = frozenset[str]().union(*(fault.through for fault in faults))
    keeps, bends = (any(each) for each in zip(*((fault.keeps, fault.bends) for fault in faults), strict=True))
    with stage.scene(seed, keeps, through, bends) as scene:
        try:
            _strike(scene, faults, outcome)
            _judge(scene, faults, outcome)
        except CAME_OFF as exc:
            where = [f"{Path(each.filename).name}:{each.lineno}" for each in traceback.extract_tb(exc.__traceback__)]
            outcome.complaints.append(f"the run did not come off: {exc!r} at {' '.join(where)}"[-3000:])
        outcome.ended += scene.fleet.ended
        outcome.complaints += [f"a worker ended {each}" for each in scene.fleet.ended]
        if outcome.complaints:
            _keep(scene, f"{'+'.join(outcome.faults)}-{seed}")
    outcome.took_s = round(time.monotonic() - started_s, 1)
    return outcome


def _strike(scene: Scene, faults: Sequence[Fault], outcome: Outcome) -> None:
    scene.fleet.add(max(fault.workers for fault in faults))
    scene.flow.start()
    began_s = scene.until(lambda: any((scene.lag.committed() or {}).values()))
    assert began_s is not None, "the workers did not begin"
    for fault in faults:
        scene.even_out(fault.workers)
        scene.pass_some(0.2, 1.2)
        scene.recovery_s = 0.0
        fault.strike(scene)
        scene.recover()
        outcome.recovery_s.append(round(scene.recovery_s, 2))
    unacknowledged = scene.flow.stop()
    if unacknowledged:
        outcome.complaints.append(f"{unacknowledged} articles were never acknowledged by the broker")
    if scene.until(lambda: scene.lag.behind() == 0) is None:
        outcome.complaints.append("the lag never was zero at the end")
    elif scene.until(lambda: not scene.holds()) is None or scene.until(lambda: scene.lag.behind() == 0) is None:
        outcome.complaints.append("what was held was not released")
    scene.even_out(0)


def _judge(scene: Scene, faults: Sequence[Fault], outcome: Outcome) -> None:
    costs = {fault.cost for fault in faults}
    may_repeat = max(cost.may_repeat(scene.blows) for cost in costs)
    verdict = judge(scene.house, scene.queries, CHANNELS, UPDATING)
    outcome.articles = sum((scene.lag.ends() or {}).values())
    forgets = any(cost.forgets for cost in costs)
    outcome.take(verdict, scene.letters, may_repeat, may_retell=forgets, may_forget=Cost.EVICTION in costs)
    try:
        evicted = {Slip.RETRACTION_MISSING} if Cost.EVICTION in costs else set()
        audited(scene.house, allowed=(SURPLUS if forgets else set()) | evicted, edit_live_s=scene.edit_live_s)
    except AssertionError as exc:
        outcome.complaints.append(f"the audit {exc}"[:3000])


def _keep(scene: Scene, name: str) -> None:
    """The logs of the workers, and what stood on the topics."""
    shutil.rmtree(KEPT / name, ignore_errors=True)
    shutil.copytree(scene.folder, KEPT / name)
    for topic in ("articles", "alerts", "decisions", "kills", "held"):
        records = witness.read_all(scene.kafka.bootstrap, scene.house.prefix + topic)
        lines = [
            f"{each.partition}/{each.offset} {each.headers} {(each.value or b'').decode()[:2000]}\n" for each in records
        ]
        (KEPT / name / f"{topic}.txt").write_text("".join(lines))
