"""Who was told what of an article: remembered for as long as the topic `alerts` keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from schemas.alert import AlertKind
from schemas.article import ArticleStatus


@dataclass(frozen=True, slots=True)
class Telling:
    """What a rule has told of an article last, and to whom. The rule may be gone when it must be taken back."""

    alert_id: str
    kind: AlertKind
    version: int  # of the article
    owner: str  # the record that had it told
    story: str
    claim: str  # the owner that holds the story's claim for it; empty where another article's record does
    words: str  # of the article as told; see articles.words_of
    channels: tuple[str, ...]  # that got it
    rule_name: str
    rule_version: int
    priority: int
    previous: str = ""  # the alert that it followed on

    @property
    def rank(self) -> int:
        """Later tellings rank higher: by version, and a kill may have the version of what it kills."""
        return rank_of(self.version, self.kind is AlertKind.RETRACTED)

    def to(self, channels: Iterable[str]) -> Telling:
        """The same to these channels as well."""
        return replace(self, channels=tuple(dict.fromkeys((*channels, *self.channels))))


def rank_of(version: int, taken_back: bool) -> int:
    """Orders what is said of one article; at the same version the taking back comes last."""
    return 2 * version + taken_back


@dataclass(frozen=True, slots=True)
class Latest:
    """The latest version of an article that came, as far as it had to be remembered."""

    version: int
    status: ArticleStatus
    owner: str  # its record

    @property
    def rank(self) -> int:
        """As of tellings."""
        return rank_of(self.version, self.status is not ArticleStatus.USABLE)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A kill that named no version: it means all that was written before it, whether it has come yet or not."""

    at_ms: int  # the time of its record
    updated_ms: int | None  # its own, as its source says
    status: ArticleStatus
    owner: str  # its record


@dataclass(frozen=True, slots=True)
class Known:
    """All that is remembered of one article uri."""

    latest: Latest | None = None  # None: never told of, taken back, or seen in a second version
    held: int | None = None  # the version that is held under embargo
    tellings: Mapping[str, Telling] = field(default_factory=dict)  # by rule id
    sweep: Sweep | None = None  # the latest


@dataclass(frozen=True, slots=True)
class Visit:
    """A record asks to be the only one that is at work on its article's uri."""

    uri: str
    holder: str  # the record; the same when it is read again
    instead_of: str = ""  # a holder of which is known that it is at work no more


@dataclass(frozen=True, slots=True)
class Entry:
    """The answer: what is known, or that another record is at work on the uri and has not left."""

    known: Known | None  # None: ask again later
    holder: str = ""  # who is at work, where that is another
    doubt_ms: int | None = None  # a record that came then never left: what it told, `alerts` alone knows


@dataclass(frozen=True, slots=True)
class Departure:
    """The record is done with the uri; what shall be remembered of it."""

    visit: Visit
    latest: Latest | None = None  # None: as it was
    held: int | None = None
    held_changed: bool = False
    tellings: Mapping[str, Telling] = field(default_factory=dict)  # those that are new
    sweep: Sweep | None = None  # None: as it was


class Forgotten(Exception):
    """The memory is not whole: the store has restarted, or lost it. Restore it from the topics, then vouch for it."""

    def __init__(self, gap: str) -> None:
        super().__init__("what was told must be found again")
        self.gap = gap  # what vouch() wants back: names the store, and this loss


class Told(Protocol):
    """Remembers, and lets one record at a time be at work on a uri: enter, publish, leave.

    Nothing older than the version that is known is ever put in its place, nor an earlier sweep in a later one's. Each
    call may be made again, whole.
    Each method raises Unavailable when it cannot be told whether all of it was done.
    """

    async def enter(self, visits: Sequence[Visit]) -> list[Entry]:
        """An entry for each visit, no two of one uri; what is entered is leased to its holder.

        A lease that is over is taken over, and its time is told as `doubt_ms` until the new holder leaves.
        Raises Forgotten when the memory is not whole; then nothing that it says counts.
        """
        ...

    async def leave(self, departures: Sequence[Departure]) -> list[bool]:
        """Remember, and let others enter. For each: was it still alone? If not, another has judged without knowing."""
        ...

    async def restore(self, found: Mapping[str, Known]) -> None:
        """Put in what the topics told, by uri, where nothing later is known; leases stay."""
        ...

    async def vouch(self, gap: str) -> None:
        """The memory is whole now, unless it was lost once more behind this gap: then enter() will say so."""
        ...
