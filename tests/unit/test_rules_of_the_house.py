"""Each rule of tests/test_architecture.py can fail: it finds the one line that breaks it, and passes its neighbour."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests import test_architecture as house
from tests.sources import Source

ROOM, WIRES, WORDS = "workers/dedup/story.py", "workers/app.py", "schemas/rule.py"

Rows = list[tuple[house.Rule, str, str]]
BROKEN: Rows = [
    (house.a_room_imports_the_words_and_itself, ROOM, "from workers.alerts import compose"),
    (house.a_room_imports_the_words_and_itself, ROOM, "from workers import alerts"),
    (house.a_room_imports_the_words_and_itself, ROOM, "import config"),
    (house.a_room_imports_the_words_and_itself, "workers/rules/language/fold.py", "from workers.errors import Refused"),
    (house.the_language_needs_nothing_but_python, "workers/rules/language/fold.py", "import orjson"),
    (house.only_the_wiring_knows_the_settings, "workers/pipeline.py", "from config.settings import Settings"),
    (house.only_the_wiring_knows_the_settings, WORDS, "from workers.errors import Refused"),
    (house.only_the_wiring_knows_the_settings, WIRES, "from tests.services import witness"),
    (house.a_door_wears_its_librarys_name, ROOM, "def f() -> None:\n    import redis.asyncio"),
    (house.a_door_wears_its_librarys_name, ROOM, "from aiokafka import AIOKafkaConsumer"),
    (house.a_door_wears_its_librarys_name, "workers/metrics.py", "from prometheus_client import start_http_server"),
    (house.a_door_wears_its_librarys_name, ROOM, "import os\nos.environ['X']"),
    (house.a_door_wears_its_librarys_name, ROOM, "from os import getenv"),
    (house.a_door_has_a_twin_in_memory, "workers/dedup/seen_redis.py", "class RedisSeen: ..."),
    (house.a_door_has_a_twin_in_memory, "workers/dedup/seen_redis.py", "def seen() -> None: ..."),
    (house.time_and_chance_come_in_as_arguments, ROOM, "from datetime import datetime\ndatetime.now()"),
    (house.time_and_chance_come_in_as_arguments, ROOM, "import time\nclock = time.monotonic"),
    (house.time_and_chance_come_in_as_arguments, ROOM, "from time import time"),
    (house.time_and_chance_come_in_as_arguments, "workers/pipeline.py", "from uuid import uuid4"),
    (house.an_init_imports_no_door, "workers/dedup/__init__.py", "from workers.dedup.claims_redis import RedisClaims"),
    (house.an_init_imports_no_door, "workers/streams/__init__.py", "import faust"),
    (house.imports_are_absolute, ROOM, "from . import claims"),
    (house.names_say_what_a_thing_is, "workers/dedup/redis_utils.py", ""),
    (house.names_say_what_a_thing_is, ROOM, "class ClaimManager: ..."),
    (house.files_and_functions_are_short, ROOM, "\n" * 301),
    (house.files_and_functions_are_short, ROOM, "def f() -> None:" + "\n    pass" * 40),
]
KEPT: Rows = [
    (house.a_room_imports_the_words_and_itself, ROOM, "from schemas import Rule\nfrom workers.dedup import claims"),
    (house.a_room_imports_the_words_and_itself, WIRES, "from workers.alerts import compose"),
    (house.a_room_imports_the_words_and_itself, "workers/match/index.py", "from workers.rules.language import tree"),
    (house.the_language_needs_nothing_but_python, "workers/rules/language/fold.py", "import unicodedata"),
    (house.only_the_wiring_knows_the_settings, WIRES, "from config.settings import Settings"),
    (house.a_door_wears_its_librarys_name, "workers/dedup/seen_redis.py", "import redis"),
    (house.a_door_wears_its_librarys_name, ROOM, "import os\nos.path"),
    (house.a_door_has_a_twin_in_memory, "workers/dedup/seen_redis.py", "class RedisClaims: ..."),
    (house.time_and_chance_come_in_as_arguments, ROOM, "from datetime import datetime\ndatetime.fromisoformat"),
    (house.time_and_chance_come_in_as_arguments, "workers/streams/watchdog.py", "import time\ntime.monotonic()"),
    (house.an_init_imports_no_door, "workers/dedup/__init__.py", "from workers.dedup.claims import Claims"),
    (house.names_say_what_a_thing_is, "schemas/rule.py", "class Database: ..."),
    (house.files_and_functions_are_short, ROOM, "def f() -> None:" + "\n    pass" * 39),
]


def identities(rows: Rows) -> list[str]:
    return [f"{rule.__name__}: {text.strip().splitlines()[-1] if text.strip() else path}" for rule, path, text in rows]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN, ids=identities(BROKEN))
def test_what_breaks_a_rule_is_told_with_its_place(rule: house.Rule, path: str, text: str) -> None:
    problems = list(rule(Source(PurePosixPath(path), text)))
    assert problems
    assert all(problem.startswith(f"{path}:") and problem.split(":")[1].isdigit() for problem in problems)


@pytest.mark.parametrize(("rule", "path", "text"), KEPT, ids=identities(KEPT))
def test_what_keeps_a_rule_is_not_blamed(rule: house.Rule, path: str, text: str) -> None:
    assert list(rule(Source(PurePosixPath(path), text))) == []
