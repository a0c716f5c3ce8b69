"""How much the claims in memory keep."""

from __future__ import annotations

import pytest

from workers.dedup import ClaimRequest
from workers.dedup.claims_memory import MemoryClaims


@pytest.mark.asyncio
async def test_what_is_over_is_dropped_so_memory_is_bounded() -> None:
    now_ms = 0
    claims = MemoryClaims(lambda: now_ms, lease_ms=100)
    most = 0
    for number in range(20_000):
        now_ms += 1  # so about a hundred stories live at any time
        await claims.claim([ClaimRequest(f"story-{number}", "a/0/1", {"north": 50})])
        most = max(most, len(claims))
    assert most <= 1_025
