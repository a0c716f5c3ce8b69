"""Where settings come from: a TOML file, the environment. Each value keeps its place, for errors."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

ENVIRONMENT = "WIREWATCH_"
MANUAL = "config/defaults.toml names them all"


class SettingsError(ValueError):
    """Settings that are unknown or wrong: one line each, with name, place, accepted form or the nearest name."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting."""

    name: str  # as in the file, with its section: match.lease_s
    info: FieldInfo

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return ENVIRONMENT + self.name.replace(".", "_").upper()

    @property
    def form(self) -> str:
        """What is accepted, in words."""
        if get_origin(self.info.annotation) is Literal:
            return "one of " + ", ".join(f'"{each}"' for each in get_args(self.info.annotation))
        if self.info.annotation is bool:
            return "true or false"
        if self.info.annotation is str:
            return self.info.description or "text"
        low = next(bound.ge for bound in self.info.metadata if isinstance(bound, Ge))
        high = next(bound.le for bound in self.info.metadata if isinstance(bound, Le))
        return f"a {'whole ' if self.info.annotation is int else ''}number from {low} to {high}"


@dataclass(frozen=True, slots=True)
class Value:
    """A value and where it was found."""

    value: Any
    place: str


Knobs: TypeAlias = Mapping[str, Knob]
Found: TypeAlias = dict[str, Value]


def knobs_of(model: type[BaseModel], section: type[BaseModel]) -> dict[str, Knob]:
    """Every knob of the model by its name; fields whose type is a section are opened."""
    knobs: dict[str, Knob] = {}
    for name, info in model.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, section):
            inner = knobs_of(info.annotation, section)
            knobs |= {f"{name}.{knob.name}": Knob(f"{name}.{knob.name}", knob.info) for knob in inner.values()}
        else:
            knobs[name] = Knob(name, info)
    return knobs


def from_file(path: Path, knobs: Knobs) -> tuple[Found, list[str]]:
    """What a TOML file sets, and what is wrong with it."""
    try:
        with path.open("rb") as file:
            tree = tomllib.load(file)
    except OSError as exc:
        return {}, [f"{path}: the settings file cannot be read: {exc.strerror or exc}"]
    except (ValueError, RecursionError) as exc:  # not TOML, not UTF-8, nested too deeply
        return {}, [f"{path}: the settings file is not TOML: {exc}"]
    sections = {name.partition(".")[0] for name in knobs if "." in name}
    found: Found = {}
    problems = []
    for name, value in _flat(tree, sections):
        if name in sections:
            problems.append(f"{name}: is a section (in {path}); accepted: a line [{name}] with its settings below")
        elif name in knobs:
            found[name] = Value(value, f"in {path}")
        else:
            problems.append(f"{name}: no such setting (in {path}); {_nearest(name, knobs)}")
    return found, problems


def from_variables(environ: Mapping[str, str], knobs: Knobs) -> tuple[Found, list[str]]:
    """What the variables that begin with WIREWATCH_ set, and which of them are unknown."""
    by_variable = {knob.variable: knob for knob in knobs.values()}
    found: Found = {}
    problems = []
    for variable in sorted(environ):
        if not variable.upper().startswith(ENVIRONMENT):
            continue
        knob = by_variable.get(variable)
        if knob:
            found[knob.name] = Value(_typed(environ[variable], knob), f"in the environment, {variable}")
        else:
            problems.append(f"{variable}: no such setting (in the environment); {_nearest(variable, by_variable)}")
    return found, problems


def nested(found: Found) -> dict[str, Any]:
    """The values as the model takes them."""
    tree: dict[str, Any] = {}
    for name, each in found.items():
        section, dot, last = name.rpartition(".")
        (tree.setdefault(section, {}) if dot else tree)[last] = each.value
    return tree


def problems_of(error: ValidationError, found: Found, knobs: Knobs) -> list[str]:
    """A line for each value that was not accepted."""
    problems = []
    for each in error.errors(include_url=False, include_input=False):
        name = ".".join(map(str, each["loc"][:2]))
        value = "the value" if not knobs[name].info.repr else repr(found[name].value)
        problems.append(f"{name}: {value} is not accepted ({found[name].place}); accepted: {knobs[name].form}")
    return problems


def _flat(tree: Mapping[str, Any], sections: Iterable[str]) -> Iterable[tuple[str, Any]]:
    for name, value in tree.items():
        if isinstance(value, dict) and (name in sections or value):
            yield from ((f"{name}.{inner}", each) for inner, each in value.items())
        else:
            yield name, value


def _typed(text: str, knob: Knob) -> Any:
    """Text of the environment as the knob's type; what is not of it stays text, to be refused with the others."""
    kind = knob.info.annotation
    if kind is bool and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if kind is not int and kind is not float:
        return text
    try:
        return kind(text)
    except ValueError:
        return text


def _nearest(name: str, names: Iterable[str]) -> str:
    names = list(names)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.75)
    last = name.rpartition(".")[2]
    near = near or [each for each in names if each.rpartition(".")[2] == last]  # right word, wrong section
    return f"did you mean {near[0]}?" if near else MANUAL
