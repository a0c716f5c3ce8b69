"""Ovid and PubMed: searches of numbered lines, in which the last says what is asked.

| written | read as |
|---|---|
| `adjN` | any order, N apart: NEAR/N; `adj` and words side by side: a phrase |
| `$`, `*`, `:` at the end | `*`; with a number n: none to n letters; `#` one letter; `?` one letter or none |
| `.ti.`, `[ti]` | title: |
| `.tw.`, `.mp.`, `.ti,ab.`, `[tiab]` … | all text, and told: articles have no abstract |
| `.au.`, `.jn.` | author:, source: |
| `Malaria/`, `[mh]`, `.sh.` | the words of the heading in all text, and told; behind NOT it is left out |
| `exp` | the narrower headings are not followed, and told |
| `.la.`, `[la]`, `limit n to english language` | lang:, where the name is known |
| `.pt.`, `.rn.`, `[crdt]`, `limit n to …` | about records of the database: left out, and told |
| no field | all text, and told: Ovid and PubMed add terms of their own |
| order | adj, then AND and NOT, then OR; told where they are mixed without brackets |
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from workers.rules.dialects.draft import Draft
from workers.rules.dialects.languages import limits
from workers.rules.dialects.outcome import Code, NotTaken, Unsayable
from workers.rules.dialects.ovid_line import Line
from workers.rules.dialects.ovid_lines import all_of_lines, limited, lines_of
from workers.rules.dialects.ovid_signs import tokens
from workers.rules.language.refusal import shown
from workers.rules.language.tree import Query


def read(text: str, draft: Draft) -> Query | None:
    """The tree of a search; None where nothing of it asks for text. Raises NotTaken, Unsayable."""
    lines = lines_of(text)
    if not lines:
        raise NotTaken("there is nothing in it")
    return Search(lines, draft).read()


class Search:
    """Lines, each read when the last one wants it."""

    def __init__(self, lines: Sequence[str], draft: Draft) -> None:
        self._lines = lines
        self._draft = draft
        self._known: dict[tuple[int, bool], Query | Unsayable | None] = {}

    def read(self) -> Query | None:
        """The last line, with all lines that it uses. Raises NotTaken, Unsayable."""
        tree = self.line(len(self._lines), len(self._lines) + 1, excluded=False)
        if len(self._lines) > 1 and len(self._known) == 1:
            raise NotTaken("its last line uses no other line: nothing says how they are joined")
        return tree

    def line(self, number: int, user: int, *, excluded: bool) -> Query | None:
        """A line that line `user` uses; `excluded` says that it stands behind NOT there."""
        if not 1 <= number < user:
            raise NotTaken(f"line {user} uses line {number}, which does not stand before it")
        if (number, excluded) not in self._known:
            try:
                self._known[number, excluded] = self._read(number, excluded)
            except Unsayable as exc:
                self._known[number, excluded] = exc
        known = self._known[number, excluded]
        if isinstance(known, Unsayable):
            raise known
        return known

    def _read(self, number: int, excluded: bool) -> Query | None:
        line = self._lines[number - 1]
        before = limited(line)
        if before is not None:
            used, held_to = before
            if held_to is None:
                self._draft.change(Code.DATABASE_ONLY, f"{shown(line)} is about records of the database: left out")
                return self.line(used, number, excluded=excluded)
            languages = limits(held_to, self._draft, excluded=excluded)
            return self._draft.all_of([self.line(used, number, excluded=excluded), languages])
        several = all_of_lines(line)
        if several is None:
            return Line(tokens(line), partial(self._used, number), self._draft, number, excluded).read()
        parts = [partial(self._used, number, each, excluded) for each in several[1]]
        if several[0] == "or":
            return self._draft.any_of(parts, excluded=excluded)
        return self._draft.all_of([part() for part in parts])

    def _used(self, user: int, number: int, excluded: bool) -> Query | None:
        return self.line(number, user, excluded=excluded)
