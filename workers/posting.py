"""Send what is due, and write what came of it: the couriers decide, this waits for the world."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from itertools import count

import structlog

from schemas.channel import Endpoint
from schemas.delivery import Attempt, AttemptOutcome, Notification
from schemas.envelope import Outgoing
from workers.courier import Courier
from workers.delivery import Answer, Item
from workers.desk import Desk

log = structlog.get_logger("wirewatch.posting")

LONGEST_NAP_S = 1.0
LOOK_EVERY = timedelta(milliseconds=50)  # at most: a digest may be so late
ASK_AGAIN_S = 0.1
MOST_UNWRITTEN = 5_000  # records: with more of them on their way nothing new is tried


class Step(IntEnum):
    """The numbered steps on the way of an alert, for failpoints."""

    DISPATCHED = 1  # a batch of alerts stands on `deliveries`, and is not committed
    SENT = 2  # an endpoint has answered, and nothing says so
    RECORDED = 3  # what came of some attempts stands on the topics, and was not read back


@dataclass(frozen=True, slots=True)
class Wires:
    """What this needs of the world."""

    send: Callable[[Notification, Endpoint], Awaitable[Answer]]  # one attempt; never raises for what a receiver does
    publish: Callable[[Sequence[Outgoing]], Awaitable[None]]  # until the broker has all; raises after too long
    now: Callable[[], datetime]
    tried: Callable[[Notification, Attempt], None]  # to be counted
    passed: Callable[[Step], None] = lambda _: None
    holds: Callable[[], bool] = lambda: True  # are the partitions ours for certain?


class Post:
    """All couriers of a worker: one loop that takes, one that writes, and a task for each attempt."""

    def __init__(self, wires: Wires, most_at_once: int) -> None:
        self._wires = wires
        self._most_at_once = most_at_once
        self._couriers: dict[int, Courier] = {}
        self._attempts: dict[Courier, set[asyncio.Task[None]]] = {}
        self._under_way = 0
        self._unwritten: list[Outgoing] = []
        self._later: list[tuple[datetime, int, Courier, Desk, str]] = []  # a heap
        self._planned: dict[tuple[Desk, str], datetime] = {}
        self._may_take: dict[tuple[Desk, str], Courier] = {}  # in their turn
        self._number = count()
        self._look_at: datetime | None = None  # next at what waits at the desks
        self._due: datetime | None = None  # of that the first, when it was looked at last
        self._error: BaseException | None = None  # of an attempt: ours, since a receiver's is no exception
        self._stirred = asyncio.Event()
        self._to_write = asyncio.Event()
        self._written = asyncio.Condition()

    def open(self, partition: int, courier: Courier) -> None:
        """The partition is ours."""
        self._couriers[partition] = courier
        self._attempts[courier] = set()

    def stir(self) -> None:
        """Something has changed: look again what can be taken, and write what is to be written."""
        self._stirred.set()
        for courier in self._couriers.values():
            self._unwritten += courier.take_written()
        if self._unwritten:
            self._to_write.set()

    async def close(self, partition: int, patience_s: float) -> None:
        """The partition goes: nothing new is tried; what is under way may end, and what came of it is written."""
        courier = self._couriers.get(partition)
        if courier is None:
            return
        courier.leave()
        attempts = self._attempts[courier]
        if attempts:
            _, late = await asyncio.wait(attempts, timeout=patience_s)
            for task in late:
                task.cancel()  # it is made again, by whoever has the partition then, under the same id
        self.stir()
        del self._couriers[partition], self._attempts[courier]

    async def all_written(self) -> None:
        """Returns when all that is to be written so far stands on the topics."""
        async with self._written:
            await self._written.wait_for(lambda: not self._unwritten)

    async def run(self) -> None:
        """Until it is cancelled. Raises what `publish` raises."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._take())
            both.create_task(self._write())

    async def _write(self) -> None:
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            batch = list(self._unwritten)
            await self._wires.publish(batch)
            self._wires.passed(Step.RECORDED)
            async with self._written:
                del self._unwritten[: len(batch)]
                self._written.notify_all()
            self.stir()

    async def _take(self) -> None:
        while True:
            if self._error is not None:
                raise self._error
            now = self._wires.now()
            looks = self._look_at is None or now >= self._look_at
            if holds := self._wires.holds():
                if looks:
                    self._look(now)
                self.stir()
                self._take_all(now)
            self.stir()
            self._stirred.clear()
            try:
                async with asyncio.timeout(self._nap_s(now, looks) if holds else ASK_AGAIN_S):
                    await self._stirred.wait()
            except TimeoutError:
                continue

    def _look(self, now: datetime) -> None:
        """Time has passed at all desks. There may be thousands: not at the end of each attempt."""
        for courier in self._couriers.values():
            courier.tick(now)
        times = [due for courier in self._couriers.values() if (due := courier.next_due()) is not None]
        self._look_at = now + LOOK_EVERY
        self._due = min(times, default=None)

    def _take_all(self, now: datetime) -> None:
        for courier in list(self._couriers.values()):
            if courier.is_live:
                self._may_take.update(((desk, each), courier) for desk, each in courier.take_stirred())
        while self._later and self._later[0][0] <= now:
            _, _, courier, desk, endpoint_id = heapq.heappop(self._later)
            self._planned.pop((desk, endpoint_id), None)
            self._may_take[desk, endpoint_id] = courier
        while self._may_take and self._has_room():
            (desk, endpoint_id), courier = next(iter(self._may_take.items()))
            del self._may_take[desk, endpoint_id]
            self._take_from(courier, desk, endpoint_id, now)

    def _has_room(self) -> bool:
        """Whether more may be tried now; what ends, or is written, makes room and stirs."""
        return len(self._unwritten) <= MOST_UNWRITTEN and self._under_way < self._most_at_once

    def _take_from(self, courier: Courier, desk: Desk, endpoint_id: str, now: datetime) -> None:
        """As much as there is room for; the rest in its turn, behind the other endpoints."""
        if not courier.is_live:
            return
        while self._has_room() and (item := desk.take(endpoint_id, now)) is not None:
            endpoint = desk.outlets.endpoint(endpoint_id)
            assert endpoint is not None  # noqa: S101 - what is taken is of an endpoint that is there
            task = asyncio.create_task(self._try(courier, item, endpoint))
            self._attempts[courier].add(task)
            self._under_way += 1
            task.add_done_callback(lambda done: self._ended(courier, done))
        if not self._has_room():
            self._may_take[desk, endpoint_id] = courier
            return
        due, planned = desk.outlets.next_due(endpoint_id), self._planned.get((desk, endpoint_id))
        if due is not None and due > now and (planned is None or due < planned):
            self._planned[desk, endpoint_id] = due
            heapq.heappush(self._later, (due, next(self._number), courier, desk, endpoint_id))

    async def _try(self, courier: Courier, item: Item, endpoint: Endpoint) -> None:
        at = self._wires.now()
        answer = await self._wires.send(item.notification, endpoint)
        self._wires.passed(Step.SENT)
        while answer.outcome is not AttemptOutcome.ACCEPTED and not self._wires.holds():
            await asyncio.sleep(ASK_AGAIN_S)  # a failure is nothing to a successor that may have delivered it
        attempt = Attempt(
            number=item.attempts + 1,
            at=at,
            outcome=answer.outcome,
            took_ms=round(answer.took_ms, 1),
            status=answer.status,
            retry_after_s=answer.retry_after_s,
            error=answer.error,
            answer=answer.answer,
        )
        courier.ended(item, attempt)
        self._wires.tried(item.notification, attempt)

    def _ended(self, courier: Courier, task: asyncio.Task[None]) -> None:
        self._under_way -= 1
        self._attempts.get(courier, set()).discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = self._error or error
        self._stirred.set()  # and what came of it is written together with that of others that end now

    def _nap_s(self, now: datetime, has_looked: bool) -> float:
        """Until something may be due; where that was not looked at now, until it may be again."""
        times = [now + timedelta(seconds=LONGEST_NAP_S)]
        times += [self._later[0][0]] if self._later else []
        look_at = self._look_at or now
        if not has_looked:
            times.append(look_at)
        elif self._due is not None:
            times.append(max(self._due, look_at))
        return max((min(times) - now).total_seconds(), 0.0)
