"""The six rules of the house. Each rule answers with the places that break it, by file and line."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator

import pytest

from tests.sources import PRODUCT, ROOT, Source, sources

# Rule 1: what a room imports besides schemas, workers.errors and itself, and why. These are all.
EXCEPTIONS = {
    ("articles", "workers.records"): "an article is a record too: JSON is read, and refused, in one place",
    ("dedup", "workers.rules.language"): "texts are compared by the words that rules are matched with",
    ("match", "workers.rules.language"): "it matches the trees that the language makes, word by word as it splits them",
    ("restraint", "workers.dedup.claims_redis"): "what an error of Redis means, and what to do, is told in one place",
    ("streams", "workers.health"): "the frame alone knows whether the broker and the group are there",
}
# What puts rooms together: it may import any room, and the settings. The files beside app.py may import any room only.
WIRING = (
    "workers/app.py",
    "workers/deliver_app.py",
    "workers/options_of.py",
    "workers/__main__.py",
    "workers/commands",
    "tests",
)

# Rule 2: who may import a library, by the path of the file.
DOORS = {
    r".*_redis\.py": ("redis", "valkey", "hiredis"),
    r"workers/streams/.*": ("faust", "mode", "aiokafka", "kafka", "confluent_kafka", "quixstreams"),
    r".*_http\.py|workers/api/.*": (
        *("aiohttp", "httpx", "requests", "urllib.request", "urllib3", "http.client", "http.server"),
        *("fastapi", "starlette", "uvicorn", "prometheus_client.start_http_server", "wsgiref"),
    ),
    r".*_apprise\.py": ("apprise",),
    r"config/.*": ("os.environ", "os.environb", "os.getenv", "os.putenv"),
}
# Rule 3: files with the name of a door that have no twin, and why.
WITHOUT_TWIN = {"workers/metrics_http.py": "Prometheus comes and reads; no decision hears of it"}
DOOR_FILE = re.compile(r"(?P<noun>\w+)_(?P<library>redis|kafka|http|apprise)\.py")

# Rule 4: where time and chance may be taken from the machine: doors, and what starts and frames processes.
CLOCKED = re.compile(
    r"workers/(app|deliver_app|__main__)\.py|workers/(streams|commands|demo)/.*|.*_(redis|kafka|http|apprise)\.py|config/.*"
)
CLOCKS = re.compile(
    r"(datetime\.)?datetime\.(now|utcnow|today)|(datetime\.)?date\.today"
    r"|time\.(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|localtime|gmtime|sleep)"
)
CHANCE = ("random", "uuid", "secrets", "numpy.random")

# Rule 5 and 6.
BANNED = {"utils", "util", "common", "helper", "helpers", "manager", "base", "misc"}
FILE_LINES, FUNCTION_LINES = 300, 40

Rule = Callable[[Source], Iterator[str]]


def is_below(source: Source, places: Iterable[str]) -> bool:
    """Is it one of these files, or below one of these folders?"""
    return any(str(source.path) == place or str(source.path).startswith(place + "/") for place in places)


def a_room_imports_the_words_and_itself(source: Source) -> Iterator[str]:
    """Rule 1, for rooms."""
    if not source.room or is_below(source, WIRING):
        return
    allowed = [f"workers.{source.room}"]
    if source.room != "rules.language":  # this one could be published alone
        allowed += ["schemas", "workers.errors", *(to for room, to in EXCEPTIONS if room == source.room)]
    for each in source.imports():
        top = each.module.partition(".")[0]
        if top in (*PRODUCT, "tests") and not any(each.within(place) for place in allowed):
            yield source.at(each.line, f"the room {source.room} imports {each.full}")


def the_language_needs_nothing_but_python(source: Source) -> Iterator[str]:
    """Rule 1, for workers/rules/language/."""
    if source.room != "rules.language":
        return
    for each in source.imports():
        top = each.module.partition(".")[0]
        if top not in sys.stdlib_module_names and top != "workers":
            yield source.at(each.line, f"the language imports {top}, which is not of the standard library")


def only_the_wiring_knows_the_settings(source: Source) -> Iterator[str]:
    """Rule 1: `config` is imported by itself and the wiring; words import words; nothing imports tests."""
    own = source.path.parts[0]
    allowed = {"config": ("config", "schemas", "workers.errors"), "schemas": ("schemas",)}.get(own)
    for each in source.imports():
        top = each.module.partition(".")[0]
        if top == "config" and own == "workers" and not is_below(source, WIRING):
            yield source.at(each.line, "imports config; take plain arguments")
        if allowed and top in PRODUCT and not any(each.within(place) for place in allowed):
            yield source.at(each.line, f"{own} imports {each.full}")
        if top == "tests" and own != "tests":
            yield source.at(each.line, "the product imports its tests")


def a_door_wears_its_librarys_name(source: Source) -> Iterator[str]:
    """Rule 2."""
    if source.path.parts[0] == "tests":
        return
    for pattern, libraries in DOORS.items():
        if re.fullmatch(pattern, str(source.path)):
            continue
        for each in source.imports():
            for library in libraries:
                if each.within(library):
                    yield source.at(each.line, f"imports {each.full}, which is for {pattern}")
        for line, text in source.dotted():
            if text in libraries:
                yield source.at(line, f"uses {text}, which is for {pattern}")


def a_door_has_a_twin_in_memory(source: Source) -> Iterator[str]:
    """Rule 3: the class of a door has a Memory… beside it, one Protocol, and one contract test that names both."""
    door = DOOR_FILE.fullmatch(source.path.name)
    if not door or source.path.parts[0] == "tests" or str(source.path) in WITHOUT_TWIN:
        return
    library = door["library"].title()
    nouns = [each.name.removeprefix(library) for each in source.classes() if each.name.startswith(library)]
    if not nouns:
        yield source.at(1, f"a door without a class {library}…")
    beside = [each for each in sources("workers") if each.path.parent == source.path.parent]
    classes = {found.name: found for each in beside for found in each.classes()}
    contracts = [each.text for each in sources("tests/contract")]
    for noun in nouns:
        protocol = classes.get(noun)
        if protocol is None or not any(ast.unparse(each) == "Protocol" for each in protocol.bases):
            yield source.at(1, f"there is no Protocol {noun} in {source.path.parent}")
        if f"Memory{noun}" not in classes:
            yield source.at(1, f"{library}{noun} has no twin Memory{noun} in {source.path.parent}")
        if not any(f"Memory{noun}" in text and f"{library}{noun}" in text for text in contracts):
            yield source.at(1, f"no test in tests/contract/ is for both Memory{noun} and {library}{noun}")


def time_and_chance_come_in_as_arguments(source: Source) -> Iterator[str]:
    """Rule 4."""
    if source.path.parts[0] == "tests" or CLOCKED.fullmatch(str(source.path)):
        return
    for each in source.imports():
        if any(each.within(module) for module in CHANCE) or CLOCKS.fullmatch(each.full):
            yield source.at(each.line, f"takes {each.full} from the machine; let it come in as an argument")
    for line, text in source.dotted():
        if CLOCKS.fullmatch(text):
            yield source.at(line, f"takes {text} from the machine; let it come in as an argument")


def an_init_imports_no_door(source: Source) -> Iterator[str]:
    """Rule 5."""
    if source.path.name != "__init__.py" or source.path.parts[0] == "tests":
        return
    libraries = [library for group in DOORS.values() for library in group]
    for each in source.imports():
        names = each.full.split(".")
        if any(DOOR_FILE.fullmatch(name + ".py") for name in names) or any(each.within(name) for name in libraries):
            yield source.at(each.line, f"an __init__ imports the door {each.full}")


def imports_are_absolute(source: Source) -> Iterator[str]:
    """Rule 5."""
    for each in source.imports():
        if each.level:
            yield source.at(each.line, "a relative import")


def names_say_what_a_thing_is(source: Source) -> Iterator[str]:
    """Rule 5: of folders, files and classes."""
    for part in source.path.with_suffix("").parts:
        if BANNED & set(part.lower().split("_")):
            yield source.at(1, f"{part} says nothing; name the thing")
    for each in source.classes():
        if BANNED & {word.lower() for word in re.findall(r"[A-Z][a-z]*", each.name)}:
            yield source.at(each.lineno, f"{each.name} says nothing; name the thing")


def files_and_functions_are_short(source: Source) -> Iterator[str]:
    """Rule 6."""
    lines = source.text.count("\n")
    if lines > FILE_LINES:
        yield source.at(1, f"{lines} lines; at most {FILE_LINES}")
    for each in source.functions():
        length = (each.end_lineno or each.lineno) - each.lineno + 1
        if length > FUNCTION_LINES:
            yield source.at(each.lineno, f"{each.name} has {length} lines; at most {FUNCTION_LINES}")


RULES: tuple[Rule, ...] = (
    a_room_imports_the_words_and_itself,
    the_language_needs_nothing_but_python,
    only_the_wiring_knows_the_settings,
    a_door_wears_its_librarys_name,
    a_door_has_a_twin_in_memory,
    time_and_chance_come_in_as_arguments,
    an_init_imports_no_door,
    imports_are_absolute,
    names_say_what_a_thing_is,
    files_and_functions_are_short,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rules(rule: Rule) -> None:
    broken = [problem for source in sources(*PRODUCT, "tests") for problem in rule(source)]
    assert not broken, "\n".join(["", *broken])


def test_every_exception_is_needed() -> None:
    needed = {
        (source.room, to)
        for source in sources("workers")
        for each in source.imports()
        for _, to in EXCEPTIONS
        if each.within(to)
    }
    assert set(EXCEPTIONS) - needed == set()
    assert [path for path in WITHOUT_TWIN if not (ROOT / path).exists()] == []


def test_to_import_a_room_loads_no_library_of_a_door() -> None:
    rooms = sorted({".".join(each.path.parent.parts) for each in sources(*PRODUCT) if each.path.name == "__init__.py"})
    code = f"import {', '.join(rooms)}, sys; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & {"redis", "faust", "mode", "aiokafka", "kafka", "aiohttp", "httpx", "fastapi"} == set()
