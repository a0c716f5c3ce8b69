"""The engine's door explains each of its rules, however it was given."""

from __future__ import annotations

import pytest

from schemas.article import Article
from workers.match import Matcher
from workers.rules.language import parse

ARTICLE = Article(uri="a:1", title="Acme sells wheat", body="By the Black Sea.")
RULES = {
    "plain": "wheat AND black",
    "list": "@firms AND NOT rye",
    "near": "acme NEAR/1 sells NEAR/1 wheat",
    "branched": "(wheat AND sea) OR (rye AND NOT oats)",
    "no": "rye OR oats",
}
LISTS = {"firms": ["acme", "initech"]}


@pytest.mark.parametrize("rule_id", list(RULES))
def test_the_account_of_a_rule_has_the_answer_of_the_match(rule_id: str) -> None:
    matcher = Matcher(RULES, LISTS)
    assert matcher.explain(rule_id, ARTICLE).answer is (rule_id in matcher.match(ARTICLE))
    assert matcher.explain(rule_id, ARTICLE.model_dump()).answer is (rule_id in matcher.match(ARTICLE))


def test_a_rule_given_as_a_tree_is_explained_after_an_edit_as_it_stands_now() -> None:
    matcher = Matcher()
    matcher.add("r", parse("rye"))
    assert not matcher.explain("r", ARTICLE).answer
    matcher.add("r", parse("wheat"))
    assert matcher.explain("r", ARTICLE).answer


def test_a_list_is_named_in_the_account_of_a_rule_given_as_text() -> None:
    account = Matcher(RULES, LISTS).explain("list", ARTICLE)
    assert "firms" in repr(account)


def test_a_rule_that_is_not_there_is_a_key_error() -> None:
    matcher = Matcher(RULES, LISTS)
    matcher.remove("plain")
    with pytest.raises(KeyError):
        matcher.explain("plain", ARTICLE)
