"""Records of the compacted topics: what is refused changes nothing, and the order of lists does not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson
import pytest

from schemas.article import Article
from schemas.envelope import Incoming
from schemas.reasons import RefusalReason
from workers.channels import ChannelBook
from workers.errors import Refused
from workers.keeping import Keeper
from workers.match import Matcher
from workers.rules import book as book_of_rules
from workers.rules.book import Book
from workers.rules.language import parse
from workers.rules.language.limits import DEPTH_MAX
from workers.rules.language.tree import Query

ARTICLE = Article(uri="a:1", title="Acme builds centrifuges")


class World:
    def __init__(self, loaded: bool = True) -> None:
        self.book = Book(Matcher())
        self.channels = ChannelBook()
        self.refused: list[tuple[str, str]] = []
        self._offset = 0
        self.keeper = Keeper(self.book, self.channels, 1_000_000, self._note)
        if loaded:
            self.keeper.loaded()

    def _note(self, record: Incoming, why: Refused) -> None:
        self.refused.append(((record.key or b"").decode(), why.reason))

    def keep(self, topic: str, key: str, value: object) -> None:
        content = value if value is None or isinstance(value, bytes) else orjson.dumps(value)
        self._offset += 1
        self.keeper.keep(Incoming(topic, 0, self._offset, 0, key.encode(), content))

    def rule(self, query: str, key: str = "r") -> None:
        self.keep("rules", key, {"id": key, "query": query})

    def words(self, key: str, *entries: str) -> None:
        self.keep("lists", key, {"id": key, "entries": entries})

    @property
    def told(self) -> list[str]:
        return sorted(self.book.match(ARTICLE))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param(b"{", RefusalReason.NOT_JSON, id="no JSON"),
        pytest.param(b"", RefusalReason.EMPTY, id="empty"),
        pytest.param(b"[]", RefusalReason.NOT_AN_OBJECT, id="no object"),
        pytest.param({"id": "r"}, RefusalReason.MISSING_FIELD, id="no query"),
        pytest.param({"id": "r", "query": 1}, RefusalReason.WRONG_FIELD, id="wrong type"),
        pytest.param({"id": "r", "query": "a AND"}, RefusalReason.QUERY_REFUSED, id="query"),
        pytest.param({"id": "other", "query": "x"}, RefusalReason.KEY_MISMATCH, id="key"),
        pytest.param({"id": "r", "query": "x", "schema_version": 2}, RefusalReason.UNKNOWN_VERSION, id="version"),
        pytest.param({"id": "r", "query": "x", "note": "y" * 1_000_000}, RefusalReason.TOO_LARGE, id="size"),
    ],
)
def test_a_bad_rule_record_is_refused_and_the_last_good_one_stays(value: object, reason: RefusalReason) -> None:
    world = World()
    world.rule("acme")
    world.keep("rules", "r", value)
    assert world.refused == [("r", reason)]
    assert world.told == ["r"]


def test_a_tombstone_forgets_a_rule_and_a_channel() -> None:
    world = World()
    world.rule("acme")
    world.keep("channels", "desk", {"id": "desk"})
    assert (world.told, "desk" in world.channels) == (["r"], True)
    world.keep("rules", "r", None)
    world.keep("channels", "desk", None)
    assert (world.told, "desk" in world.channels, world.refused) == ([], False, [])


def test_after_a_restart_a_list_may_come_before_the_one_it_names() -> None:
    world = World(loaded=False)
    world.words("all", "@firms")
    world.words("firms", "acme")
    world.rule("@all")
    world.keeper.loaded()
    assert (world.told, world.refused) == (["r"], [])


def test_what_still_cannot_be_read_when_all_is_loaded_is_refused_once() -> None:
    world = World(loaded=False)
    world.words("all", "@none")
    world.rule("@all")
    world.rule("acme", key="good")
    assert world.refused == []
    world.keeper.loaded()
    assert world.refused == [("all", RefusalReason.QUERY_REFUSED), ("r", RefusalReason.QUERY_REFUSED)]
    assert world.told == ["good"]


def test_a_rule_that_waits_for_its_list_is_live_as_soon_as_the_list_is_there() -> None:
    world = World()
    world.rule("@firms")
    assert world.refused == [("r", RefusalReason.QUERY_REFUSED)]
    world.words("firms", "acme")
    assert world.told == ["r"]
    assert len(world.refused) == 1


def test_a_waiting_record_is_forgotten_when_a_newer_one_of_its_key_comes() -> None:
    world = World()
    world.rule("@firms")
    world.rule("hooli")
    world.words("firms", "acme")
    assert world.told == []


def test_a_list_deleted_while_in_use_goes_when_the_last_rule_lets_it_go() -> None:
    world = World()
    world.words("firms", "acme")
    world.rule("@firms")
    world.keep("lists", "firms", None)
    assert world.refused == [("firms", RefusalReason.QUERY_REFUSED)]
    assert world.told == ["r"]
    world.keep("rules", "r", None)
    world.rule("@firms", key="later")
    assert world.refused[1:] == [("later", RefusalReason.QUERY_REFUSED)]


def test_a_list_that_a_rule_cannot_take_is_live_when_the_rule_is_edited() -> None:
    world = World()
    world.words("firms", "hooli")
    world.rule("@firms NEAR/3 centrifuges")
    world.words("firms", "acme AND centrifuges")
    assert world.refused == [("firms", RefusalReason.QUERY_REFUSED)]
    world.rule("@firms")
    assert world.told == ["r"]


def test_a_list_that_a_rule_edit_lets_in_is_there_for_the_rules_that_wait_for_it() -> None:
    deep, world = DEPTH_MAX - 1, World()
    world.words("firms", *(f"firm{number}" for number in range(101)))
    world.rule("(" * deep + "@firms" + ")" * deep)
    world.rule("@firms @firms", key="waits")  # 101 times 101 ways to say it
    world.words("few", "acme", "builds")
    world.words("firms", "@few")  # one deeper than the first rule can take
    assert [key for key, _ in world.refused] == ["waits", "firms"]
    world.rule("centrifuges")
    assert world.told == ["r", "waits"]


UNREADABLE = "acme AND ("


def parses(monkeypatch: pytest.MonkeyPatch, query: str, number: int) -> int:
    """How often a query is read while a worker loads so many rules of it, and takes two edits."""
    count = 0

    def counted(text: str, lists: Mapping[str, Sequence[str]] | None = None) -> Query:
        nonlocal count
        count += 1
        return parse(text, lists)

    monkeypatch.setattr(book_of_rules, "parse", counted)
    world = World(loaded=False)
    world.words("firms", "@none")
    for each in range(number):
        world.rule(query, key=f"r{each}")
    world.keeper.loaded()
    world.rule("acme", key="good")
    world.words("other", "acme")
    assert world.keeper.unapplied == number + 1
    return count


@pytest.mark.parametrize(
    ("query", "most"), [pytest.param(UNREADABLE, 1, id="of itself"), pytest.param("@firms", 3, id="for want of a list")]
)
def test_the_work_of_loading_grows_with_the_refused_rules_and_not_with_their_square(
    query: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (parses(monkeypatch, query, number) for number in (50, 100))
    assert many - few == 50 * most


def test_a_query_that_no_list_can_cure_does_not_wait() -> None:
    world = World(loaded=False)
    world.rule(UNREADABLE)
    assert world.refused == [("r", RefusalReason.QUERY_REFUSED)]
    world.keeper.loaded()
    assert len(world.refused) == 1


def test_the_records_that_stand_and_are_not_applied_are_counted_by_their_keys() -> None:
    world = World()
    world.rule("acme")
    world.keep("channels", "desk", {"id": "other"})
    for query in (UNREADABLE, "@firms"):
        world.rule(query)
    assert (world.keeper.unapplied, len(world.book)) == (2, 1)
    world.words("firms", "acme")
    assert world.keeper.unapplied == 1
    world.keep("channels", "desk", None)
    assert world.keeper.unapplied == 0


def test_a_restarted_worker_does_not_know_the_good_record_that_compaction_took_away_and_counts_the_bad_one() -> None:
    running, restarted = World(), World(loaded=False)
    running.rule("acme")
    for world in (running, restarted):
        world.rule(UNREADABLE)
    restarted.keeper.loaded()
    assert (running.told, restarted.told) == (["r"], [])
    assert (running.keeper.unapplied, restarted.keeper.unapplied) == (1, 1)
    assert running.refused == restarted.refused
