"""Redis and Kafka away, emptied, back: the worker waits, says not ready, and goes on by itself."""

from __future__ import annotations

from tests.acceptance.audited import SURPLUS, audited
from tests.acceptance.house import House, WorkerProcess, wait_for
from tests.acceptance.load import CHANNELS, QUERIES, RULES, Load, make_articles
from tests.acceptance.verdict import judge
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer
from workers.ledger import Slip

SEED = 77


def prepared(house: House) -> None:
    house.create_topics(CHANNELS)
    house.apply(*RULES)


def test_redis_stopped_under_load_is_waited_for_and_nothing_is_lost(own_house: House, own_redis: RedisServer) -> None:
    prepared(own_house)
    worker = own_house.start()
    worker.wait_ready()
    with Load(own_house, SEED):
        own_redis.stop()
        worker.wait_logged('"missing": ["store"]')
        own_redis.start()
        worker.wait_logged('"event": "ready"', times=2)
    own_house.wait_done()
    verdict = judge(own_house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    assert not verdict.changed
    assert audited(own_house).total.matches == verdict.matches
    assert worker.terminate() == 0


def test_a_flushed_redis_costs_duplicates_and_never_an_alert(own_house: House, own_redis: RedisServer) -> None:
    prepared(own_house)
    worker = own_house.start()
    worker.wait_ready()
    articles = make_articles(0, 200, SEED)
    own_house.publish(*articles)
    own_house.wait_done()
    first = judge(own_house, QUERIES, CHANNELS)
    assert first.repeats == 0
    own_redis.flush()
    own_house.publish(*articles)
    own_house.wait_done()
    verdict = judge(own_house, QUERIES, CHANNELS)
    assert not verdict.lost
    assert verdict.alerts == first.alerts, "a story told again after the loss must have the same id"
    assert verdict.repeats == first.alerts, "each story is told once more, not for each article"
    assert audited(own_house, allowed=SURPLUS).slips[Slip.TOLD_AGAIN] == first.alerts


def test_a_worker_that_starts_before_redis_and_kafka_waits_for_them(
    own_house: House, own_redis: RedisServer, own_kafka: KafkaServer
) -> None:
    prepared(own_house)
    own_house.publish(*make_articles(0, 100, SEED))
    own_redis.stop()
    own_kafka.stop()
    worker = own_house.start()
    worker.wait_logged("Kafka does not answer")
    own_kafka.start()
    worker.wait_logged('"missing": ["store"]')
    own_redis.start()
    own_house.wait_done()
    judge(own_house, QUERIES, CHANNELS).assert_nothing_lost()
    audited(own_house)


def test_the_broker_stopped_under_load_is_waited_for_and_nothing_is_lost(
    own_house: House, own_kafka: KafkaServer
) -> None:
    prepared(own_house)
    worker = own_house.start()
    worker.wait_ready()
    own_house.publish(*make_articles(0, 400, SEED))
    wait_for(lambda: own_house.values("alerts"), 60)
    own_kafka.stop()
    worker.wait_logged('"missing": ["broker"]')
    own_kafka.start()
    worker.wait_logged('"event": "ready"', times=2)
    own_house.publish(*make_articles(400, 400, SEED))
    own_house.wait_done()
    verdict = judge(own_house, QUERIES, CHANNELS)
    verdict.assert_nothing_lost()
    assert not verdict.changed
    assert audited(own_house).total.matches == verdict.matches
    assert worker.terminate() == 0


def assert_told(worker: WorkerProcess, beginning: str) -> None:
    """The worker has ended for an outage, and said so last, without a traceback."""
    assert worker.wait_exit() == 69, worker.log[-4000:]
    assert worker.log.splitlines()[-1].startswith(f"error: {beginning}"), worker.log[-4000:]
    assert "Traceback" not in worker.log
    assert "We experienced a crash" not in worker.log


def test_redis_away_beyond_the_limit_ends_the_worker_with_69_and_nothing_is_lost(
    own_house: House, own_redis: RedisServer
) -> None:
    prepared(own_house)
    worker = own_house.start(match_outage_timeout_s=2)
    worker.wait_ready()
    own_redis.stop()
    own_house.publish(*make_articles(0, 50, SEED))
    assert_told(worker, f"Redis at 127.0.0.1:{own_redis.port} cannot be reached: start it")
    own_redis.start()
    own_house.start()
    own_house.wait_done()
    judge(own_house, QUERIES, CHANNELS).assert_nothing_lost()
    audited(own_house)


def test_a_worker_that_never_finds_kafka_ends_with_69(own_house: House, own_kafka: KafkaServer) -> None:
    own_kafka.stop()
    worker = own_house.start(match_outage_timeout_s=2)
    assert_told(worker, f"Kafka at {own_kafka.bootstrap} has not answered for ")


def test_an_idle_worker_that_loses_kafka_beyond_the_limit_ends_with_69(
    own_house: House, own_kafka: KafkaServer
) -> None:
    prepared(own_house)
    worker = own_house.start(match_outage_timeout_s=2, match_request_timeout_s=2)
    worker.wait_ready()
    own_kafka.stop()
    assert_told(worker, f"Kafka at {own_kafka.bootstrap} ")
