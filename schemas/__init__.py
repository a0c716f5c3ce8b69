"""THE WORDS: every record on the wire, frozen, timezone-aware, with an exported JSON Schema."""

from schemas.alert import Alert
from schemas.article import Article
from schemas.channel import Channel
from schemas.dead_letter import DeadLetter
from schemas.decision import Decision
from schemas.delivery import Delivery, EndpointHealth, Notification
from schemas.lists import WordList
from schemas.rule import Rule
from schemas.silence import Inhibition, Silence

__all__ = [
    "Alert",
    "Article",
    "Channel",
    "DeadLetter",
    "Decision",
    "Delivery",
    "EndpointHealth",
    "Inhibition",
    "Notification",
    "Rule",
    "Silence",
    "WordList",
]
