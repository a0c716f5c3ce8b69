"""The JSON Schemas of all records, for those who write and read them in other languages: python -m schemas.export."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from schemas import (
    Alert,
    Article,
    Channel,
    DeadLetter,
    Decision,
    Delivery,
    EndpointHealth,
    Inhibition,
    Notification,
    Rule,
    Silence,
    WordList,
)
from schemas.record import Record

FOLDER = Path(__file__).with_name("json")
# Others write these, so a default may be left out; the rest are ours, so every field is there.
TAKEN: Mapping[str, type[Record]] = {
    "article": Article,
    "rule": Rule,
    "list": WordList,
    "channel": Channel,
    "silence": Silence,
    "inhibition": Inhibition,
}
GIVEN: Mapping[str, type[Record]] = {
    "alert": Alert,
    "decision": Decision,
    "dead-letter": DeadLetter,
    "notification": Notification,
    "delivery": Delivery,
    "endpoint-health": EndpointHealth,
}


def render() -> dict[str, str]:
    """The text of each schema by its file's name; the same on every machine."""
    texts = {f"{name}.json": _text(model, "validation") for name, model in TAKEN.items()}
    return texts | {f"{name}.json": _text(model, "serialization") for name, model in GIVEN.items()}


def write(folder: Path = FOLDER) -> None:
    """Write them all."""
    folder.mkdir(exist_ok=True)
    for name, text in render().items():
        (folder / name).write_text(text, encoding="utf-8")


def _text(model: type[Record], mode: Literal["validation", "serialization"]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(mode=mode)}
    if model is Article:
        schema["anyOf"] = [_with_text(name) for name in ("title", "lead", "body")]
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _with_text(name: str) -> dict[str, Any]:
    """What the model checks in code: the field is there and more than white space."""
    return {"required": [name], "properties": {name: {"type": "string", "pattern": r"\S"}}}


if __name__ == "__main__":
    write()
