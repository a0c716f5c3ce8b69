"""Which story an article tells."""

from __future__ import annotations

from hashlib import blake2b

_STORY_BYTES = 16  # 128 bits: two of 10^12 stories share a name with a chance of 10^-15


def story_of(article_uri: str) -> str:
    """The name of the story that an article tells, 32 hexadecimal digits; the same for ever.

    A story is one article in all its versions: its uri names it. The uri is hashed because it comes from outside:
    the name is a key in Redis and part of every alert's id, so it shall be short, of one length, and free of
    characters that mean something there (`{}` choose the slot in a Redis Cluster).
    """
    return blake2b(article_uri.encode("utf-8", "surrogatepass"), digest_size=_STORY_BYTES).hexdigest()
