"""A Redis that may forget is told of, once."""

from __future__ import annotations

import redis

from tests.acceptance.house import House
from tests.services.redis import RedisServer

WARNING = "Redis may forget what was told"


def test_a_policy_that_evicts_is_warned_of_once_and_noeviction_is_not(own_house: House, own_redis: RedisServer) -> None:
    own_house.create_topics()
    calm = own_house.start()
    calm.wait_ready()
    assert WARNING not in calm.log
    assert calm.terminate() == 0
    with redis.Redis.from_url(own_redis.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
    worker = own_house.start()
    worker.wait_ready()
    own_redis.stop()
    worker.wait_logged('"missing": ["store"]')
    own_redis.start()
    worker.wait_logged('"event": "ready"', times=2)
    assert worker.log.count(WARNING) == 1
    assert '"maxmemory_policy": "allkeys-lru"' in worker.log
