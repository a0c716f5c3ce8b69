"""What a file of channels changes on the topic: secrets sealed, those that stand there kept, new ones made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from schemas.channel import Channel, Endpoint, EndpointKind, SealedSecret
from schemas.envelope import Outgoing
from workers.commands.apply import Change, change_of
from workers.commands.channel_file import APART, ChannelFile, WantedChannel
from workers.commands.kept import Kept
from workers.delivery import BadSecret, Seal, Unsealed, read_secret
from workers.rules.files import RuleFileRefused
from workers.rules.raw import Problem

What = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class ChannelChange:
    """A channel as it shall stand, and what that is to the topic."""

    change: Change
    channel: Channel
    before: Channel | None
    made: Mapping[str, str] = field(repr=False)  # by endpoint: a new secret, which is shown once

    def message(self) -> Outgoing:
        """The record for its topic."""
        return self.change.message()

    def endpoints(self) -> Iterator[tuple[What, Endpoint]]:
        """Those that are not as before."""
        before = {each.id: each for each in self.before.endpoints} if self.before else {}
        for each in self.channel.endpoints:
            if before.get(each.id) != each:
                yield ("changed" if each.id in before else "added"), each
        ids = {each.id for each in self.channel.endpoints}
        for each in before.values():
            if each.id not in ids:
                yield "removed", each


def plan_channels(
    file: ChannelFile, standing: Kept[Channel], seal: Seal, now: datetime, make_secret: Callable[[], str]
) -> list[ChannelChange]:
    """All of the file, or nothing: raises RuleFileRefused with all that is wrong, and Unsealed where no key is.

    State, and of an endpoint that is there its secrets, `enabled`, `created` and `revived`, stay unless the file gives
    them; all else is as in the file, and endpoints that it does not have go.
    """
    planner = _Planner(file, standing, seal, now, make_secret)
    changes = [planner.plan(each) for each in file.channels]
    problems = (*file.problems, *planner.problems)
    if problems:
        raise RuleFileRefused(problems)
    return changes


class _Planner:
    def __init__(
        self, file: ChannelFile, standing: Kept[Channel], seal: Seal, now: datetime, make_secret: Callable[[], str]
    ) -> None:
        self._standing = standing
        self._seal = seal
        self._now = now
        self._make_secret = make_secret
        self._known = {*standing.records, *(each.channel.id for each in file.channels)}
        self._whole = not file.problems  # else a channel may be missing here for what is wrong with it
        self.problems: list[Problem] = []

    def plan(self, wanted: WantedChannel) -> ChannelChange:
        given = wanted.channel
        before = self._standing.records.get(given.id)
        known = {each.id: each for each in before.endpoints} if before else {}
        if self._whole and given.alarms is not None and given.alarms not in self._known:
            hint = "write that channel first, or in the same file"
            self.problems.append(wanted.problem("alarms", f"alarms: there is no channel {given.alarms}", hint))
        made: dict[str, str] = {}
        endpoints = [
            self._endpoint(wanted, f"endpoints.{at}", each, known.get(each.id), made)
            for at, each in enumerate(given.endpoints)
        ]
        update: dict[str, Any] = {"endpoints": tuple(endpoints)}
        if before is not None and "state" not in given.model_fields_set:
            update["state"] = before.state
        change = change_of(given.model_copy(update=update), self._standing)
        channel = Channel.model_validate(change.record)
        return ChannelChange(change, channel, before, made)

    def _endpoint(
        self, wanted: WantedChannel, where: str, given: Endpoint, known: Endpoint | None, made: dict[str, str]
    ) -> Endpoint:
        fields = {name: getattr(given, name) for name in Endpoint.model_fields}
        same = known if known is not None and known.kind is given.kind else None
        for name in ("created", "revived", "enabled"):
            if known is not None and name not in given.model_fields_set:
                fields[name] = getattr(known, name)
        if known is None and given.created is None:
            fields["created"] = self._now
        if given.kind is EndpointKind.WEBHOOK:
            fields["secrets"] = self._secrets(wanted, where, given, same, made)
        else:
            fields["sealed_url"] = self._sealed_url(wanted, where, given, same)
        return Endpoint.model_validate({**((known.model_extra if known else None) or {}), **fields})

    def _secrets(
        self, wanted: WantedChannel, where: str, given: Endpoint, known: Endpoint | None, made: dict[str, str]
    ) -> tuple[SealedSecret, ...]:
        secret, kept = wanted.secrets.get(given.id), known.secrets if known else ()
        if given.secrets:
            if any(_unusable(self._opened(each.sealed)) for each in given.secrets):
                hint = "leave `secrets` out, and write the secret itself as `secret: whsec_…`, or none"
                message = f"{where}.secrets: one opens with no key of deliver.secrets_key"
                self.problems.append(wanted.problem(f"{where}.secrets", message, hint))
            return given.secrets
        if secret is None:
            if any(_is_active(each, self._now) for each in kept):
                return kept
            made[given.id] = secret = self._make_secret()
        for each in kept:
            if self._opened(each.sealed) == secret:
                if not _is_active(each, self._now):
                    message = f"{where}.secret: it was replaced, and signs no more since {each.expires}"
                    hint = "leave it out: the newer one stays"
                    self.problems.append(wanted.problem(f"{where}.secret", message, hint))
                return kept
        return (SealedSecret(sealed=self._seal.close(secret), created=self._now),)

    def _sealed_url(self, wanted: WantedChannel, where: str, given: Endpoint, known: Endpoint | None) -> str:
        url, kept = wanted.apprise_urls.get(given.id), known.sealed_url if known else None
        if url is not None:
            return kept if kept is not None and self._opened(kept) == url else self._seal.close(url)
        if given.sealed_url != APART:
            if self._opened(given.sealed_url) is None:
                message = f"{where}.sealed_url: opens with no key of deliver.secrets_key"
                self.problems.append(wanted.problem(f"{where}.sealed_url", message, "write apprise_url instead"))
            return given.sealed_url
        if kept is None:
            message = f"{where}: an endpoint of kind apprise has an apprise_url"
            self.problems.append(wanted.problem(where, message, "write it: it is encrypted before it is kept"))
        return kept or APART

    def _opened(self, sealed: str) -> str | None:
        try:
            return self._seal.open(sealed)
        except Unsealed:
            return None


def _is_active(secret: SealedSecret, now: datetime) -> bool:
    return secret.expires is None or now < secret.expires


def _unusable(secret: str | None) -> bool:
    try:
        return secret is None or not read_secret(secret)
    except BadSecret:
        return True
