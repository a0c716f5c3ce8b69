"""docs/restraint.md: what its examples show is what comes of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.alert import AlertKind
from schemas.channel import Channel, Digest, QuietHours
from schemas.silence import Inhibition, Silence
from tests.sources import ROOT
from tests.unit.restraint.said import NOON, an_alert, utc
from workers.restraint import (
    Buckets,
    Groups,
    Inhibitions,
    Silences,
    check_channel,
    check_inhibition,
    check_silence,
    hushed_by,
    next_digest,
    passes,
    quiet,
)

PAGE = (ROOT / "docs" / "restraint.md").read_text()
WIDE = 111  # minutes
ARRIVALS = {0: "A", 1: "B", 4: "C", 10: "D", 20: "b", 40: "E", 105: "F"}  # b: B is retracted


def section(heading: str) -> str:
    return PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def block(heading: str, kind: str) -> str:
    found = re.findall(rf"```{kind}\n(.*?)\n```", section(heading), re.DOTALL)
    assert len(found) == 1, f"{heading}: {len(found)} blocks of {kind}"
    return str(found[0])


def asked(heading: str) -> dict[str, Any]:
    """The example's record, as it is written in the page."""
    return dict(json.loads(block(heading, "json")))


def channel(heading: str) -> Channel:
    made = Channel.model_validate(asked(heading))
    check_channel(made)
    return made


def line(name: str, marks: Iterable[tuple[int, str]], filler: str = " ") -> str:
    row = [filler] * WIDE
    for at, mark in marks:
        row[at : at + len(mark)] = mark
    return f"{name:<9}{''.join(row)}".rstrip()


def columns(*rows: tuple[str, ...]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def groups() -> str:
    grouping = channel("Groups").group
    assert grouping is not None
    kept, told = Groups(grouping), list[tuple[int, str, str]]()
    for minute in range(WIDE):
        letter = ARRIVALS.get(minute, "")
        if letter.islower():
            kept.remove(letter.upper())
        elif letter:
            kept.add(an_alert(letter), minutes(minute))
        for due in kept.due(minutes(minute)):
            ids = [alert.id for alert in due.alerts]
            kept.flushed(due.group, ids, minutes(minute))
            told.append((minute, "repeat" if due.repeat else "new", " ".join(ids)))
    interval = int(grouping.interval_s / 60)
    ends = max(at for at, mark in ARRIVALS.items() if mark in "ABCDE") + int(grouping.lasts_s / 60)
    until = [*(minute for minute, _, _ in told[1:]), WIDE]
    until[-2] = ends  # F is of another group
    looks = [look for (at, _, _), end in zip(told, until, strict=True) for look in range(at + interval, end, interval)]
    return "\n".join(
        [
            line("minute", ((at, str(at)) for at in range(0, WIDE - 1, 10))),
            line("alerts", ARRIVALS.items()),
            line("messages", [*((at, ".") for at in looks), *((at, kind[0].upper()) for at, kind, _ in told)]),
            "",
            columns(("minute", "", "tells"), *((str(at), kind, ids) for at, kind, ids in told)),
        ]
    )


def leaves(one: Channel, priority: int, at: datetime) -> tuple[str, datetime]:
    """Why it waits, and when it goes out."""
    assert one.digest is not None
    if passes(an_alert(priority=priority)):
        return "passes", at
    until = quiet(one.quiet, priority, at)
    return ("quiet hours, then digest" if until else "digest"), next_digest(one.digest, until or at)


def digests() -> str:
    one = channel("Digests and quiet hours")
    berlin = ZoneInfo("Europe/Berlin")
    rows = [("alert of", "priority", "waits for", "goes out")]
    for text, priority in [
        *(("2026-05-04 09:15", 3), ("2026-05-04 23:30", 3), ("2026-05-04 23:30", 2), ("2026-05-04 23:30", 1)),
        *(("2026-03-29 01:59", 3), ("2026-10-25 01:59", 3)),
    ]:
        at = datetime.fromisoformat(text).replace(tzinfo=berlin)
        why, due = leaves(one, priority, utc(at.isoformat()))
        rows.append((f"{at:%Y-%m-%d %H:%M %Z}", str(priority), why, f"{due.astimezone(berlin):%Y-%m-%d %H:%M %Z}"))
    return columns(*rows)


def throttled() -> str:
    throttle = channel("Throttles").throttle
    assert throttle is not None
    buckets, arrivals = Buckets(throttle), (0, 1, 2, 3, 4, 10, 11, 12, 20, 30, 60, 61, 62, 63)
    passed = [(at, "x" if buckets.take("r1", minutes(at)) else "-") for at in arrivals]
    return "\n".join([line("minute", ((at, str(at)) for at in range(0, 70, 10))), line("alerts", passed)])


def silenced() -> str:
    silence = Silence.model_validate(asked("Silences"))
    check_silence(silence)
    book = Silences()
    book.put(silence)
    rows = [("at", "source", "priority", "")]
    for text, source, priority in [
        *(("17:59", "Wire East", 3), ("18:00", "Wire East", 3), ("18:00", "wire", 1), ("18:00", "The Wire", 3)),
        ("20:00", "Wire East", 3),
    ]:
        found = book.silenced(an_alert(source=source, priority=priority), "desk", utc(f"2026-05-04 {text}"))
        rows.append((text, source, str(priority), "silenced" if found else "sent"))
    return columns(*rows)


def inhibited() -> str:
    inhibition = Inhibition.model_validate(asked("Inhibitions"))
    check_inhibition(inhibition)
    book, noted = Inhibitions(), dict[str, datetime]()
    book.put(inhibition)
    rows = [("minute", "rule", "priority", "")]
    for minute, rule, priority, kind in [
        (0, "rumours", 3, AlertKind.CREATED),
        (5, "confirmed", 3, AlertKind.CREATED),
        (6, "rumours", 3, AlertKind.CREATED),
        (7, "rumours", 1, AlertKind.CREATED),
        (8, "rumours", 3, AlertKind.RETRACTED),
        (64, "rumours", 3, AlertKind.UPDATED),
        (65, "rumours", 3, AlertKind.UPDATED),
        (70, "confirmed", 3, AlertKind.CREATED),
        (71, "confirmed", 3, AlertKind.RETRACTED),
        (72, "rumours", 3, AlertKind.UPDATED),
    ]:
        alert = an_alert(rule=rule, priority=priority, kind=kind)
        noted |= book.sources(alert, minutes(minute))
        for name in book.ended(alert):
            noted.pop(name, None)
        found = hushed_by(book.targets(alert, "desk"), noted, minutes(minute))
        rows.append((str(minute), f"{rule}, {kind}", str(priority), "inhibited" if found else "sent"))
    return columns(*rows)


EXAMPLES: dict[str, Callable[[], str]] = {
    "Groups": groups,
    "Digests and quiet hours": digests,
    "Throttles": throttled,
    "Silences": silenced,
    "Inhibitions": inhibited,
}


@pytest.mark.parametrize("heading", EXAMPLES)
def test_what_an_example_shows_is_what_comes_of_it(heading: str) -> None:
    assert block(heading, "text") == EXAMPLES[heading]()


def test_the_numbers_of_the_words_beside_them() -> None:
    night = QuietHours(start="22:00", end="07:00", time_zone="Europe/Berlin")
    lasts = []
    for start in ("2026-03-28 22:00+01:00", "2026-05-04 22:00+02:00", "2026-10-24 22:00+02:00"):
        until = quiet([night], 3, utc(start))
        assert until is not None
        lasts.append((until - utc(start)).total_seconds() / 3600)
    assert lasts == [8, 9, 10]
    assert "8 hours in the night of 28 March 2026, 10 in that of 24 October" in " ".join(PAGE.split())
    half_past_two = Digest(at=("02:30",), time_zone="Europe/Berlin")
    assert next_digest(half_past_two, utc("2026-03-29 00:00")) == utc("2026-03-29 03:00+02:00")
    assert next_digest(half_past_two, utc("2026-10-25 00:30")) == utc("2026-10-26 02:30+01:00")
    assert "02:30 is 03:00 on 29 March 2026, and the first of the two on 25 October" in " ".join(PAGE.split())
