"""A channel: who hears of which alerts, where, and how much at once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from schemas.record import ChannelId, Identifier, KeptPart, KeptRecord, Owner, Part, Tag

EndpointId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
TimeOfDay = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
TimeZone = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}$", max_length=100)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
GroupKey = Literal["rule", "story", "tag", "source"]
Priority = Annotated[int, Field(ge=1, le=5)]

MAX_ENDPOINTS = 50


class ChannelState(StrEnum):
    """Is anything sent to the channel's endpoints? Its topic carries its alerts either way."""

    LIVE = "live"
    PAUSED = "paused"  # alerts wait, and go out together when it is live again


class EndpointKind(StrEnum):
    """By what an endpoint is reached."""

    WEBHOOK = "webhook"  # an HTTP POST
    APPRISE = "apprise"  # chat, mail, push: whatever the Apprise library knows


class EndpointFormat(StrEnum):
    """In what form a webhook gets its events."""

    STANDARD = "standard"  # Standard Webhooks
    CLOUDEVENTS = "cloudevents"  # CloudEvents 1.0, structured
    CLOUDEVENTS_BINARY = "cloudevents-binary"  # CloudEvents 1.0, binary


class SealedSecret(Part):
    """A signing secret at rest. Several are active while one is being replaced: each signs."""

    sealed: str = Field(max_length=2000, description="The secret, encrypted with the key `deliver.secrets_key`.")
    created: AwareDatetime
    expires: AwareDatetime | None = Field(default=None, description="It signs until then.")


class Endpoint(KeptPart):
    """Where a channel's events are sent."""

    id: EndpointId
    kind: EndpointKind = EndpointKind.WEBHOOK
    url: str = Field(default="", max_length=2048, description="Of a webhook: https, without a user or password.")
    sealed_url: str = Field(
        default="", max_length=8192, description="Of `apprise`: its URL, encrypted, since it holds passwords."
    )
    format: EndpointFormat = EndpointFormat.STANDARD
    secrets: tuple[SealedSecret, ...] = Field(default=(), max_length=5, description="Of a webhook: they sign.")
    strict_order: bool = Field(default=False, description="One event at a time; none overtakes one that failed.")
    concurrency: int = Field(default=8, ge=1, le=100, description="So many attempts at once.")
    rate_per_s: float | None = Field(default=None, gt=0, le=10_000, description="So many attempts a second at most.")
    enabled: bool = True
    created: AwareDatetime | None = Field(default=None, description="Alerts of before are none of its business.")
    revived: AwareDatetime | None = Field(default=None, description="When it was last enabled by hand.")

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
        if not (self.url if self.kind is EndpointKind.WEBHOOK else self.sealed_url):
            field = "url" if self.kind is EndpointKind.WEBHOOK else "sealed_url"
            raise PydanticCustomError("no_address", "{kind} endpoint has no {field}", _named(self.kind, field))
        return self


def _named(kind: EndpointKind, field: str) -> dict[str, str]:
    return {"kind": kind.value, "field": field}


class Picks(KeptPart):
    """Alerts that a channel takes though their rules do not name it: all that is given must hold, one of each."""

    rules: tuple[Identifier, ...] = Field(default=(), max_length=1000)
    tags: tuple[Tag, ...] = Field(default=(), max_length=100)
    priorities: tuple[Priority, ...] = Field(default=(), max_length=5)
    owners: tuple[Owner, ...] = Field(default=(), max_length=100)


class Grouping(KeptPart):
    """Alerts of one group go out together."""

    by: tuple[GroupKey, ...] = Field(default=("rule",), description="Alerts that are alike in all of these.")
    wait_s: float = Field(default=30, ge=0, le=86_400, description="From a group's first alert to its first message.")
    interval_s: float = Field(default=300, ge=1, le=7 * 86_400, description="Between messages about new alerts.")
    repeat_s: float | None = Field(
        default=None, ge=60, le=30 * 86_400, description="When nothing new came for so long, what stands is said again."
    )
    lasts_s: float = Field(default=86_400, ge=60, le=30 * 86_400, description="A group ends so long after its last.")


class Digest(KeptPart):
    """All alerts of the channel together: every so many seconds, or at times of the day."""

    every_s: float | None = Field(default=None, ge=60, le=7 * 86_400)
    at: tuple[TimeOfDay, ...] = Field(default=(), max_length=48)
    days: tuple[Weekday, ...] = Field(default=(), description="On these; none named: on all.")
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _has_times(self) -> Self:
        if (self.every_s is None) == (not self.at):
            raise PydanticCustomError("digest_times", "a digest has either every_s or at")
        return self


class QuietHours(KeptPart):
    """Alerts wait from `start` to `end`; where the end is before the start it is of the next day."""

    start: TimeOfDay
    end: TimeOfDay
    days: tuple[Weekday, ...] = Field(default=(), description="The days they begin on; none named: all.")
    time_zone: TimeZone = "UTC"
    bypass_priority: Priority = Field(default=1, description="Alerts of this priority and more urgent ones pass.")


class Throttle(KeptPart):
    """So much of each rule: a burst, then a rate. What is above it is left out, and counted in the next message."""

    burst: int = Field(default=10, ge=1, le=100_000)
    per_hour: float = Field(default=60, gt=0, le=1_000_000)


class Channel(KeptRecord):
    """Subscribers read the topic `alerts.<id>`; `wirewatch run deliver` sends to the endpoints."""

    id: ChannelId
    name: str = Field(default="", max_length=500)
    owner: Owner = ""
    version: int = Field(default=1, ge=1)
    note: str = ""
    state: ChannelState = ChannelState.LIVE
    picks: Picks = Field(default_factory=Picks, description="Beside the alerts of the rules that name the channel.")
    endpoints: tuple[Endpoint, ...] = Field(default=(), max_length=MAX_ENDPOINTS)
    group: Grouping | None = None
    digest: Digest | None = Field(default=None, description="Takes the place of `group`.")
    quiet: tuple[QuietHours, ...] = Field(default=(), max_length=20)
    throttle: Throttle | None = None
    alarms: ChannelId | None = Field(default=None, description="The channel that hears of failing endpoints.")

    @model_validator(mode="after")
    def _endpoints_differ(self) -> Self:
        ids = [each.id for each in self.endpoints]
        if len(set(ids)) < len(ids):
            raise PydanticCustomError("endpoint_twice", "two endpoints have one id")
        return self
