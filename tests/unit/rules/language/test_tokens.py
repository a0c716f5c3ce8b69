"""How the text of a rule is cut: operators, brackets, prefixes, and what is words."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from tests.unit.rules.language.trees import MISTYPED
from workers.rules.language.normalise import normalise
from workers.rules.language.refusal import RuleError
from workers.rules.language.scanner import Scanner
from workers.rules.language.tokens import Kind, Source, Token


def tokens(text: str) -> list[Token]:
    return list(Scanner(Source(normalise(text))).tokens())


def told(token: Token) -> str:
    """The kind, in upper case, with what it counts; or the words, in lower case."""
    if token.kind is Kind.PLACES:
        return "+".join(
            str(next(iter(getattr(node, name) for name in type(node).__match_args__))) for node in token.nodes
        )
    count = token.count or token.reach
    return f"{token.kind.name}{'<' if token.ordered else ''}{f'/{count}' if count else ''}"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("a AND b", "a AND b", id="an operator alone"),
        pytest.param("(a)OR(b)", "OPEN a CLOSE OR OPEN b CLOSE", id="brackets end pieces"),
        pytest.param('a"b c"d', "a b+c d", id="quotes end pieces"),
        pytest.param("a NOT b", "a NOT b", id="NOT"),
        pytest.param("a NOT\n//\nNEAR/3 b", "a NOT_NEAR/3 b", id="NOT NEAR is one"),
        pytest.param("NOT NOT NEAR/3", "NOT NOT_NEAR/3", id="NOT before NOT NEAR"),
        pytest.param("a PRE/S b W/9 c", "a NEAR</S b NEAR/9 c", id="kinds of NEAR"),
        pytest.param("ATLEAST/2(a)", "CALL/2 OPEN a CLOSE", id="ATLEAST"),
        pytest.param("ANY/1(a,b,(c,d),1,5)", "CALL/1 OPEN a COMMA b COMMA OPEN c+d CLOSE COMMA 1.5 CLOSE", id="ANY"),
        pytest.param("ANY/1(a) b,c", "CALL/1 OPEN a CLOSE b+c", id="commas behind ANY"),
        pytest.param("title:a first/7:b", "FIELD a FIELD/7 b", id="fields"),
        pytest.param("title:AND", "FIELD AND", id="an operator behind a field"),
        pytest.param("ANDa AND/OR a/AND", "anda and+or a+and", id="operators stand alone"),
        pytest.param("and Or W", "and or w", id="words"),
        pytest.param("urgency<3 urgency", "urgency urgency", id="a test and a word"),
        pytest.param("~a-b =C-d @l", "a+b C+d l", id="prefixes"),
        pytest.param("a//b\nc// d", "a c", id="comments"),
        pytest.param("a\u2028//b\u2029c", "a c", id="comments end at any line break"),
        pytest.param('"a//b"', "a+b", id="no comments in quotes"),
        pytest.param("a/b / c", "a+b  c", id="one slash is no comment"),
    ],
)
def test_a_text_is_cut_into(text: str, cut: str) -> None:
    *found, end = tokens(text)
    assert " ".join(map(told, found)) == cut
    assert end.kind is Kind.END


@given(MISTYPED)
def test_tokens_follow_each_other_and_leave_out_only_space_and_comments(text: str) -> None:
    source = Source(normalise(text))
    try:
        found = list(Scanner(source).tokens())
    except RuleError:
        assume(False)
    at = 0
    for token in found:
        between = source.text[at : token.start]
        assert at <= token.start <= token.end <= len(source.text)
        assert not between.strip() or "//" in between
        at = token.end
    assert at == len(source.text)
