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
    """Ask for all. What a record of this batch claimed before a crash and claims no more is given back first.

    Where a lease is over unconfirmed, its owner may have told before it died: the witness is asked, once for all.
    """
    requests = [match.request() for match in matches]
    if not requests:
        return []
    answers = await claims.claim(requests)
    wanted = claimed_by(matches)
    elsewhere = [
        ClaimRequest(request.story, answer.owner, {rule_id: 0})
        for request, by_rule in zip(requests, answers, strict=True)
        for rule_id, answer in by_rule.items()
        if answer.outcome is Outcome.CLAIMED_ELSEWHERE
        and answer.owner is not None
        and (answer.owner, rule_id) not in wanted
    ]
    ours = {owner_of(record) for record in batch} if elsewhere else set()
    left_over = [request for request in elsewhere if record_of(request.owner) in ours]
    if left_over:
        await claims.release(left_over)
        answers = await claims.claim(requests)
    lapsed = _lapsed(answers)
    return await _claim_lapsed(claims, requests, answers, lapsed, witness) if lapsed else answers


async def _claim_lapsed(
    claims: Claims,
    requests: Sequence[ClaimRequest],
    answers: Sequence[Mapping[str, Answer]],
    lapsed: Mapping[Said, int],
    witness: Witness,
) -> list[dict[str, Answer]]:
    """1. look at what the dead have told, 2. confirm that for them, 3. claim what they have not, in their place."""
    told = await witness(lapsed.keys(), min(lapsed.values()))
    confirmed, again = list[ClaimRequest](), list[ClaimRequest]()
    for request, by_rule in zip(requests, answers, strict=True):
        instead_of: dict[str, str] = {}
        for rule_id, answer in by_rule.items():
            if answer.outcome is not Outcome.LAPSED or answer.owner is None:
                continue
            if (answer.owner, rule_id) in told:
                confirmed.append(ClaimRequest(request.story, answer.owner, {rule_id: request.windows_ms[rule_id]}))
            else:
                instead_of[rule_id] = answer.owner
        again.append(replace(request, instead_of=instead_of))
    await claims.confirm(confirmed)
    return await claims.claim(again)


def _lapsed(answers: Sequence[Mapping[str, Answer]]) -> dict[Said, int]:
    """Whose leases are over unconfirmed, and since when each may have told."""
    return {
        (answer.owner, rule_id): answer.since_ms
        for by_rule in answers
        for rule_id, answer in by_rule.items()
        if answer.outcome is Outcome.LAPSED and answer.owner is not None and answer.since_ms is not None
    }


def claimed_by(matches: Sequence[Match]) -> set[Said]:
    """(owner, rule id) of all that is claimed for these."""
    return {(match.owner, rule_id) for match in matches for rule_id in match.rules}
