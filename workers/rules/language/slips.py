"""What is said about slips of the pen in single tokens: each with its way out."""

from __future__ import annotations

import difflib
import re
from typing import NamedTuple

from workers.rules.language.limits import COUNT_MAX, NUMBER_MAX
from workers.rules.language.refusal import shown
from workers.rules.language.tokens import FIELDS, Kind
from workers.rules.language.tree import NUMBER_FIELDS

_NUMBER = re.compile(r"[0-9]+")
_FIELD = re.compile(r"[^\W\d_]+:")
_NAME_MAX = 40


class Slip(NamedTuple):
    """What is wrong, and the way out."""

    message: str
    hint: str


def count(name: str, given: str | None) -> Slip | None:
    """Of the n of an operator; None where it is right."""
    near = name not in ("ATLEAST", "ANY", "first")
    plain = f"{name}/5" + {"ATLEAST": "(…)", "ANY": "(…, …)", "first": ":…"}.get(name, "")
    reach = f"write {plain}" + (f", {name}/S for one sentence or {name}/P for one paragraph" if near else "")
    quoted = f'; for the word itself write "{name.lower()}" in quotes' if name != "first" else ""
    if not given:
        return Slip(f"{name} needs a number behind it", reach + quoted)
    if near and given in ("s", "p"):
        return Slip(f"{name}/{given} is no distance", f"write {name}/{given.upper()}")
    if not _NUMBER.fullmatch(given):
        return Slip(f"{shown(given)} is no {'distance' if near else 'number'} for {name}", reach + quoted)
    if len(given.lstrip("0")) > len(str(COUNT_MAX)) or not 1 <= int(given) <= COUNT_MAX:
        return Slip(f"the number of {name} is out of range", f"write a number from 1 to {COUNT_MAX:,}")
    return None


def not_before(operator: str) -> Slip:
    """Of `NOT PRE/n`."""
    reach = operator.partition("/")[2]
    return Slip(f"NOT {operator} is no operator", f"write NOT NEAR/{reach}, or NOT (A {operator} B)")


def field(name: str) -> Slip:
    """Of a name before a colon that is no field."""
    if name.lower() in FIELDS:
        return Slip(f"{shown(name)} is no field: fields are lower case", f"write {name.lower()}:")
    if name == "first":
        return Slip("first needs a number of words", "write first/100: for the first 100 words of the body")
    if name in NUMBER_FIELDS:
        return Slip(f"{name} is no text field", f"compare it with a number, such as {name}<=3")
    quotes = "put the text in quotes if the colon belongs to it"
    if name.lower() in ("http", "https", "ftp"):
        return Slip(f"{name} is no field", quotes)
    near = difflib.get_close_matches(name[:_NAME_MAX].lower(), FIELDS, n=1)
    known = f"did you mean {near[0]}:?" if near else f"the fields are {', '.join(FIELDS)}, first/n"
    return Slip(f"{shown(name)} is no field", f"{known} — or {quotes}")


def test(name: str, comparison: str, value: str) -> Slip | None:
    """Of `urgency<=3` and its like; None where it is right."""
    if name not in NUMBER_FIELDS:
        return Slip(f"{name} is no field: fields are lower case", f"write {name.lower()}{comparison}{shown(value)}")
    if comparison not in ("<", "<=", "=", ">=", ">"):
        return Slip(f"{shown(comparison)} is no comparison", "write one of < <= = >= >")
    if not _NUMBER.fullmatch(value):
        return Slip(f"{name} is compared with a whole number", f"write {name}{comparison}3, or put the words in quotes")
    if len(value.lstrip("0")) > len(str(NUMBER_MAX)) or int(value) > NUMBER_MAX:
        return Slip("this number is out of range", f"write a number up to {NUMBER_MAX:,}")
    return None


def behind_sign(sign: str, piece: str, next_char: str) -> Slip | None:
    """Of what stands behind `~` or `=`; None where words may follow."""
    name = "~ (stem)" if sign == "~" else "= (exact)"
    if not piece and next_char == "(":
        return Slip(f"{name} cannot stand before a bracket", f"write {sign} before each word inside of it")
    if not piece:
        return Slip(f"{name} needs a word right behind it", f"write {sign}word without a space, or leave {sign} out")
    if piece[0] in "~=@":
        return Slip(f"{name} cannot stand before {piece[0]}", "leave one of them out")
    found = _FIELD.match(piece)
    if found:
        return Slip(f"{name} cannot stand before a field", f"write {found.group()}{sign}… instead")
    return None


def no_word(sign: str) -> Slip:
    """Of `~` or `=` before signs only."""
    return Slip(f"{sign} has no word behind it", f"write a word right behind {sign}, or leave it out")


def list_name(name: str) -> Slip:
    """Of `@` with something else than a list name behind it."""
    if not name:
        return Slip("@ needs the name of a list right behind it", "write @name, or put the text in quotes")
    return Slip(
        "this is no list name: letters, digits, _ and - make one",
        f"write @{shown(name)} and a space, or put the text in quotes",
    )


def sign(mark: str, behind: Kind | None) -> Slip:
    """Of `-word` and `+word`; `behind` is what kind of token it stands behind, None at the beginning."""
    inside = behind in (Kind.PLACES, Kind.CLOSE)
    if mark == "-":
        hint = "write NOT in its place"
        if not inside and behind not in (Kind.AND, Kind.NOT):
            hint = "say first what must be there, then NOT, such as: Russia NOT sport"
        return Slip("- does not exclude what follows", f"{hint}; if it is only a hyphen, take it out")
    hint = "write AND in its place; if it is only a plus, take it out"
    if not inside:
        hint = "take it out; what else must be there is joined with AND, such as: Russia AND China"
    return Slip("+ does not demand what follows", hint)
