"""`rules check` with notes: for people a picture, for programs codes with their places."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.commands.conftest import Command

RULES: list[dict[str, object]] = [
    {"id": "slip", "query": "russia and ukraine"},
    {"id": "wide", "query": "korea"},
    {"id": "narrow", "query": '"north korea" AND lead:troops'},
    {"id": "free", "query": "NOT a"},
]


def written(folder: Path, name: str, rows: list[dict[str, object]]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_rule_with_notes_is_legal_and_shown_with_carets(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", written(tmp_path, "r.jsonl", RULES[:1]))
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        'OK slip  "russia and ukraine"',
        "   russia and ukraine",
        "          ^ lower-case-operator: and in lower case is a word to look for",
        "     hint: write AND for the operator, or put the phrase in quotes",
    ]


def test_json_has_the_notes_with_their_places(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--json", written(tmp_path, "r.jsonl", RULES))
    assert done.code == 1  # one is refused, and has no notes
    slip, wide, narrow, free = map(json.loads, done.out.splitlines())
    assert set(slip["lint"][0]) == {"code", "start", "end", "message", "proposal"}
    assert [(note["code"], note["start"], note["end"]) for note in slip["lint"]] == [("lower-case-operator", 7, 10)]
    assert wide["lint"] == []
    assert [note["code"] for note in narrow["lint"]] == ["covered-rule"]
    assert "lint" not in free


def test_updates_by_sources_of_a_rule_that_takes_each_article_for_a_story_are_noted(
    wirewatch: Command, tmp_path: Path
) -> None:
    rules: list[dict[str, object]] = [
        {"id": "never", "query": "oil AND gas", "dedup": "article", "updates": "sources"},
        {"id": "versions", "query": "coal", "dedup": "article", "updates": "versions"},
        {"id": "stories", "query": "wind", "updates": "sources"},
    ]
    never, *others = map(
        json.loads, wirewatch("rules", "check", "--json", written(tmp_path, "r.jsonl", rules)).out.splitlines()
    )
    assert [(note["code"], note["start"], note["end"]) for note in never["lint"]] == [("never-updated", 0, 11)]
    assert [each["lint"] for each in others] == [[], []]
    shown = wirewatch("rules", "check", tmp_path / "r.jsonl").out
    assert "never-updated: with dedup: article each article is a story of its own" in shown
    assert "hint: write dedup: story, or leave updates: sources out" in shown


def test_articles_tell_of_inflections_wildcards_and_fields(wirewatch: Command, tmp_path: Path) -> None:
    words = " ".join(f"con{number}" for number in range(1_001))
    articles: list[dict[str, object]] = [
        {"uri": f"urn:{number}", "title": "sanctions", "body": words if number == 1 else "sanctions"}
        for number in range(12)
    ]
    rules: list[dict[str, object]] = [
        {"id": "r", "query": "lead:sanction OR con*"},
        {"id": "good", "query": "~sanction AND title:other"},
    ]
    path = written(tmp_path, "a.jsonl", [{"uri": "no article"}, *articles])
    done = wirewatch("rules", "check", "--json", "--articles", path, written(tmp_path, "r.jsonl", rules))
    assert (done.code, done.err) == (0, "")
    poor, good = map(json.loads, done.out.splitlines())
    assert [note["code"] for note in poor["lint"]] == ["empty-field", "one-inflection", "wide-wildcard"]
    assert good["lint"] == []


def test_a_file_without_articles_is_refused(wirewatch: Command, tmp_path: Path) -> None:
    path = written(tmp_path, "a.jsonl", [{"uri": "no article"}])
    done = wirewatch("rules", "check", "--articles", path, written(tmp_path, "r.jsonl", RULES[:1]))
    assert done.code == 1
    assert "has no article" in done.err


def test_without_lint_there_are_no_notes(wirewatch: Command, tmp_path: Path) -> None:
    done = wirewatch("rules", "check", "--no-lint", written(tmp_path, "r.jsonl", RULES[:1]))
    assert (done.code, done.out) == (0, 'OK slip  "russia and ukraine"\n')
