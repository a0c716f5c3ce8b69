"""The sender over HTTP against receivers that misbehave, on real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.delivery import AttemptOutcome
from tests.services.loopback import LOOPBACK
from tests.services.receiver import Receiver
from tests.services.receiver_ways import WAYS
from workers.delivery.send_http import READ_BYTES, HttpSender
from workers.delivery.sender import ANSWER_BYTES, Answer, Request, SendLimits

LIMITS = SendLimits(connect_s=5, first_byte_s=5, total_s=10)
SHORT = SendLimits(connect_s=5, first_byte_s=0.3, total_s=0.6)
ACCEPTED, REJECTED, BUSY = AttemptOutcome.ACCEPTED, AttemptOutcome.REJECTED, AttemptOutcome.BUSY
TIMED_OUT, UNREACHABLE, FORBIDDEN = AttemptOutcome.TIMED_OUT, AttemptOutcome.UNREACHABLE, AttemptOutcome.FORBIDDEN


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver() as started:
        yield started


@pytest.fixture
async def sender() -> AsyncIterator[HttpSender]:
    made = HttpSender(LOOPBACK)
    yield made
    await made.close()


def request(url: str, body: bytes = b"{}") -> Request:
    return Request(url, {"webhook-id": "msg_1", "content-type": "application/json"}, body)


@pytest.mark.parametrize(
    ("way", "outcome", "status", "error"),
    [
        ("never", TIMED_OUT, None, "no answer within 0.3 s"),
        ("deaf", TIMED_OUT, None, "no answer within 0.3 s"),
        ("drip-head", TIMED_OUT, None, "no answer within 0.3 s"),
        ("drip-body", ACCEPTED, 200, "HTTP 200, but the answer did not end in time"),
        ("large", ACCEPTED, 200, ""),
        ("large?status=500", REJECTED, 500, "HTTP 500 Internal Server Error"),
        ("bomb", REJECTED, 500, "HTTP 500 Internal Server Error"),
        ("falsely-packed", ACCEPTED, 200, ""),
        ("to-metadata", REJECTED, 302, "HTTP 302 Found: redirects are not followed"),
        ("to-itself", REJECTED, 307, "HTTP 307 Temporary Redirect: redirects are not followed"),
        ("reset-at-once", UNREACHABLE, None, "the connection broke: "),
        ("reset-after-body", UNREACHABLE, None, "the connection broke: "),
        ("reset-amid-answer", ACCEPTED, 200, "HTTP 200, but the answer broke off"),
        ("reset-amid-answer?status=500", REJECTED, 500, "HTTP 500, but the answer broke off"),
        ("hang-up", UNREACHABLE, None, "the receiver hung up without an answer"),
        ("garbage", UNREACHABLE, None, "the answer is no valid HTTP: "),
        ("huge-headers", UNREACHABLE, None, "the answer is no valid HTTP: "),
        ("gone", AttemptOutcome.GONE, 410, "HTTP 410 Gone"),
        ("unavailable", BUSY, 503, "HTTP 503 Service Unavailable"),
        ("no-content", ACCEPTED, 204, ""),
        ("slow?ms=20", ACCEPTED, 200, ""),
    ],
)
async def test_a_receiver_that_misbehaves_is_an_answer(
    receiver: Receiver, sender: HttpSender, way: str, outcome: AttemptOutcome, status: int | None, error: str
) -> None:
    answer = await sender.send(request(receiver.url(f"/{way}")), SHORT)
    assert (answer.outcome, answer.status) == (outcome, status)
    assert answer.error.startswith(error)
    assert bool(answer.error) == bool(error)


async def test_each_way_to_misbehave_ends_within_the_limits_and_the_next_request_is_well(
    receiver: Receiver, sender: HttpSender
) -> None:
    ways = [f"/{way}/418" if way == "status" else f"/{way}" for way in [*WAYS, "deaf", "reset-at-once"]]
    answers = await asyncio.gather(*(sender.send(request(receiver.url(way)), SHORT) for way in ways))
    assert [answer for answer in answers if not isinstance(answer, Answer)] == []
    assert (await sender.send(request(receiver.url("/ok")), LIMITS)).outcome is ACCEPTED


async def test_a_receiver_that_never_reads_does_not_hold_a_large_request(
    receiver: Receiver, sender: HttpSender
) -> None:
    answer = await sender.send(request(receiver.url("/deaf"), bytes(20_000_000)), SHORT)
    assert answer.outcome is TIMED_OUT


async def test_a_drip_that_keeps_the_limit_for_the_first_byte_meets_that_for_the_whole(
    receiver: Receiver, sender: HttpSender
) -> None:
    limits = replace(SHORT, first_byte_s=5, total_s=1.3)
    answer = await sender.send(request(receiver.url("/drip-head")), limits)
    assert (answer.outcome, answer.error) == (TIMED_OUT, "no whole answer within 1.3 s")


async def test_what_only_accepts_and_never_agrees_on_tls_is_no_connection(sender: HttpSender) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as mute:
        url = f"https://127.0.0.1:{mute.getsockname()[1]}/"
        answer = await sender.send(request(url), replace(SHORT, connect_s=0.2))
    assert (answer.outcome, answer.error) == (TIMED_OUT, "no connection within 0.2 s")


async def test_what_listens_no_more_is_unreachable(sender: HttpSender) -> None:
    async with Receiver() as gone:
        url = gone.url("/ok")
    answer = await sender.send(request(url), LIMITS)
    assert (answer.outcome, answer.status) == (UNREACHABLE, None)
    assert answer.error.startswith("no connection: ")


@pytest.mark.parametrize(
    ("way", "least", "most"),
    [("busy", None, None), ("busy-seconds", 7, 7), ("busy-date", 50, 60), ("busy-absurd", 86_400, 86_400)],
)
async def test_retry_after_is_told(
    receiver: Receiver, sender: HttpSender, way: str, least: float | None, most: float | None
) -> None:
    answer = await sender.send(request(receiver.url(f"/{way}")), LIMITS)
    assert (answer.outcome, answer.status) == (BUSY, 429)
    if least is None or most is None:
        assert answer.retry_after_s is None
    else:
        assert answer.retry_after_s is not None
        assert least <= answer.retry_after_s <= most


async def test_of_a_large_answer_little_is_read_and_less_is_kept(receiver: Receiver, sender: HttpSender) -> None:
    answer = await sender.send(request(receiver.url("/large")), LIMITS)
    assert answer.answer == "x" * ANSWER_BYTES
    async with receiver.came:
        await receiver.came.wait_for(lambda: not receiver.wires)
    in_kernels = 16 * 1024 * 1024  # what the two ends of a loopback connection may hold unread
    assert READ_BYTES <= receiver.sent_bytes < in_kernels


async def test_a_packed_answer_is_not_unpacked_nor_shown(receiver: Receiver, sender: HttpSender) -> None:
    assert (await sender.send(request(receiver.url("/bomb")), LIMITS)).answer == ""


async def test_an_answer_is_fit_for_a_terminal(receiver: Receiver, sender: HttpSender) -> None:
    answer = await sender.send(request(receiver.url("/error")), LIMITS)
    assert answer.answer.startswith("Traceback:\ufffd[31m red\ufffd xxx")
    assert answer.answer.isprintable()
    assert len(answer.answer.encode()) <= ANSWER_BYTES


async def test_no_redirect_is_followed_and_no_cookie_comes_back(receiver: Receiver, sender: HttpSender) -> None:
    for path in ("/to-itself", "/cookie", "/ok"):
        await sender.send(request(receiver.url(path)), LIMITS)
    assert [each.path for each in receiver.got] == ["/to-itself", "/cookie", "/ok"]
    assert [each.headers for each in receiver.got if "cookie" in each.headers] == []


async def test_neither_proxy_nor_netrc_of_the_environment_is_used(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    sender = HttpSender(LOOPBACK)
    assert (await sender.send(request(receiver.url("/ok")), LIMITS)).outcome is ACCEPTED
    await sender.close()
    assert "authorization" not in receiver.got[0].headers
    assert receiver.got[0].headers["accept-encoding"] == "identity"


async def test_connections_are_used_again_and_those_to_one_host_are_limited(receiver: Receiver) -> None:
    sender = HttpSender(LOOPBACK, connections=3)
    for _ in range(5):
        await sender.send(request(receiver.url("/ok")), LIMITS)
    assert receiver.connections == 1
    slow = receiver.url("/slow?ms=20")
    answers = await asyncio.gather(*(sender.send(request(slow), LIMITS) for _ in range(12)))
    await sender.close()
    assert {each.outcome for each in answers} == {ACCEPTED}
    assert receiver.connections == 3


async def test_after_close_no_descriptor_is_left() -> None:
    await _once()  # what the first use of TLS and of the loop opens for good
    before = sorted(os.listdir("/proc/self/fd"))
    await _once()
    assert sorted(os.listdir("/proc/self/fd")) == before


async def _once() -> None:
    async with Receiver() as receiver:
        sender = HttpSender(LOOPBACK)
        paths = ("/ok", "/never", "/large", "/reset-amid-answer", "/drip-body", "/garbage", "/hang-up", "/deaf")
        await asyncio.gather(*(sender.send(request(receiver.url(path)), SHORT) for path in paths))
        asked = asyncio.ensure_future(sender.send(request(receiver.url("/never/mind")), LIMITS))
        await receiver.wait_for(1, "/never/mind")
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)
        await sender.close()


PIECE = st.one_of(
    st.binary(max_size=40),
    st.sampled_from(
        [
            *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/9.9 999 \xff\r\n", b"\r\n"),
            *(b"transfer-encoding: chunked\r\n", b"content-length: 5\r\n", b"content-length: -1\r\n"),
            *(b"content-encoding: gzip\r\n", b"retry-after: \xff\r\n", b"HTTP/1.1 101 Switching\r\n\r\n"),
            *(b"5\r\nhello\r\n", b"0\r\n\r\n", b"FFFFFFFFFFFFFFFFFF\r\n", b": \r\n", b" folded\r\n"),
        ]
    ),
)


@settings(max_examples=20)
@given(st.lists(st.lists(PIECE, max_size=8).map(b"".join), min_size=10, max_size=20))
def test_no_answer_whatever_it_is_raises(said: list[bytes]) -> None:
    async def attempts() -> list[Answer]:
        async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said.pop())
            writer.close()

        server = await asyncio.start_server(say, "127.0.0.1", 0)
        sender = HttpSender(LOOPBACK)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        answers = [await sender.send(request(url), LIMITS) for _ in tuple(said)]
        await sender.close()
        server.close()
        return answers

    answers = asyncio.run(attempts())
    assert [each for each in answers if (each.status is None) != (each.outcome in {UNREACHABLE, TIMED_OUT})] == []
