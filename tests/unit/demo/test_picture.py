"""The picture for the README: an excerpt of a run, that fetches nothing from elsewhere."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from schemas.alert import AlertKind
from schemas.reasons import HeldReason
from tests.unit.demo.test_summary import alert, decision, letter
from workers.commands.demo_picture import SHOWN, recorded
from workers.demo.summary import Summary

PICTURE = Path(__file__).parents[3] / "docs/demo.svg"


@pytest.fixture
def picture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """One of a run with many alerts."""
    path = tmp_path / "demo.svg"
    with recorded(path) as screen:
        screen.doing("starting")
        screen.done("broker", "there")
        for number in range(20):
            screen.alert(alert(f"al_{number}", f"rule-{number}"))
            screen.held(decision(f"de_{number}", HeldReason.SAME_STORY))
            screen.letter(letter(number))
        screen.summary(Summary(rules=3, articles=60))
    return path.read_text(encoding="utf-8")


def words(svg: str) -> str:
    """Its text."""
    return " ".join(" ".join(ElementTree.fromstring(svg).itertext()).replace("\xa0", " ").split())  # noqa: S314  # ours


def test_it_shows_the_first_few_and_the_summary(picture: str) -> None:
    text = words(picture)
    assert all(f"rule-{number} " in text for number in range(SHOWN[AlertKind.CREATED]))
    assert "rule-4 " not in text
    assert text.count("held back: same story") == text.count("dead letter ") == 1
    assert "articles 60 published" in text
    assert "starting" not in text


def test_a_row_stands_for_each_run_of_records_that_are_left_out(picture: str) -> None:
    rows = words(picture)
    assert rows.count("…") == 3  # in front of the third and fourth alert, and at the end
    assert re.search(r"… ─+ Summary", rows)


def test_a_character_of_two_columns_has_the_room_of_two(tmp_path: Path) -> None:
    path = tmp_path / "demo.svg"
    with recorded(path) as screen:
        screen.done("wide", "地震")
        screen.done("narrow", "<&>x")
        screen.summary(Summary(rules=3, articles=60))
    svg = path.read_text(encoding="utf-8")
    wide, narrow = (
        float(re.findall(rf'textLength="([\d.]+)"[^>]*>{text}<', svg)[0]) for text in ("地震", "&lt;&amp;&gt;x")
    )
    assert wide == narrow > 0


@pytest.mark.parametrize("which", ["made now", "in docs"])
def test_it_fetches_nothing(which: str, picture: str) -> None:
    svg = picture if which == "made now" else PICTURE.read_text(encoding="utf-8")
    assert set(re.findall(r"https?://[^\"' )]+", svg)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"@font-face|@import|href=\"[^#]|url\([^#]", svg)


def test_the_picture_in_docs_is_of_a_whole_run() -> None:
    text = words(PICTURE.read_text(encoding="utf-8"))
    assert "Russia and North Korea, defence → security, asia" in text
    assert "held back: same story as demo:pyongyang-treaty" in text
    assert "retracted: canceled" in text
    assert "takes back al_" in text
    assert "Summary" in text
