"""Refused records of the compacted topics: told at once, one dead letter however many workers read them."""

from __future__ import annotations

import asyncio

import pytest

from schemas import DeadLetter
from schemas.envelope import Incoming, Outgoing
from schemas.reasons import RefusalReason
from workers.dedup import ClaimRequest
from workers.dedup.claims_memory import MemoryClaims
from workers.errors import Refused, Unavailable
from workers.refusals import LETTER, WINDOW_MS, Refusals
from workers.streams import MemoryOutbox

RECORD = Incoming("rules", 0, 7, 1_777_636_800_000, b"r", b"{", (("by", b"li"),))
WHY = Refused("no JSON at byte 1", reason=RefusalReason.NOT_JSON, hint="send one JSON object")


class Flaky(MemoryOutbox):
    """Away for the first call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    async def publish(self, messages: list[Outgoing]) -> list[Outgoing]:  # type: ignore[override]
        self.calls += 1
        if self.calls == 1:
            raise Unavailable("away")
        return await super().publish(messages)


def refusals(claims: MemoryClaims, outbox: MemoryOutbox, owner: str, counted: list[str]) -> Refusals:
    return Refusals(claims, outbox, owner, 1000, lambda record, why: counted.append(f"{record.topic} {why.reason}"))


async def until_written(*workers: Refusals) -> None:
    """Let each work until nothing is noted any more."""
    tasks = [asyncio.create_task(each.run()) for each in workers]
    async with asyncio.timeout(10):
        while any(each.waiting for each in workers):
            await asyncio.sleep(0)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_two_workers_that_refuse_a_record_write_one_dead_letter_and_count_it_each() -> None:
    claims, outbox, counted = MemoryClaims(lambda: 0, 30_000), MemoryOutbox(), list[str]()
    first, second = refusals(claims, outbox, "a", counted), refusals(claims, outbox, "b", counted)
    first.note(RECORD, WHY)
    second.note(RECORD, WHY)
    await until_written(first, second)
    (message,) = outbox.topics["dead-letters"]
    letter = DeadLetter.model_validate_json(message.value or b"")
    assert message.key == b"rules/0/7"
    assert (letter.reason, letter.key, letter.value, letter.offset) == ("not_json", b"r", b"{", 7)
    assert [(each.name, each.value) for each in letter.headers] == [("by", b"li")]
    assert counted == ["rules not_json"] * 2


async def test_a_dead_letter_that_could_not_be_written_is_written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.refusals.AGAIN_S", 0)
    outbox = Flaky()
    only = refusals(MemoryClaims(lambda: 0, 30_000), outbox, "a", [])
    only.note(RECORD, WHY)
    await until_written(only)
    assert len(outbox.topics["dead-letters"]) == 1


async def test_a_dead_letter_of_which_another_worker_died_is_written() -> None:
    now_ms, outbox = 0, MemoryOutbox()
    claims = MemoryClaims(lambda: now_ms, 30_000)
    request = ClaimRequest(f"{LETTER}:{RECORD.position}@{RECORD.timestamp_ms}", "dead", {LETTER: WINDOW_MS})
    await claims.claim([request])
    now_ms = 30_001
    only = refusals(claims, outbox, "a", [])
    only.note(RECORD, WHY)
    await until_written(only)
    assert len(outbox.topics["dead-letters"]) == 1


async def test_what_waits_while_the_broker_is_away_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.refusals.WAITING_MAX_BYTES", 3)
    outbox = MemoryOutbox()
    only = refusals(MemoryClaims(lambda: 0, 30_000), outbox, "a", [])
    for offset in range(5):
        only.note(Incoming("rules", 0, offset, 0, b"r", b"{"), WHY)
    assert only.waiting == 3
    await until_written(only)
    only.note(Incoming("rules", 0, 9, 0, b"r", b"{"), WHY)
    assert only.waiting == 1
