"""Claims in this process's memory: the twin of those in Redis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workers.dedup.claims import FIRST_SEEN, PROLONGED_MAX_MS, Answer, ClaimRequest, Outcome

_SWEEP_AT_LEAST = 1024  # stories


@dataclass(frozen=True, slots=True)
class _Held:
    """A lease, or what was said."""

    said: bool
    until_ms: int
    owner: str
    since_ms: int  # when it was said, or first claimed by this owner
    kept_ms: int  # until when it may count


class MemoryClaims:
    """Claims for one process, gone with it. Keeps at most twice the living stories and a thousand."""

    def __init__(self, now_ms: Callable[[], int], lease_ms: int) -> None:
        self._now_ms = now_ms
        self._lease_ms = lease_ms
        self._stories: dict[str, dict[str, _Held]] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        """How many stories are kept, living or not yet dropped."""
        return len(self._stories)

    async def claim(self, requests: Sequence[ClaimRequest]) -> list[dict[str, Answer]]:
        """See Claims."""
        now = self._now_ms()
        self._sweep(now)
        return [{rule_id: self._claim(request, rule_id, now) for rule_id in request.windows_ms} for request in requests]

    async def confirm(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        now = self._now_ms()
        for request in requests:
            for rule_id, window_ms in request.windows_ms.items():
                held = self._living(request.story, rule_id, now)
                if held is None or (held.owner == request.owner and not held.said):
                    until_ms = now + window_ms
                    self._hold(request, rule_id, _Held(True, until_ms, request.owner, now, until_ms))

    async def release(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        for request in requests:
            rules = self._stories.get(request.story, {})
            for rule_id in request.windows_ms:
                held = rules.get(rule_id)
                if held is not None and held.owner == request.owner and not held.said:
                    del rules[rule_id]

    async def forget(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        for request in requests:
            rules = self._stories.get(request.story, {})
            for rule_id in request.windows_ms:
                if rule_id in rules and rules[rule_id].owner == request.owner:
                    del rules[rule_id]

    async def prolong(self, requests: Sequence[ClaimRequest]) -> None:
        """See Claims."""
        now = self._now_ms()
        for request in requests:
            for rule_id, window_ms in request.windows_ms.items():
                held = self._living(request.story, rule_id, now)
                if held is not None and held.said:
                    until_ms = max(held.until_ms, min(now + window_ms, held.since_ms + PROLONGED_MAX_MS))
                    self._hold(request, rule_id, replace(held, until_ms=until_ms, kept_ms=until_ms))

    def _claim(self, request: ClaimRequest, rule_id: str, now: int) -> Answer:
        window_ms = request.windows_ms[rule_id]
        held = self._stories.get(request.story, {}).get(rule_id)
        own = held is not None and held.owner == request.owner and not held.said
        if held is None or own or self._is_over(held, now, window_ms, request.instead_of.get(rule_id)):
            before_ms = held.since_ms if held is not None and own else None
            since_ms = now if before_ms is None else before_ms
            until_ms = now + self._lease_ms
            self._hold(request, rule_id, _Held(False, until_ms, request.owner, since_ms, until_ms + window_ms))
            return FIRST_SEEN if before_ms is None else Answer(Outcome.FIRST_SEEN, since_ms=before_ms)
        if not held.said and held.until_ms <= now:
            return Answer(Outcome.LAPSED, held.owner, held.until_ms, held.since_ms)
        if not held.said:
            return Answer(Outcome.CLAIMED_ELSEWHERE, held.owner, held.until_ms, held.since_ms)
        outcome = Outcome.SAID_BY_SELF if held.owner == request.owner else Outcome.SEEN_ALREADY
        return Answer(outcome, held.owner, held.until_ms)

    @staticmethod
    def _is_over(held: _Held, now: int, window_ms: int, instead_of: str | None) -> bool:
        if held.until_ms > now:
            return False
        return held.said or held.owner == instead_of or held.until_ms + window_ms <= now

    def _living(self, story: str, rule_id: str, now: int) -> _Held | None:
        held = self._stories.get(story, {}).get(rule_id)
        return held if held is not None and held.until_ms > now else None

    def _hold(self, request: ClaimRequest, rule_id: str, held: _Held) -> None:
        self._stories.setdefault(request.story, {})[rule_id] = held

    def _sweep(self, now: int) -> None:
        """Drop what is over, once the stories have doubled: so it costs each claim next to nothing."""
        if len(self._stories) < self._sweep_at:
            return
        alive = {
            story: {rule_id: held for rule_id, held in rules.items() if held.kept_ms > now}
            for story, rules in self._stories.items()
        }
        self._stories = {story: rules for story, rules in alive.items() if rules}
        self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._stories))
