"""The receiver of the tests as a process: it tells its port, does what the path says, and counts."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest

from tests.sources import ROOT


@contextmanager
def receiver(*options: str) -> Iterator[HTTPConnection]:
    command = [sys.executable, "-m", "tests.services.receiver", *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        connection = HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=20)
        yield connection
        connection.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def call(connection: HTTPConnection, method: str, path: str, identity: str = "") -> tuple[int, bytes]:
    connection.request(method, path, b"{}" if method == "POST" else None, {"Webhook-Id": identity} if identity else {})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_its_account_has_all_that_came_in_order_with_what_was_answered() -> None:
    with receiver("--port", "0", "--no-requests") as connection:
        for identity in ("a", "one", "a", "two"):
            call(connection, "POST", "/stumbling?of=2&status=503", identity)
        call(connection, "POST", "/ok", "one")
        account = json.loads(call(connection, "GET", "/_account")[1])
    body = zlib.crc32(b"{}")
    fails = {each: 200 if zlib.crc32(each.encode()) % 2 else 503 for each in ("a", "one", "two")}
    assert set(fails.values()) == {200, 503}
    assert account["/stumbling"] == [
        ["a", fails["a"], body],
        ["one", fails["one"], body],
        ["a", 200, body],
        ["two", fails["two"], body],
    ]
    assert account["/ok"] == [["one", 200, body]]


@pytest.mark.parametrize(
    ("options", "ids"),
    [((), {"/ok/a": {"one": 2, "two": 1}, "/busy": {"one": 1}}), (("--count-only",), {})],
    ids=["all", "counts alone"],
)
def test_it_counts_by_path_and_by_webhook_id(options: tuple[str, ...], ids: dict[str, Any]) -> None:
    with receiver("--port", "0", *options) as connection:
        for path, identity in (("/ok/a", "one"), ("/ok/a", "one"), ("/ok/a?x=1", "two"), ("/busy", "one")):
            assert call(connection, "POST", path, identity)[0] == (429 if path == "/busy" else 200)
        assert call(connection, "POST", "/nowhere")[0] == 404
        assert json.loads(call(connection, "GET", "/_got")[1]) == {"/ok/a": 3, "/busy": 1, "/nowhere": 1}
        assert json.loads(call(connection, "GET", "/_ids")[1]) == ids
