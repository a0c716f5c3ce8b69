"""One query to one rule, with all that this changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from workers.rules.dialects import ovid, scopus
from workers.rules.dialects.draft import Draft
from workers.rules.dialects.endings import STOP_WORDS, Spellings, other_spellings, plurals, words_of_phrases
from workers.rules.dialects.languages import only_languages
from workers.rules.dialects.outcome import Code, NotTaken, Outcome, Unsayable
from workers.rules.language import RuleError, parse, render
from workers.rules.language.refusal import shown
from workers.rules.language.tree import Query

CHARACTERS_MAX = 1_000_000
_Read = Callable[[str, Draft], "Query | None"]

DIALECTS: Mapping[str, _Read] = {
    "scopus": lambda text, draft: scopus.read(text, draft, scopus.SCOPUS),
    "corpustools": lambda text, draft: scopus.read(text, draft, scopus.CORPUSTOOLS),
    "ovid": ovid.read,
    "pubmed": ovid.read,
}
"""What reads each dialect."""

_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)")


def translate(text: str, dialect: str, spellings: Spellings) -> Outcome:
    """The rule that says what a query says. Never raises for what is in the query.

    What is not counted as a change: case and accents, which count for nothing here; how texts are split into words; and
    that articles have title, lead and body where those databases have title, abstract and keywords, unless the query
    names a field. `spellings` gives all spellings of a folded word.
    """
    draft = Draft()
    if len(text) > CHARACTERS_MAX:
        return Outcome(None, reason=f"it has more than {CHARACTERS_MAX:,} characters")
    try:
        tree = DIALECTS[dialect](_mended(text, draft), draft)
        if tree is None or only_languages(tree):
            raise NotTaken("nothing of it asks for text")
        query = render(parse(render(tree)))
    except (NotTaken, Unsayable) as exc:
        return Outcome(None, tuple(draft.changes), reason=str(exc))
    except RecursionError:
        return Outcome(None, tuple(draft.changes), reason="its brackets, and lines that use lines, are too deep")
    except RuleError as exc:
        return Outcome(None, tuple(draft.changes), reason=f"{exc.message} ({exc.hint})")
    _tell_endings(tree, draft, dialect, spellings)
    return Outcome(query, tuple(draft.changes))


def _mended(text: str, draft: Draft) -> str:
    """Backslashes before signs are those of the file that the query was taken from."""
    mended = _ESCAPED.sub(lambda found: chr(int(found[1], 16)) if found[1] else found[2], text)
    if mended != text:
        draft.change(Code.REPAIRED, "backslashes before signs are taken away")
    return mended


def _tell_endings(tree: Query, draft: Draft, dialect: str, spellings: Spellings) -> None:
    if dialect == "scopus":
        missed = list(dict.fromkeys(plurals(tree)))
        if missed:
            told = f"plurals and possessives of {_some(missed)} are found there by themselves"
            draft.change(Code.WORD_FORMS, told)
        small = [each for each in dict.fromkeys(words_of_phrases(tree)) if each in STOP_WORDS]
        if small:
            draft.change(Code.STOP_WORDS, f"{_some(small)} in a phrase may be any word there, or none")
        return
    wider = dict.fromkeys(f"{other} for {word}" for word, other in other_spellings(tree, spellings))
    if wider:
        draft.change(Code.SPELLINGS, f"this finds {_some(list(wider))} too")


def _some(words: list[str]) -> str:
    """A few of them."""
    named = ", ".join(shown(each) for each in words[:5])
    return named + (f" and {len(words) - 5} more" if len(words) > 5 else "")
