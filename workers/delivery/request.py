"""The request of one attempt at a webhook: in the endpoint's format, signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version

from schemas.channel import Endpoint
from schemas.delivery import Notification
from workers.delivery.composed import Composed
from workers.delivery.seal import Seal, Unsealed
from workers.delivery.sender import Request
from workers.delivery.sign import BadSecret, read_secret, sign


class Unusable(Exception):
    """Nothing can be sent by the endpoint's own record: the attempt is `unusable`. The message says what to do."""


def request(
    notification: Notification, endpoint: Endpoint, secrets: Sequence[bytes], now: datetime, composed: Composed
) -> Request:
    """What is sent to a webhook at `now`; `secrets` are those of open_secrets().

    Each format is signed, over the body as it is sent. Raises Unusable when there is no secret: nothing goes unsigned.
    """
    if not secrets:
        raise Unusable(f"the endpoint {endpoint.id} has no secret that is not expired: give it a new one")
    headers, body = composed(notification, endpoint.format)
    signed = sign(notification.id, now, body, secrets)
    return Request(endpoint.url, {**headers, "user-agent": _AGENT, **signed}, body)


def open_secrets(endpoint: Endpoint, seal: Seal, now: datetime) -> tuple[bytes, ...]:
    """The keys that sign for the endpoint at `now`: all but the expired ones.

    Raises Unusable when one of them cannot be used: with the others alone its receiver would refuse what is sent.
    """
    active = (each.sealed for each in endpoint.secrets if each.expires is None or now < each.expires)
    try:
        return tuple(read_secret(seal.open(sealed)) for sealed in active)
    except (Unsealed, BadSecret) as exc:
        raise Unusable(f"the endpoint {endpoint.id}: {exc}") from exc


def _agent() -> str:
    try:
        return f"wirewatch/{version('wirewatch')}"
    except PackageNotFoundError:  # run from the checkout, not installed
        return "wirewatch"


_AGENT = _agent()
