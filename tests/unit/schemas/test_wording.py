"""What is wrong with a value is said in our own words."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from schemas.article import Article
from schemas.rule import Rule
from schemas.wording import worded


@pytest.mark.parametrize(
    ("model", "value", "words"),
    [
        pytest.param(Article, {"uri": 5}, "is no text", id="number for a text"),
        pytest.param(Article, {"uri": ""}, "is empty", id="empty text"),
        pytest.param(Article, {"uri": "x" * 3000}, "has more than 2048 characters", id="long text"),
        pytest.param(Article, {"uri": " x"}, "has a form that is not accepted", id="pattern"),
        pytest.param(Article, {"uri": "x", "urgency": "high"}, "is no whole number", id="text for a number"),
        pytest.param(Article, {"uri": "x", "urgency": 1.5}, "is no whole number", id="part of a number"),
        pytest.param(Article, {"uri": "x", "urgency": 10}, "is more than 9", id="large number"),
        pytest.param(Article, {"uri": "x", "version": -1}, "is less than 0", id="small number"),
        pytest.param(Article, {"uri": "x", "published": "yesterday"}, "is no date and time", id="time"),
        pytest.param(Article, {"uri": "x", "authors": "me"}, "is no list", id="text for a list"),
        pytest.param(Article, {"uri": "x", "alt_ids": []}, "is no object", id="list for an object"),
        pytest.param(
            Article, {"uri": "x", "status": "y"}, "is none of 'usable', 'withheld' or 'canceled'", id="choice"
        ),
        pytest.param(Rule, {"id": "a", "query": "x", "tags": ["t"] * 101}, "has more than 100 entries", id="long list"),
        pytest.param(Rule, {"query": "x"}, "is missing", id="missing"),
    ],
)
def test_the_common_errors_have_words(model: type[Any], value: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(model).validate_python(value)
    (error,) = caught.value.errors()
    assert worded(error["type"], error.get("ctx", {}), error["msg"]) == words


def test_an_error_without_words_is_told_as_the_library_tells_it() -> None:
    assert worded("complex_type", {}, "Input should be complex") == "is wrong: Input should be complex"
