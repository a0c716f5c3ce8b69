"""Matchers as people type them: `rule=r1`, `tag!=sport`, `source~wire*`, `uri!~https://blog.*`."""

from __future__ import annotations

import difflib
import getpass
import re
from collections.abc import Sequence
from typing import Annotated, get_args

import typer

from schemas.silence import Matcher, MatcherOp
from workers.errors import Refused

FIELDS: tuple[str, ...] = get_args(Matcher.model_fields["field"].annotation)
_FORM = re.compile(r"([A-Za-z_]*)(!=|!~|=|~)(.*)", re.DOTALL)
_OPS = {"=": MatcherOp.IS, "!=": MatcherOp.IS_NOT, "~": MatcherOp.LIKE, "!~": MatcherOp.UNLIKE}
_SIGNS = {op: sign for sign, op in _OPS.items()}

Author = Annotated[str | None, typer.Option(metavar="NAME", help="Whose word it is; else you, by your user's name.")]


def matchers_of(texts: Sequence[str], option: str) -> tuple[Matcher, ...]:
    """All of them. Raises typer.BadParameter."""
    return tuple(matcher_of(each, option) for each in texts)


def matcher_of(text: str, option: str) -> Matcher:
    """One. Raises typer.BadParameter."""
    found = _FORM.fullmatch(text)
    if not found:
        told = f"{text!r} is no matcher: write field=value, field!=value, field~glob or field!~glob"
        raise typer.BadParameter(told, param_hint=option)
    field, sign, value = found.groups()
    if field not in FIELDS:
        near = difflib.get_close_matches(field, FIELDS, n=1)
        told = f"did you mean {near[0]}?" if near else f"accepted: {', '.join(FIELDS)}"
        raise typer.BadParameter(f"{text!r}: there is no field {field!r}: {told}", param_hint=option)
    return Matcher.model_validate({"field": field, "op": _OPS[sign], "value": value})


def in_words(matchers: Sequence[Matcher]) -> str:
    """As they are typed."""
    return " ".join(f"{each.field}{_SIGNS[each.op]}{each.value}" for each in matchers)


def author_of(given: str | None) -> str:
    """Whose word it is. Raises Refused where nobody knows."""
    if given:
        return given
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise Refused("nobody knows who you are", reason="no_author", hint="--author NAME") from None
