"""Read a JSON record of any schema."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from schemas.reasons import RefusalReason
from schemas.record import SCHEMA_VERSION
from workers.errors import Refused
from workers.records.refuse import no_json, no_record, shorten

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], value: bytes, max_bytes: int) -> M:
    """The record in a message's value. Raises Refused with the place of what is wrong and the remedy."""
    data = load(value, max_bytes)
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        raise no_record(exc) from None  # the error holds the whole input
