"""Signatures of Standard Webhooks; the package `standardwebhooks` is the judge."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import traceback
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from workers.delivery.sign import BadSecret, make_secret, read_secret, sign

IDS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, blacklist_characters="."), min_size=1, max_size=60)
BODIES = st.text(st.characters(codec="utf-8"), max_size=400).map(str.encode)
KEYS = st.binary(min_size=24, max_size=64)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001


def now() -> datetime:
    """The verifier takes the time from the machine."""
    return datetime.now(UTC)


def accepts(secret: bytes, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers, json_parse=False)
    except WebhookVerificationError:
        return False
    return True


class TestOracle:
    @given(webhook_id=IDS, body=BODIES, key=KEYS, zone=ZONES)
    def test_the_verifier_accepts_any_id_body_and_secret_in_any_zone(
        self, webhook_id: str, body: bytes, key: bytes, zone: timezone
    ) -> None:
        assert accepts(key, body, dict(sign(webhook_id, now().astimezone(zone), body, [key])))

    @given(body=BODIES, keys=st.lists(KEYS, min_size=1, max_size=5, unique=True), other=KEYS)
    def test_each_secret_signs_and_no_other(self, body: bytes, keys: list[bytes], other: bytes) -> None:
        headers = dict(sign("al_1", now(), body, keys))
        assert all(accepts(key, body, headers) for key in keys)
        assert accepts(other, body, headers) == (other in keys)

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("webhook-id", "al_2"),
            ("webhook-timestamp", str(int(now().timestamp()) - 60)),
            ("webhook-signature", "v1," + base64.b64encode(bytes(32)).decode()),
        ],
        ids=["id", "timestamp", "signature"],
    )
    def test_a_header_that_was_changed_is_noticed(self, name: str, value: str) -> None:
        headers, key = dict(sign("al_1", now(), b"{}", [bytes(24)])), bytes(24)
        assert accepts(key, b"{}", headers)
        assert not accepts(key, b"{}", {**headers, name: value})

    @given(body=BODIES, place=st.integers(0), other=st.characters(max_codepoint=0x7F))
    def test_a_body_that_was_changed_anywhere_is_noticed(self, body: bytes, place: int, other: str) -> None:
        headers, text = dict(sign("al_1", now(), body, [bytes(24)])), body.decode()
        at = place % (len(text) + 1)
        assert not accepts(bytes(24), (text[:at] + other + text[at:]).encode(), headers)


class TestScheme:
    def test_a_message_that_others_have_signed(self) -> None:
        """`openssl dgst -sha256 -mac HMAC` makes this of it."""
        key = read_secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
        body = b'{"email":"test@example.com","username":"test_user"}'
        headers = sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", datetime.fromtimestamp(1649367553, UTC), body, [key])
        assert headers == {
            "webhook-id": "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            "webhook-timestamp": "1649367553",
            "webhook-signature": "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        }

    @given(webhook_id=IDS, body=st.binary(max_size=200), key=KEYS, at=TIMES)
    def test_it_is_what_hmac_makes_of_id_seconds_and_body(
        self, webhook_id: str, body: bytes, key: bytes, at: datetime
    ) -> None:
        seconds = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
        content = webhook_id.encode() + b"." + str(seconds).encode() + b"." + body
        expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
        headers = sign(webhook_id, at, body, [key])
        assert headers["webhook-timestamp"] == str(seconds)
        assert headers["webhook-signature"] == f"v1,{expected}"

    def test_signatures_stand_in_the_order_of_their_secrets_with_spaces_between(self) -> None:
        one, two = ([bytes([each]) * 24] for each in (1, 2))
        at = datetime(2026, 5, 1, tzinfo=UTC)
        alone = [sign("al_1", at, b"{}", each)["webhook-signature"] for each in (one, two)]
        assert sign("al_1", at, b"{}", one + two)["webhook-signature"] == " ".join(alone)

    @pytest.mark.parametrize(
        "webhook_id",
        ["", "a.b", "a b", "a\r\nx-admin: yes", "a\n", "größe", "a" * 257],
        ids=["empty", "full stop", "space", "header", "line end", "not ASCII", "long"],
    )
    def test_an_id_that_is_not_safe_is_not_signed(self, webhook_id: str) -> None:
        with pytest.raises(ValueError, match="no webhook-id"):
            sign(webhook_id, now(), b"{}", [bytes(24)])

    def test_a_time_without_a_zone_is_not_signed(self) -> None:
        with pytest.raises(ValueError, match="has no zone"):
            sign("al_1", datetime(2026, 5, 1, 12), b"{}", [bytes(24)])  # noqa: DTZ001

    def test_nothing_is_sent_as_signed_by_nobody(self) -> None:
        with pytest.raises(ValueError, match="no secret"):
            sign("al_1", now(), b"{}", [])


class TestSecrets:
    @given(key=KEYS, padded=st.booleans())
    def test_a_secret_is_read_as_the_verifier_reads_it(self, key: bytes, padded: bool) -> None:
        text = "whsec_" + base64.b64encode(key).decode()
        text = text if padded else text.rstrip("=")
        assert read_secret(text) == key
        body = b"{}"
        Webhook(text).verify(body, dict(sign("al_1", now(), body, [read_secret(text)])))

    def test_a_new_one_has_enough_bytes_of_the_source_that_is_given(self) -> None:
        given_key = bytes(range(200, 232))
        made = make_secret(lambda size: given_key[:size])
        assert read_secret(made) == given_key
        assert make_secret(os.urandom) != make_secret(os.urandom)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "does not begin with whsec_"),
            ("", "does not begin with whsec_"),
            ("whsec_", "has 0 bytes"),
            ("whsec_c2VjcmV0c2VjcmV0", "has 12 bytes"),
            ("whsec_" + base64.b64encode(bytes(23)).decode(), "has 23 bytes"),
            ("whsec_" + base64.b64encode(bytes(65)).decode(), "has 65 bytes"),
            ("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0\n", "no base64"),
            ("whsec_c2VjcmV0c2VjcmV0-2VjcmV0c2VjcmV0", "no base64"),
            ("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2Vjc", "no base64"),
            ("whsec_gëhëimgëhëimgëhëimgëhëimgëhëim", "no base64"),
        ],
        ids=["bare", "none", "empty", "short", "23", "65", "line end", "of addresses", "cut off", "not ASCII"],
    )
    def test_what_is_no_secret_is_refused_with_a_remedy_and_without_telling_it(self, text: str, told: str) -> None:
        with pytest.raises(BadSecret, match=told) as caught:
            read_secret(text)
        shown = "".join(traceback.format_exception(caught.value))
        assert "base64 of 24 to 64 random bytes" in str(caught.value)
        assert caught.value.__context__ is None
        assert len(text) < 8 or text.removeprefix("whsec_") not in shown
