"""Has this been said already, and to whom?"""

from workers.dedup.changed import words_of
from workers.dedup.claims import Answer, ClaimRequest, Claims, Outcome
from workers.dedup.fingerprint import fingerprint
from workers.dedup.settle import Verdict, settle
from workers.dedup.standing import Standing, stand, version_of
from workers.dedup.stories import Fingerprint, Placement, PlacementReason, Stories
from workers.dedup.story import story_of
from workers.dedup.told import Departure, Entry, Forgotten, Known, Latest, Sweep, Telling, Told, Visit

__all__ = [
    "Answer",
    "ClaimRequest",
    "Claims",
    "Departure",
    "Entry",
    "Fingerprint",
    "Forgotten",
    "Known",
    "Latest",
    "Outcome",
    "Placement",
    "PlacementReason",
    "Standing",
    "Stories",
    "Sweep",
    "Telling",
    "Told",
    "Verdict",
    "Visit",
    "fingerprint",
    "settle",
    "stand",
    "story_of",
    "version_of",
    "words_of",
]
