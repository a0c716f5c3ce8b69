"""How large a rule may be. Each limit has its own message where it is held."""

from __future__ import annotations

CHARACTERS_MAX = 1_000_000
TERMS_MAX = 100_000
DEPTH_MAX = 100  # open brackets and NOTs; a list that is put in place counts as a bracket
VARIANTS_MAX = 10_000  # of one phrase: alternatives multiplied
LISTED_TERMS_MAX = 1_000_000  # of a rule, with its lists put in place
COUNT_MAX = 1_000  # the n of NEAR/n, ATLEAST/n, ANY/n, first/n
NUMBER_MAX = 1_000_000_000  # of a number test
