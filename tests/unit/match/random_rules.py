"""Random rules and articles over few words, so that much of everything happens."""

from __future__ import annotations

from random import Random
from typing import Any

from schemas.article import Article
from workers.rules.language.tree import (
    And,
    AnyOf,
    AtLeast,
    Codes,
    Exact,
    First,
    InField,
    Metadata,
    Near,
    Not,
    NotNear,
    Number,
    Or,
    Phrase,
    Query,
    Reach,
    Stem,
    Wildcard,
    Word,
)

WRITTEN = ["Defence", "defense", "colours", "color", "US", "us", "U.S.", "sanction", "sanctioned", "AT&T", "北", "été"]
FOLDED = ["defence", "defense", "colours", "color", "us", "sanction", "at&t", "北", "ete", "never"]
PATTERNS = ["def*", "col*r*", "s?nction*", "u?", "at&t*", "e?e"]
STEMS = ["sanction", "colour", "us", "never"]
EXACT = ["US", "us", "Defence", "AT&T", "été", "never"]
GAPS = [" ", " ", " ", ", ", ". ", ".\n", "\n\n"]


def random_article(random: Random, number: int) -> Article:
    """An article of up to some thirty words, with some of its fields missing."""
    fields: dict[str, Any] = {
        "title": _text(random, 6),
        "lead": _text(random, 6),
        "body": _text(random, 25),
        "source": _text(random, 2),
        "section": _text(random, 2),
        "authors": [_text(random, 3) for _ in range(random.randrange(3))],
        "places": [_text(random, 3) for _ in range(random.randrange(3))],
        "subjects": [_text(random, 3) for _ in range(random.randrange(3))],
        "language": random.choice(["en", "fr", "tr", "pt-BR", "pt_br"]),
        "country": random.choice(["KP", "kr"]),
        "urgency": random.randint(1, 9),
    }
    kept = {name: value for name, value in fields.items() if random.random() < 0.7}
    return Article.model_validate(
        {"uri": f"urn:{number}", "body": "x", **kept} | ({} if "title" in kept else {"title": "x"})
    )


def _text(random: Random, longest: int) -> str:
    return "".join(random.choice(WRITTEN) + random.choice(GAPS) for _ in range(random.randint(1, longest)))


def random_rule(random: Random, depth: int = 4, *, in_field: bool = False) -> Query:  # noqa: PLR0911, PLR0912  # one a node
    """A rule of any shape, also one that no operator could type because it is not anchored."""

    def inner(*, in_field: bool = in_field) -> Query:
        return random_rule(random, depth - 1, in_field=in_field)

    def several() -> tuple[Query, ...]:
        return tuple(inner() for _ in range(random.randint(2, 3)))

    if depth == 0:
        return random_term(random, 1)
    kind = random.randrange(9 if in_field else 14)
    match kind:
        case 0 | 1:
            return And(several())
        case 2 | 3:
            return Or(several())
        case 4:
            return Not(inner())
        case 5:
            items = several()
            return AnyOf(random.randint(1, len(items)), items)
        case 6:
            return NotNear(random_term(random, 1), random_term(random, 1), random.choice([1, 3, "S", "P"]))
        case 7:
            return AtLeast(random.randint(1, 3), random_term(random, 2))
        case 8:
            return random_term(random, 2)
        case 9:
            return InField(random.choice(["title", "lead", "body", "text"]), inner(in_field=True))
        case 10:
            return First(random.randint(1, 12), inner(in_field=True))
        case 11:
            return Metadata(random.choice(["source", "section", "author", "place", "subject"]), inner(in_field=True))
        case 12:
            return random.choice([Codes("lang", ("pt", "tr")), Codes("country", ("kp",)), Codes("lang", ("fr",))])
        case _:
            field, most = random.choice([("urgency", 9), ("words", 30)])
            return Number(field, random.choice(["<", "<=", "=", ">=", ">"]), random.randint(1, most))  # type: ignore[arg-type]


def random_term(random: Random, depth: int) -> Query:  # noqa: PLR0911
    """A term that occurs: what may stand in NEAR, a phrase and ATLEAST."""
    kind = random.randrange(8 if depth else 5)
    match kind:
        case 0 | 1:
            return Word(random.choice(FOLDED))
        case 2:
            return Wildcard(random.choice(PATTERNS))
        case 3:
            return Stem(random.choice(STEMS))
        case 4:
            return Exact(random.choice(EXACT))
        case 5:
            return Phrase((random_term(random, depth - 1), random_term(random, depth - 1)))
        case 6:
            return Or((random_term(random, depth - 1), random_term(random, depth - 1)))
        case _:
            reach: Reach = random.choice([1, 2, 5, "S", "P"])
            return Near(random_term(random, depth - 1), random_term(random, depth - 1), reach, random.random() < 0.5)
