"""The living rule set: edits are whole or not at all."""

from __future__ import annotations

import pytest

from schemas.article import Article
from schemas.lists import WordList
from schemas.reasons import RefusalReason
from schemas.rule import Rule, RuleStatus
from workers.errors import Refused
from workers.match import Matcher
from workers.rules.book import Book

ARTICLE = Article(uri="a:1", title="Acme builds centrifuges", body="Initech denies it.")


def told(book: Book) -> list[str]:
    return sorted(book.match(ARTICLE))


def book_with(*rules: Rule, lists: tuple[WordList, ...] = ()) -> Book:
    book = Book(Matcher())
    for words in lists:
        book.put_list(words)
    for rule in rules:
        book.put_rule(rule)
    return book


def test_a_rule_says_yes_from_its_first_record_to_its_tombstone() -> None:
    book = book_with(Rule(id="r", query="acme"))
    assert told(book) == ["r"]
    book.drop_rule("r")
    assert (told(book), len(book)) == ([], 0)


def test_an_edit_replaces_the_query_whole() -> None:
    book = book_with(Rule(id="r", query="acme"))
    book.put_rule(Rule(id="r", query="initech AND NOT acme", version=2))
    assert told(book) == []
    book.put_rule(Rule(id="r", query="initech", version=3))
    assert book.match(ARTICLE)["r"].rule.version == 3


def test_a_refused_query_changes_nothing_and_names_rule_place_and_remedy() -> None:
    book = book_with(Rule(id="r", query="acme"))
    with pytest.raises(Refused, match=r"rule r: query, at character 10: ") as caught:
        book.put_rule(Rule(id="r", query="acme AND (initech", version=2))
    assert caught.value.reason == RefusalReason.QUERY_REFUSED
    assert caught.value.hint
    assert book.match(ARTICLE)["r"].rule.version == 1


@pytest.mark.parametrize("status", [status for status in RuleStatus if status is not RuleStatus.LIVE])
def test_a_rule_that_is_not_live_is_known_and_silent(status: RuleStatus) -> None:
    book = book_with(Rule(id="r", query="acme"))
    book.put_rule(Rule(id="r", query="acme", status=status))
    assert (told(book), len(book)) == ([], 1)
    book.put_rule(Rule(id="r", query="acme"))
    assert told(book) == ["r"]


def test_a_list_edit_reaches_every_rule_that_uses_it_also_through_another_list() -> None:
    firms = WordList(id="firms", entries=("umbrella",))
    all_firms = WordList(id="all", entries=("@firms", "hooli"))
    book = book_with(Rule(id="r", query="@all AND centrifuges"), lists=(firms, all_firms))
    assert told(book) == []
    book.put_list(WordList(id="firms", entries=("umbrella", "acme"), version=2))
    assert told(book) == ["r"]


def test_a_list_edit_that_would_break_one_rule_changes_none() -> None:
    firms = WordList(id="firms", entries=("acme",))
    book = book_with(
        Rule(id="near", query="@firms NEAR/3 centrifuges"), Rule(id="plain", query="@firms"), lists=(firms,)
    )
    with pytest.raises(Refused, match="near"):
        book.put_list(WordList(id="firms", entries=("initech AND acme",), version=2))
    assert told(book) == ["near", "plain"]


def test_a_list_in_use_cannot_be_deleted() -> None:
    book = book_with(Rule(id="r", query="@firms"), lists=(WordList(id="firms", entries=("acme",)),))
    with pytest.raises(Refused, match="firms"):
        book.drop_list("firms")
    assert told(book) == ["r"]
    book.drop_rule("r")
    book.drop_list("firms")
    with pytest.raises(Refused, match="firms"):
        book.put_rule(Rule(id="r", query="@firms"))


def test_a_circle_of_lists_is_refused() -> None:
    book = book_with(lists=(WordList(id="a", entries=("acme",)), WordList(id="b", entries=("@a",))))
    with pytest.raises(Refused, match="list a"):
        book.put_list(WordList(id="a", entries=("@b",)))


def test_deleting_what_is_not_there_is_no_error() -> None:
    book = Book(Matcher())
    book.drop_rule("none")
    book.drop_list("none")
    assert len(book) == 0


def test_a_list_need_not_be_anchored_and_the_rules_that_use_it_must() -> None:
    book = book_with(Rule(id="r", query="acme AND @l"), lists=(WordList(id="l", entries=("wheat", "NOT sport")),))
    assert told(book) == ["r"]
    with pytest.raises(Refused, match="rule s: query, at character 1: this is true of articles that have none"):
        book.put_rule(Rule(id="s", query="@l"))


def test_a_refused_list_is_told_with_its_name_and_entry() -> None:
    with pytest.raises(Refused) as caught:
        book_with(lists=(WordList(id="l", entries=("wheat", "a AND (b")),))
    assert caught.value.message == "list l, entry 2 (a AND (b): this bracket is never closed"
