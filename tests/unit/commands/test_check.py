"""`rules check`: a verdict on each rule, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.conftest import Command

GOOD = """\
rules:
- id: pact
  query: |
    Russia AND North Korea // the pact
- {id: firms, query: '@firms AND deal'}
lists:
- {id: firms, entries: [acme, '@more']}
- {id: more, entries: ['"big co"']}
"""
BAD = """\
- id: pact
  query: Russia AND (North Korea OR defence
- id: ok
  query: good AND wom?n
- id: slip
  qery: x
  query: y
- id: free
  query: NOT a
"""


def written(folder: Path, text: str, name: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def rows(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_rules_that_can_be_read_are_shown_in_canonical_form(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", written(tmp_path, GOOD))
    assert (done.code, done.err) == (0, "")
    assert done.out == 'OK pact  russia AND "north korea"\nOK firms  @firms AND deal\n'


def test_a_refusal_is_a_picture_with_its_place_and_a_caret(wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, BAD)
    done = wirewatch("rules", "check", path)
    assert done.code == 1
    assert done.out == "OK ok  good AND wom?n\n"
    told = done.err.splitlines()
    at = told.index(f"{path}:2: rule pact")
    assert told[at + 1 : at + 4] == [
        "Russia AND (North Korea OR defence",
        "           ^ this bracket is never closed",
        "  hint: add ) where the group ends",
    ]
    assert f"{path}:6: rule slip: qery: no such field" in told
    assert f"{path}:9: rule free" in told
    assert told[-1] == f"refused: 3 problems in {path}"


def test_json_has_a_line_for_each_rule_in_the_order_of_the_file(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--json", written(tmp_path, BAD))
    assert (done.code, done.err) == (1, "")
    pact, ok, problem, free = rows(done.out)
    assert pact == {
        "id": "pact",
        "ok": False,
        "error": {
            "message": "this bracket is never closed",
            "start": 11,
            "end": 12,
            "hint": "add ) where the group ends",
        },
    }
    assert ok == {"id": "ok", "ok": True, "canonical": "good AND wom?n", "lint": []}
    assert (free["id"], free["ok"], set(free["error"])) == ("free", False, {"message", "start", "end", "hint"})
    assert (problem["id"], problem["ok"], problem["error"]["start"]) == ("slip", False, None)
    assert problem["error"]["message"] == "qery: no such field"


def test_json_of_an_empty_query_has_the_id_and_the_bare_message(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--json", written(tmp_path, "- {id: a, query: x}\n- {id: b8, query: ''}\n"))
    _, empty = rows(done.out)
    assert (empty["id"], empty["error"]["message"]) == ("b8", "there is no word to look for")


def test_json_of_what_has_no_id_says_its_place(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--json", written(tmp_path, '{"id":"a","query":"x"}\nnope\n', "r.jsonl"))
    _, nothing = rows(done.out)
    assert nothing["id"] is None
    assert "r.jsonl:2: no JSON" in nothing["error"]["message"]


def test_refusals_are_shown_by_their_lines_whatever_they_are_of(wirewatch: Command, tmp_path: Path) -> None:
    text = "- {id: a, query: (x}\n- {id: b, qery: y, query: y}\n- {id: c, query: (z}\n- {id: d, query: ''}\n"
    done = wirewatch("rules", "check", path := written(tmp_path, text))
    places = [line.split(": ")[0] for line in done.err.splitlines() if line.startswith(f"{path}:")]
    assert places == [f"{path}:{line}" for line in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("number", "shown", "more"), [(3, 3, ""), (4, 3, "… and 1 more like it"), (57, 3, "… and 54 ")]
)
def test_of_problems_that_are_alike_the_first_are_shown_and_the_rest_counted(
    number: int, shown: int, more: str, wirewatch: Command, tmp_path: Path
) -> None:
    text = "".join(f'{{"id":"a{each}","query":"x","zzz{each}":1}}\n' for each in range(number))
    path = written(tmp_path, text + '{"id":"other","query":"(x"}\n{"id":"odd","query":5}\n', "r.jsonl")
    done = wirewatch("scan", "--rules", path, "--articles", path)
    assert done.code == 1
    assert done.err.count("no such field") == shown
    assert done.err.count("more like it") == bool(more)
    assert more in done.err
    assert "rule other" in done.err
    assert "rule odd" in done.err
    assert f"refused: {number + 2} problems in {path}" in done.err


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param("{id: firms, entries: [acme], colour: red}", id="superfluous field"),
        pytest.param("{id: firms}", id="no entries"),
    ],
)
@pytest.mark.parametrize("apart", [False, True])
def test_a_wrong_list_is_told_once_and_not_as_a_list_that_is_not_there(
    wrong: str, apart: bool, wirewatch: Command, tmp_path: Path
) -> None:
    rules = "rules:\n- {id: r, query: '@firms AND deal'}\n- {id: s, query: '@good AND deal'}\n"
    lists = f"lists:\n- {wrong}\n- {{id: good, entries: ['@firms']}}\n"
    more = ("--lists", written(tmp_path, lists, "lists.yaml")) if apart else ()
    done = wirewatch("rules", "check", path := written(tmp_path, rules + ("" if apart else lists)), *more)
    assert done.code == 1
    assert "list firms: " in done.err
    assert "there is no list" not in done.err
    assert f"refused: 1 problem in {path}" in done.err


def test_json_of_a_good_file_ends_with_0(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--json", written(tmp_path, GOOD))
    assert done.code == 0
    assert [(row["id"], row["ok"]) for row in rows(done.out)] == [("pact", True), ("firms", True)]


@pytest.mark.parametrize(
    ("lists", "code", "told"),
    [
        pytest.param(None, 1, "there is no list firms", id="without its list"),
        pytest.param('{"id":"firms","entries":["acme"]}', 0, "", id="with it"),
        pytest.param('{"id":"firms","entries":["(a"]}', 1, "lists.jsonl: ", id="with a broken one"),
        pytest.param('{"id":"other","entries":["a OR"]}\n{"id":"firms","entries":["a"]}', 1, "other", id="unused"),
        pytest.param('{"id":"firms","entries":["@firms"]}', 1, "firms", id="in a circle"),
        pytest.param('{"id":"firms"}', 1, "lists.jsonl:1: list firms: entries: is missing", id="no list at all"),
    ],
)
def test_lists_of_another_file_are_put_in_place(
    lists: str | None, code: int, told: str, wirewatch: Command, tmp_path: Path
) -> None:
    rules = written(tmp_path, '{"id":"a","query":"@firms AND deal"}', "rules.jsonl")
    more = ("--lists", written(tmp_path, lists, "lists.jsonl")) if lists else ()
    done = wirewatch("rules", "check", rules, *more)
    assert done.code == code, done.err
    assert told in done.err


def test_a_list_that_stands_in_both_files_is_refused(wirewatch: Command, tmp_path: Path) -> None:
    lists = written(tmp_path, '{"id":"more","entries":["x"]}', "lists.jsonl")
    done = wirewatch("rules", "check", written(tmp_path, GOOD), "--lists", lists)
    assert done.code == 1
    assert f"rules.yaml:8: list more: stands in {lists} too" in done.err


def test_control_characters_of_a_file_do_not_reach_the_terminal(wirewatch: Command, tmp_path: Path) -> None:
    rules = written(tmp_path, json.dumps({"id": "a", "query": "x AND (\x1b[31m\x9b", "n\x1b[2Jte": 1}), "r.jsonl")
    done = wirewatch("rules", "check", rules)
    assert done.code == 1
    assert not set(done.out + done.err) & set(map(chr, [*range(10), *range(11, 32), *range(127, 160)]))


@pytest.mark.parametrize("name", ["none.yaml", "rules.txt", "."])
def test_a_file_that_cannot_be_read_is_told(name: str, wirewatch: Command, tmp_path: Path) -> None:
    written(tmp_path, "x", "rules.txt")
    done = wirewatch("rules", "check", tmp_path / name)
    assert done.code == 1
    assert str(tmp_path) in done.err


def test_a_list_need_not_be_anchored_and_the_rules_that_use_it_must(wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "rules:\n- {id: r, query: russia AND @l}\nlists:\n- {id: l, entries: [wheat, NOT x]}\n")
    assert wirewatch("rules", "check", path).code == 0
    path = written(tmp_path, "rules:\n- {id: r, query: '@l'}\nlists:\n- {id: l, entries: [wheat, NOT x]}\n")
    done = wirewatch("rules", "check", path)
    assert done.code == 1
    assert f"{path}:2: rule r\n@l\n^ this is true of articles that have none of the words" in done.err


def test_a_wrong_list_is_told_with_its_name_its_entry_and_its_line(wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "lists:\n- id: l\n  entries: [wheat, a AND (b]\nrules:\n- {id: r, query: russia}\n")
    done = wirewatch("rules", "check", path)
    assert done.code == 1
    assert f"{path}:2: list l, entry 2 (a AND (b): this bracket is never closed" in done.err


@pytest.mark.parametrize(("name", "text"), [("r.jsonl", ""), ("r.yaml", "# nothing yet\n"), ("r.yaml", "rules:\n")])
def test_a_file_without_a_rule_is_refused(wirewatch: Command, tmp_path: Path, name: str, text: str) -> None:
    path = written(tmp_path, text, name)
    done = wirewatch("rules", "check", path)
    assert (done.code, done.out) == (1, "")
    assert f"{path}: there is no rule in it" in done.err


def test_a_file_of_lists_alone_is_taken(wirewatch: Command, tmp_path: Path) -> None:
    assert wirewatch("rules", "check", written(tmp_path, "lists:\n- {id: l, entries: [a]}\n")).code == 0


def test_a_huge_canonical_form_is_shortened_for_people_and_whole_for_programs(
    wirewatch: Command, tmp_path: Path
) -> None:
    path = written(tmp_path, f"- {{id: big, query: {' OR '.join(f'word{number}' for number in range(300))}}}\n")
    (line,) = wirewatch("rules", "check", "--no-lint", path).out.splitlines()
    assert len(line) < 1100
    assert line.endswith("characters; --json has them all)")
    (row,) = rows(wirewatch("rules", "check", "--no-lint", "--json", path).out)
    assert row["canonical"].endswith(" OR word299")
