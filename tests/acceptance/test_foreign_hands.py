"""What others did to the topics: names of headers in any bytes, topics made with other settings than ours."""

from __future__ import annotations

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from tests.acceptance.house import House, pairs

RULE = {"id": "r", "query": "bulletin", "channels": ["desk"]}


class Bytes(str):
    """A name that is encoded as no UTF-8."""

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


def send_oddly_named(house: House, topic: str, key: bytes, value: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=house.bootstrap)
    producer.send(house.prefix + topic, value, key, headers=[(Bytes("xx"), b"v")]).get(10)
    producer.close()


def test_a_header_whose_name_is_no_utf8_costs_neither_its_record_nor_another(house: House) -> None:
    house.create_topics(["desk"], partitions=1)
    send_oddly_named(house, "rules", b"r", b'{"id":"r","query":"bulletin","channels":["desk"]}')
    house.publish({"uri": "g:0", "title": "bulletin"})
    send_oddly_named(house, "articles", b"g:1", b'{"uri":"g:1","title":"bulletin"}')
    send_oddly_named(house, "articles", b"g:2", b"no article")
    house.publish({"uri": "g:3", "title": "bulletin"})
    worker = house.start()
    house.wait_done()
    assert pairs(house.rows("alerts")) == [("r", f"g:{number}") for number in (0, 1, 3)]
    (letter,) = house.rows("dead-letters")
    assert [header["name"] for header in letter["headers"]] == ["\\xff\\xfe"]
    assert worker.terminate() == 0


def test_a_rules_topic_of_several_partitions_is_refused_aloud(house: House) -> None:
    client = KafkaAdminClient(bootstrap_servers=house.bootstrap)
    client.create_topics([NewTopic(house.prefix + "rules", 3, 1)])
    client.close()
    house.create_topics(["desk"])
    worker = house.start()
    assert worker.wait_exit() != 0
    assert f"{house.prefix}rules has 3 partitions and must have one" in worker.log


@pytest.mark.parametrize(
    ("starts", "topics"),
    [
        pytest.param("start", ["held"], id="held"),
        pytest.param("start", ["kills"], id="kills"),
        pytest.param("start", ["channels", "dead-letters", "held"], id="several"),
        pytest.param("start_deliver", ["silences", "deliveries"], id="of deliver"),
    ],
)
def test_topics_that_are_not_there_are_refused_in_one_line(house: House, starts: str, topics: list[str]) -> None:
    """Workers of before had no need of some of them."""
    house.create_topics(["desk"])
    client = KafkaAdminClient(bootstrap_servers=house.bootstrap)
    client.delete_topics([house.prefix + topic for topic in topics])
    client.close()
    worker = getattr(house, starts)()
    assert worker.wait_exit() == 69
    assert "Traceback" not in worker.log
    names = ", ".join(house.prefix + each for each in topics)
    told = f"no topic{'' if len(topics) == 1 else 's'} {names}: wirewatch topics create"
    assert worker.log.splitlines()[-1] == f"error: Kafka at {house.bootstrap} has {told}"
