"""Languages of articles, as far as they make a difference to which words a text has and which terms these satisfy."""

from __future__ import annotations

from workers.match.stems import algorithm
from workers.rules.language.split import _drops_suffixes as drops_suffixes

_KNOWN_MAX = 4096


class Languages:
    """Numbers languages; those that make no difference have the same number."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}
        self._kinds: dict[tuple[str, bool], int] = {}
        self._stems = False
        self.example: list[str | None] = []
        """For each number one of its languages."""

    def number(self, language: str | None, *, stems: bool) -> int:
        """The number of a language; `stems` says that stems make a difference."""
        if stems != self._stems or len(self._numbers) > _KNOWN_MAX:
            self._stems = stems
            self._numbers.clear()
        known = self._numbers.get(language)
        if known is None:
            kind = (algorithm(language) if stems else "", drops_suffixes(language))
            known = self._kinds.setdefault(kind, len(self.example))
            if known == len(self.example):
                self.example.append(language)
            self._numbers[language] = known
        return known
