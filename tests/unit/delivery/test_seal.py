"""Secrets at rest."""

from __future__ import annotations

import logging
import os
import traceback
from base64 import urlsafe_b64encode
from contextlib import suppress

import pytest
from cryptography.fernet import MultiFernet
from hypothesis import given
from hypothesis import strategies as st

from workers.delivery.seal import BadKey, Seal, Unsealed, make_key

OLD, NEW, FOREIGN = (urlsafe_b64encode(bytes([each]) * 32).decode() for each in (1, 2, 3))
SECRET = "whsec_MTIzNDU2NzgMTIzNDU2NzgMTIzNDU2Nzg"


class TestClosing:
    @given(text=st.text(st.characters(codec="utf-8"), max_size=300))
    def test_what_was_closed_is_opened_again(self, text: str) -> None:
        assert Seal([OLD]).open(Seal([OLD]).close(text)) == text

    def test_what_is_kept_shows_nothing_and_is_never_the_same(self) -> None:
        one, two = (Seal([OLD]).close(SECRET) for _ in range(2))
        assert one != two
        assert SECRET not in one
        assert one.isascii()

    @given(place=st.integers(0, 10_000), other=st.characters(min_codepoint=0x21, max_codepoint=0x7E))
    def test_what_was_changed_at_rest_does_not_open_to_something_else(self, place: int, other: str) -> None:
        sealed = Seal([OLD]).close(SECRET)
        at = place % len(sealed)
        with suppress(Unsealed):  # unless it is the same, or in bits that base64 leaves unused
            assert Seal([OLD]).open(sealed[:at] + other + sealed[at + 1 :]) == SECRET


class TestRotation:
    def test_the_first_key_closes_and_each_opens(self) -> None:
        both = Seal([NEW, OLD])
        assert both.open(Seal([OLD]).close(SECRET)) == SECRET
        assert Seal([NEW]).open(both.close(SECRET)) == SECRET
        with pytest.raises(Unsealed):
            Seal([OLD]).open(both.close(SECRET))

    def test_what_was_closed_anew_needs_the_old_key_no_more(self) -> None:
        both = Seal([NEW, OLD])
        anew = both.close(both.open(Seal([OLD]).close(SECRET)))
        assert Seal([NEW]).open(anew) == SECRET


class TestWithout:
    @pytest.mark.parametrize("sealed", ["", "no token", "größe"], ids=["empty", "no token", "not ASCII"])
    def test_what_is_not_sealed_is_told_with_the_remedy(self, sealed: str) -> None:
        with pytest.raises(Unsealed, match="put the key that it was closed with behind the others"):
            Seal([OLD]).open(sealed)

    def test_a_wrong_key_is_told_with_the_remedy(self) -> None:
        with pytest.raises(Unsealed, match=r"no key of deliver\.secrets_key: put the key"):
            Seal([FOREIGN]).open(Seal([OLD]).close(SECRET))

    def test_without_a_key_it_says_how_to_make_one(self) -> None:
        for use in (Seal([]).close, Seal([]).open):
            with pytest.raises(
                Unsealed, match=r"no key for secrets at rest in deliver\.secrets_key: `wirewatch channels key`"
            ):
                use(SECRET)

    @pytest.mark.parametrize(
        "key", ["", "secretpart", f"{OLD}{OLD}", "secretgröße", f"!{OLD[1:]}"], ids=["empty", "short", "two", "ö", "!"]
    )
    def test_what_is_no_key_is_refused_by_its_number(self, key: str) -> None:
        with pytest.raises(BadKey, match=r"key 2 of deliver\.secrets_key is none: `wirewatch channels key` makes one"):
            Seal([OLD, key])

    def test_what_is_asked_for_at_each_attempt_is_opened_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        seal = Seal([NEW, OLD])
        sealed = seal.close(SECRET)
        assert seal.open(sealed) == SECRET
        monkeypatch.setattr(MultiFernet, "decrypt", None)
        assert seal.open(sealed) == SECRET

    def test_a_key_that_was_made_is_one_and_comes_from_the_source_that_is_given(self) -> None:
        assert make_key(lambda size: bytes([1]) * size) == OLD
        made = Seal([make_key(os.urandom)])
        assert made.open(made.close(SECRET)) == SECRET

    def test_space_around_a_key_does_no_harm(self) -> None:
        assert Seal([f" {OLD}\n"]).open(Seal([OLD]).close(SECRET)) == SECRET


class TestSilence:
    """Nothing of a key or a secret is shown, whoever prints, logs or raises."""

    def test_not_by_printing(self, caplog: pytest.LogCaptureFixture) -> None:
        seal = Seal([NEW, OLD])
        with caplog.at_level(logging.DEBUG):
            logging.getLogger("test").info("%s %r", seal, {"seal": seal})
            seal.open(seal.close(SECRET))
        assert caplog.messages == ["Seal(2 keys) {'seal': Seal(2 keys)}"]

    @pytest.mark.parametrize("keys", [[FOREIGN], []], ids=["a wrong key", "no key"])
    def test_not_by_raising(self, keys: list[str]) -> None:
        sealed = Seal([OLD]).close(SECRET)
        with pytest.raises(Unsealed) as caught:
            Seal(keys).open(sealed)
        self.shows_nothing_of(caught.value, OLD, FOREIGN, SECRET, sealed)

    def test_not_by_refusing_a_key(self) -> None:
        key = "secretpart" * 5
        with pytest.raises(BadKey) as caught:
            Seal([key])
        self.shows_nothing_of(caught.value, key)

    def shows_nothing_of(self, error: Exception, *hidden: str) -> None:
        shown = "".join(traceback.format_exception(error)) + repr(error.args)
        assert [each for each in hidden if each in shown] == []
        assert error.__context__ is None
