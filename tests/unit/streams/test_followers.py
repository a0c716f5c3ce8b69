"""What a follower says of the broker: whether it answers, and which topics are not there."""

from __future__ import annotations

import pytest
from aiokafka.errors import NodeNotReadyError

from tests.contract.test_outbox import options
from workers.errors import Unavailable
from workers.streams import followers
from workers.streams.followers import Follower


async def nothing(_: object) -> None:
    """Kept."""


def follower(heard: list[bool] | None = None) -> Follower:
    made = options("127.0.0.1:1", "desk.")
    hears = (lambda _: None) if heard is None else heard.append
    return Follower(("lists", "channels"), ("rules",), made, nothing, besides=("articles", "rules"), heard=hears)


async def test_it_tells_whether_the_broker_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(followers, "FIRST_RETRY_S", 0)
    answers: list[Exception | None] = [NodeNotReadyError(), TimeoutError(), None]
    heard: list[bool] = []

    async def ask() -> str:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return "answered"

    assert await follower(heard)._patient(ask) == "answered"
    assert heard == [False, False, True]


def test_all_topics_that_are_not_there_are_named_at_once_with_the_remedy() -> None:
    known = {"lists", "rules", "desk.rules"}
    with pytest.raises(Unavailable) as caught:
        follower()._check_there(known)
    told = "Kafka at 127.0.0.1:1 has no topics desk.lists, desk.channels, desk.articles: wirewatch topics create"
    assert str(caught.value) == told
    with pytest.raises(Unavailable, match=r"has no topic desk\.lists: wirewatch"):
        follower()._check_there(known | {"desk.channels", "desk.articles"})
    follower()._check_there(known | {"desk.channels", "desk.articles", "desk.lists"})
