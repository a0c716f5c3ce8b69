"""A notification of each type, as the samples of docs/webhooks.md have it, and endpoints for them."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from schemas.alert import (
    Alert,
    AlertCause,
    AlertKind,
    ArticleReference,
    Evidence,
    Hit,
    RuleReference,
    Times,
)
from schemas.channel import Endpoint, EndpointFormat, SealedSecret
from schemas.delivery import EventType, Notification
from workers.delivery.seal import Seal
from workers.delivery.sign import PREFIX

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SECRET, OLD_SECRET = f"{PREFIX}{'MTIzNDU2Nzg' * 4}", f"{PREFIX}{'b2xkc2VjcmV0' * 4}"
SEAL = Seal([urlsafe_b64encode(bytes(32)).decode()])
RULE = RuleReference(
    id="suez",
    name="Suez Canal",
    version=3,
    query='"suez canal" AND (ground* OR block*)',
    priority=2,
    tags=("shipping",),
    owner="ada@desk.example",
)
ARTICLE = ArticleReference(
    uri="wire:4711",
    version=1,
    title="Tanker blocks the Suez Canal",
    source="wire.example",
    url="https://wire.example/4711",
    published=NOON - timedelta(minutes=2),
    language="en",
)
CREATED = Alert(
    id="al_5f0c1b7e9a3d42c68b11",
    kind=AlertKind.CREATED,
    rule=RULE,
    article=ARTICLE,
    story="st_20c9",
    evidence=Evidence(
        hits=(
            Hit(term="block*", field="title", start=7, end=13),
            Hit(term='"suez canal"', field="title", start=18, end=28),
        ),
        excerpt="Tanker [[blocks]] the [[Suez Canal]]",
    ),
    channels=("desk",),
    times=Times(published=ARTICLE.published, received=NOON - timedelta(seconds=1)),
)


def _follows(id: str, kind: AlertKind, cause: AlertCause, **changed: object) -> Alert:
    return CREATED.model_copy(
        update={"id": id, "kind": kind, "cause": cause, "previous": CREATED.id, **changed},
    )


UPDATED = _follows("al_77d2e1f05c9b48aa90f3", AlertKind.UPDATED, AlertCause.SOURCES, sources=5)
CORRECTED = _follows(
    "al_a41d30b7c25e4f7d8e06",
    AlertKind.CORRECTED,
    AlertCause.CORRECTION,
    article=ARTICLE.model_copy(update={"version": 2, "title": "Tanker aground, Suez Canal not blocked"}),
    evidence=Evidence(
        hits=(
            Hit(term='"suez canal"', field="title", start=16, end=26),
            Hit(term="block*", field="title", start=31, end=38),
        ),
        excerpt="Tanker aground, [[Suez Canal]] not [[blocked]]",
    ),
)
RETRACTED = _follows(
    "al_e8830f6a1d574b0cbe52",
    AlertKind.RETRACTED,
    AlertCause.WITHHELD,
    evidence=Evidence(hits=(), excerpt=""),
)


def notification(type_: EventType, *alerts: Alert, made: datetime = NOON, **more: object) -> Notification:
    """For the endpoint `crm` of the channel `desk`."""
    named = alerts[0].id if len(alerts) == 1 else f"no_{type_.name.lower()}"
    return Notification.model_validate(
        {"id": named, "type": type_, "channel": "desk", "endpoints": ["crm"], "made": made, "alerts": alerts, **more}
    )


_FARES = {
    "channel": "desk",
    "endpoint": "crm",
    "failing_since": "2026-04-29T00:00:00+00:00",
    "percent": 50,
    "detail": "503 Service Unavailable",
}
_GONE = {**_FARES, "percent": 100, "detail": "the receiver answered 410 Gone"}
_TOLD = {"because": "grouped", "group": {"rule": "suez"}, "again": False, "left_out": {"throttled": {"suez": 2}}}
SAMPLES = {
    each.type: each
    for each in (
        notification(EventType.CREATED, CREATED),
        notification(EventType.UPDATED, UPDATED),
        notification(EventType.CORRECTED, CORRECTED),
        notification(EventType.RETRACTED, RETRACTED),
        notification(EventType.DIGEST, CREATED, UPDATED, id="dg_61a0c2", data=_TOLD),
        notification(EventType.TEST, id="te_0c55d1", data={"channel": "desk", "endpoint": "crm"}),
        notification(EventType.FAILING, id="en_9d1e07", channel="operators", data=_FARES),
        notification(EventType.DISABLED, id="en_7f44ab", channel="operators", data=_GONE),
    )
}


def endpoint(
    *secrets: str, format: EndpointFormat = EndpointFormat.STANDARD, url: str = "https://crm.example/in"
) -> Endpoint:
    """A webhook with these secrets."""
    sealed = [SealedSecret(sealed=SEAL.close(each), created=NOON) for each in secrets]
    return Endpoint(id="crm", url=url, format=format, secrets=tuple(sealed))
