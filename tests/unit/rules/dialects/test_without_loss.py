"""A rule that came in without a loss says what the query said: held against a plain reading of the query itself."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from schemas.article import Article
from workers.match import evaluate
from workers.match.spellings import spellings
from workers.rules.dialects import translate
from workers.rules.language import parse

QUERIES = Path(__file__).parents[5] / "shared" / "corpora" / "boolean_queries.jsonl.gz"
TOKEN = re.compile(r'"[^"]*"|\(|\)|AND NOT|AND|OR|W/\d+|[^\s()"]+')
Spans = list[tuple[int, int]]  # first and last word of each occurrence


class Plain:
    """Reads a query of one line on the words of one text, with nothing of ours: OR, W/n, AND, AND NOT in this order."""

    def __init__(self, query: str, words: list[str]) -> None:
        self._tokens = [*TOKEN.findall(query), ""]
        self._words = words

    def says_yes(self) -> bool:
        return bool(self._but_not())

    def _is_next(self, sign: str) -> bool:
        return self._tokens[0] == sign or (sign == "W/" and self._tokens[0].startswith(sign))

    def _but_not(self) -> Spans | bool:
        found = self._all()
        while self._is_next("AND NOT"):
            self._tokens.pop(0)
            without = self._all()
            found = bool(found) and not without
        return found

    def _all(self) -> Spans | bool:
        found = self._near()
        while self._is_next("AND"):
            self._tokens.pop(0)
            other = self._near()
            found = bool(found) and bool(other)
        return found

    def _near(self) -> Spans | bool:
        found = self._any()
        while self._is_next("W/"):
            between = int(self._tokens.pop(0)[2:])
            one, other = found, self._any()
            assert isinstance(one, list)
            assert isinstance(other, list)
            pairs = [sorted((here, there)) for here in one for there in other]
            found = [(here[0], there[1]) for here, there in pairs if 0 <= there[0] - here[1] - 1 <= between]
        return found

    def _any(self) -> Spans | bool:
        found = self._one()
        while self._is_next("OR"):
            self._tokens.pop(0)
            other = self._one()
            lists = isinstance(found, list) and isinstance(other, list)
            found = [*found, *other] if lists else bool(found) or bool(other)  # type: ignore[misc]
        return found

    def _one(self) -> Spans | bool:
        token = self._tokens.pop(0)
        if token == "(":
            found = self._but_not()
            assert self._tokens.pop(0) == ")"
            return found
        terms = [re.compile(re.escape(term.lower()).replace(r"\*", ".*")) for term in token.strip('"').split()]
        last = len(terms) - 1
        starts = range(len(self._words) - last)
        return [
            (at, at + last)
            for at in starts
            if all(term.fullmatch(self._words[at + place]) for place, term in enumerate(terms))
        ]


def texts_for(query: str, random: Random) -> Iterator[list[str]]:
    """Texts of the query's own phrases, some with other endings, with words of no meaning between."""
    phrases = [each.strip('"').lower().split() for each in TOKEN.findall(query) if each[0] == '"']
    for _ in range(12):
        words: list[str] = []
        for phrase in random.sample(phrases, random.randint(1, min(len(phrases), 6))):
            words += [word.replace("*", random.choice(["", "s", "x"])) for word in phrase]
            words += ["zz"] * random.choice([0, 0, 1, 2, 3, 4, 5])
            if random.random() < 0.15:
                words.pop()
        yield words


def test_a_rule_without_a_loss_says_what_the_query_says() -> None:
    if not QUERIES.exists():
        pytest.skip(f"{QUERIES.name} is not here: real corpora are kept outside of the repository")
    with gzip.open(QUERIES, "rt", encoding="utf-8") as file:
        rows = [row for row in map(json.loads, file) if row["dialect"].startswith("corpustools")]
    random = Random(8)
    held, said = 0, Counter[bool]()
    for row in random.sample([row for row in rows if " " in row["query"].replace('" "', "")], 900):
        query = row["query"]
        outcome = translate(query, "corpustools", spellings)
        if not outcome.without_loss or outcome.query is None or set("<{?") & set(query):
            continue
        held += 1
        rule = parse(outcome.query)
        for words in texts_for(query, random):
            article = Article(uri="urn:1", title=" ".join(words) or "zz")
            expected = Plain(query, words or ["zz"]).says_yes()
            assert evaluate(rule, article) == expected, (query, outcome.query, words)
            said[expected] += 1
    assert held > 500
    assert min(said[True], said[False]) > 1_000
