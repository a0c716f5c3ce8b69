"""Send again: first say what would be sent, and to whom it could not go."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from schemas.alert import Alert
from schemas.channel import Channel
from schemas.delivery import Notification
from workers.commands.attempted import outcome_in_words
from workers.commands.channel_shown import health_of
from workers.commands.kept import read_kept
from workers.commands.replaying import Resend, rebuilt, refused_by
from workers.commands.sending_shown import STYLES, pair_of
from workers.commands.sendings import Sendings, naming, of_channel, sendings_of
from workers.commands.terminal import note, say, say_error, say_line
from workers.courier import outgoing
from workers.errors import Refused
from workers.records import read

if TYPE_CHECKING:
    from config.settings import Settings
    from workers.streams.archive_kafka import KafkaArchive


def resend(settings: Settings, kafka: KafkaArchive, found: Sequence[Resend], yes: bool, json: bool) -> None:
    """Say what is sent, and send it where that is wished. Raises Refused where an endpoint would not get it."""
    refused = list(_refused(settings, kafka, found))
    if refused:
        raise Refused("\n".join(refused), reason="disabled", hint="or name another with --endpoint")
    request = secrets.token_hex(4)
    gone = _rebuilt(kafka, [each for each in found if each.sending.notification is None])
    messages, pairs = [], 0
    for each in found:
        notification = each.notification(request, gone)
        if notification is None:
            say_error(f"{each.sending.id} cannot be sent again: what it told stands on no topic any more")
            continue
        messages.append(outgoing(notification))
        pairs += len(each.outcomes)
        _say(each, request if yes else None, json)
    if yes:
        kafka.send(messages)
    if json:
        return
    if not pairs:
        say("nothing to send again")
        return
    number = len(messages)
    sum_ = f"{pairs} deliver{'y' if pairs == 1 else 'ies'} of {number} notification{'' if number == 1 else 's'}"
    say(f"{sum_}: sent again, as {request}" if yes else f"{sum_} would be sent again: --yes does it")


def say_passed_over(
    sendings: Sendings, ids: Sequence[str], found: Sequence[Resend], only: Callable[[str, str], bool]
) -> None:
    """How those stand of which nothing is sent again, of the channels and endpoints that are asked for."""
    taken = {(each.sending.channel, each.sending.id, endpoint) for each in found for endpoint in each.outcomes}
    for (channel, id_, endpoint), (_, outcome) in sendings.current().items():
        if id_ in ids and only(channel, endpoint) and (channel, id_, endpoint) not in taken:
            state, words = outcome.state.value.replace("_", " "), outcome_in_words(outcome)
            note(f"not sent again: {id_} at {channel}/{endpoint}: {state}, {words}")


def _say(each: Resend, request: str | None, json: bool) -> None:
    for endpoint, outcome in each.outcomes.items():
        if json:
            say_line({**pair_of(each.sending, endpoint, outcome), "sent_again_as": request})
        else:
            told = f"{each.sending.type.value}  {each.sending.id}  {outcome_in_words(outcome)}"
            say((f"{outcome.state.value:9} ", STYLES[outcome.state]), f"{each.sending.channel}/{endpoint}  {told}")


def _refused(settings: Settings, kafka: KafkaArchive, found: Iterable[Resend]) -> Iterator[str]:
    """Endpoints that get nothing now: what is sent to them would only be held again."""
    pairs = dict.fromkeys((each.sending.channel, endpoint) for each in found for endpoint in each.outcomes)
    kept = read_kept(kafka, "channels", Channel, settings.articles.max_bytes)
    for of in dict.fromkeys(channel for channel, _ in pairs):
        channel, sendings = kept.records.get(of), sendings_of(kafka, 0, of_channel(of), lambda _: False)
        endpoints = channel.endpoints if channel else ()
        disabled = [each.id for each in endpoints if channel and health_of(channel, each, sendings).disabled]
        for endpoint in (endpoint for one, endpoint in pairs if one == of):
            why = refused_by(channel, endpoint, disabled.__contains__)
            if why:
                yield f"nothing would reach {of}/{endpoint}: {why}"


def _rebuilt(kafka: KafkaArchive, lacking: Sequence[Resend]) -> dict[str, Notification]:
    """By key: notifications whose records are gone, by the alerts themselves, where those are still there."""
    if not lacking:
        return {}
    wanted, found = naming(*(each.sending.id for each in lacking)), dict[str, Notification]()
    for record in kafka.history(["alerts"], 0):
        if not record.value or not wanted(record):
            continue
        alert = read(Alert, "alert", record.value, len(record.value))
        found |= {
            each.sending.key: rebuilt(each.sending, alert, record) for each in lacking if each.sending.id == alert.id
        }
    return found
