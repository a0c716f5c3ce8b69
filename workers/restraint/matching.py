"""Does what a matcher asks hold of an alert? In a time that grows with the length of both, whatever is asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from schemas.alert import Alert
from schemas.silence import Matcher, MatcherOp

Channels: TypeAlias = Sequence[str]
Holds: TypeAlias = Callable[[Alert, Channels], bool]

# A field has several values where an alert has several tags, or is asked for all its channels at once. The fields that
# tell alerts apart best come first.
_FIELDS: dict[str, Callable[[Alert, Channels], Sequence[str]]] = {
    "story": lambda alert, _: (alert.story,),
    "uri": lambda alert, _: (alert.article.uri,),
    "rule": lambda alert, _: (alert.rule.id,),
    "name": lambda alert, _: (alert.rule.name,),
    "channel": lambda _, channels: channels,
    "tag": lambda alert, _: alert.rule.tags,
    "source": lambda alert, _: (alert.article.source or "",),
    "owner": lambda alert, _: (alert.rule.owner,),
    "language": lambda alert, _: (alert.article.language or "",),
    "kind": lambda alert, _: (alert.kind.value,),
    "priority": lambda alert, _: (str(alert.rule.priority),),
}
_BY_WORTH = {field: at for at, field in enumerate(_FIELDS)}


class Filed:
    """Names with what they ask for, filed so that of thousands only those are asked that may hold.

    Each is filed under the best thing that it wants to be so; those that want none, such as patterns, are asked always.
    """

    def __init__(self) -> None:
        self._places: dict[str, tuple[str, str]] = {}  # of each name the field and the value
        self._names: dict[str, dict[str, dict[str, Holds]]] = {}  # by field and value

    def put(self, name: str, matchers: Sequence[Matcher]) -> None:
        """Add or replace."""
        self.drop(name)
        wanted = (each for each in matchers if each.op is MatcherOp.IS)
        best = min(wanted, key=lambda each: _BY_WORTH[each.field], default=None)
        field, value = self._places[name] = (best.field, best.value) if best else ("", "")
        self._names.setdefault(field, {}).setdefault(value, {})[name] = all_of(matchers)

    def drop(self, name: str) -> None:
        """Forget; one that is not there is forgotten already."""
        field, value = self._places.pop(name, ("", None))
        if value is not None:
            del self._names[field][value][name]
            if not self._names[field][value]:
                del self._names[field][value]

    def near(self, alert: Alert, channels: Channels) -> Iterator[tuple[str, Holds]]:
        """All that hold, and some more: whether they do is still to be asked."""
        for field, filed in self._names.items():
            for value in _FIELDS[field](alert, channels) if field else ("",):
                yield from filed.get(value, {}).items()

    def holding(self, alert: Alert, channels: Channels) -> list[str]:
        """Those that hold, by name."""
        return sorted({name for name, holds in self.near(alert, channels) if holds(alert, channels)})


def all_of(matchers: Sequence[Matcher]) -> Holds:
    """Whether all hold. What an article does not say is the empty text."""
    each_holds = [_holds(each) for each in matchers]
    if len(each_holds) == 1:
        return each_holds[0]
    return lambda alert, channels: all(holds(alert, channels) for holds in each_holds)


def _holds(matcher: Matcher) -> Holds:
    values = _FIELDS[matcher.field]
    fits = like(matcher.value) if matcher.op in (MatcherOp.LIKE, MatcherOp.UNLIKE) else matcher.value.__eq__
    positive = matcher.op in (MatcherOp.IS, MatcherOp.LIKE)

    def holds(alert: Alert, channels: Channels) -> bool:
        for value in values(alert, channels):  # no any(): of a thousand silences each is asked this
            if fits(value):
                return positive
        return not positive

    return holds


def like(pattern: str) -> Callable[[str], bool]:
    """`*` stands for anything, also for nothing; upper and lower case are one.

    Each part between two `*` is looked for once, behind the one before it: the first place is as good as any later one.
    """
    first, *parts = pattern.casefold().split("*")
    if not parts:
        return lambda text: text.casefold() == first
    *between, last = parts

    def fits(text: str) -> bool:
        text = text.casefold()
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last)):
            return False
        at = len(first)
        for part in between:
            found = text.find(part, at, end)
            if found < 0:
                return False
            at = found + len(part)
        return at <= end

    return fits
