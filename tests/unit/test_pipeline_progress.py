"""The watchdog hears of each article that is read, matched and told: a batch of large ones takes long."""

from __future__ import annotations

import pytest

from tests.unit.pipeline_world import RULE, STORY, World

OTHER = {"uri": "a:2", "title": "Nothing of note"}


@pytest.mark.parametrize(
    ("articles", "times"),
    [
        pytest.param([STORY], 3, id="read, matched, told"),
        pytest.param([OTHER, OTHER], 4, id="read and matched, each"),
        pytest.param([b"no article"], 1, id="read"),
    ],
)
async def test_each_article_is_heard_of_at_each_step(articles: list[object], times: int) -> None:
    world, heard = World(RULE), list[bool]()
    world.pipeline._got_on = lambda: heard.append(True)
    await world.run(*articles)
    assert len(heard) == times
