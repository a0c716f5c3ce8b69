"""The holder takes leave without a crash, whatever it is at when its clients are closed under it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from aiokafka.errors import ConsumerStoppedError

from schemas.envelope import Incoming
from tests.contract.test_outbox import options
from workers.embargo import Calendar
from workers.streams.holder import Holder


async def release(_: Sequence[Incoming]) -> None:
    raise AssertionError("there is nothing to release")


async def test_a_client_that_is_closed_while_articles_are_let_go_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    holder = Holder(options("127.0.0.1:1", ""), Calendar(), release)
    begun, closed = asyncio.Event(), asyncio.Event()

    async def once() -> None:
        begun.set()
        await closed.wait()
        raise ConsumerStoppedError

    async def close() -> None:
        closed.set()
        await asyncio.sleep(0)

    monkeypatch.setattr(holder, "_once", once)
    monkeypatch.setattr(holder, "_close", close)
    await holder.start()
    await begun.wait()
    await holder.stop()
    assert not holder.crashed
