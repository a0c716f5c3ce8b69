"""Silences and inhibitions are typed, listed and ended."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from schemas.silence import Inhibition, Silence
from tests.unit.commands.broker import Broker
from tests.unit.commands.conftest import Command
from workers.commands.matchers import in_words, matcher_of

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
ADD = ("silences", "add", "--reason", "known", "--author", "desk")


def row(name: str, starts: datetime, ends: datetime) -> dict[str, object]:
    matchers = [{"field": "rule", "op": "is", "value": name}]
    times = {"starts": starts.isoformat(), "ends": ends.isoformat()}
    return {"id": name, "matchers": matchers, "author": "desk", "reason": "known", "version": 3, **times}


@pytest.fixture
def three(kafka: Broker) -> Broker:
    """One that is to come, one in force, and one that has ended."""
    kafka.keep("silences", row("later", NOW + HOUR, NOW + 2 * HOUR), row("now", NOW - HOUR, NOW + 24 * HOUR))
    kafka.keep("silences", row("over", NOW - 2 * HOUR, NOW - HOUR))
    return kafka


@pytest.mark.parametrize(
    ("text", "op"),
    [("rule=a=b", "is"), ("rule!=a", "is_not"), ("rule~a*", "like"), ("rule!~a*", "unlike"), ("uri=x~y!=z", "is")],
)
def test_a_matcher_is_read_and_told_as_it_was_typed(text: str, op: str) -> None:
    matcher = matcher_of(text, "--match")
    assert matcher.op == op
    assert in_words([matcher]) == text


def test_a_silence_is_added_with_author_reason_and_end(kafka: Broker, wirewatch: Command) -> None:
    done = wirewatch(*ADD, "--match", "rule=r1", "--match", "source~wire*", "--for", "2h", "--json")
    silence = Silence.model_validate_json(done.out)
    assert kafka.latest("silences", silence.id) == json.loads(done.out)
    assert silence.ends - silence.starts == 2 * HOUR
    assert NOW <= silence.starts <= datetime.now(UTC)
    assert (silence.author, silence.reason, in_words(silence.matchers)) == ("desk", "known", "rule=r1 source~wire*")


def test_the_author_is_the_user_unless_another_is_named(
    kafka: Broker, wirewatch: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "ada")
    wirewatch("silences", "add", "--match", "rule=r", "--for", "1h", "--reason", "x", "--id", "s")
    assert kafka.latest("silences", "s")["author"] == "ada"


def test_one_may_begin_later(kafka: Broker, wirewatch: Command) -> None:
    wirewatch(*ADD, "--match", "rule=r", "--for", "1h", "--start", "2099-01-01T00:00:00Z", "--id", "s")
    assert kafka.latest("silences", "s")["ends"] == "2099-01-01T01:00:00Z"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        pytest.param(("--match", "rule", "--for", "1h"), 2, "is no matcher", id="no operator"),
        pytest.param(("--match", "rul=x", "--for", "1h"), 2, "did you mean rule?", id="no field"),
        pytest.param(("--match", "rule=x", "--for", "1y"), 2, "write 30m, 2h, 3d or 1w", id="no time"),
        pytest.param(("--match", "priority=9", "--for", "1h"), 1, "it is one of 1, 2, 3, 4, 5", id="no priority"),
        pytest.param(("--match", "rule=x", "--for", "0s"), 1, "ends before it starts", id="no time at all"),
        pytest.param(("--match", "rule=x", "--for", "1h", "--id", "a b"), 1, "id: ", id="no id"),
        pytest.param(("--match", "rule=x", "--for", "1h", "--id", "over"), 1, "silence over already", id="id"),
        pytest.param(
            ("--match", "rule=x", "--for", "1h", "--start", "2020-01-01T00:00:00Z"), 1, "have ended already", id="over"
        ),
        pytest.param(
            ("--match", "rule=x", "--for", "1h", "--start", "noon"), 2, "is no time with its zone", id="start"
        ),
    ],
)
def test_what_cannot_be_taken_is_told(
    arguments: tuple[str, ...], code: int, told: str, three: Broker, wirewatch: Command
) -> None:
    done = wirewatch(*ADD, *arguments)
    assert (done.code, three.sent) == (code, [])
    assert told in done.err


def test_they_are_listed_with_their_states(three: Broker, wirewatch: Command) -> None:
    assert three
    rows = [line.split()[:2] for line in wirewatch("silences", "list").out.splitlines()[1:]]
    assert rows == [["over", "expired"], ["later", "pending"], ["now", "active"]]
    active = wirewatch("silences", "list", "--state", "active", "--json").out
    assert json.loads(active)["id"] == "now"
    assert wirewatch("silences", "list", "--state", "gone").code == 2


@pytest.mark.parametrize("name", ["now", "later"])
def test_one_is_ended_before_its_time(name: str, three: Broker, wirewatch: Command) -> None:
    assert wirewatch("silences", "expire", name).out == f"expired  silence {name}\n"
    after = Silence.model_validate(three.latest("silences", name))
    assert after.starts < after.ends <= datetime.now(UTC)
    assert after.version == 4


@pytest.mark.parametrize(("ids", "told"), [(("now", "over"), "has ended"), (("now", "noww"), "did you mean now?")])
def test_one_that_cannot_be_ended_holds_all_back(
    ids: tuple[str, ...], told: str, three: Broker, wirewatch: Command
) -> None:
    done = wirewatch("silences", "expire", *ids)
    assert (done.code, three.sent) == (1, [])
    assert told in done.err


def test_one_that_cannot_be_read_is_told(three: Broker, wirewatch: Command) -> None:
    three.keep("silences", {"id": "now", "matchers": []})
    assert "cannot be read, and workers keep the version before: silences/0/3" in wirewatch("silences", "list").err
    three.keep("silences", {"id": "broken"})
    done = wirewatch("silences", "expire", "broken")
    assert (done.code, three.sent) == (1, [])
    assert "there is no silence broken" in done.err


def test_an_inhibition_is_added_replaced_listed_and_deleted(kafka: Broker, wirewatch: Command) -> None:
    assert wirewatch("inhibitions", "list").err == "no inhibitions yet: wirewatch inhibitions add\n"
    add = ("inhibitions", "add", "--id", "i", "--source", "rule=a", "--target", "rule!=a", "--author", "desk")
    assert wirewatch(*add).out == "added    inhibition i  rule=a hushes rule!=a\n"
    assert wirewatch(*add, "--for", "6h").out.startswith("changed  inhibition i")
    inhibition = Inhibition.model_validate(kafka.latest("inhibitions", "i"))
    assert (inhibition.lasts_s, inhibition.version) == (6 * 3600, 2)
    assert wirewatch("inhibitions", "list").out.splitlines()[1].split() == ["i", "rule=a", "rule!=a", "6", "h", "desk"]
    assert json.loads(wirewatch("inhibitions", "list", "--json").out)["id"] == "i"
    assert wirewatch("inhibitions", "delete", "i").out == "deleted  inhibition i\n"
    assert kafka.latest("inhibitions", "i") is None
    assert json.loads(wirewatch(*add, "--json").out)["version"] == 3


def test_an_inhibition_that_no_alert_can_meet_is_refused(kafka: Broker, wirewatch: Command) -> None:
    done = wirewatch("inhibitions", "add", "--source", "kind=born", "--target", "rule=a", "--author", "desk")
    assert (done.code, kafka.sent) == (1, [])
    assert "no alert has the kind 'born'" in done.err
