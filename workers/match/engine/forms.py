"""The forms of words that articles had, each with the terms it satisfies, remembered up to a bound.

A form that is a chunk of text as it stands, and satisfies one term at most, needs no memory of its own in the compiled
part: the chunk's code is the term (see `kernel.chunks`). All others have a number there, and a list of terms.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from workers.match.engine.kernel import edits
from workers.match.engine.kernel.chunks import REMEMBERED_BYTES_MAX
from workers.match.engine.kernel.state import BLANK
from workers.match.engine.keys import Key
from workers.match.engine.languages import Languages
from workers.match.engine.store import Store
from workers.match.engine.words import Words, beginning, stems_of
from workers.match.occurrences import fitting
from workers.match.spellings import spelling
from workers.match.stems import stem
from workers.rules.language.fold import fold
from workers.rules.language.split import split

REMEMBERED_MAX = 200_000  # forms; at some 600 bytes each this bounds the memory
REMEMBERED_CHUNKS_MAX = 400_000
REMEMBERED_CHARACTERS_MAX = 16_000_000
_BEGINNING = 3


@dataclass(slots=True)
class _Form:
    exact: str
    folded: str
    language: int
    number: int  # 0: its chunk's code says all


class Forms:
    """What the chunks of articles hold. `words` says which terms a form satisfies."""

    def __init__(self, store: Store, words: Words, languages: Languages) -> None:
        self._store = store
        self._words = words
        self._languages = languages
        self._clear()

    def _clear(self) -> None:
        self._numbered: dict[tuple[str, int], _Form] = {}
        self._by_word: dict[str, list[_Form]] = {}
        self._by_exact: dict[str, list[_Form]] = {}
        self._by_beginning: dict[str, list[_Form]] = {}
        self._by_stem: dict[tuple[int, str], list[_Form]] = {}
        self._lists: list[int] = []  # the codes of chunks with several words
        self._forms = 0
        self._chunks = 0
        self._characters = 0

    def learn(self, count: int, language: int) -> None:
        """Work out the `count` unknown chunks of the text, so that none is unknown when it is read again."""
        self._make_room()
        long_codes: list[int] = []
        unknown = self._store.unknown
        done: set[bytes] = set()
        for place in range(0, 2 * count, 2):
            begin, end = unknown[place], unknown[place + 1]
            chunk = bytes(self._store.text[begin:end])
            if len(chunk) > REMEMBERED_BYTES_MAX:
                long_codes.append(self._code(chunk, language))
            elif chunk not in done:
                done.add(chunk)
                code = self._code(chunk, language)
                if code < 0:
                    self._lists.append(code)
                self._chunks += 1
                edits.remember(self._store.state, begin, end, language, code)
        if long_codes:
            self._store.put_long_codes(long_codes)

    def _code(self, chunk: bytes, language: int) -> int:
        """What the chunk stands for."""
        if chunk.isalnum():
            text = chunk.decode("ascii")
            exacts = [text]
        else:
            text = chunk.decode("utf-8", "surrogatepass")
            exacts = [token.exact for token in split(text, language=self._languages.example[language])]
        if exacts == [text] and len(chunk) <= REMEMBERED_BYTES_MAX:
            return self._chunk_code(text, language)
        codes = [2 * self._numbered_form(exact, language) + 1 for exact in exacts]
        if len(codes) < 2:
            return codes[0] if codes else 0
        return edits.code_list(self._store.state, self._store.put(codes))

    def _chunk_code(self, exact: str, language: int) -> int:
        form = _Form(exact, fold(exact), language, 0)
        terms = self._words.terms(*self._asked(form))
        self._file(form)
        return self._code_of(form, terms)

    def _code_of(self, form: _Form, terms: list[int]) -> int:
        """The code of a chunk that is this form; one with several terms gets a number."""
        if len(terms) > 1:
            form.number = edits.add_form(self._store.state, self._store.put(terms))
            return 2 * form.number + 1
        return 2 * terms[0] if terms else BLANK

    def _numbered_form(self, exact: str, language: int) -> int:
        form = self._numbered.get((exact, language))
        if form is None:
            form = _Form(exact, fold(exact), language, 0)
            form.number = edits.add_form(self._store.state, self._store.put(self._words.terms(*self._asked(form))))
            self._numbered[exact, language] = form
            self._file(form)
        return form.number

    def _file(self, form: _Form) -> None:
        folded = form.folded
        self._by_word.setdefault(spelling(folded), []).append(form)
        self._by_exact.setdefault(form.exact, []).append(form)
        self._by_beginning.setdefault(folded[:_BEGINNING], []).append(form)
        if self._words.stems_asked:
            stemmed = stem(folded, self._languages.example[form.language])
            self._by_stem.setdefault((form.language, stemmed), []).append(form)
        self._forms += 1
        self._characters += len(form.exact)

    def _asked(self, form: _Form) -> tuple[str, str, str | None]:
        return form.exact, form.folded, self._languages.example[form.language]

    def _make_room(self) -> None:
        full = (
            self._forms > REMEMBERED_MAX
            or self._chunks > REMEMBERED_CHUNKS_MAX
            or self._characters > REMEMBERED_CHARACTERS_MAX
        )
        if full:
            for code in self._lists:
                edits.forget_code(self._store.state, code)
            edits.forget_forms(self._store.state)
            self._clear()

    def link(self, key: Key, term: int) -> None:
        """Let the forms known by now have a new term."""
        forms: Iterable[_Form] = self._perhaps(key)
        if key[0] == "*":
            fits = fitting(key[1]).fullmatch
            forms = [form for form in forms if fits(form.folded)]
        elif key[0] == "o":
            forms = [form for form in forms if term in self._words.terms(*self._asked(form))]
        numbers = [form.number for form in forms if form.number]
        recoded = [
            (form, self._code_of(form, self._words.terms(*self._asked(form)))) for form in forms if not form.number
        ]
        self._recode(recoded)
        if numbers:
            edits.link(self._store.state, term, self._store.put(numbers))

    def unlink(self, key: Key, term: int) -> None:
        """Let no form have the term any more."""
        forms = self._perhaps(key)
        self._recode([(form, BLANK) for form in forms if not form.number and self._has(form, term)])
        numbers = [form.number for form in forms if form.number]
        if numbers:
            edits.unlink(self._store.state, term, self._store.put(numbers))

    def _has(self, form: _Form, term: int) -> bool:
        return term in self._words.terms(*self._asked(form))

    def _recode(self, recoded: Iterable[tuple[_Form, int]]) -> None:
        for form, code in recoded:
            end = self._store.put_chunk(form.exact)
            edits.recode(self._store.state, 0, end, form.language, code)

    def _perhaps(self, key: Key) -> Collection[_Form]:
        """At least the forms that satisfy a term of one word; none comes twice."""
        match key[0]:
            case "w":
                return self._by_word.get(key[1], ())
            case "=":
                return self._by_exact.get(key[1], ())
            case "*":
                start = beginning(key[1])
                if len(start) == _BEGINNING:
                    return self._by_beginning.get(start, ())
                return [form for each, forms in self._by_beginning.items() if each.startswith(start) for form in forms]
            case "~":
                return _each_once(self._stemmed(key[1]))
        return _each_once(form for member in key[1] for form in self._perhaps(member))

    def _stemmed(self, word: str) -> Iterable[_Form]:
        yield from self._by_word.get(spelling(word), ())
        for language, example in enumerate(self._languages.example):
            for each in stems_of(word, example):
                yield from self._by_stem.get((language, each), ())


def _each_once(forms: Iterable[_Form]) -> Collection[_Form]:
    return {id(form): form for form in forms}.values()
