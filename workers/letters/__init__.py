"""Dead letters: what could not be read, kept whole."""

from workers.letters.bury import bare, bury, is_bare

__all__ = ["bare", "bury", "is_bare"]
