"""What can never be is refused when the record is read, with what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.channel import Channel
from schemas.reasons import RefusalReason
from schemas.silence import Inhibition
from tests.unit.restraint.test_inhibit import inhibition
from tests.unit.restraint.test_silence import silence
from workers.errors import Refused
from workers.restraint.check import check_channel, check_inhibition, check_silence

NIGHT = {"start": "22:00", "end": "07:00", "time_zone": "Europe/Berlin"}


def channel(**fields: Any) -> Channel:
    return Channel.model_validate({"id": "desk", **fields})


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        ({"quiet": [NIGHT, NIGHT | {"time_zone": "Berlin"}]}, "there is no time zone 'Berlin'", "Europe/Berlin"),
        ({"digest": {"at": ["08:00"], "time_zone": "MESZ"}}, "there is no time zone 'MESZ'", "IANA"),
        ({"digest": {"every_s": 604_800, "days": ["mon"]}}, "every 604800 s may never fall on mon", "`at`"),
        ({"quiet": [{"start": "00:00", "end": "00:00"}]}, "the quiet hours never end", "paused"),
        ({"quiet": [NIGHT, NIGHT | {"start": "06:00", "end": "23:00"}]}, "the quiet hours never end", "paused"),
    ],
    ids=["quiet zone", "digest zone", "days that never come", "always quiet", "always quiet, by two"],
)
def test_a_channel_that_cannot_be(fields: dict[str, Any], message: str, hint: str) -> None:
    with pytest.raises(Refused) as refused:
        check_channel(channel(**fields))
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert refused.value.reason == RefusalReason.WRONG_FIELD


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"quiet": [NIGHT, {"start": "00:00", "end": "00:00", "days": ["sat", "sun"]}]},
        {"quiet": [NIGHT | {"bypass_priority": 5}, {"start": "00:00", "end": "00:00", "bypass_priority": 5}]},
        {"digest": {"every_s": 86_400, "days": ["mon"]}},
        {"digest": {"at": ["08:00"], "days": ["mon"], "time_zone": "Asia/Seoul"}},
    ],
    ids=["none", "nights and weekends", "all pass", "daily", "weekly"],
)
def test_one_that_can_is_let_in(fields: dict[str, Any]) -> None:
    check_channel(channel(**fields))


@pytest.mark.parametrize("text", ["priority is high", "priority is_not 0", "kind is retraction"])
def test_a_matcher_that_no_alert_can_meet(text: str) -> None:
    with pytest.raises(Refused, match="no alert has the "):
        check_silence(silence("s", text))
    for one in (inhibition("i", text, "rule is r1"), inhibition("i", "rule is r1", text)):
        with pytest.raises(Refused, match="no alert has the "):
            check_inhibition(one)


def test_one_that_alerts_can_meet_is_let_in() -> None:
    check_silence(silence("s", "priority is 5", "kind is_not retracted", "priority like *", "rule is high"))
    one: Inhibition = inhibition("i", "kind is created", "priority is 3")
    check_inhibition(one)
