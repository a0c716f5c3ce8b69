"""Names of stories."""

from __future__ import annotations

import re

import pytest

from workers.dedup import story_of


def test_the_name_of_a_story_never_changes() -> None:
    assert story_of("urn:news:1") == "9ce5df9de70f3eaca0b512502f48a1a8"


@pytest.mark.parametrize(
    "uri",
    ["", "urn:news:1", "https://example.org/" + "a" * 100_000, "{slot}", "記事", "\ud800"],
    ids=["empty", "short", "long", "braces", "other script", "lone surrogate"],
)
def test_the_name_of_a_story_has_one_form_whatever_the_uri(uri: str) -> None:
    assert re.fullmatch("[0-9a-f]{32}", story_of(uri))


def test_two_articles_tell_two_stories() -> None:
    assert story_of("urn:news:1") != story_of("urn:news:2")
