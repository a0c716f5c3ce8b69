"""The short way for plain rules gives what the parser gives, and leaves to the parser what it refuses."""

from __future__ import annotations

from random import Random

import pytest

from workers.match import Matcher
from workers.match.engine.clauses import Need, branches, grouped
from workers.match.engine.keys import Clause, Literal
from workers.match.engine.plain import PlainRule, Term, Tokens, plain_rule
from workers.rules.language import RuleError, parse

MADE_OF = [
    *["alpha", "Beta", "colour", "a", "1987", "near", "alp*", "be*", "~alphas", '"alpha beta"', '"AND"', '"x"', '""'],
    *["AND", "OR", "NOT", "AND NOT", "(", ")", "NEAR/5", "W/0", "PRE/1000", "ONEAR/2", "NEAR/1001", "NEAR/S", "NEAR"],
    *["W", "ANY", "ATLEAST", "AND*", "~OR", "~", "*", '"', "/", "title:alpha", "=US", "12*", "1abc*", "a~b", "N*"],
]


def read(rule: PlainRule) -> Need:
    clauses = [_clause(terms) for terms in rule.clauses]
    for terms in rule.denied:
        clauses += [frozenset((Literal(key, negated=True),)) for key, _, _ in _clause(terms)]
    return Need(tuple(clauses), exact=True, checks=tuple(rule.checks))


def _clause(terms: list[Term]) -> Clause:
    return grouped(frozenset(Literal(term.key) for term in terms))


def assert_same(rule: PlainRule, text: str) -> None:
    (expected,) = branches(parse(text))
    found = read(rule)
    assert (set(found.clauses), found.exact) == (set(expected.clauses), expected.exact), text
    assert set(found.checks) == set(expected.checks), text


@pytest.mark.parametrize(
    "text",
    [
        "acme",
        "North Korea",
        '"north korea" AND (missile OR launch) AND NOT football',
        "colour OR defence OR centre OR a OR b OR c OR d OR e OR f OR g",
        "a NOT b NOT (c OR d)",
        "a NOT (b OR c OR d OR e OR f OR g OR h OR i OR j)",
        '(a OR "b c") AND "d" e',
        "A AND a AND NOT a",
        '"AND" AND "or not"',
        "missile* AND (~launching OR rockets)",
        "north kore* ~launching",
        "oil NEAR/10 price AND opec AND NOT gas",
        "oil* PRE/3 ~price AND a W/2 b",
    ],
)
def test_the_short_way_gives_what_the_parser_gives(text: str) -> None:
    rule = plain_rule(text, Tokens())
    assert rule is not None
    assert_same(rule, text)


@pytest.mark.parametrize("spaces", [0.5, 1.0])
def test_the_short_way_never_differs_from_the_parser(spaces: float) -> None:
    random = Random(7)
    tokens = Tokens()
    plain = left = 0
    for _ in range(12_000):
        chosen = random.choices(MADE_OF[: random.choice((13, 26, len(MADE_OF)))], k=random.randint(1, 9))
        text = "".join(each + (" " if random.random() < spaces else "") for each in chosen)
        rule = plain_rule(text, tokens)
        if rule is not None:
            plain += 1
            try:
                assert_same(rule, text)
            except RuleError:
                pytest.fail(f"refused, but taken for plain: {text}")
        else:
            left += 1
    assert min(plain, left) > 300, (plain, left)


@pytest.mark.parametrize(
    "text",
    [
        *["", "NOT a", "a OR NOT b", "a AND", "(a OR b", "a)", '""', '"a', "a AND OR b", "NEAR", "ANY", "()", "a OR"],
        *["ab*", "a NEAR/0 b", "a NEAR/1001 b", "a NEAR/5", "~", "NOT a NEAR/2 b"],
    ],
)
def test_what_is_refused_is_refused_both_ways(text: str) -> None:
    assert plain_rule(text, Tokens()) is None
    with pytest.raises(RuleError):
        Matcher({"a": text})


def test_rules_given_at_once_are_filed_as_those_added_one_by_one() -> None:
    words = [f"word{number}" for number in range(40)]
    random = Random(3)
    rules = {}
    for number in range(6000):
        one, two, *more = random.sample(words, random.choice((2, 4, 20)))
        middle = random.choice(["AND", "NEAR/3", "AND NOT"])
        rules[f"r{number:04}"] = f"{one} {middle} {two}" + (f" AND ({' OR '.join(more)})" if more else "")
        if number % 7 == 0:
            rules[f"r{number:04}"] = f"title:({one} OR {two})"
    at_once, one_by_one = Matcher(rules), Matcher()
    for rule_id, text in rules.items():
        one_by_one.add(rule_id, text)
    for _ in range(20):
        article = {"title": " ".join(random.choices(words, k=4)), "body": " ".join(random.choices(words, k=9))}
        found = at_once.match(article)
        assert found
        assert found == one_by_one.match(article)
    assert (at_once.terms, len(at_once)) == (one_by_one.terms, 6000)
    for rule_id in rules:
        at_once.remove(rule_id)
    assert (at_once.terms, len(at_once)) == (0, 0)
