"""Languages by the names that databases give them, as `lang:` knows them."""

from __future__ import annotations

import re

from workers.rules.dialects.draft import Draft
from workers.rules.dialects.outcome import Code
from workers.rules.language.refusal import shown
from workers.rules.language.tree import And, Codes, Or, Query, Word, children

_NAMES = (
    "afrikaans:af albanian:sq arabic:ar armenian:hy azerbaijani:az basque:eu belarusian:be bengali:bn bosnian:bs "
    "bulgarian:bg burmese:my catalan:ca chinese:zh croatian:hr czech:cs danish:da dutch:nl english:en estonian:et "
    "finnish:fi french:fr galician:gl georgian:ka german:de greek:el gujarati:gu hebrew:he hindi:hi hungarian:hu "
    "icelandic:is indonesian:id irish:ga italian:it japanese:ja kazakh:kk khmer:km korean:ko lao:lo latvian:lv "
    "lithuanian:lt macedonian:mk malay:ms malayalam:ml maltese:mt marathi:mr mongolian:mn nepali:ne norwegian:no "
    "pashto:ps persian:fa polish:pl portuguese:pt punjabi:pa romanian:ro russian:ru serbian:sr sinhala:si slovak:sk "
    "slovenian:sl somali:so spanish:es swahili:sw swedish:sv tamil:ta telugu:te thai:th turkish:tr ukrainian:uk "
    "urdu:ur uzbek:uz vietnamese:vi welsh:cy zulu:zu "
    "eng:en fre:fr ger:de spa:es ita:it por:pt rus:ru chi:zh jpn:ja kor:ko ara:ar pol:pl dut:nl tur:tr"
)
ISO_639_1 = dict(each.split(":") for each in _NAMES.split())
"""Codes by English names, and by what PubMed writes for the frequent ones."""
LANGUAGE_FIELDS = frozenset(("la", "lg", "language"))  # of Ovid and PubMed
_LANGUAGE = re.compile(r"(?:(?:la|lg|language)\s*=\s*)?(\w+)(\s+language)?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+and\s+|\s*,\s*", re.IGNORECASE)
_EITHER = re.compile(r"\s+or\s+", re.IGNORECASE)


def in_languages(names: list[str], written: str, draft: Draft, *, excluded: bool) -> Query | None:
    """One of these languages; left out, and told, where one is not known, or `excluded` says it stands behind NOT."""
    codes = [ISO_639_1.get(each.strip().lower(), "") for each in names]
    if codes and all(codes) and not excluded:
        return Codes("lang", tuple(dict.fromkeys(codes)))
    why = "stands behind NOT" if excluded else "names no language that is known here"
    told = f"{shown(written)} {why}: left out, so the rule finds more: articles in every language"
    draft.change(Code.DATABASE_ONLY, told)
    return None


def names_in(tree: Query) -> list[str]:
    """The names in `english OR french`, also behind `LANGUAGE,`; none where it is anything else."""
    if isinstance(tree, And) and len(tree.operands) == 2 and tree.operands[0] == Word("language"):
        tree = tree.operands[1]
    parts = tree.operands if isinstance(tree, Or) else (tree,)
    return [each.text for each in parts if isinstance(each, Word)] if all(isinstance(p, Word) for p in parts) else []


def limits(text: str, draft: Draft, *, excluded: bool) -> Query | None:
    """The languages of `(english language and humans)`, what Ovid limits a line to. The rest is left out, and told."""
    languages: list[Query | None] = []
    others: list[str] = []
    for each in _BETWEEN.split(text.replace("(", " ").replace(")", " ").strip(" .")):
        found = [_LANGUAGE.fullmatch(name.strip(' "')) for name in _EITHER.split(each)]
        names = [match[1] for match in found if match]
        meant = any(match and (match[2] or "=" in match.group()) for match in found)
        if len(names) == len(found) and (meant or all(name.lower() in ISO_639_1 for name in names)):
            languages.append(in_languages(names, f"limit to {each.strip()}", draft, excluded=excluded))
        elif each.strip():
            others.append(each.strip())
    if others:
        told = f"limit to {shown(' and '.join(others))} is about records of the database: left out"
        draft.change(Code.DATABASE_ONLY, told)
    return draft.all_of(languages)


def only_languages(tree: Query) -> bool:
    """Whether nothing else is asked for."""
    stack = [tree]
    while stack:
        node = stack.pop()
        inner = list(children(node))
        if not inner and not isinstance(node, Codes):
            return False
        stack += inner
    return True
