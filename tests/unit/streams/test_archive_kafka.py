"""What a broker answers that the client does not understand ends no command."""

from __future__ import annotations

import pytest
from kafka.errors import KafkaConnectionError

from workers.streams.archive_kafka import KafkaArchive


class Client:
    """Raises as kafka-python does: of a bit of an access list that it has no name for a ValueError."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def describe_groups(self, _groups: list[str]) -> dict[str, object]:
        raise self._error


@pytest.mark.parametrize("error", [ValueError("15 is not a valid ACLOperation"), KafkaConnectionError("gone")])
def test_of_a_group_that_cannot_be_described_it_is_not_known_how_many_it_has(error: Exception) -> None:
    archive = KafkaArchive("127.0.0.1:1", "")
    archive._client = Client(error)
    assert archive.members("couriers") is None
