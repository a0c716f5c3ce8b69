"""Rule files: both forms, and every slip told with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.rules import files, raw
from workers.rules.files import RuleFile, RuleFileRefused, read_lists, read_rules

YAML = """\
# what we watch
rules:
  - id: pact
    name: Russia and North Korea
    query: |
      Russia AND "North Korea"
      AND defence  // and defense
    channels: [asia, europe]
    priority: 1
  - id: bare
    query: nato
lists:
  - id: firms
    entries: [acme, '"big co"']
channels:
  - id: asia
    name: Asia desk
"""


def written(folder: Path, text: str | bytes, name: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def problems(file: RuleFile) -> list[str]:
    return [str(problem).replace(str(file.path), "FILE") for problem in file.problems]


def test_yaml_sections_are_read_with_their_places(tmp_path: Path) -> None:
    file = read_rules(written(tmp_path, YAML)).checked()
    assert list(file.rules) == ["pact", "bare"]
    assert file.rules["pact"].channels == ("asia", "europe")
    assert "// and defense\n" in file.rules["pact"].query
    assert file.lists["firms"].entries == ("acme", '"big co"')
    assert file.channels["asia"].name == "Asia desk"
    assert file.place("rule", "bare") == f"{file.path}:10"
    assert file.place("list", "firms").endswith(":13")


def test_a_plain_yaml_list_is_a_list_of_rules(tmp_path: Path) -> None:
    assert list(read_rules(written(tmp_path, "- {id: a, query: x}\n- {id: b, query: y}\n", "r.YML")).rules) == [
        "a",
        "b",
    ]


@pytest.mark.parametrize("name", ["r.jsonl", "r.ndjson", "r.json"])
def test_json_lines_are_read_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path, name: str) -> None:
    text = b'\xef\xbb\xbf{"id":"a","query":"x"}\r\n\r\n{"id":"b","query":"y","dedup_window_s":60}\r\n'
    file = read_rules(written(tmp_path, text, name)).checked()
    assert list(file.rules) == ["a", "b"]
    assert file.rules["b"].dedup_window_s == 60
    assert file.place("rule", "b").endswith(":3")


def test_yaml_with_a_byte_order_mark_and_windows_line_ends_is_read(tmp_path: Path) -> None:
    file = read_rules(written(tmp_path, b"\xef\xbb\xbf" + YAML.replace("\n", "\r\n").encode()))
    assert list(file.checked().rules) == ["pact", "bare"]


@pytest.mark.parametrize(
    ("query", "line"),
    [
        pytest.param("|\n    a AND\n    (b\n    OR c", 4, id="a block: where the fault is"),
        pytest.param("|-\n\n    a AND\n    (b", 5, id="a block with an empty line first"),
        pytest.param(">\n    a AND\n    (b", 2, id="a folded block: where it begins"),
        pytest.param("'a AND\n    (b'", 2, id="in quotes: where it begins"),
        pytest.param("a AND (b", 2, id="one line"),
    ],
)
def test_a_place_in_a_query_is_a_line_of_the_file(tmp_path: Path, query: str, line: int) -> None:
    file = read_rules(written(tmp_path, f"- id: r\n  query: {query}\n"))
    assert file.place_in_query("r", file.rules["r"].query.index("(")) == f"{file.path}:{line}"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "rules:\nlists:\n"])
def test_an_empty_file_has_no_rules_and_no_problems(tmp_path: Path, text: str) -> None:
    file = read_rules(written(tmp_path, text)).checked()
    assert not file.rules


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("- id: a\n  qery: x", ["FILE:2: rule a: qery: no such field (did you mean query?)"], id="field"),
        pytest.param(
            "- id: a\n  query: x\n  zzz: 1", ["FILE:3: rule a: zzz: no such field (accepted: schema"], id="far"
        ),
        pytest.param("- query: x", ["FILE:1: rule: id: is missing (1 to 200"], id="no id"),
        pytest.param(
            "- id: a b\n  query: x",
            ["FILE:1: rule a b: id: has a form that is not accepted (1 to"],
            id="id with a space",
        ),
        pytest.param("- id: 7\n  query: x", ["FILE:1: rule: id: ", "put it in quotes"], id="id as number"),
        pytest.param("- id: a\n  query: no", ["FILE:2: rule a: query: ", "put it in quotes"], id="the word no"),
        pytest.param(
            "- id: a\n  query: x\n  status: lve", ["FILE:3: rule a: status", "did you mean live?"], id="status"
        ),
        pytest.param("- id: a\n  query: x\n  priority: yes", ["FILE:3: rule a: priority", "1 (most urgent)"], id="yes"),
        pytest.param("- id: a\n  query: x\n  priority: '1'", ["FILE:3: rule a: priority"], id="number in quotes"),
        pytest.param(
            "- id: a\n  query: x\n  channels: asia", ["FILE:3: rule a: channels: ", "a list of"], id="no list"
        ),
        pytest.param("- id: a\n  query: x\n  channels: [A]", ["FILE:3: rule a: channels.0: "], id="channel id"),
        pytest.param("- id: a\n  query: x\n  dedup_window_s: 0", ["FILE:3: ", "604800"], id="window"),
        pytest.param("- id: a\n  query: [[x]]", ["FILE:2: rule a: query: is nested"], id="nested"),
        pytest.param("- id: a\n  query: {x: y}", ["FILE:2: rule a: query: is nested"], id="mapping"),
        pytest.param("- id: a\n  query: x\n  query: y", ["FILE:3: query: stands in line 2 already"], id="key twice"),
        pytest.param(
            "- id: a\n  query: x\n- id: a\n  query: y", ["FILE:3: rule a: the id stands in line 1"], id="id twice"
        ),
        pytest.param("- id: a\n  query: x\n  note: 2026-02-30", ["FILE:3: note: no such value"], id="30 February"),
        pytest.param("- id: a\n  query: !!bool x", ["FILE:2: query: no such value"], id="tag that does not fit"),
        pytest.param("- id: a\n  query: !!timestamp x", ["FILE:2: query: no such value"], id="no timestamp"),
        pytest.param("- id: a\n  query: !!python/object/apply:os.getcwd []", ["FILE:2: no YAML"], id="python tag"),
        pytest.param("- id: a\n  query: !!binary eA==", ["FILE:1: rule a: a value that JSON"], id="binary"),
        pytest.param("- id: a\n  query: &a [*a]", ["FILE:2: no YAML", "recursive"], id="circle"),
        pytest.param("- just text", ["FILE:1: a rule has fields"], id="no mapping"),
        pytest.param("rulez:\n- id: a", ["FILE:1: rulez: no such section"], id="section"),
        pytest.param("rules: 3", ["FILE:1: rules: is no list"], id="section that is no list"),
        pytest.param("rules: {a: x}", ["FILE:1: rules: is no list"], id="section that is a mapping"),
        pytest.param("rules: []\nrules: []", ["FILE:2: rules: stands here twice"], id="section twice"),
        pytest.param("text", ["FILE:1: neither a list of rules"], id="scalar"),
        pytest.param("- id: a\n  query: x: y", ["FILE:2: no YAML", "behind `|`"], id="colon"),
        pytest.param(
            "- id: a\n  query: @l AND x",
            ["FILE:2: no YAML: a text cannot begin with @ (", "quotes: '@l AND x')"],
            id="@",
        ),
        pytest.param("- id: a\n\tquery: x", ["FILE:2: no YAML: a tab stands", "indent with spaces"], id="tab"),
        pytest.param("- id: a\n  query: ''", ["FILE:2: rule a: query: there is no word to look for (w"], id="no query"),
        pytest.param("lists:\n- id: l\n  entries: [1]", ["FILE:3: list l: entries.0: is no text"], id="entry"),
        pytest.param("a: [", ["FILE:2: no YAML"], id="broken"),
        pytest.param("- id: a\n--- \n- id: b", ["FILE:2: no YAML"], id="two documents"),
        pytest.param("[" * 100_000, ["FILE", "no YAML"], id="deep"),
        pytest.param("- " * 100_000, ["FILE", "no YAML"], id="deep blocks"),
        pytest.param("a: \x00", ["FILE", "no YAML"], id="NUL"),
        pytest.param("? [a, b]\n: c", ["FILE:1: ?: no such section"], id="odd key"),
        pytest.param("lists:\n- id: l\n  entries: []", ["FILE:3: list l: entries: "], id="empty list"),
        pytest.param("channels:\n- id: A", ["FILE:2: channel A: id: "], id="channel"),
    ],
)
def test_a_slip_in_yaml_is_told_with_its_line_and_remedy(tmp_path: Path, text: str, told: list[str]) -> None:
    file = read_rules(written(tmp_path, text))
    assert file.problems
    for part in told:
        assert part in problems(file)[0]
    with pytest.raises(RuleFileRefused) as caught:
        file.checked()
    assert caught.value.problems == file.problems


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            '{"id":"a","query":"x","chanels":[]}', "FILE:1: rule a: chanels: no such field (did you mean", id="typo"
        ),
        pytest.param('{"id":"a","query":"x"', "FILE:1: no JSON at column", id="cut off"),
        pytest.param('[{"id":"a","query":"x"}]', "FILE:1: a rule is an object", id="array"),
        pytest.param('{"id":"a","query":1}', "FILE:1: rule a: query: ", id="type"),
        pytest.param('{"id":"a","query":"x","schema_version":2}', "FILE:1: rule a: schema_version: ", id="version"),
        pytest.param(
            '{"id":"a","query":"x"}\n{"id":"a","query":"y"}', "FILE:2: rule a: the id stands in line 1", id="twice"
        ),
        pytest.param('{"id":"a","query":"x","tags":' + json.dumps([1] * 500) + "}", "500 values are wrong", id="many"),
        pytest.param('{"id":"a","query":"\\ud800"}', "FILE:1: no JSON at column", id="lone surrogate"),
        pytest.param(b'{"id":"a","query":"\xff"}', "FILE:1: no JSON", id="not UTF-8"),
    ],
)
def test_a_slip_in_json_lines_is_told_with_its_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert told in problems(read_rules(written(tmp_path, text, "r.jsonl")))[0]


def test_all_slips_are_told_and_what_stands_apart_is_read(tmp_path: Path) -> None:
    text = "- id: a\n  qery: x\n  status: lve\n- id: b\n  query: ok\n- id: a\n  query: y\n"
    file = read_rules(written(tmp_path, text))
    lines = [line.split(":")[1] for line in problems(file)]
    assert lines == ["2", "1", "3"]  # the unknown field, the missing query, the status
    assert list(file.rules) == ["b", "a"]


def test_a_file_full_of_slips_is_not_told_for_ever(tmp_path: Path) -> None:
    file = read_rules(written(tmp_path, "x\n" * 5000, "r.jsonl"))
    assert len(file.problems) == files.PROBLEMS_MAX
    assert "not read further" in file.problems[-1].message


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("none.yaml", "No such file", id="missing"),
        pytest.param("rules.txt", "the ending '.txt' is not known", id="ending"),
        pytest.param("folder.jsonl", "Is a directory", id="folder"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "folder.jsonl").mkdir()
    assert told in problems(read_rules(tmp_path / name))[0]


def test_other_charsets_in_yaml_are_told_with_the_line(tmp_path: Path) -> None:
    assert problems(read_rules(written(tmp_path, b"- id: a\n  query: caf\xe9")))[0].startswith("FILE:2: no UTF-8")


def test_what_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw, "YAML_MAX_BYTES", 20)
    monkeypatch.setattr(raw, "LINE_MAX_BYTES", 20)
    assert "JSON Lines" in problems(read_rules(written(tmp_path, YAML)))[0]
    assert "FILE:2" in problems(read_rules(written(tmp_path, '{"id":"a"}\n' + "x" * 21, "r.jsonl")))[1]


def test_lists_are_read_from_json_lines_and_from_a_section(tmp_path: Path) -> None:
    lines = written(tmp_path, '{"id":"firms","entries":["acme"]}\n{"id":"b","entries":["x","y"]}\n', "lists.jsonl")
    assert [word_list.entries for word_list in read_lists(lines).values()] == [("acme",), ("x", "y")]
    assert list(read_lists(written(tmp_path, YAML))) == ["firms"]
    assert list(read_lists(written(tmp_path, "- {id: l, entries: [x]}", "l.yaml"))) == ["l"]


def test_a_list_file_with_slips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleFileRefused, match="entires: no such field"):
        read_lists(written(tmp_path, '{"id":"firms","entires":["acme"]}', "lists.jsonl"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60)
@given(data=st.binary(max_size=80), changes=st.dictionaries(st.sampled_from(["id", "query", "tags", "x"]), VALUES))
def test_any_bytes_and_any_values_are_read_or_told(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, changes: dict[str, Any]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    rule = json.dumps({"id": "a", "query": "x", **changes}).encode()
    for name in ("any.jsonl", "any.yaml"):
        for content in (data, rule, b"- " + rule):
            file = read_rules(written(folder, content, name))
            assert all(problem.message and problem.place for problem in file.problems)
