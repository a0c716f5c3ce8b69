"""`stories`: which articles of a file tell the same story."""

from __future__ import annotations

import gzip
import json
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.commands.conftest import Command
from tests.unit.dedup.prose import prose
from workers.commands.terminal import say_line
from workers.dedup import story_of

NEWS = prose(1)
ARTICLES: list[dict[str, Any]] = [
    {"uri": "u:1", "title": "Storm in the north", "body": NEWS, "url": "https://example.com/1"},
    {"uri": "u:2", "title": "Weather", "body": NEWS[: len(NEWS) * 7 // 10]},
    {"uri": "u:3", "body": prose(2)},
    {"uri": "u:4", "body": prose(3), "url": "http://www.example.com/1/?utm_source=feed"},
    {"uri": "u:5", "body": prose(2).upper()},
    {"uri": "u:2", "version": 2, "body": prose(4)},
]


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


@pytest.mark.parametrize(
    "command",
    [
        ("stories", "--articles", "{file}"),
        ("scan", "--rules", "{rules}", "--articles", "{file}"),
        ("rules", "check", "{rules}", "--articles", "{file}"),
        ("publish", "{file}"),
        ("explain", "--rule", "storm OR wind", "--article", "{file}"),
    ],
    ids=lambda command: command[0],
)
def test_a_file_that_is_one_array_is_told_with_the_way_out(
    wirewatch: Command, tmp_path: Path, command: tuple[str, ...]
) -> None:
    file, rules = tmp_path / "articles.json", tmp_path / "rules.jsonl"
    file.write_text(json.dumps(ARTICLES, indent=1))
    rules.write_text('{"id": "storm", "query": "storm"}\n')
    done = wirewatch(*(each.format(file=file, rules=rules) for each in command))
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"error: {file}: is one JSON array, and must be JSON Lines: one object a line\n"
        "  hint: make lines of it: jq -c '.[]' articles.json > articles.jsonl\n"
    )


def test_each_article_has_a_line_in_the_order_of_the_file(wirewatch: Command, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(lines(ARTICLES))
    done = wirewatch("stories", "--articles", file)
    assert (done.code, done.err) == (0, "")
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [list(row) for row in rows] == [["uri", "story", "same_as", "likeness", "reason"]] * 6
    assert [(row["uri"], row["reason"], row["same_as"]) for row in rows] == [
        ("u:1", "first", None),
        ("u:2", "like", "u:1"),
        ("u:3", "first", None),
        ("u:4", "same_url", "u:1"),
        ("u:5", "same_text", "u:3"),
        ("u:2", "same_article", "u:2"),
    ]
    assert [row["story"] for row in rows] == [story_of(uri) for uri in ("u:1", "u:1", "u:3", "u:1", "u:3", "u:1")]
    assert [row["likeness"] > 0.9 for row in rows] == [False, True, False, False, True, False]


def test_ctrl_c_ends_it_in_the_midst_of_a_file(
    wirewatch: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(lines(ARTICLES))

    shown: list[Mapping[str, Any]] = []

    def interrupted(row: Mapping[str, Any]) -> None:
        say_line(row)
        shown.append(row)
        if len(shown) == 1:  # a second one ends whatever runs
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("workers.commands.stories.say_line", interrupted)
    done = wirewatch("stories", "--articles", file)
    assert (done.code, len(done.out.splitlines())) == (130, 1)


def test_the_same_article_again_and_its_versions_are_told_as_such(wirewatch: Command, tmp_path: Path) -> None:
    half = NEWS[: len(NEWS) // 2].rpartition(" ")[0]
    file = tmp_path / "articles.jsonl"
    rows: list[dict[str, Any]] = [
        {"uri": "u:1", "body": NEWS},
        {"uri": "u:1", "body": NEWS},
        {"uri": "u:2", "body": half},
        {"uri": "u:2", "body": half},
        {"uri": "u:1", "version": 3, "body": prose(5)},
        {"uri": "u:1", "version": 2, "body": NEWS},
        {"uri": "u:1", "version": 3, "body": prose(5)},
        {"uri": "u:1", "version": 3, "body": prose(6)},
        {"uri": "u:3", "body": NEWS},
    ]
    file.write_text(lines(rows))
    done = wirewatch("stories", "--articles", file)
    told = [json.loads(line) for line in done.out.splitlines()]
    assert [(row["reason"], row["same_as"], row["likeness"]) for row in told] == [
        ("first", None, 0),
        ("same_article", "u:1", 1),
        ("like", "u:1", 1),
        ("same_article", "u:2", 1),
        ("same_article", "u:1", 0),
        ("superseded", "u:1", 0),
        ("same_article", "u:1", 1),
        ("same_article", "u:1", 0),
        ("same_text", "u:1", 1),
    ]
    assert {row["story"] for row in told} == {story_of("u:1")}


def test_gzip_is_read_too(wirewatch: Command, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl.gz"
    file.write_bytes(gzip.compress(lines(ARTICLES).encode()))
    assert len(wirewatch("stories", "--articles", file).out.splitlines()) == 6


def test_a_line_that_is_no_article_is_told_and_the_others_are_placed(wirewatch: Command, tmp_path: Path) -> None:
    file = tmp_path / "articles.jsonl"
    file.write_text(lines(ARTICLES[:1]) + '{"uri": "u:2"}\n' + lines(ARTICLES[1:2]))
    done = wirewatch("stories", "--articles", file)
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert [row["uri"] for row in rows] == ["u:1", None, "u:2"]
    assert (rows[1]["line"], rows[1]["error"]["reason"]) == (2, "no_text")
    assert f"{file}:2: " in done.err
    assert done.err.endswith("1 line is no article\n")


def test_a_file_that_is_not_there_is_refused(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("stories", "--articles", tmp_path / "none.jsonl")
    assert (done.code, done.out) == (1, "")
    assert "cannot be read" in done.err
