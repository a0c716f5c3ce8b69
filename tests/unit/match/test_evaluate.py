"""What a rule means, clause by clause."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.article import Article
from workers.errors import Broken
from workers.match import evaluate
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
)

A, B, C, X = Word("alpha"), Word("beta"), Word("gamma"), Word("absent")
NORTH_KOREA = Phrase((Word("north"), Word("korea")))
ARTICLE: dict[str, Any] = {
    "uri": "urn:1",
    "title": "Alpha beta",
    "lead": "Gamma. North",
    "body": "Korea's beta and beta.\n\nAlpha of Reuters",
    "source": "Reuters News",
    "section": "World",
    "authors": ["Ann Lee", "Bob Day"],
    "places": ["North Korea", "South Sudan"],
    "subjects": ["presidentes"],
    "language": "pt_BR",
    "country": "KP",
    "urgency": 3,
}


def says(query: Query, **fields: Any) -> bool:
    return evaluate(query, Article.model_validate({**ARTICLE, **fields}))


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (A, True),
        (X, False),
        (And((A, C)), True),
        (And((A, X)), False),
        (Or((X, C)), True),
        (Or((X, Word("none"))), False),
        (Not(X), True),
        (Not(A), False),
        (And((A, Not(X))), True),
        (AnyOf(2, (A, X, C)), True),
        (AnyOf(3, (A, X, C)), False),
        (AnyOf(1, (X, Not(X))), True),
        (Phrase((A, B)), True),
        (Phrase((B, A)), True),
        (Phrase((C, A)), False),
        (NORTH_KOREA, False),
        (Wildcard("kor*"), True),
        (Wildcard("kor?"), False),
        (Stem("betas"), True),
        (Exact("Korea"), True),
        (Exact("korea"), False),
    ],
    ids=[
        "a word",
        "a word that is absent",
        "AND over fields",
        "AND with one absent",
        "OR",
        "OR of absent ones",
        "NOT of an absent one",
        "NOT",
        "AND NOT",
        "ANY/2 of two",
        "ANY/3 of two",
        "ANY counts a NOT",
        "a phrase",
        "a phrase over paragraphs",
        "a phrase in the wrong order",
        "a phrase does not run from one field into the next",
        "a wildcard",
        "a wildcard that is too short",
        "a stem",
        "exact",
        "exact in another case",
    ],
)
def test_words_and_logic(query: Query, answer: bool) -> None:
    assert says(query) is answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (InField("title", A), True),
        (InField("lead", A), False),
        (InField("title", And((A, C))), False),
        (InField("text", And((A, C))), True),
        (InField("title", And((A, Not(C)))), True),
        (And((InField("title", A), Not(C))), False),
        (InField("body", Or((C, A))), True),
        (InField("title", AtLeast(2, A)), False),
        (InField("title", NotNear(A, Word("of"), 1)), True),
        (InField("body", NotNear(A, Word("of"), 1)), False),
        (First(1, Word("korea")), True),
        (First(3, Phrase((B, Word("and"), B))), False),
        (First(4, Phrase((B, Word("and"), B))), True),
        (First(4, And((B, Not(A)))), True),
        (First(5, And((B, Not(A)))), False),
        (First(1000, Word("reuters")), True),
        (First(2, A), False),
    ],
    ids=[
        "in the title",
        "not in the lead",
        "AND inside of one field",
        "AND inside of all three",
        "NOT sees the field alone",
        "NOT outside sees all fields",
        "OR inside of a field",
        "ATLEAST inside of a field",
        "NOT NEAR inside of the title",
        "NOT NEAR inside of the body",
        "the first word",
        "an occurrence that begins inside",
        "an occurrence that lies inside",
        "NOT sees nothing behind",
        "NOT sees what is inside",
        "more words than there are",
        "the title is not the body",
    ],
)
def test_fields(query: Query, answer: bool) -> None:
    assert says(query) is answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (Near(A, B, 1, ordered=False), True),
        (Near(B, A, 1, ordered=True), True),
        (Near(C, Word("north"), 1, ordered=False), True),
        (Near(C, Word("north"), "P", ordered=False), True),
        (Near(C, Word("north"), "S", ordered=False), False),
        (Near(Word("korea"), A, 4, ordered=False), True),
        (Near(Word("korea"), A, 3, ordered=False), False),
        (Near(Word("reuters"), B, 10, ordered=True), False),
        (Near(Word("reuters"), B, 10, ordered=False), True),
        (Near(Word("reuters"), B, "P", ordered=False), False),
        (Near(B, B, 2, ordered=False), True),
        (Near(B, B, 1, ordered=False), False),
        (Near(Near(B, B, 2, ordered=False), A, 1, ordered=False), True),
        (NotNear(B, A, 1), True),
        (NotNear(A, B, 1), False),
        (NotNear(A, B, "P"), True),
        (NotNear(C, C, 1), False),
        (NotNear(Word("and"), Phrase((B, Word("and"))), 1), False),
        (AtLeast(3, B), True),
        (AtLeast(4, B), False),
        (AtLeast(3, Or((B, Phrase((B, Word("and")))))), True),
        (AtLeast(4, Or((B, Phrase((B, Word("and")))))), False),
        (AtLeast(5, Or((A, B))), True),
        (AtLeast(2, Near(A, B, 1, ordered=False)), True),
    ],
    ids=[
        "side by side is 1",
        "ordered",
        "over a sentence end",
        "in one paragraph",
        "not in one sentence",
        "four apart",
        "four are not three",
        "the wrong order",
        "any order",
        "not in one paragraph",
        "the same word twice",
        "no word is shared",
        "a NEAR is an operand from its first word to its last",
        "an occurrence without one near",
        "every occurrence has one near",
        "none in the paragraph",
        "what overlaps is within",
        "a phrase that overlaps is within",
        "occurrences of all fields count",
        "there are no more",
        "occurrences that begin at one word are one",
        "so there are no more",
        "alternatives count together",
        "occurrences of a NEAR",
    ],
)
def test_near_and_counts(query: Query, answer: bool) -> None:
    assert says(query) is answer


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        (Metadata("source", Word("reuters")), True),
        (Metadata("source", NORTH_KOREA), False),
        (Metadata("place", NORTH_KOREA), True),
        (Metadata("place", And((Word("north"), Word("sudan")))), True),
        (Metadata("place", Near(Word("korea"), Word("south"), 5, ordered=False)), False),
        (Metadata("place", Phrase((Word("korea"), Word("south")))), False),
        (Metadata("place", And((Word("sudan"), Not(Word("north"))))), False),
        (Metadata("author", AtLeast(2, Or((Word("ann"), Word("bob"))))), True),
        (Metadata("author", AnyOf(2, (Word("ann"), Word("bob"), X))), True),
        (Metadata("author", Or((X, Word("bob")))), True),
        (Metadata("section", Exact("World")), True),
        (Metadata("subject", Wildcard("pres*")), True),
        (Metadata("subject", Stem("presidente")), True),
        (Metadata("subject", A), False),
        (Not(Metadata("subject", A)), True),
        (Codes("lang", ("pt",)), True),
        (Codes("lang", ("pt-br",)), True),
        (Codes("lang", ("pt-b",)), False),
        (Codes("lang", ("p",)), False),
        (Codes("country", ("kr", "kp")), True),
        (Codes("country", ("kp-01",)), False),
    ],
    ids=[
        "a word of the source",
        "a phrase that is elsewhere",
        "a phrase in an entry",
        "AND asks all entries together",
        "NEAR does not reach from one entry into the next",
        "a phrase does not run from one entry into the next",
        "NOT asks all entries together",
        "ATLEAST counts through the entries",
        "ANY asks all entries together",
        "OR",
        "exact",
        "a wildcard",
        "a stem",
        "a word of the text",
        "NOT outside",
        "the longer form of a code",
        "the code without case, underscore as hyphen",
        "no part of a subtag",
        "no part of a code",
        "a bracket of codes",
        "no longer code than the article's",
    ],
)
def test_metadata_and_codes(query: Query, answer: bool) -> None:
    assert says(query) is answer


@pytest.mark.parametrize(
    ("comparison", "passing"),
    [("<", [4]), ("<=", [3, 4]), ("=", [3]), (">=", [2, 3]), (">", [2])],
)
def test_numbers_are_compared(comparison: Any, passing: list[int]) -> None:
    assert [value for value in (2, 3, 4) if says(Number("urgency", comparison, value))] == passing


def test_the_words_of_title_lead_and_body_are_counted_together() -> None:
    assert says(Number("words", "=", 11))


@pytest.mark.parametrize(
    "query",
    [
        Number("urgency", "<=", 9),
        Number("urgency", ">=", 0),
        Codes("lang", ("en",)),
        Metadata("source", Word("reuters")),
        Metadata("place", Or((A, Word("korea")))),
        InField("lead", C),
        First(5, B),
    ],
    ids=["number", "any number", "code", "source", "place", "lead", "body"],
)
def test_what_is_missing_never_passes_and_its_not_does(query: Query) -> None:
    bare = Article(uri="urn:2", title="Alpha beta gamma Reuters Korea")
    assert not evaluate(query, bare)
    assert evaluate(Not(query), bare)


def test_a_tree_with_a_list_in_it_cannot_be_asked() -> None:
    with pytest.raises(Broken, match="lists in place"):
        evaluate(ListRef("firms"), Article.model_validate(ARTICLE))
