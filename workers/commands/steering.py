"""Steer a channel that stands on the topic: pause it, turn an endpoint off and on, give one a new secret."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workers.commands.endings import EXIT_CODES
from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import note, say, say_line
from workers.errors import Refused

if TYPE_CHECKING:
    from config.settings import Settings
    from schemas.channel import Channel, Endpoint, SealedSecret
    from workers.streams.admin import Admin

SECRETS_MAX = 5

ChannelArgument = Annotated[str, typer.Argument(metavar="CHANNEL", help="Its id.")]
EndpointArgument = Annotated[str, typer.Argument(metavar="ENDPOINT", help="Its id within the channel.")]

secret_app = typer.Typer(help="Replace signing secrets.", no_args_is_help=True, epilog=EXIT_CODES)


def pause(ctx: typer.Context, channel: ChannelArgument) -> None:
    """Let a channel's alerts wait; its topic carries them as before.

    \b
    Example:
      wirewatch channels pause asia
    """
    _turn(ctx, channel, "paused")


def resume(ctx: typer.Context, channel: ChannelArgument) -> None:
    """Let a channel's alerts go again; those that have waited go out together.

    \b
    Example:
      wirewatch channels resume asia
    """
    _turn(ctx, channel, "live")


def enable(ctx: typer.Context, channel: ChannelArgument, endpoint: EndpointArgument) -> None:
    """Send to an endpoint again, whatever disabled it: an operator, days of failures, or an answer of 410.

    \b
    Example:
      wirewatch channels enable asia pager
    """
    _turn_endpoint(ctx, channel, endpoint, {"enabled": True, "revived": _now()})
    replay = f"wirewatch deliveries replay --channel {channel} --endpoint {endpoint} --since TIME"
    note(f"what was held for it can be sent: {replay}")


def disable(ctx: typer.Context, channel: ChannelArgument, endpoint: EndpointArgument) -> None:
    """Send nothing to an endpoint; what waits for it and what comes is held, and can be replayed.

    \b
    Example:
      wirewatch channels disable asia pager
    """
    _turn_endpoint(ctx, channel, endpoint, {"enabled": False})


@secret_app.command(epilog=EXIT_CODES)
def rotate(
    ctx: typer.Context,
    channel: ChannelArgument,
    endpoint: EndpointArgument,
    overlap: Annotated[str, typer.Option(metavar="TIME", help="The old secret signs for so long, too.")] = "24h",
    json: Annotated[bool, typer.Option("--json", help="One JSON object, with the secret.")] = False,
) -> None:
    """Make a new signing secret for a webhook, and show it this once.

    Until the overlap is over each event is signed with the old one as well, so that a receiver that knows either of
    them takes it: hand the new one over meanwhile.

    \b
    Examples:
      wirewatch channels secret rotate asia pager
      wirewatch channels secret rotate asia pager --overlap 0s   # the old one is known to others
    """
    settings = settings_of(ctx)
    from workers.commands.durations import span_of, told_at
    from workers.delivery import Unsealed, make_secret
    from workers.options_of import seal_of

    now, lasts = _now(), span_of(overlap, "--overlap")
    secret = make_secret(secrets.token_bytes)
    with _editing(settings, channel) as editing:
        before = editing.endpoint(endpoint)
        try:
            rotated = rotated_secrets(before, seal_of(settings).close(secret), now, lasts)
        except Unsealed as exc:
            raise Refused(str(exc), reason="no_key") from None
        changed = editing.change_endpoint(endpoint, {"secrets": rotated})
    expires = now + lasts if len(rotated) > 1 else None
    if json:
        say_line({"channel": channel, "endpoint": endpoint, "secret": secret, "old_expires": expires})
        return
    say(("changed  ", "bold yellow"), f"channel {channel}  v{changed.version}")
    if expires:
        say(f"the old secret signs until {told_at(expires)}, too")
    say(f"new secret of {channel}/{endpoint}, shown this once: ", (secret, "bold"))


def rotated_secrets(endpoint: Endpoint, sealed: str, now: datetime, overlap: timedelta) -> tuple[SealedSecret, ...]:
    """The new one first; older ones end with the overlap, and those that have ended go. Raises Refused."""
    from schemas.channel import EndpointKind, SealedSecret

    if endpoint.kind is not EndpointKind.WEBHOOK:
        told = f"endpoint {endpoint.id} is of kind {endpoint.kind.value}, and only webhooks are signed"
        raise Refused(told, reason="wrong_kind", hint="give it a new apprise_url with wirewatch channels apply")
    end = now + overlap
    older = [
        each.model_copy(update={"expires": end if each.expires is None else min(each.expires, end)})
        for each in endpoint.secrets
    ]
    active = [each for each in older if each.expires is not None and each.expires > now]
    if len(active) >= SECRETS_MAX:
        first = min(each.expires for each in active if each.expires is not None)
        told = f"endpoint {endpoint.id} has {len(active)} secrets that still sign"
        raise Refused(told, reason="too_many", hint=f"wait until {first.isoformat()}, or let --overlap be 0s")
    return (SealedSecret(sealed=sealed, created=now), *active)


def _turn(ctx: typer.Context, channel: str, state: str) -> None:
    from schemas.channel import ChannelState

    with _editing(settings_of(ctx), channel) as editing:
        if editing.channel.state == state:
            say(("unchanged ", "dim"), f"channel {channel} is {state} already")
            return
        changed = editing.change({"state": ChannelState(state)})
    say(("changed  ", "bold yellow"), f"channel {channel}  v{changed.version}  {state}")


def _turn_endpoint(ctx: typer.Context, channel: str, endpoint: str, update: dict[str, Any]) -> None:
    with _editing(settings_of(ctx), channel) as editing:
        if not update["enabled"] and not editing.endpoint(endpoint).enabled:
            say(("unchanged ", "dim"), f"endpoint {channel}/{endpoint} is disabled already")
            return
        editing.endpoint(endpoint)
        changed = editing.change_endpoint(endpoint, update)
    enabled = "enabled" if update["enabled"] else "disabled"
    say(("changed  ", "bold yellow"), f"channel {channel}  v{changed.version}  endpoint {endpoint} {enabled}")


@contextmanager
def _editing(settings: Settings, channel: str) -> Iterator[_Edit]:
    """A channel as it stands on the topic. Raises Refused where it is not there."""
    from schemas.channel import Channel
    from workers.commands.kept import read_kept, the_one

    with kafka_of(settings) as kafka:
        kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
        yield _Edit(kafka, the_one("channel", channel, kept.records, "see wirewatch channels list"))


class _Edit:
    """One channel, to be written anew."""

    def __init__(self, kafka: Admin, channel: Channel) -> None:
        self._kafka = kafka
        self.channel = channel

    def endpoint(self, endpoint_id: str) -> Endpoint:
        """One of its endpoints. Raises Refused."""
        from workers.commands.kept import the_one

        found = {each.id: each for each in self.channel.endpoints}
        return the_one("endpoint", endpoint_id, found, f"see wirewatch channels show {self.channel.id}")

    def change_endpoint(self, endpoint_id: str, update: dict[str, Any]) -> Channel:
        """Send the channel with this endpoint changed."""
        endpoints = tuple(
            each.model_copy(update=update) if each.id == endpoint_id else each for each in self.channel.endpoints
        )
        return self.change({"endpoints": endpoints})

    def change(self, update: dict[str, Any]) -> Channel:
        """Send the channel, with the next version."""
        from schemas.envelope import Outgoing

        changed = self.channel.model_copy(update={**update, "version": self.channel.version + 1})
        self._kafka.send([Outgoing("channels", changed.id.encode(), changed.model_dump_json().encode())])
        return changed


def _now() -> datetime:
    return datetime.now(UTC)
