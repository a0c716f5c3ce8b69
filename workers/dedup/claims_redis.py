"""Claims in Redis (7.0 or later, or Valkey): shared by all workers, by Redis's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from importlib.resources import files
from itertools import islice
from typing import Any

from redis import exceptions as errors
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from workers.dedup.claims import FIRST_SEEN, PROLONGED_MAX_MS, Answer, ClaimRequest, Outcome
from workers.errors import Unavailable

_RULES_PER_CALL = 1000  # Lua's unpack takes 8,000 values, and a script holds up all others
_HEALTH_CHECK_S = 15


@dataclass(frozen=True, slots=True)
class Script:
    """A file of lua/, and the name that Redis gives it."""

    text: str
    sha: str

    @staticmethod
    def read(name: str) -> Script:
        """By its name without the ending."""
        text = files("workers.dedup").joinpath("lua", f"{name}.lua").read_text("utf-8")
        return Script(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


@dataclass(frozen=True, slots=True)
class _Call:
    """One run of a script, for some rules of one request."""

    number: int  # of the request
    rules: list[str]
    key: str
    arguments: list[str | int]


class RedisClaims:
    """Claims kept in one hash a story, a field a rule: each script touches one key, so one slot of a cluster.

    `client` comes from connect(); `lease_ms` is for how long a claim holds others off if its owner dies.
    """

    def __init__(self, client: Redis, key_prefix: str, lease_ms: int) -> None:
        self._client = client
        self._key_prefix = key_prefix
        self._lease_ms = lease_ms
        self._claim = Script.read("claim")
        self._confirm = Script.read("confirm")
        self._release = Script.read("release")
        self._forget = Script.read("forget")
        self._prolong = Script.read("prolong")

    async def claim(self, requests: Sequence[ClaimRequest]) -> list[dict[str, Answer]]:
        """See Claims."""
        calls = []
        for number, request in enumerate(requests):
            for rules in _parts(request):
                arguments: list[str | int] = [request.owner, self._lease_ms]
                for rule_id in rules:
                    arguments += (rule_id, request.windows_ms[rule_id], request.instead_of.get(rule_id, ""))
                calls.append(_Call(number, rules, self._key(request), arguments))
        answers: list[dict[str, Answer]] = [{} for _ in requests]
        for call, replies in zip(calls, await self._run(self._claim, calls), strict=True):
            owner = requests[call.number].owner
            answers[call.number].update(
                (rule_id, _answer(reply, owner)) for rule_id, reply in zip(call.rules, replies, strict=True)
            )
        return answers

    async def confirm(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        await self._run(self._confirm, self._with_windows(requests, lambda request: request.owner))

    async def prolong(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        await self._run(self._prolong, self._with_windows(requests, lambda _: PROLONGED_MAX_MS))

    async def release(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        await self._run(self._release, self._of_owners(requests))

    async def forget(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        await self._run(self._forget, self._of_owners(requests))

    def _with_windows(
        self, requests: Sequence[ClaimRequest], first: Callable[[ClaimRequest], str | int]
    ) -> list[_Call]:
        calls = []
        for number, request in enumerate(requests):
            for rules in _parts(request):
                arguments: list[str | int] = [first(request)]
                for rule_id in rules:
                    arguments += (rule_id, request.windows_ms[rule_id])
                calls.append(_Call(number, rules, self._key(request), arguments))
        return calls

    def _of_owners(self, requests: Sequence[ClaimRequest]) -> list[_Call]:
        return [
            _Call(number, rules, self._key(request), [request.owner, *rules])
            for number, request in enumerate(requests)
            for rules in _parts(request)
        ]

    def _key(self, request: ClaimRequest) -> str:
        return self._key_prefix + request.story

    async def _run(self, script: Script, calls: Sequence[_Call]) -> list[Any]:
        """The replies, all in one round trip; two when Redis has forgotten the script (a restart, a failover).

        Then all is run again: calls that had gone through before the script was forgotten do no harm.
        """
        if not calls:
            return []
        replies = await self._send(script, calls, load=False)
        if any(isinstance(reply, errors.NoScriptError) for reply in replies):
            replies = await self._send(script, calls, load=True)
        for reply in replies:
            if isinstance(reply, Exception):
                raise unavailable(self._client, reply) from reply
        return replies

    async def _send(self, script: Script, calls: Sequence[_Call], load: bool) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        if load:
            pipeline.execute_command("SCRIPT LOAD", script.text)
        for call in calls:
            pipeline.execute_command("EVALSHA", script.sha, 1, call.key, *call.arguments)
        try:
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        except (errors.RedisError, OSError) as exc:
            raise unavailable(self._client, exc) from exc
        return replies[1:] if load else replies


def _parts(request: ClaimRequest) -> Iterator[list[str]]:
    rules = iter(request.windows_ms)
    while part := list(islice(rules, _RULES_PER_CALL)):
        yield part


def _answer(reply: bytes, asker: str) -> Answer:
    """The answer in a reply of claim.lua: empty, o and since, or state and since|until|owner."""
    if not reply:
        return FIRST_SEEN
    told = reply.decode("utf-8", "replace")
    if told.startswith("o"):
        return Answer(Outcome.FIRST_SEEN, since_ms=int(told[1:]))
    state, until_ms, owner = told.split("|", 2)
    since_ms = int(state[1:]) if state[1:] else None
    if state.startswith("d"):
        return Answer(Outcome.SAID_BY_SELF if owner == asker else Outcome.SEEN_ALREADY, owner, int(until_ms))
    outcome = Outcome.LAPSED if state.startswith("l") else Outcome.CLAIMED_ELSEWHERE
    return Answer(outcome, owner, int(until_ms), since_ms)


def connect(url: str, socket_timeout_s: float) -> Redis:
    """A client for RedisClaims; connects when it is first used.

    The timeout holds for connecting and for each answer. A connection that broke is made anew once, at once, since it
    may have died while it lay idle; further patience is the caller's. Raises ValueError for a url that is none.
    """
    return Redis.from_url(
        url,
        socket_timeout=socket_timeout_s,
        socket_connect_timeout=socket_timeout_s,
        retry=Retry(NoBackoff(), 1, supported_errors=(errors.ConnectionError,)),
        health_check_interval=_HEALTH_CHECK_S,
        protocol=2,  # 3 would bring messages that nobody asked for
        decode_responses=False,
    )


async def ping(client: Redis) -> None:
    """Returns when Redis answers; raises Unavailable."""
    try:
        await client.ping()
    except (errors.RedisError, OSError) as exc:
        raise unavailable(client, exc) from exc


async def check_policy(client: Redis) -> str:
    """The maxmemory-policy. Other than `noeviction` means that a full Redis forgets what was said: duplicates.

    Asks INFO, since hosted servers forbid CONFIG; "unknown" where INFO does not say. Raises Unavailable.
    """
    try:
        memory = await client.info("memory")
    except (errors.RedisError, OSError) as exc:
        raise unavailable(client, exc) from exc
    return str(memory.get("maxmemory_policy", "unknown"))


_TROUBLE: tuple[tuple[type[Exception], str, str], ...] = (  # the first that fits: kinds before the kinds they are of
    (errors.AuthenticationError, "refuses our user or password", "correct them in the Redis url"),
    (errors.NoPermissionError, "forbids a command", "let the user run scripts, and read and write hashes"),
    (errors.BusyLoadingError, "is still loading its data", "wait"),
    (errors.MaxConnectionsError, "has no connection left for us", "raise maxclients or the pool's size"),
    (errors.OutOfMemoryError, "is full", "raise maxmemory; leave maxmemory-policy at noeviction"),
    (errors.ReadOnlyError, "is a replica", "let the Redis url name the primary"),
    (errors.MovedError, "is one node of a cluster that keeps this key elsewhere", "use a Redis that is no cluster"),
    (errors.ClusterDownError, "says that its cluster or primary is down", "see CLUSTER INFO and INFO replication"),
    (errors.TimeoutError, "did not answer in time", "see its load and SLOWLOG, or raise the socket timeout"),
    (errors.ConnectionError, "cannot be reached", "start it, or correct the Redis url"),
    (OSError, "cannot be reached", "start it, or correct the Redis url"),
)
_TROUBLE_BY_CODE = {
    "BUSY": ("is busy with a script", "wait, or SCRIPT KILL"),
    "MISCONF": ("cannot save to its disk, so it takes no writes", "see its log and its disk"),
    "NOREPLICAS": ("has too few replicas, so it takes no writes", "start them, or lower min-replicas-to-write"),
    "NOAUTH": ("wants a password", "put it into the Redis url"),
    "UNKILLABLE": ("is busy with a script", "wait"),
}


def unavailable(client: Redis, exc: Exception) -> Unavailable:
    """What an error of the client means, and what to do; names the address, never the password."""
    code = str(exc).partition(" ")[0]
    what, remedy = _TROUBLE_BY_CODE.get(code, ("", ""))
    if not what:
        fitting = ((what, remedy) for kind, what, remedy in _TROUBLE if isinstance(exc, kind))
        what, remedy = next(fitting, ("answered with an error", "see its log; wirewatch needs Redis 7.0 or later"))
    return Unavailable(f"Redis at {_address(client)} {what}: {remedy} ({type(exc).__name__}: {exc})", what="store")


def _address(client: Redis) -> str:
    options = client.connection_pool.connection_kwargs
    return str(options.get("path") or f"{options.get('host')}:{options.get('port')}")
