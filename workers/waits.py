"""What of a channel waits, found by its notification and by its rule and story."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from schemas.delivery import Notification
from schemas.reasons import HeldReason


@dataclass(slots=True)
class Wait:
    """Of one alert: for what, and until when, if that is known."""

    notification: Notification
    reason: HeldReason
    until: datetime | None

    def is_over(self, now: datetime) -> bool:
        """Whether its time has come."""
        return self.until is not None and self.until <= now

    @property
    def story(self) -> tuple[str, str]:
        """Its rule's id, and the story."""
        (alert,) = self.notification.alerts
        return alert.rule.id, alert.story


class Waits:
    """In the order in which they began."""

    def __init__(self) -> None:
        self._waits: dict[str, Wait] = {}  # by the notification's key
        self._of: dict[tuple[str, str], dict[str, None]] = {}  # keys by rule and story

    def __len__(self) -> int:
        return len(self._waits)

    def __iter__(self) -> Iterator[Wait]:
        return iter(list(self._waits.values()))

    def get(self, key: str) -> Wait | None:
        """That of the notification with this key."""
        return self._waits.get(key)

    def add(self, wait: Wait) -> None:
        """It begins, in place of one of the same notification."""
        self.end(wait.notification.key)
        self._waits[wait.notification.key] = wait
        self._of.setdefault(wait.story, {})[wait.notification.key] = None

    def end(self, key: str) -> Wait | None:
        """It is over."""
        wait = self._waits.pop(key, None)
        if wait is not None:
            keys = self._of[wait.story]
            del keys[key]
            if not keys:
                del self._of[wait.story]
        return wait

    def of(self, rule_id: str, story: str) -> list[Notification]:
        """All of this rule on this story."""
        return [self._waits[key].notification for key in self._of.get((rule_id, story), ())]
