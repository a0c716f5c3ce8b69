"""The sender by Apprise: with its own json:// on real sockets, and with plugins of our own; and its twin in memory."""

from __future__ import annotations

import io
import json
import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from apprise import decorators, manager_plugins

from schemas.delivery import AttemptOutcome
from tests.services.loopback import LOOPBACK
from tests.services.receiver import Receiver
from workers.delivery.guard import Policy
from workers.delivery.lookup import Answers
from workers.delivery.send_apprise import LATE, AppriseSender
from workers.delivery.send_memory import MemorySender
from workers.delivery.sender import Request, Sender, SendLimits
from workers.delivery.words import TITLE

notify: Any = decorators.notify  # it has no types
plugins: Any = manager_plugins.NotificationManager
LIMITS = SendLimits(connect_s=10, first_byte_s=10, total_s=30)
SHORT = SendLimits(connect_s=10, first_byte_s=10, total_s=0.3)


def request(url: str) -> Request:
    return Request(url, {TITLE: "Suez: Tanker"}, "A tanker, \\n <b> :smile: ü\nhttps://e.example/".encode())


def nobody(host: str, port: int, family: socket.AddressFamily) -> Answers:
    raise OSError("nobody is asked here")


def by_json(receiver: Receiver, path: str) -> str:
    return receiver.url(path).replace("http://", "json://")


class Plugin:
    """A service of our own; each host of its URLs behaves in its way."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.entered = threading.Semaphore(0)
        self.hold = threading.Event()

    def say(self, body: str, title: str, notify_type: str, meta: dict[str, Any], *_: Any, **__: Any) -> bool:
        self.got.append((meta["host"], title, body))
        self.entered.release()
        if meta["host"] == "raises":
            raise RuntimeError(meta["url"])
        if meta["host"] == "stays":
            self.hold.wait(60)
        return str(meta["host"]) != "refuses"


@pytest.fixture
def plugin() -> Iterator[Plugin]:
    made = Plugin()
    notify(on="wirewatchtest")(made.say)
    yield made
    made.hold.set()
    plugins().remove("wirewatchtest")


class TestWithItsTwin:
    @pytest.mark.parametrize("kind", ["apprise", "memory"])
    async def test_what_is_said_is_accepted_as_it_is(self, kind: str, plugin: Plugin) -> None:
        memory = MemorySender(policy=None)
        sender: Sender = AppriseSender() if kind == "apprise" else memory
        asked = request("wirewatchtest://takes")
        answer = await sender.send(asked, LIMITS)
        await sender.close()
        assert (answer.outcome, answer.error) == (AttemptOutcome.ACCEPTED, "")
        told = [body for _, _, body in plugin.got] + [each.body.decode() for each in memory.sent]
        assert told == [asked.body.decode()]


class TestOverJson:
    async def test_title_and_text_arrive(self) -> None:
        async with Receiver() as receiver:
            answer = await AppriseSender(LOOPBACK).send(request(by_json(receiver, "/ok")), LIMITS)
        assert answer.outcome is AttemptOutcome.ACCEPTED
        said = json.loads(receiver.got[0].body)
        assert (said["title"], said["message"]) == ("Suez: Tanker", request("").body.decode())

    @pytest.mark.parametrize("way", ["error", "gone", "busy", "garbage", "hang-up", "reset-after-body"])
    async def test_what_the_service_does_not_take_is_rejected(self, way: str) -> None:
        async with Receiver() as receiver:
            answer = await AppriseSender(LOOPBACK).send(request(by_json(receiver, f"/{way}/SECRETTOKEN")), LIMITS)
        assert answer.outcome is AttemptOutcome.REJECTED
        assert answer.error
        assert "SECRET" not in answer.error.upper()

    @pytest.mark.parametrize("query", ["", "?redirect=yes"])
    async def test_redirects_are_not_followed_though_the_url_asks_for_it(self, query: str) -> None:
        async with Receiver() as receiver:
            await AppriseSender(LOOPBACK).send(request(by_json(receiver, "/to-itself" + query)), LIMITS)
        assert len(receiver.got) == 1

    async def test_a_receiver_that_never_answers_is_not_waited_for(self) -> None:
        async with Receiver() as receiver:
            answer = await AppriseSender(LOOPBACK).send(request(by_json(receiver, "/never")), SHORT)
        assert (answer.outcome, answer.error) == (AttemptOutcome.TIMED_OUT, "not done within 0.3 s")


class TestWhatMayBeSentTo:
    async def test_a_host_that_is_not_public_is_refused_by_address_and_by_name(self) -> None:
        def ask(host: str, port: int, family: socket.AddressFamily) -> Answers:
            return [("1.1.1.1", port, socket.AF_INET), (names.get(host, host), port, socket.AF_INET)]

        names = {"internal.example": "10.0.0.1", "smtp.example": "169.254.169.254", "public.example": "8.8.8.8"}
        sender = AppriseSender(ask=ask)
        for url, reason in {
            "json://127.0.0.1:9000/": "the host is at 127.0.0.1, which is loopback",
            "xmls://internal.example/": "the host is at 10.0.0.1, which is private",
            "form://internal.example": "the host is at 10.0.0.1, which is private",
            "gotify://internal.example/token": "the host is at 10.0.0.1, which is private",
            "rsyslog://10.0.0.1": "the host is at 10.0.0.1, which is private",
            "mailto://u:p@public.example?smtp=smtp.example": "the host is at 169.254.169.254, which is cloud metadata",
        }.items():
            answer = await sender.send(request(url), LIMITS)
            assert (url, answer.outcome, answer.error) == (url, AttemptOutcome.FORBIDDEN, reason)

    async def test_a_token_is_no_host_and_no_name_server_hears_of_it(self) -> None:
        def ask(host: str, port: int, family: socket.AddressFamily) -> Answers:
            raise AssertionError(host)

        sender = AppriseSender(schemas=frozenset({"json"}), ask=ask)
        answer = await sender.send(request("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"), LIMITS)
        assert (answer.outcome, answer.error) == (
            AttemptOutcome.FORBIDDEN,
            "discord is not among the schemas that are allowed",
        )

    @pytest.mark.parametrize("template", ["/etc/hostname", "PAGE"])
    async def test_a_url_that_has_the_worker_read_a_file_or_a_page_is_refused(self, template: str) -> None:
        async with Receiver() as receiver:
            named = receiver.url("/ok") if template == "PAGE" else template
            for url in (
                f"workflows://host.example:443/flow/signature/?template={named}",
                f"discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js?template={named}",
                f"fcm://project/device?mode=oauth2&keyfile={named}",
            ):
                answer = await AppriseSender(ask=nobody).send(request(url), LIMITS)
                assert answer.outcome is AttemptOutcome.FORBIDDEN
                assert "file or page" in answer.error
        assert receiver.got == []

    async def test_the_machine_of_the_worker_is_spoken_to_only_when_it_is_named(self) -> None:
        url = "syslog://"
        assert (await AppriseSender().send(request(url), LIMITS)).outcome is AttemptOutcome.FORBIDDEN
        named = AppriseSender(schemas=frozenset({"syslog"}))
        assert (await named.send(request(url), LIMITS)).outcome is AttemptOutcome.ACCEPTED

    @pytest.mark.parametrize("url", ["", "nothing", "nosuch://x", "https://example.com/", "slack://bad", "json://"])
    async def test_what_is_no_url_of_apprise_is_unusable(self, url: str) -> None:
        assert (await AppriseSender(Policy()).send(request(url), LIMITS)).outcome is AttemptOutcome.UNUSABLE


class TestAtArmsLength:
    @pytest.mark.parametrize("way", ["refuses", "raises"])
    async def test_a_service_that_fails_is_an_answer(self, plugin: Plugin, way: str) -> None:
        answer = await AppriseSender().send(request(f"wirewatchtest://{way}/SECRET"), LIMITS)
        assert answer.outcome is AttemptOutcome.REJECTED
        assert "SECRET" not in answer.error

    async def test_one_that_stays_holds_up_no_other_and_gets_no_more_threads(self, plugin: Plugin) -> None:
        sender = AppriseSender(threads=LATE + 1)
        stays, takes = request("wirewatchtest://stays"), request("wirewatchtest://takes")
        for _ in range(LATE):
            assert (await sender.send(stays, SHORT)).outcome is AttemptOutcome.TIMED_OUT
        refused = await sender.send(stays, LIMITS)
        assert (refused.outcome, refused.error) == (
            AttemptOutcome.TIMED_OUT,
            "2 earlier attempts have not ended yet; nothing is sent until one has",
        )
        for _ in range(3):
            assert (await sender.send(takes, LIMITS)).outcome is AttemptOutcome.ACCEPTED
        assert len([host for host, _, _ in plugin.got if host == "stays"]) == LATE

    async def test_one_that_has_ended_at_last_is_sent_to_again(self, plugin: Plugin) -> None:
        sender = AppriseSender(threads=LATE)
        stays = request("wirewatchtest://stays")
        for _ in range(LATE):
            await sender.send(stays, SHORT)
        no_wait = replace(SHORT, connect_s=0.1)
        full = await sender.send(request("wirewatchtest://takes"), no_wait)
        assert (full.outcome, full.error) == (AttemptOutcome.UNREACHABLE, "all 2 threads are at work")
        plugin.hold.set()
        assert (await sender.send(request("wirewatchtest://takes"), LIMITS)).outcome is AttemptOutcome.ACCEPTED
        for thread in threading.enumerate():
            if thread.name == "wirewatch-apart":
                thread.join(30)
        assert (await sender.send(request("wirewatchtest://takes"), LIMITS)).outcome is AttemptOutcome.ACCEPTED
        assert (await sender.send(stays, LIMITS)).outcome is AttemptOutcome.ACCEPTED

    async def test_nothing_of_a_url_comes_to_our_log(self, plugin: Plugin) -> None:
        log = io.StringIO()
        handler, root = logging.StreamHandler(log), logging.getLogger()
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.DEBUG)
        try:
            async with Receiver() as receiver:
                sender = AppriseSender(LOOPBACK)
                mine = by_json(receiver, "/error/SECRETTOKEN")
                for url in (mine, "wirewatchtest://raises/SECRETTOKEN", "slack://SECRETTOKEN"):
                    await sender.send(request(url), LIMITS)
                logging.getLogger("asyncio").debug("this does")
        finally:
            root.removeHandler(handler)
            root.setLevel(level)
        assert "this does" in log.getvalue()
        assert "SECRETTOKEN" not in log.getvalue()
