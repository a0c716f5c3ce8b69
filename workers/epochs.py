"""Whose word counts on a partition of `deliveries`: a worker that was frozen may write behind its successor's back.

1. Whoever takes a partition over reads it to the end, and then writes its epoch there. Its number is that end: above
   all before, whose beginnings stand below it.
2. It acts once it has read that back, and what it decides from then on bears its epoch.
3. What bears an epoch that another has followed was overtaken: to everybody it is as though it did not stand there.

What was delivered bears none, since it is true whoever says so; nor does what is no worker's decision.
"""

from __future__ import annotations

from typing import Final

from schemas.envelope import Headers, Incoming

HEADER: Final = "epoch"
KEY: Final = b"//epoch"  # of the record without a value with which an epoch begins


class Epochs:
    """Of the partitions that are read, each in its order. An epoch is its number and its worker: `7/3f2a`.

    Two may take the same number; then it is that of the first on the partition.
    """

    def __init__(self) -> None:
        self._latest: dict[int, bytes] = {}

    def stands(self, record: Incoming) -> bool:
        """Whether it counts. To be asked of each record, once."""
        epoch = epoch_of(record)
        latest = self._latest.get(record.partition)
        if epoch is None or epoch == latest:
            return True
        if latest is not None and _number(epoch) <= _number(latest):
            return False
        self._latest[record.partition] = epoch
        return True


def epoch_from(offset: int, worker: str) -> bytes:
    """Of a worker that has read a partition up to there, and takes it over."""
    return f"{offset}/{worker}".encode()


def epoch_of(record: Incoming) -> bytes | None:
    """The epoch that it bears."""
    for name, value in record.headers:
        if name == HEADER and value is not None and _number(value) >= 0:
            return value
    return None


def borne(epoch: bytes) -> Headers:
    """By the records of this epoch."""
    return ((HEADER, epoch),)


def _number(epoch: bytes) -> int:
    number = epoch.partition(b"/")[0]
    return int(number) if number.isdigit() and len(number) < 20 else -1
