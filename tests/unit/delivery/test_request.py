"""The request of an attempt: each format, signed over what is sent, or a reason why there is none."""

from __future__ import annotations

import re
import traceback
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from schemas.channel import Endpoint, EndpointFormat, SealedSecret
from schemas.delivery import EventType
from tests.unit.delivery.webhooks import NOON, OLD_SECRET, SAMPLES, SEAL, SECRET, endpoint
from workers.delivery import cloudevents, event
from workers.delivery.composed import Composed
from workers.delivery.request import Unusable, open_secrets, request
from workers.delivery.seal import Seal
from workers.delivery.sender import Request
from workers.delivery.sign import read_secret

SOURCE = "/wirewatch"
SENT = SAMPLES[EventType.CREATED]
BODIES = {
    EndpointFormat.STANDARD: event.body(SENT),
    EndpointFormat.CLOUDEVENTS: cloudevents.structured(SENT, SOURCE)[1],
    EndpointFormat.CLOUDEVENTS_BINARY: cloudevents.binary(SENT, SOURCE)[1],
}


def made(to: Endpoint, now: datetime) -> Request:
    return request(SENT, to, open_secrets(to, SEAL, now), now, Composed(SOURCE))


def expiring(secret: str, after: timedelta) -> SealedSecret:
    return SealedSecret(sealed=SEAL.close(secret), created=NOON, expires=NOON + after)


class TestRequests:
    @pytest.mark.parametrize("format_", EndpointFormat)
    def test_each_format_is_signed_with_every_secret(self, format_: EndpointFormat) -> None:
        got = made(endpoint(SECRET, OLD_SECRET, format=format_), datetime.now(UTC))
        assert got.body == BODIES[format_]
        for secret in (SECRET, OLD_SECRET):
            Webhook(secret).verify(got.body, dict(got.headers))

    def test_it_names_its_address_what_it_brings_and_who_it_is(self) -> None:
        got = made(endpoint(SECRET, url="https://crm.example/in?token=1"), NOON)
        assert got.url == "https://crm.example/in?token=1"
        assert got.headers["content-type"] == "application/json"
        assert re.fullmatch(r"wirewatch(/[\w.+]+)?", got.headers["user-agent"])  # no version where it is not installed
        assert got.headers["webhook-id"] == SENT.id
        assert got.headers["webhook-timestamp"] == str(int(NOON.timestamp()))

    def test_a_later_attempt_has_the_same_id_and_body_and_its_own_time(self) -> None:
        first, later = (made(endpoint(SECRET), NOON + timedelta(minutes=each)) for each in (0, 5))
        assert (first.headers["webhook-id"], first.body) == (later.headers["webhook-id"], later.body)
        assert int(later.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 300
        assert first.headers["webhook-signature"] != later.headers["webhook-signature"]

    def test_it_can_be_printed_without_showing_a_token_or_a_signature(self) -> None:
        assert repr(made(endpoint(SECRET, url="https://crm.example/in?token=1"), NOON)) == "Request()"


class TestSecrets:
    def test_a_secret_signs_until_it_expires(self) -> None:
        to = endpoint().model_copy(update={"secrets": (expiring(SECRET, timedelta(hours=1)),)})
        assert open_secrets(to, SEAL, NOON + timedelta(minutes=59)) == (read_secret(SECRET),)
        assert open_secrets(to, SEAL, NOON + timedelta(hours=1)) == ()

    def test_an_expired_secret_that_does_not_open_does_no_harm(self) -> None:
        gone = SealedSecret(sealed="of a key that is gone", created=NOON, expires=NOON)
        to = endpoint(SECRET)
        to = to.model_copy(update={"secrets": (gone, *to.secrets)})
        assert open_secrets(to, SEAL, NOON) == (read_secret(SECRET),)

    @pytest.mark.parametrize("secrets", [(), (expiring(SECRET, timedelta()),)], ids=["none", "expired"])
    def test_nothing_is_sent_unsigned(self, secrets: tuple[SealedSecret, ...]) -> None:
        to = endpoint().model_copy(update={"secrets": secrets})
        with pytest.raises(Unusable, match="crm has no secret that is not expired: give it a new one"):
            made(to, NOON)

    @pytest.mark.parametrize(
        ("seal", "secret", "told"),
        [
            (Seal([]), SECRET, r"endpoint crm: there is no key for secrets at rest in deliver\.secrets_key"),
            (Seal(["B" * 42 + "A="]), SECRET, r"endpoint crm: a secret at rest opens with no key"),
            (SEAL, "whsec_dG9vLXNob3J0", "endpoint crm: the secret has 9 bytes"),
        ],
        ids=["no key", "a wrong key", "no secret"],
    )
    def test_what_cannot_be_used_is_told_and_not_shown(self, seal: Seal, secret: str, told: str) -> None:
        to = endpoint(OLD_SECRET, secret)
        if seal is not SEAL:
            assert open_secrets(to, SEAL, NOON) == (read_secret(OLD_SECRET), read_secret(secret))
        else:
            assert open_secrets(endpoint(OLD_SECRET), SEAL, NOON) == (read_secret(OLD_SECRET),)
        with pytest.raises(Unusable, match=told) as caught:
            open_secrets(to, seal, NOON)
        shown = "".join(traceback.format_exception(caught.value))
        assert [each for each in (SECRET, OLD_SECRET, secret) if each.removeprefix("whsec_") in shown] == []
