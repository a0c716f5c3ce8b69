"""Refused rules, lists and channels: a log line, a metric and one dead letter, however many workers read them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace

import structlog

from schemas.dead_letter import DeadLetter
from schemas.envelope import Incoming, Outgoing
from workers.dedup import ClaimRequest, Claims, Outcome
from workers.errors import Broken, Refused, Unavailable
from workers.letters import bare, bury, is_bare
from workers.streams.outbox import Outbox

log = structlog.get_logger("wirewatch.rules")

WINDOW_MS = 30 * 86_400_000  # as long as dead letters are kept
AGAIN_S = 1.0
WAITING_MAX_BYTES = 64 * 1024 * 1024  # of refused records, while Redis or Kafka is away
LETTER = "dead-letter"


class Refusals:
    """Notes refusals at once; writes their dead letters in its own time, each one once for all workers."""

    def __init__(
        self,
        claims: Claims,
        outbox: Outbox,
        owner: str,
        max_bytes: int,
        counted: Callable[[Incoming, Refused], None],
    ) -> None:
        self._claims = claims
        self._outbox = outbox
        self._owner = owner
        self._max_bytes = max_bytes
        self._counted = counted
        self._noted: asyncio.Queue[tuple[Incoming, Refused]] = asyncio.Queue()
        self.waiting = 0  # dead letters that are noted and not written yet
        self._waiting_bytes = 0

    def note(self, record: Incoming, why: Refused) -> None:
        """Say it now, write the dead letter soon."""
        log.error(
            "refused; the last good one stays",
            record=record.position,
            key=(record.key or b"").decode("utf-8", "replace"),
            reason=why.reason,
            error=why.message,
            hint=why.hint,
        )
        self._counted(record, why)
        size = len(record.value or b"")
        if self.waiting and self._waiting_bytes + size > WAITING_MAX_BYTES:
            log.error("no dead letter: too many wait; the record stays on its topic", record=record.position)
            return
        self.waiting += 1
        self._waiting_bytes += size
        self._noted.put_nowait((record, why))

    async def run(self) -> None:
        """Write dead letters for ever."""
        while True:
            record, why = await self._noted.get()
            while not await self._written(record, why):
                await asyncio.sleep(AGAIN_S)
            self.waiting -= 1
            self._waiting_bytes -= len(record.value or b"")

    async def _written(self, record: Incoming, why: Refused) -> bool:
        request = ClaimRequest(f"{LETTER}:{record.position}@{record.timestamp_ms}", self._owner, {LETTER: WINDOW_MS})
        try:
            answer = (await self._claims.claim([request]))[0][LETTER]
            if answer.outcome is Outcome.LAPSED and answer.owner is not None:  # a second letter does no harm
                instead = replace(request, instead_of={LETTER: answer.owner})
                answer = (await self._claims.claim([instead]))[0][LETTER]
            if answer.outcome in (Outcome.CLAIMED_ELSEWHERE, Outcome.LAPSED):
                return False
            if answer.outcome is Outcome.FIRST_SEEN:
                await self._publish(bury(record, why, self._max_bytes), record.position.encode())
                await self._claims.confirm([request])
        except Unavailable as exc:
            log.warning("the dead letter waits", record=record.position, error=str(exc))
            return False
        return True

    async def _publish(self, letter: DeadLetter, key: bytes) -> None:
        if not await self._outbox.publish([Outgoing("dead-letters", key, letter.model_dump_json().encode())]):
            return
        if is_bare(letter):
            raise Broken("the broker refuses a bare dead letter for its size: see `wirewatch topics list`")
        await self._publish(bare(letter), key)
