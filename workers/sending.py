"""One attempt at an endpoint of whatever kind, with the secrets of its record opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from schemas.channel import Endpoint, EndpointKind
from schemas.delivery import AttemptOutcome, Notification
from workers.delivery import Answer, Composed, Sender, SendLimits, Unusable, open_secrets, request
from workers.delivery.seal import Seal, Unsealed
from workers.delivery.words import worded


@dataclass(frozen=True, slots=True)
class Sending:
    """What knows how. An endpoint whose record cannot be used is an outcome like others, `unusable`."""

    webhooks: Sender
    people: Sender  # by Apprise
    seal: Seal
    limits: SendLimits
    composed: Composed
    now: Callable[[], datetime]

    async def send(self, notification: Notification, endpoint: Endpoint) -> Answer:
        """Never raises for what an endpoint is or does."""
        try:
            if endpoint.kind is EndpointKind.APPRISE:
                return await self.people.send(worded(notification, self._address(endpoint)), self.limits)
            now = self.now()
            made = request(notification, endpoint, open_secrets(endpoint, self.seal, now), now, self.composed)
            return await self.webhooks.send(made, self.limits)
        except Unusable as exc:
            return Answer(AttemptOutcome.UNUSABLE, took_ms=0.0, error=str(exc))

    def _address(self, endpoint: Endpoint) -> str:
        try:
            return self.seal.open(endpoint.sealed_url)
        except Unsealed as exc:
            raise Unusable(f"the endpoint {endpoint.id}: {exc}") from exc

    async def close(self) -> None:
        """Let go of all connections."""
        await self.webhooks.close()
        await self.people.close()
