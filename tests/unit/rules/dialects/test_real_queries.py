"""All real queries are read; how many come in without a loss; nothing crashes on what is broken."""

from __future__ import annotations

import gzip
import json
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest

from workers.match.spellings import spellings
from workers.rules.dialects import DIALECTS, translate
from workers.rules.language import parse, render

QUERIES = Path(__file__).parents[5] / "shared" / "corpora" / "boolean_queries.jsonl.gz"
FROM = {"Scopus": "scopus", "corpust": "corpustools", "Ovid/Pu": "ovid"}
SIGNS = ('"', "(", ")", "*", "{", "<", "/", " or ", "\n", "\x00", "]")
# (read, without a loss, with changes, not taken) of each set; docs/rule-import.md says the same
COUNTS = {
    "aurora_sdg_scopus": (378, 32, 346, 0),
    "clef_tar_pubmed": (127, 0, 118, 9),
    "text2sdg_auckland": (16, 0, 16, 0),
    "text2sdg_aurora": (373, 336, 37, 0),
    "text2sdg_elsevier": (16, 1, 15, 0),
    "text2sdg_sdgo": (4122, 3506, 616, 0),
    "text2sdg_siris": (3445, 3116, 329, 0),
}


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    if not QUERIES.exists():
        pytest.skip(f"{QUERIES.name} is not here: real corpora are kept outside of the repository")
    with gzip.open(QUERIES, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def dialect_of(row: dict[str, Any]) -> str:
    return next(dialect for label, dialect in FROM.items() if row["dialect"].startswith(label))


def test_real_queries_are_taken_as_often_as_the_documentation_says(rows: list[dict[str, Any]]) -> None:
    found: dict[str, Counter[str]] = {}
    for row in rows:
        outcome = translate(row["query"], dialect_of(row), spellings)
        counts = found.setdefault(row["set"], Counter())
        counts["read"] += 1
        counts["without"] += outcome.without_loss
        counts["changed"] += outcome.taken and bool(outcome.changes)
        counts["not taken"] += not outcome.taken
        if outcome.query is None:
            assert outcome.reason
        else:
            assert render(parse(outcome.query)) == outcome.query
    told = {
        name: tuple(each[key] for key in ("read", "without", "changed", "not taken")) for name, each in found.items()
    }
    assert told == COUNTS


def test_mutated_real_queries_never_crash(rows: list[dict[str, Any]]) -> None:
    random = Random(11)
    for row in random.sample(rows, 250) + [row for row in rows if row["set"] == "clef_tar_pubmed"][::3]:
        text = list(row["query"][:3_000])
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(text) + 1)
            text[at : at + random.randrange(4)] = random.choice(
                ['"', "(", ")", "*", "{", "<", "/", " or ", "\n", "\x00", "]"]
            )
        outcome = translate("".join(text), random.choice(list(DIALECTS)), spellings)
        assert outcome.taken or outcome.reason


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        pytest.param("scopus", " OR ".join(f"word{number}" for number in range(30_000)), id="scopus words"),
        pytest.param("scopus", "a" + " AND NOT b" * 30_000, id="scopus nots"),
        pytest.param("corpustools", " OR ".join(f'"labour w{number}"' for number in range(15_000)), id="spellings"),
        pytest.param("ovid", " or ".join(f"word{number}" for number in range(30_000)), id="ovid words"),
        pytest.param("ovid", "a.ti." + " and b.ti." * 20_000, id="ovid fields"),
        pytest.param("ovid", "a.b" * 100_000, id="dots"),
        pytest.param("ovid", "a.ti.\n" + "\n".join(f"{number} or b.ti." for number in range(1, 3_000)), id="chain"),
    ],
)
def test_time_is_bounded_by_the_text(dialect: str, text: str) -> None:
    began = time.process_time()
    outcome = translate(text, dialect, spellings)
    assert outcome.taken or outcome.reason
    assert time.process_time() - began < 20  # a second or two; quadratic work would take hours
