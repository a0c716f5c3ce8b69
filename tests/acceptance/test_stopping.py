"""SIGTERM ends a worker with 0 within 10 s, whatever is away, and what it had not finished is told by the next."""

from __future__ import annotations

from tests.acceptance.audited import audited
from tests.acceptance.house import House, WorkerProcess, wait_for
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer

RULE = {"id": "r", "query": "bulletin", "channels": ["desk"]}
LIMIT_S = 10


def articles(first: int, count: int) -> list[dict[str, object]]:
    return [{"uri": f"a:{number}", "title": f"bulletin {number}"} for number in range(first, first + count)]


def ready(house: House, **settings: object) -> WorkerProcess:
    """A worker that has told of one article."""
    house.create_topics(["desk"])
    house.apply(RULE)
    worker = house.start(**settings)
    worker.wait_ready()
    house.publish(*articles(0, 1))
    house.wait_done()
    return worker


def assert_told(house: House, count: int) -> None:
    house.start()
    house.wait_done()
    assert {row["article"]["uri"] for row in house.rows("alerts")} == {f"a:{number}" for number in range(count)}
    assert audited(house).total.matches == count


def test_with_redis_frozen_and_a_batch_waiting(own_house: House, own_redis: RedisServer) -> None:
    worker = ready(own_house)
    own_redis.pause()
    own_house.publish(*articles(1, 5))
    worker.wait_logged('"event": "waiting"')
    assert worker.terminate(LIMIT_S) == 0, worker.log[-4000:]
    own_redis.resume()
    assert_told(own_house, 6)


def test_with_the_broker_frozen_and_nothing_to_do(own_house: House, own_kafka: KafkaServer) -> None:
    worker = ready(own_house)
    own_kafka.pause()
    assert worker.terminate(LIMIT_S) == 0, worker.log[-4000:]
    own_kafka.resume()


def test_with_the_broker_killed_under_load(own_house: House, own_kafka: KafkaServer) -> None:
    # Small batches: hundreds of them are still to be told when the first alert is there and the broker goes.
    worker = ready(own_house, match_request_timeout_s=3, match_batch_max_records=5)
    own_house.publish(*articles(1, 3000))
    wait_for(lambda: len(own_house.values("alerts")) > 1, 60)
    own_kafka.kill()
    worker.wait_logged('"event": "waiting"')
    assert worker.terminate(LIMIT_S) == 0, worker.log[-4000:]


def test_with_all_frozen_and_a_batch_waiting(own_house: House, own_kafka: KafkaServer, own_redis: RedisServer) -> None:
    worker = ready(own_house)
    own_redis.pause()
    own_house.publish(*articles(1, 5))
    worker.wait_logged('"event": "waiting"')
    own_kafka.pause()
    assert worker.terminate(LIMIT_S) == 0, worker.log[-4000:]
    own_kafka.resume()
    own_redis.resume()
    assert_told(own_house, 6)


def test_while_it_still_waits_for_a_broker_that_is_frozen(own_house: House, own_kafka: KafkaServer) -> None:
    own_house.create_topics(["desk"])
    own_kafka.pause()
    worker = own_house.start(match_request_timeout_s=2)
    worker.wait_logged("Kafka does not answer")
    assert worker.terminate(LIMIT_S) == 0, worker.log[-4000:]
    own_kafka.resume()
