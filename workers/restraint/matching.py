"""Does what a matcher asks hold of an alert? In a time that grows with the length of both, whatever is asked. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from schemas.alert import Alert
from schemas.silence import Matcher, MatcherOp

Channels: TypeAlias = Sequence[str]
Holds: TypeAlias = Callable[[Alert, Channels], bool]

# A field has several values where an alert has several tags, or is asked for all its channels at once.
_FIELDS: dict[str, Callable[[Alert, Channels], Sequence[str]]] = {
    "rule": lambda alert, _: (alert.rule.id,),
    "name": lambda alert, _: (alert.rule.name,),
    "tag": lambda alert, _: alert.rule.tags,
    "owner": lambda alert, _: (alert.rule.owner,),
    "priority": lambda alert, _: (str(alert.rule.priority),),
    "kind": lambda alert, _: (alert.kind.value,),
    "source": lambda alert, _: (alert.article.source or "",),
    "language": lambda alert, _: (alert.article.language or "",),
    "story": lambda alert, _: (alert.story,),
    "uri": lambda alert, _: (alert.article.uri,),
    "channel": lambda _, channels: channels,
}


def all_of(matchers: Sequence[Matcher]) -> Holds:
    """Whether all hold. What an article does not say is the empty text."""
    each_holds = [_holds(each) for each in matchers]
    return lambda alert, channels: all(holds(alert, channels) for holds in each_holds)


def _holds(matcher: Matcher) -> Holds:
    values = _FIELDS[matcher.field]
    fits = like(matcher.value) if matcher.op in (MatcherOp.LIKE, MatcherOp.UNLIKE) else matcher.value.__eq__
    if matcher.op in (MatcherOp.IS, MatcherOp.LIKE):
        return lambda alert, channels: any(fits(value) for value in values(alert, channels))
    return lambda alert, channels: not any(fits(value) for value in values(alert, channels))


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
