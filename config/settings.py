"""The settings: defaults.toml, then a file, then the environment; what is unknown or wrong is refused by name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from config.sources import (
    Found,
    SettingsError,
    from_file,
    from_variables,
    knobs_of,
    nested,
    problems_of,
)

__all__ = ["Settings", "SettingsError", "from_environment", "load"]

DEFAULTS = Path(__file__).with_name("defaults.toml")
_SERVER = r"(\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}"

# A description is the accepted form, for errors; that of numbers is made from their bounds.
Servers = Annotated[
    str,
    StringConstraints(pattern=rf"^{_SERVER}(,{_SERVER})*$"),
    Field(description="host:port, several separated by commas"),
]
RedisAddress = Annotated[
    str,
    StringConstraints(pattern=r"^(rediss?|unix)://\S+$"),
    Field(description="an address that begins with redis://, rediss:// (TLS) or unix://"),
]
Prefix = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{0,100}$"),
    Field(description="at most 100 letters, digits, dots, hyphens and underscores"),
]
KeyPrefix = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{0,100}$"),
    Field(description="at most 100 letters, digits, dots, colons, hyphens and underscores"),
]
Group = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,200}$"),
    Field(description="1 to 200 letters, digits, dots, hyphens and underscores"),
]
Host = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$"),
    Field(description="a host name or address"),
]
Failpoint = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9_]+:[1-9][0-9]{0,8})?$"),
    Field(description="nothing, or STEP:N such as CLAIMED:1"),
]

Delays = Annotated[
    str,
    StringConstraints(pattern=r"^\d+(\.\d+)?(,\d+(\.\d+)?){0,49}$"),
    Field(description="1 to 50 numbers of seconds, separated by commas"),
]
Keys = Annotated[
    str,
    StringConstraints(pattern=r"^([A-Za-z0-9_-]{43}=(,[A-Za-z0-9_-]{43}=)*)?$"),
    Field(description="nothing, or keys as `wirewatch channels key` makes them, separated by commas"),
]
Ports = Annotated[
    str,
    StringConstraints(pattern=r"^(\d{1,5}(,\d{1,5})*)?$"),
    Field(description="nothing, or numbers of ports, separated by commas"),
]
Schemas = Annotated[
    str,
    StringConstraints(pattern=r"^([a-z0-9]+(,[a-z0-9]+)*)?$"),
    Field(description="nothing, or schemas of Apprise such as mailtos,slack, separated by commas"),
]
Networks = Annotated[
    str,
    StringConstraints(pattern=r"^([0-9A-Fa-f:./]+(,[0-9A-Fa-f:./]+)*)?$"),
    Field(description="nothing, or networks such as 10.1.0.0/16, separated by commas"),
]


class Section(BaseModel):
    """Some knobs. What they mean stands in defaults.toml, as do their defaults."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Topics(Section):
    """How topics are made."""

    partitions: int = Field(ge=1, le=10_000)
    replication: int = Field(ge=1, le=9)


class Articles(Section):
    """What may come in."""

    max_bytes: int = Field(ge=1024, le=11_000_000)


class Match(Section):
    """The match worker."""

    group: Group
    batch_max_records: int = Field(ge=1, le=100_000)
    batch_max_wait_ms: int = Field(ge=1, le=60_000)
    batch_max_bytes: int = Field(ge=1_048_576, le=1_073_741_824)
    lease_s: float = Field(ge=0.1, le=3600)
    session_timeout_s: float = Field(ge=0.1, le=1800)
    rebalance_timeout_s: float = Field(ge=0.1, le=1800)
    heartbeat_interval_s: float = Field(ge=0.05, le=600)
    request_timeout_s: float = Field(ge=0.1, le=600)
    stop_timeout_s: float = Field(ge=0.1, le=600)
    stall_timeout_s: float = Field(ge=1, le=86_400)
    outage_timeout_s: float = Field(ge=0, le=86_400)
    producer: Literal["idempotent", "plain"]
    dead_letter_max_bytes: int = Field(ge=0, le=11_534_336)
    extra_max_bytes: int = Field(ge=0, le=524_288)
    excerpt_chars: int = Field(ge=20, le=10_000)
    max_hits: int = Field(ge=1, le=1000)
    metrics_port: int = Field(ge=0, le=65_535)
    metrics_host: Host
    failpoint: Failpoint


class Deliver(Section):
    """The deliver worker."""

    group: Group
    retry_delays_s: Delays
    retry_jitter: float = Field(ge=0, le=1)
    disable_after_h: float = Field(ge=0.01, le=8760)
    connect_s: float = Field(ge=0.1, le=60)
    first_byte_s: float = Field(ge=0.1, le=120)
    total_s: float = Field(ge=0.1, le=300)
    at_once: int = Field(ge=1, le=10_000)
    queue_max: int = Field(ge=10, le=1_000_000)
    remember_max: int = Field(ge=1000, le=10_000_000)
    secrets_key: Keys = Field(repr=False)
    allow_http: bool
    allow_ports: Ports
    allow_networks: Networks
    apprise_schemas: Schemas
    ca_file: str = Field(description="the path of a file, or nothing")
    source: str = Field(min_length=1, max_length=500, description="a URI-reference, such as /wirewatch")
    metrics_port: int = Field(ge=0, le=65_535)
    metrics_host: Host
    failpoint: Failpoint


class RedisClaims(Section):
    """Where the claims are kept."""

    key_prefix: KeyPrefix
    socket_timeout_s: float = Field(ge=0.05, le=60)
    told_days: int = Field(ge=1, le=3650)


class Settings(Section):
    """Every knob, checked. `redis` may hold a password and is kept out of the repr."""

    kafka: Servers
    redis: RedisAddress = Field(repr=False)
    topic_prefix: Prefix
    log_format: Literal["auto", "console", "json"]
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    topics: Topics
    articles: Articles
    match: Match
    deliver: Deliver
    redis_claims: RedisClaims


KNOBS = knobs_of(Settings, Section)


def load(config_file: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings from defaults.toml, then the file, then the variables that begin with WIREWATCH_.

    Raises SettingsError with everything that is unknown or wrong in them, not only the first.
    """
    found: Found = {}
    problems: list[str] = []
    for values, wrong in (
        from_file(DEFAULTS, KNOBS),
        from_file(config_file, KNOBS) if config_file else ({}, []),
        from_variables(environ, KNOBS),
    ):
        found |= values
        problems += wrong
    try:
        settings = Settings.model_validate(nested(found))
    except ValidationError as exc:
        raise SettingsError(problems + problems_of(exc, found, KNOBS)) from None  # its inputs may hold a password
    problems += _contradictions(settings, found)
    if problems:
        raise SettingsError(problems)
    return settings


def from_environment(config_file: Path | None = None) -> Settings:
    """The same with this process's environment."""
    return load(config_file, os.environ)


# The first must be less than the second; the third is what is told as accepted.
_LESS_THAN = (
    ("match.heartbeat_interval_s", "match.session_timeout_s", "about a third of it"),
    ("match.request_timeout_s", "match.stall_timeout_s", "a third of it; else waiting for Kafka counts as a stall"),
    (
        "redis_claims.socket_timeout_s",
        "match.stall_timeout_s",
        "a third of it; else waiting for Redis counts as a stall",
    ),
)


def _contradictions(settings: Settings, found: Found) -> list[str]:
    """Pairs of settings that break a promise together."""
    problems = []
    for less, more, usual in _LESS_THAN:
        if _number(settings, less) >= _number(settings, more):
            problems.append(
                f"{less}: {found[less].value} ({found[less].place}) is not less than "
                f"{more}, {found[more].value} ({found[more].place}); accepted: {usual}"
            )
    return problems


def _number(settings: Settings, name: str) -> float:
    section, _, knob = name.partition(".")
    return float(getattr(getattr(settings, section), knob))
