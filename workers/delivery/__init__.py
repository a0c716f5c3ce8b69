"""Hand it over: signed, sealed, tried again, given up."""

from workers.delivery.composed import Composed
from workers.delivery.dispatch import dispatch
from workers.delivery.health import WELL, Health, remembered
from workers.delivery.held import held, named
from workers.delivery.queue import Item, Queue
from workers.delivery.receipts import Reached, Receipts
from workers.delivery.request import Unusable, open_secrets, request
from workers.delivery.retry import Schedule
from workers.delivery.seal import BadKey, Seal, Unsealed, make_key
from workers.delivery.sender import Answer, Request, Sender, SendLimits
from workers.delivery.sign import BadSecret, make_secret, read_secret

__all__ = [
    "WELL",
    "Answer",
    "BadKey",
    "BadSecret",
    "Composed",
    "Health",
    "Item",
    "Queue",
    "Reached",
    "Receipts",
    "Request",
    "Schedule",
    "Seal",
    "SendLimits",
    "Sender",
    "Unsealed",
    "Unusable",
    "dispatch",
    "held",
    "make_key",
    "make_secret",
    "named",
    "open_secrets",
    "read_secret",
    "remembered",
    "request",
]
