"""One run: topics and a store of its own, workers under a steady flow, and what a fault needs to strike them."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import redis as redis_client
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient
from kafka.errors import KafkaError

from tests.acceptance.house import House, closing, spawn
from tests.acceptance.load import CHANNELS, QUERIES, RULES
from tests.chaos.fleet import Fleet
from tests.chaos.flow import Flow, numbered
from tests.chaos.lag import Lag
from tests.chaos.nurslings import Nurseries
from tests.chaos.proxy import Proxy
from tests.chaos.shim import CLOCK, SHIFT
from tests.chaos.supervised import Supervised
from tests.services import witness
from tests.services.kafka import KafkaServer
from tests.services.missing import program
from tests.services.redis import RedisServer

BATCH = 50
PARTITIONS = 4
FLOW_PER_S = 60
ODD = {"id": "odd", "query": "bulletin", "channels": ["desk"]}
UPDATING = frozenset({"broad"})  # rules that tell of changed versions
WATCHED = [*({**rule, **({"updates": "versions"} if rule["id"] in UPDATING else {})} for rule in RULES), ODD]
# Short patience everywhere, so that a run is short; a lease longer than the way from claim to confirmation, as
# config/defaults.toml wants it.
SETTINGS: dict[str, object] = {
    "match_batch_max_records": BATCH,
    "match_session_timeout_s": 1.5,
    "match_heartbeat_interval_s": 0.4,
    "match_rebalance_timeout_s": 3,
    "match_request_timeout_s": 2,
    "match_lease_s": 6,
    "redis_claims_socket_timeout_s": 1,
}


@dataclass(kw_only=True)
class Scene(Supervised):
    """`blows` counts what may have cost a batch in flight; `letters` the dead letters that there must be."""

    house: House
    flow: Flow
    lag: Lag
    kafka: KafkaServer
    redis: RedisServer
    kafka_proxy: Proxy
    redis_proxy: Proxy
    folder: Path
    queries: dict[str, str] = field(default_factory=dict)
    letters: int = 0
    edit_live_s: float = 0.0  # where rules are edited under load, when an edit must be known

    def recover(self) -> None:
        """Wait until every article record that there is at this moment is committed, and note how long that took.

        A fault with an end calls it when its harm is done; it is called behind each one in any case.
        """
        self.catch_up(self.lag)

    @contextmanager
    def store(self) -> Iterator[Any]:
        """A client of Redis, past any proxy."""
        client = redis_client.Redis.from_url(self.redis.url, socket_timeout=5)
        try:
            yield client
        finally:
            client.close()

    def limit_topics(self, max_bytes: int | None) -> None:
        """The largest batch that `alerts` and the channels take; None is as before."""
        client = KafkaAdminClient(bootstrap_servers=self.kafka.bootstrap)
        try:
            for topic in ("alerts", *(f"alerts.{name}" for name in CHANNELS)):
                size = str(max_bytes or 2 * 1024 * 1024)
                configs = {"max.message.bytes": size}
                client.alter_configs([ConfigResource(ConfigResourceType.TOPIC, self.house.prefix + topic, configs)])
        finally:
            client.close()

    def holds(self) -> bool:
        """Whether an article waits for the end of its embargo."""
        records = witness.read_all(self.kafka.bootstrap, f"{self.house.prefix}held")
        return any({record.key: record.value for record in records}.values())

    def shift_clocks(self, seconds: float) -> None:
        """Of the workers that were started under the shim."""
        with (self.folder / "clock").open("r+b") as file:  # never truncated: the workers have it in their memory
            file.write(SHIFT.pack(seconds))


class Stage:
    """The servers of a series of runs. Ended with the block.

    The broker is made anew after some runs: those before leave files behind that it has to look through when it comes
    back from kill -9.
    """

    RUNS_A_BROKER = 20

    def __init__(self) -> None:
        """Raises Missing when the machine lacks what a server needs."""
        program("redis-server", "redis-server")
        self._kafka_proxy, self._redis_proxy = Proxy(), Proxy()
        self._nurseries = Nurseries()
        self._kafka = self._new_kafka()
        self._stack, self._broker = ExitStack(), ExitStack()
        self._runs = 0

    def __enter__(self) -> Self:
        self._stack.enter_context(self._kafka_proxy)
        self._stack.enter_context(self._redis_proxy)
        self._stack.enter_context(self._nurseries)
        self._stack.push(self._broker)
        self._start_broker()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def _new_kafka(self) -> KafkaServer:
        return KafkaServer(eager=True, proxy_port=self._kafka_proxy.port)

    def _start_broker(self) -> None:
        self._broker.enter_context(self._kafka)
        self._kafka_proxy.target = self._kafka.behind_proxy

    def next_broker(self) -> KafkaServer:
        """For one more run."""
        if self._runs and self._runs % self.RUNS_A_BROKER == 0:
            self._broker.close()
            self._kafka = self._new_kafka()
            self._start_broker()
        self._runs += 1
        return self._kafka

    @contextmanager
    def scene(
        self, seed: int, keeps: bool, through: frozenset[str], bends: bool, forks: bool = True
    ) -> Iterator[Scene]:
        """Set for a run: `keeps` is a store with an AOF, `through` what the workers reach by a proxy.

        Workers are forked where that can be, unless it matters that they are not: for what memory they take.
        """
        kafka = self.next_broker()
        prefix, folder = f"c{self._runs}-{seed}.", Path(tempfile.mkdtemp(prefix="chaos-"))
        with ExitStack() as stack:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            redis = stack.enter_context(RedisServer(appendonly=keeps))
            self._redis_proxy.target = redis.port
            start = self._nurseries.start if forks else spawn
            house = stack.enter_context(closing(House(kafka.bootstrap, redis.url, prefix, folder, start)))
            house.create_topics(CHANNELS, PARTITIONS)
            stack.callback(forget, kafka.bootstrap, prefix)
            house.apply(*WATCHED)
            flow = Flow(kafka.bootstrap, prefix + "articles", partial(numbered, seed), FLOW_PER_S)
            stack.callback(flow.close)
            lag = Lag(kafka.bootstrap, prefix + "wirewatch-match", prefix + "articles", PARTITIONS)
            stack.callback(lag.close)
            bent = {CLOCK: str(folder / "clock")} if bends else {}
            if bends:
                (folder / "clock").write_bytes(SHIFT.pack(0))
            yield Scene(
                house=house,
                fleet=Fleet(house, SETTINGS | self._addresses(through), bent),
                flow=flow,
                lag=lag,
                kafka=kafka,
                redis=redis,
                kafka_proxy=self._kafka_proxy,
                redis_proxy=self._redis_proxy,
                chance=random.Random(seed),
                folder=folder,
                queries={**QUERIES, "odd": "bulletin"},
            )

    def _addresses(self, through: frozenset[str]) -> dict[str, object]:
        addresses: dict[str, object] = {}
        if "kafka" in through:
            addresses["kafka"] = f"127.0.0.1:{self._kafka_proxy.port}"
        if "redis" in through:
            addresses["redis"] = f"redis://127.0.0.1:{self._redis_proxy.port}/0"
        return addresses


def forget(bootstrap: str, prefix: str) -> None:
    """Take the run's topics away, if the broker answers."""
    with suppress(KafkaError, OSError):
        client = KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=5_000)
        try:
            client.delete_topics([name for name in client.list_topics() if name.startswith(prefix)])
        finally:
            client.close()
