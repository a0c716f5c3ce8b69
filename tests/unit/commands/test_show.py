"""How alerts and decisions read on a terminal and in a pipe."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from schemas import Alert, Decision
from schemas.alert import AlertKind, ArticleReference, Evidence, RuleReference, Times
from schemas.reasons import HeldReason
from workers.commands.show import show

NOW = datetime.now(UTC)
RULE = RuleReference(id="pact", name="Russia and\x1b[31m North Korea", version=1, query="x", priority=1)
ARTICLE = ArticleReference(
    uri="u:1", version=1, title="Summit\x9b2J in \u202ePyongyang", source="Reuters\x07", url="https://example.org/a"
)
EXCERPT = "… [[North Korea]] signed\na [[defence]] pact\x1b]0;x\x07 " + "word " * 40


def alert(**changes: object) -> Alert:
    fields = {
        "id": "al_1",
        "kind": AlertKind.CREATED,
        "rule": RULE,
        "article": ARTICLE,
        "story": "s",
        "evidence": Evidence(hits=(), excerpt=EXCERPT),
        "channels": ("asia", "europe"),
        "times": Times(received=NOW),
        **changes,
    }
    return Alert.model_validate(fields)


DECISION = Decision(
    id="de_1",
    reason=HeldReason.SEEN_ALREADY,
    rule=RULE,
    article=ARTICLE,
    story="s",
    detail="told by al_1",
    record="articles/0/1",
    received=NOW,
)


def shown(record: Alert | Decision, *, terminal: bool, width: int = 60) -> str:
    file = io.StringIO()
    console = Console(
        file=file, force_terminal=terminal, color_system="standard" if terminal else None, width=width, soft_wrap=True
    )
    show(record, console)
    return file.getvalue()


@pytest.mark.parametrize("record", [alert(), DECISION], ids=["alert", "decision"])
def test_nothing_of_others_reaches_the_terminal_as_control(record: Alert | Decision) -> None:
    text = shown(record, terminal=False)
    assert not set(text) & {*map(chr, range(10)), *map(chr, range(11, 32)), *map(chr, range(127, 160)), "\u202e"}


def test_an_alert_in_a_pipe_has_time_rule_channels_title_source_and_hits_in_brackets() -> None:
    head, title, excerpt, url, *rest = shown(alert(), terminal=False).splitlines()
    local = NOW.astimezone()
    assert head == f"{local:%H:%M:%S}  Russia and␛[31m North Korea  → asia, europe"
    assert title.split() == ["Summit\ufffd2J", "in", "\ufffdPyongyang", "—", "Reuters␇"]
    assert excerpt.startswith("          … [[North Korea]] signed a [[defence]] pact")
    assert url == "          https://example.org/a"
    assert rest == [""]


def test_hits_stand_in_colour_on_a_terminal() -> None:
    text = shown(alert(), terminal=True)
    assert "\x1b[1;30;43mNorth Korea\x1b[0m" in text
    assert "[[" not in text


def test_a_terminal_that_wants_no_colour_gets_brackets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "[[North Korea]]" in shown(alert(), terminal=True)


def test_lines_are_indented_and_as_wide_as_the_terminal_but_addresses_stay_whole() -> None:
    url = "https://example.org/" + "a" * 80
    text = shown(alert(article=ARTICLE.model_copy(update={"url": url})), terminal=False)
    assert max(map(len, text.splitlines())) > 200, "a pipe gets whole lines"
    file = io.StringIO()
    show(
        alert(article=ARTICLE.model_copy(update={"url": url})),
        Console(file=file, force_terminal=True, color_system=None, width=60, soft_wrap=True),
    )
    lines = file.getvalue().splitlines()
    assert " " * 10 + url in lines
    assert all(len(line) <= 60 for line in lines if url not in line)
    assert all(line.startswith(" " * 10) for line in lines[1:-1])


def test_another_day_is_told_with_its_date() -> None:
    day = NOW - timedelta(days=2)
    assert f"{day.astimezone():%Y-%m-%d %H:%M:%S}" in shown(alert(times=Times(received=day)), terminal=False)


def test_an_alert_without_title_address_and_channel_still_says_what_it_is() -> None:
    bare = alert(article=ArticleReference(uri="u:7", version=1), channels=(), channels_unknown=("asai",))
    text = shown(bare, terminal=False)
    assert "no channel  (no record of asai)" in text
    assert text.count("u:7") == 2


def test_a_decision_says_why_nothing_was_sent() -> None:
    head, _, detail, *_ = shown(DECISION, terminal=False).splitlines()
    assert head.endswith("North Korea  held back: seen already")
    assert detail.strip() == "told by al_1"


def test_a_decision_names_its_article_by_the_uri_that_others_are_told_by() -> None:
    """Copies of a story have the same title: the uri tells which of them was held back."""
    assert shown(DECISION, terminal=False).splitlines()[3:] == ["          u:1", ""]


@pytest.mark.parametrize(
    ("excerpt", "expected"),
    [
        pytest.param(
            "Summit in [[Pyongyang]] … on [[defence]]",
            ["Summit in [[Pyongyang]] — Wire", "on [[defence]]"],
            id="begins with the title",
        ),
        pytest.param("Summit in [[Pyongyang]]", ["Summit in [[Pyongyang]] — Wire"], id="is the title"),
        pytest.param(
            "in [[Pyongyang]] … on [[defence]]",
            ["Summit in [[Pyongyang]] — Wire", "on [[defence]]"],
            id="begins with a part of the title",
        ),
        pytest.param(
            "… in [[Pyongyang]] … on [[defence]] …",
            ["Summit in [[Pyongyang]] — Wire", "on [[defence]] …"],
            id="begins with the end of the title",
        ),
        pytest.param("[[Summit]] in …", ["[[Summit]] in Pyongyang — Wire"], id="is the beginning of the title"),
        pytest.param("[[Sum]]", ["Summit in Pyongyang — Wire", "[[Sum]]"], id="is a part of a word of the title"),
        pytest.param("on [[defence]]", ["Summit in Pyongyang — Wire", "on [[defence]]"], id="is of the body"),
    ],
)
def test_a_title_is_shown_once_with_its_hits(excerpt: str, expected: list[str]) -> None:
    record = alert(
        article=ArticleReference(uri="u:1", version=1, title="Summit in  Pyongyang", source="Wire"),
        evidence=Evidence(hits=(), excerpt=excerpt),
    )
    lines = shown(record, terminal=False).splitlines()[1:-2]
    assert [" ".join(line.split()) for line in lines] == expected


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "retracted", "cause": "no_longer_matches"}, "retracted: no longer matches"),
        ({"kind": "corrected", "cause": "correction"}, "corrected"),
        ({"kind": "updated", "cause": "sources", "sources": 10}, "updated: 10 sources"),
        ({"kind": "retracted"}, "retracted"),
    ],
)
def test_what_follows_on_an_alert_is_not_taken_for_one(changes: dict[str, object], said: str) -> None:
    assert shown(alert(**changes), terminal=False).splitlines()[0].endswith(f"  {said}")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param(
            {"kind": "retracted", "cause": "canceled"},
            "takes back al_0; the title is that of version 1, which came now",
            id="retracted",
        ),
        pytest.param({"kind": "corrected", "cause": "correction"}, "follows on al_0", id="corrected"),
        pytest.param({"kind": "updated", "cause": "sources", "sources": 3}, "follows on al_0", id="updated"),
    ],
)
def test_what_follows_on_an_alert_names_it(changes: dict[str, object], said: str) -> None:
    """A new version has a title of its own: by that nobody knows the alert again."""
    assert shown(alert(**changes, previous="al_0"), terminal=False).splitlines()[-2].strip() == said


@pytest.mark.parametrize(
    ("detail", "shown_lines"),
    [
        pytest.param("alert al_7 told of it", ["alert al_7 told of it"], id="in its detail"),
        pytest.param("version 1 came late", ["version 1 came late", "alert al_7"], id="besides"),
        pytest.param("", ["alert al_7"], id="alone"),
    ],
)
def test_a_decision_names_the_alert_that_told_already_once(detail: str, shown_lines: list[str]) -> None:
    told = DECISION.model_copy(update={"detail": detail, "alert_id": "al_7"})
    assert [line.strip() for line in shown(told, terminal=False).splitlines()[2:]] == [*shown_lines, "u:1", ""]


def test_a_first_alert_is_told_without_its_kind() -> None:
    assert "created" not in shown(alert(), terminal=False)
