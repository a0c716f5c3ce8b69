"""All that the compiled part knows: flat arrays behind one reference, and the numbers that say how far each is used.

The arrays are reserved large and untouched pages cost nothing, so growing one (a copy) is rare.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeAlias

from numba import types
from numba.experimental import structref

# Places in `numbers`.
ARENA_TOP = 0
FREE = 1  # to FREE + 31: the first free block of each size
TERMS = 33
TERM_FREE = 34
SLOTS = 35
SLOT_FREE = 36
FORMS = 37
CHUNKS = 38
POOL_TOP = 39
PAIRS = 40  # used places of the table of pairs, dead ones too
STAMP = 41
TOKENS = 42
UNKNOWN = 43
SEEN = 44
HITS = 45
CANDIDATES = 46
ARTICLES = 47
SAMPLED = 48
TESTS = 49
LONG = 50  # chunks too long to be remembered, met so far in this article
LIVE_WORDS = 51  # words of the arena in use
TABLE_SHIFT = 53
WORDS = 54  # of the article
OPEN = 57  # how many terms may be satisfied by words that cannot be told by their beginning
NOTED = 58  # how many tokens may be in phrases
UNCONFIRMED = 59  # how many of the hits are to be confirmed
LEFT = 60  # how many words of the field may satisfy a term
ALIKE = 61  # how many hits have ids that begin alike, so that their order is not known
MOVED = 62  # places of the table of pairs before that are empty
LIVE_PAIRS = 63  # pairs with phrases
DEAD = 55  # the list of terms that nothing uses any more
DECAYED = 56  # at how many sampled articles frequencies were halved last
NUMBERS = 64

TERM_WIDTH = 8  # of `terms`: list of groups, document frequency, uses, and buckets of rules by the width of guards
GROUPS, FREQUENCY, USES, BUCKETS = range(4)
FORM_WIDTH = 1  # of `forms`: list of terms
FORM_TERMS = 0
BUCKETS_AT_ONCE = 256  # whose beginnings are brought near
RECORDS_AT_ONCE = 512  # of a bucket that are gone through
BLANK = 1  # the code of a word that satisfies no term
ALWAYS = 1  # the term that every article has


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """The type of the state, to numba."""

    def preprocess_fields(self, fields: Any) -> Any:
        """Forget literal types."""
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class Ints(Protocol):
    """An array of whole numbers, as compiled code sees it."""

    @property
    def size(self) -> int:
        """How many there are."""

    def __getitem__(self, at: int, /) -> int:
        """One of them."""

    def __setitem__(self, at: int, value: int, /) -> None:
        """Change one."""


class Unsigned(Protocol):
    """An array of unsigned 64-bit numbers: mixed with signed ones these would become floats."""

    @property
    def size(self) -> int:
        """How many there are."""

    def __getitem__(self, at: int, /) -> Any:
        """One of them."""

    def __setitem__(self, at: int, value: Any, /) -> None:
        """Change one."""


U64: TypeAlias = Any
Int32s: TypeAlias = Ints
Int64s: TypeAlias = Ints
Bytes: TypeAlias = Ints
Uint64s: TypeAlias = Unsigned
Eights: TypeAlias = Unsigned  # eight bytes from any place of a text


class State(structref.StructRefProxy):  # type: ignore[misc]
    """The state. Python only hands it on; compiled code reads and writes its arrays."""

    numbers: Int64s
    arena: Int32s
    text: Bytes
    text8: Eights
    table: Uint64s
    table_pool: Int32s
    pool: Uint64s
    forms: Int32s
    terms: Int32s
    seen: Bytes
    anchors: Bytes
    anchored: Int32s
    phrases: Int32s
    queue: Int32s
    tokens: Int32s
    noted: Int32s
    edges: Int32s
    places: Int32s
    unknown: Int32s
    hits: Int32s
    passed: Int32s
    buckets: Int32s
    slots: Int32s
    id_keys: Uint64s
    pair_keys: Uint64s
    pair_lists: Int32s
    old_keys: Uint64s
    old_lists: Int32s
    tests: Int64s
    extra: Int32s
    wanted: Bytes
    wanted_beginnings: Bytes
    long_codes: Int32s


structref.define_boxing(StateType, State)

_I32 = types.int32[::1]
_I64 = types.int64[::1]
_U8 = types.uint8[::1]
_U64 = types.uint64[::1]
EIGHTS = types.Array(types.uint64, 1, "A", aligned=False)  # eight bytes from any place

FIELDS = [
    ("numbers", _I64),
    ("arena", _I32),  # blocks of all lists, buckets and programs
    ("text", _U8),
    ("text8", EIGHTS),
    ("table", _U64),  # chunks: key, and form | length | language
    ("table_pool", _I32),  # where the bytes of a long chunk are
    ("pool", _U64),
    ("forms", _I32),
    ("terms", _I32),
    ("seen", _U8),  # for each term the fields that have it, in this article
    ("anchors", _U8),  # for each term: 1 it begins pairs, 2 it ends pairs, to look for phrases
    ("anchored", _I32),  # how many phrases make it so: begins, ends
    ("phrases", _I32),  # for each term that is a phrase its places
    ("queue", _I32),  # the terms seen in this article
    ("tokens", _I32),  # the codes of this article's words in order, 0 before and behind each field
    ("noted", _I32),  # the places of tokens that may be in phrases
    ("edges", _I32),  # where the runs of letters of a field begin and end
    ("places", _I32),  # which words of the field may satisfy a term, by their numbers
    ("unknown", _I32),  # begin and end of each chunk that is not known
    ("hits", _I32),
    ("passed", _I32),  # of some records those whose guards hold
    ("buckets", _I32),  # that are looked at next, and the widths of their guards
    ("slots", _I32),  # for each rule its program and the article that it was found for
    ("id_keys", _U64),  # for each rule the first 16 bytes of its id, to sort by
    ("pair_keys", _U64),
    ("pair_lists", _I32),
    ("old_keys", _U64),  # the table of pairs before it was renewed, as far as it has not been moved yet
    ("old_lists", _I32),
    ("tests", _I64),  # number tests: field, least, most, term
    ("extra", _I32),  # terms that come from outside: metadata and codes
    ("wanted", _U8),  # by hashes of plain words: how many terms are satisfied by such a word
    ("wanted_beginnings", _U8),  # by hashes of three letters: how many wildcards begin with such
    ("long_codes", _I32),  # what the long chunks of this article stand for, in order
]
STATE = StateType(FIELDS)


class Views(NamedTuple):
    """The arrays of a state that matching looks at, taken once an article.

    Taking an array from the state counts its users up and down, some nanoseconds each time. Nothing may grow meanwhile.
    """

    numbers: Int64s
    arena: Int32s
    text: Bytes
    text8: Eights
    table: Uint64s
    table_pool: Int32s
    pool: Uint64s
    forms: Int32s
    terms: Int32s
    seen: Bytes
    anchors: Bytes
    phrases: Int32s
    queue: Int32s
    tokens: Int32s
    noted: Int32s
    edges: Int32s
    places: Int32s
    unknown: Int32s
    hits: Int32s
    passed: Int32s
    buckets: Int32s
    slots: Int32s
    id_keys: Uint64s
    pair_keys: Uint64s
    pair_lists: Int32s
    old_keys: Uint64s
    old_lists: Int32s
    tests: Int64s
    extra: Int32s
    wanted: Bytes
    wanted_beginnings: Bytes
    long_codes: Int32s


VIEWS = types.NamedTuple([dict(FIELDS)[name] for name in Views._fields], Views)
