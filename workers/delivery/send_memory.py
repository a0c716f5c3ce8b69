"""A sender that sends nothing: what it is handed is kept, and answered as it was told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.delivery import AttemptOutcome
from workers.delivery.guard import Forbidden, Policy, check_url
from workers.delivery.sender import Answer, Request, SendLimits

Reply = Callable[[Request], Answer]


def accept(_: Request) -> Answer:
    """What a receiver that is well answers."""
    return Answer(AttemptOutcome.ACCEPTED, 0.0, status=200)


@dataclass
class MemorySender:
    """Keeps requests in the order in which they came; `reply` is the receiver."""

    policy: Policy | None = field(default_factory=Policy)  # none: it stands for Apprise, and URLs are not judged
    reply: Reply = accept
    sent: list[Request] = field(default_factory=list)
    closed: bool = False

    async def send(self, request: Request, limits: SendLimits) -> Answer:
        """What `reply` says; FORBIDDEN for a URL that may not be sent to, which it is not asked about."""
        try:
            if self.policy:
                check_url(request.url, self.policy)
        except Forbidden as exc:
            return Answer(AttemptOutcome.FORBIDDEN, 0.0, error=str(exc))
        self.sent.append(request)
        answer = self.reply(request)
        if answer.took_ms > limits.total_s * 1000:
            error = f"no whole answer within {limits.total_s:g} s"
            return Answer(AttemptOutcome.TIMED_OUT, limits.total_s * 1000, error=error)
        return answer

    async def close(self) -> None:
        """Remember that it was closed."""
        self.closed = True
