"""Ask for the claims of a batch, without waiting for what the batch itself has left behind."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.envelope import Incoming
from workers.dedup import Answer, ClaimRequest, Claims, Outcome
from workers.fates import Match, owner_of, record_of


async def claim(claims: Claims, matches: Sequence[Match], batch: Sequence[Incoming]) -> list[dict[str, Answer]]:
    """Ask for all. What a record of this batch claimed before a crash and claims no more is given back first."""
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
    if not left_over:
        return answers
    await claims.release(left_over)
    return await claims.claim(requests)


def claimed_by(matches: Sequence[Match]) -> set[tuple[str, str]]:
    """(owner, rule id) of all that is claimed for these."""
    return {(match.owner, rule_id) for match in matches for rule_id in match.rules}
