"""`wirewatch` as a person calls it, on topics of its own, judged by an independent reader."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tests.services import witness
from workers.__main__ import run_with

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str


class Terminal:
    """Calls `wirewatch` on topics of its own."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self.bootstrap = bootstrap
        self.prefix = prefix
        settings = {"WIREWATCH_KAFKA": bootstrap, "WIREWATCH_TOPIC_PREFIX": prefix, "WIREWATCH_TOPICS_PARTITIONS": "2"}
        self._environment = {**os.environ, **settings, "PYTHONUNBUFFERED": "1"}

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        """A command that runs on, as a process."""
        return subprocess.Popen(
            [sys.executable, "-m", "workers", *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: object) -> Done:
        """A command to its end, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with patch.dict(os.environ, self._environment), redirect_stdout(out), redirect_stderr(err):
            code = run_with([str(each) for each in arguments])
        return Done(code, out.getvalue(), err.getvalue())

    def ok(self, *arguments: object) -> str:
        """What a command prints that must do well."""
        done = self.run(*arguments)
        assert done.code == 0, done.err
        assert not done.err
        return done.out

    def rows(self, topic: str) -> list[tuple[str, Any]]:
        """Key and value of each record; a tombstone's value is None."""
        records = witness.read_all(self.bootstrap, self.prefix + topic)
        return [
            ((record.key or b"").decode(), json.loads(record.value) if record.value else None) for record in records
        ]
