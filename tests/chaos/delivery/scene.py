"""One run: topics, a store and a receiver of its own, deliver workers under a steady flow of alerts."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from tests.acceptance.house import House
from tests.acceptance.receivers import KEY, sealed_secret
from tests.chaos.delivery.alerts import CHANNELS, WAYS, made, packed
from tests.chaos.delivery.receiving import ReceiverProcess
from tests.chaos.fleet import Fleet
from tests.chaos.flow import Flow
from tests.chaos.lag import Lag
from tests.chaos.scene import PARTITIONS, Stage, forget
from tests.chaos.supervised import Supervised
from tests.services.kafka import KafkaServer
from tests.services.redis import RedisServer

UP = '"event": "takes up"'
SESSION_S = 3.0
LIMIT_S = 240.0  # of waiting for all that was published
# Short patience, as in the other runs; what fails is tried again soon, and is never given up before a run is over.
SETTINGS: dict[str, object] = {
    "match_session_timeout_s": SESSION_S,
    "match_heartbeat_interval_s": 0.4,
    "match_rebalance_timeout_s": 5,
    "match_request_timeout_s": 4,
    "redis_claims_socket_timeout_s": 2,
    "deliver_retry_delays_s": "0,0.2,0.5,1" + ",2" * 40,
    "deliver_secrets_key": KEY,
    "deliver_allow_http": "true",
    "deliver_allow_networks": "127.0.0.0/8",
}
# It hushes nothing, since no alert is of its source; but Redis is asked about every alert.
INHIBITION = {
    "id": "idle",
    "author": "desk",
    "source": [{"field": "rule", "value": "none"}],
    "target": [{"field": "rule", "op": "like", "value": "*"}],
}
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is published at least: more when the faults take longer."""

    alerts: int
    per_s: int


FULL, QUICK, SAMPLE = Size(2_200, 40), Size(200, 15), Size(100, 10)
MOST = 3  # times that many, if faults take long


@dataclass(kw_only=True)
class DeliveryScene(Supervised):
    """What a fault of delivery needs to strike."""

    house: House
    flow: Flow
    alerts_lag: Lag  # of those that put them to their channels
    deliveries_lag: Lag  # of the couriers: where a successor would have to begin to read
    kafka: KafkaServer
    redis: RedisServer
    receiver: ReceiverProcess
    folder: Path
    size: Size

    def recover(self) -> None:
        """Wait until each alert that stands on the topic at this moment has its outcome at each endpoint."""
        self.catch_up(self.alerts_lag, self.deliveries_lag, limit_s=LIMIT_S)

    def is_done(self) -> bool:
        """Whether nothing is open."""
        return self.alerts_lag.behind() == 0 and self.deliveries_lag.behind() == 0


def endpoints() -> dict[str, list[str]]:
    """Of each channel."""
    return {channel: list(WAYS) for channel in CHANNELS}


def _channel(name: str, receiver: ReceiverProcess) -> dict[str, object]:
    secret = sealed_secret()
    return {
        "id": name,
        "endpoints": [
            {"id": endpoint, "url": receiver.url(path.format(name)), "secrets": [secret]}
            for endpoint, path in WAYS.items()
        ],
    }


@contextmanager
def scene(stage: Stage, seed: int, size: Size) -> Iterator[DeliveryScene]:
    """Set for a run."""
    kafka = stage.next_broker()
    prefix, folder = f"d{next(_numbers)}-{seed}.", Path(tempfile.mkdtemp(prefix="chaos-"))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        redis = stack.enter_context(RedisServer())
        receiver = stack.enter_context(ReceiverProcess())
        house = stack.enter_context(closing(House(kafka.bootstrap, redis.url, prefix, folder)))
        house.create_topics(partitions=PARTITIONS)
        stack.callback(forget, kafka.bootstrap, prefix)
        house.send("channels", [(name, _channel(name, receiver)) for name in CHANNELS])
        house.send("inhibitions", [("idle", INHIBITION)])
        flow = stack.enter_context(
            closing(
                Flow(kafka.bootstrap, prefix + "alerts", partial(made, seed, MOST * size.alerts), size.per_s, packed)
            )
        )
        lags = [
            stack.enter_context(closing(Lag(kafka.bootstrap, prefix + group, prefix + topic, PARTITIONS)))
            for group, topic in (("wirewatch-deliver", "alerts"), ("wirewatch-deliver-courier", "deliveries"))
        ]
        yield DeliveryScene(
            house=house,
            fleet=Fleet(house, SETTINGS | {"deliver_allow_ports": receiver.port}, {}, "deliver", UP),
            flow=flow,
            alerts_lag=lags[0],
            deliveries_lag=lags[1],
            kafka=kafka,
            redis=redis,
            receiver=receiver,
            chance=random.Random(seed),
            folder=folder,
            size=size,
        )
