"""Topics that exist and cannot do what they are for are told with the way out, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from config.topics import CATALOGUE
from schemas.envelope import Incoming, Outgoing
from schemas.topic import Topic
from tests.unit.commands.conftest import Command

COMPACT = {"cleanup.policy": "compact"}


class Kafka(AbstractContextManager["Kafka"]):
    """A broker with topics of other hands."""

    def __init__(self, there: Mapping[str, tuple[int, Mapping[str, str]]]) -> None:
        self._there = there
        self.sent: list[Outgoing] = []
        self._open = True

    def __exit__(self, *_: object) -> None:
        """Nothing is answered any more."""
        self._open = False

    def create(self, topics: Sequence[Topic], partitions: int, replication: int) -> list[str]:
        """Those that are not there."""
        return [topic.name for topic in topics if topic.name not in self._there]

    def describe(self, topics: Sequence[str]) -> Mapping[str, tuple[int, Mapping[str, str]]]:
        """As they are."""
        assert self._open
        return {name: self._there[name] for name in topics if name in self._there}

    def read(self, topic: str) -> list[Incoming]:
        """Nothing stands on them."""
        return []

    def send(self, messages: Sequence[Outgoing]) -> None:
        """Keeps what is sent."""
        self.sent += messages


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Kafka:
    """What a command finds behind `kafka_of`."""
    kafka = Kafka(request.param)
    for module in ("topics", "rules"):
        monkeypatch.setattr(f"workers.commands.{module}.kafka_of", lambda _: kafka)
    return kafka


WRONG = [
    pytest.param({"rules": (4, COMPACT)}, "the topic rules has 4 partitions", "one partition", id="partitions"),
    pytest.param(
        {"lists": (1, {"cleanup.policy": "delete"})},
        "the topic lists is kept with cleanup.policy delete",
        "--entity-name lists --add-config cleanup.policy=compact",
        id="deleted",
    ),
    pytest.param(
        {"channels": (1, {"cleanup.policy": "compact,delete"})},
        "the topic channels is kept with cleanup.policy compact,delete",
        "cleanup.policy=compact",
        id="compacted and deleted",
    ),
]


@pytest.mark.parametrize(("broker", "error", "hint"), WRONG, indirect=["broker"])
@pytest.mark.usefixtures("broker")
def test_create_makes_what_is_missing_and_ends_with_1_over_a_topic_that_loses_rules(
    error: str, hint: str, wirewatch: Command
) -> None:
    done = wirewatch("topics", "create")
    assert done.code == 1
    assert f"{len(CATALOGUE) - 1} made, 1 there already" in done.out
    assert error in done.err
    assert hint in done.err


@pytest.mark.parametrize(("broker", "error", "hint"), WRONG, indirect=["broker"])
def test_apply_writes_nothing_on_to_a_topic_that_loses_rules(
    broker: Kafka, error: str, hint: str, wirewatch: Command, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {id: r, query: x}")
    done = wirewatch("rules", "apply", rules)
    assert (done.code, broker.sent) == (1, [])
    assert error in done.err
    assert hint in done.err


@pytest.mark.parametrize(
    "broker",
    [{}, {"rules": (1, COMPACT), "articles": (3, {"cleanup.policy": "compact"})}, {"rules": (1, {})}],
    indirect=True,
    ids=["none there", "a right one, and another that differs", "a broker that does not tell"],
)
@pytest.mark.usefixtures("broker")
def test_create_ends_with_0_where_no_rule_can_be_lost(wirewatch: Command) -> None:
    assert wirewatch("topics", "create").code == 0
