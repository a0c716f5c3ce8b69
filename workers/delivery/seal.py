"""Secrets at rest: encrypted before they stand on a topic, opened only to be used."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_KEY = re.compile(r"[A-Za-z0-9_-]{43}=")  # the library also takes two that lack the comma between them, as the first
KEY_BYTES = 32
OPENED_KEPT = 4096
_MAKE = "`wirewatch channels key` makes one"


class BadKey(ValueError):
    """It is no key for secrets at rest. The message says which and what to do, and nothing of the key."""


class Unsealed(Exception):
    """A secret cannot be closed or opened with the keys that there are. The message says what to do."""


class Seal:
    """Keeps the keys of `deliver.secrets_key`; nothing shows them.

    The first key closes, each opens: to change it, put the new one in front and leave the old one until all that it
    closed was closed anew. Without any key it neither closes nor opens, and says so.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        self._count = len(keys)
        self._fernet = MultiFernet([_key(number, each) for number, each in enumerate(keys, 1)]) if keys else None
        self._opened = lru_cache(OPENED_KEPT)(self._decrypted)  # the same few are asked for at each attempt

    def __repr__(self) -> str:
        return f"Seal({self._count} keys)"

    def close(self, text: str) -> str:
        """The text as it may be kept; not the same twice. Raises Unsealed when there is no key."""
        return self._with_keys().encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """What was closed with one of the keys. Raises Unsealed."""
        opened = self._opened(sealed)
        if opened is None:
            raise Unsealed(
                "a secret at rest opens with no key of deliver.secrets_key: put the key that it was closed with "
                "behind the others, or give the endpoint a new secret"
            )
        return opened

    def _decrypted(self, sealed: str) -> str | None:
        """Handed back, not raised from: nothing of a library's error goes out with ours."""
        fernet = self._with_keys()
        try:
            return fernet.decrypt(sealed).decode()
        except (InvalidToken, ValueError):
            return None

    def _with_keys(self) -> MultiFernet:
        if self._fernet is None:
            raise Unsealed(f"there is no key for secrets at rest in deliver.secrets_key: {_MAKE}")
        return self._fernet


def make_key(random: Callable[[int], bytes]) -> str:
    """A new key; `random` gives so many bytes that nobody can guess."""
    return urlsafe_b64encode(random(KEY_BYTES)).decode()


def _key(number: int, text: str) -> Fernet:
    if not _KEY.fullmatch(text.strip()):
        raise BadKey(f"key {number} of deliver.secrets_key is none: {_MAKE}")
    return Fernet(text.strip())
