"""Articles under embargo on the topic `held`: the truth about what is held, in no other place.

hold      the match worker puts the article there, keyed by its uri; a newer version takes the place of an older one
release   whoever reads that partition publishes it on `articles` when its time has come
let_go    the match worker deletes it when it has told of the release, or when a kill or a newer version came

Only the match worker writes to `held`, and for one uri one record at a time: nothing newer can be deleted by mistake.
"""

from __future__ import annotations

from datetime import UTC, datetime

from schemas.article import Article
from schemas.envelope import Incoming, Outgoing

TOPIC = "held"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DUE, _VERSION, _RELEASED = "due-ms", "version", "held-as"
_DIGITS_MAX = 20  # a version is below 2^64: what is longer was not written here


def hold(article: Article, record: Incoming) -> Outgoing:
    """The article's own bytes for `held`, with its time; without an embargo it is due at once."""
    microseconds = ((article.embargoed_until or _EPOCH) - _EPOCH) // datetime.resolution
    due_ms = -(-microseconds // 1000)  # never before its time
    headers = ((_DUE, b"%d" % due_ms), (_VERSION, b"%d" % article.version))
    return Outgoing(TOPIC, article.uri.encode("utf-8", "surrogatepass"), record.value, headers)


def let_go(article: Article) -> Outgoing:
    """The tombstone."""
    return Outgoing(TOPIC, article.uri.encode("utf-8", "surrogatepass"), None)


def due_of(held: Incoming) -> int | None:
    """When a record of `held` is to be published, milliseconds since 1970; None for one that was not written here."""
    return _number(held, _DUE)


def version_held(held: Incoming) -> int | None:
    """The article's version."""
    return _number(held, _VERSION)


def _number(record: Incoming, name: str) -> int | None:
    value = dict(record.headers).get(name) or b""
    return int(value) if value.isdigit() and len(value) <= _DIGITS_MAX else None


def release(held: Incoming) -> Outgoing:
    """What is published on `articles` when the time of a record of `held` has come."""
    return Outgoing("articles", held.key or b"", held.value, ((_RELEASED, held.position.encode()),))


def is_release(record: Incoming) -> bool:
    """Whether an article record was held before."""
    return any(name == _RELEASED for name, _ in record.headers)
