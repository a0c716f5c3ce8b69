"""The match worker's frame: a faust app whose agent takes batches from the bulk channel.

faust's own consumer, producer, tables and web server stay off. An error that is not a decision about one article ends
the process with a non-zero code: nothing restarts an agent in place.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import faust
import structlog
from faust.app.base import BootStrategy
from mode import Service

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.health import Health, Missing
from workers.streams.bulk import Batch, BulkConsumer
from workers.streams.followers import Follower
from workers.streams.options import Options
from workers.streams.watchdog import Progress, Watchdog

log = structlog.get_logger("wirewatch.match")

FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 5.0
LAG_EVERY_S = 2.0


class AgentsOnly(BootStrategy):
    """faust runs our agents and services; Kafka is reached by the bulk channel alone."""

    enable_kafka = False
    enable_web = False


class App(faust.App):
    """The frame, without the parts of faust that lose messages or listen on all addresses."""

    BootStrategy = AgentsOnly

    def _create_directories(self) -> None:
        """There is no table, so there is nothing to keep in a folder."""

    async def _wait_for_table_recovery_completed(self) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Work:
    """What the frame asks of the wiring."""

    keep: Callable[[Sequence[Incoming]], Awaitable[None]]  # records of the compacted topics
    loaded: Callable[[], Awaitable[None]]  # those topics are read to their ends
    tell: Callable[[Sequence[Incoming]], Awaitable[None]]
    committed: Callable[[], None]
    lag: Callable[[int], None]
    health: Health
    progress: Progress
    beside: Callable[[], Awaitable[None]]  # runs as long as the worker
    close: Callable[[], Awaitable[None]]


class Batches(Service):
    """Follows the rules, then reads articles; the agent calls `handle` for each batch."""

    def __init__(
        self,
        options: Options,
        bulk: BulkConsumer,
        follower: Follower,
        work: Work,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._options = options
        self._bulk = bulk
        self._follower = follower
        self._work = work
        self._health = work.health
        self._progress = work.progress
        self._watchdog = Watchdog(self._progress, options.stall_timeout_s)

    async def on_start(self) -> None:
        """Read the rules fully before the first article."""
        self._watchdog.start()
        await self.add_runtime_dependency(self._follower)
        while not self._follower.caught_up.is_set():
            self._progress.made()  # a large rule set takes long; the follower itself waits for the broker
            await asyncio.wait([asyncio.ensure_future(self._follower.caught_up.wait())], timeout=1.0)
        await self._work.loaded()
        self._health.lacks(Missing.RULES, False)
        await self.add_runtime_dependency(self._bulk)

    async def handle(self, batch: Batch) -> None:
        """Tell of a batch and commit behind it; on an outage again and again, until it has lasted too long."""
        if not self._bulk.is_current(batch):
            return
        with self._bulk.in_flight():
            await self._until_available(lambda: self._work.tell(batch.records), Missing.STORE)
            await self._until_available(lambda: self._bulk.commit(batch), Missing.BROKER)
        self._progress.made()
        self._work.committed()

    async def _until_available(self, do: Callable[[], Awaitable[object]], missing: Missing) -> None:
        started, pause_s = time.monotonic(), FIRST_RETRY_S
        while True:
            try:
                await do()
            except Unavailable as exc:
                self._health.lacks(missing, True)
                lasted_s = time.monotonic() - started
                if self._options.outage_timeout_s and lasted_s > self._options.outage_timeout_s:
                    raise
                log.warning("waiting", lasted_s=round(lasted_s, 1), error=str(exc))
                self._progress.made()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
            else:
                self._health.lacks(missing, False)
                return

    @Service.task
    async def _watch_lag(self) -> None:
        """Tell the watchdog that there is nothing to do, and the world what is missing."""
        away_since: float | None = None
        while not self.should_stop:
            await self.sleep(LAG_EVERY_S)
            if self._bulk.assigned is None:
                continue
            self._health.lacks(Missing.PARTITIONS, False)
            try:
                lag = await self._bulk.lag()
                self._work.lag(lag)
                if lag == 0 and not self._bulk.busy:
                    self._progress.made()
            except Unavailable:
                away_since = away_since or time.monotonic()
                self._health.lacks(Missing.BROKER, True)
                self._progress.made()
                if self._options.outage_timeout_s and time.monotonic() - away_since > self._options.outage_timeout_s:
                    raise
            else:
                away_since = None
                self._health.lacks(Missing.BROKER, False)

    @Service.task
    async def _beside(self) -> None:
        await self._work.beside()

    async def on_shutdown(self) -> None:
        """The bulk consumer has drained, the follower has stopped."""
        self._watchdog.stop()
        await self._work.close()


def match_app(options: Options, work: Work) -> App:
    """The faust app."""
    app = App(
        options.prefix + options.group,
        broker=f"kafka://{options.bootstrap}",
        value_serializer="raw",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        worker_redirect_stdouts=False,
    )
    channel = app.channel(maxsize=1)
    bulk = BulkConsumer("articles", options, lambda batch: channel.send(value=batch))
    follower = Follower(("lists", "channels"), ("rules",), options, work.keep)
    service = Batches(options, bulk, follower, work, beacon=app.beacon)

    @app.agent(channel)
    async def tell(batches: Any) -> None:
        async for batch in batches:
            try:
                await service.handle(batch)
            except Exception as exc:  # noqa: BLE001  # ends the process
                # faust would start the agent anew, and it would commit the next batch over this one.
                bulk.abandon()
                log.critical("the worker stops: this batch is not committed", error=repr(exc))
                await app.crash(exc)
                await app.wait_until_stopped()

    @app.task  # type: ignore[untyped-decorator]
    async def start_batches() -> None:
        app.flow_control.resume()  # channels stay shut until faust's own consumer opens them, which is off
        await app.add_runtime_dependency(service)

    return app


def run_app(app: App) -> NoReturn:
    """Run until SIGTERM, SIGINT or a crash; ends the process with 0 or a non-zero code."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        Worker(app, loop=loop, quiet=True).execute_from_commandline()
    except SystemExit as exc:
        logging.shutdown()
        # The interpreter would wait for the thinking thread, which may still be at a batch that was given up.
        os._exit(exc.code if isinstance(exc.code, int) else int(bool(exc.code)))


class Worker(faust.Worker):
    """Signals and exit codes are faust's; the logs are ours, and nothing but them is said."""

    def __init__(self, app: App, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.spinner = None

    def _setup_logging(self) -> None:
        """Logging is set up before."""
