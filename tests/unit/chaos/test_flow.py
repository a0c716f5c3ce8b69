"""The articles of a seed are the same however they are sent."""

from __future__ import annotations

from collections import Counter

from tests.chaos.flow import COPY_EVERY, numbered

COUNT = 600


def test_articles_do_not_depend_on_how_many_are_made_at_once() -> None:
    assert numbered(7, 0, 100) == [*numbered(7, 0, 33), *numbered(7, 33, 67)]
    assert numbered(7, 0, 100) != numbered(8, 0, 100)


def test_each_has_its_number() -> None:
    assert [each["number"] for each in numbered(1, 50, COUNT)] == list(range(50, 50 + COUNT))


def test_some_come_again_under_their_uri_and_some_with_another_s_text() -> None:
    made = numbered(1, 0, COUNT)
    uris = Counter(each["uri"] for each in made)
    assert COUNT / 16 < sum(count - 1 for count in uris.values()) < COUNT / 4
    for number in range(COPY_EVERY - 1, COUNT, COPY_EVERY):
        copy, original = made[number], made[number - 1]
        if "chain" in copy:
            continue
        assert copy["uri"] != original["uri"]
        assert (copy["title"], copy["body"]) == (original["title"], original["body"])
