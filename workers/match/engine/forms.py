"""The forms of words that articles had, each with the terms it satisfies, remembered up to a bound."""

from __future__ import annotations

from collections.abc import Collection

from workers.match.engine.kernel import edits
from workers.match.engine.keys import Key
from workers.match.engine.languages import Languages
from workers.match.engine.store import Store
from workers.match.engine.words import Words, beginning, stems_of
from workers.match.occurrences import fitting
from workers.match.spellings import spelling
from workers.match.stems import stem
from workers.rules.language.fold import fold
from workers.rules.language.split import split

REMEMBERED_MAX = 200_000  # forms; at some 500 bytes each this bounds the memory
REMEMBERED_CHUNKS_MAX = 400_000
REMEMBERED_CHARACTERS_MAX = 16_000_000
_BEGINNING = 3
_LONG_CHUNK = 255  # bytes; a longer one is not remembered


class Forms:
    """What the chunks of articles hold. `words` says which terms a form satisfies."""

    def __init__(self, store: Store, words: Words, languages: Languages) -> None:
        self._store = store
        self._words = words
        self._languages = languages
        self._clear()

    def _clear(self) -> None:
        self._numbers: dict[tuple[str, int], int] = {}
        self._forms: list[tuple[str, str, int]] = [("", "", 0)]  # of each form: exact, folded, language
        self._by_word: dict[str, list[int]] = {}
        self._by_exact: dict[str, list[int]] = {}
        self._by_beginning: dict[str, list[int]] = {}
        self._by_stem: dict[tuple[int, str], list[int]] = {}
        self._codes: list[int] = []  # of chunks with several words
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
            if len(chunk) > _LONG_CHUNK:
                long_codes.append(self._code(chunk, -1, 0, language))
            elif chunk not in done:
                done.add(chunk)
                code = self._code(chunk, begin, end, language)
                if code < 0:
                    self._codes.append(code)
                self._chunks += 1
        if long_codes:
            self._store.put_long_codes(long_codes)

    def _code(self, chunk: bytes, begin: int, end: int, language: int) -> int:
        if chunk.isalnum():
            exacts = [chunk.decode("ascii")]
        else:
            text = chunk.decode("utf-8", "surrogatepass")
            exacts = [token.exact for token in split(text, language=self._languages.example[language])]
        count = self._store.put([self._form(exact, language) for exact in exacts])
        return edits.remember(self._store.state, begin, end, language, count)

    def _form(self, exact: str, language: int) -> int:
        form = self._numbers.get((exact, language))
        if form is not None:
            return form
        folded = fold(exact)
        count = self._store.put(self._words.terms(exact, folded, self._languages.example[language]))
        form = edits.add_form(self._store.state, count)
        self._numbers[exact, language] = form
        self._forms.append((exact, folded, language))
        self._by_word.setdefault(spelling(folded), []).append(form)
        self._by_exact.setdefault(exact, []).append(form)
        self._by_beginning.setdefault(folded[:_BEGINNING], []).append(form)
        if self._words.stems_asked:
            stemmed = stem(folded, self._languages.example[language])
            self._by_stem.setdefault((language, stemmed), []).append(form)
        self._characters += len(exact)
        return form

    def _make_room(self) -> None:
        full = (
            len(self._numbers) > REMEMBERED_MAX
            or self._chunks > REMEMBERED_CHUNKS_MAX
            or self._characters > REMEMBERED_CHARACTERS_MAX
        )
        if full:
            for code in self._codes:
                edits.forget_code(self._store.state, code)
            edits.forget_forms(self._store.state)
            self._clear()

    def perhaps(self, key: Key) -> Collection[int]:
        """At least the forms that satisfy a term of one word."""
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
                return self._stemmed(key[1])
        return {form for member in key[1] for form in self.perhaps(member)}

    def _stemmed(self, word: str) -> set[int]:
        forms = set(self._by_word.get(spelling(word), ()))
        for language, example in enumerate(self._languages.example):
            for each in stems_of(word, example):
                forms.update(self._by_stem.get((language, each), ()))
        return forms

    def link(self, key: Key, term: int) -> None:
        """Let the forms known by now have a new term."""
        forms = self.perhaps(key)
        if key[0] == "*":
            fits = fitting(key[1]).fullmatch
            forms = [form for form in forms if fits(self._forms[form][1])]
        elif key[0] == "o":
            forms = [form for form in forms if term in self._words.terms(*self._asked(form))]
        if forms:
            edits.link(self._store.state, term, self._store.put(list(forms)))

    def unlink(self, key: Key, term: int) -> None:
        """Let no form have the term any more."""
        forms = list(self.perhaps(key))
        if forms:
            edits.unlink(self._store.state, term, self._store.put(forms))

    def _asked(self, form: int) -> tuple[str, str, str | None]:
        exact, folded, language = self._forms[form]
        return exact, folded, self._languages.example[language]
