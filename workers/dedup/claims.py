"""The question "has this been said already?", and its answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

PROLONGED_MAX_MS = 7 * 86_400_000  # after it was told: a story that goes on for longer is told again
_MAX_WINDOW_MS = 10 * 366 * 86_400_000  # beyond it is a mistake, and an error inside a script is a bad place to say so


class Outcome(StrEnum):
    """Has this rule told of this story?"""

    FIRST_SEEN = "first_seen"  # no: the claim is granted now, or taken back after a crash, or another's is over
    SAID_BY_SELF = "said_by_self"  # yes, this very owner has: nothing to do in a replay
    SEEN_ALREADY = "seen_already"  # yes, another owner has, within its window
    CLAIMED_ELSEWHERE = "claimed_elsewhere"  # another owner is about to: ask again later
    LAPSED = "lapsed"  # another owner was about to and its lease is over: whether it has, only the topic can tell


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome for one rule of one story."""

    outcome: Outcome
    owner: str | None = None  # who has said it, or holds or held the lease; None for FIRST_SEEN
    until_ms: int | None = None  # when that window or lease ends, by the store's own clock; None for FIRST_SEEN
    # When its owner claimed it first, by the same clock: of LAPSED, of CLAIMED_ELSEWHERE where it is known, and of
    # FIRST_SEEN where the asker had claimed it before.
    since_ms: int | None = None


FIRST_SEEN = Answer(Outcome.FIRST_SEEN)


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """The rules that one article matched."""

    story: str  # see story_of()
    owner: str  # the article's record; the same when it is read again
    windows_ms: Mapping[str, int]  # rule id -> for how long the rule is silent on the story once it has told of it
    instead_of: Mapping[str, str] = field(default_factory=dict)  # rule id -> owner that let its lease lapse untold

    def __post_init__(self) -> None:
        """Raises ValueError for a window that is negative or longer than ten years."""
        for rule_id, window_ms in self.windows_ms.items():
            if not 0 <= window_ms <= _MAX_WINDOW_MS:
                raise ValueError(
                    f"the dedup window of rule {rule_id} is {window_ms} ms: 0 to {_MAX_WINDOW_MS} can be kept"
                )


class Claims(Protocol):
    """Who may tell of a story: claim, publish, confirm.

    Each call may be made again after a failure, whole: what was done is done again to the same end.
    A loss of the store's memory costs duplicates, never an alert. Each method raises Unavailable when it cannot be
    told whether all of it was done.
    """

    async def claim(self, requests: Sequence[ClaimRequest]) -> list[dict[str, Answer]]:
        """An answer for each rule of each request, in their order. What is granted is leased to the owner.

        Requests are answered one after the other: of two owners with one story in one batch, the second
        gets CLAIMED_ELSEWHERE with the first as owner. A lease that ended unconfirmed is LAPSED for a window from then,
        for all but its owner: whoever finds that it told confirms for it, else claims `instead_of` it.
        """
        ...

    async def confirm(self, requests: Sequence[ClaimRequest]) -> None:
        """It has been said: from now on for each rule's window others get SEEN_ALREADY.

        Writes what the owner has claimed, and what nobody holds (the store was emptied meanwhile, a lease is over);
        never over another owner's living claim or confirmation, and an own confirmation is not prolonged.
        """
        ...

    async def release(self, requests: Sequence[ClaimRequest]) -> None:
        """Gives back what the owner has claimed and not confirmed."""
        ...

    async def forget(self, requests: Sequence[ClaimRequest]) -> None:
        """Gives back what the owner has claimed or told: it was taken back, and others may tell of the story."""
        ...

    async def prolong(self, requests: Sequence[ClaimRequest]) -> None:
        """The story was seen again: each rule that has told of it is silent for its window from now.

        At most for PROLONGED_MAX_MS from when it told; a window that is over stays so. Owners do not count.
        """
        ...
