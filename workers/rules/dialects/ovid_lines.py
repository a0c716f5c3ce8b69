"""The lines of a search in Ovid or PubMed: which are one query, which number others, which only limit."""

from __future__ import annotations

import re

from workers.rules.dialects.outcome import NotTaken
from workers.rules.dialects.ovid_signs import KNOWN_FIELDS

_JOINS_ON = re.compile(r"\s*(?:and|or|not)\b(?!\s*/?\s*\d)", re.IGNORECASE)
_GOES_ON = re.compile(r"\b(?:and|or|not)\s*$", re.IGNORECASE)
_LABEL = re.compile(r"\s*(?:\d+[a-z]?\.?\s*$|\d+\.?\s+[A-Z][^()\[\]/]*:)")
_ALL_OF = re.compile(r"\s*\(?\s*(and|or)\s*/?\s*(\d[\d\s,-]*)\)?\s*[.]?\s*", re.IGNORECASE)
_LIMIT = re.compile(r"\s*(?:limit\s+(\d+)\s+to\b(.*)|remove duplicates from (\d+)\s*)", re.IGNORECASE | re.DOTALL)
_COMMENT = re.compile(r"(?<=\d)\s*\[([^\]]*)\]\s*$")
_LARGEST = 10_000


def lines_of(text: str) -> list[str]:
    """The lines, each a query; a search that runs over lines is one. Raises NotTaken for a list with headings in it."""
    lines = [_COMMENT.sub(_if_field, line).strip() for line in text.replace("\xa0", " ").splitlines() if line.strip()]
    if any(_LABEL.match(line) for line in lines) and len(lines) > 1:
        raise NotTaken("it has headings between its lines")
    broken = any(line.count("(") != line.count(")") for line in lines)
    if len(lines) > 1 and (broken or any(_JOINS_ON.match(line) or _GOES_ON.search(line) for line in lines)):
        return [" ".join(lines)]
    return lines


def _if_field(found: re.Match[str]) -> str:
    """Behind numbers of lines what is no field is a comment."""
    return found.group() if found[1].strip().lower() in KNOWN_FIELDS else ""


def all_of_lines(line: str) -> tuple[str, list[int]] | None:
    """`or/1-5`, `and/6,49`, `OR 1-14`: the operator and the numbers of lines. Raises NotTaken for a wrong range."""
    found = _ALL_OF.fullmatch(line)
    if not found:
        return None
    numbers: list[int] = []
    for each in found[2].split(","):
        first, _, last = each.partition("-")
        if not first.strip().isdigit() or not (last or first).strip().isdigit():
            raise NotTaken(f"{line} is no list of lines")
        low, high = int(first.strip()[:9]), int((last or first).strip()[:9])
        if high - low > _LARGEST:
            raise NotTaken(f"{line} names too many lines")
        numbers += range(low, high + 1)
    return found[1].lower(), numbers


def limited(line: str) -> tuple[int, str | None] | None:
    """`limit 20 to humans`, `remove duplicates from 20`: the line that is meant, and what it is held to."""
    found = _LIMIT.fullmatch(line)
    return (int((found[1] or found[3])[:9]), found[2]) if found else None
