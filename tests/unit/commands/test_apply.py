"""What a file of rules changes on the topics: worked out whole, or refused whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.channel import Channel
from schemas.lists import WordList
from schemas.rule import Rule
from workers.commands.apply import Inventory, check_unused, implied, plan
from workers.commands.kept import Kept
from workers.errors import Refused
from workers.rules.files import RuleFile, read_rules

FILE = """\
rules:
- {id: r, query: '@a AND x', channels: [asia, asia, europe]}
lists:
- {id: a, entries: ['@b']}
- {id: b, entries: ['@c', y]}
- {id: c, entries: [z]}
channels:
- {id: asia, name: Asia}
"""


def read(folder: Path, text: str) -> RuleFile:
    path = folder / "rules.yaml"
    path.write_text(text)
    return read_rules(path).checked()


def standing(*records: Rule | WordList | Channel, unread: str = "") -> Inventory:
    return Inventory(
        Kept({each.id: each for each in records if isinstance(each, Rule)}, {unread: "broken"} if unread else {}),
        Kept({each.id: each for each in records if isinstance(each, WordList)}, {}),
        Kept({each.id: each for each in records if isinstance(each, Channel)}, {}),
    )


def told(file: RuleFile, before: Inventory) -> list[tuple[str, str, str, int]]:
    return [(each.what, each.kind, each.record.id, each.record.version) for each in plan(file, before)]


def after(file: RuleFile, before: Inventory) -> Inventory:
    return standing(*(change.record for change in plan(file, before)))


def test_channels_go_first_then_lists_behind_those_they_name_then_rules(tmp_path: Path) -> None:
    assert told(read(tmp_path, FILE), standing()) == [
        ("added", "channel", "asia", 1),
        ("added", "channel", "europe", 1),
        ("added", "list", "c", 1),
        ("added", "list", "b", 1),
        ("added", "list", "a", 1),
        ("added", "rule", "r", 1),
    ]


def test_a_channel_that_stands_already_is_not_made_again_for_a_rule(tmp_path: Path) -> None:
    file = read(tmp_path, "- {id: r, query: x, channels: [asia]}")
    assert told(file, standing(Channel(id="asia", name="Asia desk"))) == [("added", "rule", "r", 1)]


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    file = read(tmp_path, FILE)
    assert {change.what for change in plan(file, after(file, standing()))} == {"unchanged"}


def test_a_change_counts_the_version_up_from_the_topic(tmp_path: Path) -> None:
    before = standing(Rule(id="r", query="x", version=7), Rule(id="s", query="y", version=2))
    file = read(tmp_path, "[{id: r, query: x AND y}, {id: s, query: y}]")
    assert told(file, before) == [("changed", "rule", "r", 8), ("unchanged", "rule", "s", 2)]


@pytest.mark.parametrize(
    ("version", "expected"),
    [pytest.param(3, 8, id="an older number of the file"), pytest.param(20, 20, id="a newer one")],
)
def test_versions_never_count_down(version: int, expected: int, tmp_path: Path) -> None:
    file = read(tmp_path, f"[{{id: r, query: x AND y, version: {version}}}]")
    assert told(file, standing(Rule(id="r", query="x", version=7))) == [("changed", "rule", "r", expected)]


def test_fields_of_a_newer_release_stay(tmp_path: Path) -> None:
    before = standing(Rule.model_validate({"id": "r", "query": "x", "reviewed_by": "mk"}))
    assert told(read(tmp_path, "[{id: r, query: x}]"), before) == [("unchanged", "rule", "r", 1)]
    (change,) = plan(read(tmp_path, "[{id: r, query: y}]"), before)
    assert (change.record.model_extra, change.record.version) == ({"reviewed_by": "mk"}, 2)


def test_a_record_that_cannot_be_read_is_written_anew(tmp_path: Path) -> None:
    before = standing(Rule(id="r", query="x"), unread="r")
    assert told(read(tmp_path, "[{id: r, query: x}]"), before) == [("changed", "rule", "r", 2)]


def test_a_list_that_would_break_a_rule_on_the_topic_is_refused(tmp_path: Path) -> None:
    before = standing(WordList(id="a", entries=("x",)), Rule(id="old", query="@a NEAR/5 y"))
    file = read(tmp_path, "lists: [{id: a, entries: [x AND z]}]")
    with pytest.raises(Refused, match="rule old"):
        plan(file, before)


def test_a_rule_that_is_broken_on_the_topic_already_stands_in_nobodys_way(tmp_path: Path) -> None:
    before = standing(WordList(id="a", entries=("x",)), Rule(id="old", query="@a AND ("))
    assert told(read(tmp_path, "lists: [{id: a, entries: [y]}]"), before) == [("changed", "list", "a", 2)]


def test_a_record_goes_to_its_topic_under_its_id(tmp_path: Path) -> None:
    messages = [change.message() for change in plan(read(tmp_path, FILE), standing())]
    assert [(each.topic, each.key) for each in messages][-2:] == [("lists", b"a"), ("rules", b"r")]
    rule = Rule.model_validate_json(messages[-1].value or b"")
    assert rule.channels == ("asia", "asia", "europe")


def test_what_was_deleted_counts_on_from_its_last_version(tmp_path: Path) -> None:
    before = Inventory(Kept({}, {}, {"r": 6}), Kept({}, {}), Kept({}, {}))
    assert told(read(tmp_path, "- {id: r, query: x}\n- {id: s, query: x}"), before) == [
        ("added", "rule", "r", 7),
        ("added", "rule", "s", 1),
    ]


def test_lists_that_use_each_other_may_go_together(tmp_path: Path) -> None:
    before = after(read(tmp_path, FILE), standing())
    check_unused(["c", "b", "a"], Inventory(Kept({}, {}), before.lists, before.channels))


@pytest.mark.parametrize(
    ("names", "refused"),
    [
        pytest.param(["a"], "list a is in use: rule r: query, at character 1: there is no list a", id="by a rule"),
        pytest.param(["c"], "list c is in use: list b names it", id="by a list"),
    ],
)
def test_a_list_in_use_is_not_dropped(names: list[str], refused: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        check_unused(names, after(read(tmp_path, FILE), standing()))
    assert caught.value.message.startswith(refused)


def test_a_new_channel_that_only_a_rule_names_is_told_with_the_one_that_is_perhaps_meant(tmp_path: Path) -> None:
    file = read(tmp_path, "rules:\n- {id: r, query: x, channels: [asai, sport, trade, asia]}\nchannels: [{id: asia}]\n")
    assert list(implied(file, standing(Channel(id="trade")))) == [
        "channel asai is new, as rule r names it: did you mean asia?",
        "channel sport is new, as rule r names it: it has no record of its own",
    ]
    assert list(implied(file, standing(*(Channel(id=name) for name in ("asai", "sport", "trade"))))) == []
