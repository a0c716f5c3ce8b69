"""`wirewatch` as a test may bend it: its wall clock shifted, its process stopped at a numbered step.

python -m tests.chaos.shim run match, with CHAOS_CLOCK naming a file of eight bytes (seconds to add, a double that may
change at any time), CHAOS_STOP as STEP:N (SIGSTOP when that step is passed for the Nth time) and CHAOS_LOSE as N (each
Nth message is told as sent and is not) or CHAOS_FORGET as a text (so are messages that hold it) or, with run deliver,
CHAOS_SKIP as N (each Nth attempt is told as accepted and is none): workers that must be found out.

What is shifted: `time.time`, `time.time_ns` and `datetime.now`, `utcnow` and `today` of everything in Python that
this process imports. aiokafka's compiled parts look at the clock by themselves and are switched off, so that the
timestamps of what is sent are shifted too. Not shifted: monotonic clocks, as nothing can set them; the clocks of
the broker and of Redis, which leases and dedup windows go by.
"""

from __future__ import annotations

import datetime
import mmap
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas.channel import Endpoint
    from schemas.delivery import Notification
    from schemas.envelope import Outgoing

CLOCK, STOP, LOSE, FORGET, SKIP = "CHAOS_CLOCK", "CHAOS_STOP", "CHAOS_LOSE", "CHAOS_FORGET", "CHAOS_SKIP"
SHIFT = struct.Struct("d")


def shift_clock(path: str) -> None:
    """Before anything else is imported: modules take these names along."""
    with open(path, "rb") as file:
        shift = mmap.mmap(file.fileno(), SHIFT.size, access=mmap.ACCESS_READ)
    now_s, now_ns, true = time.time, time.time_ns, datetime.datetime

    def shift_s() -> float:
        return float(SHIFT.unpack_from(shift)[0])

    class Kind(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, true)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, true)

    class Shifted(true, metaclass=Kind):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return true.now(tz) + datetime.timedelta(seconds=shift_s())

        @classmethod
        def utcnow(cls) -> Any:
            return true.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(seconds=shift_s())

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    # By setattr, since they are not meant to be changed.
    for module, name, value in (
        (time, "time", lambda: now_s() + shift_s()),
        (time, "time_ns", lambda: now_ns() + int(shift_s() * 1e9)),
        (datetime, "datetime", Shifted),
    ):
        setattr(module, name, value)


def stop_at(step_name: str, number: int) -> None:
    """Have the worker's failpoints stop the process there, once."""
    import workers.app
    from workers.failpoint import failpoint as plain
    from workers.pipeline import Step

    wanted, passed = Step[step_name], 0

    def failpoint(text: str, steps: type[Step]) -> Callable[[Step], None]:
        pass_on = plain(text, steps)

        def pass_or_stop(step: Step) -> None:
            nonlocal passed
            pass_on(step)
            passed += step is wanted
            if step is wanted and passed == number:
                os.kill(os.getpid(), signal.SIGSTOP)

        return pass_or_stop

    setattr(workers.app, "failpoint", failpoint)  # noqa: B010


def lose(one_in: int) -> None:
    """Have the outbox lie of each so manieth message."""
    numbers = count(1)
    send_only(lambda _: bool(next(numbers) % one_in))


def send_only(wanted: Callable[[Outgoing], bool]) -> None:
    """Have the outbox lie of all others."""
    from workers.streams.outbox_kafka import KafkaOutbox

    honest = KafkaOutbox.publish

    async def publish(self: KafkaOutbox, messages: Sequence[Outgoing]) -> list[Outgoing]:
        return await honest(self, [each for each in messages if wanted(each)])

    setattr(KafkaOutbox, "publish", publish)  # noqa: B010


def skip(one_in: int) -> None:
    """Have a deliver worker lie of each so manieth attempt."""
    from schemas.delivery import AttemptOutcome
    from workers.delivery import Answer
    from workers.sending import Sending

    honest, numbers = Sending.send, count(1)

    async def send(self: Sending, notification: Notification, endpoint: Endpoint) -> Answer:
        if next(numbers) % one_in == 0:
            return Answer(AttemptOutcome.ACCEPTED, took_ms=1.0, status=200)
        return await honest(self, notification, endpoint)

    setattr(Sending, "send", send)  # noqa: B010


def main() -> None:
    """Bend, then run the command."""
    if clock := os.environ.get(CLOCK):
        os.environ["AIOKAFKA_NO_EXTENSIONS"] = "1"
        shift_clock(clock)
    if stop := os.environ.get(STOP):
        name, _, number = stop.partition(":")
        stop_at(name, int(number))
    if one_in := os.environ.get(LOSE):
        lose(int(one_in))
    if one_in := os.environ.get(SKIP):
        skip(int(one_in))
    if word := os.environ.get(FORGET):
        send_only(lambda message: word.encode() not in (message.value or b""))
    from workers.__main__ import run_with

    sys.exit(run_with(sys.argv[1:]))


if __name__ == "__main__":
    main()
