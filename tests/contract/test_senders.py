"""What holds for the sender in memory and for that over HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from schemas.delivery import AttemptOutcome
from tests.services.loopback import LOOPBACK
from tests.services.receiver import Receiver
from workers.delivery.guard import Policy
from workers.delivery.send_http import HttpSender
from workers.delivery.send_memory import MemorySender
from workers.delivery.sender import Answer, Request, Sender, SendLimits, outcome_of

Sent = Callable[[], list[tuple[str, str, bytes]]]  # path, webhook-id, body
World = tuple[Sender, str, Sent]  # the sender, where the receiver is, what it got
LIMITS = SendLimits(connect_s=5, first_byte_s=5, total_s=10)
SHORT = SendLimits(connect_s=5, first_byte_s=0.2, total_s=0.4)


def reply(request: Request) -> Answer:
    """As the receiver answers."""
    _, way, *rest = request.url.split("/")[2:]
    if way == "never":
        return Answer(AttemptOutcome.ACCEPTED, took_ms=86_400_000)
    status = int(rest[0]) if way == "status" else 200
    return Answer(outcome_of(status), took_ms=1, status=status)


@asynccontextmanager
async def memory(policy: Policy) -> AsyncIterator[World]:
    sender = MemorySender(policy, reply)
    root = "http://127.0.0.1:9000"
    yield (
        sender,
        root,
        lambda: [(each.url.removeprefix(root), each.headers["webhook-id"], each.body) for each in sender.sent],
    )


@asynccontextmanager
async def over_http(policy: Policy) -> AsyncIterator[World]:
    async with Receiver() as receiver:
        sender = HttpSender(policy)
        yield (
            sender,
            receiver.url(""),
            lambda: [(each.path, each.headers["webhook-id"], each.body) for each in receiver.got],
        )
        await sender.close()


DOORS = pytest.mark.parametrize("door", [memory, over_http], ids=["memory", "http"])
Door = Callable[[Policy], AbstractAsyncContextManager[World]]


def request(url: str, number: int = 1) -> Request:
    return Request(url, {"webhook-id": f"msg_{number}"}, b'{"type":"alert.created"}')


@DOORS
async def test_a_request_arrives_as_it_is(door: Door) -> None:
    async with door(LOOPBACK) as (sender, root, sent):
        answer = await sender.send(request(root + "/ok"), LIMITS)
        assert (answer.outcome, answer.status, answer.error) == (AttemptOutcome.ACCEPTED, 200, "")
        assert sent() == [("/ok", "msg_1", b'{"type":"alert.created"}')]


@DOORS
async def test_requests_arrive_in_the_order_in_which_they_were_awaited(door: Door) -> None:
    async with door(LOOPBACK) as (sender, root, sent):
        for number in range(10):
            await sender.send(request(root + "/ok", number), LIMITS)
        assert [identity for _, identity, _ in sent()] == [f"msg_{number}" for number in range(10)]


@DOORS
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, AttemptOutcome.ACCEPTED),
        (202, AttemptOutcome.ACCEPTED),
        (204, AttemptOutcome.ACCEPTED),
        (301, AttemptOutcome.REJECTED),
        (304, AttemptOutcome.REJECTED),
        (400, AttemptOutcome.REJECTED),
        (404, AttemptOutcome.REJECTED),
        (410, AttemptOutcome.GONE),
        (429, AttemptOutcome.BUSY),
        (500, AttemptOutcome.REJECTED),
        (502, AttemptOutcome.BUSY),
        (503, AttemptOutcome.BUSY),
        (504, AttemptOutcome.BUSY),
    ],
)
async def test_only_2xx_is_success(door: Door, status: int, outcome: AttemptOutcome) -> None:
    async with door(LOOPBACK) as (sender, root, _):
        answer = await sender.send(request(f"{root}/status/{status}"), LIMITS)
        assert (answer.outcome, answer.status) == (outcome, status)


@DOORS
async def test_what_takes_too_long_has_timed_out(door: Door) -> None:
    async with door(LOOPBACK) as (sender, root, _):
        answer = await sender.send(request(root + "/never"), SHORT)
        assert (answer.outcome, answer.status) == (AttemptOutcome.TIMED_OUT, None)
        assert answer.error.endswith(" s")


@DOORS
@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(Policy(), id="as it comes"),
        pytest.param(Policy(schemes={"http", "https"}, ports=range(1, 65_536)), id="any scheme and port"),
    ],
)
async def test_what_may_not_be_sent_to_is_not_sent_to(door: Door, policy: Policy) -> None:
    async with door(policy) as (sender, root, sent):
        answer = await sender.send(request(root + "/ok/TOKEN"), LIMITS)
        assert (answer.outcome, answer.status) == (AttemptOutcome.FORBIDDEN, None)
        assert answer.error
        assert "TOKEN" not in answer.error
        assert sent() == []
