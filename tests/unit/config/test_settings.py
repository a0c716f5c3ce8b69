"""Settings: what wins, and how a slip is told."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.settings import (
    DEFAULTS,
    KNOBS,
    Settings,
    SettingsError,
    from_environment,
    load,
)


def written(folder: Path, text: str) -> Path:
    path = folder / "wirewatch.toml"
    path.write_text(text)
    return path


def refusal(config_file: Path | None, environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        load(config_file, environ)
    return str(caught.value)


def test_the_defaults_are_accepted_and_name_every_knob() -> None:
    settings = load(None, {})
    assert settings.kafka == "localhost:9092"
    assert settings.match.batch_max_records == 2000
    assert settings.redis_claims.key_prefix == "wirewatch:"
    tree = tomllib.loads(DEFAULTS.read_text())
    named = {name for name, value in tree.items() if not isinstance(value, dict)}
    named |= {f"{section}.{name}" for section, value in tree.items() if isinstance(value, dict) for name in value}
    assert named == set(KNOBS)


@pytest.mark.parametrize("name", KNOBS)
def test_the_manual_tells_the_accepted_form_of_every_knob_as_it_is_checked(name: str) -> None:
    section, _, last = name.rpartition(".")
    text = DEFAULTS.read_text()
    part = text[text.index(f"[{section}]") :] if section else text
    match = re.search(rf"((?:^# .*\n)+){last} = ", part, re.MULTILINE)
    assert match, f"{name} has no comment in defaults.toml"
    comment = " ".join(match[1].replace("# ", "").split())
    assert f"Accepted: {KNOBS[name].form}." in comment


def test_a_file_wins_over_the_defaults_and_the_environment_over_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, 'kafka = "one:1"\ntopic_prefix = "a."\n[match]\nlease_s = 7\nmax_hits = 9\n')
    settings = load(path, {"WIREWATCH_KAFKA": "two:2,[::1]:3", "WIREWATCH_MATCH_LEASE_S": "0.5"})
    assert (settings.kafka, settings.topic_prefix) == ("two:2,[::1]:3", "a.")
    assert (settings.match.lease_s, settings.match.max_hits, settings.match.excerpt_chars) == (0.5, 9, 240)


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        pytest.param("WIREWATCH_REDIS", "rediss://h:1/2", "redis", id="top level"),
        pytest.param("WIREWATCH_TOPIC_PREFIX", "x-", "topic_prefix", id="top level with an underscore"),
        pytest.param("WIREWATCH_MATCH_BATCH_MAX_RECORDS", "12", "match.batch_max_records", id="section"),
        pytest.param(
            "WIREWATCH_REDIS_CLAIMS_KEY_PREFIX", "t:", "redis_claims.key_prefix", id="section with an underscore"
        ),
        pytest.param("WIREWATCH_MATCH_FAILPOINT", "CLAIMED:2", "match.failpoint", id="failpoint"),
    ],
)
def test_a_variable_sets_its_knob(variable: str, value: str, name: str) -> None:
    assert KNOBS[name].variable == variable
    settings = load(None, {variable: value}).model_dump()
    section, _, last = name.rpartition(".")
    assert str((settings[section] if section else settings)[last]) == value


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "[match]\nleese_s = 1", ["match.leese_s", "did you mean match.lease_s?"], id="unknown in a section"
        ),
        pytest.param('kafca = "a:1"', ["kafca", "did you mean kafka?"], id="unknown at the top"),
        pytest.param("lease_s = 3", ["lease_s", "did you mean match.lease_s?"], id="outside of its section"),
        pytest.param("[mach]\nlease_s = 3", ["mach.lease_s", "did you mean match.lease_s?"], id="unknown section"),
        pytest.param("[zebra]", ["zebra", "defaults.toml"], id="nothing near"),
        pytest.param("match = 3", ["match: is a section", "[match]"], id="value for a section"),
        pytest.param("kafka = {a = 1}", ["kafka.a", "did you mean kafka?"], id="section for a value"),
        pytest.param(
            "[match]\nmax_hits = 0", ["match.max_hits: 0", "a whole number from 1 to 1000"], id="out of bounds"
        ),
        pytest.param('[match]\nmax_hits = "9"', ["match.max_hits: '9'", "a whole number"], id="text for a number"),
        pytest.param("[match]\nmax_hits = true", ["match.max_hits: True", "a whole number"], id="truth for a number"),
        pytest.param("[match]\nlease_s = nan", ["match.lease_s: nan", "a number from 0.1 to 3600"], id="not a number"),
        pytest.param('log_format = "xml"', ["log_format: 'xml'", 'one of "auto", "console", "json"'], id="choice"),
        pytest.param(
            "[match]\nheartbeat_interval_s = 10", ["heartbeat_interval_s: 10", "session_timeout_s"], id="together"
        ),
        pytest.param(
            "[match]\nstall_timeout_s = 20",
            ["match.request_timeout_s: 20", "stall_timeout_s, 20"],
            id="stall and Kafka",
        ),
        pytest.param(
            "[redis_claims]\nsocket_timeout_s = 60",
            ["socket_timeout_s: 60", "stall_timeout_s, 60"],
            id="stall and Redis",
        ),
        pytest.param("a = [", ["not TOML"], id="no TOML"),
        pytest.param("a = " + "[" * 5000, ["not TOML"], id="deep"),
    ],
)
def test_what_is_wrong_in_a_file_is_refused_by_name_and_place(tmp_path: Path, text: str, told: list[str]) -> None:
    path = written(tmp_path, text)
    message = refusal(path, {})
    for part in [*told, str(path)]:
        assert part in message


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        pytest.param("WIREWATCH_MATCH_BATCH", "1", "no such setting", id="unknown"),
        pytest.param("wirewatch_kafka", "a:1", "no such setting", id="lower case"),
        pytest.param("WIREWATCH_MACH_LEASE_S", "1", "did you mean WIREWATCH_MATCH_LEASE_S?", id="near"),
        pytest.param("WIREWATCH_MATCH_LEASE_S", "", "a number from 0.1 to 3600", id="empty"),
        pytest.param("WIREWATCH_MATCH_MAX_HITS", "1.5", "a whole number from 1 to 1000", id="fraction"),
        pytest.param("WIREWATCH_KAFKA", "localhost", "host:port", id="no port"),
    ],
)
def test_what_is_wrong_in_the_environment_is_refused_by_name(variable: str, value: str, told: str) -> None:
    message = refusal(None, {variable: value})
    assert variable in message
    assert told in message


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, "zebra = 1\n[match]\nmax_hits = 0"), {"WIREWATCH_LION": "", "WIREWATCH_KAFKA": "x"})
    assert len(caught.value.problems) == 4


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.toml", {})


def test_a_password_is_neither_in_the_error_nor_in_the_repr() -> None:
    assert "secret" not in refusal(None, {"WIREWATCH_REDIS": "http://:secret@h"})
    assert "secret" not in repr(load(None, {"WIREWATCH_REDIS": "redis://:secret@h"}))


def test_settings_are_frozen() -> None:
    settings = load(None, {})
    with pytest.raises(ValidationError, match="frozen"):
        settings.__setattr__("kafka", "other:1")


def test_the_process_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREWATCH_KAFKA", "from-env:1")
    settings: Settings = from_environment()
    assert settings.kafka == "from-env:1"
