"""Who was told is found again on the topics `alerts`, `kills` and `held`, when Redis knows it no more.

`alerts` has every alert, in the order of its uri; what else is remembered of it stands in the headers of each record.
`kills` has every kill, for those of which nobody was told.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from schemas import Alert
from schemas.alert import AlertCause, AlertKind
from schemas.article import ArticleStatus
from schemas.envelope import Headers, Incoming, Outgoing
from workers.dedup import Departure, Entry, Forgotten, Known, Latest, Sweep, Telling, Told, Visit
from workers.embargo import named_by, version_held
from workers.errors import Refused
from workers.records import read

log = structlog.get_logger("wirewatch.recalling")

KILLS = "kills"
TOPICS = ("alerts", KILLS, "held")
SLACK_MS = 600_000  # clocks of several machines differ
MAX_BYTES = 64 * 1024 * 1024
DIGITS_MAX = 20  # of a version: an article's is below 2^64
_OWNER, _CLAIM, _WORDS, _VERSION, _CHANNELS = "record", "claim", "words", "for-version", "channels"
_ALL_BEFORE, _UPDATED = "all-before-ms", "updated-ms"
_CHANNEL = re.compile(r"[a-z0-9][a-z0-9-]{0,99}")  # as a channel may be called; what others wrote is none
_STATUS_OF = {AlertCause.CANCELED: ArticleStatus.CANCELED, AlertCause.WITHHELD: ArticleStatus.WITHHELD}
_NAMED = {status.encode(): status for status in _STATUS_OF.values()}


class Past(Protocol):
    """What stands on topics."""

    def since(self, topics: Sequence[str], time_ms: int) -> AsyncIterator[Sequence[Incoming]]:
        """Everything up to the ends of now that came at this time or later, each partition in its order.

        Raises Unavailable.
        """
        ...


def trace(telling: Telling, channels: Sequence[str]) -> Headers:
    """What must be remembered of an alert to these channels and does not stand in it, for the headers of its record."""
    headers = (
        (_OWNER, telling.owner.encode()),
        (_CLAIM, telling.claim.encode()),
        (_WORDS, telling.words.encode()),
        (_VERSION, b"%d" % telling.version),
    )
    if set(telling.channels) == set(channels):
        return headers
    return (*headers, (_CHANNELS, ",".join(telling.channels).encode()))


def killed(uri: str, kill: Latest, sweep: Sweep | None = None) -> Outgoing:
    """What must be remembered of a kill, whether anybody was told of the article or not: for the topic `kills`."""
    headers: Headers = ((_OWNER, kill.owner.encode()), (_VERSION, b"%d" % kill.version))
    if sweep is not None:
        headers = (*headers, (_ALL_BEFORE, b"%d" % sweep.at_ms))
        if sweep.updated_ms is not None:
            headers = (*headers, (_UPDATED, b"%d" % sweep.updated_ms))
    return Outgoing(KILLS, uri.encode("utf-8", "surrogatepass"), kill.status.encode(), headers)


class Recalling:
    """What is remembered, whole: wraps a memory, and fills its gaps from the topics before it answers."""

    def __init__(self, told: Told, past: Past, got_on: Callable[[], None]) -> None:
        self._told = told
        self._past = past
        self._got_on = got_on  # hears of each piece that is read, for the watchdog

    async def enter(self, visits: Sequence[Visit]) -> list[Entry]:
        """As of Told; never raises Forgotten, and leaves no doubt."""
        cleared: set[str] = set()  # uris; of others the doubt may have come up while the topics were read
        while True:
            try:
                entries = await self._told.enter(visits)
            except Forgotten as lost:
                log.warning("Redis has restarted or lost its memory: who was told is found again on the topics")
                await self._restore(0)
                await self._told.vouch(lost.gap)
                log.info("who was told is found again")
                continue
            doubts = {
                visit.uri: entry.doubt_ms
                for visit, entry in zip(visits, entries, strict=True)
                if entry.doubt_ms is not None and visit.uri not in cleared
            }
            if not doubts:
                return [replace(each, doubt_ms=None) for each in entries]
            await self._restore(min(doubts.values()) - SLACK_MS)
            cleared |= doubts.keys()

    async def leave(self, departures: Sequence[Departure]) -> list[bool]:
        """As of Told."""
        return await self._told.leave(departures)

    async def witness(self, claims: Collection[tuple[str, str]], since_ms: int) -> Collection[tuple[str, str]]:
        """Which of these (owner of a claim, rule id) have told since then, and were not taken back.

        Whoever told and died had no time to remember it, so it is remembered here.
        """
        log.info("leases are over unconfirmed: what their owners told is looked for on the topics", claims=len(claims))
        told: set[tuple[str, str]] = set()
        async for found in self._found(since_ms - SLACK_MS):
            for known in found.values():
                for rule_id, telling in known.tellings.items():
                    claim = (telling.claim, rule_id)
                    if telling.kind is AlertKind.RETRACTED:
                        told.discard(claim)
                    elif claim in claims:
                        told.add(claim)
        return told

    async def _restore(self, time_ms: int) -> None:
        async for _ in self._found(time_ms):
            pass

    async def _found(self, time_ms: int) -> AsyncIterator[Mapping[str, Known]]:
        """What the topics tell from a time on, piece by piece, each remembered before it is handed on."""
        async for records in self._past.since(TOPICS, max(time_ms, 0)):
            found = recall(records)
            await self._told.restore(found)
            self._got_on()
            yield found


def recall(records: Sequence[Incoming]) -> dict[str, Known]:
    """What records of these topics tell, by uri. Those of one uri are in their order; foreign ones count not."""
    found: dict[str, Known] = {}
    for record in records:
        if record.topic == "alerts":
            _recall_alert(found, record)
        elif (uri := _uri(record)) is not None:
            (_recall_kill if record.topic == KILLS else _recall_held)(found, uri, record)
    return found


def _uri(record: Incoming) -> str | None:
    try:
        return named_by(record.key)[0].decode("utf-8", "surrogatepass") or None
    except UnicodeDecodeError:
        return None


def _recall_kill(found: dict[str, Known], uri: str, record: Incoming) -> None:
    headers = dict(record.headers)
    version, status = _number(headers, _VERSION), _NAMED.get(record.value or b"")
    if version is not None and status is not None:
        owner = (headers.get(_OWNER) or b"").decode("utf-8", "replace")
        known = found.get(uri, Known())
        before_ms = _number(headers, _ALL_BEFORE)
        sweep = known.sweep
        if before_ms is not None and (sweep is None or sweep.at_ms < before_ms):
            sweep = Sweep(before_ms, _number(headers, _UPDATED), status, owner)
        found[uri] = replace(known, latest=_later(known.latest, Latest(version, status, owner)), sweep=sweep)


def _recall_held(found: dict[str, Known], uri: str, record: Incoming) -> None:
    """The newest version that stands. Where a tombstone is read apart from what it ends, that is taken to stand."""
    before = found.get(uri, Known())
    if record.value is None:
        named = named_by(record.key)[1]
        held = before.held if named is not None and named != before.held else None
    else:
        held = max((each for each in (before.held, version_held(record)) if each is not None), default=None)
    if held is not None or uri in found:
        found[uri] = replace(before, held=held)


def _recall_alert(found: dict[str, Known], record: Incoming) -> None:
    try:
        alert = read(Alert, "alert", record.value or b"", MAX_BYTES)
    except Refused:
        return
    known = found.get(alert.article.uri, Known())
    telling = _telling(alert, dict(record.headers))
    before = known.tellings.get(alert.rule.id)
    if before is not None and before.alert_id == telling.alert_id:
        # a repeat; or told again after the window, to others
        tellings = {**known.tellings, alert.rule.id: before.to(telling.channels)}
        found[alert.article.uri] = replace(known, tellings=tellings)
        return
    if before is not None and before.version > telling.version:
        return
    if before is not None and before.kind is AlertKind.RETRACTED and before.previous == telling.alert_id:
        return  # a repeat after a crash of what was taken back
    status = _STATUS_OF.get(alert.cause, ArticleStatus.USABLE) if alert.cause else ArticleStatus.USABLE
    latest = _later(known.latest, Latest(telling.version, status, telling.owner))
    found[alert.article.uri] = replace(known, latest=latest, tellings={**known.tellings, alert.rule.id: telling})


def _later(before: Latest | None, latest: Latest) -> Latest:
    return before if before is not None and before.rank > latest.rank else latest


def _number(headers: Mapping[str, bytes | None], name: str) -> int | None:
    """What others wrote is none."""
    value = headers.get(name) or b""
    return int(value) if value.isdigit() and len(value) <= DIGITS_MAX else None


def _telling(alert: Alert, headers: dict[str, bytes | None]) -> Telling:
    def text(name: str) -> str:
        return (headers.get(name) or b"").decode("utf-8", "replace")

    version = _number(headers, _VERSION)
    return Telling(
        *(alert.id, alert.kind, alert.article.version if version is None else version, text(_OWNER)),
        *(alert.story, text(_CLAIM), text(_WORDS), alert.channels),
        *(alert.rule.name, alert.rule.version, alert.rule.priority, alert.previous or ""),
    ).to(name for name in text(_CHANNELS).split(",") if _CHANNEL.fullmatch(name))
