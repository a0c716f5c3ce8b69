"""What the words of a rule miss, or catch without being meant to; and what it asks that articles do not have."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workers.rules.language.lint_knowledge import Knowledge, SeenWords
from workers.rules.language.lint_note import Code, Note, note_on
from workers.rules.language.tree import (
    And,
    AnyOf,
    Codes,
    First,
    InField,
    Metadata,
    Not,
    Number,
    Or,
    Query,
    Stem,
    Wildcard,
    Word,
    bottom_up,
    walk,
)

EXPANSION_MAX = 1_000  # seen words that one wildcard may stand for
FREQUENT_MIN = 10  # articles with an inflection that the rule does not find
FREQUENT_SHARE = 0.5  # of the articles that the typed form finds

_TWO_MEANINGS = {
    ("ton", "tonne"): "weights of 907 or 1,016 kg, and of 1,000 kg",
    ("tons", "tonnes"): "weights of 907 or 1,016 kg, and of 1,000 kg",
    ("tire", "tyre"): "to grow tired, and a part of a wheel",
    ("tires", "tyres"): "grows tired, and parts of wheels",
    ("draft", "draught"): "a first version or a call to arms, and a current of air or a drink",
    ("drafts", "draughts"): "first versions, and a board game",
    ("meter", "metre"): "an instrument, and a length",
    ("meters", "metres"): "instruments, and lengths",
    ("mold", "mould"): "a fungus, and a form for casting, in any spelling",
    ("gray", "grey"): "a unit of radiation or a name, and a colour",
    ("griffin", "gryphon"): "a name, and a beast",
    ("gage", "gauge"): "a pledge or a name, and a measure",
    ("ax", "axe"): "to cut down, and a tool",
    ("analog", "analogue"): "electronics, and what is like another",
    ("disc", "disk"): "a record, and a computer's storage",
    ("curb", "kerb"): "to hold back, and the edge of a pavement",
    ("curbs", "kerbs"): "holds back, and edges of pavements",
    ("check", "cheque"): "to examine, and an order to a bank",
    ("checks", "cheques"): "examines, and orders to banks",
    ("story", "storey"): "a tale, and a floor",
    ("stories", "storeys"): "tales, and floors",
}
"""Spellings that some read as two words, and why."""
_OTHERS = {word: pair for pair in _TWO_MEANINGS for word in pair}


def words(tree: Query, knowledge: Knowledge) -> Iterator[Note]:
    """The notes on words, in no order."""
    if knowledge.spellings:
        yield from _spellings(tree, knowledge.spellings)
    if knowledge.seen:
        yield from _inflections(tree, knowledge.seen)
        for node in walk(tree):
            if isinstance(node, Wildcard) and (found := knowledge.seen.expansion(node.pattern)) > EXPANSION_MAX:
                told = f"{node.pattern} stands for {found:,} different words of recent articles"
                yield note_on(Code.WIDE_WILDCARD, node, told, "write more letters before the sign, or name the words")


def fields(tree: Query, knowledge: Knowledge) -> Iterator[Note]:
    """The notes on fields, in no order."""
    if knowledge.filled is not None:
        for node in walk(tree):
            field = _field(node)
            if field and field not in knowledge.filled:
                told = f"no recent article has anything in {field}"
                yield note_on(Code.EMPTY_FIELD, node, told, "ask another field, or look at what your sources send")
    blamed = _without_words(tree)
    if blamed is not None:
        told = "this asks for no word: metadata and numbers alone decide"
        yield note_on(Code.METADATA_ALONE, blamed, told, "add with AND what the article should be about")


def _spellings(tree: Query, spellings: Callable[[str], object]) -> Iterator[Note]:
    for node in walk(tree):
        if isinstance(node, Word) and node.text in _OTHERS:
            pair = _OTHERS[node.text]
            known = spellings(node.text)
            if isinstance(known, frozenset | set | tuple | list) and set(pair) <= set(known):
                told = f"{pair[0]} and {pair[1]} are one word here: {_TWO_MEANINGS[pair]}"
                proposal = f"write ={node.text} for this spelling alone, in this case; keep it if both are meant"
                yield note_on(Code.SPELLINGS_DIFFER, node, told, proposal)


def _inflections(tree: Query, seen: SeenWords) -> Iterator[Note]:
    """Each word once, where it stands first; what the rule says elsewhere it does not miss."""
    plain = {node.text: node for node in reversed(list(walk(tree))) if isinstance(node, Word)}
    stems = {node.text for node in walk(tree) if isinstance(node, Stem)}
    stars = tuple({node.pattern[:-1] for node in walk(tree) if isinstance(node, Wildcard) and node.pattern[-1] == "*"})
    for text, node in sorted(plain.items(), key=lambda item: item[1].span):
        if text in stems or (len(stars) <= EXPANSION_MAX and text.startswith(stars)):
            continue
        least = max(FREQUENT_MIN, int(FREQUENT_SHARE * seen.articles_with(text)))
        missed = {each: seen.articles_with(each) for each in seen.inflections(text) if each not in plain}
        often = max(missed, key=lambda each: (missed[each], each), default=None)
        if often is not None and missed[often] >= least:
            told = f"{text} does not find {often}, which stands in {missed[often]:,} recent articles"
            yield note_on(Code.ONE_INFLECTION, node, told, f"write ~{text}, or ({text} OR {often})")


def _field(node: Query) -> str | None:
    match node:
        case InField(field) if field != "text":
            return field
        case Metadata(field) | Codes(field):
            return field
        case First():
            return "body"
        case Number("urgency"):
            return "urgency"
    return None


def _without_words(tree: Query) -> Query | None:
    """The part that is true where no word of the rule is there and metadata are as it likes; None if there is none.

    Judged as anchored-ness is: each test for itself, true where it stands under an even number of NOTs.
    """
    if not _free(tree):
        return None
    while isinstance(tree, Or):
        tree = next(each for each in tree.operands if _free(each))
    return tree


def _free(tree: Query) -> bool:
    return bottom_up(tree, _free_at)[0]


def _free_at(node: Query, given: list[tuple[bool, bool]]) -> tuple[bool, bool]:  # noqa: PLR0911  # one a kind
    """Whether the node can be true, and whether it can be false, where no word is there."""
    can = [each for each, _ in given]
    cannot = [each for _, each in given]
    match node:
        case Metadata() | Codes() | Number():
            return True, True
        case Not():
            return cannot[0], can[0]
        case And():
            return all(can), any(cannot)
        case Or():
            return any(can), all(cannot)
        case AnyOf():
            return sum(can) >= node.count, sum(cannot) > len(given) - node.count
        case First() | InField():
            return given[0]
    return False, True
