"""Dead letters: what could not be read, kept whole."""

from workers.letters.bury import bury

__all__ = ["bury"]
