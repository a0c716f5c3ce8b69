"""What may be asked."""

from __future__ import annotations

import pytest

from workers.dedup import ClaimRequest


@pytest.mark.parametrize("window_ms", [-1, 10**15], ids=["negative", "centuries"])
def test_a_window_that_no_store_can_keep_is_refused_by_its_rule(window_ms: int) -> None:
    with pytest.raises(ValueError, match="rule north"):
        ClaimRequest("story", "a/0/1", {"north": window_ms})
