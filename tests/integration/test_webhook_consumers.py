"""What docs/webhooks.md tells consumers to do, done: its blocks of code get our requests over real HTTP."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from standardwebhooks import Webhook

from schemas import Notification
from schemas.channel import EndpointFormat
from schemas.delivery import EventType
from tests.services.node import NodeServer
from tests.services.npm_package import node_modules
from tests.services.running import running
from tests.sources import ROOT
from tests.unit.delivery.webhooks import CREATED, OLD_SECRET, SAMPLES, SEAL, SECRET, endpoint, notification
from workers.delivery import event
from workers.delivery.composed import Composed
from workers.delivery.request import open_secrets, request
from workers.delivery.sender import Request

Verify = Callable[[str, Mapping[str, str], bytes], Any]
Arrived = tuple[Mapping[str, str], bytes]
SOURCE = "https://news.example/wirewatch"
FOREIGN_SECRET = "whsec_" + "Zm9yZWlnbmtl" * 4
TEXT = (ROOT / "docs" / "webhooks.md").read_text()
BLOCKS = {
    (language, name): code
    for language, name, code in re.findall(
        r"^```(python|js)\n(?:#|//) ([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL
    )
}
FORMATS = pytest.mark.parametrize("format_", EndpointFormat)
ARTICLE = CREATED.article.model_copy(update={"title": "수에즈 운하 봉쇄 😀\u2028é"})
ODD = notification(EventType.CREATED, CREATED.model_copy(update={"id": "al_of-all_scripts", "article": ARTICLE}))
SENT = pytest.mark.parametrize(
    "sent", [pytest.param(ODD, id="all scripts"), *(pytest.param(each, id=each.type) for each in SAMPLES.values())]
)
LATE = timedelta(minutes=6)


def signed(
    url: str,
    sent: Notification = SAMPLES[EventType.CREATED],
    format_: EndpointFormat = EndpointFormat.STANDARD,
    secrets: tuple[str, ...] = (SECRET,),
    age: timedelta = timedelta(),
) -> Request:
    """As the worker makes it for an attempt that began so long ago."""
    now = datetime.now(UTC) - age
    to = endpoint(*secrets, format=format_, url=url)
    return request(sent, to, open_secrets(to, SEAL, now), now, Composed(SOURCE))


async def post(sent: Request, **changed: str) -> int:
    """The status of the answer; some headers may be changed on the way."""
    async with (
        ClientSession() as session,
        session.post(sent.url, headers={**sent.headers, **changed}, data=sent.body) as answer,
    ):
        return answer.status


class Inbox:
    """A receiver that takes all and keeps what has arrived, as it arrived."""

    def __init__(self) -> None:
        self.url = ""
        self.arrived: list[Arrived] = []

    async def take(self, request: web.Request) -> web.Response:
        self.arrived.append((request.headers, await request.read()))
        return web.Response(status=204)

    async def get(self, sent: Request) -> Arrived:
        """What arrives of it."""
        assert await post(sent) == 204
        return self.arrived.pop()


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    inbox, app = Inbox(), web.Application()
    app.router.add_post("/in", inbox.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    _, port = runner.addresses[0][:2]
    inbox.url = f"http://127.0.0.1:{port}/in?from=wirewatch"
    yield inbox
    await runner.cleanup()


def test_the_document_has_the_examples_that_are_run_here() -> None:
    assert sorted(BLOCKS) == [
        ("js", "receiver"),
        ("js", "verify: node:crypto"),
        ("js", "verify: package"),
        ("python", "verify: package"),
        ("python", "verify: standard library"),
    ]
    assert len(re.findall(r"^```(python|js)$", TEXT, re.MULTILINE)) == len(BLOCKS)


class TestSoftwareOfOthers:
    @SENT
    @FORMATS
    async def test_standardwebhooks_verifies_what_arrives(
        self, inbox: Inbox, sent: Notification, format_: EndpointFormat
    ) -> None:
        headers, body = await inbox.get(signed(inbox.url, sent, format_, (SECRET, OLD_SECRET)))
        for secret in (SECRET, OLD_SECRET):
            Webhook(secret).verify(body, dict(headers))

    @SENT
    @pytest.mark.parametrize("format_", [EndpointFormat.CLOUDEVENTS, EndpointFormat.CLOUDEVENTS_BINARY])
    async def test_the_sdk_of_cloudevents_reads_what_arrives(
        self, inbox: Inbox, sent: Notification, format_: EndpointFormat
    ) -> None:
        headers, body = await inbox.get(signed(inbox.url, sent, format_))
        got = from_http_event(HTTPMessage(dict(headers), body))
        assert (got.get_id(), got.get_source(), got.get_subject()) == (sent.id, SOURCE, sent.channel)
        assert (got.get_type(), got.get_time()) == (f"wirewatch.{sent.type.value}", sent.made)
        assert got.get_data() == json.loads(event.data(sent))


@pytest.fixture(params=["verify: package", "verify: standard library"])
def verify(request: pytest.FixtureRequest) -> Verify:
    """What a consumer in Python copies from the document."""
    names: dict[str, Any] = {}
    exec(BLOCKS["python", request.param], names)  # noqa: S102
    found: Verify = names["verify"]
    return found


class TestPython:
    @SENT
    @FORMATS
    async def test_it_gets_what_was_sent(
        self, inbox: Inbox, verify: Verify, sent: Notification, format_: EndpointFormat
    ) -> None:
        headers, body = await inbox.get(signed(inbox.url, sent, format_))
        assert verify(SECRET, headers, body) == json.loads(body)

    async def test_each_of_several_secrets_will_do(self, inbox: Inbox, verify: Verify) -> None:
        headers, body = await inbox.get(signed(inbox.url, secrets=(OLD_SECRET, SECRET)))
        assert verify(SECRET, headers, body) == verify(OLD_SECRET, headers, body) == json.loads(body)

    async def test_it_notices_what_is_not_as_it_was_sent(self, inbox: Inbox, verify: Verify) -> None:
        headers, body = await inbox.get(signed(inbox.url))
        lower = {name.lower(): value for name, value in headers.items()}
        assert verify(SECRET, lower, body)
        earlier = str(int(lower["webhook-timestamp"]) - 1)
        for secret, changed, changed_body in (
            (FOREIGN_SECRET, lower, body),
            (SECRET, lower, body + b" "),
            (SECRET, {**lower, "webhook-id": "al_another"}, body),
            (SECRET, {**lower, "webhook-timestamp": earlier}, body),
            (SECRET, {**lower, "webhook-signature": "v1,"}, body),
        ):
            with pytest.raises(Exception, match="signature"):
                verify(secret, changed, changed_body)

    @pytest.mark.parametrize("age", [LATE, -LATE], ids=["too old", "of the future"])
    async def test_it_notices_what_somebody_has_kept(self, inbox: Inbox, verify: Verify, age: timedelta) -> None:
        headers, body = await inbox.get(signed(inbox.url, age=age))
        with pytest.raises(Exception, match=r"too (old|new)"):
            verify(SECRET, headers, body)


@pytest.fixture(scope="module", params=["verify: package", "verify: node:crypto"])
def node(request: pytest.FixtureRequest) -> Iterator[NodeServer]:
    """The whole receiver of the document, with one of its ways to verify."""
    files = {"receiver.mjs": BLOCKS["js", "receiver"], "verify.mjs": BLOCKS["js", request.param]}

    def start() -> NodeServer:
        modules = node_modules() if request.param == "verify: package" else None
        return NodeServer(files, "receiver.mjs", modules, WEBHOOK_SECRET=SECRET)

    with running(start) as server:
        yield server


class TestNode:
    @SENT
    @FORMATS
    async def test_it_takes_what_was_sent(self, node: NodeServer, sent: Notification, format_: EndpointFormat) -> None:
        assert await post(signed(node.url, sent, format_)) == 204
        assert sent.id in node.log

    async def test_it_knows_an_event_that_comes_again(self, node: NodeServer) -> None:
        for age in (60, 0):
            assert await post(signed(node.url, SAMPLES[EventType.TEST], age=timedelta(seconds=age))) == 204
        assert f"again {SAMPLES[EventType.TEST].id} endpoint.test" in node.log

    async def test_each_of_several_secrets_will_do(self, node: NodeServer) -> None:
        assert await post(signed(node.url, secrets=(OLD_SECRET, SECRET))) == 204
        assert await post(signed(node.url, secrets=(SECRET, OLD_SECRET))) == 204

    async def test_it_refuses_what_is_not_as_it_was_sent(self, node: NodeServer) -> None:
        sent = signed(node.url)
        earlier = str(int(sent.headers["webhook-timestamp"]) - 1)
        assert await post(sent) == 204
        assert await post(signed(node.url, secrets=(FOREIGN_SECRET,))) == 401
        assert await post(Request(sent.url, sent.headers, sent.body + b" ")) == 401
        assert await post(sent, **{"webhook-id": "al_another"}) == 401
        assert await post(sent, **{"webhook-timestamp": earlier}) == 401
        assert await post(sent, **{"webhook-signature": "v1,"}) == 401

    @pytest.mark.parametrize("age", [LATE, -LATE], ids=["too old", "of the future"])
    async def test_it_refuses_what_somebody_has_kept(self, node: NodeServer, age: timedelta) -> None:
        assert await post(signed(node.url, age=age)) == 401
