"""Why a rule says yes to an article: the hits and an excerpt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from schemas.alert import Evidence
from schemas.article import Article
from workers.match.excerpt import Shown, excerpt
from workers.match.glance import Unfit, glance_at
from workers.match.recent import RECENT
from workers.match.witnesses import Clause, Place, Witnesses, in_order
from workers.rules.language import render
from workers.rules.language.tree import TEXT_FIELDS, Phrase, Query, Word

TERM_MAX_CHARS = 200


def explain(query: Query, article: Article, max_hits: int, excerpt_chars: int) -> Evidence:
    """The occurrences that make the rule true, `max_hits` at most, and an excerpt of `excerpt_chars` characters.

    Only positive terms that count are told: of OR the sides that are true, of NEAR the occurrences that take part,
    nothing under NOT. In a long text NEAR, and NEAR in NOT NEAR, is told from a stretch. Every such term has its first
    hit told before another has its second. Hits stand in the order of the fields and of their places; those in metadata
    are counted within their entry, a number has no place (0 to 0). Of a rule that says no there are no hits. The tree's
    lists have been put in place (`expand`).
    """
    clauses = _clauses(query, article, max_hits)
    hits = [Shown(term, place.field, place.start, place.end) for place, term in _chosen(clauses, max_hits)]
    texts = {name: text for name in TEXT_FIELDS if (text := cast("str | None", getattr(article, name)))}
    told = [hit._asdict() for hit in hits]
    return Evidence.model_validate({"hits": told, "excerpt": excerpt(texts, hits, excerpt_chars)})


def _clauses(query: Query, article: Article, max_hits: int) -> list[Clause]:
    try:
        return glance_at(article).clauses(query, max_hits)
    except Unfit:
        reading = RECENT.of(article)
        clauses = Witnesses(reading, max_hits).of(query)
        RECENT.keep(reading)
        return clauses


def _chosen(clauses: Sequence[Clause], max_hits: int) -> list[tuple[Place, str]]:
    first: dict[tuple[Place, str], None] = {}
    rest: dict[tuple[Place, str], None] = {}
    for clause in clauses:
        term = _shortened(_canonical(clause.term))
        places = iter(clause.places)
        first[next(places), term] = None
        rest.update(((place, term), None) for place in places)
    others = sorted((each for each in rest if each not in first), key=_order)
    return sorted([*first, *others][:max_hits], key=_order)


def _order(hit: tuple[Place, str]) -> tuple[tuple[int, int, int, int], str]:
    place, term = hit
    return in_order(place), term


def _shortened(term: str) -> str:
    """A phrase may hold a list of thousands, and stands in each of its hits."""
    return term if len(term) <= TERM_MAX_CHARS else term[: TERM_MAX_CHARS - 1] + "…"


def _canonical(term: Query) -> str:
    """What `render` gives, sooner for what is told most: words and phrases of them."""
    if isinstance(term, Word) and term.text.isalnum():
        return term.text
    if isinstance(term, Phrase) and all(isinstance(place, Word) and place.text.isalnum() for place in term.places):
        return f'"{" ".join(place.text for place in term.places if isinstance(place, Word))}"'
    return render(term)
