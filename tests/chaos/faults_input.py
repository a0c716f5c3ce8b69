"""Floods, poison, alerts that the broker refuses, and clocks that jump."""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson

from tests.acceptance.load import make_articles
from tests.acceptance.poison import FINE, POISON, send_costly
from tests.chaos.fault import Cost, Fault
from tests.chaos.scene import Scene

HOUR_S = 3660.0  # and a minute: a broker refuses records of more than an hour ahead
FLOOD = 4_000
FLOOD_FIRST = 1_000_000  # a number that the flow does not reach
# Ten thousand words: of the millions that fit, the plain evaluator would make minutes.
HUGE = b'{"uri":"huge:1","title":"pipeline verdict","body":"' + (b"x" * 1_000 + b" troops ") * 10_000 + b'"}'
EDITS_PER_S, EDITS_S, EDITED = 1_000, 3, 200
LIVE_S = 2.0  # P7
LATE = "zeppelin"


def articles_flood(scene: Scene) -> None:
    """Thousands at once, one of them of 10 MB."""
    made = make_articles(FLOOD_FIRST, FLOOD, scene.chance.randrange(10**9))
    rows: list[tuple[str, bytes | None]] = [(each["uri"], orjson.dumps(each)) for each in made]
    rows.insert(scene.chance.randrange(FLOOD), ("huge:1", HUGE))
    scene.flow.send(rows)
    scene.flow.flush()


def rules_flood(scene: Scene) -> None:
    """A thousand edits a second of other rules; then one that must be live in time."""
    topic, scene.edit_live_s = f"{scene.house.prefix}rules", LIVE_S
    for turn in range(EDITS_S * 20):
        started_s = time.monotonic()
        scene.flow.send([edit(turn * EDITS_PER_S // 20 + number, scene) for number in range(EDITS_PER_S // 20)], topic)
        scene.pass_s(max(0.0, started_s + 0.05 - time.monotonic()))
    scene.flow.send([("late", orjson.dumps({"id": "late", "query": LATE, "channels": ["east"]}))], topic)
    scene.pass_s(LIVE_S)
    scene.queries["late"] = LATE
    scene.flow.send([("late:1", orjson.dumps({"uri": "late:1", "title": f"A {LATE}"}))])


def edit(number: int, scene: Scene) -> tuple[str, bytes | None]:
    """Of one of the rules that match nothing: a record, or a tombstone."""
    key = f"flood-{scene.chance.randrange(EDITED)}"
    if scene.chance.random() < 0.1:
        return key, None
    word = f"airship{number % 977} OR (balloon NEAR/3 kite{number % 13}) OR glider{number % 7}*"
    return key, orjson.dumps({"id": key, "query": word, "version": number + 1})


def poisoned(scene: Scene) -> None:
    """Every kind, and what is only odd, in between the articles."""
    names = [*POISON, *(name for name in FINE if name != "an article of 10 MB")]
    scene.chance.shuffle(names)
    for name in names:
        scene.flow.send([(name, POISON[name][0]) if name in POISON else (orjson.loads(FINE[name])["uri"], FINE[name])])
        scene.pass_s(0.03)
    send_costly(scene.kafka.bootstrap, f"{scene.house.prefix}articles")
    scene.letters += len(POISON)


def output_refused(scene: Scene) -> None:
    """`alerts` and the channels take hardly more than an ordinary alert: large ones must become decisions."""
    scene.limit_topics(3_000)
    for number in range(40):
        large = {
            "uri": f"large:{number}",
            "title": "pipeline verdict",
            "note": "y" * scene.chance.randrange(3000, 9000),
        }
        scene.flow.send([(f"large:{number}", orjson.dumps(large))])
        scene.pass_s(0.05)
    scene.recover()
    scene.limit_topics(None)


def clocks_jump(seconds: float) -> Callable[[Scene], None]:
    """Of all workers, there and back again."""

    def strike(scene: Scene) -> None:
        scene.shift_clocks(seconds)
        scene.pass_some(1.5, 3)
        scene.fleet.dismiss(scene.fleet.members[0])
        scene.fleet.add()  # one that starts under the wrong clock
        scene.shift_clocks(0)
        scene.pass_s(0.5)

    return strike


def source_clocks_jump(scene: Scene) -> None:
    """The timestamps that articles bring: an hour back, then almost one ahead (a broker refuses more)."""
    for seconds in (-HOUR_S, HOUR_S - 120, 0.0):
        scene.flow.clock_shift_s = seconds
        scene.pass_some(0.7, 1.5)


FAULTS = (
    Fault("article-flood", f"{FLOOD:,} articles at once, one of 10 MB among them", Cost.NOTHING, articles_flood),
    Fault(
        "rule-flood",
        f"{EDITS_PER_S:,} edits a second for {EDITS_S} s; the one behind them is live in 2 s",
        Cost.NOTHING,
        rules_flood,
        mixes=False,
    ),
    Fault(
        "poison",
        "every kind of poison, what is only odd, and a batch that inflates hugely",
        Cost.NOTHING,
        poisoned,
        mixes=False,
    ),
    Fault(
        "output-refused",
        "the broker refuses large alerts, and all batches of several",
        Cost.NOTHING,
        output_refused,
        mixes=False,
    ),
    Fault(
        "clock-forward",
        "the workers' clocks are an hour ahead, one starts so; then right again",
        Cost.NOTHING,
        clocks_jump(HOUR_S),
        workers=2,
        bends=True,
    ),
    Fault(
        "clock-back",
        "the workers' clocks are an hour behind, one starts so; then right again",
        Cost.NOTHING,
        clocks_jump(-HOUR_S),
        workers=2,
        bends=True,
    ),
    Fault(
        "clock-of-the-source",
        "the articles' timestamps are an hour behind, then an hour ahead",
        Cost.NOTHING,
        source_clocks_jump,
    ),
)
