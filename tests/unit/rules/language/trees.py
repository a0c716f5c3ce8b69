"""Random trees of every kind of node, as the parser could have made them; random rules as people mistype them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from workers.rules.language.anchored import true_of_nothing
from workers.rules.language.split import Token, split
from workers.rules.language.tree import (
    METADATA_FIELDS,
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    ListRef,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Stem,
    Wildcard,
    Word,
)

LISTS = {"firms": ["acme", '"big co"', "(alpha OR beta)"], "more-firms": ["@firms", "gamma NEAR/3 delta"]}

_TYPED = ["Russia", "U.S.", "AT&T", "C++", "C#", "1,000", "1,5", "O'Brien", "and", "near", "OR", "title", "W", "first"]
_TYPED += [
    "中",
    "ไ",
    "한국",
    "Élysée",
    "Straße",
    "İstanbul",
    "й",
    "الأمن",
    "हिन्दी",
    "ﬁn",
    "urgency",
    "words",
    "𐘀",
    "Æ+",
]
_COUNTS = st.integers(1, 1000)
_REACHES = _COUNTS | st.sampled_from(["S", "P"])


def _first_word(text: str) -> Token | None:
    words = split(text)
    return words[0] if words else None


_TOKENS = (st.sampled_from(_TYPED) | st.text(min_size=1, max_size=6)).map(_first_word).filter(bool)
_WILDCARDS = st.sampled_from(["sanction*", "wom?n", "colo*r", "한*", "at&t*", "x?", "abc*d?*", "a??", "𐘀𐘀𐘀*𐘀?"])


@st.composite
def _leaves(draw: st.DrawFn) -> Query:
    token = draw(_TOKENS)
    assert token
    leaves: list[Query] = [Word(token.folded), Word(token.folded), Stem(token.folded), Exact(token.exact)]
    leaves += [Wildcard(draw(_WILDCARDS)), ListRef(draw(st.sampled_from(sorted(LISTS))))]
    return draw(st.sampled_from(leaves))


def _flat(nodes: Sequence[Query], kind: type[And | Or | Phrase]) -> tuple[Query, ...]:
    flat: list[Query] = []
    for node in nodes:
        match node:
            case And(inner) | Or(inner) | Phrase(inner) if isinstance(node, kind):
                flat += inner
            case _:
                flat.append(node)
    return tuple(flat)


def _some(nodes: st.SearchStrategy[Query]) -> st.SearchStrategy[list[Query]]:
    return st.lists(nodes, min_size=2, max_size=3)


def _positional(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return (
        _some(inner).map(lambda nodes: Phrase(_flat(nodes, Phrase)))
        | _some(inner).map(lambda nodes: Or(_flat(nodes, Or)))
        | st.builds(Near, inner, inner, _REACHES, st.booleans())
    )


POSITIONAL: st.SearchStrategy[Query] = st.recursive(_leaves(), _positional, max_leaves=6)

_PLAIN = POSITIONAL | st.builds(NotNear, POSITIONAL, POSITIONAL, _REACHES) | st.builds(AtLeast, _COUNTS, POSITIONAL)
_CODES = st.lists(st.sampled_from(["ko", "pt-br", "or", "no", "zh-hant-tw"]), min_size=1, max_size=3).map(tuple)
_OUTER = st.builds(Codes, st.sampled_from(["lang", "country"]), _CODES) | st.builds(
    Number,
    st.sampled_from(["urgency", "words"]),
    st.sampled_from(["<", "<=", "=", ">=", ">"]),
    st.integers(0, 1_000_000_000),
)


def _any_of(nodes: list[Query]) -> st.SearchStrategy[Query]:
    return st.integers(1, len(nodes)).map(lambda count: AnyOf(count, tuple(nodes)))


def _boolean(inner: st.SearchStrategy[Query]) -> st.SearchStrategy[Query]:
    return (
        inner.map(Not)
        | _some(inner).map(lambda nodes: And(_flat(nodes, And)))
        | _some(inner).map(lambda nodes: Or(_flat(nodes, Or)))
        | st.lists(inner, min_size=1, max_size=3).flatmap(_any_of)
    )


_INSIDE: st.SearchStrategy[Query] = st.recursive(_PLAIN, _boolean, max_leaves=5)
_FIELDED = (
    st.builds(InField, st.sampled_from(["title", "lead", "body", "text"]), _INSIDE)
    | st.builds(First, _COUNTS, _INSIDE)
    | st.builds(Metadata, st.sampled_from(METADATA_FIELDS), _INSIDE)
)
ANY_TREES: st.SearchStrategy[Query] = st.recursive(_PLAIN | _OUTER | _FIELDED, _boolean, max_leaves=8)


def _anchored(tree: Query) -> Query:
    return And(_flat([Word("anchor"), tree], And)) if true_of_nothing(tree, lambda _: False) else tree


TREES = ANY_TREES.map(_anchored)

_FRAGMENTS = ["AND", "OR", "NOT", "NEAR/5", "NOT NEAR/3", "PRE/S", "W/2", "(", ")", "(", ")", '"', "title:", "lang:"]
_FRAGMENTS += ["=", "@firms", "ANY/2(", "ATLEAST/2(", ",", "first/9:", "urgency<=3", "*", "?", "-", "+", "//", "\n"]
_FRAGMENTS += ["korea", "Russia", "anti-tank", "co*", "sanction*", "source:", "lang:(ko OR en)", "NEAR", "١", "（", "“"]
_FRAGMENTS += ["~", " ", ":", "\u0301", "ﬁ"]
MISTYPED = st.lists(st.sampled_from(_FRAGMENTS) | st.text(max_size=3), max_size=14).flatmap(
    lambda parts: st.sampled_from(["", " "]).map(lambda glue: glue.join(parts))
)
