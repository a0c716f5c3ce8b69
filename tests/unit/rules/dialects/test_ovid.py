"""Searches of Ovid and PubMed as rules, and what that changes."""

from __future__ import annotations

import pytest

from workers.match.spellings import spellings
from workers.rules.dialects import translate
from workers.rules.dialects.outcome import Code


def row(query: str, rule: str, *codes: Code) -> object:
    return pytest.param(query, rule, set(codes), id=query[:50])


ROWS = [
    row("malaria.ti.", "title:malaria"),
    row("wom#n.ti.", "title:wom?n"),
    row("thromb$.ti.", "title:thromb*"),
    row("test$1.ti.", "title:(test OR test?)"),
    row("colo?r.ti.", "title:(color OR colo?r)"),
    row("malaria.tw.", "malaria", Code.FIELDS),
    row("(malaria or plasmod*).ti,ab.", "malaria OR plasmod*", Code.FIELDS),
    row("(rapid adj3 test*).ti.", "title:(rapid NEAR/3 test*)"),
    row("(rapid adj test*).ti.", "title:(rapid PRE/1 test*)"),
    row("(rapid adj1 test*).ti.", "title:(rapid NEAR/1 test*)"),
    row("rapid test*.ti.", 'title:"rapid test*"'),
    row("(rapid adj2 (test and kit)).ti.", "title:(rapid NEAR/2 test AND rapid NEAR/2 kit)", Code.AND_IN_PROXIMITY),
    row("a.ti. or b.ti. and c.ti.", "title:a OR (title:b AND title:c)", Code.MIXED_OPERATORS),
    row("malaria.ti. and smith.au.", "title:malaria AND author:smith"),
    row("malaria.ti. and trial.pt.", "title:malaria", Code.DATABASE_ONLY),
    row("malaria.ti. not (exp animals/ not humans.sh.)", "title:malaria", Code.DATABASE_ONLY),
    row("exp Malaria/", "malaria", Code.SUBJECT_HEADING, Code.EXPLOSION),
    row("Tuberculosis, Pulmonary/di [Diagnosis]", '"pulmonary tuberculosis"', Code.SUBJECT_HEADING),
    row("Malaria/ or Fever/", "malaria OR fever", Code.SUBJECT_HEADING),
    row("malaria", "malaria", Code.MAPPING),
    row("a.ti.\nb.ti.\nc.ti.\nor/1-2\n3 and 4", "title:c AND (title:a OR title:b)"),
    row("a.ti.\nb.ti.\n#1 AND #2", "title:a AND title:b"),
    row("a.ti.\nb.ti.\nand/1,2", "title:a AND title:b"),
    row("a.ti.\nlimit 1 to humans", "title:a", Code.DATABASE_ONLY),
    row("a.ti.\nlimit 1 to english language", "title:a AND lang:en"),
    row("a.ti.\nlimit 1 to (english or french)", "title:a AND lang:(en OR fr)"),
    row('a.ti.\nlimit 1 to (humans and english and yr="2000 -Current")', "title:a AND lang:en", Code.DATABASE_ONLY),
    row("a.ti.\nlimit 1 to klingon language", "title:a", Code.DATABASE_ONLY),
    row("a.ti.\nb.ti.\nlimit 2 to english\n1 not 3", "title:a AND NOT title:b", Code.DATABASE_ONLY),
    row("a.ti. and english.la.", "title:a AND lang:en"),
    row("a[ti] AND (eng[la] OR french[la])", "title:a AND (lang:en OR lang:fr)"),
    row("a.ti. and (english or german).lg.", "title:a AND lang:(en OR de)"),
    row("malaria[ti] AND fever[ti]", "title:malaria AND title:fever"),
    row("malaria[tiab] AND fever*[tw]", "malaria AND fever*", Code.FIELDS),
    row('"Malaria"[Mesh]', "malaria", Code.SUBJECT_HEADING, Code.EXPLOSION),
    row("malaria[mesh:noexp]", "malaria", Code.SUBJECT_HEADING),
    row("(malaria[ti] OR\nfever[ti])", "title:malaria OR title:fever"),
    row("malaria[ti] AND 1940/01/01:2015/02/28[crdt]", "title:malaria", Code.DATABASE_ONLY),
    row("(malaria[ti])*", "title:malaria", Code.REPAIRED),
    row("tumour.ti.", "title:tumour", Code.SPELLINGS),
    row("(tumour or tumor).ti.", "title:(tumour OR tumor)"),
    row("(x* or malaria).ti.", "title:malaria", Code.LEFT_OUT),
]
REFUSED = [
    pytest.param("a.ti.\nb.ti.", "uses no other line", id="lines that nothing joins"),
    pytest.param("a.ti.\n1 or 2", "does not stand before it", id="line of itself"),
    pytest.param("a.ti.\n1 or 9", "does not stand before it", id="line that is not there"),
    pytest.param("a.ti.\nor/1-999999999", "too many lines", id="range"),
    pytest.param("1a\nmalaria[ti]\n1b\nfever[ti]", "headings", id="headings between"),
    pytest.param("(malaria.ti.", "never closed", id="open bracket"),
    pytest.param("malaria.ti. and ()", "missing", id="no operand"),
    pytest.param("trial.pt. and english.la.", "nothing of it asks", id="language alone"),
    pytest.param("trial.pt.", "nothing of it asks", id="records alone"),
    pytest.param("(" * 500, "deep", id="deep"),
    pytest.param("\n \n", "nothing in it", id="empty"),
    pytest.param("x*.ti.", "too short", id="stem"),
]


@pytest.mark.parametrize(("query", "rule", "codes"), ROWS)
def test_a_search_is_read_with_all_that_changes(query: str, rule: str, codes: set[Code]) -> None:
    outcome = translate(query, "ovid", spellings)
    assert (outcome.query, {change.code for change in outcome.changes}) == (rule, codes), outcome


@pytest.mark.parametrize(("query", "reason"), REFUSED)
def test_what_cannot_be_said_is_not_taken_and_says_why(query: str, reason: str) -> None:
    outcome = translate(query, "pubmed", spellings)
    assert outcome.query is None
    assert reason in outcome.reason


def test_lines_that_double_at_each_step_are_not_taken() -> None:
    lines = ["(a or b).ti."] + [f"({number} and a.ti.) or ({number} and b.ti.)" for number in range(1, 40)]
    outcome = translate("\n".join(lines), "ovid", spellings)
    assert outcome.query is None
    assert "terms" in outcome.reason
