"""`explain`: why a rule says yes or no to an article, for people and for programs."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.conftest import Command

ROOT = Path(__file__).parents[3]
RULES = """\
rules:
- id: pact
  query: |
    Russia AND (@capitals NEAR/5 troops OR China) // the pact
    AND NOT defense AND urgency<=2
- {id: draft, query: Russia, status: draft}
- {id: bad, query: Russia AND (}
lists:
- {id: capitals, entries: [Pyongyang, Moscow]}
"""
ARTICLE = {
    "uri": "u:1",
    "title": "Russia’s defence",
    "body": "Korea and Pyongyang's troops — the first.",
    "places": ["Seoul", "North Korea"],
    "urgency": 3,
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> Path:
    written(tmp_path, "rules.yaml", RULES)
    written(tmp_path, "lists.jsonl", '{"id":"capitals","entries":["Pyongyang"]}')
    written(tmp_path, "one.json", json.dumps(ARTICLE, indent=2))
    written(tmp_path, "news.jsonl", f'{{"uri":"u:0","title":"x"}}\n\n{json.dumps(ARTICLE)}\n')
    return tmp_path


def test_a_rule_that_says_no_is_told_clause_by_clause_with_what_is_missing(wirewatch: Command, files: Path) -> None:
    done = wirewatch("explain", "--rule", "pact", "--rules", files / "rules.yaml", "--article", files / "one.json")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "✗ rule pact says no to u:1 — Russia’s defence",
        "",
        "✗ AND  russia AND (@capitals NEAR/5 troops OR china) AND NOT defen…",
        "  ✓ russia",
        "      title 0–6  [[Russia]]’s defence",
        "  ✓ OR  @capitals NEAR/5 troops OR china",
        "    ✓ @capitals NEAR/5 troops",
        "        body 10–28  Korea and [[Pyongyang's troops]] — the first.",
        "      ✓ @capitals",
        "        ✓ pyongyang",
        "            body 10–19, of @capitals  Korea and [[Pyongyang]]'s troops — the first.",
        "        ✗ moscow",
        "      ✓ troops",
        "          body 22–28  Korea and Pyongyang's [[troops]] — the first.",
        "    ✗ china",
        "  ✗ NOT defense",
        "    ✓ defense  should be false",
        "        title 9–16, other spelling  Russia’s [[defence]]",
        "  ✗ urgency<=2  the article has 3  should be true",
        "",
        "It would match if:",
        "  defense were not true",
        "  urgency<=2 were true",
        "",
        "AND NOT defense AND urgency<=2",
        "        ^^^^^^^     ^^^^^^^^^^",
    ]


def test_a_rule_that_says_yes_has_nothing_missing_and_the_exit_code_is_the_same(
    wirewatch: Command, files: Path
) -> None:
    done = wirewatch("explain", "--rule", "place:north korea", "--article", files / "one.json")
    assert done.code == 0
    assert done.out.splitlines() == [
        "✓ the query says yes to u:1 — Russia’s defence",
        "",
        '✓ place:"north korea"',
        "    place 2 0–11  [[North Korea]]",
    ]


def test_lists_of_a_file_serve_a_query(wirewatch: Command, files: Path) -> None:
    arguments = ["--lists", files / "lists.jsonl", "--article", files / "one.json"]
    done = wirewatch("explain", "--rule", "@capitals", *arguments)
    assert "body 10–19, of @capitals" in done.out


def test_json_has_the_whole_account(wirewatch: Command, files: Path) -> None:
    arguments = ["--rule", "pact", "--rules", files / "rules.yaml", "--article", files / "one.json", "--json"]
    told = json.loads(wirewatch("explain", *arguments).out)
    query = told["rule"]["query"]
    assert told["answer"] is False
    assert [(leaf["canonical"], leaf["answer"]) for leaf in told["wanted"]["leaves"]] == [
        ("defense", True),
        ("urgency<=2", False),
    ]
    assert [query[span["start"] : span["end"]] for leaf in told["wanted"]["leaves"] for span in leaf["spans"]] == [
        "defense",
        "urgency<=2",
    ]
    assert (told["wanted"]["count"], told["wanted"]["smallest"], told["failing_count"]) == (2, True, 2)


def test_json_tells_of_each_clause(wirewatch: Command, files: Path) -> None:
    told = json.loads(wirewatch("explain", "--rule", "Russia", "--article", files / "one.json", "--json").out)
    assert told["clause"] == {
        "kind": "word",
        "canonical": "russia",
        "span": {"start": 0, "end": 6},
        "list": None,
        "answer": True,
        "counted": True,
        "wanted": None,
        "needed": None,
        "found": None,
        "value": None,
        "occurrences": [
            {
                "field": "title",
                "entry": None,
                "start": 0,
                "end": 6,
                "written": "Russia",
                "folded": "russia",
                "by": "word",
                "counted": True,
                "list": None,
            }
        ],
        "occurrences_count": 1,
        "apart": None,
        "clauses": [],
        "others_true": 0,
        "others_false": 0,
    }


def test_the_deepest_rule_can_be_told_as_json(wirewatch: Command, files: Path) -> None:
    text = "Russia OR a AND (" * 99 + "x" + ")" * 99
    told = json.loads(wirewatch("explain", "--rule", text, "--article", files / "one.json", "--json").out)
    assert told["answer"] is True


@pytest.mark.parametrize("name", ["news.jsonl:3", "packed.gz:3", "with:2:3", "one.json", "single.jsonl"])
def test_articles_are_read_from(wirewatch: Command, files: Path, name: str) -> None:
    text = (files / "news.jsonl").read_bytes()
    (files / "packed.gz").write_bytes(gzip.compress(text))
    (files / "with:2").write_bytes(text)
    (files / "single.jsonl").write_bytes(text.splitlines()[2] + b"\n")
    done = wirewatch("explain", "--rule", "Russia", "--article", files / name)
    assert done.out.startswith("✓ the query says yes to u:1")


def test_an_article_may_come_by_standard_input(
    wirewatch: Command, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = io.TextIOWrapper(io.BytesIO((files / "one.json").read_bytes()))
    monkeypatch.setattr(sys, "stdin", given)
    assert wirewatch("explain", "--rule", "Russia", "--article", "-").out.startswith("✓ the query says yes to u:1")


def test_an_array_on_standard_input_is_refused_as_in_a_file(
    wirewatch: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'[\n {"uri": "u:1", "title": "Russia"}\n]\n')))
    done = wirewatch("explain", "--rule", "Russia OR China", "--article", "-")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("error: standard input: is one JSON array")
    assert "jq -c '.[]'" in done.err


@pytest.mark.parametrize(
    ("rule", "article", "told"),
    [
        (["pakt", "--rules", "rules.yaml"], "one.json", "there is no rule pakt\n  hint: did you mean pact?"),
        (["zzz", "--rules", "rules.yaml"], "one.json", "to ask a query and no rule of a file, leave --rules out"),
        (["bad", "--rules", "rules.yaml"], "one.json", "rules.yaml:7: rule bad\nRussia AND (\n           ^ this"),
        (["Russia AND"], "one.json", "error: the query\nRussia AND\n       ^ AND has nothing on its right"),
        (["@firms"], "one.json", "there is no list firms"),
        (["Russia"], "news.jsonl", "there are several articles in it\n  hint: say which line"),
        (["Russia"], "news.jsonl:2", "news.jsonl:2: there is no article in this line"),
        (["Russia"], "news.jsonl:9", "the last one before it is in line 3"),
        (["Russia"], "none.json", "cannot be read: No such file"),
        (["Russia"], "rules.yaml", "rules.yaml: no JSON"),
    ],
    ids=[
        "a slip in the id",
        "an unknown id",
        "a rule that is refused",
        "a query that is refused",
        "an unknown list",
        "several articles",
        "an empty line",
        "a line behind the last",
        "no file",
        "no article",
    ],
)
def test_what_cannot_be_taken_ends_with_1_and_the_way_out(
    wirewatch: Command, files: Path, rule: list[str], article: str, told: str
) -> None:
    given = [files / each if each == "rules.yaml" else each for each in rule]
    done = wirewatch("explain", "--rule", *given, "--article", files / article)
    assert (done.code, done.out) == (1, "")
    assert told in done.err


def test_a_rule_that_is_not_live_is_explained_and_that_is_said(wirewatch: Command, files: Path) -> None:
    done = wirewatch("explain", "--rule", "draft", "--rules", files / "rules.yaml", "--article", files / "one.json")
    assert done.code == 0
    assert done.err == "the rule is draft: no article is matched against it\n"


def test_a_contradiction_is_called_one(wirewatch: Command, files: Path) -> None:
    done = wirewatch("explain", "--rule", "China AND NOT China", "--article", files / "one.json")
    assert done.out.endswith("No change of its clauses would make it match: the rule contradicts itself.\n")


def test_many_occurrences_and_alternatives_are_counted(wirewatch: Command, files: Path) -> None:
    article = written(files, "many.json", json.dumps({"uri": "u:2", "body": "Russia " * 30}))
    rule = "Russia OR " + " OR ".join(f"w{number}" for number in range(40))
    out = wirewatch("explain", "--rule", rule, "--article", article).out
    assert "and 27 more\n" in out
    assert "and 21 others false\n" in out


def test_text_of_others_never_steers_the_terminal(wirewatch: Command, files: Path) -> None:
    evil = "Rus\u202esia \x1b[2J\x9b31m\r\n"
    article = {"uri": "u:\x1b1", "title": evil, "body": f"{evil} Russia {evil}", "authors": [evil], "language": evil}
    path = written(files, "evil.json", json.dumps(article))
    for rule in ("Russia", "China", "author:rus* AND lang:ko", 'China //\x1b[2J \n "b\x9b c"'):
        done = wirewatch("explain", "--rule", rule, "--article", path)
        assert done.code == 0
        assert not set(done.out) & set("\x1b\x9b\u202e\r"), rule


def run_in(encoding: str, *arguments: Any) -> bytes:
    command = [sys.executable, "-m", "workers", "explain", *map(str, arguments)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout


def test_a_terminal_without_unicode_gets_words_for_signs(files: Path) -> None:
    out = run_in("ascii", "--rule", "Russia AND 평양", "--article", files / "one.json").decode("ascii")
    assert out.startswith("no  the query says no to u:1 - Russia?s defence\n")
    assert "  yes russia\n      title 0-6  [[Russia]]?s defence\n  no  ??  should be true\n" in out


def test_one_word_without_a_file_of_rules_may_have_been_meant_as_an_id(wirewatch: Command, files: Path) -> None:
    done = wirewatch("explain", "--rule", "pact", "--article", files / "one.json")
    assert done.code == 0
    assert "pact is taken as a query; to ask the rule of this id, say which file it is in: --rules FILE" in done.err
    assert wirewatch("explain", "--rule", "Russia AND pact", "--article", files / "one.json").err == ""
