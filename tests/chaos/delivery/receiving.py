"""The receiver of a run, a process of its own, and its account of what came."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from types import TracebackType
from typing import NamedTuple, Self

from tests.sources import ROOT

TIMEOUT_S = 60


class Came(NamedTuple):
    """A request."""

    webhook_id: str
    status: int  # of its answer; 0 where whoever had sent it was gone
    body: int  # its CRC-32


Place = tuple[str, str]  # channel, endpoint


class ReceiverProcess:
    """Ended with the block."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.services.receiver", "--no-requests"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        assert self._process.stdout
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def url(self, path: str) -> str:
        """Of a path here."""
        return f"http://127.0.0.1:{self.port}{path}"

    def account(self) -> Mapping[Place, Sequence[Came]]:
        """All that came, by the last two words of the path, in its order."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_S)
        try:
            connection.request("GET", "/_account")
            told = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return {
            (path.split("/")[-2], path.split("/")[-1]): [Came(*line) for line in came] for path, came in told.items()
        }
