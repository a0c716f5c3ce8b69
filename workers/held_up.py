"""What cannot go on yet, by what it waits for: a digest that is not read back, or an answer about an alert."""

from __future__ import annotations

from collections.abc import Iterable

from workers.opened import Opened


class HeldUp:
    """What follows on something that is held up here waits for the same, and comes behind it."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Opened]] = {}  # a digest, or an alert that is asked about -> what waits
        self._for: dict[str, str] = {}  # an alert that is held up -> what it waits for
        self._digests: set[str] = set()  # written, and not read back yet
        self._asked: set[str] = set()

    @property
    def asking(self) -> frozenset[str]:
        """The alerts that are asked about."""
        return frozenset(self._asked)

    def wrote(self, digest_id: str) -> None:
        """A digest is on its way to the topic."""
        self._digests.add(digest_id)

    def hold(self, opened: Opened, told_in: str | None = None, unknown: str | None = None) -> bool:
        """Hold up what follows on an alert, if it must: a digest is to tell that, or nothing is known of it.

        A digest is held up by what any of its alerts follows on.
        """
        alerts = opened.notification.alerts
        what = next((self._for[each.previous] for each in alerts if each.previous in self._for), None)
        if what is None and told_in in self._digests:
            what = told_in
        if what is None and unknown is not None:
            what = unknown
            self._asked.add(unknown)
        if what is None:
            return False
        self._waiting.setdefault(what, []).append(opened)
        self._for |= {alert.id: what for alert in alerts}
        return True

    def release(self, what: Iterable[str]) -> list[Opened]:
        """These digests are read, or these questions answered: what has waited, in the order in which it came."""
        released: list[Opened] = []
        for each in what:
            self._digests.discard(each)
            self._asked.discard(each)
            released += self._waiting.pop(each, ())
        for opened in released:
            for alert in opened.notification.alerts:
                self._for.pop(alert.id, None)
        return sorted(released, key=first)


def first(opened: Opened) -> int:
    """In the order in which they came to the channel."""
    return opened.first
