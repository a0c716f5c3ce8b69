"""Which words have been met, and in which chunks: found again by the word, by its beginning and by its stem."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from workers.match.engine.keys import Key
from workers.match.engine.words import stems_of
from workers.match.spellings import spelling, spellings
from workers.match.stems import stem
from workers.rules.language.fold import fold

_SHORT, _LONG = 3, 5  # letters of a beginning


class Beginnings:
    """Entries by the first letters of their words."""

    def __init__(self) -> None:
        self._entries: dict[str, list[bytes | str]] = {}  # five letters -> entries
        self._longer: dict[str, dict[str, None]] = {}  # three letters -> fives that begin so

    def file(self, folded: str, entry: bytes | str) -> None:
        """File the entry of a word."""
        entries = self._entries.get(folded[:_LONG])
        if entries is None:
            self._entries[folded[:_LONG]] = [entry]
            self._longer.setdefault(folded[:_SHORT], {})[folded[:_LONG]] = None
        else:
            entries.append(entry)

    def found(self, begins: str) -> Iterator[list[bytes | str]]:
        """All entries of words that begin so, and others."""
        return (self._entries[long] for long in self._longs(begins))

    def taken(self, begins: str) -> list[list[bytes | str]]:
        """The same, and they are filed no more."""
        longs = self._longs(begins)
        taken = [self._entries.pop(long) for long in longs]
        for long in longs:
            longer = self._longer[long[:_SHORT]]
            del longer[long]
            if not longer:
                del self._longer[long[:_SHORT]]
        return taken

    def _longs(self, begins: str) -> list[str]:
        if len(begins) >= _LONG:
            return [begins[:_LONG]] if begins[:_LONG] in self._entries else []
        if len(begins) >= _SHORT:
            longer: dict[str, None] = self._longer.get(begins[:_SHORT], {})
            return [long for long in longer if long.startswith(begins)]
        shorts = [short for short in self._longer if short.startswith(begins)]
        return [long for short in shorts for long in self._longer[short] if long.startswith(begins)]


class Vocabulary:
    """Chunks that hold one word, and words, with a number each, of chunks that hold several. What was met stays."""

    def __init__(self) -> None:
        self._chunks: dict[str, str | list[str]] = {}  # word -> chunks that hold it alone, in any language
        self._numbered: dict[str, list[tuple[str, int]]] = {}  # word -> as written, and language
        self._chunks_by_beginning = Beginnings()
        self._numbered_by_beginning = Beginnings()
        self._by_stem: dict[tuple[int, str], list[str]] = {}  # language and stem -> words
        self.filed = 0
        self.characters = 0

    def file_chunk(self, folded: str, chunk: str, data: bytes) -> None:
        """The chunk, these bytes, holds this word alone, and is remembered."""
        self.filed += 1
        self.characters += len(chunk)
        self._chunks_by_beginning.file(folded, data)
        found = self._chunks.get(folded)
        if found is None:
            self._chunks[folded] = folded if chunk == folded else chunk
        elif isinstance(found, str):
            if found != chunk:
                self._chunks[folded] = [found, chunk]
        elif chunk not in found:
            found.append(chunk)

    def file_numbered(self, folded: str, exact: str, language: int) -> None:
        """The word has a number, as written here, in this language."""
        self.filed += 1
        self.characters += len(exact)
        if folded not in self._numbered:
            self._numbered_by_beginning.file(folded, folded)
        self._numbered.setdefault(folded, []).append((exact, language))

    def file_stem(self, folded: str, language: int, example: str | None) -> None:
        """The word has been met in this language."""
        words = self._by_stem.setdefault((language, stem(folded, example)), [])
        if folded not in words:
            words.append(folded)

    def touched(self, key: Key, languages: Sequence[str | None]) -> tuple[list[bytes], dict[str, None]]:
        """At least the chunks whose word satisfies a term of one word, and the words with a number that do.

        Those found by their beginning are no longer found so: they are to be forgotten.
        """
        words: list[str] = []
        match key[0]:
            case "w":
                words += spellings(key[1])
            case "=":
                words.append(fold(key[1]))
            case "~":
                words += self._stemmed(key[1], languages)
            case "*":
                begins = key[1].replace("?", "*").split("*", 1)[0]
                chunks = list(chain.from_iterable(self._chunks_by_beginning.taken(begins)))
                numbered = dict.fromkeys(chain.from_iterable(self._numbered_by_beginning.found(begins)))
                return chunks, numbered  # type: ignore[return-value]
            case _:
                every = [self.touched(member, languages) for member in key[1]]
                return [chunk for chunks, _ in every for chunk in chunks], {
                    word: None for _, numbered in every for word in numbered
                }
        return [chunk for word in dict.fromkeys(words) for chunk in self._of_word(word)], {
            word: None for word in words if word in self._numbered
        }

    def _of_word(self, folded: str) -> list[bytes]:
        found = self._chunks.get(folded, ())
        return [each.encode("utf-8", "surrogatepass") for each in ((found,) if isinstance(found, str) else found)]

    def numbered(self, folded: str) -> Sequence[tuple[str, int]]:
        """How this word was written in chunks with others, and in which language."""
        return self._numbered[folded]

    def _stemmed(self, word: str, languages: Sequence[str | None]) -> Iterator[str]:
        yield from spellings(spelling(word))
        for language, example in enumerate(languages):
            for each in stems_of(word, example):
                yield from self._by_stem.get((language, each), ())
