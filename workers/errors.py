"""Three errors, told apart by what the caller shall do."""

from __future__ import annotations


class Refused(Exception):
    """Bad input: say where and why, put it aside (a dead letter), go on with the next."""

    def __init__(self, message: str, *, reason: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason  # a value of schemas.reasons.RefusalReason, also the metric label
        self.hint = hint


class Unavailable(Exception):
    """The world is away (Kafka, Redis): hold the offset, wait, try again."""

    def __init__(self, message: str, *, what: str = "broker") -> None:
        super().__init__(message)
        self.what = what  # a value of workers.health.Missing


class Broken(Exception):
    """We are wrong: stop the process with a non-zero code before anything is acknowledged."""
