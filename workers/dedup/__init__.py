"""Has this been said already?"""

from workers.dedup.claims import Answer, ClaimRequest, Claims, Outcome
from workers.dedup.settle import Verdict, settle
from workers.dedup.story import story_of

__all__ = ["Answer", "ClaimRequest", "Claims", "Outcome", "Verdict", "settle", "story_of"]
