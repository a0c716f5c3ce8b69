"""Text of others never steers the terminal."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.commands.terminal import plain, say, say_error, say_json

EVERYTHING = "".join(chr(each) for each in range(0x110000))
STEERING = {"Cc", "Cs", "Zl", "Zp"}
BIDI_CLASSES = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def test_no_character_that_steers_a_terminal_is_left() -> None:
    left = {f"U+{ord(each):04X}" for each in set(plain(EVERYTHING)) if unicodedata.category(each) in STEERING}
    left |= {f"U+{ord(each):04X}" for each in set(plain(EVERYTHING)) if unicodedata.bidirectional(each) in BIDI_CLASSES}
    assert not left


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        pytest.param("Пхеньян 평양 ⚡ naïve", "Пхеньян 평양 ⚡ naïve", id="other scripts stay"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="the joiner that Persian needs stays"),
        pytest.param("a\x1b[31mb", "a␛[31mb", id="escape"),
        pytest.param("a\x9b31mb", "a\ufffd31mb", id="escape in one character"),
        pytest.param("a\rb\nc\td", "a b c d", id="line breaks and tabs"),
        pytest.param("\x00\x7f", "␀␡", id="nothing and delete"),
        pytest.param("invoice\u202egnp.exe", "invoice\ufffdgnp.exe", id="right to left override"),
    ],
)
def test_a_character_is_shown_as(given: str, shown: str) -> None:
    assert plain(given) == shown
    assert len(plain(given)) == len(given)


@given(st.text())
def test_plain_keeps_the_length_and_is_plain_already(text: str) -> None:
    assert len(plain(text)) == len(text)
    assert plain(plain(text)) == plain(text)


def test_what_is_said_in_either_way_is_plain(capfd: pytest.CaptureFixture[str]) -> None:
    say("\x1b[31m", ("[bold]\x07", "bold"))
    say_error("\x1b]0;x\x07\nsecond line", "\x9b")
    told = capfd.readouterr()
    assert told.out == "␛[31m[bold]␇\n"
    assert told.err == "error: ␛]0;x␇\nsecond line\n  hint: \ufffd\n"


def test_json_keeps_its_value_and_loses_what_steers(capfd: pytest.CaptureFixture[str]) -> None:
    value = {"title": "\x1b[31m \x7f \x9b \u2028 \u202e \U000e0041 평양"}
    say_json(json.dumps(value, ensure_ascii=False))
    text = capfd.readouterr().out
    assert json.loads(text) == value
    assert text.count("\n") == 1
    assert text.rstrip("\n") == plain(text.rstrip("\n"))
    assert "평양" in text
