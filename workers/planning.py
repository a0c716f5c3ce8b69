"""What a record of an article means for what was told of the article before. Pure.

| the record | what becomes of it |
|---|---|
| older than what is known | a decision, SUPERSEDED |
| canceled or withheld | what was told is retracted; rules that told nothing: a decision, NOT_USABLE |
| the same version as one that was taken back | a decision, NOT_USABLE |
| written before a kill that named no version and came first | the same; see sweeping.py |
| under embargo | held on the topic `held`; a decision, EMBARGOED |
| newer, and a rule that told says no now | retracted |
| newer, and it says yes: a correction, or other words for a rule with `updates: versions` | corrected, updated |
| all else that matches | claimed: an alert if the story is new to the rule |

A kill is put on the topic `kills` besides, whatever becomes of it.
"""

from __future__ import annotations

from collections.abc import Callable

from schemas.alert import AlertCause, AlertKind
from schemas.article import ArticleStatus
from schemas.reasons import HeldReason
from schemas.rule import Dedup, RuleStatus, Updates
from workers.alerts import Grounds
from workers.dedup import (
    Known,
    Latest,
    Standing,
    Telling,
    fingerprint,
    stand,
    version_of,
    words_of,
)
from workers.embargo import is_release
from workers.fates import place_of
from workers.plans import Follow, Found, Plan
from workers.rules.book import LiveRule
from workers.sweeping import sweep_of, swept_by

SUCCESSOR_MS = 86_400_000  # a topic that was made anew counts its offsets anew; clocks differ by less
KILLS = {ArticleStatus.CANCELED: AlertCause.CANCELED, ArticleStatus.WITHHELD: AlertCause.WITHHELD}


def plan(found: Found, known: Known, rule_of: Callable[[str], LiveRule | None]) -> Plan:
    """What to do. Asked again after a crash, when part of it may be known already, it comes to the same end."""
    made = Plan(found, version_of(found.article, known), held=known.held)
    made.swept = swept_by(found, known)
    standing = Standing.TAKEN_BACK if made.swept else stand(found.article, known)
    released = is_release(found.record)
    if standing is Standing.LATE:
        _late(made, known, rule_of)
    elif released and known.held is not None and known.held > made.version:
        _hold_all(made, known, HeldReason.SUPERSEDED, f"version {known.held}, which is newer, is held under embargo")
    elif found.article.status is not ArticleStatus.USABLE:
        _kill(made, known, rule_of)
    elif standing is Standing.TAKEN_BACK:
        if not _was_accounted_for(found, known):
            _hold_all(made, known, HeldReason.NOT_USABLE, _by_what(made, known))
        _take_back_unknown(made, known, rule_of)
    elif found.under_embargo:
        _embargo(made, known)
    else:
        _use(made, known, rule_of)
        made.replace()
    if not made.embargo and (released or found.under_embargo):  # it may have slept, and have put it there late
        made.let_go()
    if found.article.status is not ArticleStatus.USABLE:  # late or not: of what made it late nobody may be told
        made.kill = Latest(made.version, found.article.status, found.owner)
        made.sweep = sweep_of(found)
    return made


def _by_what(made: Plan, known: Known) -> str:
    if made.swept is None:
        return f"it was taken back by the article record {_latest_by(known)}"
    return f"it was taken back by the article record {made.swept.owner.partition('@')[0]}, with all before that"


def _late(made: Plan, known: Known, rule_of: Callable[[str], LiveRule | None]) -> None:
    newest = known.latest
    if newest is None:
        return
    detail = f"version {made.version} came after version {newest.version}, the article record {_latest_by(known)}"
    if not _was_accounted_for(made.found, known):
        _hold_all(made, known, HeldReason.SUPERSEDED, detail)
    _take_back_unknown(made, known, rule_of)


def _was_accounted_for(found: Found, known: Known) -> bool:
    """Is it read again after a crash? What stands behind it on its partition is known already.

    Alerts or decisions were out for it before anything behind it was remembered: batches and waves go in their order.
    """
    place = place_of(known.latest.owner) if known.latest else None
    record = found.record
    return (
        place is not None
        and place.partition == f"{record.topic}/{record.partition}"
        and place.offset > record.offset
        and place.timestamp_ms > record.timestamp_ms - SUCCESSOR_MS
    )


def _take_back_unknown(made: Plan, known: Known, rule_of: Callable[[str], LiveRule | None]) -> None:
    """What was told behind the latest version, while whoever took that version in could not know of it.

    A kill takes back all up to its own version. Behind a usable version only what this record has just told so: where
    the rule still said yes to that version, the rule has told of it, or another article has of the story.
    """
    newest = known.latest
    if newest is None:
        return
    cause = KILLS.get(newest.status)
    for rule_id, told in known.tellings.items():
        if told.kind is AlertKind.RETRACTED:
            continue
        if made.swept is not None and told.owner == made.found.owner:
            _retract(made, rule_id, rule_of(rule_id), KILLS[made.swept.status], told)
        elif cause is not None and told.version <= newest.version:
            _retract(made, rule_id, rule_of(rule_id), cause, told, newest.version)
        elif made.found.overrun and told.owner == made.found.owner and told.version < newest.version:
            _retract(made, rule_id, rule_of(rule_id), AlertCause.NO_LONGER_MATCHES, told, newest.version)


def _kill(made: Plan, known: Known, rule_of: Callable[[str], LiveRule | None]) -> None:
    """All that was told is taken back, whether the rule still says yes or not, and whether it still stands or not."""
    article, owner = made.found.article, made.found.owner
    for rule_id, told in known.tellings.items():
        if told.kind is not AlertKind.RETRACTED:
            _retract(made, rule_id, rule_of(rule_id), KILLS[article.status], told)
        elif told.owner == owner:
            made.forget.append((rule_id, told))
    gone = {each.rule_id for each in made.follows}
    _hold_all(made, known, HeldReason.NOT_USABLE, f"the article's status is {article.status}", gone)
    made.latest, made.always = Latest(made.version, article.status, owner), True
    made.let_go()


def _embargo(made: Plan, known: Known) -> None:
    if known.held is not None and known.held > made.version:
        detail = f"version {known.held}, which is newer, is held under embargo"
        _hold_all(made, known, HeldReason.SUPERSEDED, detail)
        return
    made.embargo = True
    made.replace()
    made.unhold.discard(made.version)
    until = made.found.article.embargoed_until
    when = f"{until:%Y-%m-%d %H:%M:%S %Z}" if until else "now"  # in the source's zone: UTC may have no such time
    _hold_all(made, known, HeldReason.EMBARGOED, f"under embargo until {when}; it is held, and matched then")


def _use(made: Plan, known: Known, rule_of: Callable[[str], LiveRule | None]) -> None:
    found, owner = made.found, made.found.owner
    rules = found.rules
    newer = [told for told in known.tellings.values() if told.version < made.version]
    if newer or any(_compares(live) for live in rules.values()):
        longest_s = max([live.rule.dedup_window_s for live in rules.values()], default=1)
        made.traits = fingerprint(found.article, longest_s * 1000)
        made.words = words_of(made.traits)
    for rule_id, live in _open(found):
        told = known.tellings.get(rule_id)
        if told is None:
            made.claim[rule_id] = live
        elif told.owner != owner:
            _renew(made, rule_id, live, told)
        elif told.kind in (AlertKind.RETRACTED, AlertKind.CREATED):  # by this very record, before a crash
            made.claim[rule_id] = live
    for rule_id in known.tellings.keys() - rules.keys():
        told, now = known.tellings[rule_id], rule_of(rule_id)
        if told.kind is AlertKind.RETRACTED:
            if told.owner == owner:
                made.forget.append((rule_id, told))
        elif told.version < made.version and now is not None and now.rule.status is RuleStatus.LIVE:
            _retract(made, rule_id, now, AlertCause.NO_LONGER_MATCHES, told)
    made.latest = Latest(made.version, ArticleStatus.USABLE, owner)
    made.always = made.version > 1 or known.latest is not None


def _renew(made: Plan, rule_id: str, live: LiveRule, told: Telling) -> None:
    """The rule told of the article before, and says yes to this version."""
    if told.kind is AlertKind.RETRACTED or told.version >= made.version:
        made.claim[rule_id] = live
    elif made.found.article.is_correction:
        cause = AlertCause.CORRECTION
        made.follows.append(Follow(rule_id, live, AlertKind.CORRECTED, cause, made.version, told))
    elif live.rule.updates is Updates.VERSIONS and made.words != told.words:
        cause = AlertCause.NEW_VERSION
        made.follows.append(Follow(rule_id, live, AlertKind.UPDATED, cause, made.version, told))
    else:
        made.claim[rule_id] = live


def _retract(
    made: Plan, rule_id: str, live: LiveRule | None, cause: AlertCause, told: Telling, version: int | None = None
) -> None:
    by = made.version if version is None else version
    made.follows.append(Follow(rule_id, live, AlertKind.RETRACTED, cause, by, told))
    made.forget.append((rule_id, told))


def _hold_all(
    made: Plan, known: Known, reason: HeldReason, detail: str, but: frozenset[str] | set[str] = frozenset()
) -> None:
    """A decision for each rule that matches, but for what this very record has told already."""
    for rule_id, live in _open(made.found):
        told = known.tellings.get(rule_id)
        if rule_id not in but and (told is None or told.owner != made.found.owner):
            made.decide.append((live, Grounds(reason, detail, told.alert_id if told else None)))


def _open(found: Found) -> list[tuple[str, LiveRule]]:
    return [(rule_id, live) for rule_id, live in found.rules.items() if rule_id not in found.settled]


def _compares(live: LiveRule) -> bool:
    return live.rule.dedup is Dedup.STORY or live.rule.updates is Updates.VERSIONS


def _latest_by(known: Known) -> str:
    """The record of the latest version, for people."""
    return known.latest.owner.partition("@")[0] if known.latest and known.latest.owner else "of which no trace is left"
