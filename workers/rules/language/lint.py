"""What is legal in a rule but perhaps not meant."""

from __future__ import annotations

from collections.abc import Iterator

from workers.rules.language.lint_knowledge import Knowledge
from workers.rules.language.lint_logic import logic
from workers.rules.language.lint_note import Code, Note
from workers.rules.language.lint_typed import typed
from workers.rules.language.lint_words import fields, words
from workers.rules.language.refusal import shown
from workers.rules.language.tree import Query

_NOTHING = Knowledge()


def lint(text: str, tree: Query, knowledge: Knowledge = _NOTHING) -> tuple[Note, ...]:
    """The notes on a rule, in the order of their places. `tree` is `parse(text)`, with lists by name.

    Each note of what is never or always true, adds nothing or is covered is a proof, if what is known of spellings is
    what the matcher takes for spellings. Time in proportion to the text, what `knowledge` takes for an answer apart.
    """
    notes = {
        *typed(text),
        *logic(text, tree, knowledge.spellings),
        *words(tree, knowledge),
        *fields(tree, knowledge),
        *_related(tree, knowledge),
    }
    return tuple(sorted(notes, key=lambda note: (note.start, note.end, note)))


def _related(tree: Query, knowledge: Knowledge) -> Iterator[Note]:
    if knowledge.related is None:
        return
    for rule_id, relation in knowledge.related(tree):
        name = shown(rule_id)
        if relation == "equal":
            told = f"rule {name} says yes to the same articles"
            yield Note(Code.EQUAL_RULE, *tree.span, told, "keep one of the two, with the channels of both")
        else:
            told = f"rule {name} says yes to every article that this one says yes to"
            yield Note(
                Code.COVERED_RULE, *tree.span, told, f"keep {name} alone, with the channels of both, or narrow it"
            )
