"""What the benchmark of delivery delivers: alerts of the usual size, endpoints, and settings to reach loopback."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from cryptography.fernet import Fernet

from schemas.alert import Alert, AlertKind, ArticleReference, Evidence, Hit, RuleReference, Times
from schemas.channel import Channel
from workers.delivery import Seal, make_secret

KEY = Fernet.generate_key().decode()
SECRET = make_secret(lambda size: bytes(range(size)))
RULES = 20
EXCERPT = "Oil prices rose after [[OPEC]] ministers said that output would stay below its ceiling until [[summer]]. "


def alerts(count: int, channels: Sequence[str]) -> Iterator[Alert]:
    """Each of a story of its own, some 1.5 KB as JSON."""
    received = datetime(2026, 5, 1, 12, tzinfo=UTC)
    for number in range(count):
        rule = f"rule-{number % RULES}"
        hits = tuple(Hit(term="opec OR summer", field="body", start=at, end=at + 4) for at in range(0, 90, 30))
        yield Alert(
            id=f"al_{number:030d}",
            kind=AlertKind.CREATED,
            rule=RuleReference(
                id=rule, name=f"Watch {rule}", version=1, query="opec AND (oil OR summer)", priority=3, tags=("energy",)
            ),
            article=ArticleReference(
                uri=f"wire:{number}", version=1, title=f"Oil rises, {number}", source="wire", published=received
            ),
            story=f"st_{number:030d}",
            evidence=Evidence(hits=hits, excerpt=EXCERPT * 3),
            channels=tuple(channels),
            times=Times(published=received, received=received),
        )


def urls(base: str, count: int, way: str = "ok") -> list[str]:
    """Of so many endpoints of the receiver at `base`."""
    return [f"{base}/{way}/{number}" for number in range(count)]


def channel(name: str, urls: Sequence[str], concurrency: int = 8) -> Channel:
    """With an endpoint for each URL, of one secret."""
    sealed = {"sealed": Seal([KEY]).close(SECRET), "created": "2026-05-01T12:00:00Z"}
    endpoints = [
        {"id": f"e-{number}", "url": url, "secrets": [sealed], "concurrency": concurrency}
        for number, url in enumerate(urls)
    ]
    return Channel.model_validate({"id": name, "endpoints": endpoints})


def settings(ports: Sequence[int]) -> Mapping[str, str]:
    """The environment of a worker that may send to these ports of the loopback interface."""
    return {
        "WIREWATCH_DELIVER_SECRETS_KEY": KEY,
        "WIREWATCH_DELIVER_ALLOW_HTTP": "true",
        "WIREWATCH_DELIVER_ALLOW_NETWORKS": "127.0.0.0/8",
        "WIREWATCH_DELIVER_ALLOW_PORTS": ",".join(map(str, ports)),
        "WIREWATCH_LOG_FORMAT": "json",
    }
