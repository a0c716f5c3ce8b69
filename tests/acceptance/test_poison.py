"""Poison of each kind: a dead letter with its bytes and reason, once, and the articles around it are told."""

from __future__ import annotations

import base64

from tests.acceptance.audited import audited
from tests.acceptance.house import House, pairs
from tests.acceptance.poison import COSTLY, COSTLY_BYTES, FINE, POISON, good, send_costly

TIMES = 45  # batch_max_bytes, as config/defaults.toml says
RULE = {"id": "r", "query": "bulletin", "channels": ["desk"]}


def test_each_kind_of_poison_is_a_dead_letter_and_holds_up_nothing(house: House) -> None:
    house.create_topics(["desk"])
    house.apply(RULE)
    rows: list[tuple[str, object]] = [("g:0", good(0))]
    for number, (name, (value, _)) in enumerate(POISON.items(), 1):
        rows += [(name, value), (f"g:{number}", good(number))]
    house.send("articles", rows)  # type: ignore[arg-type]
    worker = house.start()
    house.wait_done()
    letters = house.rows("dead-letters")
    assert {base64.urlsafe_b64decode(row["key"]).decode(): row["reason"] for row in letters} == {
        name: reason for name, (_, reason) in POISON.items()
    }
    assert len(letters) == len(POISON)
    for row in letters:
        value = POISON[base64.urlsafe_b64decode(row["key"]).decode()][0]
        assert (None if row["value"] is None else base64.urlsafe_b64decode(row["value"])) == value
        assert row["topic"] == "articles"
        assert row["message"]
        assert row["hint"]
    assert {uri for _, uri in pairs(house.rows("alerts.desk"))} == {f"g:{n}" for n in range(len(POISON) + 1)}
    assert audited(house).letters.total() == len(POISON)
    assert worker.terminate() == 0


def test_what_is_odd_and_no_poison_is_told(house: House) -> None:
    house.create_topics(["desk"])
    house.apply({**RULE, "dedup": "article"})
    house.send("articles", list(FINE.items()))
    worker = house.start()
    house.wait_done()
    assert sorted(pairs(house.rows("alerts.desk"))) == sorted(("r", uri) for uri in FINE)
    assert audited(house).total.matches == len(FINE)
    assert worker.terminate() == 0


def test_a_batch_that_inflates_hugely_is_read_within_bounds(house: House) -> None:
    """Articles that compress to almost nothing, of JSON made to be costly: one fetch brings them all.

    The peak of memory is held against what defaults.toml says of batch_max_bytes.
    """
    house.create_topics(["desk"], partitions=1)
    house.apply(RULE)
    worker = house.start(match_batch_max_bytes=COSTLY_BYTES)
    worker.wait_ready()
    idle_bytes = worker.peak_bytes
    send_costly(house.bootstrap, house.prefix + "articles")
    house.wait_done()
    assert {uri for _, uri in pairs(house.rows("alerts.desk"))} == {f"i:{n}" for n in range(COSTLY)}
    if idle_bytes is not None and worker.peak_bytes is not None:
        grown_bytes = worker.peak_bytes - idle_bytes
        assert grown_bytes < COSTLY * COSTLY_BYTES + TIMES * COSTLY_BYTES, "the fetch, and one batch at its worst"
    assert worker.terminate() == 0
