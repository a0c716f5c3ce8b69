"""Ask for the claims of a batch, without waiting for what the batch itself has left behind, or the dead have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from schemas.envelope import Incoming
from workers.dedup import Answer, ClaimRequest, Claims, Outcome
from workers.fates import Match, owner_of, record_of

Said: TypeAlias = tuple[str, str]  # owner of a claim, rule id
# Which of these have told, as the topic has it; asked with the time since which they may have, milliseconds
Witness: TypeAlias = Callable[[Collection[Said], int], Awaitable[Collection[Said]]]


async def claim(
    claims: Claims, matches: Sequence[Match], batch: Sequence[Incoming], witness: Witness
) -> list[dict[str, Answer]]:
    """Ask for all. What a record of this batch claimed before a crash and does not claim now is not waited for.

    Where a lease is over unconfirmed, its owner may have told before it died. The same holds for a record of this batch
    that claimed before a crash. The witness is asked, once for all.
    """
    requests = [match.request() for match in matches]
    if not requests:
        return []
    answers = await claims.claim(requests)
    doubtful = _doubtful(answers, claimed_by(matches), {owner_of(record) for record in batch})
    return await _claim_instead(claims, requests, answers, doubtful, witness) if doubtful else answers


async def give_back(claims: Claims, put_off: Sequence[tuple[Match, Mapping[str, Answer]]], witness: Witness) -> None:
    """What is put off was claimed for nothing, but for what was claimed before a crash: that may be told already."""
    before = {
        (match.owner, rule_id): since_ms
        for match, by_rule in put_off
        for rule_id, answer in by_rule.items()
        if rule_id in match.rules and (since_ms := answer.since_ms) is not None
    }
    told = await witness(before.keys(), min(before.values())) if before else ()
    parts = [match.parted(lambda owner, rule_id: (owner, rule_id) in told) for match, _ in put_off]
    await claims.confirm([match.request() for match, _ in parts if match.rules])
    await claims.release([match.request() for _, match in parts if match.rules])


async def _claim_instead(
    claims: Claims,
    requests: Sequence[ClaimRequest],
    answers: Sequence[Mapping[str, Answer]],
    doubtful: Mapping[Said, int],
    witness: Witness,
) -> list[dict[str, Answer]]:
    """1. look at what they have told, 2. confirm that for them, 3. claim what they have not, in their place."""
    told = await witness(doubtful.keys(), min(doubtful.values()))
    confirmed, released, again = list[ClaimRequest](), list[ClaimRequest](), list[ClaimRequest]()
    for request, by_rule in zip(requests, answers, strict=True):
        instead_of: dict[str, str] = {}
        for rule_id, answer in by_rule.items():
            owner = answer.owner
            if owner is None or (owner, rule_id) not in doubtful:
                continue
            theirs = ClaimRequest(request.story, owner, {rule_id: request.windows_ms[rule_id]})
            if (owner, rule_id) in told:
                confirmed.append(theirs)
            elif answer.outcome is Outcome.LAPSED:
                instead_of[rule_id] = owner
            else:
                released.append(theirs)
        again.append(replace(request, instead_of=instead_of))
    await claims.confirm(confirmed)
    await claims.release(released)
    return [_since_before(*pair) for pair in zip(answers, await claims.claim(again), strict=True)]


def _since_before(first: Mapping[str, Answer], second: Mapping[str, Answer]) -> dict[str, Answer]:
    """Asked twice: what was granted at first was not claimed before a crash for that."""
    return {
        rule_id: first[rule_id] if first[rule_id].outcome is answer.outcome is Outcome.FIRST_SEEN else answer
        for rule_id, answer in second.items()
    }


def _doubtful(
    answers: Sequence[Mapping[str, Answer]], wanted: Collection[Said], batch: Collection[str]
) -> dict[Said, int]:
    """Whose claims stand unconfirmed and may have been told, and since when: of the dead, and of records read again."""
    return {
        (answer.owner, rule_id): answer.since_ms or 0
        for by_rule in answers
        for rule_id, answer in by_rule.items()
        if answer.owner is not None
        and (
            answer.outcome is Outcome.LAPSED
            or (
                answer.outcome is Outcome.CLAIMED_ELSEWHERE
                and (answer.owner, rule_id) not in wanted
                and record_of(answer.owner) in batch
            )
        )
    }


def claimed_by(matches: Sequence[Match]) -> set[Said]:
    """(owner, rule id) of all that is claimed for these."""
    return {(match.owner, rule_id) for match in matches for rule_id in match.rules}
