"""`wirewatch audit` accounts for deliveries on a real broker: records as workers write them, and a hand on them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas import Alert, Channel
from schemas.delivery import Attempt, AttemptOutcome, Delivery, DeliveryState, Notification
from schemas.envelope import moment
from tests.acceptance.house import House, closing
from tests.integration.terminal import Terminal
from tests.services import witness
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer
from workers.delivery import dispatch

RULES = [{"id": "summit", "query": "summit", "channels": ["desk"]}]
ENDPOINTS = [{"id": name, "url": f"https://{name}.example.org/"} for name in ("pager", "mail")]
DESK = Channel.model_validate({"id": "desk", "endpoints": ENDPOINTS})


@pytest.fixture(scope="module")
def house(kafka: KafkaServer, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A match worker has told of two articles, and a deliver worker of the first."""
    folder: Path = tmp_path_factory.mktemp("day")
    with closing(House(kafka.bootstrap, redis_server.url, f"t{uuid4().hex[:12]}.", folder)) as made:
        made.create_topics(["desk"], partitions=1)
        made.send("channels", [("desk", DESK.model_dump(mode="json"))])
        made.apply(*RULES)
        worker = made.start()
        worker.wait_ready()
        made.publish({"uri": "u:1", "title": "Summit in Geneva"}, {"uri": "u:2", "title": "A summit of bakers is over"})
        made.wait_done()
        assert worker.terminate() == 0
        deliver(made, 0)
        yield made


def deliver(house: House, at: int) -> None:
    """What a deliver worker writes of an alert, and commits."""
    record = witness.read_all(house.bootstrap, house.prefix + "alerts")[at]
    alert = Alert.model_validate_json(record.value)
    came = moment(record.timestamp_ms)
    (sent,) = dispatch(alert, came, f"alerts/{record.partition}/{record.offset}", lambda _: DESK)
    attempt = Attempt(number=1, at=came, outcome=AttemptOutcome.ACCEPTED, took_ms=1)
    write(house, sent)
    for endpoint in sent.endpoints:
        told = Delivery(
            notification=sent.id,
            type=sent.type,
            channel="desk",
            endpoint=endpoint,
            alerts=(alert.id,),
            state=DeliveryState.DELIVERED,
            attempts=1,
            last=attempt,
        )
        write(house, told)
    place = TopicPartition(house.prefix + "alerts", record.partition)
    group = house.prefix + "wirewatch-deliver"
    consumer = KafkaConsumer(bootstrap_servers=house.bootstrap, group_id=group, enable_auto_commit=False)
    consumer.assign([place])
    consumer.commit({place: OffsetAndMetadata(record.offset + 1, "", -1)})
    consumer.close()


def write(house: House, row: Notification | Delivery) -> None:
    topic = house.prefix + "deliveries"
    witness.produce(house.bootstrap, topic, [(row.key.encode(), row.model_dump_json().encode(), [])], partition=0)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_deliveries_are_balanced_and_what_a_hand_takes_or_adds_is_found(house: House) -> None:
    terminal = Terminal(house.bootstrap, house.prefix)
    text = terminal.ok("audit", "--edit-live", "0")
    rows = [" ".join(line.split()) for line in text.splitlines()]
    at = rows.index("CHANNEL ENDPOINT ALERTS DELIVERED PENDING MISSING")
    assert rows[at + 1 : at + 4] == ["desk mail 2 1 1 0", "desk pager 2 1 1 0", "all endpoints 4 2 2 0"]
    assert rows[-1] == "deliveries balanced: 4 alerts at their endpoints = 2 delivered + 0 held + 2 pending"

    deliver(house, 1)
    *_, deliveries, total = lines(terminal.ok("audit", "--json", "--edit-live", "0"))
    assert (deliveries["type"], deliveries["delivered"], total["balanced"]) == ("deliveries", 4, True)

    odd = next(row for row in house.rows("deliveries") if row["record"] == "delivery")
    write(house, Delivery.model_validate(odd | {"endpoint": "nobody"}))
    done = terminal.run("audit", "--json", "--edit-live", "0")
    (finding,) = [row for row in lines(done.out) if row["type"] == "finding"]
    assert (done.code, finding["slip"], finding["endpoints"]) == (1, "not_named", ["nobody"])
