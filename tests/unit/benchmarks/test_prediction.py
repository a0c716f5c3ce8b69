"""What a contestant's output is held against."""

from __future__ import annotations

import pytest

from tests.benchmarks.prediction import Disagreement, predict
from tests.benchmarks.reuters import Publication, Story
from tests.benchmarks.rule_maker import MadeRule

STORIES = [
    Story(1, {"title": "Defense pact signed", "body": "Talks on tariffs ended."}),
    Story(2, {"title": "O'Brien wins", "body": "No defence of it."}),
    Story(3, {"title": "Cocoa", "body": "Nothing else."}),
]
STREAM = [Publication(f"u:{story.number}", story) for story in STORIES]
DEFENCE = MadeRule("defence", "word", "defence", (("defence",),), 1)
TARIFFS = MadeRule("tariffs", "two words", "defence AND tariffs", (("defence",), ("tariffs",)), 1)


def test_a_rule_tells_of_each_story_once_and_a_repeated_record_is_held() -> None:
    predicted = predict([*STREAM, STREAM[0]], [DEFENCE, TARIFFS], sample=3, seed=1)
    assert predicted.alerts == {("defence", "u:1"), ("defence", "u:2"), ("tariffs", "u:1")}
    assert predicted.held == 2
    assert predicted.articles_with_alerts == 2


def test_a_word_with_an_apostrophe_is_not_passed_over() -> None:
    rule = MadeRule("obrien", "word", "obrien", (("obrien",),), 1)
    assert predict(STREAM, [rule], sample=3, seed=1).alerts == {("obrien", "u:2")}


def test_words_that_pass_over_a_match_are_found_out() -> None:
    wrong = MadeRule("wrong", "word", "cocoa", (("coffee",),), 1)
    with pytest.raises(Disagreement, match="story 3"):
        predict(STREAM, [wrong], sample=3, seed=1)
