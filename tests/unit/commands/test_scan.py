"""`scan`: rules against articles, without Kafka."""

from __future__ import annotations

import gzip
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
- {id: zeta, query: Russia AND North Korea}
- {id: alpha, query: title:summit}
- {id: draft, query: Russia, status: draft}
- {id: many, query: '@capitals'}
"""
LISTS = '{"id":"capitals","entries":["Pyongyang","Moscow"]}'
ARTICLES = [
    {"uri": "u:2", "title": "A summit", "body": "Russia and its neighbour North Korea"},
    {"uri": "u:1", "title": "From Moscow"},
    {"uri": "u:3", "title": "Nothing"},
    {"uri": "u:2", "title": "The summit goes on"},
]


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def lines(rows: list[Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def scan_of(folder: Path, rules: str = RULES, articles: str | None = None) -> list[Path | str]:
    return [
        "scan",
        "--rules",
        written(folder, "rules.yaml", rules),
        "--lists",
        written(folder, "lists.jsonl", LISTS),
        "--articles",
        written(folder, "articles.jsonl", lines(ARTICLES) if articles is None else articles),
    ]


def test_each_article_has_a_line_in_the_order_of_the_file(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch(*scan_of(tmp_path))
    assert done.code == 0
    assert done.out.splitlines() == [
        '{"uri":"u:2","rules":["zeta","alpha"]}',
        '{"uri":"u:1","rules":["many"]}',
        '{"uri":"u:3","rules":[]}',
        '{"uri":"u:2","rules":["alpha"]}',
    ]


def test_rules_that_are_not_live_are_not_asked_and_that_is_said(wirewatch: Command, tmp_path: Path) -> None:
    assert wirewatch(*scan_of(tmp_path)).err == "not asked, as they are not live: draft\n"


def test_gzip_is_read_too(wirewatch: Command, tmp_path: Path) -> None:
    plain = wirewatch(*scan_of(tmp_path)).out
    packed = tmp_path / "articles.jsonl"
    packed.write_bytes(gzip.compress(packed.read_bytes()))
    arguments = ["scan", "--rules", tmp_path / "rules.yaml", "--lists", tmp_path / "lists.jsonl", "--articles", packed]
    assert wirewatch(*arguments).out == plain


def test_with_a_refused_rule_nothing_but_the_refusal_is_printed(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch(*scan_of(tmp_path, RULES + "- {id: bad, query: Russia AND (}\n"))
    assert (done.code, done.out) == (1, "")
    assert "rules.yaml:5: rule bad\nRussia AND (\n           ^ " in done.err


def test_a_line_that_is_no_article_keeps_its_place_and_the_exit_code_tells(wirewatch: Command, tmp_path: Path) -> None:
    text = lines(ARTICLES[:1]) + '\nnope\n{"uri":"u:9"}\n' + lines(ARTICLES[1:2])
    done = wirewatch(*scan_of(tmp_path, articles=text))
    assert done.code == 1
    first, second, third, last = map(json.loads, done.out.splitlines())
    assert (first["uri"], last["uri"]) == ("u:2", "u:1")
    assert (second["uri"], second["line"], second["error"]["reason"]) == (None, 3, "not_json")
    assert (third["uri"], third["line"], third["error"]["reason"]) == (None, 4, "no_text")
    assert "articles.jsonl:3: no JSON" in done.err
    assert "articles.jsonl:4: title, lead and body are all empty" in done.err
    assert done.err.endswith("2 lines are no articles\n")


def test_many_lines_that_are_no_articles_are_all_in_the_output_and_few_on_standard_error(
    wirewatch: Command, tmp_path: Path
) -> None:
    done = wirewatch(*scan_of(tmp_path, articles="nope\n" * 1000))
    assert len(done.out.splitlines()) == 1000
    assert done.err.count("no JSON") == 20
    assert done.err.endswith("1000 lines are no articles\n")


def test_the_limit_of_an_article_is_the_setting(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIREWATCH_ARTICLES_MAX_BYTES", "1024")
    text = lines([{"uri": "u:1", "title": "x" * 1024}])
    done = wirewatch(*scan_of(tmp_path, articles=text))
    assert json.loads(done.out)["error"]["reason"] == "too_large"


def test_an_article_file_that_breaks_off_ends_with_1(wirewatch: Command, tmp_path: Path) -> None:
    arguments = scan_of(tmp_path)
    (tmp_path / "articles.jsonl").write_bytes(gzip.compress(lines(ARTICLES).encode())[:-9])
    done = wirewatch(*arguments)
    assert done.code == 1
    assert "cannot be read" in done.err


def test_a_reader_that_has_enough_is_no_error_to_tell(tmp_path: Path) -> None:
    arguments = scan_of(tmp_path, articles=lines(ARTICLES * 20_000))
    command = [sys.executable, "-m", "workers", *map(str, arguments)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stderr is not None
    with process.stderr, process.stdout:
        assert process.stdout.readline() == '{"uri":"u:2","rules":["zeta","alpha"]}\n'
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == "not asked, as they are not live: draft\n"


def test_a_terminal_that_knows_no_korean_gets_the_same_json(tmp_path: Path) -> None:
    arguments = scan_of(tmp_path, articles=lines([{"uri": "평양😀", "title": "Moscow"}]))
    done = subprocess.run(
        [sys.executable, "-m", "workers", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    assert done.stdout.isascii()
    assert json.loads(done.stdout) == {"uri": "평양😀", "rules": ["many"]}
