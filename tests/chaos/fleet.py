"""The workers of one run, and the supervisor that a real installation has: what ends by itself is started anew."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Mapping

from tests.acceptance.house import House, WorkerProcess, wait_for

STOP_LIMIT_S = 10.0  # P9
ASSIGNED = "partitions assigned"
SHIM = "tests.chaos.shim"


class Fleet:
    """`settings` are those of every worker, by their environment names; `bent` what the shim is told, if needed.

    `kind` is what they run, and `up` what stands in the log of one that has its partitions.
    """

    def __init__(
        self,
        house: House,
        settings: Mapping[str, object],
        bent: Mapping[str, str],
        kind: str = "match",
        up: str = ASSIGNED,
    ) -> None:
        self._kind = kind
        self._up = up
        self._house = house
        self._bent = dict(bent)
        self._settings = dict(settings)
        self.members: list[WorkerProcess] = []
        self.ended: list[str] = []  # what was not asked to end and did

    def add(self, count: int = 1) -> list[WorkerProcess]:
        """So many more, when all of them have their partitions."""
        started = [self.launch() for _ in range(count)]
        for each in started:
            each.wait_logged(self._up, 60)
        return started

    def launch(self, bent: Mapping[str, str] | None = None, **settings: object) -> WorkerProcess:
        """One more, not yet ready; `bent` is what the shim is told besides."""
        told = {**self._bent, **(bent or {})}
        together = {**self._settings, **settings}
        worker = self._house.start_module(SHIM if told else "workers", told, together, self._kind)
        self.members.append(worker)
        return worker

    def died(self, worker: WorkerProcess, timeout_s: float = 30) -> None:
        """Wait for the death of one that was armed with a failpoint."""
        code = worker.wait_exit(timeout_s)
        assert code == -signal.SIGKILL, f"it should have been killed, and ended with {code}\n{worker.log[-2000:]}"
        self.members.remove(worker)

    def kill(self, *workers: WorkerProcess) -> None:
        """kill -9, all at once."""
        for each in workers:
            each.process.kill()
        for each in workers:
            each.kill()
            self.members.remove(each)

    def dismiss(self, *workers: WorkerProcess) -> None:
        """SIGTERM to all at once, when they are up; each must end with 0 in time."""
        for each in workers:
            each.wait_logged(self._up, 60)
        for each in workers:
            each.process.send_signal(signal.SIGTERM)
        for each in workers:
            self.members.remove(each)
            try:
                code = each.wait_exit(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                each.kill()
                self.ended.append(f"not within {STOP_LIMIT_S:g} s of SIGTERM")
            else:
                if code:
                    self.ended.append(f"with {code} after SIGTERM: {_last_words(each)}")

    def mend(self) -> None:
        """Start anew what has ended by itself."""
        for each in [each for each in self.members if each.process.poll() is not None]:
            code = each.wait_exit(1)
            self.members.remove(each)
            self.ended.append(f"with {code}: {_last_words(each)}")
            self.launch()


def stopped(worker: WorkerProcess) -> bool:
    """Is the process stopped, by SIGSTOP?"""
    command = ["ps", "-o", "state=", "-p", str(worker.process.pid)]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout.strip().startswith("T")


def wait_stopped(worker: WorkerProcess, timeout_s: float = 30) -> None:
    """Until it is."""
    wait_for(lambda: stopped(worker), timeout_s, lambda: worker.log[-2000:])


def _last_words(worker: WorkerProcess) -> str:
    lines = [line for line in worker.log.splitlines() if '"level": "critical"' in line or "Error" in line]
    return (lines or worker.log.splitlines() or [""])[-1][-600:]
