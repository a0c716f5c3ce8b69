"""What stands on `deliveries`: what is to be sent to a channel's endpoints, what became of it, and how they fare.

Each record's key is its `key`, and its partition that of its channel: one worker at a time has all of a channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from schemas.alert import Alert
from schemas.channel import EndpointId
from schemas.reasons import HeldReason
from schemas.record import ChannelId, Part, Record


class EventType(StrEnum):
    """What an event tells; the `type` of its body."""

    CREATED = "alert.created"
    UPDATED = "alert.updated"
    CORRECTED = "alert.corrected"
    RETRACTED = "alert.retracted"
    DIGEST = "alert.digest"
    TEST = "endpoint.test"
    FAILING = "endpoint.failing"
    DISABLED = "endpoint.disabled"


class Notification(Record):
    """Something to be sent to each of its endpoints, under one id."""

    record: Literal["notification"] = "notification"
    id: str = Field(description="The `webhook-id`: of a single alert its id, of all else made from what it holds.")
    type: EventType
    channel: ChannelId
    endpoints: tuple[EndpointId, ...] = Field(description="Those that the channel had when it came.")
    made: AwareDatetime = Field(description="The body's `timestamp`; of a single alert that of its record on `alerts`.")
    alerts: tuple[Alert, ...] = Field(default=(), description="One, or those of a digest.")
    data: Mapping[str, Any] = Field(default_factory=dict, description="What the body says besides the alerts.")
    origin: str = Field(default="", description="Of a single alert: where it stands, topic/partition/offset.")
    replay: str = Field(default="", description="Set where it is sent again on request: whose request.")
    held: HeldReason | None = Field(default=None, description="Why it is not sent, or not by itself.")
    detail: str = ""
    order: int | None = Field(default=None, description="The offset of its first record, where it is written again.")
    part_of: str | None = Field(default=None, description="The digest that tells it, where that is the reason.")

    @property
    def key(self) -> str:
        """Of its record."""
        return f"{self.channel}/{self.id}" + (f"~{self.replay}" if self.replay else "")


class DeliveryState(StrEnum):
    """What became of a notification at one endpoint."""

    PENDING = "pending"  # will be tried, or tried again
    DELIVERED = "delivered"
    HELD = "held"  # see the reason; it can be replayed
    GIVEN_UP = "given_up"  # tried as often as the schedule says; it can be replayed


class AttemptOutcome(StrEnum):
    """How an attempt ended."""

    ACCEPTED = "accepted"  # an answer of 2xx
    REJECTED = "rejected"  # any other answer
    GONE = "gone"  # 410: the receiver wants no more
    BUSY = "busy"  # 429, 502, 503, 504: slower, please
    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"  # no connection, or it broke
    FORBIDDEN = "forbidden"  # the address is not one that may be sent to
    UNUSABLE = "unusable"  # the endpoint's own record cannot be used: no secret that opens, no such Apprise URL


class Attempt(Part):
    """One attempt."""

    number: int = Field(description="1 is the first.")
    at: AwareDatetime
    outcome: AttemptOutcome
    took_ms: float
    status: int | None = Field(default=None, description="Of the HTTP answer.")
    retry_after_s: float | None = Field(default=None, description="What the answer asked for.")
    error: str = Field(default="", description="For people.")
    answer: str = Field(default="", description="The beginning of the answer, 1 KB at most.")


class Delivery(Record):
    """A notification at one endpoint: rewritten at each attempt."""

    record: Literal["delivery"] = "delivery"
    notification: str = Field(description="Its id, the `webhook-id`.")
    type: EventType
    channel: ChannelId
    endpoint: EndpointId
    alerts: tuple[str, ...] = Field(default=(), description="Ids.")
    state: DeliveryState
    attempts: int = 0
    last: Attempt | None = None
    due: AwareDatetime | None = Field(default=None, description="Of a pending one: not before.")
    reason: HeldReason | None = Field(default=None, description="Of a held one.")
    detail: str = ""
    replay: str = ""

    @property
    def key(self) -> str:
        """Of its record."""
        return f"{self.channel}/{self.notification}" + (f"~{self.replay}" if self.replay else "") + f"/{self.endpoint}"


class EndpointHealth(Record):
    """How an endpoint fares; void where the endpoint was revived since."""

    record: Literal["endpoint"] = "endpoint"
    channel: ChannelId
    endpoint: EndpointId
    at: AwareDatetime
    failing_since: AwareDatetime | None = Field(default=None, description="The first failure since the last success.")
    warned: int = Field(default=0, description="Percent of the way to being disabled that were told: 50, 70, 90.")
    disabled: HeldReason | None = Field(default=None, description="Why nothing is sent to it any more.")
    detail: str = ""

    @property
    def key(self) -> str:
        """Of its record."""
        return f"{self.channel}//{self.endpoint}"


DeliveryRecord = Annotated[Notification | Delivery | EndpointHealth, Field(discriminator="record")]
