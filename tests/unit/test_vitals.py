"""What a worker says of itself before anything has been asked."""

from __future__ import annotations

from workers.health import Missing
from workers.vitals import Vitals


def test_nobody_is_said_to_be_away_before_he_was_asked() -> None:
    missing = Vitals().health.missing
    assert missing
    assert not missing & {Missing.BROKER, Missing.STORE}
