"""What the options before a command's name say, and what every command opens."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from config.settings import Settings
    from workers.streams.admin import Admin
    from workers.streams.archive_kafka import KafkaArchive

KAFKA_TIMEOUT_S = 5.0


def settings_of(ctx: typer.Context) -> Settings:
    """The settings. Raises SettingsError with all that is wrong in them."""
    from config.settings import from_environment

    config_file: Path | None = ctx.find_root().params.get("config")
    return from_environment(config_file)


def kafka_of(settings: Settings) -> Admin:
    """The connection to Kafka, to be entered with `with`. Raises Unavailable there."""
    from workers.streams.admin import Admin

    logging.getLogger().addHandler(logging.NullHandler())  # its errors come as exceptions, told once
    return Admin(settings.kafka, settings.topic_prefix, KAFKA_TIMEOUT_S)


def archive_of(settings: Settings) -> KafkaArchive:
    """The same for those who read what has come about on the topics."""
    from workers.streams.archive_kafka import KafkaArchive

    logging.getLogger().addHandler(logging.NullHandler())
    return KafkaArchive(settings.kafka, settings.topic_prefix, KAFKA_TIMEOUT_S)
