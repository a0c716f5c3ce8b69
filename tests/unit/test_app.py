"""The wiring of a match worker, without its broker and store."""

from __future__ import annotations

import asyncio

from config.settings import from_environment
from schemas.envelope import Incoming
from workers.app import MatchParts


def rule(offset: int, query: str) -> Incoming:
    return Incoming("rules", 0, offset, 0, b"r", b'{"id":"r","query":"%s"}' % query.encode())


def test_a_record_that_stands_and_cannot_be_applied_is_seen_in_the_gauges_until_it_is_mended() -> None:
    async def seen() -> list[tuple[float | None, float | None]]:
        parts = MatchParts(from_environment(None))
        gauges = []
        for offset, query in enumerate(("acme", "acme AND (", "acme OR hooli")):
            await parts.keep([rule(offset, query)])
            registry = parts.metrics.registry
            gauges.append(
                (registry.get_sample_value("wirewatch_rules"), registry.get_sample_value("wirewatch_rules_refused"))
            )
        await parts.close()
        return gauges

    assert asyncio.run(seen()) == [(1, 0), (1, 1), (1, 0)]
