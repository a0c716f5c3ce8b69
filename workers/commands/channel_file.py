"""Files of channels as operators write them: everything wrong is told with its line, and what is secret stays apart."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import BaseModel, ValidationError

from schemas.channel import Channel, Digest, Endpoint, EndpointKind, Grouping, Picks, QuietHours, SealedSecret, Throttle
from schemas.wording import worded
from workers.delivery import BadSecret, read_secret
from workers.delivery.guard import Forbidden, Policy, check_url
from workers.errors import Refused
from workers.restraint import check_channel
from workers.rules.raw import Problem, Raw, raw_records

APART = "-"  # stands where the sealed URL of an endpoint will
VALUES_MAX = 20_000  # in one channel: a few lines of YAML can name each other and stand for billions
APPRISE_CHARACTERS = 4096
_ID, _NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,99}"), re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,29}")
_PARTS: Mapping[str, type[BaseModel]] = {
    "endpoints": Endpoint,
    "secrets": SealedSecret,
    "picks": Picks,
    "group": Grouping,
    "digest": Digest,
    "quiet": QuietHours,
    "throttle": Throttle,
}
_HINTS = {
    "string_pattern_mismatch": "ids are lower-case letters, digits and hyphens; times of the day are like '18:00'",
    "string_type": "put it in quotes",
    "no_address": "give the url of a webhook, or the apprise_url of an endpoint of kind apprise",
    "digest_times": "every_s: 900, or at: ['08:00', '18:00']",
    "endpoint_twice": "ids of endpoints are unique within their channel",
}
_KNOBS = "deliver.allow_http, allow_ports and allow_networks say what is allowed beside https to public addresses"


@dataclass(frozen=True, slots=True)
class WantedChannel:
    """A channel as its file has it. Its endpoints have a sealed URL of `APART` where theirs is not made yet."""

    channel: Channel
    raw: Raw = field(repr=False)
    path: Path
    secrets: Mapping[str, str] = field(repr=False)  # by endpoint: whsec_…
    apprise_urls: Mapping[str, str] = field(repr=False)

    def problem(self, where: str, message: str, hint: str = "") -> Problem:
        """What shows later to be wrong with one of its fields, such as `endpoints.0.secret`."""
        return Problem(_place(self.path, self.raw, where), f"channel {self.channel.id}: {message}", hint)


@dataclass(frozen=True)
class ChannelFile:
    """What a file holds, in its order, as far as it can be taken; and all that is wrong in it."""

    channels: Sequence[WantedChannel]
    problems: Sequence[Problem]


def read_channels(path: Path, policy: Policy) -> ChannelFile:
    """A file of channels: JSON Lines, a channel a line; or YAML, a list of them, or below `channels:`."""
    channels: dict[str, WantedChannel] = {}
    problems: list[Problem] = []
    for raw in raw_records(path, "channel"):
        if isinstance(raw, Problem):
            problems.append(raw)
            continue
        wanted, wrong = _Reading(path, raw, policy).read()
        problems += wrong
        if wanted is None:
            continue
        before = channels.setdefault(wanted.channel.id, wanted)
        if before is not wanted:
            line = before.raw.line
            problems.append(wanted.problem("id", f"the id stands in line {line} already", "ids are unique in a file"))
    return ChannelFile(tuple(channels.values()), tuple(problems))


class _Reading:
    """Of one record."""

    def __init__(self, path: Path, raw: Raw, policy: Policy) -> None:
        self._path = path
        self._raw = raw
        self._policy = policy
        self._problems: list[Problem] = []
        self._secrets: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        name = raw.data.get("id")
        self._name = f"{raw.kind} {name}" if isinstance(name, str) and _ID.fullmatch(name) else raw.kind

    def _wrong(self, where: str, message: str, hint: str = "") -> None:
        self._problems.append(Problem(_place(self._path, self._raw, where), f"{self._name}: {message}", hint))

    def read(self) -> tuple[WantedChannel | None, list[Problem]]:
        """The channel, if it is one, and what is wrong."""
        raw = self._raw
        if raw.kind != "channel":
            self._wrong("", "stands in a file of channels", "wirewatch rules apply takes rules and lists")
        elif _count(raw.data) > VALUES_MAX:
            self._wrong("", f"more than {VALUES_MAX} values", "is this the right file?")
        else:
            data = self._without_secrets(dict(raw.data))
            for path, name, names in _unknown(data, Channel, ""):
                # Where a colon or a space is missing, what should be a value stands in a name: it may be a secret.
                shown = f"{path}{name}" if _NAME.fullmatch(name) else f"{path}…"
                self._wrong(f"{path}{name}", f"{shown}: no such field", _nearest(name, names))
            channel = self._channel(data)
            if channel is not None and not self._problems:
                return WantedChannel(channel, raw, self._path, self._secrets, self._urls), []
        return None, self._problems

    def _without_secrets(self, data: dict[str, Any]) -> dict[str, Any]:
        endpoints = data.get("endpoints")
        if isinstance(endpoints, list):
            data["endpoints"] = [
                self._endpoint(f"endpoints.{at}", dict(each)) if isinstance(each, dict) else each
                for at, each in enumerate(endpoints)
            ]
        return data

    def _endpoint(self, where: str, data: dict[str, Any]) -> dict[str, Any]:
        """Without what is secret, which is checked and kept apart."""
        secret, url = data.pop("secret", None), data.pop("apprise_url", None)
        kind = data.setdefault("kind", "webhook" if url is None else "apprise")
        name = str(data.get("id"))
        if secret is not None:
            self._secrets[name] = self._secret(where, secret, kind)
        if url is not None:
            self._urls[name] = self._apprise_url(where, url, kind)
        if kind == EndpointKind.APPRISE:
            data.setdefault("sealed_url", APART)
            if data.get("url"):
                told = f"{where}.url: is for webhooks, and all who read the topic see it"
                self._wrong(f"{where}.url", told, "write apprise_url: that is encrypted")
        return data

    def _secret(self, where: str, secret: object, kind: object) -> str:
        at = f"{where}.secret"
        if kind != EndpointKind.WEBHOOK:
            self._wrong(at, f"{at}: only webhooks are signed", "leave it out")
        elif not isinstance(secret, str):
            self._wrong(at, f"{at}: is no text", "put it in quotes")
        else:
            try:
                read_secret(secret)
            except BadSecret as exc:
                self._wrong(at, f"{at}: {exc}")
        return str(secret)

    def _apprise_url(self, where: str, url: object, kind: object) -> str:
        at = f"{where}.apprise_url"
        if kind != EndpointKind.APPRISE:
            self._wrong(at, f"{at}: is for kind: apprise", "write url: for a webhook")
        elif not isinstance(url, str) or not re.fullmatch(r"[A-Za-z][\w+.-]*://\S+", url):
            self._wrong(at, f"{at}: is no URL", "such as mailto://…: the services that Apprise knows tell theirs")
        elif len(url) > APPRISE_CHARACTERS:
            self._wrong(at, f"{at}: has more than {APPRISE_CHARACTERS} characters")
        return str(url)

    def _channel(self, data: Mapping[str, Any]) -> Channel | None:
        try:
            channel = Channel.model_validate_json(orjson.dumps(data), strict=True)
        except orjson.JSONEncodeError as exc:  # YAML knows binary data, sets and numbers of any size
            self._wrong("", f"a value that JSON does not have: {exc}", "write texts and numbers")
            return None
        except ValidationError as exc:
            for each in exc.errors(include_url=False, include_input=False):
                where = ".".join(map(str, each["loc"]))
                words = worded(each["type"], each.get("ctx", {}), each["msg"])
                self._wrong(where, f"{where}: {words}" if where else words, _HINTS.get(each["type"], ""))
            return None
        try:
            check_channel(channel)
        except Refused as why:
            self._wrong("", why.message, why.hint)
        for at, endpoint in enumerate(channel.endpoints):
            if endpoint.kind is EndpointKind.WEBHOOK:
                self._check_url(f"endpoints.{at}.url", endpoint.url)
        return channel

    def _check_url(self, where: str, url: str) -> None:
        try:
            check_url(url, self._policy)
        except Forbidden as why:
            self._wrong(where, f"{where}: {why}", _KNOBS)


def _place(path: Path, raw: Raw, where: str) -> str:
    """file:line of a field, or of the nearest that it stands in."""
    while where and where not in raw.lines:
        where = where.rpartition(".")[0]
    return f"{path}:{raw.lines.get(where, raw.line)}"


def _unknown(data: Mapping[Any, Any], model: type[BaseModel], path: str) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Fields that there are not: slips of the pen, although a record on the topic may have them.

    Of each the path that it stands in, its name, and the names that there are.
    """
    for name, value in data.items():
        if name not in model.model_fields:
            secret = ("secret", "apprise_url") if model is Endpoint else ()
            yield path, str(name), (*model.model_fields, *secret)
        elif part := _PARTS.get(name):
            values = enumerate(value) if isinstance(value, list) else [("", value)]
            for at, each in values:
                if isinstance(each, dict):
                    yield from _unknown(each, part, f"{path}{name}.{at}." if at != "" else f"{path}{name}.")


def _nearest(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name[:100], list(names), n=1)
    return f"did you mean {near[0]}?" if near else "accepted: " + ", ".join(names)


def _count(data: object) -> int:
    """How many values there are in it, up to the limit."""
    number, stack = 0, [data]
    while stack and number <= VALUES_MAX:
        each = stack.pop()
        number += 1
        if isinstance(each, dict):
            stack += each.values()
        elif isinstance(each, list | tuple | set):
            stack += each
    return number
