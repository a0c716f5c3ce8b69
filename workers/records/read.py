"""Read a JSON record of any schema."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from workers.errors import Refused
from workers.records.load import load
from workers.records.refuse import no_record

M = TypeVar("M", bound=BaseModel)


def read(model: type[M], kind: str, value: bytes, max_bytes: int) -> M:
    """The record in a message's value; `kind` is its name in refusals. Raises Refused: the place and the remedy."""
    read = _validate(model, kind, load(value, max_bytes))
    if isinstance(read, Refused):
        raise read
    return read


def _validate(model: type[M], kind: str, data: dict[str, object]) -> M | Refused:
    """Handed back, not raised from: the library's error holds the whole input, and a refusal outlives it."""
    try:
        return model.model_validate(data)
    except ValidationError as exc:
        return no_record(exc, kind)
