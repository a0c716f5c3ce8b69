"""A notification in words for people: what chat, mail and push say. Machines read `event.py`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from schemas.alert import Alert, AlertCause, AlertKind
from schemas.delivery import EventType, Notification
from workers.delivery.sender import NOT_SHOWN, Request

MOST_TOLD = 20  # alerts of a digest that are told one by one
LINE_CHARACTERS, EXCERPT_CHARACTERS, URL_CHARACTERS = 300, 600, 1000
TITLE = "title"  # the header of a Request that has it

KINDS = {
    AlertKind.CREATED: "",
    AlertKind.UPDATED: "Updated: ",
    AlertKind.CORRECTED: "Corrected: ",
    AlertKind.RETRACTED: "Retracted: ",
}
CAUSES = {
    AlertCause.SOURCES: "More sources have the story.",
    AlertCause.NEW_VERSION: "A new version of the article says something else.",
    AlertCause.CORRECTION: "The publisher has corrected the article.",
    AlertCause.NO_LONGER_MATCHES: "What was told no longer holds: the rule does not match the article's new version.",
    AlertCause.WITHHELD: "What was told no longer holds: the publisher withholds the article.",
    AlertCause.CANCELED: "What was told no longer holds: the publisher has canceled the article.",
}
# What calls people by name in chats. Articles are written by strangers: none of them may ring everybody's telephone.
CALLS = re.compile(r"@(?=\w)|<(?=[!@#])")
APART = "\N{WORD JOINER}"  # not seen, and the name behind it is called no more
WEB = re.compile(r"https?://[^\s<>\"]+")


class Words(NamedTuple):
    """What is said: plain text, no markup."""

    title: str
    text: str


def words(notification: Notification) -> Words:
    """Title and text, bounded. Corrections and retractions say so first; a digest says what it left out."""
    match notification.type:
        case EventType.CREATED | EventType.UPDATED | EventType.CORRECTED | EventType.RETRACTED:
            (alert,) = notification.alerts
            return Words(_headline(alert), "\n".join(_alert(alert)))
        case EventType.DIGEST:
            count = len(notification.alerts)
            title = f"{count} alert{'' if count == 1 else 's'} for {notification.channel}"
            return Words(title, "\n".join(_digest(notification)))
    title = {
        EventType.FAILING: "An endpoint is failing",
        EventType.DISABLED: "An endpoint was disabled",
    }.get(notification.type, f"A test of {notification.channel}")
    return Words(title, "\n".join(_said(notification.data)))


def worded(notification: Notification, url: str) -> Request:
    """The request that says it by an Apprise URL."""
    title, text = words(notification)
    return Request(url, {TITLE: title}, text.encode())


def _headline(alert: Alert) -> str:
    return f"{KINDS[alert.kind]}{_line(alert.rule.name or alert.rule.id)}: {_line(alert.article.title or 'untitled')}"


def _alert(alert: Alert) -> Iterator[str]:
    if alert.cause:
        yield CAUSES[alert.cause] + (f" Now {alert.sources}." if alert.sources else "")
    yield from filter(None, [_line(alert.article.title or ""), _origin(alert), _url(alert)])
    if alert.evidence.excerpt:
        marked = alert.evidence.excerpt.replace("[[", "»").replace("]]", "«")
        yield "\n" + _line(marked, EXCERPT_CHARACTERS)


def _origin(alert: Alert) -> str:
    published = alert.article.published
    when = published.strftime("%Y-%m-%d %H:%M %Z") if published else ""
    return ", ".join(filter(None, [_line(alert.article.source or ""), when]))


def _url(alert: Alert) -> str:
    url = alert.article.url or ""
    return url if len(url) <= URL_CHARACTERS and WEB.fullmatch(url) else ""


def _digest(notification: Notification) -> Iterator[str]:
    for alert in notification.alerts[:MOST_TOLD]:
        yield f"• {_headline(alert)}"
        yield from (f"  {each}" for each in (_origin(alert), _url(alert)) if each)
    more = len(notification.alerts) - MOST_TOLD
    if more > 0:
        yield f"… and {more} more"
    for reason, of_rules in dict(notification.data.get("left_out", {})).items():
        counts = ", ".join(f"{count} of {_line(rule)}" for rule, count in of_rules.items())
        yield f"Left out, {str(reason).replace('_', ' ')}: {counts}"


def _said(data: Mapping[str, Any]) -> Iterator[str]:
    for name, value in data.items():
        yield f"{_line(name.replace('_', ' '))}: {_line(str(value))}"


def _line(text: str, most: int = LINE_CHARACTERS) -> str:
    """One line, bounded, without what is not seen, and calling nobody."""
    seen = "".join(" " if each.isspace() else each for each in text if _is_seen(each))
    short = " ".join(seen.split())
    short = short if len(short) <= most else short[: most - 1] + "…"
    return CALLS.sub(lambda found: found[0] + APART, short)


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in NOT_SHOWN
