"""The engine splits texts as the evaluator does, whatever they are made of."""

from __future__ import annotations

from random import Random

import pytest

from schemas.article import Article
from workers.match import Matcher
from workers.match.evaluate import holds, plain
from workers.match.reading import Reading
from workers.rules.language.split import split
from workers.rules.language.tree import Exact, Not, Phrase, Query, Stem, Wildcard, Word

ASCII = [
    "a",
    "b",
    "S",
    "d",
    "US",
    "qu",
    "1",
    "000",
    "23",
    "'",
    "'",
    ".",
    ".",
    ",",
    "&",
    "+",
    "#",
    " ",
    " ",
    "-",
    "\n",
    "s",
]
LATIN = [*ASCII, "é", "E\u0301", "ß", "İ", "ı", "’", "“", "—", "\u00ad", "\u00a0", "ſ", "ﬁ", "½", "²", "\u0301"]
OTHERS = [
    *LATIN,
    "中",
    "国",
    "が",
    "か\u3099",
    "ー",
    "ไ",
    "ท",
    "ำ",
    "한",
    "글",
    "Ж",
    "й",
    "ع",
    "\u0640",
    "ﷺ",
    "１",
    "。",
    "\ud800",
]


@pytest.mark.parametrize("parts", [ASCII, LATIN, OTHERS], ids=["ascii", "latin", "others"])
@pytest.mark.parametrize("stems", [False, True], ids=["no stems", "stems"])
def test_texts_of_any_characters_have_the_same_words(parts: list[str], stems: bool) -> None:
    random = Random(len(parts))
    matcher = Matcher()
    rules: dict[str, Query] = {}
    hits = 0
    for number in range(400):
        title, body = ("".join(random.choices(parts, k=random.randint(1, 60))) for _ in range(2))
        article = Article.model_construct(uri="u:1", title=title, body=body, language=random.choice(["en", "tr", "fr"]))
        for token in split(body)[:6]:
            rules[f"r{random.randrange(200):03}"] = _rule(random, token.exact, token.folded, stems)
        for rule_id, rule in rules.items():
            if random.random() < 0.1:
                matcher.add(rule_id, rule)
        matcher = matcher if number % 50 else _filled(rules)
        for rule_id, rule in rules.items():
            matcher.add(rule_id, rule)
        reading = Reading(article)
        texts = plain(reading)
        expected = [rule_id for rule_id, rule in sorted(rules.items()) if holds(rule, reading, texts)]
        assert matcher.match(article) == expected, (title, body)
        hits += len(expected)
    assert hits > 1000


def _filled(rules: dict[str, Query]) -> Matcher:
    matcher = Matcher()
    for rule_id, rule in rules.items():
        matcher.add(rule_id, rule)
    return matcher


def _rule(random: Random, exact: str, folded: str, stems: bool) -> Query:
    match random.randrange(6):
        case 0:
            return Exact(exact)
        case 1:
            return Phrase((Word(folded), Word(random.choice(["a", "us", "中", folded]))))
        case 2:
            return Phrase((Exact(exact), Word(folded), Word("a")))
        case 3:
            return Stem(folded) if stems else Not(Word(folded))
        case 4 if len(folded) > 3 and folded.isalnum():
            return Wildcard(folded[:3] + "*")
        case _:
            return Word(folded)
