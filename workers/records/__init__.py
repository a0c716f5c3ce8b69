"""From bytes to a record of a schema, or to the reason why not."""

from workers.records.load import load
from workers.records.read import read
from workers.records.refuse import no_record, shorten

__all__ = ["load", "no_record", "read", "shorten"]
