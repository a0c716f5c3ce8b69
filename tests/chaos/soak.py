"""An hour of steady load and mild faults: what grows?

Two workers live through all of it. The articles are of a limited number, published again and again, some of them in
new versions, and the rules forget after a minute. Who was told is remembered for a month, in a key for each article;
so once every article has been there, nothing has a reason to grow.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import orjson
import redis as redis_client

from tests.acceptance.house import WorkerProcess
from tests.acceptance.load import CHANNELS
from tests.acceptance.verdict import Verdict, judge
from tests.chaos import faults_broker, faults_input, faults_store
from tests.chaos.flow import Flow
from tests.chaos.lag import Lag
from tests.chaos.scene import PARTITIONS, UPDATING, WATCHED, Scene, Stage
from tests.chaos.soak_report import FIGURES, JSON, PNG, Soak, kinds_of_keys, plot
from tests.chaos.stock import Stock

PER_S = 50
LIMIT_S = 300.0  # an hour is long, and other work may come to the machine
URIS = 5_000
WINDOW_S = 60
SAMPLE_S = 5.0
BETWEEN_S = (10.0, 30.0)  # faults
THROUGH = frozenset({"kafka", "redis"})


def third_joins_and_leaves(scene: Scene) -> None:
    """Two rebalances."""
    (third,) = scene.fleet.add()
    scene.pass_some(0, 2)
    scene.fleet.dismiss(third)


def some_edits(scene: Scene) -> None:
    """A hundred, of other rules."""
    for number in range(100):
        scene.flow.send([faults_input.edit(number, scene)], f"{scene.house.prefix}rules")
        scene.pass_s(0.02)


def some_poison(scene: Scene) -> None:
    """No article, ten times."""
    scene.flow.send([(f"poison:{number}", b"no article") for number in range(10)])
    scene.letters += 10


MILD: Sequence[Callable[[Scene], None]] = (
    third_joins_and_leaves,
    some_edits,
    some_poison,
    faults_store.scripts_forgotten,
    faults_store.slow_link,
    faults_store.through(lambda scene: scene.redis_proxy.cut(), 1, 1),
    faults_broker.slow_link,
    faults_store.through(lambda scene: scene.kafka_proxy.cut(), 1, 1),
)


class Sampler:
    """Looks at the workers and at Redis from a thread of its own."""

    def __init__(self, scene: Scene, workers: Sequence[WorkerProcess]) -> None:
        self.samples: list[dict[str, float]] = []
        self._scene = scene
        self._workers = workers
        self._stop = Event()
        self._thread = Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        house = self._scene.house
        lag = Lag(house.bootstrap, house.prefix + "wirewatch-match", house.prefix + "articles", PARTITIONS)
        store = redis_client.Redis.from_url(house.redis_url, socket_timeout=5)
        began_s = time.monotonic()
        while not self._stop.wait(SAMPLE_S):
            sample = {"at_s": round(time.monotonic() - began_s, 1), "lag": float(lag.behind() or 0)}
            sample |= kinds_of_keys(store.scan_iter(count=1_000), house.prefix)
            sample["redis MiB"] = store.info("memory")["used_memory"] / 2**20
            for number, worker in enumerate(self._workers, 1):
                if worker.process.poll() is None:
                    sample[f"memory {number} MiB"] = resident_bytes(worker.process.pid) / 2**20
                    sample[f"descriptors {number}"] = len(list(Path(f"/proc/{worker.process.pid}/fd").iterdir()))
            self.samples.append(sample)
        lag.close()
        store.close()


def resident_bytes(pid: int) -> int:
    """Memory that the process has now."""
    (line,) = (each for each in Path(f"/proc/{pid}/status").read_text().splitlines() if each.startswith("VmRSS:"))
    return int(line.split()[1]) * 1024


def run(seed: int, minutes: float, save: Path | None) -> list[str]:
    """Soak, say what was seen, and keep it in a folder; what is to be complained of."""
    stock = Stock(URIS, random.Random(seed))
    with Stage() as stage, stage.scene(seed, keeps=False, through=THROUGH, bends=False, forks=False) as scene:
        scene.limit_s = LIMIT_S
        scene.house.apply(*({**rule, "dedup_window_s": WINDOW_S} for rule in WATCHED))
        scene.flow.close()
        scene.flow = Flow(
            scene.kafka.bootstrap,
            f"{scene.house.prefix}articles",
            lambda _, count: stock.draw(count),
            PER_S,
        )
        sampler = Sampler(scene, scene.fleet.add(2))
        scene.flow.start()
        sampler.start()
        _strike(scene, random.Random(seed + 1), minutes)
        sampler.stop()
        scene.flow.stop()
        scene.recover()
        assert scene.until(lambda: not scene.holds()) is not None, "what was held was not released"
        scene.recover()
        scene.even_out(0)
        verdict = judge(scene.house, scene.queries, CHANNELS, UPDATING)
        articles = sum((scene.lag.ends() or {}).values())
        scene.flow.close()
    complaints = _complaints(verdict, scene)
    soak = Soak(datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), seed, minutes, articles, sampler.samples, complaints)
    for name in FIGURES:
        print(f"{name}: {soak.trend(name).told()}")
    leaks = soak.leaks()
    print("\n".join(leaks) or "nothing grew", file=sys.stderr)
    if save is not None:
        (save / JSON).write_bytes(orjson.dumps(asdict(soak), option=orjson.OPT_INDENT_2))
        plot(soak, save / PNG)
    return complaints + leaks


def _strike(scene: Scene, chance: random.Random, minutes: float) -> None:
    ends_s = time.monotonic() + minutes * 60
    while time.monotonic() < ends_s:
        strike = chance.choice(MILD)
        scene.blow_to_all()
        strike(scene)
        scene.recover()
        scene.pass_s(min(chance.uniform(*BETWEEN_S), max(0.0, ends_s - time.monotonic())))


def _complaints(verdict: Verdict, scene: Scene) -> list[str]:
    said = (
        (not verdict.matches, "nothing matched"),
        (bool(verdict.lost), f"lost: {verdict.lost[:5]}"),
        (bool(verdict.unexplained), f"neither alert nor decision: {verdict.unexplained[:5]}"),
        (bool(verdict.wrong), f"wrong: {verdict.wrong[:5]}"),
        (bool(verdict.disordered), f"out of order: {verdict.disordered[:5]}"),
        (bool(verdict.words.untold), f"due and not told: {verdict.words.untold[:5]}"),
        (bool(verdict.words.misled), f"told amiss: {verdict.words.misled[:5]}"),
        (bool(verdict.words.overtaken), f"told amiss of what came late: {verdict.words.overtaken[:5]}"),
        (bool(verdict.words.outlived), f"told amiss of what was killed before: {verdict.words.outlived[:5]}"),
        (bool(verdict.changed), f"repeats in other bytes: {verdict.changed[:5]}"),
        (verdict.letters != scene.letters, f"{verdict.letters} dead letters, there must be {scene.letters}"),
        (bool(scene.fleet.ended), f"workers ended: {scene.fleet.ended[:3]}"),
    )
    complaints = [text for is_so, text in said if is_so]
    told = f"{verdict.matches:,} matches, {verdict.words.taken_back:,} taken back or corrected"
    print("\n".join(complaints) or f"nothing lost, {told}", file=sys.stderr)
    return complaints
