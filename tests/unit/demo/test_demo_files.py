"""Files of one's own are checked before anything starts, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.commands.demo_files import script_of
from workers.errors import Refused

RULES = "- id: r\n  query: Suez Canal\n  channels: [ships]\n"
ARTICLE = '{"uri": "a:1", "title": "Suez Canal open again"}\n'


def written(path: Path, text: str) -> Path:
    """The file with this text."""
    path.write_text(text, encoding="utf-8")
    return path


def test_the_samples_are_played_when_nothing_is_given() -> None:
    script = script_of(None, None, 1.0, keep=False)
    assert script.rules == 12
    assert len(script.articles) == 45
    assert {topic.name for topic in script.topics} >= {"articles", "alerts", "alerts.asia", "alerts.health"}


def test_channels_and_lists_go_out_before_the_rules_that_name_them(tmp_path: Path) -> None:
    script = script_of(None, None, 1.0, keep=False)
    topics = [message.topic for message in script.records]
    assert topics == sorted(topics)  # channels, lists, rules
    assert set(topics) == {"channels", "lists", "rules"}


def test_a_channel_that_only_a_rule_names_is_made(tmp_path: Path) -> None:
    script = script_of(None, written(tmp_path / "own.yaml", RULES), 0.0, keep=False)
    assert [message.key for message in script.records] == [b"ships", b"r"]
    assert "alerts.ships" in {topic.name for topic in script.topics}


def test_own_articles_are_played_as_they_stand(tmp_path: Path) -> None:
    script = script_of(written(tmp_path / "own.jsonl", ARTICLE * 2), None, 0.0, keep=True)
    assert [(message.key, message.value) for message in script.articles] == [(b"a:1", ARTICLE.strip().encode())] * 2
    assert script.keep


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(ARTICLE + '{"uri": "a:2"', r"own\.jsonl:2: no JSON at byte", id="a line cut off"),
        pytest.param(
            "\n\n" + '{"uri": "a:2"}',
            r"own\.jsonl:3: title, lead and body are all empty",
            id="no text, behind blank lines",
        ),
        pytest.param("", r"own\.jsonl: there is no article in it", id="empty"),
    ],
)
def test_broken_articles_of_ones_own_are_refused_with_their_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=told):
        script_of(written(tmp_path / "own.jsonl", text), None, 0.0, keep=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            RULES + "- id: s\n  query: (Suez\n", r"own\.yaml:5: rule s\n\(Suez\n\^", id="a query with a caret"
        ),
        pytest.param(RULES + "- id: s\n", r"own\.yaml:4: rule s: query: is missing", id="a field"),
        pytest.param("[]", r"own\.yaml: there is no rule in it", id="empty"),
    ],
)
def test_broken_rules_of_ones_own_are_refused_with_their_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=told):
        script_of(None, written(tmp_path / "own.yaml", text), 0.0, keep=False)


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"none\.jsonl: cannot be read: No such file"):
        script_of(tmp_path / "none.jsonl", None, 0.0, keep=False)


def test_each_problem_is_told_as_an_error_with_its_hint(tmp_path: Path) -> None:
    own = written(tmp_path / "own.jsonl", '{"uri": "a:1"}\n{"title": "t"}\n')
    with pytest.raises(Refused) as caught:
        script_of(own, None, 0.0, keep=False)
    assert caught.value.message.splitlines() == [
        f"{own}:1: title, lead and body are all empty",
        "  hint: an article has at least one of them",
        f"error: {own}:2: uri: is missing",
        "  hint: every article has one: see schemas/json/article.json",
        "error: nothing was started",
    ]
