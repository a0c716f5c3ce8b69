"""The records of a file before they are checked: JSON Lines or YAML, each with its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Literal, TypeAlias

import orjson
import yaml

Kind: TypeAlias = Literal["rule", "list", "channel"]

LINE_MAX_BYTES = 11 * 1024 * 1024  # no topic takes more
LINES_BELOW_MAX = 20_000  # that are kept of one field
YAML_MAX_BYTES = 32 * 1024 * 1024  # YAML costs memory and minutes
JSON_LINES = (".jsonl", ".ndjson", ".json")
YAML = (".yaml", ".yml")
SECTIONS: Mapping[str, Kind] = {"rules": "rule", "lists": "list", "channels": "channel"}
_MARK = b"\xef\xbb\xbf"
_SHOWN_MAX = 60  # characters


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in a file."""

    place: str  # file:line, or the file
    message: str
    hint: str = ""
    kind: Kind | None = None  # of the record that it is about, if there is one
    record_id: str = ""  # that record's, if it has one
    bare: str = ""  # the message without kind and id

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" ({self.hint})" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it stands in the file."""

    kind: Kind
    line: int
    data: Mapping[str, Any]
    lines: Mapping[str, int] = field(default_factory=dict)  # of its fields, where they have lines of their own
    blocks: Mapping[str, int] = field(default_factory=dict)  # of the first lines of texts whose lines are the file's


def raw_records(path: Path, kind: Kind) -> Iterator[Raw | Problem]:
    """The records of a file in its order, and its problems; those that no section names are of `kind`."""
    try:
        if path.suffix.lower() in YAML:
            yield from _yaml(path, kind)
        elif path.suffix.lower() in JSON_LINES:
            yield from _json_lines(path, kind)
        else:
            ending = ", ".join(JSON_LINES + YAML)
            yield Problem(str(path), f"the ending {path.suffix!r} is not known", f"accepted: {ending}")
    except OSError as exc:
        yield Problem(str(path), f"cannot be read: {exc.strerror or exc}")


def _json_lines(path: Path, kind: Kind) -> Iterator[Raw | Problem]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_MAX_BYTES + 1):
            number += 1
            place = f"{path}:{number}"
            if len(line) > LINE_MAX_BYTES:
                yield Problem(place, f"the line has more than {LINE_MAX_BYTES} bytes", f"write one {kind} a line")
                return
            if number == 1:
                line = line.removeprefix(_MARK)
            if not line or line.isspace():
                continue
            try:
                data = orjson.loads(line)
            except orjson.JSONDecodeError as exc:
                yield Problem(
                    place, f"no JSON at column {exc.pos + 1}: {exc.msg}", f"write one whole {kind} a line, or YAML"
                )
                continue
            if isinstance(data, dict):
                yield Raw(kind, number, data)
            else:
                yield Problem(place, f"a {kind} is an object", f"write one {kind} a line, with its id")


def _yaml(path: Path, kind: Kind) -> Iterator[Raw | Problem]:
    with path.open("rb") as file:
        content = file.read(YAML_MAX_BYTES + 1)
    if len(content) > YAML_MAX_BYTES:
        yield Problem(str(path), f"YAML above {YAML_MAX_BYTES} bytes is not read", "write JSON Lines")
        return
    try:
        text = content.removeprefix(_MARK).decode()
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        yield Problem(f"{path}:{line}", f"no UTF-8 at byte {exc.start}", "save the file as UTF-8")
        return
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        root = loader.get_single_node()
        if root is not None:
            yield from _sections(path, kind, root, loader)
    except yaml.MarkedYAMLError as exc:
        yield _no_yaml(path, exc, text)
    except (yaml.YAMLError, RecursionError) as exc:
        yield Problem(str(path), f"no YAML: {exc}")
    finally:
        loader.dispose()


def _sections(path: Path, kind: Kind, root: yaml.Node, loader: yaml.SafeLoader) -> Iterator[Raw | Problem]:
    if isinstance(root, yaml.SequenceNode):
        yield from _items(path, kind, root, loader)
        return
    if not isinstance(root, yaml.MappingNode):
        yield Problem(_place(path, root), "neither a list of rules nor rules:, lists: and channels:")
        return
    named: set[str] = set()
    for key, value in root.value:
        name = _name(key)
        if name not in SECTIONS or name in named:
            what = "stands here twice" if name in named else "no such section"
            yield Problem(_place(path, key), f"{name}: {what}", "accepted: rules:, lists: and channels:, each once")
        elif isinstance(value, yaml.SequenceNode):
            yield from _items(path, SECTIONS[name], value, loader)
        elif value.value:  # nothing behind the colon is an empty section
            yield Problem(_place(path, value), f"{name}: is no list", "begin each entry with `- id: …`")
        named.add(name)


def _items(path: Path, kind: Kind, items: yaml.SequenceNode, loader: yaml.SafeLoader) -> Iterator[Raw | Problem]:
    for item in items.value:
        if not isinstance(item, yaml.MappingNode):
            yield Problem(_place(path, item), f"a {kind} has fields", "write `- id: …` and its other fields below")
            continue
        data: dict[str, Any] = {}
        lines: dict[str, int] = {}
        blocks: dict[str, int] = {}
        for key, value in item.value:
            name = _name(key)
            if name in data:
                yield Problem(_place(path, key), f"{name}: stands in line {lines[name]} already", "keep one of them")
            lines[name] = key.start_mark.line + 1
            if kind == "channel":
                for where, line in islice(_lines_below(value, name), LINES_BELOW_MAX):
                    if where in lines:
                        told = f"{name}: one of its fields stands in line {lines[where]} already"
                        yield Problem(f"{path}:{line}", told, "keep one of them")
                    lines[where] = line
            if isinstance(value, yaml.ScalarNode) and value.style == "|":
                blocks[name] = value.start_mark.line + 2
            try:
                data[name] = loader.construct_object(value, deep=True)
            except yaml.MarkedYAMLError as exc:
                yield _no_yaml(path, exc)
            except (ValueError, LookupError, TypeError, AttributeError) as exc:  # 2026-02-30; `!!bool x` is a KeyError
                yield Problem(_place(path, value), f"{name}: no such value: {exc}", "put the text in quotes")
        yield Raw(kind, item.start_mark.line + 1, data, lines, blocks)


def _lines_below(node: yaml.Node, path: str, depth: int = 3) -> Iterator[tuple[str, int]]:
    """The lines of what stands within a field, by path: `endpoints.0.url`."""
    below: list[tuple[str, int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        below = [(_name(key), key.start_mark.line + 1, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        below = [(str(at), item.start_mark.line + 1, item) for at, item in enumerate(node.value)]
    for name, line, value in below:
        yield f"{path}.{name}", line
        if depth:
            yield from _lines_below(value, f"{path}.{name}", depth - 1)


def _no_yaml(path: Path, exc: yaml.MarkedYAMLError, text: str = "") -> Problem:
    mark = exc.problem_mark
    line = f":{mark.line + 1}" if mark else ""
    told = exc.problem or str(exc.context)
    hint = "a text with `: `, ` #` or a quote in it: put it behind `|` on lines of its own, or in quotes"
    behind = text.splitlines()[mark.line][mark.column :] if mark and mark.line < len(text.splitlines()) else ""
    if "cannot start any token" in told and behind[:1] in ("@", "`", "%"):
        told = f"a text cannot begin with {behind[0]}"
        hint = f"put it in quotes: '{behind.strip()[:_SHOWN_MAX]}'"
    elif "\t" in (behind[:1], told) or "tab character" in told or "'\\t'" in told:
        told, hint = "a tab stands where spaces should", "indent with spaces: YAML takes no tabs there"
    return Problem(f"{path}{line}", f"no YAML: {told}", hint)


def _place(path: Path, node: yaml.Node) -> str:
    return f"{path}:{node.start_mark.line + 1}"


def _name(key: yaml.Node) -> str:
    return str(key.value) if isinstance(key, yaml.ScalarNode) else "?"
