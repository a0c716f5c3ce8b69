"""A channel as people read it, and as programs do: without anything that is secret."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from rich.text import Text

from schemas.channel import Channel, Endpoint, EndpointKind
from schemas.delivery import DeliveryState
from schemas.reasons import HeldReason
from workers.commands.columns import show_columns
from workers.commands.durations import span_in_words, told_at
from workers.commands.restraint_words import restraint_in_words
from workers.commands.sendings import Sendings
from workers.commands.terminal import out, plain, say, say_line
from workers.delivery import Health, remembered

SEALED = {"secrets": True, "sealed_url": True}
_HEADINGS = ("ENDPOINT", "KIND", "TO", "STATE", "PENDING", "HELD", "GIVEN UP", "DELIVERED")


def without_secrets(channel: Channel) -> dict[str, Any]:
    """Its record, with nothing that is sealed: `wirewatch channels apply` takes it, and keeps what is there."""
    return channel.model_dump(mode="json", exclude={"endpoints": {"__all__": SEALED}})


def where(endpoint: Endpoint) -> str:
    """The host of a webhook; its path may be a secret, as is all of an Apprise URL."""
    return urlsplit(endpoint.url).netloc if endpoint.kind is EndpointKind.WEBHOOK else "an Apprise URL"


def health_of(channel: Channel, endpoint: Endpoint, sendings: Sendings) -> Health:
    """How the endpoint fares."""
    record = sendings.health.get((channel.id, endpoint.id))
    return remembered(record, endpoint) if record else Health()


def counts_of(channel: Channel, sendings: Sendings) -> Mapping[str, Counter[str]]:
    """By endpoint: how many notifications stand how. What a digest tells counts with the digest."""
    counts: dict[str, Counter[str]] = {each.id: Counter() for each in channel.endpoints}
    for (of, _, endpoint), (_, outcome) in sendings.current().items():
        if of == channel.id and endpoint in counts and outcome.part_of is None:
            counts[endpoint][outcome.state] += 1
    return counts


def say_json_of(channel: Channel, sendings: Sendings, topic: str, now: datetime) -> None:
    """One JSON object."""
    counts = counts_of(channel, sendings)
    told = without_secrets(channel)
    for each, record in zip(channel.endpoints, told["endpoints"], strict=True):
        health = health_of(channel, each, sendings)
        record["health"] = {
            "failing_since": health.failing_since,
            "disabled": health.disabled or (None if each.enabled else HeldReason.ENDPOINT_DISABLED),
            "detail": health.detail,
        }
        record["counts"] = {state.value: counts[each.id][state] for state in DeliveryState}
        record["active_secrets"] = sum(one.expires is None or one.expires > now for one in each.secrets)
    say_line({**told, "topic": topic, "restraint": list(restraint_in_words(channel, now))})


def show(channel: Channel, sendings: Sendings, topic: str, now: datetime) -> None:
    """For people."""
    say((channel.id, "bold"), f"  v{channel.version}  {channel.state}")
    for name, value in _facts(channel, topic):
        say((f"  {name:9} ", "dim"), value)
    restraint = list(restraint_in_words(channel, now)) or ["none: each alert goes out at once, alone"]
    for at, line in enumerate(restraint):
        say((f"  {'' if at else 'restraint':9} ", "dim"), line)
    if not channel.endpoints:
        say((f"  {'endpoints':9} ", "dim"), "none: its topic carries its alerts, and nothing is sent")
        return
    out().print()
    counts = counts_of(channel, sendings)
    rows = [_row(channel, each, sendings, counts[each.id], now) for each in channel.endpoints]
    show_columns(_HEADINGS, [[Text(plain(cell)) for cell in row] for row in rows])


def _facts(channel: Channel, topic: str) -> Iterator[tuple[str, str]]:
    if channel.name:
        yield "name", channel.name
    yield "topic", topic
    picks = channel.picks
    picked = {
        "rules": picks.rules,
        "tags": picks.tags,
        "priorities": tuple(map(str, picks.priorities)),
        "owners": picks.owners,
    }
    picked_in_words = " and ".join(f"{name} {', '.join(values)}" for name, values in picked.items() if values)
    yield (
        "takes",
        "alerts of rules that name it" + (f", and of those with {picked_in_words}" if picked_in_words else ""),
    )
    if channel.alarms:
        yield "alarms", f"channel {channel.alarms} hears of endpoints that fail"
    if channel.owner:
        yield "owner", channel.owner
    if channel.note:
        yield "note", channel.note


def _row(
    channel: Channel, endpoint: Endpoint, sendings: Sendings, counts: Counter[str], now: datetime
) -> tuple[str, ...]:
    numbers = (
        str(counts[state])
        for state in (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.GIVEN_UP, DeliveryState.DELIVERED)
    )
    kind = endpoint.kind if endpoint.kind is EndpointKind.APPRISE else endpoint.format
    state = _state(endpoint, health_of(channel, endpoint, sendings), now)
    return (endpoint.id, kind.value, where(endpoint), state, *numbers)


def _state(endpoint: Endpoint, health: Health, now: datetime) -> str:
    if not endpoint.enabled:
        return "disabled by hand"
    if health.disabled:
        return f"disabled: {health.detail or health.disabled.value}"
    if health.failing_since:
        return f"failing for {span_in_words(now - health.failing_since)}, since {told_at(health.failing_since)}"
    if endpoint.kind is EndpointKind.WEBHOOK and not any(
        each.expires is None or each.expires > now for each in endpoint.secrets
    ):
        return "without a secret: nothing can be sent"
    return "well"
