"""The living set of inhibitions: an alert of one rule hushes those of another on the same story.

Sources are noted on their story (see Hushes); targets ask what is noted there. An alert never hushes itself, nor do two
that are both source and target of an inhibition hush each other, as in Alertmanager: what such an alert notes has a
name of its own, which is looked for only by targets that are no sources.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.alert import Alert, AlertKind
from schemas.silence import Inhibition
from workers.restraint.matching import Filed
from workers.restraint.passing import passes

_BOTH = "~both"  # no id has a `~`
_BY = "~by~"  # behind it the id of the source's rule: on a story it tells one alert at a time


@dataclass(frozen=True, slots=True)
class Hush:
    """An inhibition that may hush an alert, and the names under which its sources are noted."""

    inhibition: Inhibition
    names: tuple[str, ...]


class Inhibitions:
    """Keeps each inhibition's latest record."""

    def __init__(self) -> None:
        self._inhibitions: dict[str, Inhibition] = {}
        self._sources = Filed()
        self._targets = Filed()

    def put(self, inhibition: Inhibition) -> None:
        """Add or replace. What is noted already stays noted."""
        self._inhibitions[inhibition.id] = inhibition
        self._sources.put(inhibition.id, inhibition.source)
        self._targets.put(inhibition.id, inhibition.target)

    def drop(self, inhibition_id: str) -> None:
        """Forget an inhibition; one that is not there is forgotten already. What it has noted hushes nothing more."""
        self._inhibitions.pop(inhibition_id, None)
        self._sources.drop(inhibition_id)
        self._targets.drop(inhibition_id)

    def sources(self, alert: Alert, at: datetime) -> dict[str, datetime]:
        """What to note on the alert's story, each with its end; `at` is the time of its record.

        A retraction hushes none. The matchers are asked of the alert with all its channels, as of its tags.
        """
        if alert.kind is AlertKind.RETRACTED:
            return {}
        both = self._targets.holding(alert, alert.channels)
        return {
            name + (_BOTH if name in both else "") + _BY + alert.rule.id: at
            + timedelta(seconds=self._inhibitions[name].lasts_s)
            for name in self._sources.holding(alert, alert.channels)
        }

    def ended(self, alert: Alert) -> tuple[str, ...]:
        """What its rule has noted on the story, and an alert that is a retraction ends."""
        if alert.kind is not AlertKind.RETRACTED:
            return ()
        return tuple(name + both + _BY + alert.rule.id for name in self._inhibitions for both in ("", _BOTH))

    def targets(self, alert: Alert, channel: str) -> tuple[Hush, ...]:
        """The inhibitions that may hush the alert on this channel; none of one that `passes`."""
        if passes(alert):
            return ()
        both = self._sources.holding(alert, alert.channels)
        return tuple(
            Hush(self._inhibitions[name], (name,) if name in both else (name, name + _BOTH))
            for name in self._targets.holding(alert, (channel,))
        )

    def __iter__(self) -> Iterator[Inhibition]:
        return iter(self._inhibitions.values())

    def __len__(self) -> int:
        return len(self._inhibitions)


def hushed_by(
    targets: tuple[Hush, ...], noted: Mapping[str, datetime], now: datetime
) -> tuple[Inhibition, datetime] | None:
    """The inhibition that hushes, and until when; of several the one that lasts longest."""
    ends: dict[str, datetime] = {}
    for each, until in noted.items():
        name = each.partition(_BY)[0]
        ends[name] = max(until, ends.get(name, until))
    found = [
        (ends[name], hush.inhibition.id, hush.inhibition)
        for hush in targets
        for name in hush.names
        if name in ends and ends[name] > now
    ]
    if not found:
        return None
    until, _, inhibition = max(found, key=lambda each: each[:2])
    return inhibition, until
