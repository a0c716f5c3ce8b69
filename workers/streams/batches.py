"""A worker's day: read what it goes by, join the group, take batch after batch, take leave.

An outage is waited for here. The watchdog hears of everything that counts as getting on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import structlog
from mode import Service

from schemas.envelope import Incoming
from workers.errors import Unavailable
from workers.health import Health, Missing
from workers.streams.bulk import Batch, BulkConsumer, within
from workers.streams.followers import Follower
from workers.streams.options import Options
from workers.streams.watchdog import Progress, Watchdog

log = structlog.get_logger("wirewatch.batches")

FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 5.0
LOOK_EVERY_S = 2.0
LOADING_TURN_S = 1.0

T = TypeVar("T")


class Until(Protocol):
    """Does it, again and again while Kafka or Redis is away. Raises Unavailable when that has lasted too long."""

    def __call__(self, do: Callable[[], Awaitable[T]]) -> Awaitable[T]:
        """What it returns at last."""
        ...


@dataclass(frozen=True, slots=True)
class Work:
    """What the frame asks of the wiring."""

    keep: Callable[[Sequence[Incoming]], Awaitable[None]]  # records of the compacted topics
    loaded: Callable[[], Awaitable[None]]  # those topics are read to their ends
    tell: Callable[[Sequence[Incoming]], Awaitable[Callable[[], None]]]  # hands back what to do once committed
    lag: Callable[[int], None]
    store: Callable[[], Awaitable[None]]  # returns when Redis answers
    health: Health
    progress: Progress
    beside: Callable[[], Awaitable[None]]  # runs as long as the worker
    close: Callable[[], Coroutine[Any, Any, None]]


class Batches(Service):
    """Follows the compacted topics, then reads; the agent calls `handle` for each batch. `others` run beside it."""

    def __init__(
        self,
        options: Options,
        bulk: BulkConsumer,
        follower: Follower,
        others: Sequence[Service],
        work: Work,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._options = options
        self._bulk = bulk
        self._follower = follower
        self._others = others
        self._work = work
        self._health = work.health
        self._progress = work.progress
        self._watchdog = Watchdog(self._progress, options.stall_timeout_s)
        self._away_since_s: dict[Missing, float] = {}

    async def on_start(self) -> None:
        """Read the rules fully before the first article; then join the group."""
        self._watchdog.start()
        await self.add_runtime_dependency(self._follower)
        await asyncio.gather(
            self._meanwhile(self._follower.caught_up.wait()), self._look(Missing.STORE, self._work.store)
        )
        await self._work.loaded()
        self._health.lacks(Missing.RULES, False)
        await self._meanwhile(self.add_runtime_dependency(self._bulk))
        for each in self._others:
            await self.add_runtime_dependency(each)
        self._health.lacks(Missing.PARTITIONS, False)

    async def _meanwhile(self, work: Coroutine[Any, Any, object]) -> None:
        """Wait for work that takes long and judges the broker's absence by itself."""
        task = asyncio.create_task(work)
        try:
            while not task.done():
                self._progress.made()
                await asyncio.wait({task}, timeout=LOADING_TURN_S)
        finally:
            task.cancel()
        task.result()

    async def handle(self, batch: Batch) -> None:
        """Tell of a batch and commit behind it; on an outage again and again, until it has lasted too long.

        A batch that is given up, in a rebalance or at the end, is left to whoever reads it next.
        """
        try:
            if self._bulk.is_current(batch):
                with self._bulk.in_flight():
                    await self._bulk.unless_given_up(self._told_and_committed(batch), batch)
        finally:
            self._bulk.passed(batch)

    async def _told_and_committed(self, batch: Batch) -> None:
        committed = await self.until_available(lambda: self._work.tell(batch.records))
        if await self.until_available(lambda: self._bulk.commit(batch)):
            self._progress.made()
            committed()

    async def until_available(self, do: Callable[[], Awaitable[T]]) -> T:
        """Do it, again and again while Kafka or Redis is away. Raises Unavailable when that has lasted too long."""
        started_s, pause_s = time.monotonic(), FIRST_RETRY_S
        missed: set[Missing] = set()
        while True:
            try:
                done = await do()
            except Unavailable as exc:
                missed.add(Missing(exc.what))
                self._health.lacks(Missing(exc.what), True)
                lasted_s = time.monotonic() - started_s
                if self._too_long(lasted_s):
                    raise _given_up(exc, lasted_s) from exc
                log.warning("waiting", lasted_s=round(lasted_s, 1), error=str(exc))
                self._progress.made()
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LONGEST_RETRY_S)
            else:
                for each in missed:
                    self._health.lacks(each, False)
                return done

    def _too_long(self, lasted_s: float) -> bool:
        return bool(self._options.outage_timeout_s) and lasted_s > self._options.outage_timeout_s

    @Service.task
    async def _watch_lag(self) -> None:
        """Tell the watchdog when there is nothing to do, and the world what is missing."""
        while not self.should_stop:
            await asyncio.gather(
                self._look(Missing.BROKER, self._look_at_lag), self._look(Missing.STORE, self._work.store)
            )
            await self.sleep(LOOK_EVERY_S)

    async def _look(self, what: Missing, ask: Callable[[], Awaitable[None]]) -> None:
        """Ask whether it is there. Raises Unavailable when it has been away for too long."""
        try:
            await ask()
        except Unavailable as exc:
            self._health.lacks(what, True)
            self._progress.made()  # we wait knowingly
            away_since_s = self._away_since_s.setdefault(what, time.monotonic())
            lasted_s = time.monotonic() - away_since_s
            if self._too_long(lasted_s):
                raise _given_up(exc, lasted_s) from exc
        else:
            self._away_since_s.pop(what, None)
            self._health.lacks(what, False)

    async def _look_at_lag(self) -> None:
        lag = await self._bulk.lag()
        self._work.lag(lag)
        if lag == 0:
            self._progress.made()

    @Service.task
    async def _beside(self) -> None:
        await self._work.beside()

    async def on_stop(self) -> None:
        """Drain and take leave, both at once: children one after the other could take too long together."""
        await asyncio.gather(*(each.stop() for each in (self._bulk, self._follower, *self._others)))

    async def on_shutdown(self) -> None:
        """The bulk consumer has drained, the follower has stopped."""
        self._watchdog.stop()
        await within(self._options.leave_timeout_s, self._work.close())


def _given_up(outage: Unavailable, lasted_s: float) -> Unavailable:
    told = f"{outage}; it has been so for {lasted_s:.0f} s, longer than match.outage_timeout_s"
    return Unavailable(told, what=outage.what)
