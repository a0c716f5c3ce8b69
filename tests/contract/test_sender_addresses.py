"""The sender over HTTP, and whom it trusts: certificates, and the address that is really connected to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import pytest

from schemas.delivery import AttemptOutcome
from tests.services.certificates import Authority
from tests.services.loopback import LOOPBACK
from tests.services.receiver import Receiver
from workers.delivery.guard import Policy
from workers.delivery.lookup import Answers, Lookup
from workers.delivery.send_http import HttpSender
from workers.delivery.sender import Request, SendLimits

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


class TestTls:
    @pytest.mark.parametrize(
        ("kind", "outcome", "error"),
        [
            ("good", ACCEPTED, ""),
            ("self-signed", UNREACHABLE, "the certificate is not trusted: "),
            ("wrong-host", UNREACHABLE, "the certificate is not trusted: Hostname mismatch"),
            ("expired", UNREACHABLE, "the certificate is not trusted: certificate has expired"),
        ],
    )
    async def test_only_a_good_certificate_of_a_known_authority_is_trusted(
        self, tmp_path: Path, kind: str, outcome: AttemptOutcome, error: str
    ) -> None:
        authority = Authority(tmp_path)
        sender = HttpSender(LOOPBACK, ca_file=authority.ca_file)
        async with Receiver(tls=authority.context(kind)) as receiver:
            answer = await sender.send(request(receiver.url("/ok", "localhost")), LIMITS)
            await sender.close()
        assert answer.outcome is outcome
        assert answer.error.startswith(error)
        assert receiver.counts["/ok"] == (1 if outcome is ACCEPTED else 0)

    @pytest.mark.parametrize("said", [b"HTTP/1.1 200 OK\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28", b"", bytes(99)])
    async def test_what_speaks_no_tls_is_unreachable(self, sender: HttpSender, said: bytes) -> None:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            writer.write(said)
            writer.close()

        server = await asyncio.start_server(speak, "127.0.0.1", 0)
        answer = await sender.send(request(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"), LIMITS)
        server.close()
        assert (answer.outcome, answer.status) == (UNREACHABLE, None)
        assert answer.error.startswith("no connection: ")

    async def test_an_authority_that_is_not_set_is_not_trusted(self, tmp_path: Path, sender: HttpSender) -> None:
        async with Receiver(tls=Authority(tmp_path).context("good")) as receiver:
            answer = await sender.send(request(receiver.url("/ok", "localhost")), LIMITS)
        assert answer.outcome is UNREACHABLE
        assert receiver.counts == {}


class Names:
    """A name server that gives other addresses each time it is asked."""

    def __init__(self, *rounds: list[str]) -> None:
        self.rounds = list(rounds)
        self.asked = 0

    def __call__(self, host: str, port: int, family: socket.AddressFamily) -> Answers:
        found = self.rounds[min(self.asked, len(self.rounds) - 1)]
        self.asked += 1
        kinds = {True: socket.AF_INET6, False: socket.AF_INET}
        return [(address, port, kinds[":" in address]) for address in found]


PUBLIC = Policy(schemes={"http"}, ports=range(1, 65_536))


class TestRebinding:
    @pytest.mark.parametrize(
        "addresses",
        [
            ["127.0.0.1"],
            ["::1"],
            ["::1", "127.0.0.1"],
            ["::ffff:127.0.0.1"],
            ["::ffff:7f00:1", "0.0.0.0", "127.0.0.1"],
            ["64:ff9b::7f00:1"],
            ["169.254.169.254", "fd00:ec2::254"],
            ["fe80::1%lo"],
        ],
        ids=" ".join,
    )
    async def test_a_name_with_an_address_of_ours_is_refused_at_each(
        self, receiver: Receiver, addresses: list[str]
    ) -> None:
        sender = HttpSender(PUBLIC, lookup=Lookup(Names(addresses)))
        answer = await sender.send(request(receiver.url("/ok", "public.example")), LIMITS)
        await sender.close()
        assert answer.outcome is FORBIDDEN
        assert answer.error.startswith("the host is at an address that is refused: ")
        assert receiver.connections == 0

    async def test_a_name_that_was_public_and_is_loopback_now_is_refused(self, receiver: Receiver) -> None:
        names = Names(["192.0.2.1"], ["127.0.0.1"])
        policy = replace(PUBLIC, networks=(ip_network("192.0.2.0/24"),))  # it stands for a public address
        sender = HttpSender(policy, lookup=Lookup(names), names_kept_s=0)
        url = receiver.url("/ok", "public.example")
        first = await sender.send(request(url), replace(SHORT, connect_s=0.2))
        second = await sender.send(request(url), LIMITS)
        await sender.close()
        assert first.outcome in {TIMED_OUT, UNREACHABLE}
        assert (second.outcome, names.asked) == (FORBIDDEN, 2)
        assert receiver.connections == 0

    async def test_among_several_addresses_only_the_allowed_is_connected_to(self, receiver: Receiver) -> None:
        policy = replace(PUBLIC, networks=(ip_network("127.0.0.1/32"),))
        sender = HttpSender(policy, lookup=Lookup(Names(["::1", "10.0.0.1", "127.0.0.1"])))
        answer = await sender.send(request(receiver.url("/ok", "public.example")), LIMITS)
        await sender.close()
        assert answer.outcome is ACCEPTED
        assert receiver.got[0].headers["host"] == f"public.example:{receiver.port}"

    async def test_one_that_is_refused_beside_one_that_is_down_may_be_tried_again(self) -> None:
        async with Receiver() as gone:
            port = gone.port
        policy = replace(PUBLIC, networks=(ip_network("127.0.0.1/32"),))
        sender = HttpSender(policy, lookup=Lookup(Names(["10.0.0.1", "127.0.0.1"])))
        answer = await sender.send(request(f"http://public.example:{port}/"), LIMITS)
        await sender.close()
        assert answer.outcome is UNREACHABLE
        assert "10.0.0.1 is private" in answer.error

    async def test_a_host_that_is_not_found_is_unreachable(self) -> None:
        def not_found(host: str, port: int, family: socket.AddressFamily) -> Answers:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        sender = HttpSender(PUBLIC, lookup=Lookup(not_found))
        answer = await sender.send(request("http://gone.example/"), LIMITS)
        await sender.close()
        assert answer.outcome is UNREACHABLE
        assert answer.error.startswith("the host is not found: ")
