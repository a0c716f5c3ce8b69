"""`wirewatch tail`: alerts as they come."""

from __future__ import annotations

import difflib
import time
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from workers.commands.session import kafka_of, settings_of
from workers.commands.terminal import flush, note, out, say_error, say_json
from workers.errors import Refused, Unavailable

if TYPE_CHECKING:
    from schemas.envelope import Incoming
    from workers.streams.admin import Admin

LOOK_EVERY_S = 5.0
MAX_BYTES = 64 * 1024 * 1024  # of a record; the topic itself takes less


def tail(
    ctx: typer.Context,
    channel: Annotated[str | None, typer.Argument(metavar="[CHANNEL]", help="Only the alerts of this channel.")] = None,
    from_beginning: Annotated[
        bool,
        typer.Option(
            "--from-beginning",
            help="First those that stand on the topics, in the order in which their articles came; then the new ones.",
        ),
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="A JSON object a line, as it stands on the topic.")] = False,
    decisions: Annotated[
        bool,
        typer.Option(
            "--decisions", help="Also matches that became no alert, and why; of all rules, as they name no channel."
        ),
    ] = False,
) -> None:
    """Show alerts as they come, until Ctrl-C.

    \b
    Examples:
      wirewatch tail
      wirewatch tail asia --from-beginning
      wirewatch tail --decisions --json | jq .rule.id
    """
    settings = settings_of(ctx)
    topics = [f"alerts.{channel}" if channel else "alerts", *(["decisions"] if decisions else [])]
    with kafka_of(settings) as kafka:
        if channel:
            _check_channel(channel, kafka)
        if channel and decisions:
            note(f"decisions name no channel: those of all rules are shown, the alerts of {channel} alone")
        if out().is_terminal and not json:
            note(f"{' and '.join(settings.topic_prefix + name for name in topics)}; Ctrl-C ends")
        for record in kafka.follow(topics, from_beginning, Lookout(kafka).stop, received_ms):
            (_show_json if json else _show)(record)


def received_ms(record: Incoming) -> int:
    """When its article came, as `show` tells it; that is not later than the record, whatever the clock behind it says.

    Of what is no alert and no decision, when the record came.
    """
    import orjson

    try:
        data = orjson.loads(record.value or b"")
        told = data["received"] if record.topic == "decisions" else data["times"]["received"]
        received = round(datetime.fromisoformat(told).timestamp() * 1000)
    except (ValueError, LookupError, TypeError, OverflowError):
        return record.timestamp_ms
    return min(received, record.timestamp_ms)


class Lookout:
    """Says once when Kafka is away and once when it is back: the reader itself waits in silence."""

    def __init__(self, kafka: Admin) -> None:
        self._kafka = kafka
        self._away = False
        self._looked = time.monotonic()

    def stop(self) -> bool:
        """Never; looks after Kafka every few seconds."""
        if time.monotonic() - self._looked < LOOK_EVERY_S:
            return False
        try:
            self._kafka.topics()
            if self._away:
                note("Kafka answers again")
            self._away = False
        except Unavailable as exc:
            if not self._away:
                note(f"waiting: {exc}")
            self._away = True
        self._looked = time.monotonic()
        return False


def _check_channel(channel: str, kafka: Admin) -> None:
    """Ends the command when the channel has no topic."""
    known = [name.removeprefix("alerts.") for name in sorted(kafka.topics()) if name.startswith("alerts.")]
    if channel not in known:
        near = difflib.get_close_matches(channel, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"channels: {', '.join(known) or 'none yet'}"
        say_error(f"there is no channel {channel}", hint)
        raise typer.Exit(1)


def _show(record: Incoming) -> None:
    from schemas import Alert, Decision
    from workers.commands.show import show
    from workers.records import read

    value = record.value or b""
    try:
        if record.topic == "decisions":
            show(read(Decision, "decision", value, MAX_BYTES), out())
        else:
            show(read(Alert, "alert", value, MAX_BYTES), out())
    except Refused as why:
        say_error(f"{record.position} cannot be shown: {why.message}", why.hint)


def _show_json(record: Incoming) -> None:
    import orjson

    value = record.value or b""
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        say_error(f"{record.position} is no JSON")
        return
    one_line = b"\n" not in value and b"\r" not in value
    say_json((value if one_line else orjson.dumps(data)).decode())
    flush()
