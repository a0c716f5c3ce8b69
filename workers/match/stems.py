"""Stems of words: Snowball, by the language of the article."""

from __future__ import annotations

from functools import lru_cache
from threading import local
from typing import Any

_ENGLISH = "english"
_ALGORITHMS = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": _ENGLISH,
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "st": "sesotho",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
_LONGEST_WORD = 256  # some algorithms take quadratic time; no word of a language is this long
_LONGEST_LANGUAGE = 35  # characters; BCP 47 asks no one to keep longer tags
_stemmers = local()  # a stemmer keeps the word it is at, so each thread has its own


def stem(folded: str, language: str | None) -> str:
    """The stem of a folded word in an article of this language, whatever the region (`pt-BR`, `pt_BR`).

    English where the language is unknown, longer than 35 characters, or has no Snowball algorithm. A word longer than
    256 characters is its own stem.
    """
    if len(folded) > _LONGEST_WORD:
        return folded
    return _stem(folded, algorithm(language))


def algorithm(language: str | None) -> str:
    """The Snowball algorithm of a language: what stems depend on, and so what to remember them by."""
    if not language or len(language) > _LONGEST_LANGUAGE:
        return _ENGLISH
    return _algorithm(language)


@lru_cache(maxsize=1024)
def _algorithm(language: str) -> str:
    primary = language.replace("_", "-").partition("-")[0].strip().lower()
    return _ALGORITHMS.get(primary, _ENGLISH)


@lru_cache(maxsize=65536)
def _stem(folded: str, algorithm: str) -> str:
    stemmer = getattr(_stemmers, algorithm, None)
    if stemmer is None:
        stemmer = _make(algorithm)
        setattr(_stemmers, algorithm, stemmer)
    found: str = stemmer.stemWord(folded)
    return found


def _make(algorithm: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)
