"""`wirewatch channels test`: a signed test event to each endpoint, and what came of it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.session import archive_of, settings_of
from workers.commands.steering import ChannelArgument
from workers.commands.terminal import note, say, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from schemas.channel import Channel
    from schemas.delivery import Delivery, Notification
    from workers.streams.archive_kafka import KafkaArchive

NOBODY = "nobody is running deliver, so that nothing is sent: wirewatch run deliver"


def trial(
    ctx: typer.Context,
    channel: ChannelArgument,
    endpoint: Annotated[str | None, typer.Option(metavar="ID", help="Only this one of its endpoints.")] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", min=0.1, max=600, help="Wait so long.")] = 30,
    json: Annotated[bool, typer.Option("--json", help="A JSON object an endpoint.")] = False,
) -> None:
    """Send a test event, `endpoint.test`, to a channel's endpoints by the workers that deliver, and say how it went.

    It is tried once, whatever holds the channel's alerts back. The exit code is 1 if it failed anywhere, or was not
    answered in time; 69 if nobody is running deliver, and then nothing is sent.

    \b
    Examples:
      wirewatch channels test asia
      wirewatch channels test asia --endpoint pager --json
    """
    settings = settings_of(ctx)
    from schemas.channel import Channel
    from workers.commands.kept import read_kept, the_one
    from workers.errors import Unavailable

    with archive_of(settings) as kafka:
        kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
        found = the_one("channel", channel, kept.records, "see wirewatch channels list")
        events = trial_events(found, endpoint, lambda: f"te_{secrets.token_hex(8)}", datetime.now(UTC))
        if kafka.members(f"{settings.deliver.group}-courier") == 0:
            raise Unavailable(NOBODY)
        outcomes: dict[str, Delivery] = {}
        for each in _outcomes(kafka, events, timeout, outcomes):
            _say(each, json)
    for name in (name for event in events for name in event.endpoints if name not in outcomes):
        _say_silence(name, timeout, json)
    delivered = [each for each in outcomes.values() if each.state == "delivered"]
    if len(delivered) < len(events):
        raise typer.Exit(1)


def trial_events(channel: Channel, endpoint: str | None, id_: Callable[[], str], now: datetime) -> list[Notification]:
    """An event for each endpoint of the channel, or for one. Raises Refused where there is none."""
    from schemas.delivery import EventType, Notification
    from workers.commands.kept import the_one

    endpoints = {each.id: each for each in channel.endpoints}
    if not endpoints:
        hint = "wirewatch channels apply FILE gives it some"
        raise Refused(f"channel {channel.id} has no endpoints", reason="no_endpoints", hint=hint)
    if endpoint is not None:
        the_one("endpoint", endpoint, endpoints, f"see wirewatch channels show {channel.id}")
    return [
        Notification(
            id=id_(),
            type=EventType.TEST,
            channel=channel.id,
            endpoints=(name,),
            made=now,
            data={"channel": channel.id, "endpoint": name},
        )
        for name in ([endpoint] if endpoint else endpoints)
    ]


def _outcomes(
    kafka: KafkaArchive, events: Sequence[Notification], timeout_s: float, outcomes: dict[str, Delivery]
) -> Iterator[Delivery]:
    """The first outcome at each endpoint, as it comes; all of them in `outcomes`."""
    from schemas.delivery import Delivery
    from workers.courier import outgoing
    from workers.records import read

    until_s = time.monotonic() + timeout_s
    keys = {f"{event.key}/{name}".encode() for event in events for name in event.endpoints}

    def is_over() -> bool:
        return len(outcomes) == len(keys) or time.monotonic() >= until_s

    for record in kafka.answers("deliveries", lambda: kafka.send([outgoing(each) for each in events]), is_over):
        if record.key in keys and record.value:
            told = read(Delivery, "delivery", record.value, len(record.value))
            if told.endpoint not in outcomes:
                outcomes[told.endpoint] = told
                yield told


def _say(delivery: Delivery, json: bool) -> None:
    from workers.commands.attempted import attempt_in_words

    if json:
        say_line(delivery.model_dump(mode="json", include=_SHOWN))
        return
    well = delivery.state == "delivered"
    told = attempt_in_words(delivery.last) if delivery.last else delivery.detail or str(delivery.reason)
    say(("ok      " if well else "failed  ", "bold green" if well else "bold red"), f"{delivery.endpoint}  {told}")
    if delivery.last and delivery.last.answer and not well:
        say("        it said: " + delivery.last.answer[:200])


def _say_silence(endpoint: str, timeout_s: float, json: bool) -> None:
    if json:
        say_line({"endpoint": endpoint, "state": "pending"})
        return
    say(("pending ", "bold yellow"), f"{endpoint}  no outcome within {timeout_s:g} s")
    note("what is ahead of it at the endpoint goes first; it is tried all the same: wirewatch deliveries list")


_SHOWN: Mapping[str, bool] = dict.fromkeys(
    ("notification", "channel", "endpoint", "state", "reason", "detail", "last"), True
)
