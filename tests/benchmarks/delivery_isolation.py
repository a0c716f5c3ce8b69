"""How soon healthy endpoints hear of alerts, with and without endpoints beside them that misbehave."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from schemas.channel import Channel
from tests.benchmarks import delivery_stock
from tests.benchmarks.contestant import Contestant
from tests.benchmarks.delivery_stand import START_S, TIMEOUT_S, Field, WrongOutput
from tests.services.receiver import Receiver

BAD_WAYS = ("never", "drip-head", "large", "reset-after-body", "status/429")
CHANNELS = ("desk-a", "desk-b")  # one takes 50 endpoints at most
WARM_UP = 5  # alerts that open connections; not counted


@dataclass(frozen=True, slots=True)
class Pace:
    """What flows in one run."""

    alerts: int
    per_s: float
    endpoints: int  # healthy ones


@contextmanager
def listening() -> Iterator[Receiver]:
    """A receiver on a thread of its own, which keeps what came and when."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    receiver = Receiver()
    try:
        asyncio.run_coroutine_threadsafe(receiver.__aenter__(), loop).result(START_S)
        yield receiver
        asyncio.run_coroutine_threadsafe(receiver.__aexit__(), loop).result(START_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(START_S)
        loop.close()


def channels(healthy: Sequence[str], bad: Sequence[str]) -> list[Channel]:
    """Each has its share of the healthy endpoints, and of those that misbehave."""
    count = len(CHANNELS)
    return [delivery_stock.channel(name, [*healthy[at::count], *bad[at::count]]) for at, name in enumerate(CHANNELS)]


def latencies_ms(field: Field, receiver: Receiver, bad: Sequence[str], pace: Pace) -> list[float]:
    """From each alert's record on `alerts` to its arrival at each healthy endpoint. Raises WrongOutput, Died."""
    receiver.got.clear()
    healthy = delivery_stock.urls(f"http://127.0.0.1:{receiver.port}", pace.endpoints)
    field.put(*channels(healthy, bad))
    worker = field.worker()
    worker.start()
    try:
        worker.wait_logged('"event": "ready"', START_S)
        begin_s = time.monotonic()
        for number, alert in enumerate(delivery_stock.alerts(pace.alerts, CHANNELS)):
            time.sleep(max(begin_s + number / pace.per_s - time.monotonic(), 0))
            field.alert(alert)
        _wait(receiver, pace, worker)
    finally:
        worker.stop()
    at_ms = field.alerted_ms()
    warm_up = {alert.id for alert in delivery_stock.alerts(WARM_UP, CHANNELS)}
    return [
        got.at.timestamp() * 1000 - at_ms[got.headers["webhook-id"]]
        for got in receiver.got
        if got.headers["webhook-id"] not in warm_up
    ]


def _wait(receiver: Receiver, pace: Pace, worker: Contestant) -> None:
    wanted, until_s = pace.alerts * pace.endpoints, time.monotonic() + TIMEOUT_S
    while len(receiver.got) < wanted:
        worker.look()
        if time.monotonic() > until_s:
            raise WrongOutput(f"{len(receiver.got)} of {wanted} came to the healthy endpoints")
        time.sleep(0.05)
