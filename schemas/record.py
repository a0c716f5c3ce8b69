"""What all records on the wire share."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

SCHEMA_VERSION: Final = 1

# Ids are part of Redis keys, Kafka keys and addresses of pages: printable ASCII without spaces.
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$")]
# A channel's id is part of a topic's name, where `.` and `_` collide in Kafka's metrics.
ChannelId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]

# Both stand in every alert and decision, which must stay below what the broker takes.
Owner = Annotated[str, StringConstraints(max_length=500)]
Tag = Annotated[str, StringConstraints(max_length=200)]


class Part(BaseModel):
    """A piece of a record: frozen; fields it does not know are ignored, so that versions may run together."""

    model_config = ConfigDict(frozen=True, extra="ignore", ser_json_inf_nan="null")


class Record(Part):
    """A JSON value on a topic."""

    schema_version: Literal[1] = Field(default=SCHEMA_VERSION, description="The version of this record's schema.")


class KeptRecord(Record):
    """A record that operators or sources own: fields it does not know are kept and passed on."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="null")


class KeptPart(Part):
    """A piece of such a record: fields it does not know are kept as well."""

    model_config = ConfigDict(frozen=True, extra="allow", ser_json_inf_nan="null")
