"""The loop that takes, tries and writes: what is under way at once, and what becomes of it when a partition goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from schemas.channel import Endpoint
from schemas.delivery import AttemptOutcome, Delivery, Notification
from schemas.envelope import Incoming, Outgoing
from tests.unit.courier_world import NOON, alert, begin, channel, endpoint, world_of
from workers.courier import Courier
from workers.delivery import Answer, dispatch
from workers.posting import Post, Step, Wires

WAIT_S = 10


class Office:
    """A post with one courier, whose answers are given by hand, and the log that it writes."""

    def __init__(self, most_at_once: int = 100, **fields: object) -> None:
        self.log: list[bytes] = []
        self.under_way: dict[tuple[str, str], asyncio.Future[AttemptOutcome]] = {}
        self.most = 0
        self.publishing: asyncio.Event = asyncio.Event()
        self.publishing.set()
        self.channel = channel("a", endpoint("b", strict_order=True), **fields)
        self.passed: list[Step] = []
        self.is_certain = True
        wires = Wires(
            *(self._send, self._publish, lambda: datetime.now(UTC), lambda *_: None),
            *(self.passed.append, lambda: self.is_certain),
        )
        self.post = Post(wires, most_at_once)
        self.courier = Courier(world_of({"desk": self.channel}))
        self.post.open(0, self.courier)
        begin(self.courier)

    async def _send(self, notification: Notification, to: Endpoint) -> Answer:
        future = self.under_way[to.id, notification.id] = asyncio.get_running_loop().create_future()
        self.most = max(self.most, len(self.under_way))
        try:
            return Answer(await future, took_ms=1.0, error="")
        finally:
            del self.under_way[to.id, notification.id]

    async def _publish(self, messages: Sequence[Outgoing]) -> None:
        await self.publishing.wait()
        self.log += [each.value or b"" for each in messages if each.topic == "deliveries"]

    def dispatch(self, *names: str) -> None:
        """Alerts come, as they are read from the topic."""
        channels = {"desk": self.channel}
        found = [each for name in names for each in dispatch(alert(name), NOON, "alerts/0/0", channels.get)]
        records = [
            Incoming("deliveries", 0, offset, 0, b"", each.model_dump_json().encode())
            for offset, each in enumerate(found)
        ]
        self.courier.apply(records, NOON)
        self.post.stir()

    def outcomes(self) -> list[str]:
        """What was written, in its order."""
        records = [Delivery.model_validate_json(each) for each in self.log if b'"record":"delivery"' in each]
        return [f"{each.endpoint}:{each.notification}:{each.state}" for each in records]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.post.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(done: object) -> None:
    assert callable(done)
    async with asyncio.timeout(WAIT_S):
        while not done():
            await asyncio.sleep(0)


async def test_endpoints_are_tried_side_by_side_and_one_of_strict_order_one_by_one() -> None:
    office = Office()
    async with office.running():
        office.dispatch("1", "2")
        await until(lambda: set(office.under_way) == {("a", "al_1"), ("a", "al_2"), ("b", "al_1")})
        office.under_way["b", "al_1"].set_result(AttemptOutcome.ACCEPTED)
        await until(lambda: ("b", "al_2") in office.under_way)
        await until(lambda: office.outcomes() == ["b:al_1:delivered"])


async def test_no_more_is_under_way_at_once_than_may_be() -> None:
    office = Office(most_at_once=2)
    async with office.running():
        office.dispatch("1", "2", "3")
        for _ in range(6):
            await until(lambda: office.under_way)
            next(iter(office.under_way.values())).set_result(AttemptOutcome.ACCEPTED)
            count = len(office.log)
            await until(lambda count=count: len(office.log) > count)
    assert office.most == 2


async def test_what_is_under_way_when_a_partition_goes_may_end_and_is_written() -> None:
    office = Office()
    async with office.running():
        office.dispatch("1")
        await until(lambda: len(office.under_way) == 2)
        closing = asyncio.create_task(office.post.close(0, WAIT_S))
        await asyncio.sleep(0)
        for each in list(office.under_way.values()):
            each.set_result(AttemptOutcome.ACCEPTED)
        await closing
        await office.post.all_written()
    assert sorted(office.outcomes()) == ["a:al_1:delivered", "b:al_1:delivered"]


async def test_what_does_not_end_in_time_is_cancelled_and_nothing_new_is_tried() -> None:
    office = Office()
    async with office.running():
        office.dispatch("1")
        await until(lambda: len(office.under_way) == 2)
        await office.post.close(0, 0.01)
        await until(lambda: not office.under_way)
        office.dispatch("2")
        await asyncio.sleep(0.05)
        assert not office.under_way
    assert office.outcomes() == []


async def test_nothing_new_is_tried_while_outcomes_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.posting.MOST_UNWRITTEN", 1)
    office = Office(most_at_once=1)
    office.publishing.clear()
    async with office.running():
        office.dispatch("1", "2", "3")
        for _ in range(2):
            await until(lambda: office.under_way)
            next(iter(office.under_way.values())).set_result(AttemptOutcome.ACCEPTED)
            await until(lambda: not office.under_way)
        await asyncio.sleep(0.05)
        assert not office.under_way
        office.publishing.set()
        await until(lambda: office.under_way)


async def test_nothing_is_tried_by_one_that_may_have_been_replaced() -> None:
    office = Office()
    office.is_certain = False
    async with office.running():
        office.dispatch("1")
        await asyncio.sleep(0.05)
        assert not office.under_way
        office.is_certain = True
        office.post.stir()
        await until(lambda: len(office.under_way) == 2)


async def test_one_that_may_have_been_replaced_says_what_was_accepted_and_no_more() -> None:
    office = Office()
    async with office.running():
        office.dispatch("1")
        await until(lambda: len(office.under_way) == 2)
        office.is_certain = False
        office.under_way["a", "al_1"].set_result(AttemptOutcome.REJECTED)
        office.under_way["b", "al_1"].set_result(AttemptOutcome.ACCEPTED)
        await until(office.outcomes)
        await asyncio.sleep(0.05)
        assert office.outcomes() == ["b:al_1:delivered"]
        office.is_certain = True
        await until(lambda: office.outcomes() == ["b:al_1:delivered", "a:al_1:pending"])


async def test_the_steps_of_an_attempt_are_passed_in_their_order() -> None:
    office = Office()
    async with office.running():
        office.dispatch("1")
        await until(lambda: ("a", "al_1") in office.under_way)
        assert office.passed == []
        office.publishing.clear()
        office.under_way["a", "al_1"].set_result(AttemptOutcome.ACCEPTED)
        await until(lambda: office.passed == [Step.SENT])
        office.publishing.set()
        await until(lambda: office.passed == [Step.SENT, Step.RECORDED])


async def test_a_fault_of_ours_in_an_attempt_ends_the_worker() -> None:
    office = Office()

    async def fail() -> None:
        async with office.running():
            office.dispatch("1")
            await until(lambda: len(office.under_way) == 2)
            office.under_way["a", "al_1"].set_exception(KeyError("ours"))
            await office.post.run()

    with pytest.raises(BaseExceptionGroup) as raised:
        await fail()
    assert raised.group_contains(KeyError)


async def test_what_waits_at_the_desks_is_not_looked_at_whenever_an_attempt_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("workers.posting.LOOK_EVERY", timedelta(hours=1))
    office, looks = Office(most_at_once=1), list[datetime]()
    monkeypatch.setattr(office.courier, "tick", looks.append)
    async with office.running():
        office.dispatch("1", "2", "3")
        for number in range(6):
            await until(lambda: office.under_way)
            next(iter(office.under_way.values())).set_result(AttemptOutcome.ACCEPTED)
            await until(lambda number=number: len(office.log) > number)
    assert len(looks) == 1


async def test_what_has_begun_to_wait_since_the_last_look_goes_out_in_its_time() -> None:
    office = Office(group={"by": ["rule"], "wait_s": 0})
    async with office.running():
        await asyncio.sleep(0)
        office.dispatch("1", "2")
        await until(lambda: any(b'"type":"alert.digest"' in each for each in office.log))
