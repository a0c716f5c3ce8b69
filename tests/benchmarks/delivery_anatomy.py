"""Where a delivery's time goes: the worker's own parts in this process, the log of `deliveries` in memory.

Everything else is as in the worker: each record is read back, and each request goes to the receiver over HTTP. What
Kafka's client costs is left out.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from config import logging
from config.settings import load
from schemas.alert import Alert
from schemas.channel import Channel
from schemas.envelope import Incoming, Outgoing
from tests.benchmarks import delivery_stock
from tests.benchmarks.report import table
from tests.benchmarks.sampler import Sampler
from workers.courier import outgoing
from workers.deliver_app import DeliverParts
from workers.delivery import dispatch
from workers.streams.outbox_kafka import KafkaOutbox
from workers.vitals import Vitals

TOP = 25


class Log(KafkaOutbox):
    """An outbox without Kafka, whose records of `deliveries` are read back at the loop's next turn."""

    def __init__(self, parts: DeliverParts, deliveries: int) -> None:
        super().__init__(parts.options)
        self._read = parts.estate().read
        self._left = deliveries
        self._offset = 0
        self.done = asyncio.Event()

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outgoing]:
        """See Outbox."""
        records = [
            Incoming("deliveries", 0, offset, 0, each.key, each.value, each.headers)
            for offset, each in enumerate((each for each in messages if each.topic == "deliveries"), self._offset)
        ]
        self._offset += len(records)
        asyncio.get_running_loop().call_soon(self._take_in, records)
        return []

    def _take_in(self, records: Sequence[Incoming]) -> None:
        self._read(0, records)
        self._left -= sum(b'"record":"delivery"' in (each.value or b"") for each in records)
        if self._left <= 0:
            self.done.set()


def examine(alerts: Sequence[Alert], channel: Channel, port: int) -> dict[str, Any]:
    """All the alerts to the channel's endpoints at the receiver; tables of the functions."""
    logging.setup("json", "INFO")
    deliveries = len(alerts) * len(channel.endpoints)
    sampler = Sampler()
    wall_s, cpu_s = asyncio.run(_run(alerts, channel, port, deliveries, sampler))
    looks = max(sampler.own.total(), 1)
    own, total = sampler.own, sampler.total
    by_own = [[name, f"{count / looks:.1%}", f"{total[name] / looks:.1%}"] for name, count in own.most_common(TOP)]
    ours = [
        [name, f"{count / looks:.1%}"]
        for name, count in total.most_common()
        if name.startswith(("workers/", "schemas/"))
    ]
    wall_us, cpu_us = (each / deliveries * 1e6 for each in (wall_s, cpu_s))
    told = f"{deliveries:,} deliveries: {wall_us:.0f} µs and {cpu_us:.0f} µs CPU each"
    text = "\n\n".join(
        [
            told,
            table(["function, by its own CPU time", "own", "with callees"], by_own),
            table(["function of this repository", "with callees"], ours[: 2 * TOP]),
            " ".join((__doc__ or "").split()),
        ]
    )
    return {"text": text, "wall_us": wall_us, "cpu_us": cpu_us}


async def _run(
    alerts: Sequence[Alert], channel: Channel, port: int, deliveries: int, sampler: Sampler
) -> tuple[float, float]:
    parts = DeliverParts(load(None, delivery_stock.settings([port])), Vitals())
    log = Log(parts, deliveries)
    parts.outbox = log
    parts.holds = lambda: True  # there is no group here that could say so
    await parts.keep([Incoming("channels", 0, 0, 0, channel.id.encode(), channel.model_dump_json().encode())])
    await parts.loaded()
    estate = parts.estate()
    estate.opened(0)
    estate.live(0, 0)
    running = asyncio.create_task(parts.run())
    sampler.start()
    began_s, cpu_s = time.perf_counter(), time.process_time()
    found = [
        each
        for alert in alerts
        for each in dispatch(alert, alert.times.received, "alerts/0/0", parts.guidance.channels.get)
    ]
    await log.publish([outgoing(each) for each in found])
    await asyncio.wait({running, asyncio.ensure_future(log.done.wait())}, return_when=asyncio.FIRST_COMPLETED)
    took = time.perf_counter() - began_s, time.process_time() - cpu_s
    sampler.stop()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await parts.close()
    return took
