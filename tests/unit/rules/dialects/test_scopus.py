"""Queries of Scopus and corpustools as rules, and what that changes."""

from __future__ import annotations

import pytest

from workers.match.spellings import spellings
from workers.rules.dialects import translate
from workers.rules.dialects.outcome import Code


def row(query: str, rule: str, *codes: Code) -> object:
    return pytest.param(query, rule, set(codes), id=query[:50])


SCOPUS = [
    row("ship* AND LANGUAGE(english)", "ship* AND lang:en"),
    row("ship* AND LANGUAGE(english OR French)", "ship* AND lang:(en OR fr)"),
    row('ship* AND (LIMIT-TO(LANGUAGE, "English") OR LIMIT-TO(LANGUAGE, "German"))', "ship* AND (lang:en OR lang:de)"),
    row('ship* AND (LIMIT-TO(LANGUAGE, "English") OR LIMIT-TO(LANGUAGE, "Klingon"))', "ship*", Code.DATABASE_ONLY),
    row('ship* AND LIMIT-TO(DOCTYPE, "ar")', "ship*", Code.DATABASE_ONLY),
    row("ship* AND LANGUAGE(klingon)", "ship*", Code.DATABASE_ONLY),
    row("ship* AND NOT LANGUAGE(english)", "ship*", Code.DATABASE_ONLY),
    row('"poverty line*"', '"poverty line*"', Code.WORD_FORMS),
    row('"eradicat*" W/3 "povert*"', "eradicat* NEAR/4 povert*"),
    row("climat* PRE/0 chang*", "climat* PRE/1 chang*"),
    row("(climat* or ocean*) and not fish*", "(climat* OR ocean*) AND NOT fish*"),
    row("climat* W/3 chang* OR adapt*", "climat* NEAR/4 (chang* OR adapt*)"),  # OR binds tightest
    row("fish* OR ocean* AND pollut*", "(fish* OR ocean*) AND pollut*"),
    row("fish* AND NOT ocean* AND pollut*", "fish* AND NOT (ocean* AND pollut*)"),
    row("climat* W/3 chang* AND adapt*", "climat* NEAR/4 chang* AND adapt*"),
    row("climat* W/3 chang* W/3 adapt*", "climat* NEAR/4 chang* NEAR/4 adapt*"),
    row("climat* chang*", "climat* AND chang*"),  # side by side is AND
    row("(fish* AND ship*) W/2 ocean*", "fish* NEAR/3 ocean* AND ship* NEAR/3 ocean*", Code.AND_IN_PROXIMITY),
    row("TITLE(ocean*)", "title:ocean*"),
    row("TITLE-ABS-KEY(ocean* fish*)", "ocean* AND fish*", Code.FIELDS),
    row("ocean* AND PUBYEAR > 2010", "ocean*", Code.DATABASE_ONLY),
    row("ocean* AND DOCTYPE(ar)", "ocean*", Code.DATABASE_ONLY),
    row("SRCTITLE(natur*) AND ocean*", "source:natur* AND ocean*"),
    row("{salt-marsh*}", '"salt marsh*"', Code.EXACT_PHRASE, Code.WILDCARD_IN_BRACES, Code.WORD_FORMS),
    row("ship OR ships", "ship OR ships"),
    row("ship OR ship*", "ship OR ship*"),
    row("ship", "ship", Code.WORD_FORMS),
    row("ships", "ships"),
    row('"laws of seas"', '"laws of seas"', Code.STOP_WORDS, Code.WORD_FORMS),
    row("ocean* OR *ocean", "ocean*", Code.LEFT_OUT),
    row("ocean* OR (fish* AND (ab* OR *x)) OR ship*", "ocean* OR ship*", Code.LEFT_OUT),
    row(r"\"oceans\"", "oceans", Code.REPAIRED),
    row("wom?n", "wom?n"),
]
CORPUSTOOLS = [
    row('"clean water"', '"clean water"'),
    row('("clean water") AND ("wells" OR "rivers")', '"clean water" AND (wells OR rivers)'),
    row("<smart grid*> OR ipcc", '"smart grid*" OR ipcc'),
    row("water wells", "water OR wells"),  # side by side is OR
    row("democrati?ation", "democratiation OR democrati?ation"),
    row("colo?r", "color OR colo?r"),
    row("labour", "labour", Code.SPELLINGS),
    row("labour OR labor", "labour OR labor"),
    row('"world trade organization"', '"world trade organization"', Code.SPELLINGS),
    row('"world organization" OR "world organisation"', '"world organization" OR "world organisation"'),
    row('"hiv/aids"', '"hiv aids"', Code.PUNCTUATION),
    row('"women\'s rights"', '"women rights"', Code.PUNCTUATION),
    row("a AND b OR c", "a AND (b OR c)", Code.MIXED_OPERATORS),
    row("<women AND violence>", "women AND violence", Code.OPERATOR_IN_PHRASE),
    row("bread and butter", "bread OR and OR butter"),  # operators are upper case
]
REFUSED = [
    pytest.param("ocean* AND *fish", "nothing on its left", id="left truncation"),
    pytest.param("ocean* AND NOT (fish* OR *fish)", "nothing on its left", id="left out would let more through"),
    pytest.param("NOT ocean*", "none of the words", id="unanchored"),
    pytest.param("ocean* OR", "missing at the end", id="no operand"),
    pytest.param("(ocean*", "never closed", id="open bracket"),
    pytest.param("ocean*)", "never opened", id="closed bracket"),
    pytest.param('"ocean', "never closed", id="open quote"),
    pytest.param("TITLE(a) W/3 b", "cannot stand inside NEAR", id="field in proximity"),
    pytest.param("a W/1000 b", "out of range", id="too far"),
    pytest.param("(" * 500 + "a", "deep", id="deep"),
    pytest.param("PUBYEAR > 2010", "nothing of it asks", id="filter alone"),
    pytest.param("", "missing", id="empty"),
    pytest.param("a" * 1_000_001, "more than 1,000,000", id="long"),
]


@pytest.mark.parametrize(("query", "rule", "codes"), SCOPUS)
def test_scopus_is_read_with_all_that_changes(query: str, rule: str, codes: set[Code]) -> None:
    outcome = translate(query, "scopus", spellings)
    assert (outcome.query, {change.code for change in outcome.changes}) == (rule, codes), outcome
    assert outcome.without_loss == (not codes)


@pytest.mark.parametrize(("query", "rule", "codes"), CORPUSTOOLS)
def test_corpustools_is_read_with_all_that_changes(query: str, rule: str, codes: set[Code]) -> None:
    outcome = translate(query, "corpustools", spellings)
    assert (outcome.query, {change.code for change in outcome.changes}) == (rule, codes), outcome


@pytest.mark.parametrize(("query", "reason"), REFUSED)
def test_what_cannot_be_said_is_not_taken_and_says_why(query: str, reason: str) -> None:
    outcome = translate(query, "scopus", spellings)
    assert outcome.query is None
    assert reason in outcome.reason


def test_a_language_that_is_left_out_is_said_to_make_the_rule_find_more() -> None:
    (change,) = translate("ship* AND LANGUAGE(klingon)", "scopus", spellings).changes
    assert "LANGUAGE(klingon) names no language that is known here" in change.message
    assert "the rule finds more" in change.message


def test_a_language_alone_is_no_rule() -> None:
    outcome = translate("PUBYEAR > 2010 AND LANGUAGE(english)", "scopus", spellings)
    assert outcome.query is None
    assert "nothing of it asks for text" in outcome.reason
