"""Sign what is sent, as Standard Webhooks has it: HMAC-SHA256 over id, time and body. https://www.standardwebhooks.com"""

from __future__ import annotations

import binascii
import hmac
import math
import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES, NEW_BYTES = 24, 64, 32

# Visible ASCII, so that it is a header. No full stop, which parts what is signed: else one signature would be good for
# another id with another body.
_ID = re.compile(r"[!-\-/-~]{1,256}")
_REMEDY = f"give {PREFIX} and the base64 of {LEAST_BYTES} to {MOST_BYTES} random bytes, or none: then one is made"


class BadSecret(ValueError):
    """It is no signing secret. The message says why and what to do, and nothing of the secret."""


def sign(webhook_id: str, timestamp: datetime, body: bytes, secrets: Sequence[bytes]) -> Mapping[str, str]:
    """The headers of one attempt, which begins at `timestamp`; each of the secrets signs, in their order.

    Raises ValueError for an id that cannot be signed safely, a time without a zone, or no secret at all.
    """
    if not _ID.fullmatch(webhook_id):
        raise ValueError(f"no webhook-id: {webhook_id!r}; it is 1 to 256 visible ASCII characters without a full stop")
    if timestamp.utcoffset() is None:
        raise ValueError(f"{timestamp.isoformat()} has no zone")
    if not secrets:
        raise ValueError("there is no secret to sign with")
    seconds = str(math.floor(timestamp.timestamp()))
    content = f"{webhook_id}.{seconds}.".encode() + body
    signatures = (b64encode(hmac.digest(secret, content, "sha256")).decode() for secret in secrets)
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": seconds,
        "webhook-signature": " ".join(f"v1,{each}" for each in signatures),
    }


def read_secret(text: str) -> bytes:
    """The key in `whsec_…`; base64 may lack its padding. Raises BadSecret."""
    if not text.startswith(PREFIX):
        raise BadSecret(f"the secret does not begin with {PREFIX}: {_REMEDY}")
    key = _decoded(text.removeprefix(PREFIX))
    if key is None:
        raise BadSecret(f"the secret is no base64 behind {PREFIX}: {_REMEDY}")
    if not LEAST_BYTES <= len(key) <= MOST_BYTES:
        raise BadSecret(f"the secret has {len(key)} bytes: {_REMEDY}")
    return key


def make_secret(random: Callable[[int], bytes]) -> str:
    """A new secret as its receiver gets it; `random` gives so many bytes that nobody can guess."""
    return PREFIX + b64encode(random(NEW_BYTES)).decode()


def _decoded(text: str) -> bytes | None:
    """Handed back, not raised from: the library's error may hold the secret, and a refusal outlives it."""
    try:
        return binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError:
        return None
