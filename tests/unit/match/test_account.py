"""The account of a rule and an article: clauses, answers, occurrences, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.article import Article
from workers.errors import Broken
from workers.match import account
from workers.match.clause import Account, Clause, Leaf, Occurrence
from workers.match.reading import published
from workers.rules.language import expand, parse
from workers.rules.language.tree import METADATA_FIELDS, ListRef

LISTS = {"capitals": ["Pyongyang", "Moscow", '"Mexico City"'], "units": ["troops"], "all": ["@capitals", "@units"]}
ARTICLE = Article.model_validate(
    {
        "uri": "urn:1",
        "title": "Russia’s defence, sanctioned",
        "body": "North of Korea. A summit in Korea and Pyongyang's troops — the ﬁrst\u00ad in US.",
        "authors": ["Ann Lee", "Bob Day"],
        "places": ["North Korea", "Norway"],
        "urgency": 3,
        "language": "en-GB",
    }
)


def told(text: str, article: Article = ARTICLE) -> Account:
    return account(parse(text, LISTS), article, LISTS)


def every(clause: Clause) -> Iterator[Clause]:
    yield clause
    for each in clause.clauses:
        yield from every(each)


def clause_of(found: Account, canonical: str) -> Clause:
    return next(each for each in every(found.clause) if each.canonical == canonical)


def text_at(article: Article, occurrence: Occurrence) -> str:
    field = occurrence.field
    if field in ("lang", "country"):
        return (article.language if field == "lang" else article.country) or ""
    if field in METADATA_FIELDS:
        return published(article, field)[occurrence.entry or 0]  # type: ignore[arg-type]
    return getattr(article, field, None) or ""


class TestOccurrences:
    @pytest.mark.parametrize(
        ("text", "field", "written", "folded", "by"),
        [
            pytest.param("Russia", "title", "Russia", "russia", "word", id="a word"),
            pytest.param("defense", "title", "defence", "defence", "spelling", id="the other spelling"),
            pytest.param("~sanctions", "title", "sanctioned", "sanctioned", "stem", id="a stem"),
            pytest.param("~summit", "body", "summit", "summit", "word", id="a stem's own word"),
            pytest.param("~defense", "title", "defence", "defence", "spelling", id="a stem's other spelling"),
            pytest.param("pyong*", "body", "Pyongyang", "pyongyang", "wildcard", id="a wildcard"),
            pytest.param("=US", "body", "US", "us", "exact", id="exact"),
            pytest.param('"the first"', "body", "the ﬁrst\u00ad", "the first", "phrase", id="a phrase, folded"),
            pytest.param(
                "Korea PRE/3 Pyongyang", "body", "Korea and Pyongyang", "korea and pyongyang", "near", id="PRE"
            ),
            pytest.param("Korea NOT NEAR/2 north", "body", "Korea", "korea", "word", id="NOT NEAR"),
            pytest.param("lang:en", "lang", "en-GB", "en-gb", "code", id="a code"),
            pytest.param("place:north", "place", "North", "north", "word", id="in metadata"),
            pytest.param("first/3:Korea", "body", "Korea", "korea", "word", id="in the first words"),
        ],
    )
    def test_each_says_where_it_stands_and_by_which_way_it_was_found(
        self, text: str, field: str, written: str, folded: str, by: str
    ) -> None:
        occurrence = told(text).clause.occurrences[0]
        assert (occurrence.field, occurrence.written.strip("\u00ad"), occurrence.folded) == (
            field,
            written.strip("\u00ad"),
            folded,
        )
        assert occurrence.by == by
        assert text_at(ARTICLE, occurrence)[occurrence.start : occurrence.end] == occurrence.written

    def test_those_in_a_field_of_several_entries_say_which_entry(self) -> None:
        assert [each.entry for each in told("place:nor*").clause.occurrences] == [0, 1]
        assert [each.entry for each in told("Russia").clause.occurrences] == [None]

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("@capitals", "capitals"),
            ("@capitals NEAR/5 summit", "capitals"),
            ("ATLEAST/1(@capitals)", "capitals"),
            ("Russia OR @all", "all"),
        ],
    )
    def test_those_of_a_list_name_it_wherever_it_stands(self, text: str, name: str) -> None:
        clause = clause_of(told(text), "pyongyang")
        assert [each.list_name for each in clause.occurrences] == [name]
        assert text[slice(*(clause.span or ()))] == f"@{name}"

    def test_a_list_of_one_entry_names_itself_too(self) -> None:
        assert [each.list_name for each in told("@units").clause.clauses[0].occurrences] == ["units"]
        assert clause_of(told("@units PRE/9 first"), "troops").list_name == "units"

    def test_in_near_those_that_take_part_count_and_come_first(self) -> None:
        article = Article(uri="urn:1", body="korea " * 50 + "far " * 50 + "korea summit")
        found = account(parse("korea NEAR/1 summit"), article, occurrences_max=2)
        korea = clause_of(found, "korea")
        assert [(each.start, each.counted) for each in korea.occurrences] == [(0, False), (500, True)]
        assert korea.occurrences_count == 51

    def test_what_near_missed_is_told_part_by_part(self) -> None:
        found = told("Russia NEAR/3 summit")
        assert [(part.canonical, part.answer, part.occurrences_count) for part in found.clause.clauses] == [
            ("russia", True, 1),
            ("summit", True, 1),
        ]

    def test_numbers_and_codes_say_what_the_article_has(self) -> None:
        found = told("Russia AND urgency<=2 AND lang:ko AND country:kp AND words>=3")
        values = {each.canonical: each.value for each in every(found.clause) if each.kind in ("number", "codes")}
        assert values == {"urgency<=2": "3", "lang:ko": "en-GB", "country:kp": None, "words>=3": "17"}

    def test_counts_say_how_many_were_found(self) -> None:
        found = told("ATLEAST/3(Korea) OR ANY/2(Russia, absent, missing)")
        assert [(each.needed, each.found) for each in found.clause.clauses] == [(3, 2), (2, 1)]


class TestClauses:
    def test_spans_are_places_of_the_rule_as_typed(self) -> None:
        text = 'Russia  AND ( "North  Korea" OR NOT title:defense )'
        written = {clause.canonical: text[slice(*(clause.span or ()))] for clause in every(told(text).clause)}
        assert written == {
            'russia AND ("north korea" OR NOT title:defense)': text,
            "russia": "Russia",
            '"north korea" OR NOT title:defense': '"North  Korea" OR NOT title:defense',
            '"north korea"': '"North  Korea"',
            "north": "North",
            "korea": "Korea",
            "NOT title:defense": "NOT title:defense",
            "title:defense": "title:defense",
        }

    def test_what_the_outcome_stands_on_counts(self) -> None:
        found = told("(Russia OR absent) AND (missing OR summit) AND NOT (absent AND Korea)")
        assert [each.canonical for each in every(found.clause) if each.counted and not each.clauses] == [
            "russia",
            "summit",
            "absent",
        ]

    def test_a_rule_whose_lists_are_in_place_is_told_without_their_names(self) -> None:
        found = account(expand(parse("@capitals AND Russia", LISTS), LISTS), ARTICLE)
        assert found.answer
        assert clause_of(found, "pyongyang").span == (0, 9)

    def test_lists_that_nobody_gave_are_our_mistake(self) -> None:
        with pytest.raises(Broken, match="@capitals"):
            account(ListRef("capitals"), ARTICLE)


class TestWhatIsMissing:
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [
            pytest.param("Russia AND China", ["china"], id="one side of AND"),
            pytest.param("Russia AND NOT defense", ["NOT defense"], id="what should not be there"),
            pytest.param("(absent AND missing) OR China", ["china"], id="the cheaper side of OR"),
            pytest.param("ANY/3(Russia, absent, missing, gone)", ["absent", "missing"], id="as many as ANY lacks"),
            pytest.param("title:(Russia AND summit)", ["title:summit"], id="in its field"),
            pytest.param("Russia AND NOT place:norway", ["NOT place:norway"], id="in metadata"),
            pytest.param("first/2:summit", ["first/2:summit"], id="in the first words"),
            pytest.param("(China AND Iran) OR (China AND absent AND gone)", ["china", "iran"], id="once"),
            pytest.param("(a1 OR b1) AND (a1 OR c1) AND (b1 OR a1)", ["a1"], id="one that serves in three places"),
            pytest.param("Russia NEAR/2 summit AND urgency=1", ["russia NEAR/2 summit", "urgency=1"], id="NEAR whole"),
            pytest.param("@capitals NEAR/1 absent", ["@capitals NEAR/1 absent"], id="with a list in it"),
        ],
    )
    def test_the_smallest_set_is_told(self, text: str, wanted: list[str]) -> None:
        found = told(text).wanted
        assert found
        assert [f"{'NOT ' if leaf.answer else ''}{leaf.canonical}" for leaf in found.leaves] == wanted
        assert (found.count, found.smallest, found.possible) == (len(wanted), True, True)

    def test_each_of_them_is_marked_in_the_tree(self) -> None:
        found = told("Russia AND China AND NOT defense")
        assert {each.canonical: each.wanted for each in every(found.clause) if each.wanted is not None} == {
            "china": True,
            "defense": False,
        }

    def test_a_leaf_in_several_places_has_all_of_them(self) -> None:
        found = told("China AND (China OR summit)").wanted
        assert found
        assert found.leaves == (Leaf("china", ((0, 5), (11, 16)), None, answer=False),)  # type: ignore[arg-type]

    def test_a_rule_that_contradicts_itself_is_said_to(self) -> None:
        found = told("China AND NOT China").wanted
        assert found
        assert (found.possible, found.smallest, found.leaves) == (False, True, ())

    def test_the_failing_leaves_are_those_the_answer_stands_on(self) -> None:
        found = told("Russia AND (China OR Iran) AND NOT defense")
        assert [(leaf.canonical, leaf.answer) for leaf in found.failing] == [
            ("china", False),
            ("iran", False),
            ("defense", True),
        ]

    def test_a_rule_that_says_yes_has_nothing_missing(self) -> None:
        found = told("Russia")
        assert (found.answer, found.failing, found.wanted) == (True, (), None)
