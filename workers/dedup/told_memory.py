"""Who was told, in this process's memory: the twin of the memory in Redis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from workers.dedup.told import Departure, Entry, Forgotten, Known, Latest, Sweep, Telling, Visit


@dataclass(slots=True)
class _Lease:
    holder: str
    since_ms: int
    until_ms: int
    doubt_ms: int | None = None


@dataclass(slots=True)
class _Page:
    """Of one uri."""

    latest: Latest | None = None
    held: int | None = None
    tellings: dict[str, Telling] = field(default_factory=dict)
    sweep: Sweep | None = None
    lease: _Lease | None = None


class MemoryTold:
    """For one process, gone with it. Whole from the beginning unless `store` is changed, as a restart does."""

    def __init__(self, now_ms: Callable[[], int], lease_ms: int) -> None:
        self._now_ms = now_ms
        self._lease_ms = lease_ms
        self._pages: dict[str, _Page] = {}
        self.store = self._whole = "1"
        self._losses = 0

    def __len__(self) -> int:
        """How many uris are remembered."""
        return len(self._pages)

    def forget(self) -> None:
        """All is lost."""
        self._pages.clear()
        self._whole = ""
        self._losses += 1

    async def enter(self, visits: Sequence[Visit]) -> list[Entry]:
        """See Told."""
        if self._whole != self.store:
            raise Forgotten(self._gap)
        return [self._enter(visit) for visit in visits]

    def _enter(self, visit: Visit) -> Entry:
        now_ms = self._now_ms()
        page = self._pages.setdefault(visit.uri, _Page())
        lease = page.lease
        living = lease is not None and lease.until_ms > now_ms and lease.holder != visit.instead_of
        if lease is not None and living and lease.holder != visit.holder:
            return Entry(None, lease.holder)
        since_ms, doubt_ms = now_ms, lease.doubt_ms if lease else None
        if lease is not None and lease.holder == visit.holder:
            since_ms = lease.since_ms
        elif lease is not None:
            doubt_ms = min(lease.since_ms, doubt_ms if doubt_ms is not None else lease.since_ms)
        page.lease = _Lease(visit.holder, since_ms, now_ms + self._lease_ms, doubt_ms)
        return Entry(Known(page.latest, page.held, dict(page.tellings), page.sweep), doubt_ms=doubt_ms)

    async def leave(self, departures: Sequence[Departure]) -> list[bool]:
        """See Told."""
        return [self._leave(each) for each in departures]

    def _leave(self, departure: Departure) -> bool:
        page = self._pages.setdefault(departure.visit.uri, _Page())
        alone = page.lease is not None and page.lease.holder == departure.visit.holder
        self._put(page, departure.latest, departure.tellings, departure.sweep, alone)
        if departure.held_changed and (alone or (departure.held or -1) > (page.held or -1)):
            page.held = departure.held
        if alone:
            page.lease = None
        if page == _Page():
            del self._pages[departure.visit.uri]
        return alone

    async def restore(self, found: Mapping[str, Known]) -> None:
        """See Told."""
        for uri, known in found.items():
            page = self._pages.setdefault(uri, _Page())
            self._put(page, known.latest, known.tellings, known.sweep, False)
            if known.held is not None and known.held > (page.held or -1):
                page.held = known.held

    async def vouch(self, gap: str) -> None:
        """See Told."""
        if gap == self._gap:
            self._whole = self.store

    @property
    def _gap(self) -> str:
        return f"{self.store}|{self._losses}"

    @staticmethod
    def _put(
        page: _Page, latest: Latest | None, tellings: Mapping[str, Telling], sweep: Sweep | None, alone: bool
    ) -> None:
        if sweep is not None and (page.sweep is None or page.sweep.at_ms < sweep.at_ms):
            page.sweep = sweep
        if latest is not None and (alone or page.latest is None or page.latest.rank < latest.rank):
            page.latest = latest
        for rule_id, telling in tellings.items():
            before = page.tellings.get(rule_id)
            if alone or before is None or before.rank < telling.rank:
                page.tellings[rule_id] = telling
