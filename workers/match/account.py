"""The whole account of what a rule says to an article: each clause with its answer, and what is missing for a yes.

Of a rule that says no the smallest set is told of leaves that would have had to answer otherwise: terms, phrases, NEAR,
NOT NEAR, ATLEAST, codes and number tests. The same leaf of the same field counts once wherever it stands. Leaves are
taken as free of each other: that a text with `"north korea"` has `korea` too is not looked at. The smallest set is
proven to be so, or `smallest` is false (`smallest.py` says when). Of several sets as small one is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.article import Article
from workers.match.apart import Distances
from workers.match.clause import Account, Wanted
from workers.match.ledger import Ledger
from workers.match.reading import Reading
from workers.match.smallest import smallest
from workers.match.terms import Terms
from workers.match.wording import Wording
from workers.rules.language.tree import Query

OCCURRENCES_MAX = 20  # of a clause, that are told
LEAVES_MAX = 100
# Of texts, gone through for the distances of NEAR: 3 to 5 s a million on one core, measured 2026-12-01 with texts of
# two words alternating. So explaining takes 2.5 s longer at most. What it takes in any case, 8.5 s of 10 MB, is no part
# of that: reading, and asking the rule.
MEASURED_MAX_WORDS = 500_000


def account(
    query: Query,
    article: Article,
    lists: Mapping[str, Sequence[str]] | None = None,
    *,
    occurrences_max: int = OCCURRENCES_MAX,
    measured_max_words: int = MEASURED_MAX_WORDS,
) -> Account:
    """Why the rule says yes or no to the article.

    The tree may name lists, which are told by their names when `lists` has their entries; or they have been put in
    place (`expand`), and then nobody knows their names. Raises RuleError where a list is not right, Broken where a list
    is named and none are given.

    Bounded: `occurrences_max` occurrences a clause, 20 clauses under one, 2,000 in all, 100 of them in each other, 100
    leaves, each with the number of all. Every term is asked once, whatever the rule's size, as the plain evaluator
    would that takes no short cut; NEAR and NOT NEAR that are true are shown in a stretch of a long text, as in alerts.
    Distances are measured until `measured_max_words` words have been gone through for them; those behind are not, and
    say so (`measured`).
    """
    wording = Wording(query, lists)
    terms = Terms(Reading(article), wording, Distances(measured_max_words, wording), occurrences_max)
    ledger = Ledger(terms, query)
    if ledger.answer:
        return Account(answer=True, clause=ledger.clause(), failing=(), failing_count=0, wanted=None)
    leaves, proven = smallest(ledger.gates, ledger.values)
    failing = ledger.failing()
    return Account(
        answer=False,
        clause=ledger.clause(leaves or ()),
        failing=ledger.told(failing, LEAVES_MAX),
        failing_count=len(failing),
        wanted=Wanted(
            leaves=ledger.told(leaves or (), LEAVES_MAX),
            count=len(leaves or ()),
            smallest=proven,
            possible=leaves is not None,
        ),
    )
