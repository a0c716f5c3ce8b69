"""Messages go to the partitions that other clients of Kafka choose."""

from __future__ import annotations

from random import Random
from types import SimpleNamespace
from typing import Any

from aiokafka.partitioner import murmur2

from config.settings import load
from schemas.envelope import Outgoing
from workers.options_of import options_of
from workers.streams.parcels import Parcels, hashed


def test_keys_are_hashed_as_other_clients_hash_them() -> None:
    random = Random(1)
    for length in range(200):
        for key in (random.randbytes(length), b"\xff" * length, bytes(length)):
            assert hashed(key) == murmur2(key) & 0x7FFFFFFF


async def test_a_message_whose_partition_is_chosen_already_goes_there() -> None:
    producer: Any = SimpleNamespace()  # it is not asked for the partitions
    parcels = Parcels(producer, options_of(load(None, {})))
    assert await parcels.partition(Outgoing("deliveries", b"//epoch", None, partition=3)) == 3
