"""What a rule means: the plain evaluator over the tree. Every index and engine must give its answers, always."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.article import Article
from workers.errors import Broken
from workers.match.occurrences import shortest, shortest_alone
from workers.match.reading import Reading, Text
from workers.rules.language.tree import (
    TEXT_FIELDS,
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
    Stem,
    Wildcard,
    Word,
)

TERMS = (Word, Wildcard, Stem, Exact, Phrase, Near)
"""What occurs in a text."""


def evaluate(query: Query, article: Article) -> bool:
    """Whether the rule says yes to the article. The tree's lists have been put in place (`expand`)."""
    reading = Reading(article)
    return holds(query, reading, plain(reading))


def plain(reading: Reading) -> Sequence[Text]:
    """What `asked` gives, split at once: the oracle takes no short cut to the words."""
    texts = asked(reading)
    for text in texts:
        text.tokens  # noqa: B018  # splits
    return texts


def asked(reading: Reading) -> Sequence[Text]:
    """The texts that a rule asks unless it names others."""
    return [reading.text(field) for field in TEXT_FIELDS]


def holds(node: Query, reading: Reading, texts: Sequence[Text]) -> bool:  # noqa: PLR0911  # one a node
    """Whether `node` is true of these texts of an article."""
    match node:
        case And(operands):
            return all(holds(operand, reading, texts) for operand in operands)
        case Or(operands):
            return any(holds(operand, reading, texts) for operand in operands)
        case Not(operand):
            return not holds(operand, reading, texts)
        case AnyOf(count, items):
            return sum([holds(item, reading, texts) for item in items]) >= count
        case NotNear():
            return any(shortest_alone(node, text) for text in texts)
        case AtLeast(count, operand):
            return sum(len(shortest(operand, text)) for text in texts) >= count
        case _ if isinstance(node, TERMS):
            return any(shortest(node, text) for text in texts)
        case _:
            return holds_elsewhere(node, reading)


def holds_elsewhere(node: Query, reading: Reading) -> bool:
    """The nodes that name what they ask themselves.

    AND, OR, NOT, ANY, ATLEAST inside of a field ask the field: `author:(lee AND day)` is `author:lee AND author:day`,
    and `subject:(oil AND NOT sport)` wants no entry with `sport`. Each entry of a list is a text of its own for what
    has a place: no phrase and no NEAR runs from one entry into the next.
    """
    match node:
        case InField(field, operand):
            return holds(operand, reading, asked(reading) if field == "text" else [reading.text(field)])
        case First(count, operand):
            return holds(operand, reading, [reading.text("body").first(count)])
        case Metadata(field, operand):
            return holds(operand, reading, reading.entries(field))
        case Codes(field, codes):
            code = reading.code(field)
            return code is not None and any(code == each or code.startswith(each + "-") for each in codes)
        case Number(field, comparison, value):
            number = reading.number(field)
            return number is not None and _compares(number, comparison, value)
    raise Broken(f"{type(node).__name__} cannot be asked: are the lists in place?")


def _compares(number: int, comparison: str, value: int) -> bool:
    match comparison:
        case "<":
            return number < value
        case "<=":
            return number <= value
        case "=":
            return number == value
        case ">=":
            return number >= value
        case _:
            return number > value
