"""Articles under embargo on the topic `held`: the truth about what is held, in no other place.

hold      the match worker puts the article there, keyed by its uri and version
release   whoever reads that partition publishes the newest version on `articles` when its time has come
let_go    the match worker deletes it when it has told of the release, or when a kill or a newer version came

A worker that slept and writes late writes only to its own version: what is newer has another key, on the same
partition. Records under the uri alone are of earlier releases; they are read, and let go under their key.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.article import Article
from schemas.envelope import Incoming, Outgoing

TOPIC = "held"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DUE, _VERSION, _RELEASED = "due-ms", "version", "held-as"
_CAME, _PLAIN = "came-as", "held-under-uri"
_BETWEEN = b"\n"  # no uri has it
_DIGITS_MAX = 20  # a version is below 2^64: what is longer was not written here


def hold(article: Article, record: Incoming) -> Outgoing:
    """The article's own bytes for `held`, with its time; without an embargo it is due at once."""
    microseconds = ((article.embargoed_until or _EPOCH) - _EPOCH) // datetime.resolution
    due_ms = -(-microseconds // 1000)  # never before its time
    came = came_as(record).encode()
    headers = ((_DUE, b"%d" % due_ms), (_VERSION, b"%d" % article.version), (_CAME, came))
    uri = _bytes(article.uri)
    return Outgoing(TOPIC, _key(uri, article.version), record.value, headers, by=uri)


def let_go(article: Article, versions: Iterable[int], record: Incoming, whatever: bool) -> list[Outgoing]:
    """The tombstones of these versions, the oldest first; a release's also where it was held under its uri alone.

    `whatever` stands there is to be looked at too: that is what a tombstone under the uri alone says.
    """
    uri = _bytes(article.uri)
    gone = [Outgoing(TOPIC, _key(uri, version), None, by=uri) for version in sorted(versions)]
    if whatever or any(name == _PLAIN for name, _ in record.headers):
        gone.append(Outgoing(TOPIC, uri, None, by=uri))
    return gone


def named_by(key: bytes | None) -> tuple[bytes, int | None]:
    """The uri, and the version where the key names one."""
    uri, _, version = (key or b"").rpartition(_BETWEEN)
    number = _digits(version)
    return (key or b"", None) if not uri or number is None else (uri, number)


def due_of(held: Incoming) -> int | None:
    """When a record of `held` is to be published, milliseconds since 1970; None for one that was not written here."""
    return _number(held, _DUE)


def version_held(held: Incoming) -> int | None:
    """The article's version."""
    return _number(held, _VERSION)


def came_as(record: Incoming) -> str:
    """The record as which it came first, for one that was held; itself for any other. Place, `@` and time."""
    ours = record.topic == TOPIC or is_release(record)
    came = dict(record.headers).get(_CAME) if ours else None
    return came.decode("utf-8", "replace") if came else f"{record.position}@{record.timestamp_ms}"


def _number(record: Incoming, name: str) -> int | None:
    return _digits(dict(record.headers).get(name) or b"")


def _digits(value: bytes) -> int | None:
    return int(value) if value.isdigit() and len(value) <= _DIGITS_MAX else None


def _bytes(uri: str) -> bytes:
    return uri.encode("utf-8", "surrogatepass")


def _key(uri: bytes, version: int) -> bytes:
    return b"%b%b%d" % (uri, _BETWEEN, version)


def release(held: Incoming) -> Outgoing:
    """What is published on `articles` when the time of a record of `held` has come."""
    uri, version = named_by(held.key)
    plain = ((_PLAIN, b""),) if version is None else ()
    headers = ((_RELEASED, held.position.encode()), (_CAME, came_as(held).encode()), *plain)
    return Outgoing("articles", uri, held.value, headers)


def is_release(record: Incoming) -> bool:
    """Whether an article record was held before."""
    return any(name == _RELEASED for name, _ in record.headers)
