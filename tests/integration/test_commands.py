"""The commands on a real broker, judged by what an independent reader finds on the topics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from config.topics import CATALOGUE
from tests.integration.terminal import Terminal
from tests.services import witness
from tests.services.kafka import KafkaServer


def test_topics_are_made_once_and_listed_as_they_should_be(terminal: Terminal) -> None:
    assert terminal.ok("topics", "create") == f"0 made, {len(CATALOGUE)} there already\n"
    listed = terminal.ok("topics", "list").splitlines()
    assert len(listed) == len(CATALOGUE) + 1
    assert all(line.endswith("as it should be") for line in listed[1:])
    assert listed[1].split()[:2] == [f"{terminal.prefix}articles", "2"]


def test_topics_that_are_missing_or_kept_otherwise_are_told(kafka: KafkaServer, topic_prefix: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    try:
        wrong = {"retention.ms": "60000", "cleanup.policy": "delete"}
        admin.create_topics([NewTopic(f"{topic_prefix}rules", 3, 1, topic_configs=wrong)])
        admin.wait_for_topics([f"{topic_prefix}rules"])
    finally:
        admin.close()
    done = Terminal(kafka.bootstrap, topic_prefix).run("topics", "list")
    assert done.code == 0
    rows = dict(line.split(maxsplit=1) for line in done.out.splitlines())
    assert rows[f"{topic_prefix}lists"].endswith("missing")
    assert "partitions 3, should be 1" in rows[f"{topic_prefix}rules"]
    assert "cleanup.policy delete, should be compact" in rows[f"{topic_prefix}rules"]
    assert "max.message.bytes" in rows[f"{topic_prefix}rules"]
    assert done.err == "make those that are missing: wirewatch topics create\n"


def test_apply_sends_the_file_and_makes_the_topics_of_new_channels(terminal: Terminal, rules_file: Path) -> None:
    out = terminal.ok("rules", "apply", rules_file)
    assert [key for key, _ in terminal.rows("lists")] == ["more", "firms"]
    assert [key for key, _ in terminal.rows("channels")] == ["asia", "europe"]
    assert [(key, rule["version"]) for key, rule in terminal.rows("rules")] == [("pact", 1), ("firms", 1)]
    assert terminal.rows("alerts.asia") == terminal.rows("alerts.europe") == []
    assert out.splitlines()[-1] == "6 added, 0 changed, 0 unchanged"
    assert f"made     topic {terminal.prefix}alerts.europe" in out.splitlines()
    config = _config(terminal, "alerts.asia")
    assert (config["cleanup.policy"], config["retention.ms"]) == ("delete", str(7 * 86_400_000))


def test_apply_twice_sends_nothing_the_second_time(terminal: Terminal, rules_file: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    ends = _ends(terminal)
    assert terminal.ok("rules", "apply", rules_file) == "0 added, 0 changed, 6 unchanged\n"
    assert _ends(terminal) == ends


def test_apply_sends_what_has_changed_with_the_next_version(terminal: Terminal, rules_file: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    rules_file.write_text(rules_file.read_text().replace("North Korea", "Mongolia").replace("[acme]", "[acme, globex]"))
    out = terminal.ok("rules", "apply", rules_file)
    assert out.splitlines() == ["changed  list more  v2", "changed  rule pact  v2", "0 added, 2 changed, 4 unchanged"]
    key, rule = terminal.rows("rules")[-1]
    assert (key, rule["version"], rule["query"]) == ("pact", 2, "Russia AND Mongolia")


@pytest.mark.parametrize(
    "more",
    [
        pytest.param("- {id: bad, query: Russia AND (}\n", id="a query"),
        pytest.param("- {id: bad, qery: x, query: x}\n", id="a field"),
        pytest.param("- {id: bad, query: '@nobody'}\n", id="a list that is not there"),
    ],
)
def test_one_refused_rule_holds_the_whole_file_back(more: str, terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("- {id: good, query: x, channels: [new]}\n" + more)
    done = terminal.run("rules", "apply", path)
    assert (done.code, done.out) == (1, "")
    assert f"{path}:2: rule bad" in done.err
    assert not terminal.rows("rules")
    assert not terminal.rows("channels")
    assert f"{terminal.prefix}alerts.new" not in terminal.ok("topics", "list")


def test_a_rule_may_name_a_list_that_stands_on_the_topic(terminal: Terminal, rules_file: Path, tmp_path: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    path = tmp_path / "more.jsonl"
    path.write_text('{"id":"later","query":"@more AND merger"}\n')
    assert terminal.ok("rules", "apply", path) == "added    rule later  v1\n1 added, 0 changed, 0 unchanged\n"


def test_the_topic_of_a_channel_is_made_again_where_it_is_missing(terminal: Terminal, tmp_path: Path) -> None:
    value = b'{"id":"asia","name":"by another tool"}'
    witness.produce(terminal.bootstrap, terminal.prefix + "channels", [(b"asia", value, [])])
    path = tmp_path / "rules.yaml"
    path.write_text("- {id: r, query: x, channels: [asia]}")
    assert terminal.ok("rules", "apply", path).splitlines()[0] == f"made     topic {terminal.prefix}alerts.asia"
    assert len(terminal.rows("channels")) == 1


def test_rules_are_listed_until_they_are_deleted(terminal: Terminal, rules_file: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    listed = terminal.ok("rules", "list").splitlines()
    assert [line.split()[0] for line in listed] == ["ID", "firms", "pact"]
    assert listed[2].endswith('asia europe  russia AND "north korea"')
    as_json = [json.loads(line) for line in terminal.ok("rules", "list", "--json").splitlines()]
    assert as_json == [rule for _, rule in sorted(terminal.rows("rules"))]

    assert terminal.ok("rules", "delete", "pact") == "deleted  rule pact\n"
    assert terminal.rows("rules")[-1] == ("pact", None)
    assert "pact" not in terminal.ok("rules", "list")
    assert terminal.ok("rules", "apply", rules_file).splitlines()[0] == "added    rule pact  v2"


def test_one_unknown_id_holds_all_deletions_back(terminal: Terminal, rules_file: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    ends = _ends(terminal)
    done = terminal.run("rules", "delete", "firms", "pakt")
    assert (done.code, done.out) == (1, "")
    assert done.err == "error: there is no rule pakt\n  hint: did you mean pact?\n"
    assert _ends(terminal) == ends


def test_a_listed_file_applied_again_changes_nothing(terminal: Terminal, rules_file: Path, tmp_path: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    path = tmp_path / "listed.jsonl"
    path.write_text(terminal.ok("rules", "list", "--json"))
    assert terminal.ok("rules", "apply", path) == "0 added, 0 changed, 2 unchanged\n"


def test_a_rule_that_was_deleted_comes_back_with_the_next_version(terminal: Terminal, tmp_path: Path) -> None:
    for number in range(3):
        terminal.ok("rules", "apply", _rules(tmp_path, f"- {{id: r, query: x{number}}}\n"))
    terminal.ok("rules", "delete", "r")
    assert "rule r  v4" in terminal.ok("rules", "apply", _rules(tmp_path, "- {id: r, query: y}\n"))


def test_a_tombstone_alone_keeps_the_last_version(terminal: Terminal, tmp_path: Path) -> None:
    full = terminal.prefix + "rules"
    witness.produce(terminal.bootstrap, full, [(b"r", None, [("version", b"8")]), (b"s", None, [("version", b"x")])])
    said = terminal.ok("rules", "apply", _rules(tmp_path, "- {id: r, query: y}\n- {id: s, query: y}\n"))
    assert "rule r  v9" in said
    assert "rule s  v1" in said


def test_lists_and_channels_are_listed_until_they_are_deleted(terminal: Terminal, rules_file: Path) -> None:
    terminal.ok("rules", "apply", rules_file)
    assert [line.split() for line in terminal.ok("lists", "list").splitlines()[1:]] == [
        ["firms", "v1", "1", "@more"],
        ["more", "v1", "1", "acme"],
    ]
    assert terminal.ok("channels", "list").splitlines()[1].split() == [
        *("asia", "v1", "live", "0", f"{terminal.prefix}alerts.asia", "Asia", "desk")
    ]
    used = terminal.run("lists", "delete", "more")
    assert used.code == 1
    assert "list more is in use" in used.err
    assert "rule pact names channel asia" in terminal.run("channels", "delete", "asia").err
    terminal.ok("rules", "delete", "pact", "firms")
    assert terminal.ok("lists", "delete", "more", "firms") == "deleted  list more\ndeleted  list firms\n"
    terminal.ok("channels", "delete", "asia", "europe")
    assert terminal.run("lists", "list").err.startswith("no lists yet")
    assert terminal.run("channels", "list").err.startswith("no channels yet")


def test_rules_and_lists_as_json_are_files_that_check_takes(
    terminal: Terminal, rules_file: Path, tmp_path: Path
) -> None:
    terminal.ok("rules", "apply", rules_file)
    rules, lists = tmp_path / "rules.jsonl", tmp_path / "lists.jsonl"
    rules.write_text(terminal.ok("rules", "list", "--json"))
    lists.write_text(terminal.ok("lists", "list", "--json"))
    assert "OK firms  @firms AND deal" in terminal.ok("rules", "check", rules, "--lists", lists)


def _rules(folder: Path, text: str) -> Path:
    path = folder / "own.yaml"
    path.write_text(text)
    return path


def test_published_articles_arrive_as_they_are_and_in_order(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    lines = [f'{{"uri":"u:{number % 7}", "title":"t{number}"}}' for number in range(1200)]
    path.write_text("\n".join(lines))
    assert terminal.ok("publish", path) == f"1200 articles on {terminal.prefix}articles\n"
    records = witness.read_all(terminal.bootstrap, terminal.prefix + "articles")
    assert sorted(record.value.decode() for record in records) == sorted(lines)
    for uri in range(7):
        mine = [record.value.decode() for record in records if record.key == f"u:{uri}".encode()]
        assert mine == lines[uri::7]


def test_a_missing_topic_is_told_with_its_remedy(kafka: KafkaServer, topic_prefix: str, tmp_path: Path) -> None:
    bare = Terminal(kafka.bootstrap, topic_prefix)
    path = tmp_path / "articles.jsonl"
    path.write_text('{"uri":"u:1","title":"x"}\n')
    done = bare.run("publish", path)
    assert done.code == 69
    assert f"has no topic {topic_prefix}articles: wirewatch topics create\n" in done.err
    assert f"{len(CATALOGUE)} made" in bare.ok("topics", "create")


def test_a_line_that_is_too_large_for_the_topic_is_told(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "articles.jsonl"
    path.write_text('{"uri":"u:1","title":"x"}\n{"uri":"u:2","title":"%s"}\n' % ("x" * 12_000_000))
    done = terminal.run("publish", "--as-is", path)
    assert done.code == 1
    assert f"bytes are too large for the topic {terminal.prefix}articles: 'u:2'" in done.err


def _ends(terminal: Terminal) -> list[dict[int, int]]:
    return [witness.end_offsets(terminal.bootstrap, terminal.prefix + name) for name in ("rules", "lists", "channels")]


def _config(terminal: Terminal, topic: str) -> dict[str, str]:
    admin = KafkaAdminClient(bootstrap_servers=terminal.bootstrap)
    try:
        name = terminal.prefix + topic
        found = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    finally:
        admin.close()
    return {key: each["value"] for key, each in found["topic"][name].items()}
