"""Places of a rule as typed, underlined."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from workers.commands.underlined import LINES_MAX, underlined
from workers.rules.language.refusal import LINE_BREAKS
from workers.rules.language.tree import Span


def spans_of(text: str, *words: str) -> list[Span]:
    return [Span(text.index(word), text.index(word) + len(word)) for word in words]


@pytest.mark.parametrize(
    ("text", "words", "told"),
    [
        pytest.param("a AND b", ["b"], ["a AND b", "      ^"], id="one"),
        pytest.param("aa AND bb", ["bb", "aa"], ["aa AND bb", "^^     ^^"], id="several on a line"),
        pytest.param("a\nAND bb\nAND c", ["bb"], ["AND bb", "    ^^"], id="only the lines that matter"),
        pytest.param("a AND\n  (b\nOR c)", ["(b\nOR c)"], ["  (b", "  ^^", "OR c)", "^^^^^"], id="over two lines"),
        pytest.param("평양 AND é\u0301", ["평양"], ["평양 AND é\u0301", "^^^^"], id="wide characters take two columns"),
        pytest.param("\tb\x1b AND c", ["c"], [" b␛ AND c", "        ^"], id="what would steer the terminal"),
    ],
)
def test_carets_stand_under_the_places(text: str, words: list[str], told: list[str]) -> None:
    assert underlined(text, spans_of(text, *words)) == told


def test_of_a_long_line_the_parts_around_the_places_are_told() -> None:
    text = " AND ".join(f"word{number}" for number in range(1_000))
    told = underlined(text, spans_of(text, "word500", "word900"))
    assert len(told) == 4
    assert max(map(len, told)) <= 162
    for line, carets, word in zip(told[::2], told[1::2], ["word500", "word900"], strict=True):
        assert line[carets.index("^") : carets.rindex("^") + 1] == word
        assert line.startswith("…")
        assert line.endswith("…")


def test_of_many_places_the_first_lines_are_told() -> None:
    text = " AND\n".join(f"word{number}" for number in range(1_000))
    told = underlined(text, [Span(at, at + 1) for at in range(len(text))])
    assert len(told) == 2 * LINES_MAX + 1


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=4))
def test_any_text_and_any_places_are_told_in_pairs_of_lines(text: str, places: list[tuple[int, int]]) -> None:
    spans = [Span(min(one, other, len(text)), min(max(one, other), len(text))) for one, other in places]
    told = underlined(text, spans)
    for line, carets in zip(told[::2], told[1::2], strict=False):
        assert not set(line) & set(LINE_BREAKS)
        assert set(carets) <= {" ", "^"}
        assert cell_len(carets) <= cell_len(line)
