"""An edit does not wait for the batch that is being thought about, however large that is."""

from __future__ import annotations

import time
from urllib.request import urlopen

import pytest

from tests.acceptance.house import House, wait_for
from tests.services.ports import free_port

ARTICLES = 250
WORDS = "ministry troops harbour summit pipeline verdict drought tariff satellite ferry "
BODY_BYTES = 250_000
EDIT_LIVE_S = 2.0


@pytest.mark.alone
def test_an_edit_is_live_within_two_seconds_while_a_batch_of_megabytes_is_read_and_matched(house: House) -> None:
    house.create_topics(["desk"], partitions=16)  # one fetch brings 2 MiB of each
    house.apply(*({"id": f"near-{words}", "query": f"troops NEAR/{words} verdict"} for words in (3, 4)))
    body = WORDS * (BODY_BYTES // len(WORDS))
    house.publish(*({"uri": f"big:{number}", "title": "Large", "body": body} for number in range(ARTICLES)))
    port = free_port()
    worker = house.start(match_metrics_port=port)

    def sample(name: str) -> float:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.split()[-1]) for line in lines if line.startswith(name + " "))

    worker.wait_logged("partitions assigned")
    wait_for(lambda: sample("wirewatch_articles_total") > 0, 30)  # the first is small, the next is what came meanwhile
    house.apply({"id": "late", "query": "zeppelin"})
    written_s = time.monotonic()
    wait_for(lambda: sample("wirewatch_rules") == 3, 60)
    live_s = time.monotonic() - written_s
    committed = sample("wirewatch_articles_total")
    assert committed < ARTICLES, "the machine is so quick that nothing was thought about: make the batch larger"
    assert live_s < EDIT_LIVE_S, f"after {live_s:.1f} s"
