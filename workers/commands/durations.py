"""How long, and since when, as people type it: 90m, 6h, 2d."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import typer

_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_SPAN = re.compile(r"(\d{1,9})([smhdw])")


def span_of(text: str, option: str) -> timedelta:
    """So long. Raises typer.BadParameter."""
    found = _SPAN.fullmatch(text)
    if not found or int(found[1]) * _UNITS_S[found[2]] > 10 * 365 * 86_400:
        raise typer.BadParameter(f"{text!r} is no length of time: write 30m, 2h, 3d or 1w", param_hint=option)
    return timedelta(seconds=int(found[1]) * _UNITS_S[found[2]])


def moment_of(text: str, option: str) -> datetime:
    """A time with its zone. Raises typer.BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        told = f"{text!r} is no time with its zone: write 2026-05-01T12:00:00Z"
        raise typer.BadParameter(told, param_hint=option)
    return moment


def span_in_words(span: timedelta) -> str:
    """So long, roughly: `2 h 5 min`."""
    seconds = round(abs(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    days, rest = divmod(seconds, 86_400)
    hours, minutes = rest // 3600, rest % 3600 // 60
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join([each for each in parts if each][:2])


def told_at(moment: datetime) -> str:
    """On this machine's clock, with the date."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")
