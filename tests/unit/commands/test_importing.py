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
    assert (done.code, done.out) == (0, "")
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
    table = [line.split() for line in done.err.splitlines()]
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
    assert [json.loads(line)["id"] for line in done.err.splitlines()[:2]] == ["search-1", "search-2"]


@pytest.mark.parametrize(
    ("dialect", "text", "told"),
    [
        pytest.param("latin", '{"query":"x"}', "accepted: scopus", id="unknown dialect"),
        pytest.param("scopus", '{"query":"x"}\n{"quer":"x"}', "q.jsonl:2: has no query", id="no query"),
        pytest.param("scopus", "nonsense", "q.jsonl:1: no JSON", id="no JSON"),
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
