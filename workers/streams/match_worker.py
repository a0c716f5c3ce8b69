"""The match worker's frame: a faust app whose agent takes batches from the bulk channel.

faust's own consumer, producer, tables and web server stay off. An error that is not a decision about one article ends
the process with a non-zero code: nothing restarts an agent in place.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from typing import Any, NoReturn, TypeAlias

import faust
import structlog
from faust.app.base import BootStrategy

from schemas.envelope import Incoming
from workers.errors import Broken, Unavailable
from workers.health import Health, Missing
from workers.streams.batches import Batches, Work
from workers.streams.bulk import Batch, BulkConsumer
from workers.streams.followers import Follower
from workers.streams.holder import Calendar, Holder
from workers.streams.options import Options

log = structlog.get_logger("wirewatch.match")


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


async def handle_all(app: faust.App, service: Batches, bulk: BulkConsumer, batches: AsyncIterable[Batch]) -> None:
    """The agent. However it ends while the worker should run, the process ends too.

    faust would start the agent anew, and it would commit the next batch over the one that failed.
    """
    try:
        async for batch in batches:
            await service.handle(batch)
        if not app.should_stop:
            raise Broken("the agent has run out of batches")
    except (Exception, asyncio.CancelledError) as exc:
        cancelled = isinstance(exc, asyncio.CancelledError)
        if cancelled and app.should_stop:
            raise
        bulk.abandon()
        log.critical("the worker stops: this batch is not committed", error=repr(exc))
        await app.crash(Broken("the agent was cancelled") if cancelled else exc)
        await app.wait_until_stopped()


NEEDED = ("articles", "alerts", "decisions", "dead-letters", "held", "kills")  # older installations lack the last two
Release: TypeAlias = Callable[[Sequence[Incoming]], Awaitable[None]]


def match_app(options: Options, work: Work, calendar: Calendar, release: Release) -> App:
    """The faust app. `calendar` is of what is held under embargo; `release` publishes it."""
    app = frame(options)
    channel = app.channel(maxsize=1)
    bulk = BulkConsumer("articles", options, lambda batch: channel.send(value=batch))
    follower = Follower(("lists", "channels"), ("rules",), options, work.keep, NEEDED, heard(work.health))
    holder = Holder(options, calendar, release)
    run_in(app, channel, Batches(options, bulk, follower, (holder,), work, beacon=app.beacon), bulk)
    return app


def heard(health: Health) -> Callable[[bool], None]:
    """Notes whether the broker has answered."""
    return lambda there: health.lacks(Missing.BROKER, not there)


def frame(options: Options) -> App:
    """The app without anything in it."""
    return App(
        options.prefix + options.group,
        broker=f"kafka://{options.bootstrap}",
        value_serializer="raw",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        worker_redirect_stdouts=False,
    )


def run_in(app: App, channel: Any, service: Batches, bulk: BulkConsumer) -> None:
    """Let the app run the service, and its agent take the batches from the channel."""

    @app.agent(channel)
    async def tell(batches: Any) -> None:
        await handle_all(app, service, bulk, batches)

    @app.task  # type: ignore[untyped-decorator]
    async def start_batches() -> None:
        app.flow_control.resume()  # channels stay shut until faust's own consumer opens them, which is off
        await app.add_runtime_dependency(service)


def run_app(app: App) -> NoReturn:
    """Run until SIGTERM, SIGINT or a crash; raises SystemExit with 0 or 1.

    Raises Unavailable after too long an outage, and where topics are missing.
    """
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = Worker(app, loop=loop, quiet=True)
    try:
        worker.execute_from_commandline()
    except SystemExit:
        reason = worker.crash_reason or worker.outage
        if isinstance(reason, Unavailable):
            raise reason from None
        raise


class Worker(faust.Worker):
    """Signals and exit codes are faust's; the logs are ours, and nothing but them is said."""

    def __init__(self, app: App, **kwargs: Any) -> None:
        super().__init__(app, **kwargs)
        self.spinner = None
        self.outage: Unavailable | None = None  # what ended us, where that is no fault of ours

    def _setup_logging(self) -> None:
        """Logging is set up before."""
        for each in logging.getLogger().handlers:
            each.addFilter(untraced)

    def stop_and_shutdown(self) -> None:
        """Take leave. An outage is no crash to be raised again: whoever runs us tells of it."""
        if isinstance(self.crash_reason, Unavailable):
            self.outage, self.crash_reason = self.crash_reason, None
        super().stop_and_shutdown()


def untraced(record: logging.LogRecord) -> bool:
    """A filter that passes all, and an outage without its traceback: that would tell only where it was noticed."""
    if record.exc_info and isinstance(record.exc_info[1], Unavailable):
        record.exc_info = None
    return True
