"""The terms that live rules use: a number for each key, from its first use to its last."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from workers.match.engine.clauses import GROUPED_FROM
from workers.match.engine.forms import Forms
from workers.match.engine.kernel import edits
from workers.match.engine.kernel.state import ALWAYS
from workers.match.engine.keys import ALWAYS_KEY, ANYWHERE, Check, Clause, Key
from workers.match.engine.languages import Languages
from workers.match.engine.outside import Outside
from workers.match.engine.plain import PlainRule, Term
from workers.match.engine.store import Store
from workers.match.engine.words import Words, beginning
from workers.match.spellings import spellings
from workers.rules.language.fold import fold

_COMMON = (0, 60, 60, 30, 15, 8, 5, 3, 2, 1)
"""How often, of 500 articles, one has a word of so many letters: a first guess, until articles have been counted."""
_WORDS = frozenset("w*~=o")
_ANYWHERE = ANYWHERE << 2
_NEGATED = 2
_MORE = 1


class Catalogue:
    """Numbers of terms by their keys."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers: dict[Key, int] = {ALWAYS_KEY: ALWAYS}
        self._keys: dict[int, Key] = {}
        self._words = Words()
        self._languages = Languages()
        self.forms = Forms(store, self._words, self._languages)
        self.outside = Outside(store)
        edits.use(store.state, ALWAYS)

    def __len__(self) -> int:
        return len(self._keys)

    def language(self, language: str | None) -> int:
        """The number under which chunks of articles in this language are remembered."""
        return self._languages.number(language, stems=self._words.stems_asked)

    def literals(self, clauses: Sequence[Clause]) -> list[int]:
        """The clauses as the compiled part reads them; their terms are made."""
        found: list[int] = []
        for clause in clauses:
            for key, fields, negated in clause:
                term = (
                    self._group([self.term(member) << 5 | its << 2 for member, its in key[1]])
                    if key[0] == "g"
                    else self.term(key)
                )
                found.append(term << 5 | fields << 2 | negated << 1 | 1)
            found[-1] &= ~1
        return found

    def plain_literals(self, rule: PlainRule) -> list[int]:
        """The same of a plain rule."""
        found: list[int] = []
        for terms in rule.clauses:
            if len(terms) == 1:
                found.append((terms[0].number or self._numbered(terms[0])) << 5 | _ANYWHERE)
            else:
                found += self._plain_clause(terms)
        for terms in rule.denied:
            found += [literal & ~_MORE | _NEGATED for literal in self._plain_clause(terms)]
        return found

    def _plain_clause(self, terms: Sequence[Term]) -> list[int]:
        found = [(term.number or self._numbered(term)) << 5 | (_ANYWHERE | _MORE) for term in terms]
        if len(set(found)) < len(found):
            found = list(dict.fromkeys(found))
        if len(found) >= GROUPED_FROM:
            return [self._group([literal ^ _MORE for literal in found]) << 5 | _ANYWHERE]
        found[-1] ^= _MORE
        return found

    def _numbered(self, term: Term) -> int:
        term.number = self.term(term.key)
        return term.number

    def _group(self, literals: Sequence[int]) -> int:
        """One of many literals: kept by their numbers, which are theirs as long as it is there."""
        return self.term(("g", array("i", sorted(literals)).tobytes()))

    def checks(self, checks: Sequence[Check]) -> list[int]:
        """The checks as the compiled part reads them; their terms are in the rule's clauses too."""
        found: list[int] = []
        for one, other, apart, ordered, fields in checks:
            found += (self._numbers[one], self._numbers[other], apart << 1 | ordered, fields)
        return found

    def term(self, key: Key) -> int:
        """The number of a key."""
        found = self._numbers.get(key)
        return self._made(key) if found is None else found

    def _made(self, key: Key) -> int:
        state, kind = self._store.state, key[0]
        if kind == "p":
            term = edits.add_phrase(state, self._store.put([self.term(each) for each in key[1]]))
        elif kind == "g":
            term = edits.add_group(state, self._store.put(array("i", key[1])))
        elif kind in _WORDS:
            term = self._word_made(key)
        else:
            term = self._outside_made(key)
        self._numbers[key] = term
        self._keys[term] = key
        return term

    def _word_made(self, key: Key) -> int:
        members = [self.term(each) for each in key[1]] if key[0] == "o" else []
        for member in members:
            edits.use(self._store.state, member)
        length = len(key[1]) if key[0] != "o" else 3
        term = edits.add_term(self._store.state, _COMMON[min(length, len(_COMMON) - 1)])
        self._words.add(key, term, members)
        self._want(key, 1)
        self.forms.forget(key)
        return term

    def _want(self, key: Key, step: int) -> None:
        """Tell the compiled part which plain words matter."""
        match key[0]:
            case "w":
                for each in spellings(key[1]):
                    self._store.want(each, step)
            case "=":
                self._store.want(fold(key[1]), step)
            case "*":
                self._store.want_beginning(beginning(key[1]), step)
            case "~":
                self._store.want_any(step)

    def _outside_made(self, key: Key) -> int:
        members = self._members(key)
        for member in members:
            edits.use(self._store.state, member)
        term = edits.add_term(self._store.state, 5 if key[0] == "m" else 100)
        self.outside.add(key, term, members)
        return term

    def _members(self, key: Key) -> list[int]:
        """The terms that a term in metadata is made of."""
        return [self.term(("m", key[1], each)) for each in key[2][1]] if _is_compound(key) else []

    def forget_unused(self) -> None:
        """Forget the terms that nothing uses any more."""
        state = self._store.state
        while term := edits.next_dead(state):
            key = self._keys.pop(term)
            del self._numbers[key]
            kind = key[0]
            if kind in _WORDS:
                self._want(key, -1)
                self._word_forgotten(key, term)
                self.forms.forget(key)
            elif kind not in {"p", "g"}:
                members = self._members(key)
                self.outside.remove(key, term, members)
                self._release(members)
            edits.free_term(state, term)

    def _word_forgotten(self, key: Key, term: int) -> None:
        if key[0] == "o":
            members = [self._numbers[each] for each in key[1]]
            self._words.remove_place(term, members)
            self._release(members)
        else:
            self._words.remove(key)

    def _release(self, members: Sequence[int]) -> None:
        for member in members:
            edits.release(self._store.state, member)


def _is_compound(key: Key) -> bool:
    return bool(key[0] == "m" and key[2][0] in {"p", "o"})
