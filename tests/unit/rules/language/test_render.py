"""The canonical form."""

from __future__ import annotations

import pytest

from workers.rules.language import parse, render


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("Russia", "russia", id="folded"),
        pytest.param("North   Korea", '"north korea"', id="a phrase is quoted"),
        pytest.param("led wom?n", '"led wom?n"', id="wildcards are quoted with the words"),
        pytest.param("=US led troops", '=US "led troops"', id="other places stand beside the quotes"),
        pytest.param("~a b =C", "~a b =C", id="a word alone needs no quotes"),
        pytest.param("a b @l c d", '"a b" @l "c d"', id="two quotes around a list"),
        pytest.param("(a OR b) (c d)", '(a OR b) "c d"', id="brackets only for alternatives"),
        pytest.param("((a NEAR/2 b)) c", "(a NEAR/2 b) c", id="NEAR in a phrase"),
        pytest.param('="Apple Watch"', "=Apple =Watch", id="exact words one by one"),
        pytest.param("a AND b OR c", "(a AND b) OR c", id="brackets where AND and OR meet"),
        pytest.param("a AND (b OR c)", "a AND (b OR c)", id="brackets that are needed"),
        pytest.param("((a)) AND (b AND c)", "a AND b AND c", id="no brackets that are not"),
        pytest.param("a NOT b", "a AND NOT b", id="A NOT B is A AND NOT B"),
        pytest.param("a NOT (b OR c)", "a AND NOT (b OR c)", id="NOT of a bracket"),
        pytest.param("a AND NOT (b NEAR/2 c)", "a AND NOT b NEAR/2 c", id="NEAR is tighter than NOT"),
        pytest.param("a AND NOT (NOT b)", "a AND NOT NOT b", id="NOT of NOT"),
        pytest.param("a W/5 b ONEAR/S c", "a NEAR/5 b PRE/S c", id="one name for each operator"),
        pytest.param("(a NEAR/1 b) NEAR/2 c", "a NEAR/1 b NEAR/2 c", id="grouped from the left"),
        pytest.param("a NEAR/1 (b NEAR/2 c)", "a NEAR/1 (b NEAR/2 c)", id="grouped from the right"),
        pytest.param("(a NEAR/1 b) NOT W/P (c OR d)", "a NEAR/1 b NOT NEAR/P (c OR d)", id="NOT NEAR"),
        pytest.param("ATLEAST/2 ((a OR b))", "ATLEAST/2(a OR b)", id="ATLEAST"),
        pytest.param("ANY/2(a,(b OR c),1,5)", "ANY/2(a, b OR c, 1.5)", id="ANY"),
        pytest.param("title:(North Korea)", 'title:"north korea"', id="a field takes a run"),
        pytest.param("title: (a OR b) c", "title:(a OR b) c", id="a run that begins with a bracket"),
        pytest.param("title:(a NEAR/1 b)", "title:(a NEAR/1 b)", id="a field takes a bracket"),
        pytest.param("title:(NOT a) AND b", "title:(NOT a) AND b", id="NOT in a field"),
        pytest.param("first/007:a", "first/7:a", id="first"),
        pytest.param("source:(New York Times)", 'source:"new york times"', id="metadata"),
        pytest.param("lang:(pt_BR)", "lang:pt-br", id="one code"),
        pytest.param("country:(KP OR kr)", "country:(kp OR kr)", id="codes"),
        pytest.param("words >= 1,000", "words>=1000", id="a test"),
        pytest.param("a // comment\nAND\tb", "a AND b", id="no comments, one space"),
        pytest.param("中国", '"中 国"', id="letters that are words"),
        pytest.param('"AND"', "and", id="a quoted operator is a word"),
        pytest.param("Æ+ c++", '"æ+ c++"', id="a letter that folds to two, with a plus"),
        pytest.param("\u0640&b", "\u0640&b", id="a letter that folds to nothing, with an ampersand"),
    ],
)
def test_the_canonical_form_is(text: str, canonical: str) -> None:
    assert render(parse(text)) == canonical
    assert render(parse(canonical)) == canonical
