"""`explain` of a NEAR that fails: how far apart its sides stand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.commands.conftest import Command
from workers.commands.explained_apart import how_far
from workers.match.clause import Apart, Clause

BODY = "Korea and Pyongyang's troops - the first. Twice: x and y, two: a b x. The last.\n\nThe end."


def written(folder: Path, body: str) -> Path:
    path = folder / "far.json"
    path.write_text(json.dumps({"uri": "u:1", "title": "Russia", "body": body}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("korea NEAR/2 first", "korea NEAR/2 first  nearest 5 words apart; the rule allows 2"),
        (
            "troops PRE/1 korea",
            "troops PRE/1 korea  only in the other order, nearest 3 words apart; the rule allows 1 in its own",
        ),
        ("korea PRE/1 troops", "korea PRE/1 troops  nearest 3 words apart; the rule allows 1"),
        ("y PRE/1 x", "nearest 4 words apart, 2 in the other order; the rule allows 1 in its own"),
        ("korea NEAR/S last", "korea NEAR/S last  nearest 1 sentence apart; the rule wants one sentence"),
        ("korea NEAR/P end", "korea NEAR/P end  nearest 1 paragraph apart; the rule wants one paragraph"),
        (
            "last PRE/P twice",
            "only in the other order, nearest in one paragraph; the rule wants one paragraph in its own",
        ),
        ("russia NEAR/5 korea", "russia NEAR/5 korea  in different texts only, never in one"),
        ("korea NEAR/5 (korea OR absent)", "only where they share words"),
        (
            "korea NEAR/5 pyongyang NEAR/2 last",
            "korea NEAR/5 pyongyang and last: nearest 13 words apart; the rule allows 2",
        ),
    ],
    ids=[
        "words",
        "words, in the other order only",
        "words, in the order of the rule only",
        "words, in both orders",
        "sentences",
        "paragraphs",
        "one paragraph, in the other order",
        "no text with both",
        "shared words",
        "which of a chain",
    ],
)
def test_a_near_that_fails_though_its_sides_occur_says_how_far_apart_they_are(
    wirewatch: Command, tmp_path: Path, query: str, told: str
) -> None:
    article = written(tmp_path, BODY)
    out = wirewatch("explain", "--rule", query, "--article", article).out
    assert f"{told}  should be true\n" in out


def test_the_nearest_of_a_near_that_fails_are_shown_where_they_stand(wirewatch: Command, tmp_path: Path) -> None:
    article = written(tmp_path, BODY)
    out = wirewatch("explain", "--rule", "korea NEAR/2 first", "--article", article).out
    assert out.splitlines()[2:4] == [
        "✗ korea NEAR/2 first  nearest 5 words apart; the rule allows 2  should be true",
        "    body 0–40  [[Korea]] and Pyongyang's troops - the [[first]]. Twice: x and y, two: a b x. The …",
    ]


def test_json_has_the_distance_of_a_near_that_fails(wirewatch: Command, tmp_path: Path) -> None:
    arguments = ["--rule", "korea NEAR/2 first", "--article", written(tmp_path, BODY), "--json"]
    apart = json.loads(wirewatch("explain", *arguments).out)["clause"]["apart"]
    nearest = apart.pop("nearest")
    assert apart == {
        "left": "korea",
        "right": "first",
        "unit": "words",
        "limit": 2,
        "distance": 5,
        "backwards": None,
        "together": True,
        "measured": True,
    }
    assert [(each["field"], each["start"], each["end"], each["list"]) for each in nearest] == [
        ("body", 0, 5, None),
        ("body", 35, 40, None),
    ]


def test_a_distance_that_is_not_measured_says_so() -> None:
    apart = Apart("a", "b", "words", 5, None, None, together=False, measured=False, nearest=())
    clause = Clause("near", "a NEAR/5 b", None, None, answer=False, counted=True, apart=apart)
    assert how_far(clause, apart) == "how far apart was not measured: there is too much text"
