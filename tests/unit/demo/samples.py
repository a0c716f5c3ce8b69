"""The samples and what is expected of them."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import orjson

from schemas import Article
from workers import articles
from workers.rules.files import read_rules
from workers.rules.language import expand, parse

FOLDER = Path(str(files("workers.demo") / "samples"))
FILE = read_rules(FOLDER / "rules.yaml").checked()
RULES = FILE.rules
LISTS = {name: words.entries for name, words in FILE.lists.items()}
QUERIES = {rule.id: expand(parse(rule.query, LISTS), LISTS) for rule in RULES.values()}
ARTICLES = (FOLDER / "articles.jsonl").read_bytes().splitlines()
EXPECTED: list[tuple[str | None, list[str]]] = [
    (row["uri"], row["rules"])
    for row in map(orjson.loads, (Path(__file__).parents[2] / "data/demo/expected.jsonl").read_bytes().splitlines())
]


def readable() -> list[tuple[str, Article, list[str]]]:
    """Line and uri, article and rules of the lines that are no poison."""
    return [
        (f"{number} {uri}", articles.read(line, 1_000_000), rules)
        for number, (line, (uri, rules)) in enumerate(zip(ARTICLES, EXPECTED, strict=True), 1)
        if uri is not None
    ]
