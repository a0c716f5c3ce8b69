"""A file of channels: secrets sealed, kept or made; everything wrong told with its line; nothing plain on the topic."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.broker import KEY, Broker
from tests.unit.commands.conftest import Command
from workers.delivery import Seal, make_secret

SECRET = make_secret(lambda size: bytes(range(size)))
OTHER = make_secret(lambda size: bytes(range(1, size + 1)))
CHAT = "slack://tokena/tokenb/tokenc"
FILE = f"""\
- id: asia
  name: Asia desk
  endpoints:
  - {{id: pager, url: https://hooks.example.org/secret-path, secret: {SECRET}}}
  - id: chat
    kind: apprise
    apprise_url: {CHAT}
"""


def written(folder: Path, text: str, name: str = "channels.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def opened(kafka: Broker, channel: str = "asia") -> dict[str, list[str]]:
    """The secrets of each endpoint."""
    endpoints = kafka.latest("channels", channel)["endpoints"]
    return {each["id"]: [Seal([KEY]).open(one["sealed"]) for one in each["secrets"]] for each in endpoints}


def test_secrets_are_sealed_before_they_are_written(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("channels", "apply", written(tmp_path, FILE))
    assert (done.code, done.err) == (0, "")
    assert "added    channel asia  v1" in done.out
    assert "1 added, 0 changed, 0 unchanged" in done.out
    assert done.out.startswith("made     topic alerts.asia\n")
    (message,) = kafka.sent
    for plain in (SECRET, SECRET.removeprefix("whsec_"), CHAT, "tokena"):
        assert plain.encode() not in (message.value or b"")
        assert plain not in done.out
    assert "secret-path" not in done.out
    pager, chat = kafka.latest("channels", "asia")["endpoints"]
    assert Seal([KEY]).open(pager["secrets"][0]["sealed"]) == SECRET
    assert Seal([KEY]).open(chat["sealed_url"]) == CHAT
    assert pager["created"]


def test_a_file_applied_again_changes_nothing(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    wirewatch("channels", "apply", path)
    again = wirewatch("channels", "apply", path)
    assert again.out == "0 added, 0 changed, 1 unchanged\n"
    assert len(kafka.sent) == 1


def test_a_secret_that_is_not_given_is_made_and_shown_once(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "- {id: asia, endpoints: [{id: pager, url: 'https://hooks.example.org/'}]}")
    done = wirewatch("channels", "apply", path)
    (shown,) = re.findall(r"whsec_\S+", done.out)
    assert opened(kafka) == {"pager": [shown]}
    assert "whsec_" not in wirewatch("channels", "apply", path).out
    assert opened(kafka) == {"pager": [shown]}


def test_a_dry_run_sends_nothing_and_shows_no_secret(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "- {id: asia, endpoints: [{id: pager, url: 'https://hooks.example.org/'}]}")
    done = wirewatch("channels", "apply", path, "--dry-run")
    assert done.code == 0
    assert "a secret would be made for pager" in done.out
    assert "whsec_" not in done.out
    assert not kafka.sent
    assert "alerts.asia" not in kafka.archive.topics()
    as_json = json.loads(wirewatch("channels", "apply", path, "--dry-run", "--json").out)
    assert as_json["endpoints"] == [{"what": "added", "id": "pager", "secret": None}]


def test_what_was_set_since_stays_unless_the_file_gives_it(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    wirewatch("channels", "apply", path)
    wirewatch("channels", "pause", "asia")
    wirewatch("channels", "disable", "asia", "pager")
    before = kafka.latest("channels", "asia")
    done = wirewatch("channels", "apply", written(tmp_path, FILE.replace("Asia desk", "Desk")))
    after = kafka.latest("channels", "asia")
    assert done.out == "changed  channel asia  v4\n0 added, 1 changed, 0 unchanged\n"
    assert after == {**before, "name": "Desk", "version": 4}
    wirewatch("channels", "apply", written(tmp_path, FILE.replace("name: Asia", "state: live\n  name: Asia")))
    assert kafka.latest("channels", "asia")["state"] == "live"


def test_another_secret_takes_the_place_of_the_one_before(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    done = wirewatch("channels", "apply", written(tmp_path, FILE.replace(SECRET, OTHER)))
    assert "  ~ endpoint pager: webhook to hooks.example.org" in done.out
    assert opened(kafka)["pager"] == [OTHER]


def test_an_endpoint_that_the_file_does_not_name_goes(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    done = wirewatch("channels", "apply", written(tmp_path, FILE.partition("  - id: chat")[0]))
    assert "  - endpoint chat: apprise to an Apprise URL" in done.out
    assert list(opened(kafka)) == ["pager"]


def test_fields_that_this_release_does_not_know_stay_on_the_topic(
    kafka: Broker, wirewatch: Command, tmp_path: Path
) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    record = kafka.latest("channels", "asia")
    record["endpoints"][0]["later"] = 1
    kafka.keep("channels", {**record, "later": 2})
    assert "0 added, 0 changed, 1 unchanged" in wirewatch("channels", "apply", written(tmp_path, FILE)).out
    wirewatch("channels", "apply", written(tmp_path, FILE.replace("Asia desk", "Desk")))
    after = kafka.latest("channels", "asia")
    assert (after["later"], after["endpoints"][0]["later"]) == (2, 1)


def test_a_secret_that_was_replaced_does_not_come_back_by_an_old_file(
    kafka: Broker, wirewatch: Command, tmp_path: Path
) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    wirewatch("channels", "secret", "rotate", "asia", "pager")
    assert "0 changed" in wirewatch("channels", "apply", written(tmp_path, FILE)).out
    record = kafka.latest("channels", "asia")
    record["endpoints"][0]["secrets"][1]["expires"] = "2020-01-01T00:00:00Z"
    kafka.keep("channels", record)
    done = wirewatch("channels", "apply", written(tmp_path, FILE))
    assert done.code == 1
    assert "channels.yaml:4: channel asia: endpoints.0.secret: it was replaced" in done.err
    assert SECRET not in done.err


@pytest.mark.parametrize(
    ("endpoint", "line", "told"),
    [
        pytest.param("{id: a, url: 'http://hooks.example.org/'}", 3, "the scheme is http", id="no TLS"),
        pytest.param("{id: a, url: 'https://127.0.0.1/'}", 3, "the address 127.0.0.1 is loopback", id="an address"),
        pytest.param("{id: a, url: 'https://h.example.org:99/'}", 3, "the port is 99", id="a port"),
        pytest.param("{id: a, ulr: 'https://h.example.org/'}", 3, "endpoints.0.ulr: no such field", id="a field"),
        pytest.param("{id: A, url: 'https://h.example.org/'}", 3, "has a form that is not accepted", id="an id"),
        pytest.param("{id: a}", 3, "webhook endpoint has no url", id="no url"),
        pytest.param("{id: a, kind: apprise}", 3, "of kind apprise has an apprise_url", id="no Apprise URL"),
        pytest.param("{id: a, kind: apprise, url: 'json://u:pw@h'}", 3, "write apprise_url", id="a plain Apprise URL"),
        pytest.param(
            "{id: a, url: 'https://h.example.org/', secret: whsec_pw}", 3, "the secret has 1 bytes", id="a short secret"
        ),
        pytest.param("{id: a, kind: apprise, apprise_url: pw}", 3, "is no URL", id="no URL"),
        pytest.param(
            "{id: a, url: 'https://h.example.org/', apprise_url: 'x://pw'}",
            3,
            "endpoints.0.url: is for webhooks",
            id="both",
        ),
    ],
)
def test_what_is_wrong_with_an_endpoint_is_told_with_its_line(
    endpoint: str, line: int, told: str, kafka: Broker, wirewatch: Command, tmp_path: Path
) -> None:
    done = wirewatch("channels", "apply", written(tmp_path, f"- id: asia\n  endpoints:\n  - {endpoint}\n"))
    assert (done.code, kafka.sent) == (1, [])
    assert f"channels.yaml:{line}: channel asia" in done.err
    assert told in done.err
    assert "pw" not in done.err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("- id: asia\n  quiet:\n  - start: 22:00\n    end: '07:00'\n", ":3: .*in quotes", id="a time"),
        pytest.param("- id: asia\n  digest: {every: 900}\n", ":2: .*did you mean every_s", id="a digest's field"),
        pytest.param("- id: asia\n  digest: {at: ['08:00'], time_zone: Mars}\n", "Mars", id="a time zone"),
        pytest.param("- id: asia\n  alarms: ops\n", ":2: .*there is no channel ops", id="alarms"),
        pytest.param("- id: asia\n- id: asia\n", ":2: .*stands in line 1", id="twice"),
        pytest.param(
            "- id: asia\n  digest:\n    every_s: 60\n    every_s: 90\n", ":4: .*stands in line 3", id="a field twice"
        ),
        pytest.param("rules:\n- {id: r, query: x}\n", "wirewatch rules apply takes rules", id="a rule"),
        pytest.param("- id: asia\n  endpoints: &a [*a]\n", ":1: .*values|no YAML", id="a knot"),
    ],
)
def test_what_is_wrong_with_a_channel_is_told_with_its_line(
    text: str, told: str, kafka: Broker, wirewatch: Command, tmp_path: Path
) -> None:
    done = wirewatch("channels", "apply", written(tmp_path, text))
    assert (done.code, kafka.sent) == (1, [])
    assert re.search(told, done.err), done.err


def test_everything_wrong_is_told_at_once(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    text = "- id: asia\n  nam: x\n  digest: {}\n- id: europe\n  endpoints:\n  - {id: a, url: 'http://x.org/'}\n"
    done = wirewatch("channels", "apply", written(tmp_path, text))
    assert [f":{line}: " in done.err for line in (2, 3, 6)] == [True] * 3
    assert not kafka.sent


@pytest.mark.parametrize(
    "slip",
    [
        pytest.param(FILE.replace("secret: ", "secret:"), id="a space is missing"),
        pytest.param(FILE.replace("secret: ", "secret "), id="a colon is missing"),
        pytest.param(FILE.replace("secret: ", ""), id="the name is missing"),
        pytest.param(FILE.replace("- id: asia", f"- id: {SECRET}"), id="in an id"),
        pytest.param(FILE.replace("id: pager", f"id: {SECRET}"), id="in an endpoint's id"),
        pytest.param(FILE.replace("kind: apprise", f"kind: {SECRET}"), id="in another field"),
    ],
)
def test_a_secret_at_a_wrong_place_is_not_shown(slip: str, kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("channels", "apply", written(tmp_path, slip))
    assert (done.code, kafka.sent) == (1, [])
    assert "channels.yaml:" in done.err
    assert SECRET.removeprefix("whsec_") not in done.err


def test_without_a_key_no_secret_is_written(
    kafka: Broker, wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WIREWATCH_DELIVER_SECRETS_KEY")
    done = wirewatch("channels", "apply", written(tmp_path, FILE))
    assert (done.code, kafka.sent) == (1, [])
    assert "`wirewatch channels key` makes one" in done.err


def test_a_listed_file_applied_again_changes_nothing(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    listed = wirewatch("channels", "list", "--json").out
    assert "sealed" not in listed
    done = wirewatch("channels", "apply", written(tmp_path, listed, "channels.jsonl"))
    assert done.out == "0 added, 0 changed, 1 unchanged\n"
    assert len(kafka.sent) == 1


def test_a_rule_file_leaves_endpoints_as_they_are(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    wirewatch("channels", "apply", written(tmp_path, FILE))
    before: dict[str, Any] = kafka.latest("channels", "asia")
    text = "rules:\n- {id: r, query: x, channels: [asia]}\nchannels:\n- {id: asia, name: Other}\n"
    assert wirewatch("rules", "apply", written(tmp_path, text, "rules.yaml")).code == 0
    assert kafka.latest("channels", "asia") == {**before, "name": "Other", "version": 2}


def test_a_rule_file_with_endpoints_says_where_they_go(kafka: Broker, wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "apply", written(tmp_path, "channels:\n- {id: asia, endpoints: [{id: a}]}\n"))
    assert (done.code, kafka.sent) == (1, [])
    assert "a file for wirewatch channels apply may have it" in done.err


def test_a_new_key_closes_and_opens(wirewatch: Command) -> None:
    key, other = (wirewatch("channels", "key").out.strip() for _ in range(2))
    assert Seal([key]).open(Seal([key]).close("x")) == "x"
    assert key != other
