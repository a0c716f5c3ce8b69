"""Words that turn news round: those of negation and denial, and those of rank that make one office of another.

Of folded words, without a language: `no` is one in English and Spanish, and `in the` in Portuguese.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


NEGATIONS = _listed(
    "not no never none nothing nobody neither cannot without fail fails failed false falsely untrue hoax fake "
    "nicht kein keine keinen keinem keiner nie niemals ne pas jamais aucun aucune nunca jamas ningun ninguna "
    "nao non mai nessun nessuna niet geen nooit не нет ни никогда"
)
CONTRACTED = _listed(
    "aint arent cant couldnt didnt doesnt dont hadnt hasnt havent isnt mustnt neednt shouldnt wasnt werent wont wouldnt"
)
DENIALS = _listed(
    "deny denies denied denying denial denials reject rejects rejected rejecting rejection refuse refuses refused "
    "refusing refusal refute refutes refuted cancel cancels cancelled canceled cancelling cancellation retract "
    "retracts retracted retraction scrap scraps scrapped dementi dementiert dementieren bestreitet bestritt dement "
    "niega nego desmiente rechaza nega negou desmente smentisce ontkent отрицает опроверг опровергает"
)
CALLED_OFF = _listed("call calls called calling")
RANKS = _listed("prime deputy vice former ex acting interim shadow junior assistant designate")

SMALL = _listed(
    "a an the and or but of to in on at by for from with as that this which who it its he his she her they their "
    "is are was were be been being has have had will would said says also after before about over more than"
)
COGNATE_LETTERS = 4  # at the beginning: resigns and resigned, colour and color

_TURNING = NEGATIONS | CONTRACTED | DENIALS


def denies(words: Sequence[str]) -> bool:
    """One of them is a word of negation or denial, or something is called off."""
    if not _TURNING.isdisjoint(words):
        return True
    return any(one in CALLED_OFF and other == "off" for one, other in pairwise(words))


def ranks(words: Sequence[str]) -> frozenset[str]:
    """Those among them that make another office of one: of a minister a prime minister."""
    return RANKS.intersection(words)


def says_other(words: Sequence[str], others: Sequence[str]) -> bool:
    """Each has a word of meaning that is not the other's in another form: rose and fell, but not sign and signed."""
    one, other = set(words) - SMALL, set(others) - SMALL
    begins = {each[:COGNATE_LETTERS] for each in one}, {each[:COGNATE_LETTERS] for each in other}
    return any(each[:COGNATE_LETTERS] not in begins[1] for each in one) and any(
        each[:COGNATE_LETTERS] not in begins[0] for each in other
    )
