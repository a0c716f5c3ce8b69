"""Does a version of an article say something else?"""

from __future__ import annotations

from hashlib import blake2b

from workers.dedup.stories import Fingerprint


def words_of(traits: Fingerprint) -> str:
    """What stands for the article's folded words, 16 hexadecimal digits: punctuation, case and spaces change nothing.

    Words beyond those that a fingerprint reads are not seen.
    """
    words = " ".join(traits.text.words)
    return blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
