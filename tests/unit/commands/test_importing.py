"""`rules import`: a file of queries becomes a file of rules and a report."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tests.unit.commands.conftest import Command

ROWS = [
    {"name": "a b", "set": "s", "query": "ocean* W/3 fish*", "dialect": "Scopus (AND OR)"},
    {"name": "a b", "set": "s", "query": "ship", "dialect": "Scopus (AND OR)"},
    {"id": "own", "query": "NOT x", "dialect": "corpustools/lucene-like"},
    {"id": "odd", "query": "x", "dialect": "unheard of"},
]


def written(folder: Path) -> Path:
    path = folder / "queries.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in ROWS).encode()))
    return path


def test_rules_go_to_one_file_and_the_report_to_another(wirewatch: Command, tmp_path: Path) -> None:
    to, report = tmp_path / "rules.jsonl", tmp_path / "report.jsonl"
    done = wirewatch("rules", "import", "--from", "each", written(tmp_path), "--to", to, "--report", report)
    assert (done.code, done.out) == (1, "")  # two are not taken
    rules = [json.loads(line) for line in to.read_text().splitlines()]
    assert rules == [
        {"id": "s-a-b", "name": "a b", "query": "ocean* NEAR/4 fish*"},
        {"id": "s-a-b-2", "name": "a b", "query": "ship"},
    ]
    told = [json.loads(line) for line in report.read_text().splitlines()]
    assert [(each["id"], each["taken"], [change["code"] for change in each["changes"]]) for each in told] == [
        ("s-a-b", True, []),
        ("s-a-b-2", True, ["word-forms"]),
        ("own", False, []),
        ("odd", False, []),
    ]
    assert told[0]["reason"] is None
    assert "none of the words" in told[2]["reason"]
    assert "unheard of" in told[3]["reason"]
    own, odd, *lines = done.err.splitlines()
    assert f"{tmp_path / 'queries.jsonl.gz'}:3: own is not taken: " in own
    assert f"{tmp_path / 'queries.jsonl.gz'}:4: odd is not taken: " in odd
    assert [each["line"] for each in told] == [1, 2, 3, 4]
    table = [line.split() for line in lines]
    assert table[1:] == [
        ["corpustools", "-", "1", "0", "0", "1"],
        ["scopus", "s", "2", "1", "1", "0"],
        ["unheard", "of", "-", "1", "0", "0", "1"],
        ["all", "-", "4", "1", "1", "2"],
    ]
    assert wirewatch("rules", "check", to).code == 0


def test_without_files_rules_are_standard_output_and_the_report_is_standard_error(
    wirewatch: Command, tmp_path: Path
) -> None:
    path = tmp_path / "search.txt"
    path.write_text("malaria.ti.\nfever.ti.\n1 and 2\n\nplasmod*.ti.\n")
    done = wirewatch("rules", "import", "--from", "ovid", path)
    assert done.code == 0
    rules = [json.loads(line) for line in done.out.splitlines()]
    assert [rule["query"] for rule in rules] == ["title:malaria AND title:fever", "title:plasmod*"]
    assert [(row["id"], row["line"]) for row in map(json.loads, done.err.splitlines()[:2])] == [
        ("search-1", 1),
        ("search-2", 5),
    ]


@pytest.mark.parametrize(
    ("dialect", "text", "told"),
    [
        pytest.param("latin", '{"query":"x"}', "accepted: scopus", id="unknown dialect"),
        pytest.param("scopus", '{"query":"x"}\n{"quer":"x"}', "q.jsonl:2: has no query", id="no query"),
        pytest.param("scopus", "nonsense", "q.jsonl:1: no JSON", id="no JSON"),
        pytest.param("scopus", "\n \n", "q.jsonl: there is no query in it", id="empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_writes_nothing(
    dialect: str, text: str, told: str, wirewatch: Command, tmp_path: Path
) -> None:
    path, to = tmp_path / "q.jsonl", tmp_path / "rules.jsonl"
    path.write_text(text)
    done = wirewatch("rules", "import", "--from", dialect, path, "--to", to)
    assert done.code == 1
    assert told in done.err
    assert not to.exists()


@pytest.mark.parametrize("name", ["none.txt", "none.jsonl"])
def test_a_file_that_is_not_there_is_told_as_other_commands_tell_it(
    name: str, wirewatch: Command, tmp_path: Path
) -> None:
    done = wirewatch("rules", "import", "--from", "ovid", path := tmp_path / name)
    assert done.code == 1
    assert f"{path}: cannot be read: No such file or directory" in done.err
    assert "Errno" not in done.err


@pytest.mark.parametrize("number", [1, 20, 21])
def test_a_script_sees_that_queries_were_not_taken_even_if_none_was(
    number: int, wirewatch: Command, tmp_path: Path
) -> None:
    path, to = tmp_path / "q.txt", tmp_path / "rules.jsonl"
    path.write_text("\n" + "(x\n\n" * number)
    done = wirewatch("rules", "import", "--from", "scopus", path, "--to", to, "--report", tmp_path / "report.jsonl")
    assert done.code == 1
    assert to.read_text() == ""
    assert f"{path}:2: q-1 is not taken: a bracket is never closed" in done.err
    assert done.err.count("is not taken: ") == min(number, 20)
    assert ("and 1 more that are not taken" in done.err) == (number > 20)


def test_queries_that_are_all_taken_end_with_0(wirewatch: Command, tmp_path: Path) -> None:
    path = tmp_path / "q.txt"
    path.write_text("ship*\n")
    assert wirewatch("rules", "import", "--from", "scopus", path).code == 0
