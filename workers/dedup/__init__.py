"""Has this been said already?"""

from workers.dedup.claims import Answer, ClaimRequest, Claims, Outcome
from workers.dedup.fingerprint import fingerprint
from workers.dedup.settle import Verdict, settle
from workers.dedup.stories import Fingerprint, Placement, PlacementReason, Stories
from workers.dedup.story import story_of

__all__ = [
    "Answer",
    "ClaimRequest",
    "Claims",
    "Fingerprint",
    "Outcome",
    "Placement",
    "PlacementReason",
    "Stories",
    "Verdict",
    "fingerprint",
    "settle",
    "story_of",
]
