"""From bytes to a record of a schema, or to the reason why not."""

from workers.records.read import read

__all__ = ["read"]
