"""Who was told, in Redis: one hash a uri, so each script touches one slot of a cluster.

Memory: some 330 bytes for an article that is remembered, and 285 for each rule that told of it, for `keep_ms`.
Articles that nobody was told of take nothing, but for those that were taken back or came in a second version.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from redis import exceptions as errors
from redis.asyncio import Redis

from schemas.alert import AlertKind
from schemas.article import ArticleStatus
from workers.dedup.claims_redis import Script, unavailable
from workers.dedup.story import story_of
from workers.dedup.told import Departure, Entry, Forgotten, Known, Latest, Sweep, Telling, Visit

_STAY_MS = 86_400_000  # a lease that nobody gave back is known for so long
_RULES_PER_CALL = 1000
_RUN_ID = re.compile(rb"run_id:(\w+)")


class RedisTold:
    """Shared by all workers. `lease_ms` holds others off if a holder dies; `keep_ms` is how long is remembered.

    The key `<prefix>told:whole` names the server (its run id) in whose memory everything is. A restart has another
    id, since a server comes back with what it had saved last. While that is found again a mark stands beside it.
    """

    def __init__(self, client: Redis, key_prefix: str, lease_ms: int, keep_ms: int) -> None:
        self._client = client
        self._prefix = key_prefix + "told:"
        self._whole = self._prefix + "whole"
        self._lease_ms = lease_ms
        self._keep_ms = keep_ms
        self._enter = Script.read("enter")
        self._leave = Script.read("leave")

    async def enter(self, visits: Sequence[Visit]) -> list[Entry]:
        """See Told."""
        if not visits:
            return []
        calls = [(self._key(visit.uri), [visit.holder, self._lease_ms, _STAY_MS, visit.instead_of]) for visit in visits]
        *replies, whole, about = await self._run(self._enter, calls, ("GET", self._whole), ("INFO", "server"))
        store = _run_id(about)
        if whole != store.encode():
            raise Forgotten(await self._gap(store))
        return [_entry(reply) for reply in replies]

    async def leave(self, departures: Sequence[Departure]) -> list[bool]:
        """See Told."""
        calls: list[tuple[str, list[Any]]] = []
        last: list[int] = []  # of each departure its last call, which gives the lease back
        for each in departures:
            held = "-" if not each.held_changed else "" if each.held is None else each.held
            parts = _parts(_fields(each.latest, each.tellings, each.sweep))
            calls += [(self._key(each.visit.uri), ["", self._keep_ms, "-", *part]) for part in parts[:-1]]
            calls.append((self._key(each.visit.uri), [each.visit.holder, self._keep_ms, held, *parts[-1]]))
            last.append(len(calls) - 1)
        replies = await self._run(self._leave, calls)
        return [bool(replies[at]) for at in last]

    async def restore(self, found: Mapping[str, Known]) -> None:
        """See Told."""
        calls: list[tuple[str, list[Any]]] = []
        for uri, known in found.items():
            held = "-" if known.held is None else known.held
            parts = _parts(_fields(known.latest, known.tellings, known.sweep))
            calls += [(self._key(uri), ["", self._keep_ms, held, *part]) for part in parts]
        await self._run(self._leave, calls)

    async def vouch(self, gap: str) -> None:
        """See Told."""
        store, _, began = gap.rpartition("|")
        mark = self._mark(began)
        try:
            async with self._client.pipeline(transaction=True) as pipeline:
                await pipeline.watch(mark)  # a loss behind the look at it undoes what follows
                if await pipeline.exists(mark):
                    pipeline.multi()  # type: ignore[no-untyped-call]
                    pipeline.set(self._whole, store)
                    pipeline.delete(mark)
                    await pipeline.execute()
        except errors.WatchError:
            return
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc

    async def _gap(self, store: str) -> str:
        """Leaves a mark that goes with the next loss: while it stands, what was restored since stands too."""
        try:
            seconds, microseconds = await self._client.time()
            began = f"{seconds}.{microseconds:06}"
            await self._client.set(self._mark(began), "", px=_STAY_MS)
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc
        return f"{store}|{began}"

    def _mark(self, began: str) -> str:
        return f"{{{self._whole}}}{began}"  # in one slot with what it is changed with

    def _key(self, uri: str) -> str:
        return self._prefix + story_of(uri)

    async def _run(self, script: Script, calls: Sequence[tuple[str, list[Any]]], *more: tuple[str, ...]) -> list[Any]:
        """The replies, in one round trip, or two when Redis has forgotten the script."""
        if not calls and not more:
            return []
        replies = await self._send(script, calls, more, load=False)
        if any(isinstance(reply, errors.NoScriptError) for reply in replies):
            replies = await self._send(script, calls, more, load=True)
        for number, reply in enumerate(replies):
            forbidden = number > len(calls) and isinstance(reply, errors.NoPermissionError)  # INFO may be
            if isinstance(reply, Exception) and not forbidden:
                raise unavailable(self._client, reply) from reply
        return replies

    async def _send(
        self, script: Script, calls: Sequence[tuple[str, list[Any]]], more: Sequence[tuple[str, ...]], load: bool
    ) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        if load:
            pipeline.execute_command("SCRIPT LOAD", script.text)
        for key, arguments in calls:
            pipeline.execute_command("EVALSHA", script.sha, 1, key, *arguments)
        for command in more:
            pipeline.execute_command(*command)
        try:
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc
        return replies[1:] if load else replies


def _run_id(about: object) -> str:
    """The server's run id; the same for all where INFO is forbidden: then only the loss of all is noticed."""
    if isinstance(about, Mapping):
        return str(about.get("run_id", "unknown"))
    found = _RUN_ID.search(about) if isinstance(about, bytes) else None
    return found[1].decode() if found else "unknown"


def _fields(latest: Latest | None, tellings: Mapping[str, Telling], sweep: Sweep | None) -> list[str | bytes]:
    """Field, value, field, value, as leave.lua takes them."""
    fields: list[str | bytes] = []
    if latest is not None:
        fields += ("@", f"{latest.rank}|{latest.version}|{latest.status}|{latest.owner}")
    if sweep is not None:
        updated_ms = "" if sweep.updated_ms is None else sweep.updated_ms
        fields += ("*", f"{sweep.at_ms}|{updated_ms}|{sweep.status}|{sweep.owner}")
    for rule_id, told in tellings.items():
        values = [
            *(told.alert_id, told.kind, told.version, told.owner, told.story, told.claim, told.words),
            *(list(told.channels), told.rule_name, told.rule_version, told.priority, told.previous),
        ]
        fields += (f"r:{rule_id}", b"%d|%s" % (told.rank, orjson.dumps(values)))
    return fields


def _parts(fields: list[str | bytes]) -> list[list[str | bytes]]:
    """At most so many that a script is soon done; at least one."""
    return [fields[at : at + 2 * _RULES_PER_CALL] for at in range(0, len(fields), 2 * _RULES_PER_CALL)] or [[]]


def _entry(reply: Any) -> Entry:
    if isinstance(reply, bytes):
        return Entry(None, reply.decode("utf-8", "replace"))
    doubt, *pairs = reply
    fields: dict[bytes, bytes] = dict(zip(pairs[::2], pairs[1::2], strict=True))
    tellings = {field[2:].decode(): _telling(value) for field, value in fields.items() if field.startswith(b"r:")}
    held = fields.get(b"h")
    return Entry(
        Known(
            *(_latest(fields.get(b"@")), int(held) if held is not None else None, tellings),
            _sweep(fields.get(b"*")),
        ),
        doubt_ms=int(doubt) if doubt else None,
    )


def _latest(value: bytes | None) -> Latest | None:
    if value is None:
        return None
    _, version, status, owner = value.decode().split("|", 3)
    return Latest(int(version), ArticleStatus(status), owner)


def _sweep(value: bytes | None) -> Sweep | None:
    if value is None:
        return None
    at_ms, updated_ms, status, owner = value.decode().split("|", 3)
    return Sweep(int(at_ms), int(updated_ms) if updated_ms else None, ArticleStatus(status), owner)


def _telling(value: bytes) -> Telling:
    alert_id, kind, version, owner, story, claim, words, channels, *rule, previous = orjson.loads(
        value.partition(b"|")[2]
    )
    name, rule_version, priority = rule
    return Telling(
        *(alert_id, AlertKind(kind), version, owner, story, claim, words, tuple(channels)),
        *(name, rule_version, priority, previous),
    )
