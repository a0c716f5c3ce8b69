"""What the chunks of articles hold, worked out when one is met that is not known, and remembered up to a bound.

A chunk that holds one word stands for the terms of that word: when terms come or go, the chunks whose word they may
touch are forgotten, to be worked out again when they are met. Of a chunk that holds several words each has a number in
the compiled part, with a list of its terms; such lists are put right at once, for the chunks would be many.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Sequence

from workers.match.engine.kernel import learning
from workers.match.engine.kernel.chunks import REMEMBERED_BYTES_MAX
from workers.match.engine.kernel.state import BLANK
from workers.match.engine.keys import Key
from workers.match.engine.languages import Languages
from workers.match.engine.store import Store
from workers.match.engine.vocabulary import Vocabulary
from workers.match.engine.words import Words
from workers.rules.language.fold import fold
from workers.rules.language.split import exact_words

REMEMBERED_MAX = 200_000  # words; at some 400 bytes each this bounds the memory
REMEMBERED_CHUNKS_MAX = 400_000
REMEMBERED_CHARACTERS_MAX = 16_000_000
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*+(?:\.[0-9]+)?")
_FORGOTTEN_AT_ONCE = 200  # chunks; their bytes have room in the text


class Forms:
    """What chunks stand for. `words` says which terms a word satisfies."""

    def __init__(self, store: Store, words: Words, languages: Languages) -> None:
        self._store = store
        self._words = words
        self._languages = languages
        self._clear()

    def _clear(self) -> None:
        self._vocabulary = Vocabulary()
        self._numbers: dict[tuple[str, int], int] = {}  # word and language -> its number
        self._lists: list[int] = []  # the codes of chunks with several words
        self._chunks = 0

    def learn(self, count: int, language: int) -> None:
        """Work out the `count` unknown chunks of the text, so that none is unknown when it is read again."""
        long_codes: list[int] = []
        state, text = self._store.state, self._store.text
        unknown = self._store.unknown[: 2 * count].tolist()
        done: set[bytes] = set()
        for begin, end in zip(unknown[::2], unknown[1::2], strict=True):
            chunk = text[begin:end].tobytes()
            if end - begin > REMEMBERED_BYTES_MAX:
                long_codes.append(self._code_of_many(self._split(chunk, language), language))
            elif chunk not in done:
                done.add(chunk)
                self._chunks += learning.remember(state, begin, end, language, self._code(chunk, language))
        if long_codes:
            self._store.put_long_codes(long_codes)

    def _split(self, chunk: bytes, language: int) -> Sequence[str]:
        """The words of a chunk, as written."""
        if chunk.isascii():
            text = chunk.decode("ascii")
            if _NUMBER.fullmatch(text):
                return (text.replace(",", ""),)
            if text[-2:] in {"'s", "'S"} and text[:-2].isalnum():
                return (text[:-2],)
            if text[-1] == "'" and text[:-1].isalnum():
                return (text[:-1],)
        return exact_words(chunk.decode("utf-8", "surrogatepass"), language=self._languages.example[language])

    def _code(self, chunk: bytes, language: int) -> int:
        """What the chunk, which is to be remembered, stands for."""
        if chunk.isalnum():
            exact = text = chunk.decode("ascii")
            folded = text.lower()
        else:
            exacts = self._split(chunk, language)
            if len(exacts) != 1:
                code = self._code_of_many(exacts, language)
                if code < 0:
                    self._lists.append(code)
                return code
            exact, text = exacts[0], chunk.decode("utf-8", "surrogatepass")
            folded = fold(exact)
        example = self._languages.example[language]
        terms = self._words.terms(exact, folded, example)
        self._vocabulary.file_chunk(folded, text, chunk)
        if self._words.stems_asked:
            self._vocabulary.file_stem(folded, language, example)
        if len(terms) > 1:
            return 2 * int(learning.add_form(self._store.state, self._store.put(terms))) + 1
        return 2 * terms[0] if terms else BLANK

    def _code_of_many(self, exacts: Sequence[str], language: int) -> int:
        """What a chunk of several words stands for, or of none; and a long one of a single word."""
        known = self._numbers
        codes = [2 * (known.get((exact, language)) or self._numbered(exact, language)) + 1 for exact in exacts]
        if len(codes) < 2:
            return codes[0] if codes else 0
        return int(learning.code_list(self._store.state, self._store.put(codes)))

    def _numbered(self, exact: str, language: int) -> int:
        folded, example = fold(exact), self._languages.example[language]
        terms = self._words.terms(exact, folded, example)
        number = self._numbers[exact, language] = int(learning.add_form(self._store.state, self._store.put(terms)))
        self._vocabulary.file_numbered(folded, exact, language)
        if self._words.stems_asked:
            self._vocabulary.file_stem(folded, language, example)
        return number

    def make_room(self) -> None:
        """Between articles that were not known: forget all, if it is more than what may be remembered.

        Not within one: what it has learnt is needed until it has been matched, however much that is.
        """
        full = (
            self._vocabulary.filed > REMEMBERED_MAX
            or self._chunks > REMEMBERED_CHUNKS_MAX
            or self._vocabulary.characters > REMEMBERED_CHARACTERS_MAX
        )
        if full:
            for code in self._lists:
                learning.forget_code(self._store.state, code)
            learning.forget_forms(self._store.state)
            self._clear()

    def forget(self, key: Key) -> None:
        """A term of one word has come or gone: work the words that it may touch out anew, most of them when met."""
        if not self._vocabulary.filed:
            return
        chunks, numbered = self._vocabulary.touched(key, self._languages.example)
        for at in range(0, len(chunks), _FORGOTTEN_AT_ONCE):
            some = chunks[at : at + _FORGOTTEN_AT_ONCE]
            self._store.put_bytes(b"".join(some))
            count = self._store.put(array("i", map(len, some)))
            learning.forget_chunks(self._store.state, count, len(self._languages.example))
        for folded in numbered:
            for exact, language in self._vocabulary.numbered(folded):
                terms = self._words.terms(exact, folded, self._languages.example[language])
                learning.set_form(self._store.state, self._numbers[exact, language], self._store.put(terms))
