"""Is what came out what the prediction says? A figure of a contestant that is wrong is worth nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import orjson
from confluent_kafka import Consumer, TopicPartition

from tests.benchmarks.prediction import Disagreement, Prediction
from tests.benchmarks.stand import CHANNEL, PREFIX, Run, Stand

TIMEOUT_S = 20.0


def judge(stand: Stand, run: Run, prediction: Prediction) -> float:
    """Hold the outputs of a run against the prediction; the mean size of an alert's value and headers, bytes.

    Raises Disagreement with what is missing and what is too much.
    """
    found: Counter[tuple[str, str]] = Counter()
    size = 0
    for value, headers in values(stand.bootstrap, PREFIX + "alerts", *run.outputs["alerts"]):
        alert = orjson.loads(value)
        found[alert["rule"]["id"], alert["article"]["uri"]] += 1
        size += len(value) + headers
    copies = _copies(stand, run)
    wanted = Counter(prediction.alerts) - copies
    if found != wanted:
        missing, surplus = wanted - found, found - wanted
        raise Disagreement(
            f"{missing.total()} alerts are missing, such as {list(missing)[:3]}; "
            f"{surplus.total()} are too many, such as {list(surplus)[:3]}"
        )
    counts = {
        f"alerts.{CHANNEL}": wanted.total(),
        "decisions": prediction.held + len(prediction.alerts) - wanted.total(),
        "dead-letters": 0,
    }
    for topic, number in counts.items():
        if run.count(topic) != number:
            raise Disagreement(f"{run.count(topic)} records on {topic}, and {number} were predicted")
    return size / max(found.total(), 1)


def _copies(stand: Stand, run: Run) -> Counter[tuple[str, str]]:
    """What was held back because another article had told the story: which, the prediction cannot know."""
    rows = (
        orjson.loads(value) for value, _ in values(stand.bootstrap, PREFIX + "decisions", *run.outputs["decisions"])
    )
    return Counter((row["rule"]["id"], row["article"]["uri"]) for row in rows if row["reason"] == "same_story")


def values(bootstrap: str, topic: str, begin: Mapping[int, int], end: Mapping[int, int]) -> Iterator[tuple[bytes, int]]:
    """Value and size of headers of each record between two sets of offsets. Raises Disagreement when one is missing."""
    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": f"{PREFIX}judge", "enable.auto.commit": False})
    try:
        for partition, first in begin.items():
            if first == end[partition]:
                continue
            consumer.assign([TopicPartition(topic, partition, first)])
            offset = first
            while offset < end[partition]:
                message = consumer.poll(TIMEOUT_S)
                if message is None or message.error():
                    raise Disagreement(f"{topic}/{partition}/{offset} cannot be read")
                yield message.value(), sum(len(name) + len(value) for name, value in message.headers() or ())
                offset = message.offset() + 1
    finally:
        consumer.close()
